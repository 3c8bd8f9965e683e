"""Names, folded so that "Sian" finds "Siân", and the public addresses made of them."""

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache
from itertools import chain, count
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.text import slugify

if TYPE_CHECKING:
    from records.history import Recorded

# Letters that Unicode does not take apart into a plain letter and a mark.
PLAIN = {
    "\u0131": "i",  # the one without its dot
    "æ": "ae", "đ": "d", "ð": "d", "ħ": "h", "ĸ": "k", "ł": "l", "ŋ": "n", "ø": "o", "œ": "oe",
    "þ": "th", "ŧ": "t", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ə": "e", "ƒ": "f", "ǥ": "g", "ɨ": "i",
    "ƙ": "k", "ɲ": "n", "ɵ": "o", "ʉ": "u", "ƴ": "y", "ƶ": "z",
}  # fmt: skip
# Apostrophes, and the quotation marks, primes and accents that are typed instead of one.
APOSTROPHES = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u055a\u2018\u2019\u201a\u201b"
    "\u2032\u2035\ua78c\uff07"
)
# Signs between words, besides hyphens, dashes, brackets and quotation marks of every kind.
BETWEEN = '/.,;:!?"\u00a1\u00bf\u00b7\u2022\u2043\u2044\u2212'
BETWEEN_KINDS = {"Pd", "Ps", "Pe", "Pi", "Pf"}
INITIALS = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_])+(?!\S)")


def fold(text: str) -> str:
    """`text` in small plain letters, for comparing names: without marks and apostrophes, with a
    space for hyphens, commas and full stops, and with initials as one word.

    "Łukasz O’Brien-Lee" is "lukasz obrien lee", and "Tolkien, J. R. R." is "tolkien jrr".
    """
    return INITIALS.sub(lambda initials: initials[0].replace(" ", ""), plain_letters(text))


def plain_letters(text: str) -> str:
    """`text` folded as by `fold`, except that initials stay apart."""
    # This comes first: Unicode takes an acute accent apart into a space and a mark.
    text = "".join(sign for sign in text if sign not in APOSTROPHES)
    for _ in range(2):  # a small letter may come apart although its capital did not
        text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(map(_plain, text)).split())


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    """The plain letter or the space for a sign; nothing for a sign that shows nothing itself."""
    kind = unicodedata.category(sign)
    if unicodedata.combining(sign) or kind == "Cf" or sign == "\0" or sign in APOSTROPHES:
        return ""
    if kind in BETWEEN_KINDS or sign in BETWEEN:
        return " "
    return PLAIN.get(sign, sign)


def slug_stem(name: str, otherwise: str) -> str:
    """The beginning of the public address of something of this name: "ann-lee"; `otherwise` if no
    letter of it may be in an address."""
    return slugify(fold(name))[:90] or otherwise


def first_free(stem: str, taken: Container[str]) -> str:
    """The stem, or the stem with the first number from 2 that makes it different from all that are
    taken."""
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([stem], numbered) if slug not in taken)


def free_slug(model: type["Recorded"], name: str) -> str:
    """A public address for something of this name. Nothing else of `model` has it or had it."""
    stem = slug_stem(name, model._meta.label_lower.partition(".")[2])
    taken = set()
    for manager in (model.history, model._base_manager):
        taken |= set(manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    return first_free(stem, taken)


class FoldedField(models.TextField):
    """The folded text of other fields of the same record, worked out when it is saved. Every
    database searches it and orders by it alike.

    Each field, and each part of it between commas, is a line of its own. The end of a line sorts
    before a space, so that "Lee, Zoe" comes before "Lee Smith, Ann".
    """

    # The sources do not change the column.
    non_db_attrs = (*models.TextField.non_db_attrs, "sources")

    def __init__(self, *args, sources=(), **kwargs):
        self.sources = tuple(sources)
        kwargs.update(editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def db_parameters(self, connection):
        # Otherwise PostgreSQL would order by the language that the database was made for.
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}

    def pre_save(self, model_instance, add):
        folded = self.folded_from([getattr(model_instance, source) for source in self.sources])
        setattr(model_instance, self.attname, folded)
        return folded

    def folded_from(self, texts: Iterable[str | None]) -> str:
        """Its value for a record whose sources hold `texts`."""
        parts = [fold(part) for text in texts for part in (text or "").split(",")]
        return "\n".join(filter(None, parts))


def has_words(words: list[str], *columns: str) -> Q:
    """A filter: each of the folded `words` is in one of the folded `columns`."""
    query = Q()
    for word in words:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__contains": word})
        query &= anywhere
    return query
