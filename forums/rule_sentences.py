"""Rules of quoracy in words: one sentence for a whole rule, and what each branch asks for.

Two rules that differ in more than the order of their branches never read as one sentence. So titles
are in quotation marks, and branches of groups are numbered.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from django.utils.text import get_text_list

from forums.choices import SeatCategory
from forums.quoracy import How, QuoracyForum
from forums.rule_trees import (
    AllOf,
    Among,
    AnyOf,
    Branch,
    BranchGroup,
    Leaf,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    SomeOf,
    Ways,
    below,
    leaves,
    number_below,
)

Key = TypeVar("Key", int, str)

SHARES = {
    Fraction(1, 2): "half",
    Fraction(1, 3): "a third",
    Fraction(2, 3): "two thirds",
    Fraction(1, 4): "a quarter",
    Fraction(3, 4): "three quarters",
}
WAYS_IN_WORDS = {
    How.REMOTE: "remotely",
    How.SUBSTITUTE: "by somebody nominated for the meeting",
    How.DEPUTY: "by a deputy",
    How.PROXY: "by proxy vote",
}


@dataclass(frozen=True)
class NamesInRules:
    """What the seats and organisations of a rule are called. No two have one name."""

    seats: Mapping[int, str]  # in their order on the forum
    organisations: Mapping[str, str]
    several: frozenset[int] = frozenset()  # the seats that several people may fill

    def seat(self, key: int) -> str:
        return self.seats.get(key) or f"seat {key}, which the forum does not have"

    def organisation(self, slug: str | int) -> str:
        return self.organisations.get(str(slug)) or f"“{slug}”, which is not known here"

    @cached_property
    def _order(self) -> dict[int, int]:
        return {seat: place for place, seat in enumerate(self.seats)}

    def in_order(self, seats: Iterable[int]) -> list[str]:
        places = self._order
        ordered = sorted(seats, key=lambda seat: (places.get(seat, len(places)), seat))
        return [self.seat(seat) for seat in ordered]


def names_of(body: QuoracyForum, organisations: Mapping[str, str] | None = None) -> NamesInRules:
    """The names on a forum, and of other `organisations`."""
    called = {member.organisation: member.name for member in body.members}
    return names_in_rules(
        [(place.seat, place.title, place.number) for place in body.places],
        {**(organisations or {}), **called},
    )


def names_in_rules(
    seats: Sequence[tuple[int, str, int | None]], organisations: Mapping[str, str]
) -> NamesInRules:
    """The names of seats, each with its key and how many may fill it, and of organisations."""
    return NamesInRules(
        _quoted({key: title for key, title, _ in seats}, "seat"),
        _quoted(organisations, "organisation"),
        frozenset(key for key, _, number in seats if number != 1),
    )


def _quoted(names: Mapping[Key, str], kind: str) -> dict[Key, str]:
    """Names in quotation marks, each with its key if two would look the same."""
    plain = {
        key: " ".join(name.replace("“", "‘").replace("”", "’").split())
        for key, name in names.items()
    }
    times = Counter(plain.values())
    return {
        key: f"“{name}”" if times[name] == 1 else f"“{name}” ({kind} {key})"
        for key, name in plain.items()
    }


QUORATE_WHEN = "A meeting is quorate when"


def in_one_sentence(tree: Branch, names: NamesInRules, begins: str = QUORATE_WHEN) -> str:
    """The whole rule: "A meeting is quorate when (1) at least 4 members attend; and (2) ..."."""
    each = {leaf.counting for leaf in leaves(tree)}
    [same] = each if len(each) == 1 else [None]
    if same is None or not isinstance(tree, BranchGroup):
        return f"{begins} {_whole(tree, names, '', said=None)}."
    ways = _ways(same, several=True)
    return f"{begins} {_whole(tree, names, '', said=same)}: in each case, {ways}."


def read_as(tree: Branch, names: NamesInRules, *, say_all: bool | None) -> str:
    """The rule in one sentence, which says that a meeting is quorate only if that is all that the
    document asks."""
    return in_one_sentence(tree, names, QUORATE_WHEN if say_all else "It asks that")


def branch_in_words(branch: Branch, names: NamesInRules) -> str:
    """What one branch asks for, without those beneath it: "at least 4 members attend"."""
    if isinstance(branch, BranchGroup):
        return _opening(branch)
    return f"{_asked(branch, names)} {_ways(branch.counting, several=_is_several(branch))}"


def _whole(branch: Branch, names: NamesInRules, number: str, *, said: Ways | None) -> str:
    if not isinstance(branch, BranchGroup):
        return branch_in_words(branch, names) if said is None else _asked(branch, names)
    inner = [
        f"({number_below(number, place)}) "
        + _whole(each, names, number_below(number, place), said=said)
        for place, each in enumerate(below(branch), start=1)
    ]
    joining = "and" if isinstance(branch, AllOf) else "or"
    listed = "; ".join([*inner[:-1], f"{joining} {inner[-1]}"])
    plain = not number and isinstance(branch, AllOf) and not branch.different_people
    return listed if plain else f"{_opening(branch)}: {listed}"


def _opening(branch: BranchGroup) -> str:
    match branch:
        case AllOf(different_people=True):
            return "all of these are met, each by different people"
        case AllOf():
            return "all of these are met"
        case AnyOf():
            return "any of these is met"
        case SomeOf(number=number):
            met = "is met" if number == 1 else "are met"
            return f"at least {number} of these {len(branch.branches)} {met}"


def _asked(leaf: Leaf, names: NamesInRules) -> str:
    match leaf:
        case PeopleAsked():
            return _people(leaf, names)
        case ShareAsked():
            return _share(leaf, names)
        case OrganisationsAsked(number=None):
            words = "every member organisation attends"
        case OrganisationsAsked(number=1):
            words = "at least 1 member organisation attends"
        case OrganisationsAsked(number=number):
            words = f"at least {number} member organisations attend"
    several = ", one person for several if need be," if leaf.one_for_several else ""
    return words + several


def _people(leaf: PeopleAsked, names: NamesInRules) -> str:
    number, among = leaf.number, leaf.among
    attend = "attends" if number == 1 else "attend"
    if among.seats:
        titles = names.in_order(among.seats)
        if number == 1 and names.several.isdisjoint(among.seats):
            return f"{either(titles)} attends"
        return f"at least {number} of {both(titles)} {attend}"
    if among.organisation:
        people = "1 person" if number == 1 else f"{number} people"
        return f"at least {people} for {names.organisation(among.organisation)} {attend}"
    return f"at least {number} {members_of(among, several=number > 1)} {attend}"


def _share(leaf: ShareAsked, names: NamesInRules) -> str:
    part = Fraction(*leaf.share)
    share = SHARES.get(part) or ("all" if part == 1 else f"{part.numerator} in {part.denominator}")
    if part not in SHARES and part != 1 and 100 % part.denominator == 0:
        share = f"{part.numerator * 100 // part.denominator} per cent"
    amount = "all" if part == 1 else f"{'more than' if leaf.more_than else 'at least'} {share}"
    whom = (
        f"those in {both(names.in_order(leaf.among.seats))}"
        if leaf.among.seats
        else f"the {members_of(leaf.among, several=True)}"
    )
    basis = " who are in post" if leaf.in_post else ", vacant places included,"
    return f"{amount} of {whom}{basis} attend"


def members_of(among: Among, *, several: bool) -> str:
    member = SeatCategory(among.category).member if among.category else "member"
    return member.replace("member", "members") if several else member


def _is_several(leaf: Leaf) -> bool:
    return not isinstance(leaf, PeopleAsked) or leaf.number > 1


def _ways(counting: Ways, *, several: bool) -> str:
    ways = [words for how, words in WAYS_IN_WORDS.items() if how in counting]
    return either(["in person", *ways]) if ways else "in person alone"


def either(items: Sequence[str]) -> str:
    return get_text_list(list(items), "or")


def both(items: Sequence[str]) -> str:
    return get_text_list(list(items), "and")
