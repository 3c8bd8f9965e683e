"""Quoracy: whether those who attend a meeting make it quorate, clause by clause.

Plain functions of plain values, which ask no database. A Body is a forum as its rule sees it, an
Attendee is somebody at the meeting. Readings of common wording that are ours, and are said on
the pages: a share is of all places, vacant ones too; a seat in attendance counts to nothing
unless a source says that it does; and one person counts once, whatever they sit for.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from forums.models import ClauseKind

NOBODY: frozenset[int] = frozenset()


class How(Enum):
    """How somebody takes part."""

    IN_PERSON = "in person"
    SUBSTITUTE = "by a substitute"
    PROXY = "by proxy"


@dataclass(frozen=True)
class Filler:
    """Somebody who fills a place."""

    name: str
    person: int | None = None  # by which one person is known in several places
    organisation: str | None = None  # which they speak for, if not the one their seat does


@dataclass(frozen=True)
class Place:
    """A seat of the forum, and how it is filled."""

    seat: int
    title: str
    organisation: str | None = None
    number: int | None = 1  # of those who may fill it; None if no source says
    fillers: tuple[Filler, ...] = ()
    # Whether others, whom the sources do not name, may fill what is left of it.
    may_be_filled: bool = False
    counts: bool = True
    may_be_deputised: bool = False
    votes: bool | None = None  # None if no source says

    @property
    def unnamed(self) -> int | None:
        """How many may fill it whom the sources do not name; None if they do not say how many."""
        if not self.may_be_filled:
            return 0
        return None if self.number is None else max(self.number - len(self.fillers), 0)

    def speaks_for(self, filler: Filler) -> str | None:
        return filler.organisation or self.organisation


@dataclass(frozen=True)
class Member:
    """An organisation that takes part as a member, whoever sits for it."""

    organisation: str
    name: str
    closed: str = ""  # when, if it has: "in March 2020"


@dataclass(frozen=True)
class Body:
    """A forum as its rule of quoracy sees it."""

    places: tuple[Place, ...] = ()
    members: tuple[Member, ...] = ()

    def place(self, seat: int | None) -> Place | None:
        return next((place for place in self.places if place.seat == seat), None)

    @property
    def size(self) -> int | None:
        """How many count: a person for each place, but whoever fills several is one. None if no
        source says of one of the places how many fill it."""
        counting = [place for place in self.places if place.counts]
        if any(place.number is None for place in counting):
            return None
        people = [each.person for place in counting for each in place.fillers]
        people = [person for person in people if person is not None]
        return sum(place.number for place in counting) - (len(people) - len(set(people)))

    def sitting_for(self, member: Member) -> list[tuple[Place, Filler]]:
        """Who fills a place and speaks for a member."""
        return [
            (place, filler)
            for place in self.places
            for filler in place.fillers
            if place.speaks_for(filler) == member.organisation
        ]


@dataclass(frozen=True)
class Clause:
    """One clause of a rule of quoracy."""

    kind: str
    number: int | None = None
    seat: int | None = None
    by_proxy: bool = False
    by_substitute: bool = False
    # Whether one person may be there for several organisations.
    one_for_several: bool = False

    @property
    def counts_heads(self) -> bool:
        return self.kind in (ClauseKind.AT_LEAST, ClauseKind.AT_LEAST_SHARE)


@dataclass(frozen=True)
class Attendee:
    """Somebody who takes part in a meeting, from a seat or for an organisation."""

    name: str
    seat: int | None = None
    organisation: str | None = None
    how: How = How.IN_PERSON
    # Who it is, or may be, where that is known. Of whom nothing is known is nobody else there.
    people: frozenset[int] = NOBODY


@dataclass(frozen=True)
class Verdict:
    """Whether a clause is met; None if what is recorded does not tell."""

    met: bool | None
    by: tuple[str, ...] = ()  # who meets it, as far as it is met
    wanting: tuple[str, ...] = ()  # what would meet it
    # The same as people who would meet it if they came too; None if nobody could.
    would_meet: tuple[Attendee, ...] | None = None


@dataclass(frozen=True)
class Judgement:
    """Whether a whole rule is met, and each of its clauses."""

    clauses: tuple[tuple[Clause, Verdict], ...]

    @property
    def met(self) -> bool | None:
        """None if there is no rule, or if what is recorded does not tell."""
        each = [verdict.met for _, verdict in self.clauses]
        if False in each:
            return False
        return None if None in each or not each else True

    @property
    def wanting(self) -> list[str]:
        """What would meet it, once each."""
        return list(dict.fromkeys(each for _, verdict in self.clauses for each in verdict.wanting))


def judge_rule(clauses: Iterable[Clause], body: Body, attendees: Sequence[Attendee]) -> Judgement:
    """Whether `attendees` make a meeting quorate."""
    return Judgement(tuple((clause, judge(clause, body, attendees)) for clause in clauses))


def judge(clause: Clause, body: Body, attendees: Iterable[Attendee]) -> Verdict:
    """Whether `attendees` meet a clause, who does, and what is wanting."""
    present = [one for one in attendees if accepts(clause, body, one)]
    match clause.kind:
        case ClauseKind.EVERY_ORGANISATION:
            return _every_organisation(clause, body, present)
        case ClauseKind.AT_LEAST:
            return _at_least(clause.number, body, present)
        case ClauseKind.AT_LEAST_SHARE:
            if body.size is None:
                return Verdict(None, wanting=("the number of places, which no source gives",))
            return _at_least(share_of(clause.number, body.size), body, present)
        case ClauseKind.MUST_INCLUDE:
            return _must_include(clause, body, present)
    raise ValueError(f"There is no such kind of clause: {clause.kind}")


def accepts(clause: Clause, body: Body, attendee: Attendee) -> bool:
    """Whether a clause takes somebody who takes part as this one does."""
    if attendee.how == How.PROXY:
        return clause.by_proxy
    if attendee.how == How.SUBSTITUTE:
        place = body.place(attendee.seat)
        return clause.by_substitute or (place is not None and place.may_be_deputised)
    return True


def share_of(per_cent: int, size: int) -> int:
    """How many make a share of `size`: a part of a person is a whole one."""
    return math.ceil(per_cent * size / 100)


def _every_organisation(clause: Clause, body: Body, present: Sequence[Attendee]) -> Verdict:
    if not body.members:
        return Verdict(None, wanting=("the member organisations, of which none is recorded",))
    by, wanting, would_meet = [], [], []
    for member, one in zip(body.members, there_for_each(clause, body, present), strict=True):
        if one is not None:
            by.append(one.name)
            continue
        came = any(one.organisation == member.organisation for one in present)
        wanting.append(_for_whom(member, came=came))
        would_meet.append(Attendee(f"somebody for {member.name}", organisation=member.organisation))
    supplied = None if any(member.closed for member in body.members) else tuple(would_meet)
    return Verdict(not wanting, tuple(by), tuple(wanting), supplied)


def there_for_each(
    clause: Clause, body: Body, present: Sequence[Attendee]
) -> list[Attendee | None]:
    """Who is there for each member organisation, so that as many as can be have somebody."""

    def known(one: Attendee) -> frozenset[int]:
        # What is sent in writing, or a substitute, is the organisation's own.
        return one.people if one.how == How.IN_PERSON and not clause.one_for_several else NOBODY

    return one_each(
        [
            [one for one in present if one.organisation == member.organisation]
            if not member.closed
            else []
            for member in body.members
        ],
        known,
    )


def _for_whom(member: Member, *, came: bool) -> str:
    if member.closed:
        return f"{member.name}, which closed {member.closed}"
    if came:
        return f"somebody for {member.name} who does not already count for another organisation"
    return f"somebody for {member.name}"


def one_each(
    choices: Sequence[Sequence[Attendee]], known: Callable[[Attendee], frozenset[int]]
) -> list[Attendee | None]:
    """One of each of `choices`, or None, so that as many as can be are chosen and nobody is
    chosen twice. `known` says who somebody may be; of whom that is not known is nobody else.

    One who is wanted in two places goes where no other can (augmenting paths).
    """
    chosen: list[Attendee | None] = [None] * len(choices)
    taken: dict[int, int] = {}

    def settle(which: int, tried: set[int]) -> bool:
        for one in choices[which]:
            for person in known(one):
                if person in tried:
                    continue
                tried.add(person)
                if person not in taken or settle(taken[person], tried):
                    taken[person], chosen[which] = which, one
                    return True
        return False

    for which, each in enumerate(choices):
        chosen[which] = next((one for one in each if not known(one)), None)
        if chosen[which] is None:
            settle(which, set())
    return chosen


def _at_least(number: int, body: Body, present: Sequence[Attendee]) -> Verdict:
    def known(one: Attendee) -> frozenset[int]:
        return NOBODY if one.how == How.SUBSTITUTE else one.people

    counting = [[one] for one in present if _counts(body, one)]
    counted = [one.name for one in one_each(counting, known) if one is not None]
    missing = number - len(counted)
    if missing <= 0:
        return Verdict(True, tuple(counted), would_meet=())
    members = "member" if missing == 1 else "members"
    seat = next((place.seat for place in body.places if place.counts), None)
    supplied = None if seat is None else (Attendee("a member", seat=seat),) * missing
    return Verdict(
        False, tuple(counted), (f"{missing} more {members}, to make {number}",), supplied
    )


def _counts(body: Body, attendee: Attendee) -> bool:
    place = body.place(attendee.seat)
    return place is not None and place.counts


def _must_include(clause: Clause, body: Body, present: Sequence[Attendee]) -> Verdict:
    by = tuple(one.name for one in present if one.seat == clause.seat)
    place = body.place(clause.seat)
    if place is None:
        return Verdict(False, wanting=("a seat that the forum no longer has",))
    if by:
        return Verdict(True, by, would_meet=())
    return Verdict(False, (), (place.title,), (Attendee(place.title, seat=place.seat),))


# As filled


def sent_by(member: Member, body: Body, *, named: bool = False) -> Attendee | None:
    """Somebody who comes for an organisation as those who sit for it are recorded; None if nobody
    can, or if nobody is `named`.

    One of which no seat is known to be its own may send anybody.
    """
    if member.closed:
        return None
    sitting = [filler for _, filler in body.sitting_for(member)]
    own = [place for place in body.places if place.organisation == member.organisation]
    somebody = Attendee(member.name, organisation=member.organisation)
    if not named and (not (sitting or own) or any(place.may_be_filled for place in own)):
        return somebody
    if not sitting:
        return None
    people = frozenset(filler.person for filler in sitting)
    return somebody if None in people else replace(somebody, people=people)


def ways_of(member: Member, body: Body, clauses: Iterable[Clause]) -> list[How]:
    """How an organisation can take part so that one of the clauses takes it."""
    if member.closed:
        return []
    clauses = [clause for clause in clauses if clause.kind == ClauseKind.EVERY_ORGANISATION]
    instead = {one.how for clause in clauses for one in sent_instead(member, body, clause)}
    ways = [How.IN_PERSON] if sent_by(member, body) else []
    return ways + [way for way in (How.PROXY, How.SUBSTITUTE) if way in instead]


def everybody(clause: Clause, body: Body, *, named: bool = False) -> list[Attendee]:
    """The fullest meeting there can be for a clause as the seats are filled.

    Whom the sources do not name is given the benefit of the doubt, unless only the `named` come.
    An organisation sends a substitute or a proxy of its choice if the clause takes one; one that
    has closed sends nobody.
    """
    attendees = []
    for place in body.places:
        attendees += [from_seat(place, filler) for filler in place.fillers]
        if not named:
            unnamed = 1 if place.unnamed is None else place.unnamed
            name = f"somebody not recorded ({place.title})"
            attendees += [Attendee(name, place.seat)] * unnamed
    if clause.kind == ClauseKind.EVERY_ORGANISATION:
        for member in body.members:
            coming = sent_by(member, body, named=named)
            attendees += [coming] if coming else []
            if not named:
                attendees += sent_instead(member, body, clause)
    return attendees


def sent_instead(member: Member, body: Body, clause: Clause) -> list[Attendee]:
    """A proxy or a substitute that an organisation may send, if the clause takes one."""
    attendees = [
        Attendee(member.name, organisation=member.organisation, how=how)
        for how, taken in ((How.PROXY, clause.by_proxy), (How.SUBSTITUTE, clause.by_substitute))
        if taken
    ]
    return attendees + [
        from_seat(place, filler, How.SUBSTITUTE)
        for place, filler in body.sitting_for(member)
        if place.may_be_deputised
    ]


def from_seat(place: Place, filler: Filler, how: How = How.IN_PERSON) -> Attendee:
    """Somebody who takes part from the seat that they fill."""
    people = NOBODY if filler.person is None else frozenset([filler.person])
    return Attendee(filler.name, place.seat, place.speaks_for(filler), how, people)


def as_filled(clauses: Iterable[Clause], body: Body, *, named: bool = False) -> Judgement:
    """Whether a meeting could be quorate if all came who can, or all who are `named`.

    None of a clause that counts heads where no source says how many fill a seat.
    """

    def could(clause: Clause) -> Verdict:
        verdict = judge(clause, body, everybody(clause, body, named=named))
        unknown = any(place.counts and place.number is None for place in body.places)
        if verdict.met is False and clause.counts_heads and unknown:
            return replace(verdict, met=None)
        return verdict

    return Judgement(tuple((clause, could(clause)) for clause in clauses))


def cannot_be_met(clause: Clause, body: Body) -> Verdict | None:
    """What a clause wants even of the fullest meeting; None if it can be met, or may be for all
    that is recorded."""
    [(_, verdict)] = as_filled([clause], body).clauses
    return verdict if verdict.met is False else None
