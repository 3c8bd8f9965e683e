"""A forum as its rule of quoracy sees it, and those who attend its meetings.

Plain values and functions of them, which ask no database. `rules` says whether they make a meeting
quorate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

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

    @cached_property
    def organisations(self) -> frozenset[str | None]:
        """The organisations that are members, or that a seat or somebody in it speaks for."""
        return frozenset(
            [
                *(member.organisation for member in self.members),
                *(place.organisation for place in self.places),
                *(
                    place.speaks_for(filler)
                    for place in self.places
                    for filler in (*place.fillers, *place.acting)
                ),
            ]
        )

    @property
    def open_members_first(self) -> tuple[QuoracyMember, ...]:
        """Its members, in the order in which attendees are found for them: open ones first."""
        return tuple(sorted(self.members, key=lambda member: bool(member.closed)))

    def sitting_for(self, member: QuoracyMember) -> list[tuple[QuoracySeat, Filler]]:
        """The people who fill a seat and speak for a member."""
        return [
            (place, filler)
            for place in self.places
            for filler in (*place.fillers, *place.acting)
            if place.speaks_for(filler) == member.organisation
        ]


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


def any_in_the_room(attendees: Iterable[Attendee]) -> bool:
    return any(one.how != How.PROXY for one in attendees)


def coming_for(member: QuoracyMember) -> Attendee:
    """Somebody for a member organisation, or for the successor of one that has closed."""
    if not member.closed:
        return Attendee(f"somebody for {member.name}", organisation=member.organisation)
    return Attendee(
        f"{member.succeeded_by}, in place of {member.name}",
        organisation=member.organisation,
        assuming=f"{member.succeeded_by} acts in place of {member.name}",
    )


def may_count_for(one: Attendee, member: QuoracyMember) -> bool:
    if one.organisation != member.organisation:
        return False
    return bool(one.assuming and member.successors) if member.closed else not one.assuming


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


def sent_instead(member: QuoracyMember, ways: Iterable[How]) -> list[Attendee]:
    """People whom an organisation may send instead of somebody who sits for it, in these ways."""
    if member.closed:
        return []
    return [
        Attendee(member.name, organisation=member.organisation, how=how)
        for how in (How.PROXY, How.SUBSTITUTE, How.DEPUTY)
        if how in ways
    ]


def filler_or_acting(place: QuoracySeat, filler: Filler) -> Attendee:
    """Whoever comes from a seat for the one who fills it: they, or somebody who acts for them."""
    return replace(from_seat(place, filler), people=known_people([filler, *place.acting]))


def from_seat(place: QuoracySeat, filler: Filler, how: How = How.IN_PERSON) -> Attendee:
    """Somebody who takes part from a seat."""
    speaks_for = place.speaks_for(filler)
    return Attendee(filler.name, place.seat, speaks_for, how, known_people([filler]))


def sent_from(place: QuoracySeat, filler: Filler, how: How) -> Attendee:
    """A substitute or deputy who takes part from a seat, and is taken for nobody else there."""
    return replace(from_seat(place, filler, how), people=NOBODY)


def known_people(fillers: Sequence[Filler]) -> frozenset[int]:
    """Who fills something, or NOBODY if one of the fillers is not known."""
    people = [filler.person for filler in fillers if filler.person is not None]
    return frozenset(people) if len(people) == len(fillers) else NOBODY
