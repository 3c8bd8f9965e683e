"""Who fills a seat on a day: the register's central rule, and the only place of it.

1. The seat's own members come first: people with a membership on the day.
2. A seat that goes with a post and has no such member is filled by whoever holds the post, and
   so with its further sources: other posts, and seats of other forums whose own members fill it
   too. It is not filled that way before the post and its organisation may have begun, nor once
   one of them has ended; nor by somebody who has come to the seat by a membership of their own,
   which alone says when they sit there; nor while a membership runs of which only the end is
   recorded, since that member may be there.
3. Whoever acts does so for an absent holder, who remains, or in a vacancy. They keep nobody out,
   and they fill a place only where nobody else does (`people.standing.in_places`, which is true of
   posts too).

Where a day is known to the month or the year, or is a limit, a holder of the post *certainly* fills
the seat if they certainly hold the post, which is certainly there, and no member may be there, and
*possibly* if they may hold it and no member certainly is. Quoracy goes by what is certain. A place
is *surely filled* also where it is not recorded which of two fills it: a holder of the post, or a
member who may be there.

The rule stands here twice: `certainly_fill` and `possibly_fill` choose among rows that were read,
and the conditions say the same to the database. tests/forums/test_filling.py holds the two to each
other. Pages also tell since when and until when somebody fills a seat: `forums.ex_officio` works
that out.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, and_
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least, NullIf

from forums.models import ExOfficioSource, Membership, Seat, SeatVacancy
from organisations.models import Post
from people.holder_rows import Holder
from people.models import Appointment, Basis, Tenure, TenureQuerySet
from people.standing import (
    ANY,
    coming,
    is_surely_not_over,
    leaving,
    number_of,
    settled,
    standing,
    surely_held,
    taken_over,
    took_over,
)
from people.vacant_places import PostVacancy, vacant_in_database
from records.days import NO_LATEST
from records.periods import certain, listed, not_over, possible


def certainly_fill(
    post_holders: Iterable[Holder], members: Iterable[Holder], day: datetime.date
) -> list[Holder]:
    """Those recorded for the post of a seat who certainly fill the seat on `day`."""
    members = list(members)
    return [
        holder
        for holder in post_holders
        if holder.certainly(day)
        and not has_come_before(holder, members, day)
        and not may_have_member(members, day)
    ]


def may_have_member(members: Iterable[Holder], day: datetime.date) -> bool:
    """Whether a member who does not just act is there on `day`, or may be."""
    return any(each.possibly(day) for each in settled(members))


def _has_come(member: Holder, day: datetime.date) -> bool:
    """Whether a member has come by `day`, a month or year being taken from its first day on."""
    if member.start_date is None:
        return True
    return member.start_date <= day and member.latest_start < NO_LATEST


def possibly_fill(
    post_holders: Iterable[Holder], members: Iterable[Holder], day: datetime.date
) -> list[Holder]:
    """Those recorded for the post of a seat who fill the seat on `day`, or may."""
    members = list(members)
    return [
        holder
        for holder in post_holders
        if holder.possibly(day) and not is_kept_out(holder, members, day)
    ]


def is_kept_out(holder: Holder, members: Iterable[Holder], day: datetime.date) -> bool:
    """Whether a holder of the post of a seat does not fill it on `day`, because a member does or
    because they have come to it as a member themselves. Nobody can say when a member came of whom
    no start is recorded: they keep others out until they have left."""
    return any(
        _has_come(member, day)
        if member.person_id == holder.person_id
        else member.basis != Basis.ACTING
        and (member.certainly(day) or (member.start_date is None and not member.has_ended(day)))
        for member in members
    )


def has_come_before(holder: Holder, members: Iterable[Holder], day: datetime.date) -> bool:
    """Whether a holder of the post of a seat may have come to the seat as a member by `day`."""
    return any(
        member.person_id == holder.person_id
        and member.earliest_start <= day
        and member.latest_start < NO_LATEST
        for member in members
    )


@dataclass(frozen=True)
class Way:
    """A way in which somebody fills a seat by holding something else: which tenures they hold, and
    the paths from those to the seat and to all without which they do not fill it."""

    tenures: type[Tenure]
    seat: str
    only_with: tuple[str, ...]
    # The path to the organisation that they speak for there, if the seat says nothing else.
    speaks_for: str
    # What leads from them to a seat of the query around them, and the column of that seat.
    joined: tuple[str, str]
    # When what they fill it only with may be there.
    may_be: Callable[[datetime.date, str], Q] = listed

    def of_seat(self, such: Q) -> TenureQuerySet:
        """The tenures of which this is true that lead to the seat of the query around this."""
        # One filter: what is said of a source is said of the one that leads to that seat.
        path, column = self.joined
        return self.tenures.objects.filter(such, **{path: OuterRef(column)})

    def of_some_seats(self) -> Q:
        """A condition on seats: they may be filled in this way. Few have further sources."""
        if self is BY_POST:
            return Q(ex_officio_post__isnull=False)
        return Q(Exists(ExOfficioSource.objects.filter(seat=SEAT)))

    def certainly_fills(self, seat: str | OuterRef, day: datetime.date) -> Q:
        """A condition on the tenures, which agrees with `certainly_fill`."""
        begun = Q(person=OuterRef("person"), earliest_start__lte=day, latest_start__lt=NO_LATEST)
        there = ~Q(basis=Basis.ACTING) & Q(
            earliest_start__lte=day, latest_start__lt=NO_LATEST, latest_end__gte=day
        )
        holds = Q(latest_start__lte=day, earliest_end__gte=day)
        return holds & _no_member(seat, begun | there) & self.is_certain(day)

    def is_certain(self, day: datetime.date) -> Q:
        """A condition on the tenures, which agrees with `HeldSeat.source_is_certain`."""
        return reduce(and_, (certain(day, each) for each in self.only_with))

    def possibly_fills(self, seat: str | OuterRef, day: datetime.date) -> Q:
        """A condition on the tenures, which agrees with `possibly_fill`."""
        may_hold = Q(earliest_start__lte=day, latest_start__lt=NO_LATEST, latest_end__gte=day)
        return may_hold & self.not_kept_out(seat, day)

    def not_kept_out(self, seat: str | OuterRef, day: datetime.date) -> Q:
        """A condition on the tenures, which agrees with `is_kept_out`."""
        begun = Q(start_date=None) | Q(start_date__lte=day, latest_start__lt=NO_LATEST)
        begun &= Q(person=OuterRef("person"))
        there = Q(latest_start__lte=day, earliest_end__gte=day)
        there |= Q(start_date=None, latest_end__gte=day)
        there &= ~Q(basis=Basis.ACTING)
        may_be_there = reduce(and_, (self.may_be(day, each) for each in self.only_with))
        return _no_member(seat, begun | there) & may_be_there


BY_POST = Way(
    Appointment,
    "post__ex_officio_seats",
    ("post", "post__organisation"),
    "post__organisation",
    ("post", "ex_officio_post"),
    possible,
)
BY_FURTHER_POST = Way(
    Appointment,
    "post__ex_officio_sources__seat",
    ("post", "post__organisation", "post__ex_officio_sources"),
    "post__organisation",
    ("post__ex_officio_sources__seat", "pk"),
)
BY_OTHER_SEAT = Way(
    Membership,
    "seat__filling__seat",
    ("seat", "seat__forum", "seat__filling"),
    "on_behalf_of",
    ("seat__filling__seat", "pk"),
)
WAYS = (BY_POST, BY_FURTHER_POST, BY_OTHER_SEAT)


def _no_member(seat: str | OuterRef, such: Q) -> Q:
    return ~Q(Exists(Membership.objects.filter(such, seat=OuterRef(seat))))


def _has_not_come_before(seat: OuterRef, day: datetime.date) -> Q:
    """A condition on tenures by which somebody fills `seat` ex officio, which agrees with
    `has_come_before`."""
    begun = Q(person=OuterRef("person"), earliest_start__lte=day, latest_start__lt=NO_LATEST)
    return _no_member(seat, begun)


SEAT = OuterRef("pk")


def tenures_of_seat(day: datetime.date) -> tuple[TenureQuerySet, ...]:
    """Those, of any time, who decide how the seat of the query around this is filled on `day`:
    its members, and those whom nobody keeps out of it who fill it in each of the ways."""
    members = Membership.objects.filter(seat=SEAT)
    return members, *(way.of_seat(way.not_kept_out(SEAT, day)) for way in WAYS)


def seat_surely_held(day: datetime.date) -> Q:
    """A condition on seats, which agrees with `HeldSeat.filled`: a place of it is surely filled."""
    held = surely_held(Membership.objects.filter(seat=SEAT), day)
    for way in WAYS:
        such = way.not_kept_out(SEAT, day) & way.is_certain(day) & _has_not_come_before(SEAT, day)
        other = _has_not_come_before(OuterRef(SEAT), day)
        held |= way.of_some_seats() & surely_held(way.of_seat(such), day, other)
    return held


def vacant_by_sources(day: datetime.date) -> Greatest:
    """An expression on seats with their number on the day (`with_number`), which agrees with
    `HeldSeat.vacant_by_sources`."""
    there = not_over(day, "post", "post__organisation")
    post = OuterRef("ex_officio_post")
    members = Membership.objects.filter(seat=SEAT)
    by_post = Appointment.objects.filter(there, post=post)
    own = vacant_in_database(SeatVacancy, SEAT, [members, by_post], "number_then", day)
    of_post = vacant_in_database(PostVacancy, post, [by_post], "number_of_post_then", day, there)
    return Greatest(own, of_post)


def with_number(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its number of holders on `day`, as `number_then`, and with that
    of the post that it goes with."""
    of_post = Post.number_on(day, "ex_officio_post_id")
    return seats.annotate(number_then=Seat.number_on(day), number_of_post_then=of_post)


def with_standing(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing on `day`."""
    tenures = tenures_of_seat(day)
    held = seat_surely_held(day) & is_surely_not_over(day, "forum")
    return (
        with_number(seats, day)
        .annotate(places_vacant=vacant_by_sources(day))
        .annotate(standing=standing(tenures, held, Q(places_vacant__gt=0), day))
    )


def with_filling(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing on `day` and with how many of its places are
    `filled_at_most`."""
    members, *by_way = tenures_of_seat(day)
    through = [
        _if_so(
            way.of_some_seats(),
            _filled_at_most(tenures, way.joined[0], day, way.not_kept_out(OuterRef(SEAT), day)),
        )
        for way, tenures in zip(WAYS, by_way, strict=True)
    ]
    most = Greatest(_filled_at_most(members, "seat", day), reduce(add, through))
    acting: Any = number_of(members.listed(day), "seat")
    for way, tenures in zip(WAYS, by_way, strict=True):
        acting += _if_so(way.of_some_seats(), number_of(tenures.listed(day), way.joined[0]))
    return (
        with_standing(seats, day)
        .annotate(most=most)
        .annotate(filled_at_most=Coalesce(NullIf(F("most"), Value(0)), acting))
    )


def _if_so(condition: Q, number: Any) -> Case:
    return Case(When(condition, then=number), default=0, output_field=IntegerField())


def _filled_at_most(tenures: TenureQuerySet, held: str, day: datetime.date, other: Q = ANY) -> Case:
    """How many places `tenures` fill at the most, which agrees with `filled_at_most` of rows. In a
    handover `other` is asked of whoever left or came."""
    tenures, other = tenures.not_acting(), other & ~Q(basis=Basis.ACTING)
    there = number_of(tenures.listed(day), held)
    left = leaving(tenures, day).filter(taken_over(tenures, day, other))
    came = coming(tenures, day).filter(took_over(tenures, day, other))
    handed_over = Least(number_of(left, held), number_of(came, held))
    return Case(
        # Most seats have one holder, and nobody looks for a handover.
        When(Q(Exists(left)), then=there - handed_over),
        default=there,
        output_field=IntegerField(),
    )
