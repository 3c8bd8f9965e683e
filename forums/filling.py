"""Who fills a seat on a day: the register's central rule, and the only place of it.

1. The seat's own members come first: people with a membership that is in force on the day.
2. A seat that goes with a post and has no such member is filled by whoever holds the post. It is
   not filled that way once the post or its organisation has ended; nor by somebody who has come
   to the seat by a membership of their own, which alone says when they sit there; nor while a
   membership runs of which only the end is recorded, since that member may be there.
3. Whoever acts covers an absent holder, who remains. They keep nobody out, and they fill a place
   only where nobody else does (`people.post_holders.in_places`, which is true of posts too).

The rule stands here twice: `may_fill` chooses among rows that were read, and the conditions say
the same to the database. tests/forums/test_filling.py holds the two to each other. Pages also
tell since when and until when somebody fills a seat: `forums.ex_officio` works that out.

Where a day is known to the month or the year, or is a limit, a holder of the post *certainly* fills
the seat if they certainly hold the post and no member may be there, and *possibly* if they may hold
it and no member certainly is. Quoracy goes by what is certain.
"""

import datetime
from collections.abc import Iterable

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from forums.models import Membership
from people.models import Appointment, Basis, TenureQuerySet
from people.post_holders import STATED, Holder, standing
from records.days import NO_LATEST
from records.periods import not_over


def may_fill(
    post_holders: Iterable[Holder], members: Iterable[Holder], day: datetime.date
) -> list[Holder]:
    """Those recorded for the post of a seat who may fill the seat on `day`, given everybody who
    is recorded as a member of it."""
    members = list(members)
    return [
        holder
        for holder in post_holders
        if not any(_keeps_out(member, holder, day) for member in members)
    ]


def _keeps_out(member: Holder, holder: Holder, day: datetime.date) -> bool:
    if member.start_date is not None and member.start_date > day:
        return False
    if member.latest_start == NO_LATEST:  # nobody knows when they are to come
        return False
    if member.person_id == holder.person_id:
        return True
    return member.basis != Basis.ACTING and not member.has_ended(day)


def may_fill_seat(seat: str | OuterRef, day: datetime.date) -> Q:
    """A condition on appointments, which agrees with `may_fill`: `seat`, which goes with the
    post, may be filled on `day` by whoever holds that."""
    remains = ~Q(basis=Basis.ACTING) & Q(latest_end__gte=day)
    kept_out = Membership.objects.filter(
        Q(start_date=None) | Q(start_date__lte=day, latest_start__lt=NO_LATEST),
        Q(person=OuterRef("person")) | remains,
        seat=OuterRef(seat),
    )
    return ~Exists(kept_out) & not_over(day, "post", "post__organisation")


def certainly_fill(
    post_holders: Iterable[Holder], members: Iterable[Holder], day: datetime.date
) -> list[Holder]:
    """Those recorded for the post of a seat who certainly fill the seat on `day`."""
    members = list(members)
    return [
        holder
        for holder in post_holders
        if holder.certainly(day)
        and not any(
            member.earliest_start <= day and member.latest_start < NO_LATEST
            if member.person_id == holder.person_id
            else member.basis != Basis.ACTING and member.possibly(day)
            for member in members
        )
    ]


def possibly_fill(
    post_holders: Iterable[Holder], members: Iterable[Holder], day: datetime.date
) -> list[Holder]:
    """Those recorded for the post of a seat who fill the seat on `day`, or may."""
    members = list(members)
    return [
        holder
        for holder in post_holders
        if holder.possibly(day)
        and not any(
            member.latest_start <= day
            if member.person_id == holder.person_id
            else member.basis != Basis.ACTING and member.certainly(day)
            for member in members
        )
    ]


def certainly_fills_seat(seat: str | OuterRef, day: datetime.date) -> Q:
    """A condition on appointments, which agrees with `certainly_fill`."""
    begun = Q(person=OuterRef("person"), earliest_start__lte=day, latest_start__lt=NO_LATEST)
    there = ~Q(basis=Basis.ACTING) & Q(
        earliest_start__lte=day, latest_start__lt=NO_LATEST, latest_end__gte=day
    )
    holds = Q(latest_start__lte=day, earliest_end__gte=day)
    return holds & _no_member(seat, begun | there) & not_over(day, "post", "post__organisation")


def possibly_fills_seat(seat: str | OuterRef, day: datetime.date) -> Q:
    """A condition on appointments, which agrees with `possibly_fill`."""
    begun = Q(person=OuterRef("person"), latest_start__lte=day)
    there = ~Q(basis=Basis.ACTING) & Q(latest_start__lte=day, earliest_end__gte=day)
    may_hold = Q(earliest_start__lte=day, latest_start__lt=NO_LATEST, latest_end__gte=day)
    return may_hold & _no_member(seat, begun | there) & not_over(day, "post", "post__organisation")


def _no_member(seat: str | OuterRef, such: Q) -> Q:
    return ~Q(Exists(Membership.objects.filter(such, seat=OuterRef(seat))))


def tenures_of_seat(day: datetime.date) -> tuple[TenureQuerySet, TenureQuerySet]:
    """Those, of any time, who decide how the seat of the query around this is filled on `day`:
    its members, and the holders of its post who may fill it."""
    return Membership.objects.filter(seat=OuterRef("pk")), Appointment.objects.filter(
        may_fill_seat(OuterRef("pk"), day), post=OuterRef("ex_officio_post")
    )


def stated(day: datetime.date) -> Q:
    """A condition on seats, which agrees with `HeldSeat.stated`: the sources say who fills it."""
    # Sources that do not say who holds the post do not say who fills its seat.
    silent = Q(ex_officio_post__holder_stated=False) & not_over(
        day, "ex_officio_post", "ex_officio_post__organisation"
    )
    return STATED & ~silent


def with_standing(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing on `day`."""
    return seats.annotate(standing=standing(tenures_of_seat(day), day, stated=stated(day)))


def with_filling(seats: QuerySet, day: datetime.date) -> QuerySet:
    """`seats`, each annotated with its Standing on `day`, with how many people fill a place of it,
    and with whether somebody who is recorded from a later day may be there already."""
    members, by_post = tenures_of_seat(day)
    settled = number_of(members.as_at(day).not_acting(), "seat") + number_of(
        by_post.as_at(day).not_acting(), "post"
    )
    everybody = number_of(members.as_at(day), "seat") + number_of(by_post.as_at(day), "post")
    return with_standing(seats, day).annotate(
        filling=Coalesce(NullIf(settled, Value(0)), everybody),
        may_be_held_already=Q(Exists(members.perhaps_at(day))) | Q(Exists(by_post.perhaps_at(day))),
    )


def number_of(tenures: QuerySet, held: str) -> Coalesce:
    """How many `tenures` there are, all of one thing: the `held` of the query around this."""
    numbers = tenures.order_by().values(held).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers, output_field=IntegerField()), Value(0))
