"""The page of a batch: everything that was changed in one go, and the way to undo it."""

import logging
import uuid

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from editing.field_changes import nature_in_words, net_changes, when_in_words, who_in_words
from editing.history_pages import ROWS_A_PAGE, ReasonForm, pages_of
from editing.links import may_view
from editing.site import site_page
from editing.undo import MOST_RECORDS, refusal, rows_of, undo
from records.troubles import REFUSALS, refused_in_words

logger = logging.getLogger(__name__)


@site_page("together/<uuid:batch>/", name="together")
def batch_view(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    every = rows_of(batch)
    if not every:
        raise Http404("Nothing was changed together under this number.")
    rows = [row for row in every if may_view(request, row.instance_type)]
    if not rows:
        raise PermissionDenied
    asked = request.method == "POST"
    form = ReasonForm(request.POST if asked else None)
    errors = []
    refused = refusal(request, every)
    if asked and form.is_valid():
        if refused:
            errors = [refused]
        else:
            try:
                undone = undo(rows=every, user=request.user, reason=form.cleaned_data["reason"])
            except ValidationError as error:
                errors = error.messages
            except REFUSALS as error:
                logger.warning("The database refused to undo a change: %s", error)
                errors = [refused_in_words(error, "changed")]
            else:
                messages.success(request, "Undone: every record is as it was before.")
                return HttpResponseRedirect(reverse("admin:together", args=[undone.batch]))
    # A batch that can be undone is one page. A longer import is cut into pages.
    page = Paginator(rows, MOST_RECORDS if len(rows) <= MOST_RECORDS else ROWS_A_PAGE).get_page(
        request.GET.get(PAGE_VAR)
    )
    first = rows[0]
    context = {
        **admin.site.each_context(request),
        "title": capfirst(nature_in_words(first)),
        "who": who_in_words(first),
        "when": when_in_words(first),
        "why": first.history_change_reason,
        "changes": net_changes(page.object_list),
        "left_out": len(every) - len(rows),
        "form": form,
        "errors": errors,
        "refused": refused,
        **pages_of(page),
    }
    status = 400 if errors or form.errors else 200
    return TemplateResponse(request, "editing/batch.html", context, status=status)
