"""The home page: who chairs the systems' main forums, and how each system fits together."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, F, QuerySet, Value
from django.http import HttpRequest

from forums.filling import with_standing
from forums.models import Forum, Seat
from ics_register.pages import facts
from ics_register.pages.chairs import (
    ChairRow,
    chairs_seats,
    keyed,
    known_later_posts,
    known_later_seats,
    row_as_data,
    rows_of,
)
from ics_register.pages.formats import Here
from ics_register.pages.frame import AskedDay
from ics_register.pages.names_on_day import earliest_day, names_then
from ics_register.pages.page import public_page
from organisations.models import Organisation, OrganisationKind, Place, PlaceLevel, Post, PostKind
from records.foresight import foreseen, of_them_foreseen
from records.models import Document
from records.periods import certain, listed

# The most systems that the page can hold side by side; lists have more.
SYSTEMS = 3
FORUMS = 12
DOCUMENTS = 5
# In how many seats to look for chairs in post, where systems have more.
FORUMS_LOOKED_AT = 50

# Kinds with an irregular plural.
PLURALS = {
    OrganisationKind.HEALTHWATCH: "local Healthwatch bodies",
    OrganisationKind.NATIONAL_BODY: "national or regional bodies",
    OrganisationKind.OTHER: "other organisations",
}


def home_as_json(context: dict, here: Here) -> dict:
    names = context["names_then"]
    return {
        "leaders": [row_as_data(row, names, here) for row in context["leaders"]],
        "chairs": [row_as_data(row, names, here) for row in context["chairs"]],
        "systems": [
            {
                "place": facts.place(system["place"]),
                "layers": [
                    {
                        "place": facts.place(layer["place"]),
                        "forums": layer["forums"].certain,
                        "forums_foreseen": layer["forums"].foreseen,
                        "forums_perhaps": layer["forums"].perhaps,
                        "forums_known_from_a_later_day": layer["forums"].known_later,
                        "organisations": [
                            {"kind": kind.value, "count": count}
                            for kind, count, _ in layer["organisations"]
                        ],
                        "organisations_foreseen": layer["all_organisations"].foreseen,
                        "organisations_perhaps": layer["all_organisations"].perhaps,
                        "organisations_known_from_a_later_day": layer[
                            "all_organisations"
                        ].known_later,
                    }
                    for layer in system["layers"]
                ],
            }
            for system in context["systems"]
        ],
        "more_systems": context["more_systems"],
        "more_chairs": context["more_chairs"],
        "documents": [
            {"id": here.id_of(each), "title": each.title} for each in context["documents"]
        ],
        "more_documents": context["more_documents"],
    }


@public_page(as_json=home_as_json)
def home(request: HttpRequest, asked: AskedDay):
    places = list(Place.objects.order_by("folded").only("slug", "name", "level", "part_of"))
    systems = [place for place in places if place.level == PlaceLevel.SYSTEM]
    shown = systems[:SYSTEMS]
    leaders = rows_of(_leading([place.pk for place in shown], asked.day), asked)
    chairs = _main_chairs(shown, asked)
    documents = list(Document.objects.order_by("folded")[: DOCUMENTS + 1])
    return "home.html", {
        "names_then": names_then(
            asked,
            organisations={row.held.organisation_id for row in leaders},
            forums={row.held.forum_id for row in chairs},
        ),
        "earliest": None if chairs or leaders else earliest_day(),
        "governed": ", ".join(place.name for place in shown) or "the integrated care system",
        "systems": _systems(shown, places, asked),
        "more_systems": len(systems) - len(shown),
        "chairs": chairs[:FORUMS],
        "more_chairs": len(chairs) > FORUMS,
        "chairs_known_later": not (chairs or leaders)
        and (known_later_seats(asked.day).exists() or known_later_posts(asked.day).exists()),
        "leaders": leaders,
        "documents": documents[:DOCUMENTS],
        "more_documents": len(documents) > DOCUMENTS,
    }


def _leading(systems: list[int], day: datetime.date) -> QuerySet:
    """The leaders' posts of the systems, as `rows_of` takes them."""
    posts = Post.objects.listed(day).filter(
        listed(day, "organisation"),
        kind__in=[PostKind.CHAIR, PostKind.SYSTEM_LEAD],
        organisation__kind=OrganisationKind.ICS,
        organisation__place__in=systems,
    )
    return keyed(posts, "organisation").order_by("named", "folded")


def _main_chairs(systems: list[Place], asked: AskedDay) -> list[ChairRow]:
    """The chairs of the systems' own forums, those in post first."""
    return rows_of(_first_seats([place.pk for place in systems], asked.day), asked)


def _first_seats(systems: list[int], day: datetime.date) -> QuerySet:
    """The chairs' seats that the page has room for, and one more if there is one, for `rows_of`."""
    seats = chairs_seats(day).filter(forum__place__in=systems)
    named_first = seats.order_by("forum__folded", "pk").values("pk")[:FORUMS_LOOKED_AT]
    seats = with_standing(Seat.objects.filter(pk__in=named_first), day)
    return keyed(seats, "forum").order_by("standing", "named")[: FORUMS + 1]


class HowMany(NamedTuple):
    """How many records certainly are there on a day, how many of these a source only foresaw, how
    many perhaps are there, and how many the sources name only from a later day."""

    certain: int
    foreseen: int
    perhaps: int
    known_later: int

    def more_in_words(self) -> str:
        """ "perhaps 1 more; 30 known from a later day"; "" if there are no more."""
        more = " more" if self.certain else ""
        words = [f"perhaps {self.perhaps:,}{more}"] if self.perhaps else []
        words += [f"{self.known_later:,} known from a later day"] if self.known_later else []
        said = "; ".join(words)
        return said if self.certain or not said else f"none certainly; {said}"


NONE = HowMany(0, 0, 0, 0)


def _how_many(
    places: list[int], day: datetime.date
) -> Iterator[tuple[int, OrganisationKind | None, HowMany]]:
    """The organisations of `places`, counted by place and kind, and their forums, counted by place
    with no kind; in one query."""
    counts = {
        "sure": Count("pk", filter=certain(day)),
        "planned": Count("pk", filter=certain(day) & foreseen("start")),
        "in_list": Count("pk", filter=listed(day)),
        "possible": Count("pk"),
    }
    forums, organisations = (
        model.objects.possibly(day)
        .filter(place__in=places)
        .order_by()
        .values_list("place", of_kind)
        .annotate(**counts)
        for model, of_kind in ((Forum, Value("")), (Organisation, F("kind")))
    )
    for place, kind, sure, planned, in_list, possible in organisations.union(forums, all=True):
        count = HowMany(sure, planned, in_list - sure, possible - in_list)
        yield place, OrganisationKind(kind) if kind else None, count


def _systems(shown: list[Place], places: list[Place], asked: AskedDay) -> list[dict]:
    """Systems with the places in them, and how many organisations and forums serve each."""
    keys = {place.pk for place in shown}
    told = [place.pk for place in places if place.pk in keys or place.part_of_id in keys]
    forums: dict[int, HowMany] = {}
    organisations: dict[int, list] = defaultdict(list)
    more: dict[int, HowMany] = defaultdict(lambda: NONE)
    for place, kind, count in _how_many(told, asked.day):
        if kind is None:
            forums[place] = count
            continue
        more[place] = HowMany(*(a + b for a, b in zip(more[place], count, strict=True)))
        if count.certain:
            label = _counted(kind, count.certain)
            label += of_them_foreseen(count.foreseen, count.certain)
            organisations[place].append((kind, count.certain, label))
    in_order = list(OrganisationKind).index
    systems = []
    for system in shown:
        parts = [system, *(place for place in places if place.part_of_id == system.pk)]
        layers = [
            {
                "place": place,
                "level": place.get_level_display(),
                "forums": forums.get(place.pk, NONE),
                "forums_in_words": _forums_in_words(forums.get(place.pk, NONE)),
                "more_forums": forums.get(place.pk, NONE).more_in_words(),
                "all_organisations": more[place.pk],
                "more_organisations": more[place.pk].more_in_words(),
                "organisations": sorted(
                    organisations[place.pk], key=lambda counted: in_order(counted[0])
                ),
            }
            for place in parts
        ]
        systems.append({"place": system, "layers": layers})
    return systems


def _forums_in_words(count: HowMany) -> str:
    if not count.certain:
        return ""
    one = "forum" if count.certain == 1 else "forums"
    return f"{count.certain} {one}{of_them_foreseen(count.foreseen, count.certain)}"


def _counted(kind: str, count: int) -> str:
    """A kind of organisation, in the singular or the plural."""
    label = OrganisationKind(kind).label
    return label if count == 1 else PLURALS.get(OrganisationKind(kind), f"{label}s")
