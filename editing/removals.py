"""Removing a record that should never have been. Anything that is over is ended instead."""

import logging
from collections import defaultdict
from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from editing.conflicts import latest_version
from editing.history_pages import ReasonForm
from editing.links import change_address, may_be_a_key
from editing.refusals import forget_messages
from records.history import Recorded
from records.locks import locked
from records.troubles import REFUSALS, refused_in_words, trouble_of

logger = logging.getLogger(__name__)


def removal_view(
    model_admin, request: HttpRequest, object_id: str, delete_view: Callable
) -> HttpResponse:
    """The library's page to delete a record. It also asks why, and asks again if the record was
    changed after the page was opened."""
    asked = request.method == "POST"
    form = ReasonForm(request.POST if asked else None)
    context: dict[str, object] = {"form": form}
    model, key = model_admin.model, unquote(object_id)
    try:
        with transaction.atomic():
            if may_be_a_key(key):
                if asked:
                    context["changed_since"] = has_changed_since_shown(request, model, key)
                context["version"] = latest_version(model, key)
            if asked:
                if form.is_valid() and not context.get("changed_since"):
                    request.removal_reason = form.cleaned_data["reason"]
                else:
                    request.POST = QueryDict()  # asks again
            return delete_view(request, object_id, context)
    except REFUSALS as error:
        kind = model_admin.opts.verbose_name
        logger.warning("The database kept a %s: %s", kind, error)
        forget_messages(request)
        why = (
            f"This {kind} was not deleted: other records need it."
            if isinstance(error, IntegrityError) and trouble_of(error) is None
            else refused_in_words(error, "changed")
        )
        model_admin.message_user(request, why, messages.ERROR)
        return HttpResponseRedirect(change_address(model, key))


def has_changed_since_shown(request: HttpRequest, model: type[Recorded], key: str) -> bool:
    """Whether the record was changed after the page to remove it was opened."""
    if "version" not in request.POST:
        return False
    list(locked(model).filter(pk=key))
    return request.POST["version"] != str(latest_version(model, key))


def dependants_in_words(record: models.Model) -> list[str]:
    """How many records of each kind need `record`: "3 memberships", "1 seat"."""
    pointing: dict[type[models.Model], Q] = defaultdict(Q)
    for relation in record._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is models.PROTECT and relation.auto_created:
            pointing[relation.related_model] |= Q(**{relation.field.name: record})
    found = []
    for model, points_at_it in pointing.items():
        number = model._base_manager.filter(points_at_it).count()
        if number:
            options = model._meta
            noun = options.verbose_name if number == 1 else options.verbose_name_plural
            found.append(f"{number} {noun}")
    return found
