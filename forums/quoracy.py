"""Quoracy: whether those who attend a meeting make it quorate, clause by clause.

Plain functions of plain values, which ask no database. A Body is a forum as its rule sees it, an
Attendee is somebody at the meeting. Two readings of common wording are ours, and are said on the
pages: a share is of all places, vacant ones too; and a seat in attendance counts to nothing
unless a source says that it does.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from forums.models import ClauseKind


class How(Enum):
    """How somebody takes part."""

    IN_PERSON = "in person"
    SUBSTITUTE = "by a substitute"
    PROXY = "by proxy"


@dataclass(frozen=True)
class Place:
    """A seat of the forum, and how it is filled."""

    seat: int
    title: str
    organisation: int | None = None
    number: int | None = 1  # of those who may fill it; None if no source says
    holders: tuple[str, ...] = ()
    # Whether others, whom the sources do not name, may fill what is left of it.
    may_be_filled: bool = False
    counts: bool = True
    may_be_deputised: bool = False


@dataclass(frozen=True)
class Member:
    """An organisation that takes part as a member, whoever sits for it."""

    organisation: int
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
        """How many places count; None if no source says of one of them how many fill it."""
        numbers = [place.number for place in self.places if place.counts]
        return None if None in numbers else sum(numbers)


@dataclass(frozen=True)
class Clause:
    """One clause of a rule of quoracy."""

    kind: str
    number: int | None = None
    seat: int | None = None
    by_proxy: bool = False
    by_substitute: bool = False


@dataclass(frozen=True)
class Attendee:
    """Somebody who takes part in a meeting, from a seat or for an organisation."""

    name: str
    seat: int | None = None
    organisation: int | None = None
    how: How = How.IN_PERSON


@dataclass(frozen=True)
class Verdict:
    """Whether a clause is met; None if what is recorded does not tell."""

    met: bool | None
    by: tuple[str, ...] = ()  # who meets it, as far as it is met
    wanting: tuple[str, ...] = ()  # what would meet it


def judge(clause: Clause, body: Body, attendees: Iterable[Attendee]) -> Verdict:
    """Whether `attendees` meet a clause, who does, and what is wanting."""
    present = [one for one in attendees if accepts(clause, body, one)]
    match clause.kind:
        case ClauseKind.EVERY_ORGANISATION:
            return _every_organisation(body, present)
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


def _every_organisation(body: Body, present: Sequence[Attendee]) -> Verdict:
    if not body.members:
        return Verdict(None, wanting=("the member organisations, of which none is recorded",))
    by, wanting = [], []
    for member in body.members:
        its = [one.name for one in present if one.organisation == member.organisation]
        if its:
            by += its[:1]
        elif member.closed:
            wanting.append(f"{member.name}, which closed {member.closed}")
        else:
            wanting.append(f"somebody for {member.name}")
    return Verdict(not wanting, tuple(by), tuple(wanting))


def _at_least(number: int, body: Body, present: Sequence[Attendee]) -> Verdict:
    counted = [one.name for one in present if _counts(body, one)]
    missing = number - len(counted)
    if missing <= 0:
        return Verdict(True, tuple(counted))
    members = "member" if missing == 1 else "members"
    return Verdict(False, tuple(counted), (f"{missing} more {members}, to make {number}",))


def _counts(body: Body, attendee: Attendee) -> bool:
    place = body.place(attendee.seat)
    return place is not None and place.counts


def _must_include(clause: Clause, body: Body, present: Sequence[Attendee]) -> Verdict:
    by = tuple(one.name for one in present if one.seat == clause.seat)
    if by:
        return Verdict(True, by)
    place = body.place(clause.seat)
    if place is None:
        return Verdict(False, wanting=("a seat that the forum no longer has",))
    return Verdict(False, wanting=(place.title,))


# As filled


def everybody(clause: Clause, body: Body) -> list[Attendee]:
    """The fullest meeting there can be as the seats are filled.

    Whom the sources do not name is given the benefit of the doubt. An organisation may send
    somebody if no seat is known to be its own, or if the clause takes a substitute or a proxy of
    its choice; one that has closed sends nobody, and nobody sits for it.
    """
    closed = {member.organisation for member in body.members if member.closed}
    attendees = []
    for place in body.places:
        speaks_for = None if place.organisation in closed else place.organisation
        names = list(place.holders)
        if place.may_be_filled:
            unnamed = 1 if place.number is None else max(place.number - len(names), 0)
            names += [f"somebody not recorded ({place.title})"] * unnamed
        attendees += [Attendee(name, place.seat, speaks_for) for name in names]
    sent = {one.organisation for one in attendees}
    seated = {place.organisation for place in body.places}
    for member in body.members:
        own_choice = clause.by_substitute or clause.by_proxy
        if member.closed or member.organisation in sent:
            continue
        if own_choice or member.organisation not in seated:
            attendees.append(
                Attendee(f"somebody for {member.name}", organisation=member.organisation)
            )
    return attendees


def cannot_be_met(clause: Clause, body: Body) -> Verdict | None:
    """What a clause wants even of the fullest meeting; None if it can be met, or may be for all
    that is recorded."""
    verdict = judge(clause, body, everybody(clause, body))
    if verdict.met is not False:
        return None
    counts_heads = clause.kind in (ClauseKind.AT_LEAST, ClauseKind.AT_LEAST_SHARE)
    if counts_heads and any(place.counts and place.number is None for place in body.places):
        return None
    return verdict
