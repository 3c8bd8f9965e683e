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
from people.post_holders import Standing


@dataclass(frozen=True)
class Places:
    """The places of several seats on a day, and the people in them."""

    filled: int = 0
    vacant: int = 0
    not_recorded: int = 0
    people: int = 0
    # Whether the sources say of every seat how many places it has; if not, there may be more.
    all_numbered: bool = True

    @property
    def number(self) -> int:
        return self.filled + self.vacant + self.not_recorded

    @classmethod
    def of(cls, seats: Iterable[HeldSeat]) -> "Places":
        seats = list(seats)
        empty = dict.fromkeys(Standing, 0)
        for seat in seats:
            empty[seat.unfilled_standing] += seat.unfilled
        return cls(
            filled=sum(len(seat.in_places[: seat.number]) for seat in seats),
            vacant=empty[Standing.VACANT],
            not_recorded=empty[Standing.NOT_RECORDED],
            people=_people(seats),
            all_numbered=all(seat.number is not None for seat in seats),
        )


def _people(seats: Iterable[HeldSeat]) -> int:
    """How many people fill the seats or act in them: one who fills two is one. Nobody is told
    that of people whose names are withheld, each of whom counts as often as they are shown."""
    holders = [holder for seat in seats for holder in seat.holders]
    named = {holder.person_id for holder in holders if not holder.withheld}
    return len(named) + sum(holder.withheld for holder in holders)


def with_vacancies(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing and with how many of its places are `vacant`, and
    of how many it is `not_recorded` who fills them."""
    empty = Coalesce("number", Value(1), output_field=IntegerField())
    room = Q(filling__gte=1, number__gt=F("filling"))
    settled = Q(may_be_held_already=False) & stated(day)
    left = F("number") - F("filling")
    return with_filling(seats, day).annotate(
        vacant=_number(When(standing=Standing.VACANT, then=empty), When(room & settled, then=left)),
        not_recorded=_number(
            When(standing=Standing.NOT_RECORDED, then=empty), When(room & ~settled, then=left)
        ),
    )


def _number(*cases: When) -> Case:
    return Case(*cases, default=Value(0), output_field=IntegerField())
