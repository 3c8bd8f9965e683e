"""Periods: when a record holds, as precisely as it is known.

The only module that knows what a period is. Both dates are inclusive and a period
without an end is still in force. A date known to the month or the year is stored as the
first day of it for a start and as the last day of it for an end, and shown as it was known.
A date that is qualified *by* is a limit: "by June 2021" means by then at the latest.
"""

import calendar
import datetime
import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import connections, models, router
from django.db.models import F, Q
from django.utils import dateformat

from records.constraints import DatabaseCheck

# The first and the last day that the register takes, wherever one is typed, loaded or asked for.
FIRST_DAY, LAST_DAY = datetime.date(1800, 1, 1), datetime.date(2199, 12, 31)
DAY = datetime.timedelta(days=1)


def is_taken(day: datetime.date) -> bool:
    """Whether the register takes `day`. A record of an older release may have another."""
    return FIRST_DAY <= day <= LAST_DAY


def refuse_distant_day(day: datetime.date) -> None:
    """Raise ValidationError, with the remedy, for a day that the register does not take."""
    if not is_taken(day):
        raise ValidationError(
            f"The register takes no date in the year {day.year}. Enter a date from "
            f"{FIRST_DAY.year} to {LAST_DAY.year}, such as 27/03/2026.",
            code="distant",
        )


def next_day(day: datetime.date) -> datetime.date:
    """The day after `day`. The last day there is stands for the one after it."""
    return day + DAY if day < datetime.date.max else day


def day_before(day: datetime.date) -> datetime.date:
    """The day before `day`. The first day there is stands for the one before it."""
    return day - DAY if day > datetime.date.min else day


class DayField(models.DateField):  # type: ignore[type-arg]
    """A day that the register takes."""

    default_validators = [refuse_distant_day]

    def deconstruct(self) -> Any:
        # The column is one of Django's: what is asked of a day is no matter of the database.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs


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


class PeriodQuerySet(models.QuerySet[Any]):
    """Records on a time line. `day` splits any set of them in three without a gap.

    A record whose start is not recorded at all is in force on no day that could be named:
    it counts as ended after its end and as yet to start until then.
    """

    def as_at(self, day: datetime.date) -> Self:
        """Those in force on `day`."""
        return self.filter(Q(start_date__lte=day), Q(end_date__isnull=True) | Q(end_date__gte=day))

    def ended_before(self, day: datetime.date) -> Self:
        """Those that were over before `day` began."""
        return self.filter(end_date__lt=day)

    def starting_after(self, day: datetime.date) -> Self:
        """Those that start on a later day than `day`, as far as is known."""
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


@dataclass(frozen=True)
class NoOverlap:
    """A rule that no two records that share `columns` may certainly hold on one day.

    Held by an exclusion constraint on PostgreSQL and by two triggers on SQLite, which are
    made after every migrate (see `records.apps`), and told to people by `validate`.

    `condition` is SQL that limits the rule to some records, with `{row}` before each of its
    columns; `only` says the same as a queryset filter. `blame` is the field the error is
    shown on. `locks` is the field whose record is locked while the rule is checked, so that
    of two people saving at once the second is told what the first did. Without it nothing is
    locked here, and it is the database that refuses the second.

    A column that holds nothing, a key left empty, is shared with no other record.
    """

    name: str
    columns: tuple[str, ...]
    message: str
    locks: str = ""
    condition: str = "true"
    only: Q = field(default_factory=Q)
    blame: str = "start_date"

    def validate(self, record: "Dated") -> None:
        """Raise ValidationError, naming the other record, if `record` breaks the rule."""
        if record.certain_from is None or not self._applies_to(record):
            return
        fields: list[Any] = [record._meta.get_field(column) for column in self.columns]
        values = {field.attname: getattr(record, field.attname) for field in fields}
        if None in values.values():
            return
        self.lock(record)
        others = (
            type(record)
            ._default_manager.filter(self.only, **values)
            .filter(
                Q(certain_to__isnull=True) | Q(certain_to__gte=record.certain_from),
                certain_from__isnull=False,
            )
        )
        if record.certain_to is not None:
            others = others.filter(certain_from__lte=record.certain_to)
        other = others.exclude(pk=record.pk).first()
        if other is not None:
            # In words now: what it names may be undone by the time that the error is shown.
            params = {"other": str(other), "key": other.pk}
            error = ValidationError(self.message, code=self.name, params=params)
            raise ValidationError({self.blame: error})

    def _applies_to(self, record: "Dated") -> bool:
        return all(_holds(record, node) for node in self.only.children)

    def lock(self, record: "Dated") -> None:
        """Wait for whoever else is checking this rule, until the transaction ends."""
        if self.locks:
            field: Any = record._meta.get_field(self.locks)
            list(locked(field.related_model).filter(pk=getattr(record, field.attname)))


def locked(model: type[models.Model]) -> models.QuerySet[Any]:
    """Records of `model`, kept from everybody else until the transaction ends, if there is one.

    In no order, which could lock the records that the order is by.
    """
    alias = router.db_for_write(model)
    records = model._base_manager.using(alias).order_by()
    if connections[alias].in_atomic_block:
        return records.select_for_update(of=("self",))
    return records


def _holds(record: "Dated", lookup: Any) -> bool:
    name, value = lookup
    if name.endswith("__in"):
        return getattr(record, name.removesuffix("__in")) in value
    if name.endswith("__gt"):
        held = getattr(record, name.removesuffix("__gt"))
        return bool(held is not None and held > value)
    return bool(getattr(record, name) == value)


class Period:
    """What can be asked of anything that has the period fields, a model or a row of one."""

    start_date: datetime.date | None
    start_precision: str
    start_qualifier: str
    end_date: datetime.date | None
    end_precision: str
    end_qualifier: str

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
        words = date_in_words(self.start_date, self.start_precision)
        return f"by {words}" if self.start_qualifier == Qualifier.BY else words

    def end_in_words(self) -> str:
        """The end as it is known: "31 March 2019", "by June 2021", or "" while in force."""
        if self.end_date is None:
            return ""
        words = date_in_words(self.end_date, self.end_precision)
        return f"by {words}" if self.end_qualifier == Qualifier.BY else words

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
                # What is in force has a day on which it certainly holds: without, it would slip
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

        What had begun *by* a day may have begun in time.
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
        if not self._dates_are_understood():  # which is told on the fields themselves
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


def most_at_once(records: Iterable["Dated"]) -> int:
    """How many of `records` certainly hold on the day on which most of them do."""
    certain: list[Any] = [record for record in records if record.certain_from is not None]
    # The fullest day is one on which the time of one of them begins.
    return max(
        (
            sum(
                other.certain_from <= record.certain_from
                and (other.certain_to is None or record.certain_from <= other.certain_to)
                for other in certain
            )
            for record in certain
        ),
        default=0,
    )
