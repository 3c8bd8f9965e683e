"""Designates: people named for a post or a seat before they begin, perhaps before it exists.

A designate is no holder. The day of the naming is a day on the tenure, which begins later.
"""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from records.constraints import DatabaseCheck
from records.days import NO_LATEST, DayField
from records.periods import Period, Precision, Qualifier, When, first_day

NAMED_FIELDS = ("named_date", "named_precision", "named_qualifier")


class Named(Period):
    """What can be asked of a tenure that may have been announced, a model or a row of one."""

    named_date: datetime.date | None
    named_precision: str
    named_qualifier: str

    @property
    def named(self) -> When | None:
        """When somebody was named for it, as it is known; None if that is not recorded."""
        if self.named_date is None:
            return None
        return When(self.named_date, self.named_precision, self.named_qualifier)

    def is_named_after(self, day: datetime.date) -> bool:
        """Whether nobody had been named yet on `day`, as far as is recorded."""
        return self.named is not None and self.named.first_possible() > day

    def designate_in_words(self, title: str) -> str:
        """ "Chair designate, named on 26 November 2021, to begin on 1 July 2022"."""
        if self.named is None:
            return ""
        begins = self.when_it_starts()
        return f"{title} designate, named {self.named.in_a_sentence()}, to begin {begins}"


class Designated(Named, models.Model):
    """A tenure, with the day on which somebody was named for it before it began."""

    named_date = DayField(
        "named on",
        null=True,
        blank=True,
        help_text="Only of a designate: the day on which they were named, before they begin.",
    )
    named_precision = models.CharField(
        "named, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    named_qualifier = models.CharField(
        "named is", max_length=10, choices=Qualifier, default=Qualifier.ON
    )

    class Meta:
        abstract = True
        # For the changes of some days. Few are named before they begin.
        indexes = [
            models.Index(
                fields=["named_precision", "named_date"],
                name="%(class)s_by_named",
                condition=Q(named_date__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_named_words",
                condition=Q(named_precision__in=Precision.values)
                & Q(named_qualifier__in=[Qualifier.ON, Qualifier.BY]),
                violation_error_message="Choose day, month or year, and on or by, of the day on "
                "which somebody was named.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_named_before_start",
                condition=Q(named_date__isnull=True) | Q(named_date__lte=F("latest_start")),
                violation_error_message="A designate is named before they begin.",
            ),
        ]

    def settle_naming(self) -> None:
        """Store a month or a year by its first day."""
        if self.named_date is not None:
            self.named_date = first_day(self.named_date, self.named_precision)


def refuse_designate_of_nothing(tenure: Any) -> None:
    """Raise ValidationError if somebody is said to be named after the start, or for what is over
    or never came to be."""
    if not isinstance(tenure.named_date, datetime.date) or tenure.held is None:
        return
    named = tenure.named.first_possible()
    if tenure.latest_start is not None and named > tenure.latest_start:
        raise ValidationError(
            {
                "named_date": f"Named {tenure.named.in_a_sentence()} is after the start, "
                f"{tenure.start_in_words()}. A designate is named before they begin: correct one "
                "of the two, or leave this empty."
            }
        )
    never_begins = tenure.latest_start == NO_LATEST
    for whole in (tenure.held, getattr(tenure.held, tenure.held.owner_field)):
        if whole.has_ended(named):
            raise ValidationError(
                {
                    "named_date": f"{whole} {whole.told_end('ended')}, so that nobody was named "
                    f"for it {tenure.named.in_a_sentence()}. Correct one of the two."
                }
            )
        if whole.over_by is not None and (never_begins or whole.has_ended(tenure.latest_start)):
            raise ValidationError(
                {
                    "named_date": f"{whole} {whole.told_end('ended')}, before this began: it never "
                    "came to be. Leave out this record, or correct the start or that end."
                }
            )
