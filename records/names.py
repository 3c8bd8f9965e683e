"""Names as people type them: folded, so that "Sian" finds "Siân"."""

import re
import unicodedata

from django.db import models
from django.db.models import Q


def fold(text: str) -> str:
    """`text` without marks, case, apostrophes, hyphens or doubled spaces, for comparing names."""
    plain = unicodedata.normalize("NFKD", text)
    plain = re.sub(r"[-\u2010-\u2015/]", " ", plain)
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘\u02bc`\x00")
    return " ".join(plain.casefold().split())


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
