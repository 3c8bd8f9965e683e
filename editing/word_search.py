"""Searches of the admin for the words that somebody typed."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.http import HttpRequest

from records.names import fold

# Nobody types more. A database refuses to look for thousands of words at once.
MOST_CHARACTERS = 200


def search_text(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "")[:MOST_CHARACTERS].strip()


def typed_words(text: str) -> list[str]:
    """The words of a text, without the commas, dashes and brackets that people copy with them."""
    words = text.replace("\x00", "")[:MOST_CHARACTERS].split()
    return [bare for word in words if fold(word) and (bare := word.strip(',;:.!?()[]{}"“”'))]


def holds_words(model: type[models.Model], paths: Iterable[str], words: Iterable[str]) -> Q:
    """A condition: each of `words` is in one of the columns that `paths` lead to from `model`."""
    query = Q()
    for word in words:
        anywhere = Q()
        for path in paths:
            anywhere |= holds_word(model, path, word)
        query &= anywhere
    return query


def holds_word(model: type[models.Model], path: str, word: str) -> Q:
    """A condition: `word` is in the column that `path` leads to from `model`.

    Folded columns are searched for the folded word, so that "Sian" finds "Siân". Where a path
    leads through several names of one record, the condition asks for records whose names are
    among those found: a join would return a record once for each name, and removing the
    duplicates costs seconds when there are many.
    """
    if not path.endswith("folded"):
        return Q(**{f"{path}__icontains": word})
    steps, at = path.split("__"), model
    for number, step in enumerate(steps[:-1]):
        field = at._meta.get_field(step)
        at = field.related_model
        if field.one_to_many:
            found = at.objects.filter(holds_word(at, "__".join(steps[number + 1 :]), word))
            owner = "__".join(steps[:number]) or "pk"
            return Q(**{f"{owner}__in": found.values(field.field.name)})
    return Q(**{f"{path}__contains": fold(word)})
