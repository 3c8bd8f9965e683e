"""Quoracy: whether those who attend a meeting make it quorate, clause by clause.

Plain functions of plain values, which ask no database. The pages say how we read common wording: a
share is of all places, vacant ones too; a seat in attendance does not count unless a source says
so; one person counts once, whatever they sit for; and proxy votes alone make no meeting.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import cast

from forums.choices import ClauseKind

NOBODY: frozenset[int] = frozenset()
SOMEBODY_IN_THE_ROOM = "somebody in the room, beside the proxy votes"


class How(Enum):
    """How somebody takes part."""

    IN_PERSON = "in person"
    REMOTE = "remotely"
    SUBSTITUTE = "by a substitute"
    DEPUTY = "by a deputy"
    PROXY = "by proxy"


@dataclass(frozen=True)
class Filler:
    """Somebody who fills a seat."""

    name: str
    person: int | None = None  # the key of one person in several seats
    organisation: str | None = None  # whom they speak for, if it is another than their seat does


@dataclass(frozen=True)
class QuoracySeat:
    """A seat of the forum, and how it is filled."""

    seat: int
    title: str
    organisation: str | None = None
    number: int | None = 1  # how many may fill it; None if no source says
    fillers: tuple[Filler, ...] = ()
    # People who act for one of the fillers, and may come instead.
    acting: tuple[Filler, ...] = ()
    # Whether people whom the sources do not name may fill the rest.
    may_be_filled: bool = False
    counts: bool = True
    may_be_deputised: bool | None = None  # None if no source says
    votes: bool | None = None  # None if no source says
    category: str = ""  # empty if no source says

    @property
    def unnamed(self) -> int | None:
        """How many unnamed people may fill it; None if the sources do not say."""
        if not self.may_be_filled:
            return 0
        return None if self.number is None else max(self.number - len(self.fillers), 0)

    def speaks_for(self, filler: Filler) -> str | None:
        return filler.organisation or self.organisation


@dataclass(frozen=True)
class QuoracyMember:
    """An organisation that takes part as a member, whoever sits for it."""

    organisation: str
    name: str
    # Words for its closure, if it has closed: "closed in March 2020", or "was to close in March
    # 2020" if that was only foreseen.
    closed: str = ""
    successors: tuple[str, ...] = ()
    closed_in_full: str = ""  # the same, with who foresaw it
    succession_foreseen: bool = False

    @property
    def succeeded_by(self) -> str:
        return " or ".join(self.successors)

    @property
    def whoever_took_its_place(self) -> str:
        """Words for what a meeting may lack since it closed."""
        silent = "no source recorded here says "
        silent += f"whether {self.succeeded_by} did" if self.successors else "who did"
        return f"whoever took the place of {self.name}, which {self.closed}: {silent}"


@dataclass(frozen=True)
class QuoracyForum:
    """A forum as its rule of quoracy sees it."""

    places: tuple[QuoracySeat, ...] = ()
    members: tuple[QuoracyMember, ...] = ()

    @cached_property
    def by_seat(self) -> dict[int | None, QuoracySeat]:
        return {place.seat: place for place in self.places}

    def place(self, seat: int | None) -> QuoracySeat | None:
        return self.by_seat.get(seat)

    @property
    def open_members_first(self) -> tuple[QuoracyMember, ...]:
        """Its members, in the order in which attendees are found for them: open ones first."""
        return tuple(sorted(self.members, key=lambda member: bool(member.closed)))

    @property
    def size(self) -> int | None:
        """How many people count: one for each place, and one for several places that they fill.
        None if the number of a seat is not recorded."""
        counting = [place for place in self.places if place.counts]
        if any(place.number is None for place in counting):
            return None
        people = [each.person for place in counting for each in place.fillers]
        people = [person for person in people if person is not None]
        return sum(place.number or 0 for place in counting) - (len(people) - len(set(people)))

    def sitting_for(self, member: QuoracyMember) -> list[tuple[QuoracySeat, Filler]]:
        """The people who fill a seat and speak for a member."""
        return [
            (place, filler)
            for place in self.places
            for filler in (*place.fillers, *place.acting)
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
class Rule:
    """A rule of quoracy as far as it is recorded."""

    clauses: tuple[Clause, ...]
    # Whether the clauses say all that the document asks; None if nobody has compared them.
    say_all: bool | None


@dataclass(frozen=True)
class Attendee:
    """Somebody who takes part in a meeting, from a seat or for an organisation."""

    name: str
    seat: int | None = None
    organisation: str | None = None
    how: How = How.IN_PERSON
    # The people who it is, or may be. If it is empty, they are taken for nobody else there.
    people: frozenset[int] = NOBODY
    # An assumption that they count by: "The trust acts in place of the council".
    assuming: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a clause is met; None if too little is recorded."""

    met: bool | None
    by: tuple[str, ...] = ()  # those who meet it, as far as it is met
    missing: tuple[str, ...] = ()
    # The people who would meet it if they came too; None if nobody could.
    would_meet: tuple[Attendee, ...] | None = None


@dataclass(frozen=True)
class Judgement:
    """Whether a whole rule is met, and each of its clauses."""

    clauses: tuple[tuple[Clause, Verdict], ...]
    in_the_room: bool  # whether anybody is there in person or as a substitute
    say_all: bool | None  # as in Rule
    assuming: tuple[str, ...] = ()  # as in Attendee

    @property
    def met(self) -> bool | None:
        """None if there is no rule, if too little is recorded, or if the document may ask for more
        than is recorded."""
        return None if self.recorded_met and not self.say_all else self.recorded_met

    @property
    def recorded_met(self) -> bool | None:
        """Whether the clauses are met, whatever else the document asks."""
        each = [verdict.met for _, verdict in self.clauses]
        if not each:
            return None
        if False in each or not self.in_the_room:
            return False
        return None if None in each else True

    @property
    def missing(self) -> list[str]:
        verdicts = [verdict for _, verdict in self.clauses]
        missing = dict.fromkeys(each for verdict in verdicts for each in verdict.missing)
        by_proxy = any(verdict.by for verdict in verdicts)
        if verdicts and not self.in_the_room and (by_proxy or not missing):
            missing[SOMEBODY_IN_THE_ROOM] = None
        return list(missing)


def judge_rule(rule: Rule, body: QuoracyForum, attendees: Sequence[Attendee]) -> Judgement:
    """Whether `attendees` make a meeting quorate."""
    return Judgement(
        tuple((clause, judge(clause, body, attendees)) for clause in rule.clauses),
        any_in_the_room(attendees),
        rule.say_all,
        tuple(dict.fromkeys(one.assuming for one in attendees if one.assuming)),
    )


def any_in_the_room(attendees: Iterable[Attendee]) -> bool:
    return any(one.how != How.PROXY for one in attendees)


def judge(clause: Clause, body: QuoracyForum, attendees: Iterable[Attendee]) -> Verdict:
    """Whether `attendees` meet a clause, which of them do, and who is missing."""
    present = [one for one in attendees if accepts(clause, body, one)]
    match clause.kind:
        case ClauseKind.EVERY_ORGANISATION:
            return _every_organisation(clause, body, present)
        case ClauseKind.AT_LEAST:
            return _at_least(cast("int", clause.number), body, present)
        case ClauseKind.AT_LEAST_SHARE:
            if body.size is None:
                return Verdict(None, missing=("the number of places, which no source gives",))
            return _at_least(share_of(cast("int", clause.number), body.size), body, present)
        case ClauseKind.MUST_INCLUDE:
            return _must_include(clause, body, present)
    raise ValueError(f"There is no such kind of clause: {clause.kind}")


def accepts(clause: Clause, body: QuoracyForum, attendee: Attendee) -> bool:
    """Whether a clause counts an attendee who takes part in this way.

    A seat that may be deputised does not make its deputy count to quoracy: the clause says that.
    """
    if attendee.how == How.PROXY:
        return clause.by_proxy
    if attendee.how in (How.SUBSTITUTE, How.DEPUTY):
        place = body.place(attendee.seat)
        return clause.by_substitute and (place is None or place.may_be_deputised is not False)
    return True


def share_of(per_cent: int, size: int) -> int:
    """How many people make a share of `size`, rounded up."""
    return math.ceil(per_cent * size / 100)


def _every_organisation(clause: Clause, body: QuoracyForum, present: Sequence[Attendee]) -> Verdict:
    if not body.members:
        return Verdict(None, missing=("the member organisations, none of which is recorded",))
    body = replace(body, members=body.open_members_first)
    there = list(zip(body.members, there_for_each(clause, body, present), strict=True))
    absent = [member for member, one in there if one is None]
    came = {one.organisation for one in present}
    nobody_can = any(member.closed and not member.successors for member in absent)
    return Verdict(
        are_there(absent),
        by=tuple(one.name for _, one in there if one is not None),
        missing=tuple(_for_whom(member, came=member.organisation in came) for member in absent),
        would_meet=None if nobody_can else tuple(map(coming_for, absent)),
    )


def are_there(absent: Sequence[QuoracyMember]) -> bool | None:
    """Whether every member organisation is there but those `absent`. It is not known of one that
    has closed who took its place, or whether the rule still asks for it."""
    if not absent:
        return True
    return None if all(member.closed for member in absent) else False


def coming_for(member: QuoracyMember) -> Attendee:
    """Somebody for a member organisation, or for the successor of one that has closed."""
    if not member.closed:
        return Attendee(f"somebody for {member.name}", organisation=member.organisation)
    return Attendee(
        f"{member.succeeded_by}, in place of {member.name}",
        organisation=member.organisation,
        assuming=f"{member.succeeded_by} acts in place of {member.name}",
    )


def there_for_each(
    clause: Clause, body: QuoracyForum, present: Sequence[Attendee]
) -> list[Attendee | None]:
    """An attendee for each member organisation, so that as many of them as possible have one."""

    def known(one: Attendee) -> frozenset[int]:
        # A proxy vote or a substitute counts for one organisation alone.
        is_sent = one.how in (How.PROXY, How.SUBSTITUTE)
        return NOBODY if is_sent or clause.one_for_several else one.people

    return one_each(
        [[one for one in present if may_count_for(one, member)] for member in body.members],
        known,
    )


def may_count_for(one: Attendee, member: QuoracyMember) -> bool:
    if one.organisation != member.organisation:
        return False
    return bool(one.assuming and member.successors) if member.closed else not one.assuming


def _for_whom(member: QuoracyMember, *, came: bool) -> str:
    if member.closed:
        return member.whoever_took_its_place
    if came:
        return f"somebody for {member.name} who does not already count for another organisation"
    return f"somebody for {member.name}"


def one_each(
    choices: Sequence[Sequence[Attendee]], known: Callable[[Attendee], frozenset[int]]
) -> list[Attendee | None]:
    """One of each of `choices`, or None, so that as many as possible are chosen and no person is
    chosen twice. `known` gives the people who an attendee may be; without any, it is nobody else.

    If two choices need one person, the person goes where no other can (augmenting paths).
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


def each_once(attendees: Iterable[Attendee]) -> list[Attendee]:
    """`attendees` with each person once. A substitute is taken for nobody else who is there."""
    chosen = one_each(
        [[one] for one in attendees],
        lambda one: NOBODY if one.how == How.SUBSTITUTE else one.people,
    )
    return [one for one in chosen if one is not None]


def _at_least(number: int, body: QuoracyForum, present: Sequence[Attendee]) -> Verdict:
    counted = [one.name for one in each_once(one for one in present if _counts(body, one))]
    missing = number - len(counted)
    if missing <= 0:
        return Verdict(True, tuple(counted), would_meet=())
    members = "member" if missing == 1 else "members"
    seat = next((place.seat for place in body.places if place.counts), None)
    supplied = None if seat is None else (Attendee("a member", seat=seat),) * missing
    return Verdict(
        False, tuple(counted), (f"{missing} more {members}, to make {number}",), supplied
    )


def _counts(body: QuoracyForum, attendee: Attendee) -> bool:
    place = body.place(attendee.seat)
    return place is not None and place.counts


def _must_include(clause: Clause, body: QuoracyForum, present: Sequence[Attendee]) -> Verdict:
    by = tuple(one.name for one in present if one.seat == clause.seat)
    place = body.place(clause.seat)
    if place is None:
        return Verdict(False, missing=("a seat that the forum no longer has",))
    if by:
        return Verdict(True, by, would_meet=())
    return Verdict(False, (), (place.title,), (Attendee(place.title, seat=place.seat),))


def sent_by(member: QuoracyMember, body: QuoracyForum, *, named: bool = False) -> Attendee | None:
    """Somebody who comes for an organisation, as those who sit for it are recorded; None if nobody
    can, or if nobody is `named`.

    An organisation that has no seat of its own may send anybody.
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
    return replace(somebody, people=known_people(sitting))


def ways_of(member: QuoracyMember, body: QuoracyForum, clauses: Iterable[Clause]) -> list[How]:
    """The ways in which an organisation can take part so that one of the clauses counts it."""
    if member.closed:
        return []
    clauses = [clause for clause in clauses if clause.kind == ClauseKind.EVERY_ORGANISATION]
    instead = {one.how for clause in clauses for one in sent_instead(member, clause)}
    ways = [How.IN_PERSON] if sent_by(member, body) else []
    return ways + [way for way in (How.PROXY, How.SUBSTITUTE) if way in instead]


def everybody(clause: Clause, body: QuoracyForum, *, named: bool = False) -> list[Attendee]:
    """The fullest meeting there can be for a clause as the seats are filled.

    People whom the sources do not name come too, unless only the `named` do. An organisation sends
    a substitute or a proxy if the clause counts one, and nobody if it has closed.
    """
    attendees = []
    if clause.kind == ClauseKind.EVERY_ORGANISATION:
        if not body.members and not named:
            return [Attendee("somebody for an organisation that is not recorded")]
        for member in body.members:
            coming = sent_by(member, body, named=named)
            attendees += [coming] if coming else []
            if not named:
                attendees += sent_instead(member, clause)
        return attendees
    for place in body.places:
        if not (place.counts if clause.counts_heads else place.seat == clause.seat):
            continue
        attendees += [filler_or_acting(place, filler) for filler in place.fillers]
        if not named:
            unnamed = 1 if place.unnamed is None else place.unnamed
            name = f"somebody not recorded ({place.title})"
            attendees += [Attendee(name, place.seat)] * unnamed
    return attendees


def sent_instead(member: QuoracyMember, clause: Clause) -> list[Attendee]:
    """A proxy or a substitute that an organisation may send, if the clause counts one."""
    return [
        Attendee(member.name, organisation=member.organisation, how=how)
        for how, taken in ((How.PROXY, clause.by_proxy), (How.SUBSTITUTE, clause.by_substitute))
        if taken and not member.closed
    ]


def filler_or_acting(place: QuoracySeat, filler: Filler) -> Attendee:
    """Whoever comes from a seat for the one who fills it: they, or somebody who acts for them."""
    return replace(from_seat(place, filler), people=known_people([filler, *place.acting]))


def from_seat(place: QuoracySeat, filler: Filler, how: How = How.IN_PERSON) -> Attendee:
    """Somebody who takes part from a seat."""
    speaks_for = place.speaks_for(filler)
    return Attendee(filler.name, place.seat, speaks_for, how, known_people([filler]))


def known_people(fillers: Sequence[Filler]) -> frozenset[int]:
    """Who fills something, or NOBODY if one of the fillers is not known."""
    people = [filler.person for filler in fillers if filler.person is not None]
    return frozenset(people) if len(people) == len(fillers) else NOBODY


def as_filled(rule: Rule, body: QuoracyForum, *, named: bool = False) -> Judgement:
    """Whether a meeting could be quorate if all came who can, or all who are `named`.

    A clause that counts heads is not known to fail while the number of a seat is not recorded.
    """
    unknown = any(place.counts and place.number is None for place in body.places)

    def could(clause: Clause, coming: list[Attendee]) -> Verdict:
        verdict = judge(clause, body, coming)
        if verdict.met is False and clause.counts_heads and unknown:
            return replace(verdict, met=None)
        return verdict

    fullest = [(clause, everybody(clause, body, named=named)) for clause in rule.clauses]
    return Judgement(
        tuple((clause, could(clause, coming)) for clause, coming in fullest),
        any(any_in_the_room(coming) for _, coming in fullest),
        rule.say_all,
    )
