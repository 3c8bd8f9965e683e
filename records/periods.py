"""Periods: when a record holds, as precisely as it is known.

The only module that knows what a period is. Both dates are inclusive and a period
without an end is still in force. A date known to the month or the year is stored as the
first day of it for a start and as the last day of it for an end, and shown as it was known.
A date that is qualified is a limit: "by June 2021" means by then at the latest, and "not before
June 2021" then at the earliest. From the two dates follow four days, which are stored too: the
earliest and the latest start, and the earliest and the latest end.
"""

import calendar
import datetime
import functools
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import dateformat

from records.days import NO_EARLIEST, NO_LATEST, day_before, next_day


class Precision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", "day"
    MONTH = "month", "month"
    YEAR = "year", "year"


class Qualifier(models.TextChoices):
    """Whether a date is the date itself or a limit."""

    ON = "on", "on this date"
    BY = "by", "by this date, true date not recorded"
    NOT_BEFORE = "not-before", "not before this date, true date not recorded"


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
    return as_limit(date_in_words(day, precision), qualifier)


def as_limit(words: str, qualifier: str) -> str:
    """The words of a date, with those of its qualifier before it."""
    if qualifier == Qualifier.BY:
        return f"by {words}"
    return f"not before {words}" if qualifier == Qualifier.NOT_BEFORE else words


def perhaps_so(why: str, what: str = "") -> str:
    """ "perhaps; ended by 2023": what `Period.why_perhaps` says, beside what is not certain. With
    `what`, "perhaps vacant; began some time in May 2024"."""
    words = f"perhaps {what}" if what else "perhaps"
    return f"{words}; {why}" if why else words


@dataclass(frozen=True)
class When:
    """A date as it is known: to the day, month or year, on it, by it or not before it."""

    day: datetime.date
    precision: str = Precision.DAY
    qualifier: str = Qualifier.ON

    def as_start(self) -> dict[str, Any]:
        """The fields of what starts then."""
        return self.as_fields(Period.START_FIELDS)

    def as_end(self) -> dict[str, Any]:
        """The fields of what ends then: its last day."""
        return self.as_fields(Period.END_FIELDS)

    def as_fields(self, names: tuple[str, str, str]) -> dict[str, Any]:
        """The fields of those names: of the date, its precision and its qualifier."""
        return dict(zip(names, (self.day, self.precision, self.qualifier), strict=True))

    @property
    def is_announced(self) -> bool:
        """Whether no day is given, but that it is not before one: "after 5 May"."""
        return self.qualifier == Qualifier.NOT_BEFORE

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

    def as_edtf(self) -> str:
        """The date in EDTF (ISO 8601-2): "2019-04", "[..2019-04]" for by, "[2019-04..]" for not
        before."""
        known = as_known(self.day, self.precision)
        if self.qualifier == Qualifier.BY:
            return f"[..{known}]"
        return f"[{known}..]" if self.qualifier == Qualifier.NOT_BEFORE else known

    def in_a_sentence(self) -> str:
        """The same as a part of a sentence: "on 1 April 2019", "in April 2019", "by 2021"."""
        words = self.in_words()
        if self.qualifier != Qualifier.ON:
            return words
        return f"on {words}" if self.precision == Precision.DAY else f"in {words}"

    def some_time(self) -> str:
        """The same of a day that is not known: "some time in 2023", "by June 2021"."""
        words = self.in_a_sentence()
        return f"some time {words}" if words.startswith("in ") else words


class PeriodQuerySet(models.QuerySet[Any]):
    """Records on a time line. On a day each of them certainly holds, perhaps or not."""

    def certainly(self, day: datetime.date) -> Self:
        """The records in force on `day` whatever is not known of their start and end."""
        return self.filter(certain(day))

    def possibly(self, day: datetime.date) -> Self:
        """The records that are or may be in force on `day`."""
        return self.filter(possible(day))

    def perhaps(self, day: datetime.date) -> Self:
        """The records that may be in force on `day`, and may not."""
        return self.possibly(day).filter(Q(latest_start__gt=day) | Q(earliest_end__lt=day))

    def listed(self, day: datetime.date) -> Self:
        """The records that have a place in a list as at `day`: those that certainly hold, and those
        that may because they began or ended between two known days. The records of
        `openly_perhaps` fill no place and are in no count; a list has them after the rest."""
        return self.filter(listed(day))

    def openly_perhaps(self, day: datetime.date) -> Self:
        """Records of `perhaps` that may have held on any day before, for all that is known: "in
        post by June 2021". The others are *near*: they began or ended between two known days, as
        "began in 2023" says."""
        return self.perhaps(day).filter(
            Q(latest_start__gt=day) | Q(earliest_end=NO_EARLIEST), earliest_start=NO_EARLIEST
        )

    def ended_before(self, day: datetime.date) -> Self:
        """The records that were over before `day` began."""
        return self.filter(latest_end__lt=day)


def not_over(day: datetime.date, *paths: str) -> Q:
    """A filter: what `paths` lead to had not ended before `day`.

    What a seat or post belongs to may end while the register still has people in it.
    """
    query = Q()
    for path in paths:
        query &= Q(**{f"{path}__latest_end__gte": day})
    return query


def certain(day: datetime.date, path: str = "") -> Q:
    """A filter: what `path` leads to, or the record itself, certainly holds on `day`."""
    of = f"{path}__" if path else ""
    return Q(**{f"{of}latest_start__lte": day, f"{of}earliest_end__gte": day})


def possible(day: datetime.date, path: str = "") -> Q:
    """A filter: what `path` leads to, or the record itself, holds or may hold on `day`."""
    of = f"{path}__" if path else ""
    days = {"earliest_start__lte": day, "latest_start__lt": NO_LATEST, "latest_end__gte": day}
    return Q(**{f"{of}{name}": value for name, value in days.items()})


def listed(day: datetime.date, path: str = "") -> Q:
    """A filter: what `path` leads to, or the record itself, has a place in a list as at `day`."""
    of = f"{path}__" if path else ""
    return possible(day, path) & (
        Q(**{f"{of}earliest_start__gt": NO_EARLIEST})
        | Q(**{f"{of}latest_start__lte": day, f"{of}earliest_end__gt": NO_EARLIEST})
    )


def both(*answers: bool | None) -> bool | None:
    """Whether all hold, where None stands for perhaps."""
    return False if False in answers else None if None in answers else True


class Period:
    """What can be asked of anything that has the period fields, a model or a row of one."""

    # The names of the fields of each of its two days, in the order of a When.
    START_FIELDS = ("start_date", "start_precision", "start_qualifier")
    END_FIELDS = ("end_date", "end_precision", "end_qualifier")
    PERIOD_FIELDS = (*START_FIELDS, *END_FIELDS)
    # The names under which data has each of the two in one value, in EDTF.
    EDTF_FIELDS = ("start_edtf", "end_edtf")
    # What follows from them: the names of the four stored days.
    FOUR_DAYS = ("earliest_start", "latest_start", "earliest_end", "latest_end")

    start_date: datetime.date | None
    start_precision: str
    start_qualifier: str
    end_date: datetime.date | None
    end_precision: str
    end_qualifier: str
    earliest_start: datetime.date
    latest_start: datetime.date
    earliest_end: datetime.date
    latest_end: datetime.date

    @property
    def start_foreseen(self) -> bool:
        """Whether a source only foresaw that it would begin: see `Foreseeable`."""
        return False

    @property
    def end_foreseen(self) -> bool:
        """The same of its end."""
        return False

    @property
    def starts(self) -> When | None:
        """The start as it is known; None if it is not recorded."""
        if self.start_date is None:
            return None
        return When(self.start_date, self.start_precision, self.start_qualifier)

    @property
    def ends(self) -> When | None:
        """The end as it is known; None if none is."""
        if self.end_date is None:
            return None
        return When(self.end_date, self.end_precision, self.end_qualifier)

    def has_ended(self, day: datetime.date) -> bool:
        """Whether this was over before `day`; agrees with `PeriodQuerySet.ended_before`."""
        return self.over_by is not None and self.over_by < day

    @property
    def over_by(self) -> datetime.date | None:
        """The last day on which this may hold; None if no latest end is known."""
        return None if self._goes_on else self.end_date

    @property
    def start_is_announced(self) -> bool:
        """Whether this was announced and holds on no day yet, because no source says when it
        begins."""
        return self.latest_start == NO_LATEST

    @property
    def what_follows_begins(self) -> When | None:
        """When what takes its place begins, as far as is known: on the day after it ends, or in the
        same month or year; None if no end is known."""
        if self.ends is None:
            return None
        morrow = self.ends.morrow()
        return replace(morrow, day=morrow.first_possible())

    def is_followed_by(self, later: "Period") -> bool:
        """Whether this ended when the other began, as far as is known."""
        return self.ends is not None and self.what_follows_begins == later.starts

    @property
    def end_is_announced(self) -> bool:
        """Whether its end was announced, and no source says when it is."""
        return self.end_date is not None and self.end_qualifier == Qualifier.NOT_BEFORE

    @property
    def _goes_on(self) -> bool:
        """Whether no latest end is known."""
        return self.end_date is None or self.end_qualifier == Qualifier.NOT_BEFORE

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

    def told_end(self, verb: str) -> str:
        """The end of what is over, in words: "closed March 2020"."""
        return f"{verb} {self.end_in_words()}"

    def how_it_ended(self, verb: str) -> str:
        """The end of what is over, as a part of a sentence: "closed on 31 March 2020"."""
        return f"{verb} {self.when_it_ends()}"

    def time_in_words(self, day: datetime.date) -> str:
        """The period as somebody says it on `day`: "since April 2019", "by June 2021", "from
        1 May 2027", "since April 2019, to March 2027", "start not recorded, to May 2018"."""
        return self._start_in_time(day) + self._end_in_time()

    def _start_in_time(self, day: datetime.date) -> str:
        if self.start_date is None:
            return "start not recorded"
        began = self.start_qualifier == Qualifier.ON and self.start_date <= day
        return f"since {self.start_in_words()}" if began else self.from_in_words()

    def _end_in_time(self) -> str:
        ends = {Qualifier.NOT_BEFORE: "to end", Qualifier.BY: "ending"}
        leaves = ends.get(Qualifier(self.end_qualifier), "to")
        if not self.end_date:
            return ""
        return f", {leaves} {self.end_in_words()}{self.of_planned_end()}"

    def of_planned_end(self) -> str:
        """The words after an end that is only foreseen; "" after any other."""
        return ""

    def certainly(self, day: datetime.date) -> bool:
        """Whether this holds on `day` whatever is not known of its start and end; agrees with
        `PeriodQuerySet.certainly`."""
        return self.latest_start <= day <= self.earliest_end

    def possibly(self, day: datetime.date) -> bool:
        """Whether this holds or may hold on `day`; agrees with `PeriodQuerySet.possibly`."""
        return self.earliest_start <= day <= self.latest_end and self.latest_start < NO_LATEST

    def holds(self, day: datetime.date) -> bool | None:
        """Whether this holds on `day`: certainly, not, or None for perhaps."""
        return True if self.certainly(day) else None if self.possibly(day) else False

    def is_openly_perhaps(self, day: datetime.date) -> bool:
        """Whether this may hold on `day` as it may on any day before, for all that is known; agrees
        with `PeriodQuerySet.openly_perhaps`."""
        return (
            self.earliest_start == NO_EARLIEST
            and (day < self.latest_start or self.earliest_end == NO_EARLIEST)
            and self.holds(day) is None
        )

    def is_listed(self, day: datetime.date) -> bool:
        """Whether this has a place in a list as at `day`; agrees with `PeriodQuerySet.listed`."""
        return self.possibly(day) and not self.is_openly_perhaps(day)

    def why_perhaps(self, day: datetime.date) -> str:
        """Why it is not certain that this holds on `day`: "began some time in 2023",
        "ended by 2023", or both; "by June 2021" of what is openly perhaps; otherwise ""."""
        if self.holds(day) is not None:
            return ""
        if self.is_openly_perhaps(day):
            if self.starts is None:
                return f"{self.ended_or_was_to} {self.when_it_ends()}, start not recorded"
            was_to = "was to begin " if self.start_foreseen else ""
            return was_to + self.start_in_words() + self.perhaps_by(day)
        limits = []
        if self.starts and day < self.latest_start:
            limits.append(f"{self.began_or_was_to} {self.starts.some_time()}")
        if self.ends and self.earliest_end < day:
            limits.append(f"{self.ended_or_was_to} {self.ends.some_time()}")
        return " and ".join(limits)

    def perhaps_by(self, day: datetime.date) -> str:
        """The words after a start *by* the month or year in which `day` lies, of what is openly
        perhaps: the source may speak of an earlier day in it. "" after any other."""
        if self.starts is None or day < self.starts.first_possible():
            return ""
        return ", perhaps by this day" if day < self.latest_start else ""

    @property
    def began_or_was_to(self) -> str:
        """The verb before the day of its start: "began", or "was to begin" of a plan."""
        return "was to begin" if self.start_foreseen else "began"

    @property
    def ended_or_was_to(self) -> str:
        """The same of its end."""
        return "was to end" if self.end_foreseen else "ended"

    def certain_days(self) -> tuple[datetime.date, datetime.date] | None:
        """The first and the last day on which this certainly holds; None if there is no such day.

        The last day there is stands for the last one of what has no end.
        """
        first, last = self.latest_start, self.earliest_end
        return (first, last) if first <= last and first < NO_LATEST else None

    def from_in_words(self) -> str:
        """The start as the register has it: "from April 2019", "not before May 2027"."""
        words = self.start_in_words()
        return words if self.start_qualifier != Qualifier.ON else f"from {words}"

    def nearest_certain_day(self, day: datetime.date) -> datetime.date | None:
        """The day on which this certainly holds that is nearest to `day`, if there is one."""
        days = self.certain_days()
        return days and min(max(day, days[0]), days[1])

    def worked_out_days(
        self, held_on: datetime.date = NO_EARLIEST
    ) -> tuple[datetime.date, datetime.date, datetime.date, datetime.date]:
        """The earliest and latest start and the earliest and latest end, as far as is known.

        `held_on` is the last day on which a document says that this held. What ended *by* a day
        ended no earlier than that, and no earlier than it may have begun.
        """
        earliest_start, latest_start = NO_EARLIEST, NO_LATEST
        earliest_end, latest_end = NO_EARLIEST, NO_LATEST
        begins = NO_EARLIEST
        if self.start_date is not None:
            begins = first_day(self.start_date, self.start_precision)
            if self.start_qualifier != Qualifier.BY:
                earliest_start = begins
            if self.start_qualifier != Qualifier.NOT_BEFORE:
                latest_start = last_day(self.start_date, self.start_precision)
        if self._goes_on:
            earliest_end = NO_LATEST
        elif self.end_date is not None:
            latest_end = last_day(self.end_date, self.end_precision)
            by_itself = self.end_qualifier == Qualifier.ON
            ends = first_day(self.end_date, self.end_precision) if by_itself else held_on
            earliest_end = min(max(ends, begins), latest_end)
        return earliest_start, min(latest_start, latest_end), earliest_end, latest_end

    def _ends_before_start(self) -> bool:
        return bool(self.start_date and self.end_date and self.end_date < self.start_date)
