"""People: the list, and the page of one with everything they hold or held."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.http import HttpRequest

from forums.models import Membership, Seat
from forums.seat_holders import (
    HeldSeat,
    goes_with,
    held_seats_that_go_with,
    seats_with_holders,
)
from ics_register.pages import csv_rows, facts
from ics_register.pages.filters import NameFilter, SortFilter
from ics_register.pages.formats import CsvTable, Here, whole_list
from ics_register.pages.frame import AskedDay
from ics_register.pages.held import (
    WHEN,
    HeldThen,
    by_when,
    is_to_post,
    knowing_of_terms,
    lay_down_what_is_held,
    read_what_foresaw,
    tell_joint_appointments,
)
from ics_register.pages.joins import ENDS, STATED_SOURCES, with_sources
from ics_register.pages.lists import filtered, page_of
from ics_register.pages.names_on_day import names_then, say_posts_then
from ics_register.pages.page import public_page
from ics_register.pages.person_rows import parts_of_person
from ics_register.pages.record_addresses import record_at
from ics_register.pages.structured import person_as_data
from people.models import FINDABLE, Appointment, Person, PersonName
from records.namesakes import namesakes
from records.periods import listed, not_over
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


def held_by(people: list[Person], asked: AskedDay) -> dict[int, dict[str, list[HeldThen]]]:
    """What each of `people` holds, by when, with the seats that they fill by holding a post."""
    held = {person.pk: {when: [] for when in WHEN} for person in people}
    for tenures in (_appointments(asked), _memberships(asked)):
        for tenure in tenures.filter(person__in=list(held)):
            each = HeldThen(tenure)
            held[tenure.person_id][each.when(asked.day)].append(each)
    found = [each for of in held.values() for them in of.values() for each in them]
    read_what_foresaw(found, asked.day)
    lay_down_what_is_held(found, asked.day)
    tell_joint_appointments(found, asked.day)
    now = [each.tenure for by_when in held.values() for each in by_when["now"]]
    for seat in _ex_officio_seats(now, asked):
        for holder in seat.holders:
            if holder.ex_officio and holder.person_id in held:
                held[holder.person_id]["now"].append(HeldThen(holder, seat))
    return held


def people_as_json(context: dict, here: Here) -> dict:
    held = context["held"]
    return here.paged(
        context["page"],
        [
            {
                **facts.named(person, here),
                **{
                    when: [each.as_data(here) for each in them]
                    for when, them in held[person.pk].items()
                },
            }
            for person in context["page"]
        ],
    )


def people_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each post and seat that somebody holds on the day or later, and one for whoever has
    none."""

    def rows():
        for people in whole_list(context["page"]):
            held = held_by(people, here.asked)
            for person in people:
                who = csv_rows.flat({"person": facts.named(person, here)})
                said = [
                    {"when": when, **each.as_data(here)}
                    for when, them in held[person.pk].items()
                    for each in them
                ]
                for each in said or [{}]:
                    yield who | csv_rows.flat(each)

    return CsvTable(["person", "person_name", "when", "in_force", *csv_rows.TENURE_COLUMNS], rows())


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
    }


def _leads_on(tenures: Iterable[Any]) -> tuple[set[int], set[int]]:
    """The posts of `tenures`, and those of their seats that fill others."""
    posts = {each.post_id for each in tenures if is_to_post(each)}
    return posts, {each.seat_id for each in tenures if not is_to_post(each) and each.fills_others}


def _ex_officio_seats(tenures: Iterable[Any], asked: AskedDay) -> list[HeldSeat]:
    """The seats that go with what is held, with whoever fills them on the day."""
    held = _leads_on(tenures)
    if not any(held):
        return []
    seats = Seat.objects.listed(asked.day).filter(listed(asked.day, "forum"), goes_with(*held))
    return seats_with_holders(seats, asked.day)


def _appointments(asked: AskedDay) -> QuerySet[Appointment]:
    """The appointments that are not over on the day."""
    found = Appointment.objects.filter(
        not_over(asked.day, "post", "post__organisation"), latest_end__gte=asked.day
    )
    return knowing_of_terms(with_sources(found, whole=["post__organisation"]))


def _memberships(asked: AskedDay) -> QuerySet[Membership]:
    """The memberships that are not over on the day."""
    found = Membership.objects.filter(
        not_over(asked.day, "seat", "seat__forum"), latest_end__gte=asked.day
    )
    return knowing_of_terms(with_sources(found, whole=["seat__forum"]))


def _all_held(context: dict, here: Here) -> dict[str, list[dict]]:
    """Everything somebody holds on the day, held before it or will hold, as far as is recorded."""
    said = {when: [each.as_data(here) for each in them] for when, them in context["held"].items()}
    for each, over in zip(context["held"]["before"], said["before"], strict=True):
        over["ended_with"] = _ended_with(each.ended_with(here.asked.day), here)
    return said


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
        [
            "when",
            "in_force",
            *csv_rows.TENURE_COLUMNS,
            "ended_with_name",
            "ended_with_end_date",
            "ended_with_end_foreseen",
        ],
        rows,
    )


@prepared
def people(value, by: str = "slug") -> QuerySet:
    found = Person.objects.filter(**{by: value}, withheld=False)
    return with_sources(found, sources=STATED_SOURCES)


@prepared
def appointments_of(person: int) -> QuerySet:
    found = Appointment.objects.filter(person=person)
    # What ended may end it too, by a document that foresaw that.
    ends = [f"{each}__{end}" for each in ("post", "post__organisation") for end in ENDS]
    found = with_sources(found, whole=["post__organisation", *ends])
    return knowing_of_terms(found).order_by(
        F("start_date").desc(nulls_last=True), "post__organisation__folded", "post__folded"
    )


@prepared
def memberships_of(person: int) -> QuerySet:
    found = Membership.objects.filter(person=person)
    ends = [f"{each}__{end}" for each in ("seat", "seat__forum") for end in ENDS]
    whole = ["seat__forum", "seat__on_behalf_of", *ends]
    found = with_sources(found, "on_behalf_of", whole=whole)
    return knowing_of_terms(found).order_by(
        F("start_date").desc(nulls_last=True), "seat__forum__folded"
    )


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
    through = seats_ex_officio(person, [*appointments, *memberships], asked)
    own = [HeldThen(tenure) for tenure in [*appointments, *memberships]]
    lay_down_what_is_held(own, asked.day)
    tell_joint_appointments(own, asked.day)
    held = by_when([*own, *through], asked.day)
    names_of_day = names_then(
        asked,
        organisations={a.post.organisation_id for a in appointments}
        | {m.speaks_for.pk for m in memberships if m.speaks_for},
        forums={m.seat.forum_id for m in memberships} | {each.seat.forum_id for each in through},
    )
    seats = {each.seat.id: each.seat for each in through if each.seat}
    say_posts_then(seats.values(), names_of_day)
    context = {
        "person": person,
        "names_then": names_of_day,
        "names": names,
        "renaming": renaming(names),
        "held": held,
        "structured": partial(person_as_data, person, held["now"], asked.day, request)
        if asked.is_now
        else None,
    }
    return "people/person.html", {**context, "parts": parts_of_person(context, asked)}


def seats_ex_officio(person: Person, tenures: Iterable[Any], asked: AskedDay) -> list[HeldThen]:
    """The seats that `person` fills, filled or will fill by what they hold."""
    held = _leads_on(tenures)
    seats = held_seats_that_go_with(*held, asked.day) if any(held) else []
    return [
        HeldThen(holder, seat)
        for seat in seats
        for holder in seat.recorded
        if holder.person_id == person.pk and holder.ex_officio
    ]
