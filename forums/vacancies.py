"""How many places seats have on a day, and how many of those are vacant.

docs/decisions/0029-what-one-vacancy-is.md says what one vacancy is. `Holding.unfilled` says it
of a seat that was read with its holders; `with_vacancies` says it to the database, for lists too
long to be read. A test holds the two against each other.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from forums.filling import stated, with_filling
from forums.seat_holders import HeldSeat
from people.standing import Standing


@dataclass(frozen=True)
class Places:
    """The places of several seats on a day, and the people in them."""

    filled: int = 0
    perhaps_filled: int = 0
    vacant: int = 0
    not_recorded: int = 0
    people: int = 0
    # Whether the sources say of every seat how many places it has; if not, there may be more.
    all_numbered: bool = True

    @property
    def number(self) -> int:
        return self.filled + self.perhaps_filled + self.vacant + self.not_recorded

    @classmethod
    def of(cls, seats: Iterable[HeldSeat]) -> "Places":
        seats = list(seats)
        empty = dict.fromkeys(Standing, 0)
        for seat in seats:
            empty[seat.unfilled_standing] += seat.unfilled
        filled = sum(min(seat.filled, seat.number or seat.filled) for seat in seats)
        at_most = sum(
            min(seat.filled_at_most, seat.number or seat.filled_at_most) for seat in seats
        )
        return cls(
            filled=filled,
            perhaps_filled=at_most - filled,
            vacant=empty[Standing.VACANT],
            not_recorded=empty[Standing.NOT_RECORDED],
            people=_people(seats),
            all_numbered=all(seat.number is not None for seat in seats),
        )


def _in_its_places(seat: HeldSeat, people: int) -> int:
    """How many of the places of a seat so many people fill. In the month of a handover there may
    be more people than places."""
    return people if seat.number is None else min(people, seat.number)


def _people(seats: Iterable[HeldSeat]) -> int:
    """How many people surely fill the seats or act in them: one who fills two is one. Nobody is
    told that of people whose names are withheld, each of whom counts as often as they are shown.
    Where it is not recorded which of two fills a place, one person does."""
    named, others = set(), 0
    for seat in seats:
        sure = [holder for holder in seat.holders if not holder.perhaps]
        named |= {holder.person_id for holder in sure if not holder.withheld}
        others += sum(holder.withheld for holder in sure) + max(seat.filled - len(sure), 0)
    return len(named) + others


def with_vacancies(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing and with how many of its places are `vacant`, and
    of how many it is `not_recorded` who fills them."""
    empty = Coalesce("number", Value(1), output_field=IntegerField())
    room = Q(filled_at_most__gte=1, number__gt=F("filled_at_most"))
    settled = Q(may_be_held_already=False) & stated(day)
    left = F("number") - F("filled_at_most")
    return with_filling(seats, day).annotate(
        vacant=_number(When(standing=Standing.VACANT, then=empty), When(room & settled, then=left)),
        not_recorded=_number(
            When(standing=Standing.NOT_RECORDED, then=empty), When(room & ~settled, then=left)
        ),
    )


def _number(*cases: When) -> Case:
    return Case(*cases, default=Value(0), output_field=IntegerField())
