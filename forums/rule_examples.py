"""Who else would make a meeting quorate: as few people as are found.

Finding the fewest takes too long for a page in the worst case. So people are left out of a full
meeting one by one, which gives an example that nobody can be left out of; then smaller ones are
tried up to a number of steps, and the example says whether there are surely none.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from forums.quoracy import (
    Attendee,
    How,
    QuoracyForum,
    any_in_the_room,
    filler_or_acting,
    sent_by,
)
from forums.rule_trees import (
    AllOf,
    AnyOf,
    Branch,
    BranchGroup,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    SomeOf,
    leaves,
)
from forums.rules import (
    Found,
    RuleOfQuoracy,
    counted_by,
    found,
    judge_tree,
    needed_of,
    person_of,
    size_of,
    takes,
)

MOST_STEPS = 20_000
# People of one seat whom no source names and who are tried: more are seldom asked for.
MOST_UNNAMED = 20


@dataclass(frozen=True)
class Comer:
    """Somebody who could come, with the places that they would take part from."""

    name: str
    attendees: tuple[Attendee, ...]


@dataclass(frozen=True)
class Example:
    """People who would make a meeting quorate if they came too."""

    comers: tuple[Comer, ...]
    fewest: bool  # whether no fewer people would do


def who_could_come(body: QuoracyForum) -> list[Comer]:
    """Everybody who could take part in person, as the seats are filled. Somebody with several seats
    comes from all of them."""
    by_person: dict[int, list[Attendee]] = {}
    others: list[Comer] = []
    for place in body.places:
        for filler in place.fillers:
            one = filler_or_acting(place, filler)
            if len(one.people) == 1:
                [person] = one.people
                by_person.setdefault(person, []).append(one)
            else:
                others.append(Comer(one.name, (one,)))
        unnamed = MOST_UNNAMED if place.unnamed is None else min(place.unnamed, MOST_UNNAMED)
        somebody = Attendee(
            f"somebody not recorded ({place.title})", place.seat, place.organisation
        )
        others += [Comer(somebody.name, (somebody,)) for _ in range(unnamed)]
    for member in body.members:
        sent = sent_by(member, body)
        if sent and not body.sitting_for(member):
            others.append(Comer(f"somebody for {member.name}", (sent,)))
    return [
        *(Comer(each[0].name, tuple(each)) for each in by_person.values()),
        *others,
    ]


def still_to_come(
    body: QuoracyForum, there: Sequence[Attendee], outside: Iterable[Attendee] = ()
) -> list[Comer]:
    """People who could come and are not in the room yet, those from `outside` too. Somebody who
    takes part remotely or sends a proxy vote may still come."""
    in_person = [one for one in there if one.how == How.IN_PERSON]
    people = {one.people for one in in_person if one.people}
    unnamed = Counter((one.seat, one.organisation) for one in in_person if not one.people)
    coming = []
    for comer in [*who_could_come(body), *(Comer(one.name, (one,)) for one in outside)]:
        one = comer.attendees[0]
        if one.people in people:
            continue
        if not one.people and unnamed[one.seat, one.organisation] > 0:
            unnamed[one.seat, one.organisation] -= 1
            continue
        coming.append(comer)
    return coming


def example_of(
    rule: RuleOfQuoracy, body: QuoracyForum, there: Sequence[Attendee], could_come: Sequence[Comer]
) -> Example | None:
    """Who else would meet the rule; None if it is met, or if all of them would not be enough."""
    return Search(rule, body, there, could_come).example()


# What a comer may count for. Comers of one kind are as good as each other.
Kind = frozenset[Hashable]


def _kind(comer: Comer, rule: RuleOfQuoracy, body: QuoracyForum, there: Sequence[Attendee]) -> Kind:
    counts: set[Hashable] = set()
    for which, leaf in enumerate(leaves(rule.tree)):
        for one in comer.attendees:
            if isinstance(leaf, OrganisationsAsked):
                counts.add((which, one.organisation))
            elif counted_by(leaf.among)(body, one):
                counts.add(which)
    people = comer.attendees[0].people
    if len(people) > 1 or any(people & one.people for one in there):
        counts.add(("somebody like nobody else", people))
    return frozenset(counts)


# Whether a branch is met once some come, who are given as bits and as a list.
Test = Callable[[int, Sequence[Comer]], bool | None]


def _bits(attendees: Sequence[Attendee]) -> list[int]:
    """A bit for each, which is the same for one person in two places."""
    bits: dict[Hashable, int] = {}
    keys = [
        person_of(one) if len(person_of(one)) == 1 else ("somebody", which)
        for which, one in enumerate(attendees)
    ]
    return [bits.setdefault(key, 1 << len(bits)) for key in keys]


@dataclass
class Search:
    """The search for an example, and the steps that it has taken."""

    rule: RuleOfQuoracy
    body: QuoracyForum
    there: Sequence[Attendee]
    could_come: Sequence[Comer]
    steps: int = 0

    def __post_init__(self) -> None:
        self.bits = _bits([*self.there, *(comer.attendees[0] for comer in self.could_come)])
        self.bit_of = dict(zip(map(id, self.could_come), self.bits[len(self.there) :], strict=True))
        self.in_the_room = any_in_the_room(self.there)
        self.is_met = self._test_of(self.rule.tree)

    def example(self) -> Example | None:
        if self.met_with(()) or not self.met_with(self.could_come):
            return None
        kinds = [_kind(comer, self.rule, self.body, self.there) for comer in self.could_come]
        most_useful = sorted(range(len(kinds)), key=lambda which: -len(kinds[which]))
        least = self.least((), [self.could_come[which] for which in most_useful])
        alike: dict[Kind, list[Comer]] = {}
        for kind, comer in zip(kinds, self.could_come, strict=True):
            alike.setdefault(kind, []).append(comer)
        return self.fewest(least, list(alike.values()))

    def met_with(self, comers: Sequence[Comer]) -> bool:
        coming = 0
        for comer in comers:
            coming |= self.bit_of[id(comer)]
        return (self.in_the_room or coming != 0) and self.is_met(coming, comers) is True

    def _test_of(self, branch: Branch) -> Test:
        """Whether a branch is met once some come. People are counted as bits, which is quick; where
        it is not known who somebody is, the meeting is judged as any other."""
        match branch:
            case AllOf() | AnyOf() | SomeOf():
                return self._test_of_group(branch)
            case PeopleAsked() | ShareAsked() if not any(
                len(one.people) > 1 for one in self._everybody(self.could_come)
            ):
                return self._test_by_bits(branch)
        return self._test_by_judging(branch)

    def _test_of_group(self, group: BranchGroup) -> Test:
        tests = [self._test_of(each) for each in group.branches]
        needed = needed_of(group)
        differing = isinstance(group, AllOf) and group.different_people
        by_judging = self._test_by_judging(group)

        def test(coming: int, comers: Sequence[Comer]) -> bool | None:
            verdicts = [each(coming, comers) for each in tests]
            met = verdicts.count(True)
            if met >= needed:
                return by_judging(coming, comers) if differing else True
            return None if met + verdicts.count(None) >= needed else False

        return test

    def _test_by_bits(self, branch: PeopleAsked | ShareAsked) -> Test:
        size = branch.number if isinstance(branch, PeopleAsked) else size_of(branch, self.body)
        if size is None:
            return lambda coming, comers: None
        needed = branch.of(size) if isinstance(branch, ShareAsked) else size
        counts = counted_by(branch.among)
        already = could = 0
        for one, bit in zip(self.there, self.bits, strict=False):
            if takes(branch.counting, self.body, one) and counts(self.body, one):
                already |= bit
        for comer in self.could_come:
            if any(counts(self.body, one) for one in comer.attendees):
                could |= self.bit_of[id(comer)]

        def test(coming: int, comers: Sequence[Comer]) -> bool:
            self.steps += 1
            return (already | (could & coming)).bit_count() >= needed

        return test

    def _test_by_judging(self, branch: Branch) -> Test:
        def test(coming: int, comers: Sequence[Comer]) -> bool | None:
            judged = found(branch, self.body, self._everybody(comers))
            self.steps += sum(each.steps + 1 for each in judged.all())
            return judged.met

        return test

    def _everybody(self, comers: Iterable[Comer]) -> list[Attendee]:
        return [*self.there, *(one for comer in comers for one in comer.attendees)]

    def least(self, sure: Sequence[Comer], some: Sequence[Comer]) -> list[Comer]:
        """Some of `some`, none of whom can be left out, who with those who are `sure` to come meet
        the rule. It halves what it searches, so that it judges few meetings (QuickXplain)."""
        if self.met_with(sure):
            return []
        if len(some) == 1:
            return list(some)
        first, second = some[: len(some) // 2], some[len(some) // 2 :]
        from_second = self.least([*sure, *first], second)
        return [*self.least([*sure, *from_second], first), *from_second]

    def fewest(self, least: Sequence[Comer], alike: Sequence[Sequence[Comer]]) -> Example:
        """As few comers as are found in MOST_STEPS, or `least`."""
        for size in range(self._surely_needed(), len(least)):
            for kinds in itertools.combinations_with_replacement(range(len(alike)), size):
                self.steps += 1
                if self.steps > MOST_STEPS:
                    return Example(tuple(least), fewest=False)
                wanted = Counter(kinds)
                if any(number > len(alike[kind]) for kind, number in wanted.items()):
                    continue
                comers = [one for kind, number in wanted.items() for one in alike[kind][:number]]
                if self.met_with(comers):
                    return Example(tuple(comers), fewest=True)
        return Example(tuple(least), fewest=True)

    def _surely_needed(self) -> int:
        """A number of comers below which none can do: one comer is one more in each branch."""
        judged = judge_tree(self.rule, self.body, self.there).found
        return max([1, *(each.missing for each in _in_any_case(judged) if _one_at_a_time(each))])


def _in_any_case(judged: Found) -> Iterator[Found]:
    """The branches without which the rule is not met."""
    yield judged
    if isinstance(judged.branch, AllOf):
        for each in judged.below:
            yield from _in_any_case(each)


def _one_at_a_time(judged: Found) -> bool:
    branch = judged.branch
    if isinstance(branch, OrganisationsAsked):
        return not branch.one_for_several
    return isinstance(branch, PeopleAsked | ShareAsked)
