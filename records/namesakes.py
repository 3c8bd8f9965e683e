"""Records of one name: the words that tell each from the others."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable

from records.models import Record


def told_apart(
    model: type[Record], named: Iterable[tuple[int, str]], day: datetime.date
) -> dict[int, str]:
    """For each record of `model` that is called as another is, by its key, what tells it apart.

    `named` is the key and the name of each in a list, as readers see it. Where no two are called
    alike, the database is asked nothing.
    """
    keys_of = defaultdict(set)
    for key, name in named:
        keys_of[name.casefold()].add(key)
    shared = [key for keys in keys_of.values() if len(keys) > 1 for key in keys]
    if not shared:
        return {}
    return words_apart(model.objects.filter(pk__in=shared), day)


def words_apart(records, day: datetime.date) -> dict[int, str]:
    """What tells each of a queryset of records apart: its own words, and the last part of its
    public address where those are another's too."""
    found = list(records.select_related(*records.model.told_apart_with))
    words = records.model.words_apart(found, day)
    times = Counter((str(record).casefold(), words[record.pk]) for record in found)
    for record in found:
        if times[str(record).casefold(), words[record.pk]] > 1 and hasattr(record, "slug"):
            words[record.pk] = ", ".join(filter(None, [words[record.pk], record.slug]))
    return words


def with_words_apart(records: Iterable[Record], day: datetime.date) -> dict[int, str]:
    """What each of `records`, all of one model, is called, with what tells it from another of
    them that is called alike."""
    records = list(records)
    called = {record.pk: str(record) for record in records}
    if records:
        apart = told_apart(type(records[0]), called.items(), day)
        called |= {key: f"{called[key]} ({words})" for key, words in apart.items() if words}
    return called
