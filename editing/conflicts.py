"""Two editors at once: the second to save sees what the first changed, and chooses.

A form carries the version of the record that it was opened on, which is the number of the last
row of its history. If there is a later row when the form is sent, nothing is saved: the form
comes back with the old value, the present one and the typed one beside each other.
"""

import copy
from dataclasses import dataclass

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from editing.field_changes import (
    NOTHING,
    Change,
    changes_in_words,
    dates_of,
    shown_fields,
    value_in_words,
)
from editing.history_pages import last_row, own_context
from editing.links import may_be_a_key
from editing.record_names import RecordNames
from records.history import HistoryRow, Recorded
from records.locks import locked
from records.models import Record

THEIRS, MINE = "theirs", "mine"

# Each is one choice, and so is a date with its precision. Otherwise a date could get the year of
# one editor and the precision of another, or a page of one document be taken for one of another.
CHOSEN_TOGETHER = [
    ["document", "locator"],
    ["end_document", "end_locator"],
    ["confirmed_document", "confirmed_locator"],
]

NO_VERSION = (
    "Nothing was saved. This form does not say which version of the record it was opened on. "
    "Open the record again and make your change there."
)
CHOOSE = (
    "Nothing is saved yet: somebody else has changed this record since you opened it. Choose above "
    "which to keep, and save again."
)


@dataclass(frozen=True)
class Touched:
    """A field that somebody else changed while a form was open, beside what was typed in it."""

    name: str  # of the choice
    label: str
    was: str
    now: str
    typed: str
    by: Change | None
    by_both: bool  # whether it was changed in the form too
    chosen: str


@dataclass(frozen=True)
class Conflict:
    """The changes that somebody else made while a form was open."""

    seen: int  # the version that the reader is shown as the present one
    since: list[Change]
    touched: list[Touched]


def latest_version(model: type[Recorded], key) -> int:
    """The version of a record: the number of the last row of its history; 0 without any."""
    row = last_row(model, key)
    return row.history_id if row else 0


def hold_against_present(model_admin, request: HttpRequest, key: str) -> HttpResponse | None:
    """Lock a record, and hold the version that a form was opened on against the present one.

    If the record is gone, returns the page that says so. If the form may not be saved, the request
    gets a `refusal`, and a `conflict` if there is something to choose. Choices that were made are
    written into what was sent.
    """
    if not may_be_a_key(key):
        return None
    record = locked(model_admin.model).filter(pk=key).first()
    if not model_admin.has_change_permission(request, record):
        return None
    now = last_row(model_admin.model, key)
    if record is None:
        return gone_view(model_admin, request, now) if now else None
    request.refusal, request.conflict = conflict_with(model_admin, request, record, now)
    return None


def conflict_with(
    model_admin, request: HttpRequest, record: models.Model, now: HistoryRow | None
) -> tuple[str, Conflict | None]:
    """Why a form may not be saved, "" if it may; and what there is to choose."""
    version = request.POST.get("version", "")
    if version == str(now.history_id if now else 0):
        return "", None
    if now is None or not may_be_a_key(version):
        return NO_VERSION, None
    was = model_admin.model.history.filter(id=record.pk, history_id=int(version)).first()
    if was is None:
        return NO_VERSION, None
    conflict, sent = compare(model_admin, request, record, was, now)
    if not conflict.touched:
        return "", None
    seen = request.POST.get("seen") == str(now.history_id)
    if seen and all(touched.chosen for touched in conflict.touched):
        request.POST = sent
        return "", None
    return CHOOSE, conflict


def compare(
    model_admin, request: HttpRequest, record: models.Model, was: HistoryRow, now: HistoryRow
) -> tuple[Conflict, QueryDict]:
    """The changes between two versions, beside what was typed; and what the form would send with
    the choices made."""
    form_class = form_of(model_admin, request, record)
    typed = form_class(request.POST, instance=copy.copy(record))
    typed.full_clean()
    opened, present = form_class(instance=was.instance), form_class(instance=record)
    since = changes_since(model_admin.model, was)
    names = RecordNames()
    sent = request.POST.copy()
    touched = []
    for fields in choices(model_admin.model, typed):
        theirs = any(getattr(was, f.attname) != getattr(record, f.attname) for f in fields)
        if not theirs or not any(differs(typed, present, f.name) for f in fields):
            continue
        by_both = any(differs(typed, opened, f.name) for f in fields)
        # The prefix tells whether an answer is required. If somebody then types in a field that
        # they had only kept, the new prefix has no answer yet, and they are asked.
        name = f"{'choose' if by_both else 'keep'}-{fields[0].name}"
        chosen = request.POST.get(name, "" if by_both else THEIRS)
        chosen = chosen if chosen in (THEIRS, MINE) else ""
        touched.append(
            Touched(
                name=name,
                label=label_of(fields),
                was=fields_in_words(was, fields, names),
                now=fields_in_words(record, fields, names),
                typed=typed_in_words(typed, fields, names),
                by=next((change for change in since if has_changed(change, fields)), None),
                by_both=by_both,
                chosen=chosen,
            )
        )
        if chosen == THEIRS:
            for field in fields:
                send_as(sent, present, field.name)
    return Conflict(now.history_id, since, touched), sent


def form_of(model_admin, request: HttpRequest, record: models.Model) -> type[forms.ModelForm]:
    fields = flatten_fieldsets(model_admin.get_fieldsets(request, record))
    return model_admin.get_form(request, record, change=True, fields=fields)


def choices(model: type[Record], form: forms.ModelForm) -> list[list[models.Field]]:
    """The fields of a form, in its order, in the groups that are one choice each."""
    by_name = {field.name: field for field in model._meta.concrete_fields}
    dates = [[date, *filter(None, parts)] for date, parts in dates_of(model).items()]
    chosen_together = [*dates, *CHOSEN_TOGETHER, *model.chosen_together]
    groups = {group[0]: group for group in chosen_together}
    later = {name for group in chosen_together for name in group[1:]}
    found = []
    for name in form.fields:
        if name in by_name and name not in later:
            group = [other for other in groups.get(name, [name]) if other in form.fields]
            found.append([by_name[other] for other in group])
    return found


def differs(form: forms.ModelForm, other: forms.ModelForm, name: str) -> bool:
    """Whether a field of a form as it was sent differs from the initial value in `other`."""
    field = form.fields[name]
    return field.has_changed(other.get_initial_for_field(other.fields[name], name), form[name].data)


def send_as(sent: QueryDict, form: forms.ModelForm, name: str) -> None:
    """Put into what was sent what `form` would send for a field that nobody touched."""
    bound = form[name]
    if hasattr(bound.field.widget, "as_sent"):
        for key in [key for key in sent if key.startswith(f"{name}-")]:
            del sent[key]
        for key, values in bound.field.widget.as_sent(name, bound.value()).items():
            sent.setlist(key, values)
        return
    if isinstance(bound.field.widget, forms.CheckboxInput):
        sent.pop(name, None)
        if bound.value():
            sent[name] = "on"
        return
    value = bound.field.widget.format_value(bound.value())
    if isinstance(value, list | tuple):
        value = next((key for key in value if key), "")
    sent[name] = "" if value is None else str(value)


def changes_since(model: type[Recorded], was: HistoryRow) -> list[Change]:
    """The changes after a version, the last first."""
    later = model.history.filter(id=was.id, history_id__gt=was.history_id)
    return changes_in_words(later.select_related("history_user").order_by("-history_id"))


def has_changed(change: Change, fields: list[models.Field]) -> bool:
    return bool({field.name for field in fields} & {field.name for field in change.fields})


def label_of(fields: list[models.Field]) -> str:
    shown = shown_fields(fields[0].model)
    return capfirst(" and ".join(str(field.verbose_name) for field in fields if field in shown))


def fields_in_words(record, fields: list[models.Field], names: RecordNames) -> str:
    shown = shown_fields(fields[0].model)
    words = [value_in_words(record, field, names) for field in fields if field in shown]
    return ", ".join(filter(None, words)) or NOTHING


def typed_in_words(form: forms.ModelForm, fields: list[models.Field], names: RecordNames) -> str:
    """The typed values in words; exactly as typed if they cannot be read."""
    if any(field.name in form.errors for field in fields):
        return ", ".join(filter(None, (str(form[f.name].data or "") for f in fields))) or NOTHING
    return fields_in_words(form.instance, fields, names)


def gone_view(model_admin, request: HttpRequest, row: HistoryRow) -> HttpResponse:
    names = RecordNames()
    title = names.of_row(row)
    record = row.instance
    form = form_of(model_admin, request, record)(request.POST, instance=row.instance)
    form.full_clean()
    (change,) = changes_in_words([row])
    context = {
        **own_context(model_admin, request, names.with_its_names(record), title, False),
        "title": f"Not saved: {title} has been removed",
        "change": change,
        "history": change.history_address,
        "typed": [
            (label_of(fields), typed_in_words(form, fields, names))
            for fields in choices(model_admin.model, form)
        ],
    }
    return TemplateResponse(request, "editing/conflict_gone.html", context, status=409)
