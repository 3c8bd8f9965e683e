"""The page of records that were removed. Their history is kept."""

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from editing.admin import above_lists
from editing.field_changes import changes_in_words
from editing.history_pages import ROWS_A_PAGE, pages_of
from editing.links import Link, may_add, may_view, page_address
from editing.site import site_page
from records.history import recorded_models


@above_lists
def link_to_removed(request, model):
    options = model._meta
    address = reverse("admin:removed", args=[options.app_label, options.model_name])
    return [Link("Removed", address)] if may_view(request, model) else []


@site_page("removed/<slug:app_label>/<slug:model_name>/", name="removed")
def removed_view(request: HttpRequest, app_label: str, model_name: str) -> HttpResponse:
    """The records of one kind that are no longer there, the last removed first."""
    label = f"{app_label}.{model_name.lower()}"
    model = next((each for each in recorded_models() if each._meta.label_lower == label), None)
    if model is None:
        raise Http404("There is no such kind of record.")
    if not may_view(request, model):
        raise PermissionDenied
    rows = (
        model.history.filter(history_type="-")
        .latest_of_each()
        .select_related("history_user")
        .order_by("-history_id")
    )
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get(PAGE_VAR))
    context = {
        **admin.site.each_context(request),
        "title": f"Removed {model._meta.verbose_name_plural}",
        "opts": model._meta,
        "list_address": page_address(model, "changelist"),
        "kind": capfirst(model._meta.verbose_name),
        "changes": changes_in_words(page.object_list),
        "may_restore": may_add(request, model),
        **pages_of(page),
    }
    return TemplateResponse(request, "editing/removed.html", context)
