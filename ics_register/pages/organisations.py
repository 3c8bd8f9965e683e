"""Organisations: the list, and the page of one."""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import django_filters
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.http import HttpRequest

from forums.change_words import changes_of
from forums.forum_states import as_on
from forums.models import (
    Forum,
    LineKind,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
)
from forums.seat_holders import HeldSeat, held_seats_among
from ics_register.pages import csv_rows, facts, forum_rows, known_later
from ics_register.pages.chairs import CHAIR_CHOICES, organisations_by_head
from ics_register.pages.filters import NameFilter, PlaceFilter, SortFilter
from ics_register.pages.formats import CsvTable, Here, in_chunks, whole, whole_list
from ics_register.pages.forums import designates, former_holders, together
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import SOURCES, with_sources
from ics_register.pages.lists import filtered, page_of, page_of_day
from ics_register.pages.names_on_day import NamesThen, earliest_day, names_of_one, names_then
from ics_register.pages.page import public_page
from ics_register.pages.record_addresses import record_at
from ics_register.pages.relationships import ended_with, others_of, relationships_of, when_told
from ics_register.pages.statements import said_by
from ics_register.pages.structured import organisation_as_data
from ics_register.pages.timelines import recorded_times
from organisations.held_terms import lay_down
from organisations.models import (
    HEAD_KINDS,
    Organisation,
    OrganisationKind,
    OrganisationName,
    Post,
)
from people.post_holders import HeldPost, held_posts_of, in_order, posts_with_holders
from records.models import DatedRecordQuerySet
from records.namesakes import told_apart
from records.periods import listed, possible
from records.prepared import prepared
from records.present_names import renaming
from records.stated import EVIDENCE, PERIOD, DatedStated, document_columns
from records.together import PeriodRow, Together


class OrganisationFilter(django_filters.FilterSet):
    """Filters of a list of organisations."""

    q = NameFilter(other_names=OrganisationName, owner="organisation", label="Name or code")
    place = PlaceFilter()
    kind = django_filters.ChoiceFilter(
        label="Kind", choices=OrganisationKind.choices, empty_label="Every kind"
    )
    chair = django_filters.ChoiceFilter(
        label="Chair or leader", method="headed", choices=CHAIR_CHOICES, empty_label="Any or none"
    )
    sort = SortFilter(
        ("name", "Name", "folded"), ("kind", "Kind", "kind"), ("place", "Place", "place__folded")
    )

    def __init__(self, *args, asked: AskedDay, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked

    def headed(self, queryset, name, value):
        return organisations_by_head(queryset, self.asked.day, value)


def heads_of(organisations: list[Organisation], asked: AskedDay) -> dict[int, list]:
    """The posts of chairs and leaders of each of `organisations` on the day, those that are held
    first."""
    posts = Post.objects.listed(asked.day).filter(
        kind__in=HEAD_KINDS, organisation__in=[organisation.pk for organisation in organisations]
    )
    return together(posts_with_holders(posts, asked.day), "organisation_id")


def organisations_as_json(context: dict, here: Here) -> dict:
    def said(each: Organisation) -> dict:
        posts = context["heads"].get(each.pk, [])
        return {
            **facts.organisation(each, here, context["names_then"]["organisation"].get(each.pk)),
            "in_force": each.holds(here.asked.day),
            "chairs": [facts.post(post, here) for post in posts],
        }

    page = here.paged(context["page"], [said(each) for each in context["page"]])
    return page | known_later.as_json(context["later"], said)


def organisations_as_csv(context: dict, here: Here) -> CsvTable:
    def rows():
        parts = whole_list(context["page"]), whole(context["later"].records)
        for some in itertools.chain(*parts):
            heads = heads_of(some, here.asked)
            names = names_then(here.asked, organisations=[each.pk for each in some])
            for each in some:
                called = names["organisation"].get(each.pk)
                said = csv_rows.flat(facts.organisation(each, here, called))
                said["in_force"] = each.holds(here.asked.day)
                yield said | csv_rows.heads_in_cells(heads.get(each.pk, []), here)

    columns = [*csv_rows.ORGANISATION_COLUMNS, *csv_rows.HEAD_COLUMNS, *csv_rows.DATED_COLUMNS]
    return CsvTable(columns, rows())


@public_page(
    reads=["page", *OrganisationFilter.base_filters],
    as_json=organisations_as_json,
    as_csv=organisations_as_csv,
)
def organisation_list(request: HttpRequest, asked: AskedDay):
    organisations = with_sources(
        Organisation.objects.order_by("folded"),
        whole=["place"],
        sources=[*SOURCES, "codes_document"],
    )
    listed = organisations.listed(asked.day)
    chosen = OrganisationFilter(request.GET, queryset=listed, asked=asked)
    page = page_of_day(request, filtered(chosen), asked.day)
    openly = organisations.openly_perhaps(asked.day)
    later = known_later.after(page, chosen.filter_queryset(openly))
    shown = [*page, *later.rows]
    return "organisations/list.html", {
        "page": page,
        "later": later,
        "filters": chosen.form,
        "earliest": None if page.object_list else earliest_day(),
        "names_then": names_then(asked, organisations=[each.pk for each in shown]),
        "heads": heads_of(list(page), asked),
        "apart": told_apart(shown, asked.day),
    }


def organisation_as_json(context: dict, here: Here) -> dict:
    organisation, called = context["organisation"], csv_rows.all_of(context["called_then"])
    return {
        **facts.organisation(organisation, here, called or None),
        "name_source": facts.source_of_name(context["renaming"], here),
        "in_force": organisation.holds(here.asked.day),
        "posts": [facts.post(post, here) for post in context["posts"]],
        "announced_posts": [facts.post(post, here) for post in context["announced_posts"]],
        "designates": facts.designates(context["designates"], here),
        "former": facts.former_holders(context["former"], here),
        "over_time": facts.over_time(context["times"], here),
        "seats": here.paged(
            context["page"],
            [_seat(seat, context["names_then"], here) for seat in context["seats"]],
        ),
        "known_from_a_later_day": {
            "posts": [facts.post(post, here) for post in context["later_posts"]],
            "seats": [_seat(seat, context["names_then"], here) for seat in context["later_seats"]],
            "forums": [_around(each, here) for each in context["later_forums"]],
        },
        "seats_of_its_kind": [
            {
                "forum": facts.named(seat.forum, here),
                "title": seat.title,
                "in_force": together.holds(here.asked.day),
                **facts.dated(seat, here),
            }
            for seat, together in context["seats_of_its_kind"]
        ],
        "member_of": [_around(each, here) for each in context["member_of"]],
        "forums": [_around(each, here) for each in context["forums"]],
        "relationships": [
            {
                "from_organisation": facts.named(each.from_organisation, here),
                "kind": each.kind,
                "to_organisation": facts.named(each.to_organisation, here),
                **facts.planned(each, here),
            }
            for _, groups in context["relationships"]
            for _, each in itertools.chain(*groups)
        ],
        **_stated(context, here),
        "names": facts.other_names(context["names"], here),
    }


def _stated(context: dict, here: Here) -> dict:
    """What inspectors and documents say of an organisation."""
    ratings = context["ratings"]
    rated = [*ratings["overall"], *itertools.chain(*ratings["questions"], *ratings["services"])]
    return {
        "ratings": [
            {
                "service": each.text or None,
                "question": each.question,
                "rating": each.value,
                **facts.evidence(each, here),
            }
            for each in rated
        ],
        "figures": [
            {
                "label": each.text,
                "value": each.value,
                "period": each.period or None,
                **facts.evidence(each, here),
            }
            for each in context["figures"]
        ],
        "statements": [
            {"kind": each.kind, "text": each.text, **facts.evidence(each, here)}
            for _, groups in context["statements"]
            for each in itertools.chain(*groups)
        ],
    }


def _seat(seat: HeldSeat, names: NamesThen, here: Here) -> dict:
    return {"forum": facts.forum_of(seat, names, here), **facts.seat(seat, here)}


def _around(each: "ForumAround", here: Here) -> dict:
    return {
        "forum": facts.record(here, "forum", each.forum_slug, each.forum_name),
        "how": each.how,
        "in_force": each.together.holds(here.asked.day),
        **facts.dated(each, here),
    }


def posts_and_seats_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each holder of a post and each member of a forum for an organisation, one for each
    post and seat that has none, and one for each who is to come."""
    later = "known_from_a_later_day"

    def rows():
        yield from rows_of_posts(context["posts"], "now")
        yield from rows_of_seats([pk for pk, *_ in context["page"].paginator.object_list], "now")
        yield from rows_of_posts(context["later_posts"], later)
        yield from rows_of_seats(context["later_keys"], later)
        for post, designate in context["designates"]:
            if post not in context["later_posts"]:
                said = facts.post(post, here)
                holders = [facts.holder(post, designate, here)]
                yield from of_a_post(csv_rows.rows_to_come(said, holders))

    def rows_of_posts(posts: list[HeldPost], when: str):
        for post in posts:
            yield from of_a_post(csv_rows.holding_rows(facts.post(post, here), when))

    def of_a_post(found: Iterable[dict]):
        return ({"kind": "post", **row} for row in found)

    def rows_of_seats(all_keys: list[int], when: str):
        for keys in in_chunks(all_keys):
            seats = held_seats_among(keys, here.asked.day)
            names = names_then(here.asked, forums={seat.forum_id for seat in seats})
            for seat in in_order(seats, keys):
                said = _seat(seat, names, here)
                forum = csv_rows.flat({"forum": said["forum"]})
                for row in csv_rows.holding_rows(said, when):
                    yield {"kind": "seat", **forum, **row}

    return CsvTable(
        ["kind", "forum", "forum_name", "forum_called_then", *csv_rows.HOLDING_COLUMNS], rows()
    )


@prepared
def organisations(value, by: str = "slug") -> QuerySet:
    found = Organisation.objects.filter(**{by: value})
    return with_sources(found, whole=["place"], sources=[*SOURCES, "codes_document"])


@prepared
def other_names(organisation: int) -> QuerySet:
    names = with_sources(OrganisationName.objects.filter(organisation=organisation))
    return names.order_by(F("start_date").desc(nulls_last=True), "folded")


@public_page(
    reads=["page"],
    as_json=organisation_as_json,
    as_csv=posts_and_seats_as_csv,
)
def organisation(request: HttpRequest, asked: AskedDay, slug: str):
    organisation = record_at(organisations, slug)
    posts = held_posts_of(organisation, asked.day)
    names, former = list(other_names(organisation.pk)), former_holders(posts)
    over = organisation.has_ended(asked.day)
    listed_posts = [post for post in posts if post.is_listed(asked.day) and not over]
    seats_then, later_keys = seats_for(organisation, asked)
    page = page_of(request, seats_then)
    shown = [pk for pk, *_ in page]
    shown_later = [] if page.has_next() else later_keys[: known_later.MOST]
    seats = in_order(held_seats_among([*shown, *shown_later], asked.day), [*shown, *shown_later])
    relationships = relationships_of(organisation, asked)
    around, said = forums_around(organisation, asked), said_by(organisation, asked)
    still_there = over and (shown or around["member_of"])
    return "organisations/organisation.html", {
        "organisation": organisation,
        "codes": codes_in_words(organisation),
        "posts": listed_posts,
        "changes_of": changes_of,
        "later_posts": [post for post in posts if post.is_openly_perhaps(asked.day) and not over],
        "announced_posts": [post for post in posts if post.start_is_announced and not over],
        "designates": designates(posts, asked.day),
        "former": former,
        **forum_rows.told_as_over(former),
        "times": recorded_times(heads_first(posts), asked, organisation.end_date),
        "names": names,
        "renaming": renaming(names),
        "called_then": names_of_one(names, asked),
        "page": page,
        "seats": seats[: len(shown)],
        "later_seats": seats[len(shown) :],
        "later_keys": later_keys,
        "seats_of_its_kind": [] if shown else seats_of_kind(organisation, asked),
        "kind_in_seats": IN_TITLES.get(organisation.kind, ""),
        "ended": organisation.told_end("ended") if over else "",
        "ended_with_seats": still_there,
        **around,
        "relationships": relationships,
        "plan_told": when_told,
        "ended_with": ended_with,
        "names_then": names_then(
            asked,
            organisations=others_of(relationships),
            forums={seat.forum_id for seat in seats},
        ),
        **said,
        "has_ratings": any(said["ratings"].values()),
        "structured": partial(organisation_as_data, organisation, listed_posts, asked.day, request)
        if asked.is_now
        else None,
    }


def codes_in_words(organisation: Organisation) -> str:
    codes = [("ODS", organisation.ods_code), ("ONS", organisation.ons_code)]
    return ", ".join(f"{scheme} {code}" for scheme, code in codes if code)


def heads_first(posts: list[HeldPost]) -> list[HeldPost]:
    """`posts` in their order, with those of chairs and leaders first."""
    return sorted(posts, key=lambda post: post.kind not in HEAD_KINDS)


def seats_for(organisation: Organisation, asked: AskedDay) -> tuple[list[tuple], list[int]]:
    """The seats on forums that speak for `organisation` or that its posts fill, as (id, forum,
    order); and the ids of those known from a later day."""
    found = sorted(_seats_for(organisation.pk, asked.day), key=lambda seat: (*seat[1:], seat[0]))
    then = {pk: (pk, forum, order) for pk, later, forum, order in found if not later}
    return list(then.values()), list(dict.fromkeys(pk for pk, *_ in found if pk not in then))


# Words in the titles of seats that are for organisations of a kind and for none by name.
IN_TITLES = {
    OrganisationKind.HEALTHWATCH: "Healthwatch",
    OrganisationKind.PCN: "primary care network",
}


def seats_of_kind(organisation: Organisation, asked: AskedDay) -> list[tuple[Seat, Together]]:
    """The seats named for the kind of `organisation` and for no organisation by name, each with
    when it is there together with its forum.

    They are on forums of its place, or of one that it is part of.
    """
    if organisation.kind not in IN_TITLES or organisation.place_id is None:
        return []
    place = organisation.place_id
    seats = Seat.objects.listed(asked.day).filter(
        listed(asked.day, "forum"),
        Q(forum__place=place) | Q(forum__place__parts=place) | Q(forum__place__parts__parts=place),
        title__icontains=IN_TITLES[organisation.kind],
        on_behalf_of=None,
        ex_officio_post=None,
    )
    found = with_sources(seats, whole=["forum"]).order_by("forum__folded", "order", "pk")
    named = list(found.distinct())
    lay_down(((seat, asked.day) for seat in named), SeatTerms)
    return [(seat, Together(seat=seat, forum=seat.forum)) for seat in named]


@prepared
def _seats_for(organisation: int, day: datetime.date) -> QuerySet:
    """A query for each way that a seat speaks for it, because together they would read every
    seat. With each, whether it is known only from a later day."""
    both_listed = Case(When(listed(day) & listed(day, "forum"), then=0), default=1)

    def seats(later=both_listed, **way) -> QuerySet:
        found = Seat.objects.possibly(day).filter(possible(day, "forum"), **way).order_by()
        return found.values_list("pk", later, "forum__folded", "order")

    members = Membership.objects.filter(on_behalf_of=organisation).order_by()
    return seats(on_behalf_of=organisation).union(
        seats(ex_officio_post__organisation=organisation),
        seats(ex_officio_sources__post__organisation=organisation),
        seats(pk__in=members.listed(day).values("seat")),
        seats(pk__in=members.openly_perhaps(day).values("seat"), later=Value(1)),
    )


@dataclass(kw_only=True)
class ForumAround(DatedStated):
    """A forum and its relation to an organisation on a day, as a row with its source."""

    named: str  # folded
    forum_name: str
    forum_slug: str
    how: str  # "member", "host" or a LineKind
    forum: PeriodRow

    @property
    def together(self) -> Together:
        """When this holds together with the forum."""
        return Together(relation=self, forum=self.forum)

    @property
    def how_words(self) -> str:
        named = {"host": "hosted here", "member": "member"}
        return named.get(self.how) or LineKind(self.how).label


def forums_around(organisation: Organisation, asked: AskedDay) -> dict[str, list[ForumAround]]:
    """The forums that `organisation` is a member of or hosts, or that answer to it."""
    around = [_forum_of(row) for row in _forums_around(organisation.pk, asked.day)]
    then = [forum for forum in around if forum.together.is_listed(asked.day)]
    return {
        "member_of": [forum for forum in then if forum.how == "member"],
        "forums": [forum for forum in then if forum.how != "member"],
        "later_forums": [forum for forum in around if forum not in then],
    }


def _forum_of(row: dict) -> ForumAround:
    forum = PeriodRow.taken("forum", row)
    return ForumAround(**row, forum=forum)


@prepared
def _forums_around(organisation: int, day: datetime.date) -> QuerySet:
    def rows(facts: DatedRecordQuerySet, how, forum: str) -> QuerySet:
        return (
            facts.possibly(day)
            .filter(possible(day, forum.removesuffix("__")))
            .order_by()
            .values(
                *PERIOD,
                *EVIDENCE,
                **document_columns(),
                **PeriodRow.columns("forum", forum),
                how=how,
                named=F(f"{forum}folded"),
                forum_name=F(f"{forum}name"),
                forum_slug=F(f"{forum}slug"),
            )
        )

    member = Value("member", CharField())
    members = MemberOrganisation.objects.filter(organisation=organisation)
    lines = ReportingLine.objects.filter(to_organisation=organisation)
    hosted = Forum.objects.filter(as_on(day, Q(host=organisation)))
    return (
        rows(members, member, "forum__")
        .union(
            rows(hosted, Value("host", CharField()), ""),
            rows(lines, F("kind"), "from_forum__"),
            all=True,
        )
        .order_by("named", "how")
    )
