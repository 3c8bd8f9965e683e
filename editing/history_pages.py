"""The pages of a record's history: its changes in words, each earlier version, and restoring it."""

import logging
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from editing.field_changes import (
    NOTHING,
    Change,
    changes_in_words,
    fingerprint,
    net_changes,
    shown_fields,
    value_in_words,
    want_names,
    when_in_words,
)
from editing.links import change_address, page_address
from editing.record_names import RecordNames
from records.events import error_about
from records.history import HistoryRow, Nature, Recorded, writing
from records.locks import locked
from records.troubles import REFUSALS, refused_in_words

logger = logging.getLogger(__name__)

ROWS_A_PAGE = 50


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history with your name.",
    )


def last_row(model: type[Recorded], key) -> HistoryRow | None:
    """The last row of the history of one record, by the order of writing: the clock may have been
    wrong when a row was dated."""
    return (
        model.history.filter(id=key).select_related("history_user").order_by("-history_id").first()
    )


def record_or_last_version(
    model_admin, request: HttpRequest, object_id: str
) -> tuple[models.Model, str, bool]:
    """A record, or its last version if it was removed; its name; and whether it is there.

    Raises Http404 if there never was one, and PermissionDenied if the user may not see it.
    """
    record = model_admin.get_object(request, object_id)
    if record is not None:
        title, is_there = str(record), True
    else:
        row = last_row(model_admin.model, object_id)
        if row is None:
            raise Http404(f"There is no {model_admin.opts.verbose_name} of this number.")
        names = RecordNames()
        title, is_there, record = names.of_row(row), False, names.with_its_names(row.instance)
    if not model_admin.has_view_or_change_permission(request, record if is_there else None):
        raise PermissionDenied
    return record, title, is_there


def own_context(
    model_admin, request: HttpRequest, record: models.Model, title: str, is_there: bool
) -> dict:
    model = model_admin.model
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "object": record,
        "record": title,
        "is_there": is_there,
        "changelist_url": page_address(model, "changelist"),
        "change_url": change_address(model, record.pk) if is_there else "",
        "history_url": page_address(model, "history", record.pk),
        "media": model_admin.media,
    }


def history_view(model_admin, request: HttpRequest, object_id: str, tools=()) -> HttpResponse:
    """Who changed a record, when, how and why, the last change first."""
    record, title, is_there = record_or_last_version(model_admin, request, object_id)
    rows = (
        model_admin.model.history.filter(id=record.pk)
        .select_related("history_user")
        .order_by("-history_id")
    )
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get(PAGE_VAR))
    changes = changes_in_words(page.object_list)
    context = {
        **own_context(model_admin, request, record, title, is_there),
        "title": f"History: {title}",
        "tools": tools,
        "changes": changes,
        "may_restore": may_restore(model_admin, request, record, is_there),
        # The last version can be restored only if the record was removed.
        "as_it_is": changes[0].row.pk if changes and is_there and page.number == 1 else None,
        **pages_of(page),
    }
    return TemplateResponse(request, "simple_history/object_history.html", context)


def pages_of(page) -> dict:
    return {
        "page_obj": page,
        "page_var": PAGE_VAR,  # "p", as in the lists of the admin
        "page_range": page.paginator.get_elided_page_range(page.number),
        "pagination_required": page.paginator.num_pages > 1,
    }


def may_restore(model_admin, request: HttpRequest, record: models.Model, is_there: bool) -> bool:
    if is_there:
        return model_admin.has_change_permission(request, record)
    return model_admin.has_add_permission(request)


@dataclass(frozen=True)
class ThenAndNow:
    label: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        return self.then != self.now


def then_and_now(row: HistoryRow, record: models.Model | None) -> list[ThenAndNow]:
    """The fields that have a value in `row`, or in the record as it is now."""
    names = RecordNames()
    want_names([row], names)
    found = []
    for field in shown_fields(row.instance_type):
        then = value_in_words(row, field, names)
        now = value_in_words(record, field, names) if record is not None else ""
        if then or now:
            found.append(
                ThenAndNow(capfirst(str(field.verbose_name)), then or NOTHING, now or NOTHING)
            )
    return found


def row_or_404(model_admin, record: models.Model, version_id: str) -> HistoryRow:
    row = (
        model_admin.model.history.filter(id=record.pk, history_id=version_id)
        .select_related("history_user")
        .first()
    )
    if row is None:
        raise Http404("There is no such version of this record.")
    return row


def version_view(
    model_admin, request: HttpRequest, object_id: str, version_id: str
) -> HttpResponse:
    """An earlier version of a record, to read only."""
    record, title, is_there = record_or_last_version(model_admin, request, object_id)
    row = row_or_404(model_admin, record, version_id)
    (change,) = changes_in_words([row])
    fields = then_and_now(row, record if is_there else None)
    restore_address = page_address(model_admin.model, "restore", row.id, row.pk)
    context = {
        **own_context(model_admin, request, record, title, is_there),
        "title": f"{change.record}, as recorded on {when_in_words(row)}",
        "change": change,
        "fields": fields,
        "differs": not is_there or any(field.differs for field in fields),
        "restore": restore_address if may_restore(model_admin, request, record, is_there) else "",
    }
    return TemplateResponse(request, "simple_history/object_history_form.html", context)


def restore_view(
    model_admin, request: HttpRequest, object_id: str, version_id: str
) -> HttpResponse:
    """Shows what would change if an earlier version were restored, asks why, and restores it."""
    record, title, is_there = record_or_last_version(model_admin, request, object_id)
    row = row_or_404(model_admin, record, version_id)
    if not may_restore(model_admin, request, record, is_there):
        raise PermissionDenied
    confirmed = request.method == "POST"
    form = ReasonForm(request.POST if confirmed else None)
    reason = form.cleaned_data["reason"] if confirmed and form.is_valid() else ""
    seen = request.POST.get("seen", "") if reason else ""
    changes: list[Change] = []
    errors, done = [], False
    try:
        changes, done = restore(row=row, user=request.user, reason=reason, seen=seen)
    except ValidationError as error:
        errors = error.messages
    except REFUSALS as error:
        logger.warning("The database refused to restore a record: %s", error)
        errors = [refused_in_words(error, "changed")]
    if done:
        model_admin.message_user(request, f"{title} is restored.", messages.SUCCESS)
        return HttpResponseRedirect(change_address(model_admin.model, record.pk))
    context = {
        **own_context(model_admin, request, record, title, is_there),
        "title": f"Restore {title} as of {when_in_words(row)}",
        "form": form,
        "changes": changes,
        "fingerprint": fingerprint(changes),
        "errors": errors,
        "changed_meanwhile": bool(seen) and not errors,
    }
    status = 400 if confirmed and (errors or form.errors) else 200
    return TemplateResponse(request, "editing/restore.html", context, status=status)


def refuse_without_what_it_needs(record: models.Model) -> None:
    """Raise ValidationError if a record that this one points at is no longer there."""
    for field in record._meta.concrete_fields:
        key = getattr(record, field.attname)
        if not isinstance(field, models.ForeignKey) or key is None:
            continue
        if not field.related_model._base_manager.filter(pk=key).exists():
            needed = RecordNames().of(field.related_model, key)
            raise ValidationError(
                f"Its {field.verbose_name}, {needed}, is no longer there. Restore that first."
            )


@transaction.atomic
def restore(*, row: HistoryRow, user, reason: str, seen: str) -> tuple[list[Change], bool]:
    """Make a record what `row` of its history says, if that changes what was `seen` in a preview.

    Returns the changes, and whether they were made; otherwise they are taken back. A field that no
    form may change stays as it is. Raises ValidationError if a rule would be broken.
    """
    model = row.instance_type
    record = locked(model).filter(pk=row.id).first()
    new = record is None
    if new:
        record = row.instance
    else:
        for field in model._meta.concrete_fields:
            if field.editable and not field.primary_key:
                setattr(record, field.attname, getattr(row, field.attname))
    with writing(Nature.RESTORED, reason=reason, user=user) as written:
        try:
            refuse_without_what_it_needs(record)
            record.full_clean()
        except ValidationError as error:
            raise error_about(RecordNames().with_its_names(record), error) from error
        record.save(force_insert=new)
    changes = net_changes(written.rows)
    done = bool(seen) and seen == fingerprint(changes) and bool(changes)
    if not done:
        transaction.set_rollback(True)
    return changes, done
