"""Search: people, posts, organisations and forums, by any of their names."""

import itertools
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Case, Count, IntegerField, Model, Prefetch, Q, QuerySet, When, Window
from django.http import HttpRequest

from forums.models import Forum, ForumName, Membership
from ics_register.pages import csv_rows, facts, how_old
from ics_register.pages.filters import MOST_WORDS
from ics_register.pages.formats import CsvTable, Here, in_chunks
from ics_register.pages.frame import AskedDay
from ics_register.pages.held import (
    HeldThen,
    knowing_of_terms,
    lay_down_what_is_held,
    read_what_foresaw,
)
from ics_register.pages.joins import ENDS
from ics_register.pages.names_on_day import NamesThen, names_then
from ics_register.pages.page import public_page
from ics_register.pages.people import shown_people
from organisations.models import Organisation, OrganisationName, Post
from people.models import Appointment, Person, PersonName
from records.models import DatedFact
from records.names import fold, has_words, plain_letters
from records.namesakes import namesakes, told_apart
from records.periods import listed, perhaps_so
from records.together import Together

LONGEST = 200  # characters
SHOWN = 30  # of each kind

KINDS = {
    "people": "person",
    "forums": "forum",
    "organisations": "organisation",
    "posts": "post",
}

# Words of questions, which are in no name.
ASKING = {"who", "is", "was", "the", "of", "a", "an", "and", "for", "chairs", "chaired", "leads"}


def _telling(words: list[str]) -> list[str]:
    """`words` without the words of a question, unless there are no others."""
    return [word for word in words if word not in ASKING] or words


def found_as_json(context: dict, here: Here) -> dict:
    """The records found of each kind, the number of all, and which kinds have more."""
    found, counts = context["found"] or {}, context.get("counts", {})
    more = [what for what, records in found.items() if len(records) < counts[what]]
    return {
        "q": context["searched"],
        **{
            what: [_as_said(record, context, here) for record in found.get(what, [])]
            for what in KINDS
        },
        "counts": {what: counts.get(what, 0) for what in KINDS},
        "more": more,
        "all": here.address("csv") if more else None,
    }


def _as_said(record: Any, beside: dict, here: Here) -> dict:
    """A record as found. `beside` has what each person holds, and the names of the day."""
    if isinstance(record, Post):
        return {
            "title": record.title,
            "organisation": facts.named(record.organisation, here),
            "end_date": facts.date(record.end_date, record.end_precision),
            "end_foreseen": record.end_foreseen,
            "in_force": _together(record).holds(here.asked.day),
        }
    said = {
        **facts.named(record, here),
        "other_names": [each.name for each in record.so_called],
    }
    if isinstance(record, Person):
        return {**said, "holds": beside["held"][record.pk]}
    called = beside["names_then"][record._meta.model_name].get(record.pk)
    return {
        **said,
        "called_then": called,
        "end_date": facts.date(record.end_date, record.end_precision),
        "end_foreseen": record.end_foreseen,
        "in_force": record.holds(here.asked.day),
    }


def _together(post: Post) -> Together:
    return Together(post=post, organisation=post.organisation)


COLUMNS_OF_FILE = (
    "kind",
    "id",
    "name",
    "called_then",
    "other_names",
    "holds",
    "end_date",
    "end_foreseen",
    "in_force",
)


def found_as_csv(context: dict, here: Here) -> CsvTable:
    """A row for every record found, also those that the page leaves out."""

    def rows():
        for what, records in context["matching"].items():
            numbers = records.prefetch_related(None).values_list("pk", flat=True)
            for keys in in_chunks(list(numbers)):
                chunk = _nearest(records.filter(pk__in=keys), context["words"])
                beside = {
                    "held": _held_by(chunk, here.asked) if what == "people" else {},
                    "names_then": _names_then({what: chunk}, here.asked),
                }
                for record in chunk:
                    yield _as_row(KINDS[what], _as_said(record, beside, here))

    return CsvTable(COLUMNS_OF_FILE, rows())


def _as_row(kind: str, said: dict) -> dict:
    if kind == "post":
        owner = said["organisation"]
        named = f"{said['title']}, {owner['name']}"
        return {
            "kind": kind,
            "id": owner["id"],
            "name": named,
            "end_date": said["end_date"],
            "end_foreseen": said["end_foreseen"],
            "in_force": said["in_force"],
        }
    return {
        "kind": kind,
        "id": said["id"],
        "name": said["name"],
        "called_then": said.get("called_then"),
        "other_names": csv_rows.all_of(said["other_names"]),
        "holds": csv_rows.all_of(said.get("holds", [])),
        "end_date": said.get("end_date"),
        "end_foreseen": said.get("end_foreseen"),
        "in_force": said.get("in_force"),
    }


@public_page(
    reads=["q"],
    as_json=found_as_json,
    as_csv=found_as_csv,
)
def search(request: HttpRequest, asked: AskedDay):
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise BadRequest(
            f"Search for at most {LONGEST} characters: a name, part of a name, a post or a code."
        )
    words = _telling(plain_letters(text).split())
    if len(words) > MOST_WORDS:
        raise BadRequest(f"Search for at most {MOST_WORDS} words.")
    if not words:
        return "search.html", {"searched": text, "found": None, "matching": {}}
    matching = {
        "people": _by_name(shown_people().order_by("folded_sort_name", "pk"), PersonName, words),
        "forums": _by_name(_in_force_first(Forum, asked), ForumName, words),
        "organisations": _by_name(_in_force_first(Organisation, asked), OrganisationName, words),
        "posts": _posts(words, asked),
    }
    found = {
        what: _nearest(records.annotate(in_all=Window(Count("pk")))[:SHOWN], words)
        for what, records in matching.items()
    }
    counts = {what: records[0].in_all if records else 0 for what, records in found.items()}
    held = _held_by(found["people"], asked)
    return "search.html", {
        "searched": text,
        "words": words,
        "matching": matching,
        "found": found,
        "counts": counts,
        "held": held,
        "names_then": _names_then(found, asked),
        "apart": _told_apart(found, held, asked),
        "together": _together,
    }


def _names_then(found: dict[str, list], asked: AskedDay) -> NamesThen:
    keys = {what: [each.pk for each in found.get(what, [])] for what in KINDS}
    return names_then(asked, organisations=keys["organisations"], forums=keys["forums"])


def _in_force_first(model: type[DatedFact], asked: AskedDay) -> QuerySet:
    """Records by name, with those listed on the day first."""
    records = model.objects.select_related(*model.told_apart_with, *ENDS)
    return records.annotate(otherwise=_not_listed(asked)).order_by("otherwise", "folded", "pk")


def _not_listed(asked: AskedDay, *owners: str) -> Case:
    """0 if the record and all that it belongs to are listed on the day, otherwise 1."""
    so = listed(asked.day)
    for owner in owners:
        so &= listed(asked.day, owner)
    return Case(When(so, then=0), default=1, output_field=IntegerField())


def _told_apart(found: dict, held: dict, asked: AskedDay) -> dict[str, dict[int, str]]:
    """Words that tell apart records of one name, by kind."""
    # People have what they hold beside their names.
    alike = namesakes(found["people"], lambda person: f"{person} {held[person.pk]}")
    return {
        "people": {person.pk: person.told_apart_by() for person in alike},
        **{
            what: told_apart(found[what], asked.day)
            for what in ("forums", "organisations", "posts")
        },
    }


def _by_name(records: QuerySet, names: type, words: list[str]) -> QuerySet:
    """Records with a name that has all the words, each with its other names that have them."""
    model, others = records.model, names.objects.filter(has_words(words, "folded")).order_by()
    # Two queries, each with its own index. With an OR, PostgreSQL uses neither index.
    own = model.objects.filter(has_words(words, "folded")).order_by().values("pk")
    either = own.union(others.values(model._meta.model_name))
    return records.filter(pk__in=either).prefetch_related(
        Prefetch("names", queryset=others, to_attr="so_called")
    )


def _nearest(records: Iterable[Model], words: list[str]) -> list[Model]:
    """Records listed on the day first, and among them exact names first."""
    asked = fold(" ".join(words))

    def how_near(record) -> tuple[bool, bool]:
        own = [getattr(record, "name", ""), getattr(record, "short_name", ""), str(record)]
        others = [each.folded for each in getattr(record, "so_called", [])]
        return not getattr(record, "otherwise", 0), asked in [*map(fold, own), *others]

    return sorted(records, key=how_near, reverse=True)


def _posts(words: list[str], asked: AskedDay) -> QuerySet:
    """Posts whose title and organisation (by any of its names) together have all the words.

    One of the words must be in the title: the organisation is found by itself.
    """
    in_title = Q()
    in_all = Q()
    for word in words:
        in_title |= Q(folded__contains=word)
        called = OrganisationName.objects.filter(folded__contains=word)
        in_all &= (
            Q(folded__contains=word)
            | Q(organisation__folded__contains=word)
            | Q(organisation__in=called.values("organisation"))
        )
    ends = [f"{of}{end}" for of in ("", "organisation__") for end in ENDS]
    posts = Post.objects.filter(in_title, in_all).select_related(*Post.told_apart_with, *ends)
    posts = posts.annotate(otherwise=_not_listed(asked, "organisation"))
    return posts.order_by("otherwise", "organisation__folded", "folded", "pk")


def _held_by(people: list[Person], asked: AskedDay) -> dict[int, list[str]]:
    """The posts and seats of each person found on the day, in the words of the person's page."""
    keys = [person.pk for person in people]
    held = {key: [] for key in keys}
    appointments = Appointment.objects.listed(asked.day).filter(
        listed(asked.day, "post"), listed(asked.day, "post__organisation"), person__in=keys
    )
    memberships = Membership.objects.listed(asked.day).filter(
        listed(asked.day, "seat"), listed(asked.day, "seat__forum"), person__in=keys
    )
    found = [
        HeldThen(tenure)
        for tenure in itertools.chain(
            knowing_of_terms(appointments.select_related("post__organisation", *ENDS)),
            knowing_of_terms(memberships.select_related("seat__forum", *ENDS)),
        )
    ]
    read_what_foresaw(found, asked.day)
    lay_down_what_is_held(found, asked.day)
    for each in found:
        tenure = each.tenure
        why = tenure.why_beside_period(asked.day, each.period.why_perhaps(asked.day))
        said = [*how_old.planned(tenure, asked), *([perhaps_so(why)] if why else [])]
        if tenure.is_told_how_lately(asked.day):
            said.append(how_old.lowered(how_old.last_known(tenure, asked)))
        held[tenure.person_id].append(f"{tenure.held} ({'; '.join(said)})")
    return held
