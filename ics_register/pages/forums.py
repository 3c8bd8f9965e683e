"""Forums: the list, and the page a board secretary opens before a meeting."""

import datetime
from collections import defaultdict
from functools import partial
from itertools import chain

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from forums.change_words import told_on
from forums.forum_states import as_on, as_they_were, changes_of_forum
from forums.models import (
    EscalationStep,
    Forum,
    ForumKind,
    ForumName,
    ForumStatus,
    LineKind,
    MemberOrganisation,
    ReportingLine,
    Seat,
    SeatRole,
    Succession,
    TermsOfReference,
    TermsReview,
)
from forums.seat_holders import HeldSeat, held_seats_of, seats_with_holders
from forums.seats_going_on import as_one
from forums.terms_differences import Difference, differences, rules_compared, version_before
from forums.terms_on_day import TermsOnDay
from forums.vacancies import Places
from ics_register.pages import csv_rows, facts, forum_rows, known_later
from ics_register.pages.chairs import CHAIR_CHOICES, forums_by_chair
from ics_register.pages.filters import FiltersOfDay, ForumPlaceFilter, NameFilter, SortFilter
from ics_register.pages.formats import CsvTable, Here, whole, whole_list
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import STATED_SOURCES, with_sources, with_state
from ics_register.pages.lists import filtered, page_of_day
from ics_register.pages.names_in_rules import keys_in_rule
from ics_register.pages.names_on_day import (
    earliest_day,
    names_of_one,
    names_then,
    say_posts_then,
)
from ics_register.pages.page import public_page
from ics_register.pages.quoracy import (
    could_be_as_data,
    rule_of_forum,
)
from ics_register.pages.record_addresses import record_at
from ics_register.pages.structured import forum_as_data
from ics_register.pages.timelines import recorded_times
from ics_register.pages.verdicts import as_filled_in_words, beyond
from ics_register.pages.versions import reviews_of, standing_in_words, terms_of, version_rows
from people.standing import Standing
from records.namesakes import told_apart
from records.periods import both, not_over
from records.prepared import prepared
from records.present_names import renaming


class ForumFilter(FiltersOfDay):
    """Filters of a list of forums."""

    q = NameFilter(other_names=ForumName, owner="forum")
    place = ForumPlaceFilter()
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=ForumKind.choices, empty_label="Every kind"
    )
    status = django_filters.ChoiceFilter(
        label="Status",
        method="of_status",
        choices=ForumStatus.choices,
        empty_label="Proposed and established",
    )
    chair = django_filters.ChoiceFilter(
        label="Chair", method="chaired", choices=CHAIR_CHOICES, empty_label="Any or none"
    )
    sort = SortFilter(
        ("name", "Name", "folded"), ("kind", "Kind", "kind"), ("place", "Place", "place__folded")
    )

    def of_status(self, queryset, name, value):
        return queryset.filter(as_on(self.asked.day, Q(status=value)))

    def chaired(self, queryset, name, value):
        return forums_by_chair(queryset, self.asked.day, value)


def chairs_of(forums: list[Forum], asked: AskedDay) -> dict[int, list[HeldSeat]]:
    """The chairs' seats of each of `forums` on the day, those that are held first."""
    seats = Seat.objects.listed(asked.day).filter(
        role=SeatRole.CHAIR, forum__in=[forum.pk for forum in forums]
    )
    return together(as_one(seats_with_holders(seats, asked.day)), "forum_id")


def forums_as_json(context: dict, here: Here) -> dict:
    def said(forum: Forum) -> dict:
        seats = context["chairs"].get(forum.pk, [])
        return {
            **facts.forum(forum, here, context["names_then"]["forum"].get(forum.pk)),
            "in_force": forum.holds(here.asked.day),
            "chairs": [facts.seat(seat, here) for seat in seats],
        }

    page = here.paged(context["page"], [said(forum) for forum in context["page"]])
    return page | known_later.as_json(context["later"], said)


def forums_as_csv(context: dict, here: Here) -> CsvTable:
    def rows():
        for forums in chain(whole_list(context["page"]), whole(context["later"].records)):
            chairs = chairs_of(forums, here.asked)
            names = names_then(here.asked, forums=[forum.pk for forum in forums])
            as_they_were(forums, here.asked.day)
            for forum in forums:
                called = names["forum"].get(forum.pk)
                said = csv_rows.flat(facts.forum(forum, here, called))
                said["in_force"] = forum.holds(here.asked.day)
                yield said | csv_rows.heads_in_cells(chairs.get(forum.pk, []), here)

    return CsvTable(
        [*csv_rows.FORUM_COLUMNS, *csv_rows.HEAD_COLUMNS, *csv_rows.DATED_COLUMNS], rows()
    )


@public_page(
    reads=["page", *ForumFilter.base_filters],
    as_json=forums_as_json,
    as_csv=forums_as_csv,
)
def forum_list(request: HttpRequest, asked: AskedDay):
    forums = with_state(Forum.objects.order_by("folded"))
    chosen = ForumFilter(request.GET, queryset=forums.listed(asked.day), asked=asked)
    page = page_of_day(request, filtered(chosen), asked.day)
    later = known_later.after(page, chosen.filter_queryset(forums.openly_perhaps(asked.day)))
    shown = [*page, *later.rows]
    as_they_were(shown, asked.day)
    return "forums/list.html", {
        "page": page,
        "later": later,
        "filters": chosen.form,
        "earliest": None if page.object_list else earliest_day(),
        "names_then": names_then(asked, forums=[forum.pk for forum in shown]),
        "chairs": chairs_of(list(page), asked),
        "apart": told_apart(shown, asked.day),
    }


def forum_as_json(context: dict, here: Here) -> dict:
    forum, called = context["forum"], csv_rows.all_of(context["called_then"])
    lines = [context["lines_up"], *(lines for _, lines in context["lines_down"])]
    lines = [line for some in (*lines, context["lines_beside"]) for line in some]
    return {
        **facts.forum(forum, here, called or None),
        "name_source": facts.source_of_name(context["renaming"], here),
        "in_force": forum.holds(here.asked.day),
        "host": facts.named(forum.host, here),
        "changes": [
            facts.change_of_terms(change, words, here) for change, words in context["changes"]
        ],
        **facts.terms_of_reference(context["terms"].shown, context["reviews"].due, here),
        "terms_of_reference": [
            facts.version_of_terms(each, context["reviews"].of(each), here)
            for each in context["terms"].versions
        ],
        "terms_of_reference_changed": facts.terms_differences(context["terms_differences"])
        if context["terms_before"]
        else None,
        "places": forum_rows.places_as_data(context["places"]),
        "seats": [facts.seat(seat, here) for seat in context["seats"]],
        "known_from_a_later_day": [facts.seat(seat, here) for seat in context["known_later"]],
        "announced_seats": [facts.seat(seat, here) for seat in context["announced_seats"]],
        "later_chairs": [facts.seat(seat, here) for seat in context["later_chairs"]],
        "designates": facts.designates(context["designates"], here),
        "former": facts.former_holders(context["former"], here),
        "over_time": facts.over_time(context["times"], here),
        "member_organisations": members_as_data(context["member_organisations"], forum, here),
        "member_organisations_known_from_a_later_day": members_as_data(
            context["later_members"], forum, here
        ),
        "quoracy_reads_as": context["reading"] or None,
        **could_be_as_data(context["could_be"]),
        "escalation_steps": [
            {
                "order": step.order,
                "what_happens": step.what_happens,
                "who_decides": step.who_decides,
                **facts.evidence(step, here),
            }
            for step in context["steps"]
        ],
        "reporting_lines": [facts.reporting_line(line, here) for line in lines],
        "reporting_lines_known_from_a_later_day": [
            facts.reporting_line(line, here) for line in context["later_lines"]
        ],
        "successions": [
            {
                "from_forum": facts.named(each.from_forum, here),
                "kind": each.kind,
                "description": each.description or None,
                "to_forum": facts.named(each.to_forum, here),
                **facts.planned(each, here),
            }
            for each in context["successions"]
        ],
        "names": facts.other_names(context["names"], here),
    }


def members_as_data(members: list[MemberOrganisation], forum: Forum, here: Here) -> list[dict]:
    return [
        {
            "organisation": facts.named(each.organisation, here),
            "in_force": both(each.holds(here.asked.day), forum.holds(here.asked.day)),
            **facts.dated(each, here),
        }
        for each in members
    ]


NO_EMPTY_PLACE = {"unfilled": 0, "vacant": 0, "perhaps_vacant": 0}


def members_as_csv(context: dict, here: Here) -> CsvTable:
    """The members of a forum: a row for each member, one for the vacant places of a seat, one for
    those of which nobody is recorded, and one for each who is to come."""
    known_later = context["known_later"]

    def rows():
        for when, seats in (("now", context["seats"]), ("known_from_a_later_day", known_later)):
            for each in seats:
                seat = facts.seat(each, here)
                yield from places(each, seat, when)
                yield from to_come(seat, seat["to_come"])
        for each, designate in context["designates"]:
            if each not in known_later:
                yield from to_come(facts.seat(each, here), [facts.holder(each, designate, here)])

    def places(each: HeldSeat, seat: dict, when: str):
        own = {column: seat[column] for column in csv_rows.SEAT_COLUMNS}
        if seat["holders"]:
            filled = own | NO_EMPTY_PLACE
            yield from (filled | row for row in csv_rows.present_rows(seat, when))
        for number, standing in each.empty_places:
            vacant = number if standing == Standing.VACANT else 0
            perhaps = 0 if vacant else seat["perhaps_vacant"]
            empty = own | {"unfilled": number, "vacant": vacant, "perhaps_vacant": perhaps}
            left = {**seat, "standing": standing.value, "holders": []}
            yield from (empty | row for row in csv_rows.present_rows(left, when))

    def to_come(seat: dict, holders: list[dict]):
        own = {column: seat[column] for column in csv_rows.SEAT_COLUMNS}
        filled = own | NO_EMPTY_PLACE
        yield from (filled | row for row in csv_rows.rows_to_come(seat, holders))

    return CsvTable([*csv_rows.SEAT_COLUMNS, *csv_rows.HOLDING_COLUMNS], rows())


@prepared
def forums(value, by: str = "slug") -> QuerySet:
    """A forum, with whether records exist that most forums have none of.

    Queries that find nothing would take up to a fifth of the time of a page.
    """
    it = OuterRef("pk")
    return with_state(Forum.objects.filter(**{by: value})).annotate(
        has_members=Exists(MemberOrganisation.objects.filter(forum=it)),
        has_names=Exists(ForumName.objects.filter(forum=it)),
        has_steps=Exists(EscalationStep.objects.filter(terms__forum=it)),
        has_reviews=Exists(TermsReview.objects.filter(terms__forum=it)),
        has_terms_of_reference=Exists(TermsOfReference.objects.filter(forum=it)),
        has_successions=Exists(Succession.objects.filter(Q(from_forum=it) | Q(to_forum=it))),
    )


@prepared
def possible_members(forum: int, day: datetime.date) -> QuerySet:
    members = MemberOrganisation.objects.possibly(day).filter(forum=forum)
    return with_sources(members, "organisation")


def member_organisations(forum: int, day: datetime.date) -> list[MemberOrganisation]:
    return [each for each in possible_members(forum, day) if each.is_listed(day)]


@prepared
def other_names(forum: int) -> QuerySet:
    return with_sources(ForumName.objects.filter(forum=forum))


@prepared
def _escalation_steps(terms: int) -> QuerySet:
    steps = EscalationStep.objects.filter(terms=terms)
    return with_sources(steps, sources=STATED_SOURCES)


def escalation_steps(terms: TermsOnDay) -> list[EscalationStep]:
    """The steps of escalation in the terms of reference that are shown."""
    return list(_escalation_steps(terms.shown.pk)) if terms.are_recorded else []


@prepared
def successions(forum: int) -> QuerySet:
    found = Succession.objects.filter(Q(from_forum=forum) | Q(to_forum=forum))
    found = with_sources(found, "from_forum", "to_forum", sources=Succession.DOCUMENT_FIELDS)
    return found.order_by("start_date", "id")


@prepared
def reporting_lines(forum: int, day: datetime.date) -> QuerySet:
    lines = ReportingLine.objects.possibly(day).filter(
        Q(from_forum=forum) | Q(to_forum=forum), not_over(day, "from_forum")
    )
    lines = with_sources(lines, "from_forum", "to_forum", "to_organisation")
    return lines.order_by("kind", "id")


@public_page(as_json=forum_as_json, as_csv=members_as_csv)
def forum(request: HttpRequest, asked: AskedDay, slug: str):
    forum = record_at(forums, slug)
    changes = changes_of_forum(forum)
    as_they_were([forum], asked.day)
    seats = as_one(held_seats_of(forum, asked.day))
    over = forum.has_ended(asked.day)
    listed = [seat for seat in seats if seat.is_listed(asked.day) and not over]
    known_later = [seat for seat in seats if seat.is_openly_perhaps(asked.day) and not over]
    found = list(possible_members(forum.pk, asked.day)) if forum.has_members else []
    members = [member for member in found if member.is_listed(asked.day)]
    names = list(other_names(forum.pk)) if forum.has_names else []
    terms = terms_of(forum, asked)
    lines = reporting(forum, asked)
    names_of_day = forum_rows.names_beside(
        forum, [*listed, *known_later], found, lines, keys_in_rule(terms.shown), asked
    )
    say_posts_then(seats, names_of_day)
    context = {
        "forum": forum,
        "changes": [(each, told_on(each, asked.day)) for each in changes],
        "chairs": [seat for seat in listed if seat.role == SeatRole.CHAIR],
        "later_chairs": chairs_after(seats, asked),
        "designates": designates(seats, asked.day),
        "seats": listed,
        "known_later": known_later,
        "announced_seats": [seat for seat in seats if seat.start_is_announced and not over],
        "places": Places.of(listed),
        "former": former_holders(seats),
        "times": recorded_times(chairs_first(seats), asked, forum.end_date),
        "member_organisations": members,
        "later_members": [each for each in found if each.is_openly_perhaps(asked.day)],
        "names": names,
        "renaming": renaming(names),
        "called_then": names_of_one(names, asked),
        "names_then": names_of_day,
        "terms": terms,
        "reviews": reviews_of(forum, terms, asked),
        "terms_before": version_before(terms),
        "rules_compared": rules_compared(terms, seats, asked.day),
        **rule_of_forum(forum, terms, seats, members, asked, names_of_day),
        "steps": escalation_steps(terms) if forum.has_steps else [],
        "successions": [each for each in successions(forum.pk) if each.stands(asked.day)]
        if forum.has_successions
        else [],
        "structured": partial(forum_as_data, forum, terms.shown.purpose, listed, asked.day, request)
        if asked.is_now
        else None,
        **lines,
    }
    return "forums/forum.html", context | forum_in_words(context, asked)


def forum_in_words(context: dict, asked: AskedDay) -> dict:
    """The rows and sentences of the page, from the records that its other formats have too."""
    forum, members = context["forum"], context["member_organisations"]
    terms, shown = context["terms"], context["terms"].shown
    decisions = forum_rows.decisions(shown)
    return {
        "contents": forum_rows.contents(context["times"]),
        "chairs_held": [
            (chair, [(*pair, forum_rows.speaks_for(chair, pair[0])) for pair in chair.shown])
            for chair in context["chairs"]
        ],
        "ended": forum_rows.ended(forum, asked.day, "ended"),
        "last_chaired": forum_rows.last_chaired(forum, asked),
        "silence": forum_rows.silence(asked),
        "summary": forum_rows.summary(shown, context["reviews"]),
        "seat_rows": forum_rows.seat_rows(context["seats"]),
        "rows_known_later": list(forum_rows.seat_rows(context["known_later"])),
        "places_said": forum_rows.places_in_words(context["places"]),
        "members_closed": [
            (each, forum_rows.ended(each.organisation, asked.day, "closed")) for each in members
        ],
        "organisations_asked": forum_rows.organisations_asked(members, asked.day)
        if context["asks_organisations"]
        else [],
        "has_quoracy": bool(context["reading"] or shown.quoracy_wording),
        "as_filled": as_filled_in_words(context["could_be"], shown),
        "beyond": beyond(shown) if context["reading"] else "",
        "decisions": decisions,
        "has_decisions": bool(decisions or shown.decision_wording),
        "rows_up": forum_rows.rows_up(context["lines_up"], asked.day),
        "rows_beside": forum_rows.rows_beside(context["lines_beside"]),
        "rows_of_later_lines": forum_rows.rows_of_later_lines(context["later_lines"], forum),
        "succession_rows": forum_rows.succession_rows(forum, context["successions"], asked.day),
        "terms_standing": standing_in_words(terms, asked),
        "terms_parts": forum_rows.parts(shown),
        "version_rows": version_rows(terms, forum, asked),
        "terms_differences": terms_differences(context),
        **forum_rows.told_as_over(context["former"]),
    }


def terms_differences(context: dict) -> list[Difference]:
    """What differs between the terms of reference that the page shows and those before."""
    before = context["terms_before"]
    if before is None:
        return []
    return differences(before, context["terms"].shown, context["rules_compared"])


def chairs_first(seats: list[HeldSeat]) -> list[HeldSeat]:
    """`seats` in their order, but the chairs' and then the vice-chairs' before the others."""
    order = list(SeatRole)
    return sorted(seats, key=lambda seat: order.index(SeatRole(seat.role)))


def chairs_after(seats: list[HeldSeat], asked: AskedDay) -> list[HeldSeat]:
    """The chairs' seats that begin after the day, as far as is recorded."""
    return [
        seat
        for seat in seats
        if seat.role == SeatRole.CHAIR
        and not seat.is_listed(asked.day)
        and not seat.has_ended(asked.day)
    ]


def designates(holdings, day: datetime.date) -> list[tuple]:
    """The people named for what begins only after the day, each after that."""
    later = [each for each in holdings if not each.is_listed(day)]
    return [(each, holder) for each in later for holder in each.announced if holder.named]


def together(holdings, owner: str) -> dict[int, list]:
    """Seats or posts by the key of their forum or organisation, those that are held first."""
    by_owner = defaultdict(list)
    for holding in sorted(holdings, key=lambda each: each.standing != Standing.HELD):
        by_owner[getattr(holding, owner)].append(holding)
    return dict(by_owner)


def former_holders(holdings) -> list[tuple]:
    """Everybody whose time was over before the day, with what they held, the last first."""
    pairs = [(holding, holder) for holding in holdings for holder in holding.former]
    return sorted(pairs, key=lambda pair: pair[1].end_date, reverse=True)


# Headings for the forums below one, by the kind of line that leads up from them.
DOWN = [
    (LineKind.REPORTS_TO, "Reports to it"),
    (LineKind.SUB_GROUP_OF, "Its sub-groups"),
    (LineKind.OVERSEEN_BY, "It oversees"),
    (LineKind.ESCALATES_TO, "Escalates to it"),
]


def reporting(forum: Forum, asked: AskedDay) -> dict[str, list[ReportingLine]]:
    """The lines of `forum` in force on the day: up, down and sideways; and those that the sources
    name only from a later day."""
    found = list(reporting_lines(forum.pk, asked.day))
    lines = [line for line in found if line.is_listed(asked.day)]
    beside = (LineKind.WORKS_WITH, LineKind.ADVISES)
    return {
        "lines_up": [x for x in lines if x.from_forum_id == forum.pk and x.kind not in beside],
        "lines_down": [
            (heading, below)
            for kind, heading in DOWN
            if (below := [x for x in lines if x.to_forum_id == forum.pk and x.kind == kind])
        ],
        "lines_beside": [x for x in lines if x.kind in beside],
        "later_lines": [line for line in found if line.is_openly_perhaps(asked.day)],
    }
