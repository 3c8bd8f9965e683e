"""Vacancies: that a source says that nobody holds a post or a place of a seat.

How many places a vacancy still leaves vacant on a day stands here twice: `vacant_places` counts for
records that were read, `vacant_in_database` for the database.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.text import capfirst

from organisations.held_terms import most_on
from organisations.models import Post
from people.models import Basis
from records.constraints import DatabaseCheck
from records.days import NO_LATEST
from records.locks import locked
from records.models import DatedFact
from records.periods import date_in_words
from records.start_rules import NotBefore


class Vacancy(DatedFact):
    """That nobody holds a post, or that places of a seat are empty, as a document says.

    It holds until its own end, or until a holder who does not just act certainly begins. The second
    is worked out by `vacant_places` and not stored.
    """

    places = models.PositiveSmallIntegerField(
        "places that are vacant", default=1, validators=[MinValueValidator(1)]
    )

    # Each kind of vacancy has a post or a seat in the field of this name.
    vacant_field = ""

    class Meta(DatedFact.Meta):
        abstract = True
        constraints = [
            *DatedFact.Meta.constraints,
            DatabaseCheck(
                name="%(app_label)s_%(class)s_of_a_place",
                condition=Q(places__gte=1),
                violation_error_message="At least one place is vacant.",
            ),
        ]

    def __str__(self):
        return f"{self.held}: {'vacant' if self.places == 1 else f'{self.places} places vacant'}"

    @property
    def held(self) -> Any:
        """The post or seat; None while a form has not named it."""
        return None if self.held_key is None else getattr(self, self.vacant_field)

    @property
    def held_key(self) -> int | None:
        field: Any = self._meta.get_field(self.vacant_field)
        return getattr(self, field.attname)

    def get_absolute_url(self):
        return self.held.get_absolute_url()

    def clean(self) -> None:
        super().clean()
        if self.held is None or not self.places or self.latest_start is None:
            return  # The fields themselves say so.
        # Nobody may add another holder or vacancy between these counts and the save.
        list(locked(type(self.held)).filter(pk=self.held_key))
        self.refuse_start_after_end_of(self.held)
        self._refuse_more_than_it_has()
        self._refuse_filled_places()
        self._refuse_second_of_a_place()

    def _refuse_more_than_it_has(self) -> None:
        capacity = self.held.capacity_on(self.latest_start)
        if capacity is not None and self.places > capacity:
            has = "1 place" if capacity == 1 else f"{capacity} places"
            number = capfirst(self.held._meta.get_field(self.held.number_field).verbose_name)
            raise ValidationError(
                {
                    "places": f"{self.held} has {has}, and no more than that can be vacant. Give a "
                    f"smaller number here, or correct “{number}” first."
                }
            )

    def _refuse_filled_places(self) -> None:
        """Refuse a vacancy of places that somebody certainly fills on its first day."""
        first, capacity = self.latest_start, self.held.capacity_on(self.latest_start)
        if first == NO_LATEST:
            return
        tenures = getattr(self.held, self.held.tenures_name).not_acting()
        there = list(tenures.certainly(first).select_related("person"))
        if there and (capacity is None or len(there) + self.places <= capacity):
            return
        if there:
            names = ", ".join(str(each.person) for each in there)
            raise ValidationError(
                {
                    "places": f"On {date_in_words(first)} it is held by {names}, which leaves "
                    f"{capacity - len(there)} of {capacity} places. End that first, give a later "
                    "start, or fewer places."
                }
            )

    def _refuse_second_of_a_place(self) -> None:
        """Refuse a vacancy of places that another still says are vacant when this begins, or that
        begins while this still holds."""
        times = self.held.times_of_capacity()
        if self.latest_start == NO_LATEST:
            return
        tenures = list(getattr(self.held, self.held.tenures_name).all())
        for other in (
            type(self).objects.filter(**{self.vacant_field: self.held}).exclude(pk=self.pk)
        ):
            first = max(self.latest_start, other.latest_start)
            if not (self.certainly(first) and other.certainly(first)):
                continue
            capacity = most_on(times, first)
            vacant = sum(vacant_places([x], [tenures], capacity, first) for x in (self, other))
            if capacity is not None and vacant > capacity:
                raise ValidationError(
                    {
                        "start_date": f"It is already recorded as vacant in that period, "
                        f"{other.time_in_words(first)}. Say first that that vacancy is over, or "
                        "correct its places."
                    }
                )


class PostVacancy(Vacancy):
    """That nobody holds a post for a period, as a document says."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="vacancies")

    vacant_field = "post"
    fixed_fields = ("post",)
    named_by = ("post__organisation",)
    not_before = (
        NotBefore(name="people_postvacancy_not_before_post", path="post"),
        NotBefore(name="people_postvacancy_not_before_organisation", path="post__organisation"),
    )

    class Meta(Vacancy.Meta):
        verbose_name = "vacancy of a post"
        verbose_name_plural = "vacancies of posts"
        ordering = ["post__organisation__folded", "post__folded", "id"]


def vacant_places(
    vacancies: Iterable[Any],
    tenures: Sequence[Iterable[Any]],
    capacity: int | None,
    day: datetime.date,
) -> int:
    """How many places of one post or seat are vacant on `day` by its `vacancies`.

    Whenever somebody who does not just act certainly begins, no more places stay vacant than are
    empty then. `tenures` are its holders: of a seat that goes with a post, its members apart from
    the holders of the post. Where no source says how many places it has, one holder fills it.
    """
    certain = [each for each in vacancies if each.certainly(day)]
    vacant = sum(each.places for each in certain)
    for those in tenures if certain else ():
        settled = [each for each in those if each.basis != Basis.ACTING]
        for begun in {each.latest_start for each in settled if each.latest_start <= day}:
            there = sum(each.latest_start == begun or each.certainly(begun) for each in settled)
            since = sum(each.places for each in certain if each.latest_start > begun)
            vacant = min(vacant, max((capacity or 0) - there, 0) + since)
    return vacant


def vacant_in_database(
    model: type[Vacancy],
    of: OuterRef,
    tenures: Sequence[QuerySet],
    capacity: str,
    day: datetime.date,
    which: Q | None = None,
) -> Case:
    """An expression on posts or seats that agrees with `vacant_places`. The vacancies are those
    `of` the post or seat of the query around this, the `tenures` too; `capacity` is its number.
    `which` narrows the vacancies."""
    held = {model.vacant_field: of}
    certain = model.objects.filter(
        which or Q(), latest_start__lte=day, earliest_end__gte=day, **held
    )
    all_places = sum_of_places(certain)
    rooms = [_least_room(some, model, of, capacity, day, all_places) for some in tenures]
    return Case(
        When(Exists(certain), then=Least(all_places, *rooms)),
        default=Value(0),
        output_field=IntegerField(),
    )


def sum_of_places(vacancies: QuerySet) -> Coalesce:
    held = vacancies.model.vacant_field
    total = vacancies.order_by().values(held).annotate(total=Sum("places")).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), Value(0))


def _least_room(
    tenures: Any,
    model: type[Vacancy],
    vacancies_of: OuterRef,
    capacity: str,
    day: datetime.date,
    without: Coalesce,
) -> Coalesce:
    """The fewest places that can be vacant after one of `tenures` began; `without`, if none has."""
    held = tenures.model.held_field
    begun = OuterRef("latest_start")
    there = tenures.model.objects.not_acting().filter(
        Q(latest_start=begun) | Q(latest_start__lt=begun, earliest_end__gte=begun),
        **{held: OuterRef(held)},
    )
    at_once = there.order_by().values(held).annotate(number=Count("pk")).values("number")
    # The seat or post of the query around the tenures is two queries out from here.
    since = model.objects.filter(
        latest_start__gt=begun,
        latest_start__lte=day,
        earliest_end__gte=day,
        **{model.vacant_field: OuterRef(vacancies_of)},
    )
    places = Coalesce(OuterRef(capacity), Value(0))
    room = Greatest(places - Coalesce(Subquery(at_once), Value(0)), Value(0))
    least = (
        tenures.not_acting()
        .filter(latest_start__lte=day)
        .order_by()
        .annotate(room=room + sum_of_places(since))
        .order_by("room")
        .values("room")[:1]
    )
    return Coalesce(Subquery(least, output_field=IntegerField()), without)
