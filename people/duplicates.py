"""People who may be one person, by their names."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from django.db.models import Q

from people.models import Person, PersonName
from people.personal_names import in_any_order, parts_of, parts_of_person
from records.names import fold, has_words, plain_letters

Key = TypeVar("Key", bound=Hashable)

# Nobody would look through more people of one family name.
MOST_ALIKE = 200


@dataclass(frozen=True)
class ComparableName:
    """The name of somebody, folded for comparing."""

    key: int
    name: str  # without titles and letters
    in_any_order: str
    family: str
    first: str  # of the given names, or an initial

    @classmethod
    def of(cls, key: int, name: str, sort_name: str) -> "ComparableName":
        parts = parts_of(name)
        folded = fold(parts.in_order)
        if sort_name != parts.family_first:
            parts = parts_of_person(name, sort_name)
        in_any_order = " ".join(sorted(folded.split()))
        return cls(key, folded, in_any_order, fold(parts.family), fold(parts.first_given))


def possible_duplicates(
    names: Iterable[ComparableName],
    other_names: Iterable[tuple[int, str]] = (),
    *,
    loosely: bool = False,
) -> dict[tuple[int, int], str]:
    """Pairs of people whose names may be those of one person, by their keys, and why.

    `other_names` are further names by the person's key. `loosely` gives instead the pairs who
    share no more than a family name and an initial.
    """
    names = list(names)
    pairs: dict[tuple[int, int], str] = {}
    for one, other, why in _reasons(names, other_names):
        if one != other:
            pairs.setdefault((min(one, other), max(one, other)), why)
    if loosely:
        why = "They have the same family name and initial."
        pairs = {
            pair: why
            for one, other in _pairs(names, lambda name: (name.family, name.first[:1]))
            if one.first
            and (pair := (min(one.key, other.key), max(one.key, other.key))) not in pairs
        }
    return pairs


def _reasons(
    names: list[ComparableName], other_names: Iterable[tuple[int, str]]
) -> Iterator[tuple[int, int, str]]:
    """The keys of two people and why they may be one, the strongest reasons first."""
    for one, other in _pairs(names, lambda name: name.name):
        yield one.key, other.key, "They have the same name."
    for one, other in _pairs(names, lambda name: name.in_any_order):
        yield one.key, other.key, "They have the same names in another order."
    by_name = _groups(names, lambda name: name.in_any_order)
    by_other_name = defaultdict(set)
    for key, other_name in other_names:
        by_other_name[in_any_order(other_name)].add(key)
    for other_name, keys in by_other_name.items():
        for key in keys:
            for same in by_name.get(other_name, ()):
                yield key, same.key, "The name of one is another name of the other."
            for other_key in keys:
                yield key, other_key, "They share another name."
    by_first = _groups((name for name in names if name.first), lambda n: (n.family, n.first))
    for (family, first), group in by_first.items():
        for one, other in combinations(group, 2):
            yield one.key, other.key, _same_given_name(first, first)
        # Shorter given names are looked up: comparing each with each would take long for a
        # common family name.
        for length in range(1, len(first)):
            for one in by_first.get((family, first[:length]), ()):
                for other in group:
                    yield one.key, other.key, _same_given_name(first[:length], first)


def _groups(
    names: Iterable[ComparableName], by: Callable[[ComparableName], Key]
) -> dict[Key, list[ComparableName]]:
    groups = defaultdict(list)
    for name in names:
        groups[by(name)].append(name)
    return groups


def _pairs(
    names: Iterable[ComparableName], by: Callable[[ComparableName], Hashable]
) -> Iterator[tuple[ComparableName, ComparableName]]:
    """Every two names for which `by` gives the same."""
    for group in _groups(names, by).values():
        yield from combinations(group, 2)


def _same_given_name(short: str, long: str) -> str:
    if len(short) == 1:
        return "They have the same family name, and one has only an initial, which fits."
    if short == long:
        return "They have the same family name and the same first given name."
    return "They have the same family name, and the given name of one begins like the other’s."


def people_like(name: str) -> list[Person]:
    """People in the register whom a source may mean by `name`.

    They have the same names, now or before and in any order, or the same family name and initial.
    """
    parts = parts_of(name)
    if not parts.given or not (family := fold(parts.family)):
        return []
    # Each initial is searched for by itself, since the register may have the name in full.
    words, initial = plain_letters(parts.in_order).split(), fold(parts.given)[:1]
    others = PersonName.objects.filter(has_words(words, "folded"))
    # The closest come first, so that no number of others hides them.
    searches = (
        has_words(words, "folded") | Q(pk__in=others.values("person")),
        Q(folded_sort_name__startswith=f"{family}\n{initial}"),
        Q(folded__contains=family),
    )
    people = Person.objects.filter(merged_into=None).prefetch_related("names")
    found: dict[int, Person] = {}
    for search in searches:
        found |= {person.pk: person for person in people.filter(search)[:MOST_ALIKE]}
    return [person for person in found.values() if _is_like(person, name)]


def _is_like(person: Person, name: str) -> bool:
    names = [person.name, *(other.name for other in person.names.all())]
    if in_any_order(name) in map(in_any_order, names):
        return True
    asked, own = parts_of(name), parts_of_person(person.name, person.sort_name)
    same_family = fold(own.family) == fold(asked.family)
    return same_family and fold(own.given)[:1] == fold(asked.given)[:1] != ""
