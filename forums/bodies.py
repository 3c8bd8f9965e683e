"""A forum as its rule of quoracy sees it, made of what is recorded of its seats and members."""

import datetime
from collections.abc import Iterable

from forums.holders import HeldSeat
from forums.models import MemberOrganisation, QuoracyClause, SeatRole
from forums.quoracy import Body, Clause, Filler, Member, Place
from people.holders import Standing
from records.worklists import at_end


def as_rule(clause: QuoracyClause) -> Clause:
    return Clause(
        kind=clause.kind,
        number=clause.number,
        seat=clause.seat_id,
        by_proxy=clause.satisfied_by_proxy,
        by_substitute=clause.satisfied_by_substitute,
        one_for_several=clause.one_for_several,
    )


def body_of(
    seats: Iterable[HeldSeat], members: Iterable[MemberOrganisation], day: datetime.date
) -> Body:
    """A forum on `day`, of its seats and members then."""
    return Body(tuple(map(place_of, seats)), tuple(as_member(each, day) for each in members))


def place_of(seat: HeldSeat) -> Place:
    # Who acts covers an absent holder, who remains.
    fillers = [
        Filler(holder.person, holder.person_id, holder.for_slug)
        for holder in seat.own_holders or seat.holders
    ]
    return as_place(
        seat=seat.id,
        title=seat.title,
        role=seat.role,
        organisation=seat.for_slug or seat.post_organisation_slug,
        number=seat.number,
        fillers=fillers,
        standing=seat.standing,
        holder_stated=seat.holder_stated,
        may_be_held_already=bool(seat.may_hold_already),
        counts=seat.counts_to_quoracy,
        may_be_deputised=seat.may_be_deputised,
        votes=seat.voting,
    )


def as_place(
    *,
    role,
    number,
    fillers,
    standing,
    holder_stated,
    may_be_held_already,
    counts,
    may_be_deputised,
    **known,
) -> Place:
    """A place, of what is recorded of a seat and of those who fill it."""
    silent = standing == Standing.NOT_RECORDED or not holder_stated or may_be_held_already
    return Place(
        number=number,
        fillers=tuple(fillers),
        may_be_filled=silent and (number is None or len(fillers) < number),
        counts=role != SeatRole.IN_ATTENDANCE if counts is None else counts,
        may_be_deputised=bool(may_be_deputised),
        **known,
    )


def as_member(member: MemberOrganisation, day: datetime.date) -> Member:
    organisation = member.organisation
    closed = at_end(organisation) if organisation.has_ended(day) else ""
    return Member(organisation.slug, str(organisation), closed)
