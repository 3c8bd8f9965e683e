"""Rules of quoracy as trees, and the JSON value that holds one.

A rule is made of branches. A group asks for all of its branches, for any or for a number of them.
Other branches count people in seats, or member organisations:

    {"all": [
        {"share": [1, 2], "in": "members", "of": "places", "counting": ["remote"]},
        {"people": 1, "in": {"seats": [3, 4]}, "counting": []},
        {"any": [
            {"people": 1, "in": {"category": "executive"}, "counting": ["deputy"]},
            {"organisations": 2, "counting": ["proxy"]}]}]}

A branch is numbered by its place: "3.1" is the first branch of the third.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

from forums.choices import SeatCategory
from forums.quoracy import How

MOST_BRANCHES = 200
DEEPEST = 5  # groups within groups
MOST_PEOPLE = 999
LONGEST_SLUG = 100

# Ways of taking part that a branch may count beside attending in person, in the order in which they
# are named.
WAYS = {
    "remote": How.REMOTE,
    "substitute": How.SUBSTITUTE,
    "deputy": How.DEPUTY,
    "proxy": How.PROXY,
}
MEMBERS, PLACES, IN_POST, EACH = "members", "places", "in post", "each"

Ways = frozenset[How]


@dataclass(frozen=True)
class Among:
    """The people that a branch counts: members of a forum, unless one of these is given."""

    seats: tuple[int, ...] = ()  # in ascending order
    category: str = ""
    organisation: str | int = ""  # its slug, or its key where a rule is stored


EVERYONE = Among()


@dataclass(frozen=True)
class PeopleAsked:
    """A branch that asks for a number of people."""

    number: int
    among: Among = EVERYONE
    counting: Ways = frozenset()


@dataclass(frozen=True)
class ShareAsked:
    """A branch that asks for a share: one half is 1 of 2. It is in its lowest terms."""

    share: tuple[int, int]
    among: Among = EVERYONE
    in_post: bool = False  # of the people who fill the places now, and not of all places
    more_than: bool = False
    counting: Ways = frozenset()

    def of(self, size: int) -> int:
        """How many people make the share of `size`."""
        part, whole = self.share
        return part * size // whole + 1 if self.more_than else -(-part * size // whole)


@dataclass(frozen=True)
class OrganisationsAsked:
    """A branch that asks for member organisations: each, or a number of them."""

    number: int | None = None  # None for each
    one_for_several: bool = False  # whether one person may be there for several
    counting: Ways = frozenset()


@dataclass(frozen=True)
class AllOf:
    """A group that asks for all of its branches."""

    branches: tuple["Branch", ...]
    # Whether nobody may meet two of its branches. They all ask for numbers of people then.
    different_people: bool = False


@dataclass(frozen=True)
class AnyOf:
    """A group that asks for one of its branches."""

    branches: tuple["Branch", ...]


@dataclass(frozen=True)
class SomeOf:
    """A group that asks for a number of its branches."""

    number: int
    branches: tuple["Branch", ...]


BranchGroup = AllOf | AnyOf | SomeOf
Leaf = PeopleAsked | ShareAsked | OrganisationsAsked
Branch = BranchGroup | Leaf


class RuleProblem(NamedTuple):
    """The fault of a branch, and what would mend it."""

    branch: str  # its number: "3.1"; empty for the rule itself
    says: str

    def __str__(self) -> str:
        return f"Condition {self.branch}: {self.says}" if self.branch else self.says


class NotARule(ValueError):
    """A JSON value holds no rule, or one that cannot be judged."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = problems


def in_lowest_terms(part: int, whole: int) -> tuple[int, int]:
    common = math.gcd(part, whole)
    return part // common, whole // common


def below(tree: Branch) -> tuple[Branch, ...]:
    return tree.branches if isinstance(tree, BranchGroup) else ()


def numbered(tree: Branch, number: str = "") -> Iterator[tuple[str, Branch]]:
    """The rule and all of its branches, each with its number."""
    yield number, tree
    for place, branch in enumerate(below(tree), start=1):
        yield from numbered(branch, number_below(number, place))


def number_below(number: str, place: int) -> str:
    return f"{number}.{place}" if number else str(place)


def leaves(tree: Branch) -> list[Leaf]:
    return [each for _, each in numbered(tree) if isinstance(each, Leaf)]


def people_asked(tree: Branch) -> list[PeopleAsked | ShareAsked]:
    """The branches that ask for people."""
    return [each for each in leaves(tree) if not isinstance(each, OrganisationsAsked)]


def organisations_asked(tree: Branch) -> list[OrganisationsAsked]:
    """The branches that ask for member organisations."""
    return [each for each in leaves(tree) if isinstance(each, OrganisationsAsked)]


def ways_counted(asked: Iterable[Leaf]) -> Ways:
    """The ways of taking part that one of these branches counts."""
    return Ways().union(*(each.counting for each in asked))


def seats_named(tree: Branch) -> frozenset[int]:
    """The seats that a rule names, by their keys."""
    return frozenset(seat for each in people_asked(tree) for seat in each.among.seats)


def organisations_named(tree: Branch) -> frozenset[str | int]:
    """The organisations that a rule names, by their slugs or by their keys."""
    named = (each.among.organisation for each in people_asked(tree))
    return frozenset(each for each in named if each)


def with_others_named(
    tree: Branch,
    *,
    seats: Mapping[int, int] | None = None,
    organisations: Mapping[str | int, str | int] | None = None,
) -> Branch:
    """The rule with some seats and organisations in the place of others."""
    if isinstance(tree, BranchGroup):
        inner = tuple(
            with_others_named(each, seats=seats, organisations=organisations)
            for each in tree.branches
        )
        return replace(tree, branches=inner)
    if isinstance(tree, OrganisationsAsked):
        return tree
    among = tree.among
    named = {(seats or {}).get(seat, seat) for seat in among.seats}
    organisation = (organisations or {}).get(among.organisation, among.organisation)
    return replace(
        tree, among=replace(among, seats=tuple(sorted(named)), organisation=organisation)
    )


def in_one_order(tree: Branch) -> object:
    """A value that two rules share if they differ only in the order of their branches."""
    if not isinstance(tree, BranchGroup):
        return tree
    inner = sorted((in_one_order(each) for each in tree.branches), key=repr)
    match tree:
        case AllOf():
            return ("all", tree.different_people, tuple(inner))
        case AnyOf():
            return ("any", tuple(inner))
        case SomeOf():
            return ("some", tree.number, tuple(inner))


# To JSON


def to_json(tree: Branch) -> dict[str, object]:
    match tree:
        case AllOf():
            differing = {"different_people": True} if tree.different_people else {}
            return {"all": [to_json(each) for each in tree.branches], **differing}
        case AnyOf():
            return {"any": [to_json(each) for each in tree.branches]}
        case SomeOf():
            return {"at_least": tree.number, "of": [to_json(each) for each in tree.branches]}
        case PeopleAsked():
            return {"people": tree.number, "in": _among(tree.among), **_counting(tree)}
        case ShareAsked():
            more_than = {"more_than": True} if tree.more_than else {}
            return {
                "share": list(tree.share),
                "in": _among(tree.among),
                "of": IN_POST if tree.in_post else PLACES,
                **more_than,
                **_counting(tree),
            }
        case OrganisationsAsked():
            several = {"one_for_several": True} if tree.one_for_several else {}
            number = EACH if tree.number is None else tree.number
            return {"organisations": number, **several, **_counting(tree)}


def _among(among: Among) -> str | dict[str, object]:
    if among.seats:
        return {"seats": list(among.seats)}
    if among.category:
        return {"category": among.category}
    return {"organisation": among.organisation} if among.organisation else MEMBERS


def _counting(leaf: Leaf) -> dict[str, object]:
    return {"counting": [word for word, how in WAYS.items() if how in leaf.counting]}


# From JSON


def from_json(value: object) -> Branch:
    """The rule that a JSON value holds. Raises NotARule, with everything that is wrong."""
    reading = _Reading()
    tree = reading.branch(value, "", DEEPEST)
    if reading.problems:
        raise NotARule(reading.problems)
    return cast("Branch", tree)


@dataclass
class _Reading:
    """The reading of one JSON value: its problems, and how many branches it has had so far."""

    problems: list[RuleProblem] = field(default_factory=list)
    branches: int = 0

    def branch(self, value: object, number: str, deeper: int) -> Branch | None:
        self.branches += 1
        if self.branches > MOST_BRANCHES:
            if self.branches == MOST_BRANCHES + 1:
                self.problem(
                    "", f"A rule has at most {MOST_BRANCHES} conditions. Take some of them out."
                )
            return None
        if not isinstance(value, dict):
            self.problem(number, "This is no condition. Choose what it asks for.")
            return None
        kinds = [kind for kind in _KINDS if kind in value]
        if len(kinds) != 1:
            self.problem(
                number,
                "A condition asks for one thing. Choose one of: all, any or a number of other "
                "conditions, people, a share, or organisations.",
            )
            return None
        kind = _KINDS[kinds[0]]
        unknown = sorted(str(key)[:40] for key in set(value) - kind.keys)
        if unknown:
            self.problem(number, f"Take out what no such condition has: {', '.join(unknown)}.")
            return None
        before = len(self.problems)
        read = kind.read(self, value, number, deeper)
        return read if len(self.problems) == before else None

    def problem(self, number: str, says: str) -> None:
        self.problems.append(RuleProblem(number, says))

    def all_of(self, value: Mapping[str, object], number: str, deeper: int) -> AllOf:
        before = len(self.problems)
        branches = self.group(value["all"], number, deeper)
        differing = self.flag(value, "different_people", number)
        is_whole = len(self.problems) == before  # otherwise some branches are left out
        for place, each in enumerate(branches if differing and is_whole else (), start=1):
            if not isinstance(each, PeopleAsked):
                self.problem(
                    number_below(number, place),
                    "Only conditions that ask for a number of people can be met each by different "
                    "people. Move this one out of the group.",
                )
        return AllOf(branches, differing)

    def any_of(self, value: Mapping[str, object], number: str, deeper: int) -> AnyOf:
        return AnyOf(self.group(value["any"], number, deeper))

    def some_of(self, value: Mapping[str, object], number: str, deeper: int) -> SomeOf:
        branches = self.group(value.get("of"), number, deeper)
        asked = self.whole(value["at_least"], number, "conditions")
        if branches and asked > len(branches):
            self.problem(
                number,
                f"It asks for {asked} of {len(branches)} conditions, so that nobody could meet it. "
                f"Ask for {len(branches)} at most, or add conditions.",
            )
        return SomeOf(asked, branches)

    def group(self, value: object, number: str, deeper: int) -> tuple[Branch, ...]:
        if not isinstance(value, list) or len(value) < 2:
            self.problem(
                number,
                "A group has two conditions or more: with none, everybody would meet it or nobody. "
                "Add conditions, or put the one condition in the place of the group.",
            )
            return ()
        if deeper == 0:
            self.problem(
                number,
                f"Groups are at most {DEEPEST} deep. Say the same with fewer groups inside each "
                "other.",
            )
            return ()
        inner = [
            self.branch(each, number_below(number, place), deeper - 1)
            for place, each in enumerate(value[: MOST_BRANCHES + 1], start=1)
        ]
        seen: dict[object, int] = {}
        for place, each in enumerate(inner, start=1):
            if each is None:
                continue
            first = seen.setdefault(in_one_order(each), place)
            if first != place:
                self.problem(
                    number_below(number, place),
                    f"It asks for the same as condition {number_below(number, first)}. Take one of "
                    "them out, or ask for more people in one.",
                )
        return tuple(each for each in inner if each is not None)

    def people(self, value: Mapping[str, object], number: str, _: int) -> PeopleAsked:
        return PeopleAsked(
            self.whole(value["people"], number, "people"),
            self.among(value, number),
            self.counting(value, number),
        )

    def share(self, value: Mapping[str, object], number: str, _: int) -> ShareAsked:
        among, more_than = self.among(value, number), self.flag(value, "more_than", number)
        share = self.fraction(value["share"], number)
        if more_than and share == (1, 1):
            self.problem(number, "Nobody can be more than all of them. Choose a smaller share.")
        if among.organisation:
            self.problem(
                number,
                "How many people an organisation may send is not recorded. Ask for a number of "
                "people, or for a share of seats.",
            )
        if value.get("of") not in (PLACES, IN_POST):
            self.problem(number, "Choose whether it is a share of all places or of those in post.")
        return ShareAsked(
            share, among, value.get("of") == IN_POST, more_than, self.counting(value, number)
        )

    def organisations(self, value: Mapping[str, object], number: str, _: int) -> OrganisationsAsked:
        asked = value["organisations"]
        return OrganisationsAsked(
            None if asked == EACH else self.whole(asked, number, "organisations"),
            self.flag(value, "one_for_several", number),
            self.counting(value, number),
        )

    def whole(self, value: object, number: str, of: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PEOPLE:
            why = f"With no {of}, everybody would meet it. " if value == 0 else ""
            self.problem(number, f"{why}Write how many {of} it asks for: 1 to {MOST_PEOPLE}.")
            return 1
        return value

    def fraction(self, value: object, number: str) -> tuple[int, int]:
        if isinstance(value, list) and len(value) == 2:
            part, whole = value
            if type(part) is int and type(whole) is int and 1 <= part <= whole <= 100:
                return in_lowest_terms(part, whole)
        self.problem(
            number,
            "A share is a fraction, such as 1 of 3 or 60 of 100: its second number is 100 at most, "
            "and its first is between 1 and the second.",
        )
        return 1, 1

    def flag(self, value: Mapping[str, object], key: str, number: str) -> bool:
        given = value.get(key, False)
        if not isinstance(given, bool):
            self.problem(number, f"Answer “{key.replace('_', ' ')}” with yes or no.")
        return given is True

    def counting(self, value: Mapping[str, object], number: str) -> Ways:
        words = value.get("counting")
        if not isinstance(words, list) or not all(
            isinstance(word, str) and word in WAYS for word in words
        ):
            self.problem(
                number, f"Say which ways of taking part it counts, if any: {', '.join(WAYS)}."
            )
            return frozenset()
        return frozenset(WAYS[word] for word in words)

    def among(self, value: Mapping[str, object], number: str) -> Among:
        given = value.get("in")
        if given == MEMBERS:
            return EVERYONE
        if isinstance(given, dict) and len(given) == 1:
            match given:
                case {"seats": [*seats]} if seats and all(_is_key(seat) for seat in seats):
                    return Among(seats=tuple(sorted(set(seats))))
                case {"category": str(category)} if category in SeatCategory.values:
                    return Among(category=category)
                case {"organisation": str(slug)} if 0 < len(slug) <= LONGEST_SLUG:
                    return Among(organisation=slug)
                case {"organisation": key} if _is_key(key):
                    return Among(organisation=key)
        self.problem(
            number, "Choose whom it counts: all members, seats, a category, or an organisation."
        )
        return EVERYONE


def _is_key(value: object) -> bool:
    return type(value) is int and 0 < value < 2**63


class _Kind(NamedTuple):
    read: Callable[[_Reading, Mapping[str, object], str, int], Branch]
    keys: Set[str]


# By the key that only branches of the kind have.
_KINDS: dict[str, _Kind] = {
    "all": _Kind(_Reading.all_of, {"all", "different_people"}),
    "any": _Kind(_Reading.any_of, {"any"}),
    "at_least": _Kind(_Reading.some_of, {"at_least", "of"}),
    "people": _Kind(_Reading.people, {"people", "in", "counting"}),
    "share": _Kind(_Reading.share, {"share", "in", "of", "more_than", "counting"}),
    "organisations": _Kind(
        _Reading.organisations, {"organisations", "one_for_several", "counting"}
    ),
}
KINDS = sorted(_KINDS)
