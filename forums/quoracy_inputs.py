"""A forum as its rule of quoracy sees it, made of what is recorded of its seats and members."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from editing.worklists import at_end
from forums.models import Forum, MemberOrganisation, QuoracyClause, SeatRole
from forums.quoracy import Body, Clause, Filler, Member, Place, Rule
from forums.seat_holders import HeldSeat
from people.models import Basis
from people.post_holders import Holder, Standing


def rule_of(forum: Forum, clauses: Iterable[QuoracyClause]) -> Rule:
    return Rule(tuple(map(as_clause, clauses)), forum.quoracy_clauses_say_all)


def as_clause(clause: QuoracyClause) -> Clause:
    return Clause(
        kind=clause.kind,
        number=clause.number,
        seat=clause.seat_id,
        by_proxy=clause.satisfied_by_proxy,
        by_substitute=clause.satisfied_by_substitute,
        one_for_several=clause.one_for_several,
    )


def body_of(
    seats: Iterable[HeldSeat],
    members: Iterable[MemberOrganisation],
    day: datetime.date,
    came_after: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> Body:
    """A forum on `day`, of its seats and members then, and of what `came_after` each organisation
    that has closed."""
    return Body(
        tuple(map(place_of, seats)),
        tuple(as_member(each, day, came_after.get(each.organisation_id, ())) for each in members),
    )


def place_of(seat: HeldSeat) -> Place:
    acting = [holder for holder in seat.holders if holder.basis == Basis.ACTING]
    settled = seat.own_holders
    return as_place(
        seat=seat.id,
        title=seat.title,
        role=seat.role,
        organisation=seat.for_slug or seat.post_organisation_slug,
        number=seat.number,
        fillers=[as_filler(holder) for holder in settled or acting],
        # Who acts covers an absent holder, who remains.
        acting=[as_filler(holder) for holder in acting if settled],
        standing=seat.standing,
        holder_stated=seat.holder_stated,
        may_be_held_already=bool(seat.may_hold_already),
        counts=seat.counts_to_quoracy,
        may_be_deputised=seat.may_be_deputised,
        votes=seat.voting,
    )


def as_filler(holder: Holder) -> Filler:
    name = holder.person_and_basis if holder.basis == Basis.ACTING else holder.person
    return Filler(name, holder.person_id, holder.for_slug)


def as_place(
    *,
    role,
    number,
    fillers,
    acting,
    standing,
    holder_stated,
    may_be_held_already,
    counts,
    **known,
) -> Place:
    """A place, of what is recorded of a seat and of those who fill it."""
    silent = standing == Standing.NOT_RECORDED or not holder_stated or may_be_held_already
    return Place(
        number=number,
        fillers=tuple(fillers),
        acting=tuple(acting),
        may_be_filled=silent and (number is None or len(fillers) < number),
        counts=role != SeatRole.IN_ATTENDANCE if counts is None else counts,
        **known,
    )


def as_member(
    member: MemberOrganisation, day: datetime.date, came_after: Sequence[str] = ()
) -> Member:
    organisation = member.organisation
    if not organisation.has_ended(day):
        return Member(organisation.slug, str(organisation))
    return Member(organisation.slug, str(organisation), at_end(organisation), tuple(came_after))
