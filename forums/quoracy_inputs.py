"""A forum as its rule of quoracy sees it, made of what is recorded of its seats and members."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from forums.filling import SEAT, WAYS
from forums.models import (
    MemberOrganisation,
    Membership,
    Seat,
    SeatRole,
    SeatTerms,
    TermsOfReference,
)
from forums.quoracy import Filler, QuoracyForum, QuoracyMember, QuoracySeat
from forums.rule_sentences import NamesInRules, names_in_rules
from forums.rule_trees import (
    Branch,
    from_json,
    organisations_named,
    seats_named,
    to_json,
    with_others_named,
)
from forums.rules import RuleOfQuoracy
from forums.seat_holders import HeldSeat
from forums.vacancies import with_vacancies
from organisations.held_terms import lay_down
from organisations.models import Organisation, Relationship
from people.holder_rows import Holder
from people.models import Basis
from people.standing import in_places


class Sitter(NamedTuple):
    """Somebody who fills a seat, or acts for whoever does."""

    basis: str
    filler: Filler


def rule_of(terms: TermsOfReference) -> RuleOfQuoracy | None:
    """The rule of quoracy in terms of reference; None if none is recorded. It asks the database for
    the names of organisations alone, if the rule has any."""
    if terms.quoracy_rule is None:
        return None
    tree, called = as_called(terms.quoracy_rule)
    return RuleOfQuoracy(tree, terms.quoracy_rule_says_all, called)


def as_called(stored: object) -> tuple[Branch, dict[str, str]]:
    """A rule as it is stored, with the slugs of organisations in the place of their keys; and their
    names."""
    tree = from_json(stored)
    named = organisations_named(tree)
    if not named:
        return tree, {}
    found = list(Organisation.objects.filter(pk__in=named).values_list("pk", "slug", "name"))
    slugs: dict[str | int, str | int] = {key: slug for key, slug, _ in found}
    return with_others_named(tree, organisations=slugs), {slug: name for _, slug, name in found}


def as_stored(tree: Branch) -> dict[str, object]:
    """The JSON value of a rule, with the keys of organisations in the place of their slugs."""
    named = organisations_named(tree)
    keys = Organisation.objects.filter(slug__in=named).values_list("slug", "pk") if named else ()
    return to_json(with_others_named(tree, organisations=dict(keys)))


def names_on(
    rule: RuleOfQuoracy,
    seats: Iterable[HeldSeat],
    day: datetime.date,
    called: Mapping[str, str] = MappingProxyType({}),
) -> NamesInRules:
    """What the seats and organisations of a rule are called on `day`; `called` has the names of
    other organisations by slug. Seats that the forum has on other days alone have names if the rule
    names them."""
    named = seats_named(rule.tree)
    return names_in_rules(
        [
            (seat.id, seat.title, seat.number)
            for seat in seats
            if seat.is_listed(day) or seat.id in named
        ],
        {**rule.organisations, **called},
    )


def body_of(
    seats: Iterable[HeldSeat],
    members: Iterable[MemberOrganisation],
    day: datetime.date,
    came_after: Mapping[int, Sequence[Relationship]] = MappingProxyType({}),
) -> QuoracyForum:
    """A forum on `day`, of its seats and members then, and of the successions in which others
    `came_after` each organisation that has closed."""
    return QuoracyForum(
        tuple(
            as_place(
                seat,
                [as_sitter(holder) for holder in seat.certainly_there],
                may_have_more=seat.may_have_more,
            )
            for seat in seats
        ),
        tuple(as_member(each, day, came_after.get(each.organisation_id, ())) for each in members),
    )


def bodies_of(forums: Iterable[int], day: datetime.date) -> dict[int, QuoracyForum]:
    """Forums on `day`, by key: as `body_of`, but without the names of people, of whom there may
    be a hundred thousand."""
    seats = Seat.objects.certainly(day).filter(forum__in=forums)
    sitters = sitters_of(seats, day)
    places, members = defaultdict(list), defaultdict(list)
    found = list(
        with_vacancies(seats, day)
        .annotate(
            may_have_more=may_have_more(day),
            for_slug=F("on_behalf_of__slug"),
            post_organisation_slug=F("ex_officio_post__organisation__slug"),
        )
        .order_by("order", "pk")
    )
    lay_down(((seat, day) for seat in found), SeatTerms)
    for seat in found:
        places[seat.forum_id].append(
            as_place(seat, sitters[seat.id], may_have_more=seat.may_have_more)
        )
    for member in (
        MemberOrganisation.objects.certainly(day)
        .filter(forum__in=forums)
        .select_related("organisation", "organisation__document", "organisation__end_document")
        .order_by("organisation__folded", "pk")
    ):
        members[member.forum_id].append(as_member(member, day))
    return {key: QuoracyForum(tuple(places[key]), tuple(members[key])) for key in forums}


def sitters_of(seats: QuerySet[Seat], day: datetime.date) -> dict[int, list[Sitter]]:
    """Everybody who certainly fills each of `seats` or acts there, without names, by the key of the
    seat."""
    members = Membership.objects.certainly(day).filter(seat__in=seats)
    found = [_sitting(members, "seat", "on_behalf_of__slug")]
    for way in WAYS:
        such = way.certainly_fills(way.seat, day)
        tenures = way.tenures.objects.filter(such, **{f"{way.seat}__in": seats.order_by()})
        found.append(_sitting(tenures, way.seat, f"{way.speaks_for}__slug"))
    sitters = defaultdict(list)
    every = found[0].union(*found[1:], all=True)
    for key, _, basis, *who in sorted(every, key=lambda row: row[1]):
        sitters[key].append(Sitter(basis, Filler("a member", *who)))
    return sitters


def _sitting(tenures: QuerySet, seat: str, speaks_for: str) -> QuerySet:
    columns = {"filled": F(seat), "for_whom": F(speaks_for)}
    named = tenures.order_by().annotate(**columns)
    return named.values_list("filled", "pk", "basis", "person", "for_whom")


def may_have_more(day: datetime.date) -> Q:
    """A condition on seats, which agrees with `HeldSeat.may_have_more`."""
    more = Q(Exists(Membership.objects.perhaps(day).filter(seat=OuterRef("pk"))))
    for way in WAYS:
        such = way.possibly_fills(SEAT, day) & ~way.certainly_fills(SEAT, day)
        more |= Q(Exists(way.of_seat(such)))
    return more


def as_sitter(holder: Holder) -> Sitter:
    name = holder.person_and_basis if holder.basis == Basis.ACTING else holder.person
    return Sitter(holder.basis, Filler(name, holder.person_id, holder.for_slug))


def as_place(
    seat: HeldSeat | Any, sitters: Sequence[Sitter], *, may_have_more: bool
) -> QuoracySeat:
    """A seat, of those who fill it or act there and of what was read or annotated to it."""
    filling = in_places(sitters)
    silent = seat.number is None or seat.not_recorded > 0 or may_have_more
    counts = seat.counts_to_quoracy
    return QuoracySeat(
        seat=seat.id,
        title=seat.title,
        organisation=seat.for_slug or seat.post_organisation_slug,
        number=seat.number,
        fillers=tuple(each.filler for each in filling),
        acting=tuple(each.filler for each in sitters if each not in filling),
        may_be_filled=silent and (seat.number is None or len(filling) < seat.number),
        counts=seat.role != SeatRole.IN_ATTENDANCE if counts is None else counts,
        may_be_deputised=seat.may_be_deputised,
        votes=seat.voting,
        category=seat.category,
    )


def as_member(
    member: MemberOrganisation, day: datetime.date, came_after: Sequence[Relationship] = ()
) -> QuoracyMember:
    organisation = member.organisation
    if not organisation.has_ended(day):
        return QuoracyMember(organisation.slug, str(organisation))
    foreseen = organisation.end_foreseen
    closed = f"{'was to close' if foreseen else 'closed'} {organisation.when_it_ends()}"
    return QuoracyMember(
        organisation.slug,
        str(organisation),
        closed=closed,
        closed_in_full=organisation.told_end("closed") if foreseen else closed,
        successors=tuple(each.to_organisation.name for each in came_after),
        succession_foreseen=any(each.start_foreseen for each in came_after),
    )
