"""Who chairs what: every forum and organisation with its chair or leader on a day."""

import datetime
from collections import Counter
from itertools import groupby

import django_filters
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
from ics_register.pages import csv_rows, facts
from ics_register.pages.filters import PlaceFilter
from ics_register.pages.formats import CsvTable, Here, in_chunks
from ics_register.pages.frame import AskedDay
from ics_register.pages.lists import LONG, filtered, many_in_words, page_of, to_the_end, up_to_many
from ics_register.pages.names_on_day import NamesThen, earliest_day, names_then
from ics_register.pages.page import public_page
from organisations.models import HEAD_KINDS, Organisation, OrganisationKind, PlaceLevel, Post
from people import post_holders
from people.standing import Standing
from people.standing import with_standing as posts_with_standing
from records.namesakes import told_apart_by_key
from records.periods import in_force

CHAIR_CHOICES = [("held", "In post"), ("vacant", "Vacant"), ("not-recorded", "Holder not recorded")]

# The largest places first.
LEVELS = {level: rank for rank, level in enumerate(PlaceLevel.values)}


class ChairFilter(django_filters.FilterSet):
    """The filters of the list of chairs."""

    place = PlaceFilter()
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

    def __init__(self, *args, asked: AskedDay, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.filters["place"].path = f"{self.owner}__place"

    def of_kind(self, queryset, name, value):
        return queryset.filter(**{f"{self.owner}__kind": value})

    def of_standing(self, queryset, name, value):
        return self.with_standing(queryset, self.asked.day).filter(standing=value)


class ForumChairFilter(ChairFilter):
    owner = "forum"
    with_standing = staticmethod(filling.with_standing)


class OrganisationHeadFilter(ChairFilter):
    owner = "organisation"
    with_standing = staticmethod(posts_with_standing)


def chairs_seats(day: datetime.date) -> QuerySet[Seat]:
    """The chairs' seats of the forums in force on the day."""
    return Seat.objects.as_at(day).filter(in_force(day, "forum"), role=SeatRole.CHAIR)


def heads_posts(day: datetime.date) -> QuerySet[Post]:
    """The chairs' and leaders' posts of the organisations in force on the day."""
    return Post.objects.as_at(day).filter(in_force(day, "organisation"), kind__in=HEAD_KINDS)


def chairs_as_json(context: dict, here: Here) -> dict:
    rows = [
        _as_data(what, seat_or_post, context["names_then"], here)
        for what, seat_or_post in context["rows"]
    ]
    silent = context["silent"]
    if silent is not None:
        owners = without_a_chair(here.asked)
        silent = {what: to_the_end(number, owners[what]) for what, number in silent.items()}
    return {**here.paged(context["page"], rows), "without_a_chair": silent}


def _as_data(what: str, seat_or_post, names: NamesThen, here: Here) -> dict:
    """A row of the list: the forum with its chair's seat, or the organisation with the post."""
    if what == "forum":
        return {
            "forum": facts.forum_of(seat_or_post, names, here),
            "seat": facts.seat(seat_or_post, here),
        }
    return {
        "organisation": facts.organisation_of(seat_or_post, names, here),
        "post": facts.post(seat_or_post, here),
    }


def chairs_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each holder, and one for each seat or post that has none."""

    def rows():
        for keys in in_chunks(list(context["page"].paginator.object_list)):
            listed = rows_of(keys, here.asked)
            names = names_of(listed, here.asked)
            for what, seat_or_post in listed:
                said = _as_data(what, seat_or_post, names, here)
                whole = csv_rows.flat({"of": said[what]})
                holding = said["seat" if what == "forum" else "post"]
                for row in csv_rows.holding_rows(holding):
                    yield {"kind": what, **whole, **row}

    return CsvTable(["kind", "of", "of_name", "of_called_then", *csv_rows.HOLDING_COLUMNS], rows())


def names_of(rows: list[tuple], asked: AskedDay) -> NamesThen:
    """The names on the day of the forums and organisations of `rows`."""
    keys = {
        of: {getattr(held, f"{of}_id") for what, held in rows if what == of}
        for of in ("forum", "organisation")
    }
    return names_then(asked, forums=keys["forum"], organisations=keys["organisation"])


@public_page(
    reads=["page", *ForumChairFilter.base_filters],
    as_json=chairs_as_json,
    as_csv=chairs_as_csv,
)
def chairs(request: HttpRequest, asked: AskedDay):
    seat_filter = ForumChairFilter(request.GET, queryset=chairs_seats(asked.day), asked=asked)
    post_filter = OrganisationHeadFilter(request.GET, queryset=heads_posts(asked.day), asked=asked)
    page = page_of(request, _in_order(filtered(seat_filter), filtered(post_filter)))
    rows = rows_of(page, asked)
    silent = silent_of(asked)
    return "chairs.html", {
        "page": page,
        "rows": rows,
        "apart": _apart(page, rows, asked),
        "names_then": names_of(rows, asked),
        "speak_for": speak_for,
        "earliest": None if rows else earliest_day(),
        "filters": seat_filter.form,
        "silent": silent,
        "silent_links": silent_links(silent or {}),
    }


def speak_for(seat: HeldSeat) -> list[tuple]:
    """The organisations that holders of a seat speak for, as (slug, name), adjoining ones once."""
    own = (seat.for_slug, seat.for_name)
    each = [(one.for_slug, one.for_name) if one.for_slug else own for one in seat.holders]
    return [key for key, _ in groupby(each)]


def _in_order(seats: QuerySet, posts: QuerySet) -> QuerySet:
    """Seats and posts as one list of kind, id, rank, name and place: the largest places first,
    forums before organisations."""

    def keyed(queryset: QuerySet, what: str, owner: str) -> QuerySet:
        level = Case(
            *[When(**{f"{owner}__place__level": name}, then=rank) for name, rank in LEVELS.items()],
            default=len(LEVELS),
            output_field=IntegerField(),
        )
        return (
            queryset.order_by()
            .annotate(what=Value(what, CharField()), level=level, named=F(f"{owner}__folded"))
            .values_list("what", "pk", "level", "named", f"{owner}__place__name")
        )

    both = keyed(seats, "forum", "forum").union(
        keyed(posts, "organisation", "organisation"), all=True
    )
    return both.order_by("level", "what", "named", "pk")


def rows_of(page, asked: AskedDay) -> list[tuple]:
    """The rows of a page as (what, seat or post with its holders), in the page's order."""
    keys = [(what, pk) for what, pk, *_ in page]
    seats = [pk for what, pk in keys if what == "forum"]
    posts = [pk for what, pk in keys if what == "organisation"]
    found = {}
    for seat in seat_holders.held_seats_among(seats, asked.day):
        found["forum", seat.id] = seat
    for post in post_holders.held_posts_among(posts, asked.day):
        found["organisation", post.id] = post
    return [(what, found[what, pk]) for what, pk in keys]


def _apart(page, rows: list[tuple], asked: AskedDay) -> dict[str, dict[int, str]]:
    """The words that tell apart owners of one name: their place, or more where that is the same
    too."""
    places = {(what, pk): place or "" for what, pk, *_, place in page}
    called = {"forum": {}, "organisation": {}}
    for what, seat_or_post in rows:
        key = seat_or_post.forum_id if what == "forum" else seat_or_post.organisation_id
        name = seat_or_post.forum_name if what == "forum" else seat_or_post.organisation_name
        called[what][key] = name, places[what, seat_or_post.id]
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
    forums = Forum.objects.as_at(asked.day).order_by().values_list("pk", flat=True)
    if len(forums[: LONG + 1]) > LONG:
        return None
    return {what: up_to_many(them) for what, them in without_a_chair(asked).items()}


def silent_links(silent: dict[str, int]) -> list[tuple[str, str]]:
    """Lists of those that have no chair recorded: the name of the page, and words for a link."""
    return [
        (name, many_in_words(number, name.removesuffix("s")))
        for name, number in silent.items()
        if number
    ]


def without_a_chair(asked: AskedDay) -> dict[str, QuerySet]:
    """The forums and organisations for which neither a chair or leader nor a vacancy is
    recorded."""
    silent = Standing.NOT_RECORDED
    return {
        "forums": forums_by_chair(Forum.objects.as_at(asked.day), asked, silent),
        "organisations": organisations_by_head(
            Organisation.objects.as_at(asked.day), asked, silent
        ),
    }


def forums_by_chair(forums: QuerySet[Forum], asked: AskedDay, standing: str) -> QuerySet[Forum]:
    """`forums` whose chair has `standing` on the day. No chair's seat counts as not recorded."""
    seats = filling.with_standing(chairs_seats(asked.day), asked.day)
    return _by_standing(forums, seats, "forum", standing)


def organisations_by_head(
    organisations: QuerySet[Organisation], asked: AskedDay, standing: str
) -> QuerySet[Organisation]:
    """`organisations` whose chair or leader has `standing` on the day. No such post counts as not
    recorded."""
    posts = posts_with_standing(heads_posts(asked.day), asked.day)
    return _by_standing(organisations, posts, "organisation", standing)


def _by_standing(owners: QuerySet, holdings: QuerySet, owner: str, standing: str) -> QuerySet:
    # A subquery for each owner, so that a page of a few, or of one place, does not wait for the
    # others.
    own = holdings.filter(**{owner: OuterRef("pk")}).order_by()
    if standing == Standing.NOT_RECORDED:
        known = [each for each in Standing if each != standing]
        return owners.filter(~Exists(own.filter(standing__in=known)))
    return owners.filter(Exists(own.filter(standing=standing)))
