"""Records of the same name, and the words that tell them apart."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable

from records.models import Record
from records.names import fold


def namesakes(records: Iterable[Record], called: Callable[[Record], str] = str) -> list[Record]:
    """The `records` that have the same name as another of them."""
    records = list(records)
    times = Counter(fold(called(record)) for record in records)
    return [record for record in records if times[fold(called(record))] > 1]


def told_apart(records: Iterable[Record], day: datetime.date) -> dict[int, str]:
    """The words that tell each of `records` apart from others of its name on the day, by its key.

    They are its own words and, if another has the same, the last part of its public address. To
    save queries, read the records with what `told_apart_with` names.
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
    """As `told_apart`, for keys and names. Makes no query if no two names are the same."""
    names = {key: fold(name) for key, name in named}
    times = Counter(names.values())
    shared = [key for key, name in names.items() if times[name] > 1]
    if not shared:
        return {}
    found = model.objects.filter(pk__in=shared).select_related(*model.told_apart_with)
    return told_apart(found, day)


def with_words_apart(records: Iterable[Record], day: datetime.date) -> dict[int, str]:
    """What each of `records` is called, by its key. The words that tell it apart follow if another
    has its name, and its end if it has ended. All must be of one model."""
    records = list(records)
    called = {record.pk: str(record) for record in records}
    if records:
        apart = told_apart_by_key(type(records[0]), called.items(), day)
        called |= {key: f"{called[key]} ({words})" for key, words in apart.items() if words}
    return {record.pk: with_its_end(record, day, called[record.pk]) for record in records}


def with_its_end(record: Record, day: datetime.date, called: str = "") -> str:
    """What a record is called, with its end if it has ended: "Hereford CCG, closed 31 March
    2020"."""
    return ", ".join(filter(None, [called or str(record), record.over_in_words(day)]))
