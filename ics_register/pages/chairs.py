"""Who chairs what: every forum and organisation with its chair or leader on a day."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

import django_filters
from django.core.paginator import Page
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.http import HttpRequest

from forums import filling, seat_holders
from forums.models import Forum, ForumKind, Seat, SeatRole
from forums.seat_holders import HeldSeat
from ics_register.pages import csv_rows, facts, known_later
from ics_register.pages.filters import FiltersOfDay, ForumPlaceFilter, PlaceFilter
from ics_register.pages.formats import CsvTable, Here, in_chunks
from ics_register.pages.frame import AskedDay
from ics_register.pages.known_later import KnownLater
from ics_register.pages.lists import (
    LONG,
    MANY,
    Counted,
    counted,
    each_up_to_many,
    filtered,
    many_in_words,
    page_of,
    to_the_end,
)
from ics_register.pages.names_on_day import (
    NamesThen,
    earliest_day,
    names_then,
    say_posts_then,
    spoken_for,
)
from ics_register.pages.page import public_page
from organisations.models import HEAD_KINDS, Organisation, OrganisationKind, PlaceLevel, Post
from people import post_holders
from people.holder_rows import Holder
from people.post_holders import HeldPost
from people.standing import Standing
from people.standing import with_standing as posts_with_standing
from records.namesakes import told_apart_by_key
from records.periods import certain, listed, possible
from records.prepared import prepared
from records.together import Together

CHAIR_CHOICES = [("held", "In post"), ("vacant", "Vacant"), ("not-recorded", "Holder not recorded")]

# The largest places first.
LEVELS = {level: rank for rank, level in enumerate(PlaceLevel.values)}


class ChairFilter(FiltersOfDay):
    """The filters of the list of chairs."""

    kind = django_filters.ChoiceFilter(
        label="Kind",
        method="of_kind",
        choices=[("Forums", ForumKind.choices), ("Organisations", OrganisationKind.choices)],
        empty_label="Every kind",
    )
    standing = django_filters.ChoiceFilter(
        label="Chair",
        method="of_standing",
        choices=CHAIR_CHOICES,
        empty_label="Any",
    )

    # The path from a chair's seat or post to the forum or organisation that has it.
    owner = ""
    # Adds the Standing to each row, which costs more than all the rest.
    with_standing = None

    def of_kind(self, queryset, name, value):
        return queryset.filter(**{f"{self.owner}__kind": value})

    def of_standing(self, queryset, name, value):
        return self.with_standing(queryset, self.asked.day).filter(standing=value)


class ForumChairFilter(ChairFilter):
    owner = "forum"
    place = ForumPlaceFilter(path="forum__place")
    with_standing = staticmethod(filling.with_standing)


class OrganisationHeadFilter(ChairFilter):
    owner = "organisation"
    place = PlaceFilter(path="organisation__place")
    with_standing = staticmethod(posts_with_standing)


def chairs_seats(day: datetime.date) -> QuerySet[Seat]:
    """The chairs' seats listed on the day, of forums that are too."""
    return Seat.objects.listed(day).filter(listed(day, "forum"), role=SeatRole.CHAIR)


def heads_posts(day: datetime.date) -> QuerySet[Post]:
    """The chairs' and leaders' posts listed on the day, of organisations that are too."""
    return Post.objects.listed(day).filter(listed(day, "organisation"), kind__in=HEAD_KINDS)


def known_later_seats(day: datetime.date) -> QuerySet[Seat]:
    """The chairs' seats that may have existed on the day, though the sources name them or their
    forums only from a later one."""
    seats = Seat.objects.possibly(day).filter(possible(day, "forum"), role=SeatRole.CHAIR)
    return seats.exclude(listed(day), listed(day, "forum"))


def known_later_posts(day: datetime.date) -> QuerySet[Post]:
    """The same of the posts of chairs and leaders."""
    posts = Post.objects.possibly(day).filter(possible(day, "organisation"), kind__in=HEAD_KINDS)
    return posts.exclude(listed(day), listed(day, "organisation"))


class ChairRow(Together):
    """A row of the list: a seat with its holders and its forum, or a post and its organisation."""

    def __init__(self, what: str, held: HeldSeat | HeldPost):
        super().__init__(**held.together.parts)
        self.what = what
        self.held: Any = held


def chairs_as_json(context: dict, here: Here) -> dict:
    def said(row: ChairRow) -> dict:
        return row_as_data(row, context["names_then"], here)

    page = here.paged(context["page"], [said(row) for row in context["rows"]])
    later = known_later.as_json(context["later"], said)
    silent = context["silent"]
    if silent is not None and max(silent.values()) > MANY:
        owners = without_a_chair(here.asked.day)
        silent = {what: to_the_end(number, owners[what]) for what, number in silent.items()}
    named = context["named"]
    return {
        **page,
        **later,
        "count_named": named and named.certain,
        "count_named_foreseen": named and named.foreseen,
        "count_named_perhaps": named and named.perhaps,
        "without_a_chair": silent,
    }


def row_as_data(row: ChairRow, names: NamesThen, here: Here) -> dict:
    """A row of the list: the forum with its chair's seat, or the organisation with the post."""
    in_force = row.holds(here.asked.day)
    if row.what == "forum":
        return {
            "forum": facts.forum_of(row.held, names, here),
            "seat": facts.seat(row.held, here),
            "in_force": in_force,
        }
    return {
        "organisation": facts.organisation_of(row.held, names, here),
        "post": facts.post(row.held, here),
        "in_force": in_force,
    }


def chairs_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each holder, one for each seat or post that has none, and one for each who is to
    come."""

    def rows():
        yield from rows_among(context["page"].paginator.object_list, "now")
        yield from rows_among(context["later"].records, "known_from_a_later_day")

    def rows_among(all_keys: list, when: str):
        for keys in in_chunks(list(all_keys)):
            chunk = rows_of(keys, here.asked)
            names = names_of(chunk, here.asked)
            for each in chunk:
                said = row_as_data(each, names, here)
                own = {"kind": each.what, **csv_rows.flat({"of": said[each.what]})}
                holding = said["seat" if each.what == "forum" else "post"]
                for row in csv_rows.holding_rows(holding, when):
                    yield own | row

    return CsvTable(["kind", "of", "of_name", "of_called_then", *csv_rows.HOLDING_COLUMNS], rows())


def names_of(rows: list[ChairRow], asked: AskedDay) -> NamesThen:
    """The names on the day of the forums and organisations of `rows`."""
    keys = {
        of: {getattr(row.held, f"{of}_id") for row in rows if row.what == of}
        for of in ("forum", "organisation")
    }
    seats = [row.held for row in rows if isinstance(row.held, HeldSeat)]
    names = names_then(
        asked,
        forums=keys["forum"],
        organisations=keys["organisation"] | spoken_for(seats),
    )
    say_posts_then(seats, names)
    return names


@public_page(
    reads=["page", *ForumChairFilter.base_filters],
    as_json=chairs_as_json,
    as_csv=chairs_as_csv,
)
def chairs(request: HttpRequest, asked: AskedDay):
    day = asked.day
    seat_filter = ForumChairFilter(request.GET, queryset=chairs_seats(day), asked=asked)
    post_filter = OrganisationHeadFilter(request.GET, queryset=heads_posts(day), asked=asked)
    seats, posts = filtered(seat_filter), filtered(post_filter)
    certainly = [certain(day) & certain(day, owner) for owner in ("forum", "organisation")]
    page = page_of(
        request,
        _in_order(seats, posts),
        lambda: counted(*zip((seats, posts), certainly, strict=True)),
    )
    later = _later(
        page,
        seat_filter.filter_queryset(known_later_seats(day)),
        post_filter.filter_queryset(known_later_posts(day)),
    )
    keys = [*page, *later.rows]
    shown = rows_of(keys, asked)
    rows, later = shown[: len(page)], replace(later, rows=shown[len(page) :])
    silent = silent_of(asked)
    # Counting the rows of other pages would cost more than all else.
    named = named_in(rows, day) if page.paginator.num_pages == 1 else None
    return "chairs.html", {
        "page": page,
        "rows": rows,
        "later": later,
        "apart": _apart(keys, shown, asked),
        "names_then": names_of(shown, asked),
        "speak_for": speak_for,
        "earliest": None if rows else earliest_day(),
        "filters": seat_filter.form,
        "named": named,
        "named_said": named_in_words(named),
        "silent": silent,
        "silent_links": silent_links(silent or {}),
    }


def named_in(rows: list[ChairRow], day: datetime.date) -> Counted:
    """In how many of `rows` somebody is named, in how many of those certainly, and in how many of
    these only as a source foresaw."""
    named = [row for row in rows if row.held.standing in (Standing.HELD, Standing.PERHAPS)]
    sure = [row for row in named if row.held.standing == Standing.HELD and row.certainly(day)]
    return Counted(len(named), len(sure), sum(not row.held.known_holders for row in sure))


def named_in_words(named: Counted | None) -> str:
    """In how many of the seats and posts somebody is named; "" if that was not counted."""
    if named is None:
        return ""
    perhaps = f", and perhaps in {named.perhaps:,} more" if named.perhaps else ""
    return f"Somebody is named in {named.certain:,}{named.foreseen_in_words()}{perhaps}"


def _later(page: Page, seats: QuerySet, posts: QuerySet) -> KnownLater:
    """The seats and posts that stand after the rows of `page`, as `_in_order` has them."""
    records = _in_order(seats, posts)
    if page.has_next():
        return KnownLater(records, [], None)
    rows = list(records[: known_later.MOST + 1])
    number = len(rows) if len(rows) <= known_later.MOST else records.count()
    return KnownLater(records, rows[: known_later.MOST], number)


def speak_for(seat: HeldSeat) -> list[tuple]:
    """The organisations that holders of a seat speak for, as (slug, name, whether they speak for
    nobody), adjoining ones once."""

    def of(holder: Holder) -> tuple:
        stated = holder if holder.for_slug else seat
        return stated.for_slug, stated.for_name, seat.speaks_for_nobody(holder)

    return [key for key, _ in groupby(map(of, seat.holders))]


def _in_order(seats: QuerySet, posts: QuerySet) -> QuerySet:
    """Seats and posts as one list: the largest places first, forums before organisations."""
    rows = keyed(seats, "forum").union(keyed(posts, "organisation"), all=True)
    return rows.order_by("level", "what", "named", "pk")


def keyed(holdings: QuerySet, owner: str) -> QuerySet:
    """Seats or posts as rows of kind, id, and the rank, name and place of what has them."""
    level = Case(
        *[When(**{f"{owner}__place__level": name}, then=rank) for name, rank in LEVELS.items()],
        default=len(LEVELS),
        output_field=IntegerField(),
    )
    return (
        holdings.order_by()
        .annotate(what=Value(owner, CharField()), level=level, named=F(f"{owner}__folded"))
        .values_list("what", "pk", "level", "named", f"{owner}__place__name")
    )


def rows_of(keys: Iterable[tuple], asked: AskedDay) -> list[ChairRow]:
    """The rows of `keyed` with their holders, in the same order."""
    keys = list(keys)
    seats = [pk for what, pk, *_ in keys if what == "forum"]
    posts = [pk for what, pk, *_ in keys if what == "organisation"]
    found: dict[tuple[str, int], HeldSeat | HeldPost] = {}
    for seat in seat_holders.held_seats_among(seats, asked.day):
        found["forum", seat.id] = seat
    for post in post_holders.held_posts_among(posts, asked.day):
        found["organisation", post.id] = post
    return [ChairRow(what, found[what, pk]) for what, pk, *_ in keys]


def _apart(keys: list[tuple], rows: list[ChairRow], asked: AskedDay) -> dict[str, dict[int, str]]:
    """The words that tell apart owners of one name: their place, or more where that is the same
    too."""
    places = {(what, pk): place or "" for what, pk, _, _, place in keys}
    called = {"forum": {}, "organisation": {}}
    for row in rows:
        what, held = row.what, row.held
        key = held.forum_id if what == "forum" else held.organisation_id
        name = held.forum_name if what == "forum" else held.organisation_name
        called[what][key] = name, places[what, held.id]
    apart = {}
    for what, model in {"forum": Forum, "organisation": Organisation}.items():
        times = Counter(name.casefold() for name, _ in called[what].values())
        of_one_name = {
            key: (name, place)
            for key, (name, place) in called[what].items()
            if times[name.casefold()] > 1
        }
        in_one_place = [(key, f"{name}, {place}") for key, (name, place) in of_one_name.items()]
        apart[what] = {key: place for key, (_, place) in of_one_name.items()}
        apart[what] |= told_apart_by_key(model, in_one_place, asked.day)
    return apart


def silent_of(asked: AskedDay) -> dict[str, int] | None:
    """How many forums and organisations have no chair recorded; None if there are so many forums
    that counting would take longer than all else."""
    if len(_forums_up_to_long(asked.day)) > LONG:
        return None
    number = Counter(kind for kind, _ in _silent_up_to_many(asked.day))
    return {kind: number[kind] for kind in ("forums", "organisations")}


# Django takes longer to put these two together than everything else on the page.
@prepared
def _forums_up_to_long(day: datetime.date) -> QuerySet:
    return Forum.objects.certainly(day).order_by().values_list("pk", flat=True)[: LONG + 1]


@prepared
def _silent_up_to_many(day: datetime.date) -> QuerySet:
    return each_up_to_many(without_a_chair(day))


def silent_links(silent: dict[str, int]) -> list[tuple[str, str]]:
    """Lists of those that have no chair recorded: the name of the page, and words for a link."""
    return [
        (name, many_in_words(number, name.removesuffix("s")))
        for name, number in silent.items()
        if number
    ]


def without_a_chair(day: datetime.date) -> dict[str, QuerySet]:
    """The forums and organisations for which neither a chair or leader nor a vacancy is
    recorded."""
    silent = Standing.NOT_RECORDED
    return {
        "forums": forums_by_chair(Forum.objects.certainly(day), day, silent),
        "organisations": organisations_by_head(Organisation.objects.certainly(day), day, silent),
    }


def forums_by_chair(forums: QuerySet[Forum], day: datetime.date, standing: str) -> QuerySet[Forum]:
    """`forums` whose chair has `standing` on the day. No chair's seat counts as not recorded."""
    seats = filling.with_standing(chairs_seats(day), day)
    return _by_standing(forums, seats, "forum", standing)


def organisations_by_head(
    organisations: QuerySet[Organisation], day: datetime.date, standing: str
) -> QuerySet[Organisation]:
    """`organisations` whose chair or leader has `standing` on the day. No such post counts as not
    recorded."""
    posts = posts_with_standing(heads_posts(day), day)
    return _by_standing(organisations, posts, "organisation", standing)


def _by_standing(owners: QuerySet, holdings: QuerySet, owner: str, standing: str) -> QuerySet:
    # A subquery for each owner, so that a page of a few, or of one place, does not wait for the
    # others.
    own = holdings.filter(**{owner: OuterRef("pk")}).order_by()
    if standing == Standing.NOT_RECORDED:
        known = [each for each in Standing if each != standing]
        return owners.filter(~Exists(own.filter(standing__in=known)))
    return owners.filter(Exists(own.filter(standing=standing)))
