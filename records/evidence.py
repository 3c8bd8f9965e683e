"""Evidence: which document says so, where in it, and when it was last held against one."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from records.constraints import DatabaseCheck
from records.days import DayField
from records.periods import Precision, date_in_words, first_day, last_day

CONFIRMED_AGAINST = (
    "Say against which document it was confirmed, where in it, and when: all three, or only when."
)


def year_before(day: datetime.date) -> datetime.date:
    """The same day a year earlier; for 29 February, the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - 1)


def stale(today: datetime.date) -> Q:
    """A condition on facts, which agrees with `Evidence.is_stale`."""
    limit = year_before(today)
    condition = Q(confirmed_on=None)
    for precision in Precision:
        condition |= Q(confirmed_precision=precision, confirmed_on__lt=first_day(limit, precision))
    return condition


class Evidence:
    """What can be asked of anything that has the evidence fields, a model or a row of one."""

    # The names of the fields: what says so, and what it was last held against.
    SOURCE_FIELDS = ("document", "locator", "quotation", "note")
    CONFIRMED_FIELDS = (
        "confirmed_on",
        "confirmed_precision",
        "confirmed_document",
        "confirmed_locator",
    )
    EVIDENCE_FIELDS = (*SOURCE_FIELDS, *CONFIRMED_FIELDS)
    # The fields that name documents.
    DOCUMENT_FIELDS: tuple[str, ...] = ("document", "confirmed_document")

    def confirmed_in_words(self) -> str:
        """When this was last confirmed, as it is known; "" if that is not recorded."""
        if self.confirmed_on is None:
            return ""
        return date_in_words(self.confirmed_on, self.confirmed_precision)

    def is_stale(self, today: datetime.date) -> bool:
        """Whether this was last confirmed surely more than a year before `today`, or never."""
        if self.confirmed_on is None:
            return True
        return last_day(self.confirmed_on, self.confirmed_precision) < year_before(today)


class Evidenced(Evidence, models.Model):
    """A fact that a source document states."""

    document = models.ForeignKey(
        "records.Document",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="source document",
        help_text="The paper that says so.",
    )
    locator = models.CharField(max_length=300, help_text="The page, slide or section that says so.")
    quotation = models.TextField(
        blank=True, help_text="A few of its own words, where they help. Optional."
    )
    note = models.TextField(
        blank=True, help_text="How the source was read, or what it leaves open. Shown to all."
    )
    confirmed_on = DayField(
        "last confirmed",
        null=True,
        blank=True,
        help_text="When this was last held against a source.",
    )
    confirmed_precision = models.CharField(
        "confirmed, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    confirmed_document = models.ForeignKey(
        "records.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="confirmed against",
        help_text="The document it was held against, if that is not the one above.",
    )
    confirmed_locator = models.CharField("place in that document", max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            DatabaseCheck(
                name="%(app_label)s_%(class)s_has_locator",
                condition=~Q(locator=""),
                violation_error_message="Say where in the document it stands.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_confirmed_precision",
                condition=Q(confirmed_precision__in=Precision.values),
                violation_error_message="Choose day, month or year.",
            ),
            DatabaseCheck(
                name="%(app_label)s_%(class)s_confirmed_against",
                condition=Q(confirmed_document__isnull=True, confirmed_locator="")
                | (
                    Q(confirmed_document__isnull=False, confirmed_on__isnull=False)
                    & ~Q(confirmed_locator="")
                ),
                violation_error_message=CONFIRMED_AGAINST,
            ),
        ]

    def clean(self) -> None:
        super().clean()
        against = self.confirmed_document_id is not None
        if against != bool(self.confirmed_locator) or (against and self.confirmed_on is None):
            raise ValidationError(CONFIRMED_AGAINST)

    def refuse_confirmation_to_come(self, today: datetime.date) -> None:
        """Raise ValidationError if this is said to be confirmed on a day that has not come: until
        then no page would show what is not dated otherwise."""
        if (
            self.confirmed_on is not None
            and first_day(self.confirmed_on, self.confirmed_precision) > today
        ):
            raise ValidationError(
                {
                    "confirmed_on": f"{self.confirmed_in_words()} has not come. Give the day on "
                    "which this was last held against a source."
                }
            )

    @property
    def document_slug(self) -> str:
        """The slug of the source document, by the name that rows of `.values()` give it."""
        return self.document.slug

    @property
    def document_title(self) -> str:
        """What the source document is called beside a fact, likewise."""
        return self.document.short_title

    @property
    def confirmed_document_slug(self) -> str | None:
        """The same of the document it was last confirmed against, if that is named."""
        return self.confirmed_document.slug if self.confirmed_document else None

    @property
    def confirmed_document_title(self) -> str | None:
        return self.confirmed_document.short_title if self.confirmed_document else None
