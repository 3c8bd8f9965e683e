"""Names as people type them: folded, so that "Sian" finds "Siân"; and in public addresses."""

import re
import unicodedata
from collections.abc import Container
from itertools import chain, count

from django.db import models
from django.db.models import Q
from django.utils.text import slugify


def fold(text: str) -> str:
    """`text` without marks, case, apostrophes, hyphens or doubled spaces, for comparing names."""
    plain = unicodedata.normalize("NFKD", text)
    plain = re.sub(r"[-\u2010-\u2015/]", " ", plain)
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘\u02bc`\x00")
    return " ".join(plain.casefold().split())


def slug_stem(name: str, otherwise: str) -> str:
    """What the public address of something of this name begins with: "ann-lee"; `otherwise` if
    no letter of it can stand in an address."""
    return slugify(fold(name))[:90] or otherwise


def first_free(stem: str, taken: Container[str]) -> str:
    """The stem, or with the first number from 2 that makes it another than all that are taken."""
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([stem], numbered) if slug not in taken)


def free_slug(model: type[models.Model], name: str) -> str:
    """A public address for something of this name that nothing of `model` has or had."""
    stem = slug_stem(name, model._meta.model_name)
    begins_so = {"slug__startswith": stem}
    taken = set(model.history.filter(**begins_so).values_list("slug", flat=True))
    taken |= set(model._base_manager.filter(**begins_so).values_list("slug", flat=True))
    return first_free(stem, taken)


class FoldedField(models.TextField):
    """The folded text of other fields of the same record, kept when it is saved."""

    def __init__(self, *args, sources=(), **kwargs):
        self.sources = tuple(sources)
        kwargs.update(editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def pre_save(self, model_instance, add):
        text = " ".join(getattr(model_instance, source) or "" for source in self.sources)
        folded = fold(text)
        setattr(model_instance, self.attname, folded)
        return folded


def has_words(words: list[str], *columns: str) -> Q:
    """A filter: each of the folded `words` stands in one of the folded `columns`."""
    query = Q()
    for word in words:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__contains": word})
        query &= anywhere
    return query
