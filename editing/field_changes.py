"""Changes in words: what a record was before and after, field by field, as people say it.

They are read from the change history, so that they say what happened.
"""

import functools
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.db import models
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.text import capfirst

from editing.links import page_address
from editing.record_names import RecordNames
from editing.typed_dates import beside
from records.dated import Dated
from records.history import HistoryRow, Nature
from records.models import DatedFact
from records.periods import Precision, as_limit, date_in_words

NOTHING = "nothing"

LAST = [
    *DatedFact.PERIOD_FIELDS,
    *DatedFact.END_SOURCE_FIELDS,
    *DatedFact.EVIDENCE_FIELDS,
]


@functools.cache
def dates_of(model: type[models.Model]) -> dict[str, tuple[str, str | None]]:
    """The dates of `model` that are known to the day, month or year, each with the fields that have
    its precision and, for some, its qualifier. The three are one value: "by April 2019"."""
    names = {field.name for field in model._meta.concrete_fields}
    found: dict[str, tuple[str, str | None]] = {}
    for field in model._meta.concrete_fields:
        precision, qualifier = beside(field.name, "precision"), beside(field.name, "qualifier")
        if isinstance(field, models.DateField) and precision in names:
            found[field.name] = precision, qualifier if qualifier in names else None
    return found


def parts_of_dates(model: type[models.Model]) -> set[str]:
    """The fields of `model` that say how well its dates are known."""
    return {part for parts in dates_of(model).values() for part in parts if part}


@dataclass(frozen=True)
class FieldChange:
    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """A change of one record: added, changed or removed, and its fields in words."""

    row: HistoryRow
    kind: str  # of record: "membership"
    record: str  # in words
    outcome: str  # "Added", "Changed" or "Removed"
    fields: tuple[FieldChange, ...]

    @property
    def is_there(self) -> bool:
        return self.outcome != "Removed"

    @property
    def when(self) -> str:
        return when_in_words(self.row)

    @property
    def who(self) -> str:
        return who_in_words(self.row)

    @property
    def why(self) -> str:
        return self.row.history_change_reason

    @property
    def nature(self) -> str:
        return nature_in_words(self.row)

    # Removed records have these pages too.

    @property
    def history_address(self) -> str:
        return page_address(self.row.instance_type, "history", self.row.id)

    @property
    def version_address(self) -> str:
        """The page of the record as it was after the change."""
        return page_address(self.row.instance_type, "simple_history", self.row.id, self.row.pk)

    @property
    def batch_address(self) -> str:
        """The page of everything that was changed with it; "" if it stands alone and is not to be
        undone."""
        if self.row.history_batch is None or self.row.history_nature == Nature.SEEDED:
            return ""
        return reverse("admin:together", args=[self.row.history_batch])


OUTCOMES = {"+": "Added", "~": "Changed", "-": "Removed"}


def shown_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields of `model` that a person would speak of; a date is one field.

    They are in the order of the forms: what it belongs to, what it is, its period, its evidence.
    """
    parts = parts_of_dates(model)
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name not in parts
        and (field.editable or field.name in getattr(model, "set_by_steps", ()))
    ]
    first = getattr(model, "fixed_fields", ())

    def place(field: models.Field) -> int:
        return -2 if field.name in first else LAST.index(field.name) if field.name in LAST else -1

    return sorted(fields, key=place)


def want_names(rows: Iterable[HistoryRow], names: RecordNames) -> None:
    """Look up the names of every record that `rows` point at, together."""
    for row in rows:
        for field in shown_fields(row.instance_type):
            if isinstance(field, models.ForeignKey):
                names.want(field.related_model, getattr(row, field.attname))


def value_in_words(record, field: models.Field, names: RecordNames) -> str:
    """The value of a field of a record, or of a row of its history; "" for nothing."""
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, getattr(record, field.attname))
    value = getattr(record, field.attname)
    if parts := dates_of(field.model).get(field.name):
        return _date_in_words(record, value, *parts)
    if value is None or value == "":
        return "not recorded" if isinstance(field, models.BooleanField) else ""
    if words := _own_words(field):
        return words(value, names)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    if isinstance(field, models.DateField):
        return date_in_words(value)
    return str(value)


def _own_words(field: models.Field) -> Callable[..., str] | None:
    """What its model gives to tell a value that is neither text, date, choice nor record."""
    return getattr(field.model, "values_in_words", {}).get(field.name)


def _date_in_words(record, day, precision: str, qualifier: str | None) -> str:
    if day is None:
        return ""
    words = date_in_words(day, getattr(record, precision) or Precision.DAY)
    return as_limit(words, getattr(record, qualifier)) if qualifier else words


def field_changes(
    model: type[models.Model], old, new, names: RecordNames
) -> tuple[FieldChange, ...]:
    """The differences between two states of a record, either of which may be None."""
    changes = []
    for field in shown_fields(model):
        if old is None and not field.editable and not getattr(new, field.attname):
            continue  # nobody asks whether a new record is withheld
        before = value_in_words(old, field, names) if old is not None else ""
        after = value_in_words(new, field, names) if new is not None else ""
        is_key = isinstance(field, models.ForeignKey)
        if is_key and before and before == after and _key(old, field) != _key(new, field):
            # It names another record of the same title.
            before, after = _told_apart(before, field, old, new, names)
        elif (words := _own_words(field)) and before and before == after:
            # The same of a rule of quoracy.
            states = (getattr(old, field.attname), getattr(new, field.attname))
            if states[0] != states[1]:
                before, after = (words(each, names, times=True) for each in states)
        if before != after:
            label = capfirst(str(field.verbose_name))
            changes.append(FieldChange(field.name, label, before, after))
    return tuple(changes)


def _key(record, field: models.ForeignKey):
    return getattr(record, field.attname)


def _told_apart(
    words: str, field: models.ForeignKey, old, new, names: RecordNames
) -> tuple[str, str]:
    """The words for two records of one name that a field points at, told apart by their time or
    address.

    They are told apart by number only if nothing else differs: each preview of a step gives a new
    record another number, and so would never be the change that was seen.
    """
    keys = _key(old, field), _key(new, field)
    before, after = (names.record(field.related_model, key) for key in keys)
    for difference in (_time_of, lambda record: getattr(record, "slug", "")):
        differences = [difference(each) if each is not None else "" for each in (before, after)]
        if differences[0] != differences[1]:
            break
    else:
        differences = [f"record {key}" for key in keys]
    first, second = (f"{words} ({more})" if more else words for more in differences)
    return first, second


def _time_of(record) -> str:
    return record.time_in_words(timezone.localdate()) if isinstance(record, Dated) else ""


def earlier_rows(rows: list[HistoryRow]) -> dict[int, HistoryRow | None]:
    """For each row of one model's history, the row of the same record that it followed."""
    history = type(rows[0])._base_manager
    before = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by(
        "-history_id"
    )
    keys = dict(
        history.filter(pk__in=[row.pk for row in rows])
        .annotate(before=Subquery(before.values("history_id")[:1]))
        .values_list("pk", "before")
    )
    found = history.in_bulk([key for key in keys.values() if key is not None])
    return {row.pk: found.get(keys.get(row.pk)) for row in rows}


def rows_before(rows: Iterable[HistoryRow]) -> dict[tuple, HistoryRow | None]:
    """The same for rows of any models. The keys are a historical model and a number."""
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    return {
        (model, number): before
        for model, of_model in by_model.items()
        for number, before in earlier_rows(of_model).items()
    }


def first_and_last(rows: Iterable[HistoryRow]) -> list[tuple[HistoryRow, HistoryRow]]:
    """The first and the last of `rows` for each record, by the order of writing."""
    by_record = defaultdict(list)
    for row in rows:
        by_record[type(row), row.id].append(row)
    number = attrgetter("history_id")
    return [(min(of_one, key=number), max(of_one, key=number)) for of_one in by_record.values()]


def changes_in_words(rows: Iterable[HistoryRow]) -> list[Change]:
    """Each of `rows`, of any models, as a change from the row before it, in the same order."""
    rows = list(rows)
    return _changes([(row, row) for row in rows])


def net_changes(rows: Iterable[HistoryRow]) -> list[Change]:
    """The sum of `rows`, written in one go, for each record."""
    kept = [
        (first, last)
        for first, last in first_and_last(rows)
        if first.history_type != "+" or last.history_type != "-"
    ]
    return [change for change in _changes(kept) if change.fields or not change.is_there]


def _changes(spans: list[tuple[HistoryRow, HistoryRow]]) -> list[Change]:
    """What came of each record from the row before the first of a span to the last."""
    before = rows_before(first for first, _ in spans)
    names = RecordNames()
    want_names([row for row in before.values() if row is not None], names)
    want_names([last for _, last in spans], names)
    return [_change(last, before[type(first), first.history_id], names) for first, last in spans]


def _change(row: HistoryRow, before: HistoryRow | None, names: RecordNames) -> Change:
    model = row.instance_type
    if before is not None and before.history_type == "-":
        before = None
    outcome = OUTCOMES["-" if row.history_type == "-" else "~" if before is not None else "+"]
    new = None if row.history_type == "-" else row
    return Change(
        row=row,
        kind=str(model._meta.verbose_name),
        record=names.of_row(row),
        outcome=outcome,
        fields=field_changes(model, before, new, names),
    )


def fingerprint(changes: Iterable[Change], *more: str) -> str:
    """A short text that is the same only for the same changes: those of a preview, and those that
    a step would make now."""
    digest = hashlib.sha256()
    for change in changes:
        fields = [(field.name, field.old, field.new) for field in change.fields]
        digest.update(repr((change.kind, change.record, change.outcome, fields)).encode())
    digest.update(repr(more).encode())
    return digest.hexdigest()[:32]


def when_in_words(row: HistoryRow) -> str:
    """When a row of history was written: "3 March 2026, 09:12:05"."""
    return date_format(timezone.localtime(row.history_date), "j F Y, H:i:s")


def who_in_words(row: HistoryRow) -> str:
    user = row.history_user
    return (user.get_full_name() or user.get_username()) if user else "not recorded"


# For rows written before rows had a nature.
NATURES_OF_OLD = {"+": Nature.RECORDED, "~": Nature.CHANGED, "-": Nature.REMOVED}


def nature_in_words(row: HistoryRow) -> str:
    """The nature of a change: "corrected", "changed: Replace the holder"."""
    nature = Nature(row.history_nature or NATURES_OF_OLD[row.history_type]).label
    return f"{nature}: {row.history_step}" if row.history_step else nature
