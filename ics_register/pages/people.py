"""People: the list, and the page of one with everything they hold or held."""

from collections.abc import Iterable
from functools import partial

import django_filters
from django.db.models import F, QuerySet
from django.http import HttpRequest

from forums.models import Membership, Seat
from forums.seat_holders import HeldSeat, held_seats_that_go_with, seats_with_holders
from ics_register.pages import csv_rows, facts
from ics_register.pages.filters import NameFilter, SortFilter
from ics_register.pages.formats import CsvTable, Here, whole_list
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import STATED_SOURCES, with_sources
from ics_register.pages.lists import filtered, page_of
from ics_register.pages.names_on_day import names_then
from ics_register.pages.page import public_page
from ics_register.pages.person_rows import parts_of_person
from ics_register.pages.record_addresses import record_at
from ics_register.pages.structured import person_as_data
from people.models import FINDABLE, Appointment, Person, PersonName
from records.namesakes import namesakes
from records.periods import Qualifier, not_over
from records.prepared import prepared
from records.present_names import renaming


def shown_people() -> QuerySet[Person]:
    """People whom the public may find: neither merged into another record nor withheld."""
    return Person.objects.filter(FINDABLE)


class PersonFilter(django_filters.FilterSet):
    """Filters of a list of people."""

    q = NameFilter(other_names=PersonName, owner="person")
    sort = SortFilter(
        ("name", "Family name", "folded_sort_name"), ("given-name", "Given name", "folded")
    )


def held_by(people: list[Person], asked: AskedDay) -> dict[int, list]:
    """The appointments and memberships of each of `people` on the day, and the seats that they fill
    by holding a post."""
    holdings = {person.pk: [] for person in people}
    for appointment in _appointments(asked).filter(person__in=list(holdings)):
        holdings[appointment.person_id].append(appointment)
    for membership in _memberships(asked).filter(person__in=list(holdings)):
        holdings[membership.person_id].append(membership)
    posts = {
        record.post_id for records in holdings.values() for record in records if _is_post(record)
    }
    for seat in _ex_officio_seats(posts, asked):
        for holder in seat.holders:
            if holder.ex_officio and holder.person_id in holdings:
                holdings[holder.person_id].append(seat)
    return holdings


def to_come_for(people: list[Person], asked: AskedDay) -> dict[int, list]:
    """The appointments and memberships of each of `people` that start on a later day.

    Those known only *by* a later day are left out, because they may have started already. The
    person's own page shows them.
    """
    coming = {person.pk: [] for person in people}
    for records in (_appointments, _memberships):
        later = records(asked, to_come=True).filter(start_qualifier=Qualifier.ON)
        for record in later.filter(person__in=list(coming)):
            coming[record.person_id].append(record)
    return coming


def _holds(person: Person, holdings: list, here: Here) -> list[dict]:
    """The values for one row of the list."""
    said = []
    for each in holdings:
        if isinstance(each, HeldSeat):
            own = [h for h in each.holders if h.ex_officio and h.person_id == person.pk]
            said.append(facts.tenure_through_post(each, own[0], here))
        else:
            said.append(facts.tenure(each, here))
    return said


def people_as_json(context: dict, here: Here) -> dict:
    holdings, coming = context["held"], context["to_come"]
    return here.paged(
        context["page"],
        [
            {
                **facts.named(person, here),
                "now": _holds(person, holdings[person.pk], here),
                "to_come": [facts.tenure(each, here) for each in coming[person.pk]],
            }
            for person in context["page"]
        ],
    )


def people_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each post and seat that somebody holds on the day or later, and one for whoever has
    none."""

    def rows():
        for people in whole_list(context["page"]):
            holdings, coming = held_by(people, here.asked), to_come_for(people, here.asked)
            for person in people:
                who = csv_rows.flat({"person": facts.named(person, here)})
                now = [
                    {"when": "now", **said} for said in _holds(person, holdings[person.pk], here)
                ]
                later = [
                    {"when": "to_come", **facts.tenure(each, here)} for each in coming[person.pk]
                ]
                for said in [*now, *later] or [{}]:
                    yield who | csv_rows.flat(said)

    return CsvTable(["person", "person_name", "when", *csv_rows.TENURE_COLUMNS], rows())


@public_page(
    reads=["page", *PersonFilter.base_filters],
    as_json=people_as_json,
    as_csv=people_as_csv,
)
def person_list(request: HttpRequest, asked: AskedDay):
    chosen = PersonFilter(request.GET, queryset=shown_people().order_by("folded_sort_name", "id"))
    page = page_of(request, filtered(chosen))
    return "people/list.html", {
        "page": page,
        "filters": chosen.form,
        "held": held_by(list(page), asked),
        "apart": {person.pk: person.told_apart_by() for person in namesakes(page)},
        "to_come": to_come_for(list(page), asked),
    }


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


def _on_the_day(records: QuerySet, asked: AskedDay, *, to_come: bool) -> QuerySet:
    return records.starting_after(asked.day) if to_come else records.as_at(asked.day)


def _appointments(asked: AskedDay, *, to_come: bool = False):
    found = _on_the_day(Appointment.objects.all(), asked, to_come=to_come)
    found = found.filter(not_over(asked.day, "post", "post__organisation"))
    return with_sources(found, whole=["post__organisation"])


def _memberships(asked: AskedDay, *, to_come: bool = False):
    found = _on_the_day(Membership.objects.all(), asked, to_come=to_come)
    found = found.filter(not_over(asked.day, "seat", "seat__forum"))
    return with_sources(found, whole=["seat__forum"])


def _all_held(context: dict, here: Here) -> dict[str, list[dict]]:
    """Everything somebody holds on the day, held before it or will hold, as far as is recorded."""
    through = {
        when: [facts.tenure_through_post(seat, holder, here) for seat, holder in pairs]
        for when, pairs in context["through"].items()
    }
    over = [
        {**facts.tenure(record, here), "ended_with": _ended_with(whole, here)}
        for _, record, whole in context["before"]
    ]
    return {
        "now": [facts.tenure(record, here) for _, record in context["now"]] + through["now"],
        "before": over + [{**each, "ended_with": None} for each in through["before"]],
        "to_come": [facts.tenure(record, here) for _, record in context["to_come"]]
        + through["to_come"],
    }


def _ended_with(whole, here: Here) -> dict | None:
    """The record whose end also ended a tenure."""
    return {"name": str(whole), **facts.period(whole)} if whole else None


def person_as_json(context: dict, here: Here) -> dict:
    person = context["person"]
    return {
        **facts.named(person, here),
        "honorific": person.honorific or None,
        **facts.evidence(person, here),
        "name_source": facts.source_of_name(context["renaming"], here),
        **_all_held(context, here),
        "names": facts.other_names(context["names"], here),
    }


def held_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each post and seat that somebody holds, held or will hold."""
    rows = (
        {"when": when, **csv_rows.flat(said)}
        for when, held in _all_held(context, here).items()
        for said in held
    )
    return CsvTable(
        ["when", *csv_rows.TENURE_COLUMNS, "ended_with_name", "ended_with_end_date"], rows
    )


@prepared
def people(value, by: str = "slug") -> QuerySet:
    found = Person.objects.filter(**{by: value}, withheld=False)
    return with_sources(found, sources=STATED_SOURCES)


@prepared
def appointments_of(person: int) -> QuerySet:
    found = Appointment.objects.filter(person=person)
    return with_sources(found, whole=["post__organisation"]).order_by(
        F("start_date").desc(nulls_last=True), "post__organisation__folded", "post__folded"
    )


@prepared
def memberships_of(person: int) -> QuerySet:
    found = Membership.objects.filter(person=person)
    found = with_sources(found, "on_behalf_of", whole=["seat__forum", "seat__on_behalf_of"])
    return found.order_by(F("start_date").desc(nulls_last=True), "seat__forum__folded")


@prepared
def other_names(person: int) -> QuerySet:
    return with_sources(PersonName.objects.filter(person=person))


@public_page(as_json=person_as_json, as_csv=held_as_csv)
def person(request: HttpRequest, asked: AskedDay, slug: str):
    # Merged records redirect to the record they became. Withheld people have no page.
    person = record_at(people, slug)
    appointments = list(appointments_of(person.pk))
    memberships = list(memberships_of(person.pk))
    names = list(other_names(person.pk))
    through = seats_through_posts(person, {a.post_id for a in appointments}, asked)
    tenures = [("post", a) for a in appointments] + [("seat", m) for m in memberships]
    over = [pair for pair in tenures if pair[1].has_ended(asked.day) or ended_with(*pair, asked)]
    now = [pair for pair in tenures if pair not in over and pair[1].is_in_force(asked.day)]
    context = {
        "person": person,
        "names_then": names_then(
            asked,
            organisations={a.post.organisation_id for a in appointments},
            forums={m.seat.forum_id for m in memberships}
            | {seat.forum_id for pairs in through.values() for seat, _ in pairs},
        ),
        "names": names,
        "renaming": renaming(names),
        "now": now,
        "before": [(*pair, ended_with(*pair, asked)) for pair in over],
        "to_come": [pair for pair in tenures if pair not in over and pair not in now],
        "through": through,
        "structured": partial(person_as_data, person, now, asked.day, request)
        if asked.is_now
        else None,
    }
    return "people/person.html", {**context, "parts": parts_of_person(context, asked)}


def ended_with(what: str, record, asked: AskedDay):
    """The post, seat, organisation or forum whose end before the day also ended `record`.

    None if nothing ended, or if `record` has an end of its own.
    """
    if record.has_ended(asked.day):
        return None
    post_or_seat = record.post if what == "post" else record.seat
    whole = post_or_seat.organisation if what == "post" else post_or_seat.forum
    return next((each for each in (whole, post_or_seat) if each.has_ended(asked.day)), None)


def seats_through_posts(person: Person, posts: set[int], asked: AskedDay) -> dict[str, list]:
    """The seats that `person` fills by holding one of `posts`, as (seat, holder): those of the day,
    before it and after it."""
    found = {"now": [], "before": [], "to_come": []}
    if not posts:
        return found
    for seat in held_seats_that_go_with(posts, asked.day):
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
