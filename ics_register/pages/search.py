"""Search: people, posts, organisations and forums, by any of their names."""

from django.core.exceptions import BadRequest
from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.http import HttpRequest

from forums.models import Forum, ForumName, Membership
from ics_register.pages import facts
from ics_register.pages.filters import MOST_WORDS
from ics_register.pages.frame import AskedDay
from ics_register.pages.page import public_page
from ics_register.pages.people import shown_people
from ics_register.pages.twins import Here, Table
from organisations.models import Organisation, OrganisationName, Post
from people.models import Appointment, PersonName
from records.models import DatedFact
from records.names import fold, has_words, plain
from records.namesakes import namesakes, told_apart
from records.periods import in_force, not_over

LONGEST = 200  # characters
SHOWN = 30  # of each kind

# Words of a question, that no name is told apart by.
ASKING = {"who", "is", "was", "the", "of", "a", "an", "and", "for", "chairs", "chaired", "leads"}


def _telling(words: list[str]) -> list[str]:
    """`words` without those of the question around a name, unless there are no others."""
    return [word for word in words if word not in ASKING] or words


def found_as_json(context: dict, here: Here) -> dict:
    """What was found of each kind, and of which kinds there is more."""
    found, held = context["found"] or {}, context.get("held", {})
    said = {"q": context["searched"], "more": []}
    for what in ("people", "forums", "organisations"):
        rows = found.get(what, [])
        said[what] = [
            {
                **facts.named(record, here),
                "other_names": [each.name for each in others],
                **(
                    {"holds": held[record.pk]}
                    if what == "people"
                    else {"end_date": facts.date(record.end_date, record.end_precision)}
                ),
            }
            for record, others in rows[:SHOWN]
        ]
    said["posts"] = [
        {
            "title": post.title,
            "organisation": facts.named(post.organisation, here),
            "end_date": facts.date(post.end_date, post.end_precision),
        }
        for post in found.get("posts", [])[:SHOWN]
    ]
    said["more"] = [what for what, rows in found.items() if len(rows) > SHOWN]
    return said


def found_as_csv(context: dict, here: Here) -> Table:
    said = found_as_json(context, here)
    rows = [
        {
            "kind": kind,
            "id": each["id"],
            "name": each["name"],
            "other_names": facts.all_of(each["other_names"]),
            "holds": facts.all_of(each.get("holds", [])),
            "end_date": each.get("end_date"),
        }
        for kind, what in (
            ("person", "people"),
            ("forum", "forums"),
            ("organisation", "organisations"),
        )
        for each in said[what]
    ]
    for each in said["posts"]:
        named = f"{each['title']}, {each['organisation']['name']}"
        row = {"kind": "post", "id": each["organisation"]["id"], "name": named}
        rows.append({**row, "end_date": each["end_date"]})
    return Table(["kind", "id", "name", "other_names", "holds", "end_date"], rows)


@public_page(as_json=found_as_json, as_csv=found_as_csv)
def search(request: HttpRequest, asked: AskedDay):
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise BadRequest(
            f"Search for at most {LONGEST} characters: a name, part of a name, a post or a code."
        )
    words = _telling(plain(text).split())
    if len(words) > MOST_WORDS:
        raise BadRequest(f"Search for at most {MOST_WORDS} words.")
    context = {"searched": text, "shown": SHOWN}
    if not words:
        return "search.html", {**context, "found": None}
    found = {
        "people": _by_name(
            shown_people().order_by("folded_sort_name", "pk"), PersonName, "person", words
        ),
        "forums": _by_name(_in_force_first(Forum, asked), ForumName, "forum", words),
        "organisations": _by_name(
            _in_force_first(Organisation, asked), OrganisationName, "organisation", words
        ),
        "posts": _posts(words, asked),
    }
    held = _held_by(found["people"], asked)
    return "search.html", {
        **context,
        "found": found,
        "held": held,
        "apart": _told_apart(found, held, asked),
        "total": sum(len(rows) for rows in found.values()),
    }


def _in_force_first(model: type[DatedFact], asked: AskedDay) -> QuerySet:
    """Records by name, those that are in force on the day before the others."""
    records = model.objects.select_related(*model.told_apart_with)
    return records.annotate(otherwise=_not_in_force(asked)).order_by("otherwise", "folded", "pk")


def _not_in_force(asked: AskedDay, *owners: str) -> Case:
    """0 for what is in force on the day with all that it belongs to, and 1 for all else."""
    so = Q(start_date__lte=asked.day) & (Q(end_date__isnull=True) | Q(end_date__gte=asked.day))
    for owner in owners:
        so &= in_force(asked.day, owner)
    return Case(When(so, then=0), default=1, output_field=IntegerField())


def _told_apart(found: dict, held: dict, asked: AskedDay) -> dict[str, dict[int, str]]:
    """What tells those apart that are called alike, of each kind."""
    people = [person for person, _ in found["people"]]
    # What they hold stands beside their names.
    alike = namesakes(people, lambda person: f"{person} {held[person.pk]}")
    return {
        "people": {person.pk: person.told_apart_by() for person in alike},
        "forums": told_apart([forum for forum, _ in found["forums"]], asked.day),
        "organisations": told_apart([each for each, _ in found["organisations"]], asked.day),
        "posts": told_apart(found["posts"], asked.day),
    }


def _by_name(records: QuerySet, names: type, owner: str, words: list[str]) -> list[tuple]:
    """Records one of whose names holds all the words, each with the other names that do.

    Those in force come first, and among them those that are called just that.
    """
    other_names = {}
    for other in names.objects.filter(has_words(words, "folded"))[: SHOWN * 3]:
        other_names.setdefault(getattr(other, f"{owner}_id"), []).append(other)
    matching = records.filter(has_words(words, "folded") | Q(pk__in=list(other_names)))
    found = [(record, other_names.get(record.pk, [])) for record in matching[: SHOWN + 1]]
    asked = fold(" ".join(words))

    def how_near(result) -> tuple[bool, bool]:
        record, others = result
        own = [record.name, getattr(record, "short_name", ""), str(record)]
        is_just_that = asked in [*map(fold, own), *(each.folded for each in others)]
        return not getattr(record, "otherwise", 0), is_just_that

    return sorted(found, key=how_near, reverse=True)


def _posts(words: list[str], asked: AskedDay) -> list[Post]:
    """Posts whose title and organisation, by any of its names, hold all the words between them.

    One of the words must stand in the title: the organisation is found by itself.
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
    posts = Post.objects.filter(in_title, in_all).select_related(*Post.told_apart_with)
    posts = posts.annotate(otherwise=_not_in_force(asked, "organisation"))
    return list(posts.order_by("otherwise", "organisation__folded", "folded", "pk")[: SHOWN + 1])


def _held_by(people: list[tuple], asked: AskedDay) -> dict[int, list[str]]:
    """What each of the people found holds on the day, in words."""
    keys = [person.pk for person, _ in people]
    held = {key: [] for key in keys}
    for appointment in (
        Appointment.objects.as_at(asked.day)
        .filter(not_over(asked.day, "post", "post__organisation"), person__in=keys)
        .select_related("post__organisation")
    ):
        held[appointment.person_id].append(str(appointment.post))
    for membership in (
        Membership.objects.as_at(asked.day)
        .filter(not_over(asked.day, "seat", "seat__forum"), person__in=keys)
        .select_related("seat__forum")
    ):
        held[membership.person_id].append(str(membership.seat))
    return held
