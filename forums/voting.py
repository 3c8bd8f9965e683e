"""Voting: whose votes can be cast at a meeting, and how many a decision needs.

Plain functions of plain values, as in `forums.quoracy`. Where the members are organisations and
no source says which seats vote, each organisation has one vote. That is our reading, and the pages
say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forums.assignment import Demand, assigned
from forums.choices import DecisionRule
from forums.quoracy import NOBODY, Attendee, How, QuoracyForum
from forums.rule_trees import (
    Branch,
    OrganisationsAsked,
    Ways,
    leaves,
    organisations_asked,
    ways_counted,
)
from forums.rules import found, person_of, takes


@dataclass(frozen=True)
class Voting:
    """The votes at a meeting of a forum that decides by them."""

    rule: str  # unanimity or majority
    by_organisation: bool
    cast: tuple[str, ...]  # those whose votes can be cast
    absent: tuple[str, ...]  # those whose votes cannot, as far as they are known
    total: int | None  # None if no source says how many votes there are
    unsaid: tuple[str, ...] = ()  # seats for which no source says whether they vote

    @property
    def needed(self) -> int | None:
        """How many of the votes that can be cast make a decision; None if none can be cast."""
        return self._needed_of(len(self.cast)) if self.cast else None

    @property
    def needed_of_all(self) -> int | None:
        """How many votes make a decision if those of absent members count too."""
        return None if self.total is None else self._needed_of(self.total)

    def _needed_of(self, votes: int) -> int:
        return votes if self.rule == DecisionRule.UNANIMITY else votes // 2 + 1


def by_votes(rule: str) -> bool:
    """Whether a forum that decides by this rule counts votes."""
    return rule in (DecisionRule.UNANIMITY, DecisionRule.MAJORITY)


def voting_seats(body: QuoracyForum) -> list[int]:
    """The seats that a source says vote."""
    return [place.seat for place in body.places if place.votes]


def voting(
    rule: str, quoracy: Branch, body: QuoracyForum, attendees: Sequence[Attendee]
) -> Voting | None:
    """The votes that can be cast; None if none are counted, or no source says who has one.

    A proxy or a substitute carries a vote if a branch of the rule of `quoracy` counts one, and a
    deputy does if the seat may be deputised. One person casts one vote.
    """
    if not by_votes(rule):
        return None
    if voting_seats(body):
        return _by_seat(rule, quoracy, body, attendees)
    if body.members:
        return _by_organisation(rule, quoracy, body, attendees)
    return None


def _by_seat(
    rule: str, quoracy: Branch, body: QuoracyForum, attendees: Sequence[Attendee]
) -> Voting:
    places = [place for place in body.places if place.votes]
    counting = ways_counted(leaves(quoracy))
    can = [one for one in attendees if _carries_vote(one, body, counting)]
    [counted], _ = assigned([Demand(len(can), list(range(len(can))))], [person_of(o) for o in can])
    there = [can[which] for which in counted]
    numbers = [place.number for place in places]
    absent, told = [], {person for one in there for person in _surely(one)}
    for place in places:
        own = [one for one in there if one.seat == place.seat]
        people = [each.person for each in place.fillers if each.person is not None]
        fill = set(people)
        # Whoever fills another place too has one vote, which is listed there.
        elsewhere = (fill & told) - {person for one in own for person in _surely(one)}
        twice = len(people) - len(fill)
        missing = (place.number or 0) - twice - len(own) - len(elsewhere)
        told |= fill
        if missing > 0:
            absent.append(place.title if missing == 1 else f"{place.title} × {missing}")
    filling = [each.person for place in places for each in place.fillers if each.person is not None]
    doubled = len(filling) - len(set(filling))
    return Voting(
        rule=rule,
        by_organisation=False,
        cast=tuple(one.name for one in there),
        absent=tuple(absent),
        total=None if None in numbers else sum(number or 0 for number in numbers) - doubled,
        unsaid=tuple(place.title for place in body.places if place.votes is None),
    )


def _surely(one: Attendee) -> frozenset[int]:
    """The person who an attendee surely is."""
    return person_of(one) if len(one.people) == 1 else NOBODY


def _carries_vote(one: Attendee, body: QuoracyForum, counting: Ways) -> bool:
    place = body.place(one.seat)
    if place is None or not place.votes:
        return False
    if one.how in (How.IN_PERSON, How.REMOTE):
        return True
    if one.how in (How.SUBSTITUTE, How.DEPUTY) and place.may_be_deputised:
        return True
    return takes(counting, body, one)


def _by_organisation(
    rule: str, quoracy: Branch, body: QuoracyForum, attendees: Sequence[Attendee]
) -> Voting:
    own = organisations_asked(quoracy)
    each = OrganisationsAsked(
        None,
        any(leaf.one_for_several for leaf in own),
        ways_counted(own) | {How.REMOTE},
    )
    there = found(each, body, attendees)
    return Voting(
        rule=rule,
        by_organisation=True,
        cast=there.by,
        absent=tuple(member.name for member in there.absent),
        total=len(body.members),
    )
