"""The matrix of representation: organisations by forums, with the seats of each on a day."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from forums.models import Forum, ForumKind
from forums.representation import (
    Presence,
    Tally,
    empty_in,
    empty_places,
    members_of,
    planned,
    presences,
    shares_of,
)
from forums.seat_holders import held_seats_among
from ics_register.pages import facts
from ics_register.pages.chairs import LEVELS
from ics_register.pages.choose_place import place_first, systems_as_json
from ics_register.pages.filters import within
from ics_register.pages.formats import CsvTable, Here, form_of, in_chunks
from ics_register.pages.frame import AskedDay
from ics_register.pages.lists import counted, filtered, page_of
from ics_register.pages.names_on_day import earliest_day, names_then
from ics_register.pages.page import public_page
from organisations.models import Organisation, OrganisationKind, Place
from records.names import fold
from records.namesakes import told_apart
from records.periods import listed
from records.stated import PERIOD

# The most forums to show side by side; the others share a last column.
COLUMNS = 24

SORTS = {"forums": "Most forums first", "seats": "Most seats first", "name": "Name"}


class RepresentationFilter(django_filters.FilterSet):
    """Filters of the organisations and the forums."""

    place = django_filters.ModelChoiceFilter(
        label="Place of the forum",
        queryset=Place.objects.order_by("folded"),
        to_field_name="slug",
        empty_label="Every place",
        method="left",
    )
    forum_kind = django_filters.ChoiceFilter(
        label="Kind of forum", choices=ForumKind.choices, empty_label="Every kind", method="left"
    )
    kind = django_filters.ChoiceFilter(
        label="Kind of organisation", choices=OrganisationKind.choices, empty_label="Every kind"
    )
    sort = django_filters.ChoiceFilter(
        label="Sort by", choices=list(SORTS.items()), empty_label=None, method="left"
    )

    def left(self, queryset, name, value):
        """Leave the organisations as they are: this field filters forums, or sorts."""
        return queryset

    @property
    def forums(self) -> Q:
        """A filter of forums."""
        chosen = self.form.cleaned_data
        query = within(chosen["place"]) if chosen["place"] else Q()
        return query & Q(kind=chosen["forum_kind"]) if chosen["forum_kind"] else query


@dataclass
class Row:
    """An organisation, with its presence on each forum."""

    organisation: Organisation
    on: dict[int, Presence]

    @property
    def forums(self) -> int:
        return len(self.on)

    @property
    def tally(self) -> Tally:
        return Tally.of(share for presence in self.on.values() for share in presence.shares)

    def among(self, forums: Iterable[Forum]) -> list[tuple[Forum, Presence]]:
        """Its presence on those of `forums` on which it has any."""
        return [(forum, self.on[forum.pk]) for forum in forums if forum.pk in self.on]

    def in_order_of(self, sort: str) -> tuple:
        name = (fold(self.organisation.name), self.organisation.pk)
        if sort == "name":
            return name
        tally = self.tally
        if sort == "seats":
            return (-tally.seats, -tally.kinds, -self.forums, *name)
        return (-self.forums, -tally.seats, -tally.kinds, *name)


def representation_as_json(context: dict, here: Here) -> dict:
    if "systems" in context:
        return systems_as_json(context, here)
    with_seats(context["page"].object_list, here.asked)
    forums = [*context["columns"], *context["others"]]
    results = [
        {
            "organisation": _organisation(row, here),
            "forums": [
                {
                    "forum": facts.record(here, "forum", forum.slug, forum.name),
                    "has": list(_has(presence, here)),
                }
                for forum, presence in row.among(forums)
            ],
        }
        for row in context["page"]
    ]
    tallies = {
        name: dataclasses.asdict(context[name]) | dataclasses.asdict(context["empty"][name])
        for name in ("all", "for_nobody")
    }
    return {
        **here.paged(context["page"], results),
        "seats": tallies,
        "forums_perhaps": context["left_out"].perhaps,
        "forums_known_from_a_later_day": context["left_out"].known_later,
    }


def _organisation(row: Row, here: Here) -> dict:
    organisation = row.organisation
    return {
        **facts.record(here, "organisation", organisation.slug, organisation.name),
        "end_date": facts.date(organisation.end_date, organisation.end_precision),
        "end_foreseen": organisation.end_date is not None and organisation.end_foreseen,
    }


def _has(presence: Presence, here: Here) -> Iterator[dict]:
    """The presence of an organisation on a forum: each seat, or part of one, and its membership."""
    for share in presence.shares:
        seat, empty = presence.seats[share.seat_id], presence.empty_places(share)
        yield {
            "has": share.role,
            "title": seat.title,
            "number": share.number,
            **dataclasses.asdict(empty),
            "ex_officio": seat.ex_officio if share.ex_officio else None,
            "start_foreseen": share.planned,
            **_source(seat, here),
        }
    if presence.member:
        places = ("vacant", "not_recorded", "perhaps_vacant")
        nothing = dict.fromkeys(("title", "number", *places, "ex_officio"))
        yield {
            "has": "member-organisation",
            **nothing,
            "start_foreseen": presence.member.start_foreseen,
            **_source(presence.member, here),
        }


def _source(fact, here: Here) -> dict:
    return {
        "document": here.id("document", fact.document_slug),
        "document_title": fact.document_title,
        "locator": fact.locator,
    }


COLUMNS_OF_FILE = (
    "organisation",
    "organisation_name",
    "organisation_end_date",
    "organisation_end_foreseen",
    "forum",
    "forum_name",
    "has",
    "title",
    "number",
    "vacant",
    "not_recorded",
    "perhaps_vacant",
    "ex_officio",
    "start_foreseen",
    "document",
    "document_title",
    "locator",
)


def representation_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for each seat, or part of one, and each membership that an organisation has."""

    def rows():
        for part in in_chunks(context["page"].paginator.object_list):
            with_seats(part, here.asked)
            columns, others = columns_of(part)
            for row in part:
                organisation = _organisation(row, here)
                for forum, presence in row.among([*columns, *others]):
                    for has in _has(presence, here):
                        yield {
                            "organisation": organisation["id"],
                            "organisation_name": organisation["name"],
                            "organisation_end_date": organisation["end_date"],
                            "organisation_end_foreseen": organisation["end_foreseen"],
                            "forum": here.id("forum", forum.slug),
                            "forum_name": forum.name,
                            **has,
                        }

    return CsvTable(COLUMNS_OF_FILE, rows())


@public_page(
    reads=["page", *RepresentationFilter.base_filters],
    as_json=representation_as_json,
    as_csv=representation_as_csv,
)
def representation(request: HttpRequest, asked: AskedDay):
    chosen = RepresentationFilter(request.GET, queryset=Organisation.objects.order_by())
    organisations = filtered(chosen)
    sort = chosen.form.cleaned_data["sort"] or "forums"
    forums = Forum.objects.certainly(asked.day).filter(chosen.forums)
    if (asks := place_first(request, chosen.form, forums)) is not None:
        return "representation_by_place.html", asks
    shares = shares_of(forums, asked.day)
    found = presences(shares, members_of(forums, asked.day))
    for_nobody = [share for share in shares if share.organisation_id is None]
    rows = sorted(rows_of(organisations, found), key=lambda row: row.in_order_of(sort))
    page = page_of(request, rows)
    not_compared = left_out(chosen.forums, asked)
    # The CSV file reads holders itself, row by row.
    keys = {share.forum_id for share in shares}
    empty = {} if form_of(request.path) == "csv" else empty_places(keys, asked.day)
    for row in page.object_list:
        for presence in row.on.values():
            presence.empty = empty
    columns, others = columns_of(page.object_list)
    return "representation.html", {
        "page": page,
        "columns": columns,
        "others": others,
        "filters": chosen.form,
        "sort": sort,
        "sorts": SORTS,
        "all": Tally.of(shares),
        "for_nobody": Tally.of(for_nobody),
        "empty": {"all": empty_in(shares, empty), "for_nobody": empty_in(for_nobody, empty)},
        "names_then": names_then(
            asked,
            organisations=[row.organisation.pk for row in page],
            forums=[forum.pk for forum in (*columns, *others)],
        ),
        "apart": told_apart([row.organisation for row in page], asked.day),
        "forums_apart": told_apart([*columns, *others], asked.day),
        "earliest": None if rows else earliest_day(),
        "left_out": not_compared,
        "left_out_said": not_compared.in_words(asked),
    }


@dataclass(frozen=True)
class LeftOut:
    """Forums that are not compared, because they are not certain on the day."""

    perhaps: int
    known_later: int

    def in_words(self, asked: AskedDay) -> str:
        """ "Not compared: 2 forums that perhaps existed on …, and 66 that the sources name only
        from a later day."; "" if none is left out."""
        kinds = [
            (self.perhaps, f"perhaps existed on {asked.in_words}"),
            (self.known_later, "the sources name only from a later day"),
        ]
        said = [f"{number:,} that {words}" for number, words in kinds if number]
        return f"Forums that are not compared: {', and '.join(said)}." if said else ""


def left_out(forums: Q, asked: AskedDay) -> LeftOut:
    """How many of `forums` may have existed on the day, though that is not certain."""
    perhaps = Forum.objects.perhaps(asked.day).filter(forums)
    both = counted((perhaps, listed(asked.day)))
    return LeftOut(both.certain, both.rows - both.certain)


def rows_of(organisations: QuerySet, found: dict[int, dict[int, Presence]]) -> list[Row]:
    """Rows for those of `organisations` that are on a forum, with the days of which the documents
    speak that say whether an end was foreseen."""
    documents = ("document", "end_document")
    those = organisations.filter(pk__in=list(found)).select_related("place", *documents)
    those = those.only(
        *("slug", "name", "kind", "ods_code", "place__name", *PERIOD),
        *Organisation.DOCUMENT_FIELDS,
        *Organisation.AS_OF_FIELDS,
        *Organisation.CONFIRMED_FIELDS,
        *(f"{each}__{name}" for each in documents for name in ("slug", *Organisation.AS_OF_FIELDS)),
    )
    return [Row(organisation, found[organisation.pk]) for organisation in those]


def columns_of(rows: list[Row]) -> tuple[list[Forum], list[Forum]]:
    """The forums for columns, and the others.

    The columns are those with most of the organisations shown, as many as there is room for, the
    largest places first.
    """
    shared = Counter(forum for row in rows for forum in row.on)
    forums = Forum.objects.filter(pk__in=list(shared)).annotate(only_planned=planned())
    forums = forums.select_related(*Forum.told_apart_with).order_by("folded")
    most = sorted(forums, key=lambda forum: -shared[forum.pk])
    columns = sorted(most[:COLUMNS], key=lambda forum: (_level(forum), forum.folded, forum.pk))
    return columns, most[COLUMNS:]


def _level(forum: Forum) -> int:
    return LEVELS[forum.place.level] if forum.place else len(LEVELS)


def with_seats(rows: list[Row], asked: AskedDay) -> None:
    """Add to the rows their seats, with the holders."""
    on = [presence for row in rows for presence in row.on.values()]
    wanted = {share.seat_id for presence in on for share in presence.shares}
    seats = {seat.id: seat for seat in held_seats_among(wanted, asked.day)}
    for presence in on:
        presence.seats = {share.seat_id: seats[share.seat_id] for share in presence.shares}
