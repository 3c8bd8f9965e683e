"""What becomes of the vacancies of a post or seat that ends, or that goes on as another."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from organisations.models import Held
from people.actions import is_to_begin, never_comes_to_be
from people.models import Basis
from people.vacant_places import Vacancy, vacant_places
from records.events import Source, check_and_save, end, start_in_stead_of
from records.periods import When

# More places than any vacancy has, where no source says how many there are.
MANY = 32767
# The note of a vacancy that goes on from another, whose source says that it is vacant.
GOES_ON = "It goes on from the vacancy before it, of which {}, {}, says so."


def still_vacant(held: Any, last: When) -> Iterator[tuple[Vacancy, int]]:
    """The vacancies of a post or seat that go on after `last`, each with how many of its places
    nobody has come to by then."""
    day = last.last_possible()
    tenures = list(getattr(held, held.tenures_name).all())
    lasting = list(held.vacancies.filter(latest_end__gt=day).order_by("-latest_start", "-pk"))
    capacity = held.capacity_on(day)
    left = vacant_places(lasting, [tenures], capacity, day)
    for vacancy in lasting:
        places = vacancy.places
        if vacancy.certainly(day):
            places = min(left, vacant_places([vacancy], [tenures], capacity, day))
            left -= places
        if places:
            yield vacancy, places


@transaction.atomic
def end_vacancies(held: Held, last: When, source: Source, today: datetime.date) -> None:
    """End the vacancies of a post or seat with it. Remove those that were still to begin, and keep
    their history.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    for vacancy, _ in list(still_vacant(held, last)):
        if never_comes_to_be(vacancy, last, today):
            vacancy.delete()
        else:
            end(vacancy, last, source)


@transaction.atomic
def carry_over_vacancies(held: Held, to: Held, begins: When, source: Source) -> None:
    """End the vacancies of a post or seat on the eve of the day on which it goes on as another, and
    begin them there, as far as those who hold the other leave room. Vacancies still to begin
    move there as they are.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    eve = begins.eve()
    room = _room(to, begins)
    for vacancy, places in list(still_vacant(held, eve)):
        if is_to_begin(vacancy, eve.last_possible()):
            vacancy.unfixed = (vacancy.vacant_field,)
            setattr(vacancy, vacancy.vacant_field, to)
            check_and_save(vacancy, errors_name_it=True)
            continue
        ends = vacancy.ends
        end(vacancy, eve, source)
        places = min(places, room)
        room -= places
        if places == 0:
            continue
        goes_on = type(vacancy)(
            places=places,
            note=GOES_ON.format(vacancy.document.short_title, vacancy.locator),
            **{vacancy.vacant_field: to},
            **start_in_stead_of(vacancy, begins),
            **source.as_evidence(),
        )
        if ends is not None:
            said_by = vacancy.end_document or vacancy.document
            said = Source(said_by, vacancy.end_locator or vacancy.locator)
            for name, value in {**ends.as_end(), **said.as_end()}.items():
                setattr(goes_on, name, value)
        check_and_save(goes_on, errors_name_it=True)


def _room(held: Any, begins: When) -> int:
    """How many places of a post or seat are empty from a day and not recorded as vacant yet."""
    day = begins.last_possible()
    tenures = list(getattr(held, held.tenures_name).all())
    there = sum(each.basis != Basis.ACTING and each.certainly(day) for each in tenures)
    capacity = held.capacity_on(day)
    vacant = vacant_places(held.vacancies.all(), [tenures], capacity, day)
    if capacity is None:
        return 0 if there or vacant else MANY
    return max(capacity - there - vacant, 0)
