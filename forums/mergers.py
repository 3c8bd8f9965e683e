"""What “Replace or merge” did for a planned succession, and what becomes of it when the plan does.

The step ends what belongs to an organisation and begins it again in the successor, all with one
batch number. If a document says that the merger came, or puts it off, all of that follows. If a
document gives the plan up, what was to end goes on and what was to begin is removed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min

from editing.undo import Undoing, rows_of, undoings, was_undone
from editing.undo import put_back as put_back_whole
from forums.change_kinds import END, START
from forums.foreseen import day_spoken_of, remove, sharing
from forums.models import (
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatVacancy,
    TermsOfReference,
)
from forums.plans import give_up, it_came
from organisations.models import Organisation, Post, Relationship
from organisations.successions import Plannable
from people.models import Appointment, PostVacancy
from records.confirmations import reconfirm
from records.events import Source, begin_on, check_and_save, end, lock, read_and_lock, take_back_end
from records.models import DatedFact
from records.periods import Qualifier, When

REPLACE_OR_MERGE = "Replace or merge"
SAY_WHETHER = "Say whether it happened"

# What the step changes: what others belong to comes before them.
IN_ORDER: list[Any] = [
    Organisation, Post, Seat, Appointment, Membership, Relationship, MemberOrganisation,
    ReportingLine, PostVacancy, SeatVacancy, TermsOfReference,
]  # fmt: skip
# What names a seat, and must name the former again before the seat that it names can go.
NAMES_A_SEAT = (TermsOfReference, PostVacancy, SeatVacancy)


@dataclass
class Merger:
    """Planned successions, and what the step changed for them, owners first."""

    plans: list[Plannable]
    undoings: list[Undoing]

    @classmethod
    def by(cls, plan: Plannable) -> "Merger":
        """Everything moved for a plan, and the plans of all that were to merge in the same go."""
        rows = [row for batch in batches_of(plan) for row in rows_of(batch)]
        found = [each for each in undoings(rows) if each.model in IN_ORDER]
        found.sort(key=lambda each: (IN_ORDER.index(each.model), each.key))
        tied = {each.key for each in found if each.model is Relationship}
        ties = list(Relationship.objects.filter(pk__in=tied).select_related("document"))
        plans = [each for each in ties if each.is_open_plan and each.pk != plan.pk]
        successions = {each.pk for each in ties if each.is_succession}
        return cls(
            [plan, *plans],
            [x for x in found if not (x.model is Relationship and x.key in successions)],
        )

    @property
    def begun(self) -> list[DatedFact]:
        """The records that the step added and that are still there."""
        return list(self._still_there(each for each in self.undoings if each.removes))

    @property
    def changed(self) -> list[Undoing]:
        return [each for each in self.undoings if not each.removes]

    @property
    def ended(self) -> list[DatedFact]:
        """The records that the step ended."""
        gave_an_end = (
            each
            for each in self.changed
            if not each.adds
            and hasattr(each.last, "end_date")
            and each.last.end_date != getattr(each.before, "end_date", None)
        )
        return list(self._still_there(gave_an_end))

    @staticmethod
    def _still_there(those: Iterable[Undoing]) -> Iterable[Any]:
        for each in those:
            yield from each.model._default_manager.filter(pk=each.key)


def batches_of(plan: Plannable) -> list:
    """The batches in which the step moved something for a plan, or what was moved followed it."""
    if not isinstance(plan, Relationship):
        return []
    first = plan.history.aggregate(first=Min("history_date"))["first"]
    steps = [REPLACE_OR_MERGE, SAY_WHETHER]
    rows = [
        *plan.history.filter(history_step__in=steps),
        *plan.from_organisation.history.filter(
            history_step=REPLACE_OR_MERGE, history_date__gte=first
        ),
    ]
    batches = dict.fromkeys(row.history_batch for row in rows if row.history_batch is not None)
    moved = {row.history_batch for row in rows if row.history_step == REPLACE_OR_MERGE}
    return [each for each in batches if not was_undone(each)] if moved else []


def refuse_if_moved_already(plan: Relationship, begins: When) -> None:
    """Raise ValidationError if the step has moved everything for a succession on another day."""
    if plan.start_is_announced or plan.starts in (None, begins) or not Merger.by(plan).undoings:
        return  # An announced merger is moved when its day is given.
    remedy = (
        f"If a document puts that off, take “{SAY_WHETHER}” on this succession: all of it follows"
        if plan.is_open_plan
        else f"If that day is wrong, undo that step, and take “{REPLACE_OR_MERGE}” again"
    )
    raise ValidationError(
        {
            "date": f"{plan} {plan.when_it_starts()}: what belongs to {plan.from_organisation} has "
            f"been moved for that day already, and is moved once. {remedy}."
        }
    )


@transaction.atomic
def merger_came(*, plan: Plannable, when: When, source: Source) -> None:
    """As `it_came`, for a plan and for all that was moved for it.

    All that begins or ends on the day of the plan follows to another. Raises ValidationError,
    changing nothing, if a rule would be broken.
    """
    planned, moved = plan.starts, Merger.by(plan)
    for each in moved.plans:
        it_came(plan=each, when=when, source=source)
    if planned is None or not moved.undoings:
        return
    begun = [each for each in with_what_shares(moved, START) if each.starts == planned]
    ended = [each for each in with_what_shares(moved, END) if each.ends == planned.eve()]
    if when == planned:
        reconfirm(facts=begun, when=day_spoken_of(source), source=source)
        _end_each(ended, planned.eve(), source)
    elif when.first_possible() < planned.first_possible():
        _end_each(ended, when.eve(), source)
        _begin_each(begun, when, source)
    else:
        _begin_each(reversed(begun), when, source)
        _end_each(ended, when.eve(), source)


def with_what_shares(moved: Merger, which: str) -> list[DatedFact]:
    """Everything moved, and all else that is to begin with a new successor or to end with those
    that merge."""
    own = moved.begun if which == START else moved.ended
    wholes = [each for each in own if isinstance(each, Organisation)]
    found = {(type(each), each.pk): each for each in own}
    for whole in wholes:
        found |= {(type(each), each.pk): each for each in sharing(whole, which)}
    for plan in moved.plans:
        found.pop((Relationship, plan.pk), None)
    return sorted(found.values(), key=lambda each: (IN_ORDER.index(type(each)), each.pk))


def _begin_each(records: Iterable[DatedFact], when: When, source: Source) -> None:
    for record in records:
        begin_on(read_and_lock(record), when, source)


def _end_each(records: Iterable[DatedFact], when: When, source: Source) -> None:
    for record in records:
        end(record, when, source)


@transaction.atomic
def call_off(*, plan: Plannable, source: Source) -> None:
    """As `give_up`, for a plan and for all that was moved for it: what was to end goes on, and what
    was to begin is removed. The successor stays, since the plan names it.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    moved = Merger.by(plan)
    begun, ended = with_what_shares(moved, START), with_what_shares(moved, END)
    for given_up in moved.plans:
        give_up(plan=given_up, source=source)
    names_a_seat = [each for each in moved.changed if each.model in NAMES_A_SEAT]
    for each in names_a_seat:
        put_back(each)
    for record in reversed(begun):
        never_began(record)
    for each in moved.changed:
        if each not in names_a_seat:
            put_back(each)
    for record in ended:
        stored = lock(record)
        if stored.end_date is not None and stored.end_date == record.end_date:
            take_back_end(stored)
    reconfirm(facts=ended, when=day_spoken_of(source), source=source)


def never_began(record: Any) -> None:
    """Remove a record that was to begin with a merger. A successor is named by the plan, and holds
    on no day. Raises ValidationError if a document says that the record began."""
    if not (record.start_foreseen or record.start_is_announced):
        raise ValidationError(
            f"{record} began {record.when_it_starts()}, says a later document. Say first what "
            "became of it."
        )
    if isinstance(record, Organisation):
        stored = read_and_lock(record)
        stored.start_qualifier = Qualifier.NOT_BEFORE
        check_and_save(stored, errors_name_it=True)
    else:
        remove(read_and_lock(record))


def put_back(undoing: Undoing) -> None:
    """Put back what the step changed of a record, as far as it is still as the step left it."""
    if undoing.adds:
        put_back_whole(undoing)
        return
    record: Any = undoing.model._default_manager.filter(pk=undoing.key).first()
    if record is None:
        return
    record = read_and_lock(record)
    for each in undoing.model._meta.concrete_fields:
        before, left = getattr(undoing.before, each.attname), getattr(undoing.last, each.attname)
        if before != left and getattr(record, each.attname) == left:
            setattr(record, each.attname, before)
    record.unfixed = record.fixed_fields
    check_and_save(record, errors_name_it=True)
