"""People: the list, and everything somebody holds, now and before."""

from collections.abc import Iterable

import django_filters
from django.db.models import F, QuerySet
from django.http import HttpRequest

from forums.holders import HeldSeat, seats_with_holders
from forums.models import Membership, Seat
from ics_register.pages.filters import NameFilter, SortFilter
from ics_register.pages.frame import AskedDay
from ics_register.pages.page import SOURCES, filtered, page_of, public_page, record_at
from ics_register.pages.structured import person_as_data
from ics_register.pages.then import names_then
from people.models import Appointment, Person, PersonName
from records.periods import not_over


def shown_people() -> QuerySet[Person]:
    """Those whom the public may find: neither merged into another record nor withheld."""
    return Person.objects.filter(merged_into=None, withheld=False)


class PersonFilter(django_filters.FilterSet):
    """What a list of people can be narrowed to."""

    q = NameFilter(other_names=PersonName, owner="person")
    sort = SortFilter(("name", "Family name", "sort_name"), ("given-name", "Given name", "name"))


@public_page
def person_list(request: HttpRequest, asked: AskedDay):
    chosen = PersonFilter(request.GET, queryset=shown_people().order_by("sort_name", "id"))
    page = page_of(request, filtered(chosen))
    people = [person.pk for person in page]
    held = {person: [] for person in people}
    for appointment in _appointments(asked).filter(person__in=people):
        held[appointment.person_id].append(appointment)
    for membership in _memberships(asked).filter(person__in=people):
        held[membership.person_id].append(membership)
    posts = {record.post_id for records in held.values() for record in records if _is_post(record)}
    for seat in _ex_officio_seats(posts, asked):
        for holder in seat.holders:
            if holder.ex_officio and holder.person_id in held:
                held[holder.person_id].append(seat)
    return "people/list.html", {"page": page, "filters": chosen.form, "held": held}


def _is_post(record) -> bool:
    return isinstance(record, Appointment)


def _ex_officio_seats(posts: Iterable[int], asked: AskedDay) -> list[HeldSeat]:
    """The seats that go with `posts`, with whoever fills them on the day."""
    if not posts:
        return []
    seats = Seat.objects.as_at(asked.day).filter(
        not_over(asked.day, "forum"), ex_officio_post__in=posts
    )
    return seats_with_holders(seats, asked.day)


def _appointments(asked: AskedDay):
    return (
        Appointment.objects.as_at(asked.day)
        .filter(not_over(asked.day, "post", "post__organisation"))
        .select_related("post__organisation", *SOURCES)
    )


def _memberships(asked: AskedDay):
    return (
        Membership.objects.as_at(asked.day)
        .filter(not_over(asked.day, "seat", "seat__forum"))
        .select_related("seat__forum", *SOURCES)
    )


@public_page
def person(request: HttpRequest, asked: AskedDay, slug: str):
    # Merged records lead to what they became; who is withheld has no page.
    people = Person.objects.filter(withheld=False).select_related("document")
    person = record_at(people, slug)
    appointments = list(
        person.appointments.select_related("post__organisation", *SOURCES).order_by(
            F("start_date").desc(nulls_last=True), "post__organisation__name", "post__title"
        )
    )
    memberships = list(
        person.memberships.select_related(
            "seat__forum", "seat__on_behalf_of", "on_behalf_of", *SOURCES
        ).order_by(F("start_date").desc(nulls_last=True), "seat__forum__name")
    )
    through = seats_through_posts(person, {a.post_id for a in appointments}, asked)
    held = [("post", a) for a in appointments] + [("seat", m) for m in memberships]
    over = [pair for pair in held if pair[1].has_ended(asked.day) or ended_with(*pair, asked)]
    now = [pair for pair in held if pair not in over and pair[1].is_in_force(asked.day)]
    return "people/person.html", {
        "person": person,
        "names_then": names_then({a.post.organisation_id for a in appointments}, asked),
        "names": person.names.select_related(*SOURCES),
        "now": now,
        "before": [(*pair, ended_with(*pair, asked)) for pair in over],
        "to_come": [pair for pair in held if pair not in over and pair not in now],
        "through": through,
        "structured": person_as_data(person, now, request) if asked.is_now else None,
    }


def ended_with(what: str, record, asked: AskedDay):
    """What had ended before the day and took `record` with it, if no end of its own did: its
    post or seat, or the organisation or forum of that; None if nothing had."""
    if record.has_ended(asked.day):
        return None
    held = record.post if what == "post" else record.seat
    whole = held.organisation if what == "post" else held.forum
    return next((each for each in (whole, held) if each.has_ended(asked.day)), None)


def seats_through_posts(person: Person, posts: set[int], asked: AskedDay) -> dict[str, list]:
    """The seats that `person` fills by holding one of `posts`, with the time, as (seat, holder):
    those of the day, those before, and those to come."""
    found = {"now": [], "before": [], "to_come": []}
    if not posts:
        return found
    seats = seats_with_holders(Seat.objects.filter(ex_officio_post__in=posts), asked.day)
    for seat in seats:
        for holder in seat.recorded:
            if holder.person_id != person.pk or not holder.ex_officio:
                continue
            if holder.has_ended(asked.day) or seat.forum_has_ended:
                found["before"].append((seat, holder))
            elif holder.is_in_force(asked.day):
                found["now"].append((seat, holder))
            else:
                found["to_come"].append((seat, holder))
    return found
