"""Which organisations have a place on which forums on a day, and what they have there."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Case, Exists, F, QuerySet, When

from forums.filling import BY_FURTHER_POST, BY_OTHER_SEAT, BY_POST, SEAT, with_number
from forums.models import MemberOrganisation, Membership, Seat, SeatRole, SeatTerms
from forums.seat_holders import HeldSeat
from forums.vacancies import with_perhaps_vacant
from organisations.held_terms import laid_down
from people.models import Basis
from people.standing import in_places
from records.foresight import foreseen
from records.prepared import prepared

# One seat and several seats of each role, in words.
SEATS = {
    SeatRole.CHAIR: ("chair", "chairs"),
    SeatRole.VICE_CHAIR: ("vice-chair", "vice-chairs"),
    SeatRole.MEMBER: ("seat", "seats"),
    SeatRole.IN_ATTENDANCE: ("in attendance", "in attendance"),
}


# What a source only foresaw, beside it.
PLANNED = "planned"


class Speaker(NamedTuple):
    """Somebody in a seat, and whom they speak for; None for whom the seat does."""

    basis: str
    organisation: int | None


@dataclass(frozen=True)
class Share:
    """The part of one seat that speaks for one organisation on a day, or for none recorded.

    A seat speaks for the organisation that it is recorded to; without one, for that of the post
    whose holder fills it; and whoever fills it may speak for another by their own record.
    """

    seat_id: int
    forum_id: int
    organisation_id: int | None
    role: str
    number: int | None  # None if the sources do not say how many
    ex_officio: bool
    own: bool  # whether the seat speaks for it, and not just who is in it now
    planned: bool = False  # whether a source only foresaw that the seat would begin


def shares_of(forums: QuerySet, day: datetime.date) -> list[Share]:
    """The organisations that the seats of `forums` certainly speak for on `day`, in two queries."""
    seats = Seat.objects.certainly(day).filter(forum__in=forums).order_by("order", "id")
    there = defaultdict(list)
    members = Membership.objects.certainly(day).filter(seat__in=seats.order_by())
    every = _speaking(members, "seat", "on_behalf_of")
    for way in (BY_FURTHER_POST, BY_OTHER_SEAT):
        such = way.certainly_fills(way.seat, day)
        found = way.tenures.objects.filter(such, **{f"{way.seat}__in": seats.order_by()})
        every = every.union(_speaking(found, way.seat, way.speaks_for), all=True)
    for _, seat, *member in sorted(every, key=itemgetter(0)):
        there[seat].append(Speaker(*member))
    rows = with_number(seats, day).values_list(
        "id",
        "forum",
        laid_down(SeatTerms, "role", day),
        "number_then",
        "ex_officio_post",
        "on_behalf_of",
        "ex_officio_post__organisation",
        Exists(BY_POST.of_seat(BY_POST.certainly_fills(SEAT, day)).not_acting()),
        planned(),
    )
    shares = []
    for seat, forum, role, number, post, speaks_for, of_post, is_held, only_planned in rows:
        if is_held:
            there[seat].append(Speaker(Basis.SUBSTANTIVE, None))
        shares += [
            Share(
                *(seat, forum, organisation, role, count),
                ex_officio=post is not None and own,
                own=own,
                planned=only_planned,
            )
            for organisation, count, own in _divided(number, speaks_for or of_post, there[seat])
        ]
    return shares


def _speaking(tenures: QuerySet, seat: str, speaks_for: str) -> QuerySet:
    """Who sits where, and speaks for whom."""
    columns = {"seat_filled": F(seat), "for_whom": F(speaks_for)}
    named = tenures.order_by().annotate(**columns)
    return named.values_list("pk", "seat_filled", "basis", "for_whom")


def planned() -> Case:
    """Whether a source only foresaw that something would begin."""
    return Case(When(foreseen("start"), then=True), default=False)


def _divided(
    number: int | None, own: int | None, there: list[Speaker]
) -> Iterator[tuple[int | None, int | None, bool]]:
    """A seat among those it speaks for: (organisation, how many, whether it is the seat's own)."""
    filling = [speaker.organisation for speaker in in_places(there)]
    others = Counter(who for who in filling if who not in (None, own))
    for organisation, count in others.items():
        yield organisation, min(count, number or count), False
    if number is None:
        yield own, None, True
    else:
        # In the month of a handover more may be in force than there is room for.
        left = max(number - others.total(), min(len(filling) - others.total(), number))
        if left:
            yield own, left, True


@dataclass(frozen=True)
class StatedMember:
    """An organisation recorded as a member of a forum, and the document that says so."""

    organisation_id: int
    forum_id: int
    document_slug: str
    document_title: str
    locator: str
    start_foreseen: bool


def members_of(forums: QuerySet, day: datetime.date) -> list[StatedMember]:
    """The member organisations of `forums` on `day`, in one query."""
    members = MemberOrganisation.objects.certainly(day).filter(forum__in=forums).order_by()
    rows = members.values_list(
        "organisation", "forum", "document__slug", "document__short_title", "locator", planned()
    )
    return [StatedMember(*row) for row in rows]


@dataclass
class Presence:
    """What one organisation has on one forum on a day."""

    organisation_id: int
    forum_id: int
    member: StatedMember | None = None
    shares: list[Share] = field(default_factory=list)
    # The seats themselves with who fills them, as far as they were read.
    seats: dict[int, HeldSeat] = field(default_factory=dict)
    # The empty places of the seats that were not read, as `empty_places` finds them.
    empty: dict[int, "Empty"] = field(default_factory=dict)

    @property
    def entries(self) -> list[tuple[str, str]]:
        """What it has, and what is said of each: ("chair", "ex officio"),
        ("3 seats", "1 vacant"), ("member organisation", "")."""
        entries = [
            self._entry(role, shares)
            for role in SeatRole
            if (shares := [share for share in self.shares if share.role == role])
        ]
        if self.member:
            entries.append(("member organisation", PLANNED if self.member.start_foreseen else ""))
        return entries

    @property
    def words(self) -> str:
        """What it has, in a line: "3 seats, 1 vacant; member organisation"."""
        return "; ".join(", ".join(filter(None, parts)) for parts in self.entries)

    def _entry(self, role: SeatRole, shares: list[Share]) -> tuple[str, str]:
        one, several = SEATS[role]
        counted = sum(share.number or 0 for share in shares)
        kinds = sum(share.number is None for share in shares)
        whole = counted + kinds
        if counted == 1 and role in (SeatRole.CHAIR, SeatRole.VICE_CHAIR):
            what = one
        else:
            what = f"{counted} {one if counted == 1 else several}" if counted else several
        parts = []
        if kinds:
            parts.append("and more, number not recorded" if counted else "number not recorded")
        parts += self._empty(shares, whole)
        through = sum(share.number or 1 for share in shares if share.ex_officio)
        if through:
            parts.append("ex officio" if through == whole else f"{through} ex officio")
        only_planned = sum(share.number or 1 for share in shares if share.planned)
        if only_planned:
            parts.append(PLANNED if only_planned == whole else f"{only_planned} {PLANNED}")
        return what, ", ".join(parts)

    def empty_places(self, share: Share) -> "Empty":
        """For how many more people a share has room, by what the register may say of that."""
        if not share.own:
            return NONE_EMPTY
        if (seat := self.seats.get(share.seat_id)) is not None:
            return Empty(seat.vacant, seat.not_recorded, seat.number_perhaps_vacant)
        return self.empty.get(share.seat_id, NONE_EMPTY)

    def _empty(self, shares: list[Share], whole: int) -> list[str]:
        """In words: how many of `shares` nobody fills, and whether they may be called vacant."""
        empty = _added_up(self.empty_places(share) for share in shares)
        words = [
            (empty.vacant, "vacant", "vacant"),
            (empty.not_recorded, "nobody recorded", "with nobody recorded"),
            (empty.perhaps_vacant, "perhaps vacant", "perhaps vacant"),
        ]
        return [
            all_ if number >= whole else f"{number} {some}"
            for number, all_, some in words
            if number
        ]


def presences(
    shares: Iterable[Share], members: Iterable[StatedMember]
) -> dict[int, dict[int, Presence]]:
    """What each organisation has on each forum: organisation, then forum, then Presence."""
    found: dict[int, dict[int, Presence]] = defaultdict(dict)

    def presence(organisation: int, forum: int) -> Presence:
        return found[organisation].setdefault(forum, Presence(organisation, forum))

    for share in shares:
        if share.organisation_id is not None:
            presence(share.organisation_id, share.forum_id).shares.append(share)
    for member in members:
        presence(member.organisation_id, member.forum_id).member = member
    return found


@dataclass(frozen=True)
class Tally:
    """How many seats, how many seats are for a number of people that is not recorded, and how many
    of both a source only foresaw."""

    seats: int
    kinds: int
    planned: int

    @classmethod
    def of(cls, shares: Iterable[Share]) -> "Tally":
        shares = list(shares)
        return cls(
            sum(share.number or 0 for share in shares),
            sum(share.number is None for share in shares),
            sum(share.number or 1 for share in shares if share.planned),
        )


@dataclass(frozen=True)
class Empty:
    """How many places nobody fills, by what the register may say of that."""

    vacant: int
    not_recorded: int
    perhaps_vacant: int  # of those that are not recorded


NONE_EMPTY = Empty(0, 0, 0)


def empty_places(forums: Iterable[int], day: datetime.date) -> dict[int, Empty]:
    """The empty places of the seats of the forums with these keys on `day`, by the key of the
    seat, in one query."""
    return {
        key: Empty(*places)
        for key, *places in _places_of_seats(tuple(sorted(forums)), day)
        if any(places)
    }


# The SQL is so long that Django and SQLite take most of the time of a page to read it.
@prepared
def _places_of_seats(forums: tuple[int, ...], day: datetime.date) -> QuerySet:
    seats = Seat.objects.certainly(day).filter(forum__in=forums).order_by()
    seats = with_perhaps_vacant(seats, day)
    return seats.values_list("pk", "vacant", "not_recorded", "perhaps_vacant")


def empty_in(shares: Iterable[Share], empty: dict[int, Empty]) -> Empty:
    """How many of the places of `shares` nobody fills: a seat's empty places speak for whom the
    seat does."""
    found = [empty[share.seat_id] for share in shares if share.own and share.seat_id in empty]
    return _added_up(found)


def _added_up(found: Iterable[Empty]) -> Empty:
    return Empty(*map(sum, zip(*map(astuple, [NONE_EMPTY, *found]), strict=True)))
