"""Starts and ends announced without a day, *not before* one, until a document gives the day."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from forums.change_kinds import END, START
from forums.foreseen import sharing
from forums.models import Forum
from organisations.models import Held, Organisation, Relationship
from organisations.successions import OF_THE_WHOLE, Plannable
from people.actions import end_or_withdraw, lock_all, record_vacancy
from people.models import Tenure
from records.days import NO_LATEST
from records.events import Source, begin_on, end, read_and_lock
from records.models import DatedFact
from records.periods import When


def announced_edge(record: DatedFact) -> str:
    """The edge that was announced without a day: START or END; "" if neither was.

    The end of a body, a post or a seat is for the steps that end what depends on it too, and a
    succession for those that say what became of a plan.
    """
    if isinstance(record, Plannable) and record.is_succession:
        return ""
    if record.start_is_announced:
        return START
    ends_with_others = isinstance(record, Forum | Organisation | Held)
    return END if record.end_is_announced and not ends_with_others else ""


def predecessor_that_goes_on(record: DatedFact) -> Organisation | None:
    """The organisation whose place another is to take, on the day on which it begins itself."""
    if not isinstance(record, Organisation):
        return None
    succession = (
        Relationship.objects.filter(
            kind__in=OF_THE_WHOLE,
            to_organisation=record,
            latest_start=NO_LATEST,
            given_up_document=None,
        )
        .select_related("from_organisation")
        .order_by("pk")
        .first()
    )
    return succession and succession.from_organisation


@transaction.atomic
def give_the_day(
    *,
    record: DatedFact,
    which: str,
    when: When,
    source: Source,
    today: datetime.date,
    leaving: Iterable[Tenure] = (),
    coming: Iterable[Tenure] = (),
    through: Iterable[Tenure] = (),
    vacant: bool = False,
) -> None:
    """Give a start or an end that was announced its day.

    Other records that were to begin with this one begin with it. `leaving` end the day before
    somebody begins, `coming` begin the day after somebody ends, and `through` are seats of those
    who go that go with the post. With `vacant`, the source says that the place of who goes is
    vacant then. Raises ValidationError, changing nothing, if somebody else gave
    the day meanwhile or if a rule would be broken.
    """
    leaving, coming, through = list(leaving), list(coming), list(through)
    tenures = [each for each in [record, *leaving, *coming, *through] if isinstance(each, Tenure)]
    lock_all(each.held for each in tenures)
    stored = read_and_lock(record)
    if announced_edge(stored) != which:
        raise ValidationError(f"{stored}: somebody else has given the day meanwhile. Look again.")
    if which == END:
        end(stored, when, source)
        last, begins = when, when.morrow()
        starting: list[DatedFact] = [read_and_lock(each) for each in coming]
    else:
        last, begins = when.eve(), when
        with_it = sharing(stored, START, Q(latest_start=NO_LATEST))
        starting = [stored, *(read_and_lock(each) for each in with_it if announced_edge(each))]
        for tenure in leaving:
            end(tenure, last, source)
    for seat_held in through:
        end_or_withdraw(seat_held, last, source, seat_held.end_reason, today)
    for fact in starting:
        begin_on(fact, begins, source)
    if vacant and isinstance(record, Tenure):
        record_vacancy(held=record.held, begins=begins, source=source)
