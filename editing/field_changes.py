"""Changes in words: what a record was before and after, field by field, as people say it.

Read from change history, so that what is told is what happened.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.text import capfirst

from records.history import HistoryRow, Nature
from records.periods import Dated, Precision, date_in_words

NOTHING = "nothing"

# Dates are told as they are known, in one go: "by April 2019". Each is the field of the date and
# those of its precision and of its qualifier, if it has one.
DATES = {
    "start_date": ("start_precision", "start_qualifier"),
    "end_date": ("end_precision", "end_qualifier"),
    "confirmed_on": ("confirmed_precision", None),
    "published_date": ("published_precision", None),
}
PARTS_OF_DATES = {part for parts in DATES.values() for part in parts if part}


@dataclass(frozen=True)
class FieldChange:
    """One field of a record, before and after, in words."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """What became of one record: added, changed or removed, and its fields in words."""

    row: HistoryRow
    kind: str  # the record's: "membership"
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

    # The pages of a record's history answer for records that are no longer there, too.

    @property
    def history_address(self) -> str:
        return history_address(self.row)

    @property
    def version_address(self) -> str:
        return version_address(self.row)

    @property
    def together_address(self) -> str:
        return together_address(self.row)


OUTCOMES = {"+": "Added", "~": "Changed", "-": "Removed"}


def told_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields of `model` that a person would speak of, those of a date by its first.

    In the order of the forms: what it belongs to, what it is, its period, its evidence.
    """
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name not in PARTS_OF_DATES
        and (field.editable or field.name in TOLD_THOUGH_NOT_EDITED)
    ]
    first, last = getattr(model, "fixed_fields", ()), LAST

    def place(field: models.Field) -> int:
        return -2 if field.name in first else last.index(field.name) if field.name in last else -1

    return sorted(fields, key=place)


PERIOD_FIELDS = ["start_date", "end_date", "end_document", "end_locator"]
EVIDENCE_FIELDS = [
    "document",
    "locator",
    "quotation",
    "note",
    "confirmed_on",
    "confirmed_document",
    "confirmed_locator",
]
LAST = [*PERIOD_FIELDS, *EVIDENCE_FIELDS]


# Set by guided steps and by no form.
TOLD_THOUGH_NOT_EDITED = {"merged_into", "withheld"}


class Names:
    """What records are called, looked up for many at once."""

    def __init__(self):
        self._wanted: dict[type[models.Model], set] = defaultdict(set)
        self._found: dict[type[models.Model], dict] = defaultdict(dict)
        self._removed: set[tuple] = set()

    def want(self, model: type[models.Model], key) -> None:
        if key is not None and key not in self._found[model]:
            self._wanted[model].add(key)

    def of(self, model: type[models.Model], key) -> str:
        """What the record of `key` is called now, or was when it was removed."""
        if key is None:
            return ""
        record = self.record(model, key)
        if record is None:
            return f"{model._meta.verbose_name} {key}, which was removed"
        return f"{record} (since removed)" if (model, key) in self._removed else str(record)

    def record(self, model: type[models.Model], key):
        """The record of `key`, or what history says it last was, or None."""
        self.want(model, key)
        self._look_up()
        return self._found[model].get(key)

    def name(self, record):
        """The same record, with the others that `str` reads of it."""
        for path in getattr(type(record), "named_by", ()):
            field = record._meta.get_field(path.partition("__")[0])
            key = getattr(record, field.attname)
            if key is not None and (other := self.record(field.related_model, key)) is not None:
                setattr(record, field.name, other)
        return record

    def _look_up(self) -> None:
        wanted, self._wanted = self._wanted, defaultdict(set)
        from_history = []
        for model, keys in wanted.items():
            records = model._base_manager.all()
            if named_by := getattr(model, "named_by", ()):
                records = records.select_related(*named_by)
            found = self._found[model]
            found.update(dict.fromkeys(keys) | records.in_bulk(keys))
            missing = [key for key in keys if found[key] is None]
            if missing and hasattr(model, "history"):
                for row in model.history.filter(id__in=missing).latest_of_each():
                    found[row.id] = row.instance
                    self._removed.add((model, row.id))
                    from_history.append(row.instance)
        # All that they are named by is asked for before the first of it is looked up.
        for record in from_history:
            self._want_what_names(record)
        for record in from_history:
            found = self._found[type(record)]
            found[record.pk] = self.name(found[record.pk])

    def _want_what_names(self, record) -> None:
        for path in getattr(type(record), "named_by", ()):
            field = record._meta.get_field(path.partition("__")[0])
            self.want(field.related_model, getattr(record, field.attname))


def want_names(rows: Iterable, names: Names) -> None:
    for row in rows:
        for field in told_fields(row.instance_type):
            if isinstance(field, models.ForeignKey):
                names.want(field.related_model, getattr(row, field.attname))


def value_in_words(record, field: models.Field, names: Names) -> str:
    """What `field` of a record, or of a row of its history, says; "" for nothing."""
    if isinstance(field, models.ForeignKey):
        return names.of(field.related_model, getattr(record, field.attname))
    value = getattr(record, field.attname)
    if field.name in DATES:
        return _date(record, value, *DATES[field.name])
    if value is None or value == "":
        return "not recorded" if isinstance(field, models.BooleanField) else ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    if isinstance(field, models.DateField):
        return date_in_words(value)
    return str(value)


def _date(record, day, precision: str, qualifier: str | None) -> str:
    if day is None:
        return ""
    words = date_in_words(day, getattr(record, precision) or Precision.DAY)
    return f"by {words}" if qualifier and getattr(record, qualifier) == "by" else words


def field_changes(model: type[models.Model], old, new, names: Names) -> tuple[FieldChange, ...]:
    """What differs between two states of a record, either of which may be None."""
    changes = []
    for field in told_fields(model):
        if old is None and not field.editable and not getattr(new, field.attname):
            continue  # nobody asks of a new record whether it is withheld
        before = value_in_words(old, field, names) if old is not None else ""
        after = value_in_words(new, field, names) if new is not None else ""
        if before and before == after and _points_elsewhere(old, new, field):
            # As a clause does that followed a seat to the next of its title.
            before, after = _told_apart(before, field, old, new, names)
        if before != after:
            label = capfirst(field.verbose_name)
            changes.append(FieldChange(field.name, label, before, after))
    return tuple(changes)


def _points_elsewhere(old, new, field: models.Field) -> bool:
    keys = getattr(old, field.attname), getattr(new, field.attname)
    return isinstance(field, models.ForeignKey) and keys[0] != keys[1]


def _told_apart(words: str, field: models.ForeignKey, old, new, names: Names) -> list[str]:
    """Two records of one name that a field points at, told apart by their time or their address.

    By their numbers if that is all there is: the number of a new record is another each time a
    step is previewed, so that it would not be the change that was seen.
    """
    keys = [getattr(record, field.attname) for record in (old, new)]
    records = [names.record(field.related_model, key) for key in keys]
    for tell in (_time_of, lambda record: getattr(record, "slug", "")):
        told = [tell(record) if record is not None else "" for record in records]
        if told[0] != told[1]:
            break
    else:
        told = [f"record {key}" for key in keys]
    return [f"{words} ({more})" if more else words for more in told]


def _time_of(record) -> str:
    return record.time_in_words(timezone.localdate()) if isinstance(record, Dated) else ""


def earlier_rows(rows: list) -> dict[int, "HistoryRow | None"]:
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


def changes_in_words(rows: Iterable[HistoryRow]) -> list[Change]:
    """Each of `rows`, of any models, as a change from the row before it, in the same order."""
    rows = list(rows)
    by_model = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    earlier = {model: earlier_rows(of_model) for model, of_model in by_model.items()}
    names = Names()
    want_names(rows, names)
    for of_model in earlier.values():
        want_names([row for row in of_model.values() if row is not None], names)
    return [_change(row, earlier[type(row)][row.history_id], names) for row in rows]


def net_changes(rows: Iterable[HistoryRow]) -> list[Change]:
    """What `rows`, written together, come to for each record: once for each."""
    first, last = {}, {}
    for row in rows:
        key = (type(row), row.id)
        first[key] = min(first.get(key, row), row, key=attrgetter("history_id"))
        last[key] = max(last.get(key, row), row, key=attrgetter("history_id"))
    by_model = defaultdict(list)
    for (model, _), row in first.items():
        by_model[model].append(row)
    names = Names()
    before = {}
    for model, of_model in by_model.items():
        for history_id, row in earlier_rows(of_model).items():
            before[model, history_id] = row
    want_names([row for row in [*before.values(), *last.values()] if row is not None], names)
    changes = []
    for key, row in first.items():
        came_to_be, went = row.history_type == "+", last[key].history_type == "-"
        if came_to_be and went:
            continue
        change = _change(last[key], before[type(row), row.history_id], names)
        if change.fields or not change.is_there:
            changes.append(change)
    return changes


def _change(row, before, names: Names) -> Change:
    model = row.instance_type
    if before is not None and before.history_type == "-":
        before = None
    outcome = OUTCOMES["-" if row.history_type == "-" else "~" if before is not None else "+"]
    new = None if row.history_type == "-" else row
    return Change(
        row=row,
        kind=str(model._meta.verbose_name),
        record=record_in_words(row, names),
        outcome=outcome,
        fields=field_changes(model, before, new, names),
    )


def record_in_words(row, names: Names) -> str:
    """What the record of a row of history is called, as its fields then had it."""
    try:
        return str(names.name(row.instance))
    except ObjectDoesNotExist:
        return f"{row.instance_type._meta.verbose_name} {row.id}"


def fingerprint(changes: Iterable[Change], *more: str) -> str:
    """What tells one set of changes from another: what was previewed from what would be done."""
    told = hashlib.sha256()
    for change in changes:
        told.update(
            repr(
                (
                    change.kind,
                    change.record,
                    change.outcome,
                    [(field.name, field.old, field.new) for field in change.fields],
                )
            ).encode()
        )
    told.update(repr(more).encode())
    return told.hexdigest()[:32]


def when_in_words(row: HistoryRow) -> str:
    """When a row of history was written: "3 March 2026, 09:12:05"."""
    return date_format(timezone.localtime(row.history_date), "j F Y, H:i:s")


def who_in_words(row: HistoryRow) -> str:
    """Whoever wrote a row of history."""
    user = row.history_user
    return (user.get_full_name() or user.get_username()) if user else "not recorded"


NATURES_OF_OLD = {"+": Nature.RECORDED, "~": Nature.CHANGED, "-": Nature.REMOVED}


def nature_in_words(row: HistoryRow) -> str:
    """Of what kind a change was: "corrected", "changed: Replace the holder"."""
    nature = Nature(row.history_nature or NATURES_OF_OLD[row.history_type]).label
    return f"{nature}: {row.history_step}" if row.history_step else nature


def _address(row: HistoryRow, page: str, *more) -> str:
    options = row.instance_type._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=[row.id, *more])


def history_address(row: HistoryRow) -> str:
    """The page of the history of a row's record."""
    return _address(row, "history")


def version_address(row: HistoryRow) -> str:
    """The page that shows the record as a row of its history has it."""
    return _address(row, "simple_history", row.pk)


def together_address(row: HistoryRow) -> str:
    """The page of all that was changed with it; "" for what stands alone and is not undone."""
    if row.history_batch is None or row.history_nature == Nature.SEEDED:
        return ""
    return reverse("admin:together", args=[row.history_batch])
