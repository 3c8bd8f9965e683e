"""Undoing: every record that was changed in one go is put back to what it was, or none is."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from editing.field_changes import (
    first_and_last,
    nature_in_words,
    rows_before,
    when_in_words,
    who_in_words,
)
from editing.history_pages import refuse_without_what_it_needs
from editing.record_names import RecordNames
from editing.steps import all_steps
from records.history import HistoryRow, Nature, Recorded, Writing, recorded_models, writing
from records.locks import locked

# No step changes more. An import that did is corrected by another import.
MOST_RECORDS = 1000
MOST_REASONS = 5

NOTHING_LEFT = "There is nothing to undo: no record is left of what was added."


@dataclass(frozen=True)
class Undoing:
    """One record, before it was changed with others and after."""

    model: type[Recorded]
    key: int
    before: HistoryRow | None  # None if it was not there
    last: HistoryRow  # as the change left it

    @property
    def removes(self) -> bool:
        return self.before is None

    @property
    def adds(self) -> bool:
        return self.last.history_type == "-"

    def is_last(self, row: HistoryRow) -> bool:
        """Whether a later row of its history shows the record as the change left it."""
        return values_in(row) == values_in(self.last)

    def is_before(self, row: HistoryRow) -> bool:
        """Whether a later row of its history shows the record as it was before the change."""
        return values_in(row) == values_in(self.before)

    def permission(self) -> str:
        options = self.model._meta
        # Whoever may change a record may take back that a step added it.
        return f"{options.app_label}.{'add' if self.adds else 'change'}_{options.model_name}"


def values_in(row: HistoryRow | None) -> list | None:
    """The values of a record in a row of its history; None if there was no such record."""
    if row is None or row.history_type == "-":
        return None
    return [getattr(row, field.attname) for field in row.instance_type._meta.concrete_fields]


def rows_of(batch: uuid.UUID) -> list[HistoryRow]:
    """The rows of history with this batch number, in the order in which they were written."""
    rows = []
    for model in recorded_models():
        rows += model.history.filter(history_batch=batch).select_related("history_user")
    return sorted(rows, key=lambda row: (row.history_date, type(row).__name__, row.history_id))


def undoings(rows: Iterable[HistoryRow]) -> list[Undoing]:
    """One for each record of `rows`, except records that were both added and removed by them."""
    spans = first_and_last(sorted(rows, key=lambda row: row.history_id))
    earlier = rows_before(first for first, _ in spans)
    found = []
    for first, last in spans:
        before = earlier[type(first), first.history_id]
        if before is not None and before.history_type == "-":
            before = None
        undoing = Undoing(first.instance_type, first.id, before, last)
        if not (undoing.removes and undoing.adds):
            found.append(undoing)
    return found


def refusal(request: HttpRequest, rows: list[HistoryRow]) -> str:
    """Why the user may not undo `rows`, in a sentence; "" if they may."""
    if any(row.history_nature == Nature.SEEDED for row in rows):
        return "The register’s first records are not undone."
    if any(row.history_nature == Nature.UPGRADED for row in rows):
        return "What an upgrade put right is not undone. Correct each record by itself."
    number = len({(row.instance_type, row.id) for row in rows})
    if number > MOST_RECORDS:
        return (
            f"It changed {number:,} records, and at most {MOST_RECORDS:,} are undone in one go. "
            "Put right what is wrong by importing it again."
        )
    to_undo = undoings(rows)
    if not to_undo:
        return NOTHING_LEFT
    if not may_undo(request, rows, to_undo):
        return "You may not undo this: it takes the right to change each of these records."
    try:
        refuse_changed_since(to_undo)
    except ValidationError as error:
        return error.messages[0]
    return ""


def was_undone(batch: uuid.UUID) -> bool:
    """Whether the changes with this batch number are undone, and the undoing is not undone in
    turn."""
    to_undo = undoings(rows_of(batch))
    if not to_undo:
        return False
    # All of it is undone at once: one record tells. Other changes may have come and been undone in
    # between, and whatever was changed after the undoing leaves it undone.
    [first, *_] = to_undo
    later = first.model.history.filter(id=first.last.id, history_id__gt=first.last.history_id)
    undone = False
    for row in later.order_by("history_id"):
        if row.history_nature != Nature.UNDONE:
            if undone:
                return True
        elif first.is_before(row):
            undone = True
        elif first.is_last(row):
            undone = False
    return undone


def may_undo(request: HttpRequest, rows: list[HistoryRow], to_undo: list[Undoing]) -> bool:
    """Whether the user may take the step, and change each record that it changed."""
    user = request.user
    if not user.has_perms({undoing.permission() for undoing in to_undo}):
        return False
    if any(row.history_nature == Nature.IMPORTED for row in rows) and not user.has_perm(
        "records.import_records"
    ):
        return False
    for title in {row.history_step for row in rows} - {""}:
        named = [step for _, step in all_steps() if step.title == title]
        if named and not any(step.may_be_taken_by(request) for step in named):
            return False
    return True


def refuse_changed_since(to_undo: list[Undoing]) -> None:
    """Raise ValidationError, naming the record, if one of them is not as the change left it.

    A later change that was undone is not in the way."""
    keys = defaultdict(list)
    for undoing in to_undo:
        keys[undoing.model].append(undoing.key)
    latest: dict[tuple, HistoryRow] = {}
    for model, of_model in keys.items():
        rows = model.history.filter(id__in=of_model).latest_of_each()
        latest |= {(model, row.id): row for row in rows.select_related("history_user")}
    for undoing in to_undo:
        row = latest[undoing.model, undoing.key]
        if undoing.is_last(row):
            continue
        raise ValidationError(
            f"This cannot be undone: {undoing.model._meta.verbose_name} "
            f"“{RecordNames().of_row(row)}” was {nature_in_words(row)} since, by "
            f"{who_in_words(row)} on {when_in_words(row)}. Undo that first, or correct each record "
            "by itself."
        )


@transaction.atomic
def undo(*, rows: list[HistoryRow], user, reason: str) -> Writing:
    """Put each record of `rows` back to what it was before, and remove the records they added.

    Raises ValidationError, changing nothing, if one of them was changed since, or if a rule
    would be broken.
    """
    to_undo = undoings(rows)
    if not to_undo:
        raise ValidationError(NOTHING_LEFT)
    for undoing in sorted(to_undo, key=lambda undoing: (undoing.model._meta.label, undoing.key)):
        list(locked(undoing.model).filter(pk=undoing.key))
    refuse_changed_since(to_undo)
    # The last change is undone first. A record that a rule still holds back is tried again when
    # more of the rest is undone.
    left = list(reversed(to_undo))
    left.sort(key=lambda undoing: (not undoing.removes, undoing.adds))
    step = next((row.history_step for row in rows if row.history_step), "")
    with writing(Nature.UNDONE, reason=reason, step=step, user=user) as written:
        while left:
            failed = [(undoing, why) for undoing in left if (why := attempt(undoing, written))]
            if len(failed) == len(left):
                raise ValidationError(first_of([why for _, why in failed]))
            left = [undoing for undoing, _ in failed]
    return written


def first_of(reasons: list[str]) -> list[str]:
    shown = reasons[:MOST_REASONS]
    if more := len(reasons) - len(shown):
        shown.append(
            f"And {more:,} more of the records that were changed together cannot be put back."
        )
    return shown


def attempt(undoing: Undoing, written: Writing) -> str:
    """Undo one record; returns why it cannot be done yet, or "" if it was done."""
    number_written = len(written.rows)
    try:
        with transaction.atomic():
            put_back(undoing)
    except ValidationError as error:
        why = "; ".join(error.messages)
    except ProtectedError:
        why = "Other records need it."
    except IntegrityError:
        why = "It conflicts with another record."
    else:
        return ""
    del written.rows[number_written:]
    record = RecordNames().of_row(undoing.before or undoing.last)
    return f"{undoing.model._meta.verbose_name} “{record}” cannot be put back: {why}"


def put_back(undoing: Undoing) -> None:
    stored = locked(undoing.model).filter(pk=undoing.key)
    if undoing.before is None:
        stored.get().delete()
        return
    record = undoing.before.instance if undoing.adds else stored.get()
    for field in undoing.model._meta.concrete_fields:
        if not field.primary_key:
            setattr(record, field.attname, getattr(undoing.before, field.attname))
    # Undoing may change the same fixed fields as a step.
    record.unfixed = record.fixed_fields
    refuse_without_what_it_needs(record)
    record.full_clean()
    record.save(force_insert=undoing.adds)
