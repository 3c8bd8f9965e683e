"""Records of one name: the words that tell each from the others."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable

from records.models import Record
from records.names import fold


def namesakes(records: Iterable[Record], called: Callable[[Record], str] = str) -> list[Record]:
    """Those of `records` that are called as another of them is."""
    records = list(records)
    times = Counter(fold(called(record)) for record in records)
    return [record for record in records if times[fold(called(record))] > 1]


def told_apart(records: Iterable[Record], day: datetime.date) -> dict[int, str]:
    """For each of `records` that is called as another of them is, by its key, what tells it apart
    on the day: its own words, and the last part of its public address if another has those too.

    What `told_apart_with` leads to is best read with them.
    """
    shared = namesakes(records)
    if not shared:
        return {}
    words = type(shared[0]).words_apart(shared, day)
    for record in namesakes(shared, lambda each: f"{each}, {words[each.pk]}"):
        if slug := getattr(record, "slug", ""):
            words[record.pk] = ", ".join(filter(None, [words[record.pk], slug]))
    return words


def told_apart_by_key(
    model: type[Record], named: Iterable[tuple[int, str]], day: datetime.date
) -> dict[int, str]:
    """The same of records that were not read whole, of each its key and its name. The database is
    asked nothing while no two are called alike."""
    names = {key: fold(name) for key, name in named}
    times = Counter(names.values())
    shared = [key for key, name in names.items() if times[name] > 1]
    if not shared:
        return {}
    found = model.objects.filter(pk__in=shared).select_related(*model.told_apart_with)
    return told_apart(found, day)


def with_words_apart(records: Iterable[Record], day: datetime.date) -> dict[int, str]:
    """What each of `records`, all of one model, is called, with what tells it from another of
    them that is called alike, and that it is no more if it is not."""
    records = list(records)
    called = {record.pk: str(record) for record in records}
    if records:
        apart = told_apart_by_key(type(records[0]), called.items(), day)
        called |= {key: f"{called[key]} ({words})" for key, words in apart.items() if words}
    return {record.pk: with_its_end(record, day, called[record.pk]) for record in records}


def with_its_end(record: Record, day: datetime.date, called: str = "") -> str:
    """What a record is called, and that it is no more if it is not: "Hereford CCG, closed 31
    March 2020"."""
    return ", ".join(filter(None, [called or str(record), record.over_in_words(day)]))
