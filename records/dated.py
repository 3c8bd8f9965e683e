"""Models of what holds for a period: their fields, and the rules of them."""

import datetime
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from records.constraints import DatabaseCheck
from records.days import NO_EARLIEST, NO_LATEST, DayField
from records.overlap_rules import NoOverlap
from records.periods import Period, Precision, Qualifier, first_day, last_day
from records.start_rules import NotBefore

# The start and the end as they are known, with the earliest start and the latest end.
EARLIEST_START = Q(
    start_date__isnull=False,
    start_qualifier__in=[Qualifier.ON, Qualifier.NOT_BEFORE],
    earliest_start=F("start_date"),
)
LATEST_END = Q(
    end_date__isnull=False,
    end_qualifier__in=[Qualifier.ON, Qualifier.BY],
    latest_end=F("end_date"),
)
NO_EARLIEST_START = Q(earliest_start=NO_EARLIEST) & (
    Q(start_date__isnull=True) | Q(start_qualifier=Qualifier.BY)
)
NO_LATEST_END = Q(earliest_end=NO_LATEST, latest_end=NO_LATEST) & (
    Q(end_date__isnull=True) | Q(end_qualifier=Qualifier.NOT_BEFORE)
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
        max_length=10,
        choices=Qualifier,
        default=Qualifier.ON,
        help_text="Choose “by” when a source shows it was so by then, but not since when. Choose "
        "“not before” when it is to start later and no source says when.",
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
        "end is", max_length=10, choices=Qualifier, default=Qualifier.ON
    )
    # What follows from the two dates. The record certainly holds from the latest start to the
    # earliest end; two conflict only if these overlap, so that a handover known to the month alone
    # is accepted. It may hold from the earliest start to the latest end.
    earliest_start = models.DateField(editable=False)
    latest_start = models.DateField(editable=False)
    earliest_end = models.DateField(editable=False)
    latest_end = models.DateField(editable=False)

    no_overlaps: tuple[NoOverlap, ...] = ()
    not_before: tuple[NotBefore, ...] = ()

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
                condition=Q(start_date__isnull=False)
                | Q(end_date__isnull=False, end_qualifier__in=[Qualifier.ON, Qualifier.BY]),
                violation_error_message="Give a start date. It may be left empty only for "
                "something that is over.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_period_words",
                condition=Q(start_precision__in=Precision.values)
                & Q(end_precision__in=Precision.values)
                & Q(start_qualifier__in=Qualifier.values)
                & Q(end_qualifier__in=Qualifier.values),
                violation_error_message="Choose day, month or year, and on, by or not before.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_four_days",
                # A comparison with nothing is neither true nor false, which a database lets
                # pass: so each side says that there is something.
                condition=Q(
                    earliest_start__lte=F("latest_start"),
                    latest_start__lte=F("latest_end"),
                    earliest_end__gte=F("earliest_start"),
                    earliest_end__lte=F("latest_end"),
                )
                & (NO_EARLIEST_START | EARLIEST_START)
                & (NO_LATEST_END | LATEST_END)
                # A record in force has a day on which it certainly holds: without, it would slip
                # past the rules that no two may overlap.
                & (Q(latest_start__lt=NO_LATEST) | Q(start_qualifier=Qualifier.NOT_BEFORE)),
                violation_error_message="The earliest and latest start and end follow from the "
                "start and the end.",
            ),
        ]
        # By when something began or ended: of days, months and years each in turn.
        indexes = [
            models.Index(
                fields=[f"{which}_precision", f"{which}_date"], name=f"%(class)s_by_{which}"
            )
            for which in ("start", "end")
        ]

    @property
    def may_have_no_start(self) -> bool:
        """Whether this may go on without a start: a plan that gives no day."""
        return False

    def held_on(self) -> datetime.date:
        """The last day on which a document surely says that this held; the first day there is if
        none does."""
        return NO_EARLIEST

    def settle_period(self) -> None:
        """Store month and year dates by their edges, and work out the four days."""
        if self.start_date:
            self.start_date = first_day(self.start_date, self.start_precision)
        if self.end_date:
            self.end_date = last_day(self.end_date, self.end_precision)
        days = self.worked_out_days(self.held_on())
        self.earliest_start, self.latest_start, self.earliest_end, self.latest_end = days

    def refuse_start_after_end_of(self, other: "Dated") -> None:
        """Raise ValidationError if this certainly starts after `other` came to an end.

        A record that had begun *by* a day may have begun in time.
        """
        if (
            self.start_date is not None
            and other.end_date is not None
            and self.dates_are_understood()
            and other.has_ended(self.start_date)
            and self.start_qualifier != Qualifier.BY
        ):
            raise ValidationError(
                {
                    "start_date": f"The start, {self.start_in_words()}, is after the end of "
                    f"{other}, {other.end_in_words()}. Correct one of the two."
                }
            )

    def dates_are_understood(self) -> bool:
        days = self.start_date, self.end_date
        return all(isinstance(day, datetime.date | None) for day in days)

    def clean(self) -> None:
        super().clean()
        if not self.dates_are_understood():  # the fields themselves say so
            for name in self.FOUR_DAYS:
                setattr(self, name, None)
            return
        if self.start_date is None and self._goes_on and not self.may_have_no_start:
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
