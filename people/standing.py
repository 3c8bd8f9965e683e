"""Whether somebody holds a post or fills a seat on a day, and how many of its places are filled.

Each rule stands here twice: for records that were read, and as a condition for the database.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from organisations.models import Post
from people.models import Appointment, Basis, TenureQuerySet
from people.vacant_places import PostVacancy, vacant_in_database

ANY = Q()


class Standing(TextChoices):
    """Whether somebody holds a post or fills a seat on a day."""

    HELD = "held", "held"
    PERHAPS = "perhaps", "perhaps held"  # somebody began or left between two known days
    VACANT = "vacant", "vacant"  # a source says that nobody holds it
    NOT_RECORDED = "not-recorded", "not recorded"  # no source says


def in_places(in_force: Sequence[Any]) -> list[Any]:
    """Which of several who hold one thing on one day fill a place of it each.

    Whoever acts does so for an absent holder, who remains, or in a vacancy, and so fills a place
    only where nobody else is recorded.
    """
    return [each for each in in_force if each.basis != Basis.ACTING] or list(in_force)


def handovers(holders: Iterable[Any], day: datetime.date) -> list[tuple[Any, Any]]:
    """Who left one thing some time between two known days, with who came between the same two:
    on `day`, which lies between them, one of the two holds it."""
    holders = list(holders)
    return [
        (earlier, later)
        for earlier in holders
        if earlier.latest_start <= day and earlier.earliest_end < earlier.latest_end
        for later in holders
        if later.earliest_end >= day
        and later.earliest_start == earlier.earliest_end <= day
        and later.latest_start == earlier.latest_end >= day
    ]


def _in_handovers(holders: Sequence[Any], day: datetime.date) -> tuple[set[int], int]:
    """The people in a handover on `day`, by `id()`, and how many places they fill."""
    pairs = handovers(holders, day)
    leaving, coming = ({id(pair[at]) for pair in pairs} for at in (0, 1))
    return leaving | coming, min(len(leaving), len(coming))


def surely_filled(settled: Sequence[Any], day: datetime.date) -> int:
    """How many places are surely filled by those who hold or may hold one thing on `day`."""
    handing_over, places = _in_handovers(settled, day)
    sure = [each for each in settled if each.certainly(day) and id(each) not in handing_over]
    return len(sure) + places


def filled_at_most(settled: Sequence[Any], day: datetime.date) -> int:
    """How many places those fill at the most who hold or may hold one thing on `day`."""
    _, places = _in_handovers(settled, day)
    return len(settled) - places


def settled(holders: Iterable[Any]) -> list[Any]:
    """The holders who do not just act for another."""
    return [each for each in holders if each.basis != Basis.ACTING]


def standing(
    tenures: Iterable[TenureQuerySet], surely_held: Q, vacant: Q, day: datetime.date
) -> Case:
    """An expression for the Standing of a post or seat, given those who may be recorded for it on
    `day`, when it is `surely_held`, and when a source says that it is `vacant`.

    That somebody's time is over, whether they acted or not, says nothing of what came after.
    """
    perhaps = Q()
    for tenure in tenures:
        perhaps |= Q(Exists(tenure.listed(day)))
    return Case(
        When(surely_held, then=Value(Standing.HELD)),
        When(perhaps, then=Value(Standing.PERHAPS)),
        When(vacant, then=Value(Standing.VACANT)),
        default=Value(Standing.NOT_RECORDED),
    )


def is_surely_not_over(day: datetime.date, owner: str) -> Q:
    """A condition on posts or seats, which agrees with `Holding.may_be_over`. `owner` is the field
    of what they belong to."""
    return Q(**{"earliest_end__gte": day, f"{owner}__earliest_end__gte": day})


def surely_held(tenures: TenureQuerySet, day: datetime.date, other: Q = ANY) -> Q:
    """A condition: one of `tenures`, all of one thing, surely holds it on `day`, or one of two
    between whom there was a handover, of whom the second meets the condition `other`."""
    handed_over = leaving(tenures, day).filter(taken_over(tenures, day, other))
    return Q(Exists(tenures.certainly(day))) | Q(Exists(handed_over))


def leaving(tenures: TenureQuerySet, day: datetime.date) -> TenureQuerySet:
    """The `tenures` that ended between two known days around `day`."""
    return tenures.filter(
        latest_start__lte=day,
        earliest_end__lte=day,
        latest_end__gte=day,
        earliest_end__lt=F("latest_end"),
    )


def coming(tenures: TenureQuerySet, day: datetime.date) -> TenureQuerySet:
    """The `tenures` that began between two known days around `day`."""
    return tenures.filter(
        earliest_start__lte=day,
        latest_start__gte=day,
        earliest_end__gte=day,
        earliest_start__lt=F("latest_start"),
    )


def taken_over(tenures: TenureQuerySet, day: datetime.date, other: Q = ANY) -> Q:
    """A condition on those of `leaving`: somebody came when they left, who meets the condition
    `other`. Agrees with `handovers`."""
    held = tenures.model.held_field
    came = coming(tenures.model.objects.filter(other, **{held: OuterRef(held)}), day)
    return Q(
        Exists(
            came.filter(
                earliest_start=OuterRef("earliest_end"), latest_start=OuterRef("latest_end")
            )
        )
    )


def took_over(tenures: TenureQuerySet, day: datetime.date, other: Q = ANY) -> Q:
    """A condition on those of `coming`: somebody left when they came, who meets the condition
    `other`. Agrees with `handovers`."""
    held = tenures.model.held_field
    left = leaving(tenures.model.objects.filter(other, **{held: OuterRef(held)}), day)
    return Q(
        Exists(
            left.filter(
                earliest_end=OuterRef("earliest_start"), latest_end=OuterRef("latest_start")
            )
        )
    )


def is_surely_held(recorded: Sequence[Any], day: datetime.date) -> bool:
    """Whether one of those recorded for one thing surely holds it on `day`; agrees with
    `surely_held`."""
    certain = any(each.certainly(day) for each in recorded)
    return certain or bool(handovers(recorded, day))


def standing_of(
    recorded: Sequence[Any], day: datetime.date, *, surely_held: bool, vacant: bool
) -> Standing:
    """The Standing by the same rules, once everybody recorded is read: the database takes as long
    to look for each again as to find them."""
    if surely_held:
        return Standing.HELD
    if any(each.is_listed(day) for each in recorded):
        return Standing.PERHAPS
    return Standing.VACANT if vacant else Standing.NOT_RECORDED


def with_standing(posts: QuerySet, day: datetime.date) -> QuerySet:
    """`posts`, each annotated with its Standing on `day`."""
    appointments = Appointment.objects.filter(post=OuterRef("pk"))
    held = surely_held(appointments, day) & is_surely_not_over(day, "organisation")
    vacant = vacant_in_database(PostVacancy, OuterRef("pk"), [appointments], "number_then", day)
    posts = posts.annotate(number_then=Post.number_on(day))
    return posts.annotate(places_vacant=vacant).annotate(
        standing=standing([appointments], held, Q(places_vacant__gt=0), day)
    )


def number_of(tenures: QuerySet, held: str) -> Coalesce:
    """How many `tenures` there are, all of one thing: the `held` of the query around this."""
    numbers = tenures.order_by().values(held).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers, output_field=IntegerField()), Value(0))
