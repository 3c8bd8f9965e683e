"""Posts and seats alike: how many may hold one, on which days, and who holds or held it."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F

from organisations.held_terms import (
    HasEarlierTerms,
    TimeOfCapacity,
    laid_down,
    most_on,
    own_column,
    times_of_capacity,
)
from records.days import NO_LATEST, next_day
from records.locks import locked
from records.models import DatedFact
from records.overlap_rules import days_of
from records.periods import date_in_words

if TYPE_CHECKING:
    from organisations.models import Post


class Held(HasEarlierTerms):
    """Something that people hold, a number of them at once: a post or a seat.

    What one person holds of it for a time is a `people.models.Tenure`: an Appointment to a
    post, a Membership by a seat. Who holds it on a day is a Holder of `people.post_holders`,
    which follows from its tenures and, for a seat that goes with a post, from that post's.
    """

    # The fields that say whose it is and how many may hold it, and who holds or held it.
    owner_field = ""
    number_field = ""
    tenures_name = ""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Save this, and hold those recorded for it to the rule of one holder, or of several."""
        adding = self._state.adding
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            if not adding:
                self.settle_tenures()

    def settle_tenures(self) -> None:
        """Hold those recorded for it to the rule of one holder, or of several."""
        tenures, times = getattr(self, self.tenures_name).all(), self.times_of_capacity()
        if len(times) == 1:
            tenures = tenures.exclude(sole=self.capacity == 1)
        for tenure in tenures:
            if tenure.sole != is_for_one_in(tenure, times):
                tenure._change_reason = "The number of people who may hold it at once changed."
                tenure.save()

    @property
    def capacity(self) -> int | None:
        """How many people may hold it at once, as is laid down last; None if no source says."""
        return getattr(self, self.number_field)

    @classmethod
    def number_on(cls, day: datetime.date, key: str = "pk") -> Case | F:
        """An expression, which agrees with `capacity_on` where the number is certain: how many may
        hold on `day` the post or seat whose key is in the column `key`."""
        if not cls.terms_name:
            return F(own_column(cls.number_field, key))
        return laid_down(cls.terms_model(), cls.number_field, day, key)

    def times_of_capacity(self) -> list[TimeOfCapacity]:
        return times_of_capacity(self.read_terms(), self.capacity)

    def capacity_on(self, day: datetime.date) -> int | None:
        """How many people may hold it at once on `day`, at the most; None if no source says."""
        return most_on(self.times_of_capacity(), day)

    def filled_through(self, day: datetime.date) -> "Post | None":
        """The post whose holder fills it, if there is one on the day; only a seat can have one."""
        return None

    def clean(self) -> None:
        super().clean()
        record, owner = cast("DatedFact", self), cast("Any", self._meta.get_field(self.owner_field))
        if getattr(self, owner.attname) is not None:
            record.refuse_start_after_end_of(getattr(self, self.owner_field))
        times = self.times_of_capacity()
        if self._state.adding or all(capacity is None for *_, capacity in times):
            return
        # Nobody may add a holder between this count and the save.
        list(locked(type(self)).filter(pk=self.pk))
        too_many = one_too_many(getattr(self, self.tenures_name).not_acting(), times)
        if too_many is not None:
            day, holders, _ = too_many
            on = f"on {date_in_words(day)}" if len(times) > 1 else "on one day"
            raise ValidationError(
                {
                    self.number_field: f"{holders} people are recorded for it {on}. "
                    "End their records first, or give a number that has room for them."
                }
            )


def owner_over_in_words(owner: DatedFact, day: datetime.date) -> str:
    """That what a post or a seat belongs to is no more on the day: "organisation closed 2020"."""
    over = owner.over_in_words(day)
    return f"{owner._meta.verbose_name} {over}" if over else ""


def is_for_one_in(tenure: Any, times: list[TimeOfCapacity]) -> bool:
    """Whether a post or seat with these `times` has one holder on every day on which a tenure,
    whose days are worked out, certainly holds. If it has no such day, the last of them counts."""
    days = tenure.certain_days()
    if days is None:
        return times[-1][2] == 1
    return all(
        capacity == 1 for first, last, capacity in times if first <= days[1] and last >= days[0]
    )


def one_too_many(
    tenures: Iterable[Any], times: list[TimeOfCapacity]
) -> tuple[datetime.date, int, int] | None:
    """The first day on which more of `tenures` certainly hold a post or seat than it surely has
    room for: the day, how many hold it, and how many may. None if there is no such day."""
    spans = [span for span in map(days_of, tenures) if span is not None]
    # There are more holders when one begins, and less room when a change is sure.
    turns = {first for first, _ in spans}
    turns |= {next_day(last) for _, last, _ in times if last < NO_LATEST}
    for day in sorted(turns):
        holders, room = sum(first <= day <= last for first, last in spans), most_on(times, day)
        if room is not None and holders > room:
            return day, holders, room
    return None
