"""Periods: when a record holds, as precisely as it is known.

The only module that knows what a period is. Both dates are inclusive and a period
without an end is still in force. A date known to the month or the year is stored as the
first day of it for a start and as the last day of it for an end, and shown as it was known.
A date that is qualified *by* is a limit: "by June 2021" means by then at the latest.
"""

import calendar
import datetime
import functools
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import dateformat

from records.constraints import DatabaseCheck
from records.days import DayField, day_before, next_day
from records.overlap_rules import NoOverlap


class Precision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", "day"
    MONTH = "month", "month"
    YEAR = "year", "year"


class Qualifier(models.TextChoices):
    """Whether a date is the date itself or a limit."""

    ON = "on", "on this date"
    BY = "by", "by this date, true date not recorded"


def first_day(day: datetime.date, precision: str) -> datetime.date:
    """The first day of the day, month or year that `day` lies in."""
    if precision == Precision.YEAR:
        return day.replace(month=1, day=1)
    if precision == Precision.MONTH:
        return day.replace(day=1)
    return day


def last_day(day: datetime.date, precision: str) -> datetime.date:
    """The last day of the day, month or year that `day` lies in."""
    if precision == Precision.YEAR:
        return day.replace(month=12, day=31)
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


@functools.lru_cache(10_000)
def date_in_words(day: datetime.date, precision: str = Precision.DAY) -> str:
    """A date as it is known: "1 April 2019", "April 2019" or "2019"."""
    formats = {Precision.YEAR: "Y", Precision.MONTH: "F Y", Precision.DAY: "j F Y"}
    return dateformat.format(day, formats[Precision(precision)])


def as_known(day: datetime.date, precision: str) -> str:
    """A date as it is known, for machines: "2019-04-01", "2019-04" or "2019"."""
    return day.isoformat()[: _AS_LONG_AS[precision]]


_AS_LONG_AS = {Precision.YEAR.value: 4, Precision.MONTH.value: 7, Precision.DAY.value: 10}


def limit_in_words(day: datetime.date, precision: str, qualifier: str) -> str:
    """A date that may be a limit, as it is known: "April 2019", "by June 2021"."""
    words = date_in_words(day, precision)
    return f"by {words}" if qualifier == Qualifier.BY else words


@dataclass(frozen=True)
class When:
    """A date as it is known: to the day, month or year, on it or by it."""

    day: datetime.date
    precision: str = Precision.DAY
    qualifier: str = Qualifier.ON

    def as_start(self) -> dict[str, Any]:
        """The fields of what starts then."""
        return self._as(Period.START_FIELDS)

    def as_end(self) -> dict[str, Any]:
        """The fields of what ends then: its last day."""
        return self._as(Period.END_FIELDS)

    def _as(self, names: tuple[str, str, str]) -> dict[str, Any]:
        return dict(zip(names, (self.day, self.precision, self.qualifier), strict=True))

    def eve(self) -> "When":
        """The last day of the predecessor of something that starts then.

        If a handover is known to the month or year, both days are in that month or year.
        """
        if self.precision != Precision.DAY:
            return self
        return replace(self, day=day_before(self.day))

    def morrow(self) -> "When":
        """The first day of the successor of something whose last day this is.

        If a handover is known to the month or year, both days are in that month or year.
        """
        if self.precision != Precision.DAY:
            return self
        return replace(self, day=next_day(self.day))

    def first_possible(self) -> datetime.date:
        """The first day that this may be."""
        return first_day(self.day, self.precision)

    def last_possible(self) -> datetime.date:
        """The last day that this may be."""
        return last_day(self.day, self.precision)

    def first_day_after(self) -> datetime.date:
        """The first day that is surely later."""
        return next_day(self.last_possible())

    def last_day_before(self) -> datetime.date:
        """The last day that is surely earlier."""
        return day_before(self.first_possible())

    def in_words(self) -> str:
        """The date as it is known: "April 2019", "by June 2021"."""
        return limit_in_words(self.day, self.precision, self.qualifier)

    def in_a_sentence(self) -> str:
        """The same as a part of a sentence: "on 1 April 2019", "in April 2019", "by 2021"."""
        words = self.in_words()
        if self.qualifier == Qualifier.BY:
            return words
        return f"on {words}" if self.precision == Precision.DAY else f"in {words}"


class PeriodQuerySet(models.QuerySet[Any]):
    """Records on a time line. `day` splits any set of them in three without a gap.

    A record whose start is not recorded at all is in force on no day that could be named:
    it counts as ended after its end and as yet to start until then.
    """

    def as_at(self, day: datetime.date) -> Self:
        """The records in force on `day`."""
        return self.filter(Q(start_date__lte=day), Q(end_date__isnull=True) | Q(end_date__gte=day))

    def certainly_at(self, day: datetime.date) -> Self:
        """The records in force on `day` whatever is not known of their start and end."""
        lasts = Q(certain_to__isnull=True) | Q(certain_to__gte=day)
        return self.filter(lasts, certain_from__lte=day)

    def ended_before(self, day: datetime.date) -> Self:
        """The records that were over before `day` began."""
        return self.filter(end_date__lt=day)

    def starting_after(self, day: datetime.date) -> Self:
        """The records that start on a later day than `day`, as far as is known."""
        return self.filter(Q(start_date__gt=day) | Q(start_date__isnull=True, end_date__gte=day))

    def perhaps_at(self, day: datetime.date) -> Self:
        """Those not known to be in force on `day` that may be: they were by a later day, or until
        then since a day that is not recorded."""
        return self.starting_after(day).filter(
            Q(start_qualifier=Qualifier.BY) | Q(start_date__isnull=True)
        )


def not_over(day: datetime.date, *paths: str) -> Q:
    """A filter: what `paths` lead to had not ended before `day`.

    What a seat or post belongs to may end while the register still has people in it.
    """
    query = Q()
    for path in paths:
        end = f"{path}__end_date"
        query &= Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": day})
    return query


def in_force(day: datetime.date, path: str) -> Q:
    """A filter: what `path` leads to was in force on `day`."""
    return Q(**{f"{path}__start_date__lte": day}) & not_over(day, path)


class Period:
    """What can be asked of anything that has the period fields, a model or a row of one."""

    # The names of the fields of each of its two days, in the order of a When.
    START_FIELDS = ("start_date", "start_precision", "start_qualifier")
    END_FIELDS = ("end_date", "end_precision", "end_qualifier")
    PERIOD_FIELDS = (*START_FIELDS, *END_FIELDS)

    start_date: datetime.date | None
    start_precision: str
    start_qualifier: str
    end_date: datetime.date | None
    end_precision: str
    end_qualifier: str

    @property
    def starts(self) -> When | None:
        """The start as it is known; None if it is not recorded."""
        if self.start_date is None:
            return None
        return When(self.start_date, self.start_precision, self.start_qualifier)

    @property
    def ends(self) -> When | None:
        """The end as it is known; None while in force."""
        if self.end_date is None:
            return None
        return When(self.end_date, self.end_precision, self.end_qualifier)

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether this is in force on `day`; agrees with `PeriodQuerySet.as_at`."""
        return (
            self.start_date is not None
            and self.start_date <= day
            and (self.end_date is None or day <= self.end_date)
        )

    def has_ended(self, day: datetime.date) -> bool:
        """Whether this was over before `day`; agrees with `PeriodQuerySet.ended_before`."""
        return self.end_date is not None and self.end_date < day

    def is_perhaps_in_force(self, day: datetime.date) -> bool:
        """Whether this may be in force on `day`, though that is not known; agrees with
        `PeriodQuerySet.perhaps_at`."""
        if self.start_date is None:
            return self.end_date is not None and day <= self.end_date
        return self.may_have_started(day)

    def start_in_words(self) -> str:
        """The start as it is known: "April 2019", "by June 2021", "not recorded"."""
        if self.start_date is None:
            return "not recorded"
        return limit_in_words(self.start_date, self.start_precision, self.start_qualifier)

    def end_in_words(self) -> str:
        """The end as it is known: "31 March 2019", "by June 2021", or "" while in force."""
        if self.end_date is None:
            return ""
        return limit_in_words(self.end_date, self.end_precision, self.end_qualifier)

    def when_it_starts(self) -> str:
        """When this starts, as a part of a sentence: "on 1 April 2019", "in April 2019"."""
        return self.starts.in_a_sentence() if self.starts else "on a day not recorded"

    def when_it_ends(self) -> str:
        """When this ends, as a part of a sentence: "on 31 March 2020"; "" while in force."""
        return self.ends.in_a_sentence() if self.ends else ""

    def time_in_words(self, day: datetime.date) -> str:
        """The period as somebody says it on `day`: "since April 2019", "by June 2021", "from
        1 May 2027", "since April 2019, to March 2027", "start not recorded, to May 2018"."""
        if self.start_date is None:
            words = "start not recorded"
        elif self.start_qualifier == Qualifier.BY:
            words = self.start_in_words()
        else:
            words = f"{'since' if self.start_date <= day else 'from'} {self.start_in_words()}"
        return f"{words}, to {self.end_in_words()}" if self.end_date else words

    def certain_days(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The first and last day on which this certainly holds; (None, None) for no day."""
        if self.start_date is None or self._ends_before_start():
            return None, None
        latest_start = last_day(self.start_date, self.start_precision)
        if self.end_date is None:
            return latest_start, None
        # It began at the latest by its end, and ended at the earliest on its first day.
        latest_start = min(latest_start, self.end_date)
        earliest_end = self.start_date
        if self.end_qualifier == Qualifier.ON:
            earliest_end = max(earliest_end, first_day(self.end_date, self.end_precision))
        if latest_start > earliest_end:
            return None, None
        return latest_start, earliest_end

    def _ends_before_start(self) -> bool:
        return bool(self.start_date and self.end_date and self.end_date < self.start_date)

    def may_have_started(self, day: datetime.date) -> bool:
        """Whether this starts later than `day` as far as is known, but may have begun before."""
        return (
            self.start_date is not None
            and self.start_date > day
            and self.start_qualifier == Qualifier.BY
        )


class Dated(Period, models.Model):
    """Something that holds for a period."""

    start_date = DayField(
        "start",
        null=True,
        blank=True,
        help_text="First day. If only the month or year is known, any day in it will do. "
        "Leave empty only for something that is over and whose start is not recorded.",
    )
    start_precision = models.CharField(
        "start known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    start_qualifier = models.CharField(
        "start is",
        max_length=2,
        choices=Qualifier,
        default=Qualifier.ON,
        help_text="Choose “by” when a source shows it was so by then, but not since when.",
    )
    end_date = DayField(
        "end",
        null=True,
        blank=True,
        help_text="Last day, included. Leave empty while it is in force.",
    )
    end_precision = models.CharField(
        "end known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    end_qualifier = models.CharField(
        "end is", max_length=2, choices=Qualifier, default=Qualifier.ON
    )
    # The first and last day on which the record certainly holds; both empty if there is no
    # such day, and certain_to alone empty while it is in force. Two records conflict only
    # if these overlap, so that a handover known to the month alone is accepted.
    certain_from = models.DateField(null=True, editable=False)
    certain_to = models.DateField(null=True, editable=False)

    no_overlaps: tuple[NoOverlap, ...] = ()

    class Meta:
        abstract = True
        constraints = [
            DatabaseCheck(
                name="%(app_label)s_%(class)s_end_not_before_start",
                condition=Q(end_date__isnull=True)
                | Q(start_date__isnull=True)
                | Q(end_date__gte=F("start_date")),
                violation_error_message="The end cannot be before the start.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_start_or_end",
                condition=Q(start_date__isnull=False) | Q(end_date__isnull=False),
                violation_error_message="Give a start date. It may be left empty only for "
                "something that is over.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_period_words",
                condition=Q(start_precision__in=Precision.values)
                & Q(end_precision__in=Precision.values)
                & Q(start_qualifier__in=Qualifier.values)
                & Q(end_qualifier__in=Qualifier.values),
                violation_error_message="Choose day, month or year, and on or by.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_certain_days",
                # A comparison with nothing is neither true nor false, which a database lets
                # pass: so each side says that there is something.
                # A record in force has a day on which it certainly holds: without, it would slip
                # past the rules that no two may overlap.
                condition=(
                    Q(certain_from__isnull=True, certain_to__isnull=True)
                    & (Q(start_date__isnull=True) | Q(end_date__isnull=False))
                )
                | (
                    Q(
                        start_date__isnull=False,
                        certain_from__isnull=False,
                        certain_from__gte=F("start_date"),
                    )
                    & (
                        Q(certain_to__isnull=True, end_date__isnull=True)
                        | Q(
                            end_date__isnull=False,
                            certain_to__isnull=False,
                            certain_to__gte=F("certain_from"),
                            certain_to__lte=F("end_date"),
                        )
                    )
                ),
                violation_error_message="The days on which this certainly holds lie within "
                "its start and end.",
            ),
        ]
        # By when something began or ended: of days, months and years each in turn.
        indexes = [
            models.Index(
                fields=[f"{which}_precision", f"{which}_date"], name=f"%(class)s_by_{which}"
            )
            for which in ("start", "end")
        ]

    def settle_period(self) -> None:
        """Store month and year dates by their edges, and work out the certain days."""
        if self.start_date:
            self.start_date = first_day(self.start_date, self.start_precision)
        if self.end_date:
            self.end_date = last_day(self.end_date, self.end_precision)
        self.certain_from, self.certain_to = self.certain_days()

    def refuse_start_after_end_of(self, other: "Dated") -> None:
        """Raise ValidationError if this certainly starts after `other` came to an end.

        A record that had begun *by* a day may have begun in time.
        """
        if (
            self.start_date is not None
            and other.end_date is not None
            and self._dates_are_understood()
            and self.start_date > other.end_date
            and self.start_qualifier == Qualifier.ON
        ):
            raise ValidationError(
                {
                    "start_date": f"The start, {self.start_in_words()}, is after the end of "
                    f"{other}, {other.end_in_words()}. Correct one of the two."
                }
            )

    def _dates_are_understood(self) -> bool:
        days = self.start_date, self.end_date
        return all(isinstance(day, datetime.date | None) for day in days)

    def clean(self) -> None:
        super().clean()
        if not self._dates_are_understood():  # the fields themselves say so
            self.certain_from = self.certain_to = None
            return
        if self.start_date is None and self.end_date is None:
            raise ValidationError(
                {
                    "start_date": "Give a start date. It may be left empty only for something "
                    "that is over, with its end date."
                }
            )
        self.settle_period()
        if self._ends_before_start():
            raise ValidationError(
                {
                    "end_date": f"The end, {self.end_in_words()}, is before the start, "
                    f"{self.start_in_words()}. Correct one of the two."
                }
            )

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        super().validate_constraints(exclude=exclude)
        for rule in self.no_overlaps:
            try:
                rule.validate(self)
            except ValidationError as error:
                if rule.blame in (exclude or ()):
                    raise ValidationError(error.messages) from error
                raise
