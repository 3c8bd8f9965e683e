"""How many places seats have on a day, and how many of those are vacant.

docs/decisions/0029-what-one-vacancy-is.md says what one vacancy is. `Holding.unfilled` says it
of a seat that was read with its holders; `with_vacancies` says it to the database, for lists too
long to be read. A test holds the two against each other.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from forums.filling import with_filling
from forums.models import SeatVacancy
from forums.seat_holders import HeldSeat
from people.vacant_places import PostVacancy, sum_of_places
from records.periods import certain, not_over, possible


@dataclass(frozen=True)
class Places:
    """The places of several seats on a day, and the people in them."""

    filled: int = 0
    # How many of them only as a source foresaw.
    filled_as_foreseen: int = 0
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
        filled = sum(_in_its_places(seat, seat.filled) for seat in seats)
        at_most = sum(_in_its_places(seat, seat.filled_at_most) for seat in seats)
        return cls(
            filled=filled,
            filled_as_foreseen=sum(_in_its_places(x, x.filled_as_foreseen) for x in seats),
            perhaps_filled=at_most - filled,
            vacant=sum(seat.vacant for seat in seats),
            not_recorded=sum(seat.not_recorded for seat in seats),
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


def with_perhaps_vacant(seats: QuerySet, day: datetime.date) -> QuerySet:
    """As `with_vacancies`, each annotated too with how many of its places that are not recorded
    are `perhaps_vacant`, which agrees with `HeldSeat.number_perhaps_vacant`."""
    perhaps = possible(day) & ~certain(day)
    own = SeatVacancy.objects.filter(perhaps, seat=OuterRef("pk"))
    there = not_over(day, "post", "post__organisation")
    of_post = PostVacancy.objects.filter(perhaps, there, post=OuterRef("ex_officio_post"))
    places = Case(When(Exists(own), then=sum_of_places(own)), default=sum_of_places(of_post))
    return with_vacancies(seats, day).annotate(perhaps_vacant=Least(F("not_recorded"), places))


def with_vacancies(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing and with how many of its places are `vacant`, and
    of how many it is `not_recorded` who fills them."""
    # Each expression names each other once: Django writes it out wherever it is named.
    unfilled = Greatest(Coalesce("number_then", Value(1)) - F("filled_at_most"), Value(0))
    return (
        with_filling(seats, day)
        .annotate(unfilled=unfilled)
        .annotate(vacant=Least(F("unfilled"), F("places_vacant")))
        .annotate(not_recorded=Greatest(F("unfilled") - F("places_vacant"), Value(0)))
    )
