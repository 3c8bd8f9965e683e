"""Search: people, posts, organisations and forums, by any of their names."""

from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from forums.models import Forum, ForumName
from ics_register.pages.frame import AskedDay
from ics_register.pages.page import public_page
from organisations.models import Organisation, OrganisationName, Post
from people.models import Person, PersonName
from records.names import fold, has_words

LONGEST = 200  # characters
SHOWN = 30  # of each kind


@public_page
def search(request: HttpRequest, asked: AskedDay):
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise BadRequest(
            f"Search for at most {LONGEST} characters: a name, part of a name, a post or a code."
        )
    words = fold(text).split()
    context = {"searched": text, "shown": SHOWN}
    if not words:
        return "search.html", {**context, "found": None}
    found = {
        "people": _by_name(Person.objects.order_by("sort_name"), PersonName, "person", words),
        "forums": _by_name(Forum.objects.order_by("name"), ForumName, "forum", words),
        "organisations": _by_name(
            Organisation.objects.order_by("name"), OrganisationName, "organisation", words
        ),
        "posts": _posts(words),
    }
    return "search.html", {
        **context,
        "found": found,
        "total": sum(len(rows) for rows in found.values()),
    }


def _by_name(records: QuerySet, names: type, owner: str, words: list[str]) -> list[tuple]:
    """Records one of whose names holds all the words, each with the other names that do."""
    other_names = {}
    for other in names.objects.filter(has_words(words, "folded"))[: SHOWN * 3]:
        other_names.setdefault(getattr(other, f"{owner}_id"), []).append(other)
    matching = records.filter(has_words(words, "folded") | Q(pk__in=list(other_names)))
    return [(record, other_names.get(record.pk, [])) for record in matching[: SHOWN + 1]]


def _posts(words: list[str]) -> list[Post]:
    """Posts whose title and organisation hold all the words between them.

    One of the words must stand in the title: the organisation is found by itself.
    """
    in_title = Q()
    for word in words:
        in_title |= Q(folded__contains=word)
    posts = Post.objects.filter(in_title, has_words(words, "folded", "organisation__folded"))
    return list(
        posts.select_related("organisation").order_by("organisation__name", "title")[: SHOWN + 1]
    )
