"""Evidence: which document says so, where in it, and as of which day that is known.

A document speaks as of a day. A fact is last known on the latest such day among its source, what
it was confirmed against and the source of its end: never on the day on which somebody typed it.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from records.constraints import DatabaseCheck
from records.days import NO_EARLIEST, DayField
from records.periods import Precision, Qualifier, When, date_in_words, first_day

CONFIRMED_AGAINST = (
    "Say against which document it was confirmed, where in it, and when: all three, or only when."
)


def year_before(day: datetime.date) -> datetime.date:
    """The same day a year earlier; for 29 February, the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - 1)


def stale(today: datetime.date) -> Q:
    """A condition on facts with a period, which agrees with `Evidence.is_stale`."""
    return last_known_before(year_before(today))


def last_known_before(day: datetime.date) -> Q:
    """A condition on facts with a period: last known surely before `day`, or on no day that is
    recorded. It agrees with `Evidence.last_known`."""

    def before(name: str) -> Q:
        condition = Q(**{name: None})
        for precision in Precision:
            known_to = {f"{name.removesuffix('_on')}_precision": precision}
            condition |= Q(**known_to, **{f"{name}__lt": first_day(day, precision)})
        return condition

    source = (Q(as_of=None) & before("document__as_of")) | (
        Q(as_of__isnull=False) & before("as_of")
    )
    return source & before("confirmed_on") & before("end_document__as_of")


def refuse_to_come(
    name: str, day: datetime.date | None, precision: str, today: datetime.date
) -> None:
    """Raise ValidationError for the field `name` if `day`, which documents are said to speak of,
    has not come."""
    if day is not None and first_day(day, precision) > today:
        words = date_in_words(day, precision)
        raise ValidationError(
            {name: f"{words} has not come. Give the day of which the document speaks."}
        )


def spoken_of(fact: object, name: str) -> When | None:
    """The day in the field `name` and those beside it; None if it is not recorded.

    Facts without a period have no source of an end, and so no such day.
    """
    day = getattr(fact, name, None)
    if day is None:
        return None
    return When(day, getattr(fact, f"{name}_precision"), getattr(fact, f"{name}_qualifier"))


def _is_long_ago(known: When | None, today: datetime.date) -> bool:
    return known is None or known.last_possible() < year_before(today)


def lateness(when: When) -> tuple[datetime.date, datetime.date]:
    """Sorts days of which documents speak. The month of June is later than a day in it."""
    return when.last_possible(), when.first_possible()


def latest(*days: When | None) -> When | None:
    """The latest of `days`; the first of those that are equally late."""
    return max((day for day in days if day is not None), key=lateness, default=None)


def surely_said_on(when: When | None, before_end: datetime.date) -> datetime.date:
    """The last day on which a document that speaks as of `when` surely says that something held
    that was over by `before_end`; the first day there is if it says so of none.

    A document of June surely speaks of 1 June alone. A document that may be later than the
    end may speak of what is over, and one of “by June” may speak of any day before.
    """
    if when is None or when.qualifier != Qualifier.ON or when.last_possible() > before_end:
        return NO_EARLIEST
    return when.first_possible()


class Evidence:
    """What can be asked of anything that has the evidence fields, a model or a row of one."""

    # The names of the fields: what says so, and what it was last held against.
    AS_OF_FIELDS = ("as_of", "as_of_precision", "as_of_qualifier")
    SOURCE_FIELDS = ("document", "locator", *AS_OF_FIELDS, "quotation", "note")
    CONFIRMED_FIELDS = (
        "confirmed_on",
        "confirmed_precision",
        "confirmed_document",
        "confirmed_locator",
    )
    EVIDENCE_FIELDS = (*SOURCE_FIELDS, *CONFIRMED_FIELDS)
    # The fields that name documents.
    DOCUMENT_FIELDS: tuple[str, ...] = ("document", "confirmed_document")

    @property
    def source_as_of(self) -> When | None:
        """The day of which the source speaks: one of this fact's own, or else its document's."""
        return spoken_of(self, "as_of") or spoken_of(self, "document_as_of")

    @property
    def confirmed(self) -> When | None:
        """The day of which the document speaks that this was last confirmed against."""
        if self.confirmed_on is None:
            return None
        return When(self.confirmed_on, self.confirmed_precision)

    @property
    def last_known(self) -> When | None:
        """The latest day of which a document says so; None if no document has a day.

        It agrees with `last_known_before`.
        """
        return latest(self.start_last_known, spoken_of(self, "end_document_as_of"))

    @property
    def start_last_known(self) -> When | None:
        """The same of the source of the fact and of what confirmed it, whatever says that it
        ended."""
        return latest(self.source_as_of, self.confirmed)

    @property
    def last_known_to_hold(self) -> When | None:
        """The same without a document that shows it to be over."""
        return self.last_known

    @property
    def is_known_by_confirmation(self) -> bool:
        """Whether a later document than its sources last confirmed this."""
        known = self.last_known_to_hold
        return self.confirmed is not None and known == self.confirmed != self.source_as_of

    def last_known_in_words(self) -> str:
        """When this is last known: "June 2021", "by 2022"; "" if that is not recorded."""
        return self.last_known.in_words() if self.last_known else ""

    def how_lately_known(self, today: datetime.date) -> str:
        """ "Last known June 2021, more than a year ago"."""
        known = self.last_known_to_hold
        if known is None:
            return "Last known on no day that is recorded"
        long_ago = ", more than a year ago" if _is_long_ago(known, today) else ""
        return f"Last known {known.in_words()}{long_ago}"

    def is_stale(self, today: datetime.date) -> bool:
        """Whether this is last known surely more than a year before `today`, or on no day."""
        return _is_long_ago(self.last_known, today)

    def is_told_how_lately(self, day: datetime.date) -> bool:
        """Whether to say on `day` when this was last known to hold."""
        return True


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
    as_of = DayField(
        "source speaks as of",
        null=True,
        blank=True,
        help_text="Only where the paper speaks of several days: the one of which it says this. If "
        "it is empty, the day of the document counts.",
    )
    as_of_precision = models.CharField(
        "as of, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    as_of_qualifier = models.CharField(
        "as of is", max_length=10, choices=Qualifier, default=Qualifier.ON
    )
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
        help_text="Only where a later paper confirms it: the day of which that paper speaks.",
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
                name="%(app_label)s_%(class)s_as_of_words",
                condition=Q(as_of_precision__in=Precision.values)
                & Q(as_of_qualifier__in=Qualifier.values),
                violation_error_message="Choose day, month or year, and on or by.",
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

    def settle_as_of(self) -> None:
        """Store a month or year by its first day."""
        if self.as_of is not None:
            self.as_of = first_day(self.as_of, self.as_of_precision)

    def refuse_days_to_come(self, today: datetime.date) -> None:
        """Raise ValidationError if a document is said to speak of a day that has not come."""
        refuse_to_come("as_of", self.as_of, self.as_of_precision, today)
        refuse_to_come("confirmed_on", self.confirmed_on, self.confirmed_precision, today)

    @property
    def document_slug(self) -> str:
        """The slug of the source document, by the name that rows of `.values()` give it."""
        return self.document.slug

    @property
    def document_title(self) -> str:
        """What the source document is called beside a fact, likewise."""
        return self.document.short_title

    @property
    def document_as_of(self) -> datetime.date | None:
        """The day of which the source document speaks, likewise."""
        return self.document.as_of if self.document_id else None

    @property
    def document_as_of_precision(self) -> str:
        return self.document.as_of_precision

    @property
    def document_as_of_qualifier(self) -> str:
        return self.document.as_of_qualifier

    @property
    def confirmed_document_slug(self) -> str | None:
        """The same of the document it was last confirmed against, if that is named."""
        return self.confirmed_document.slug if self.confirmed_document else None

    @property
    def confirmed_document_title(self) -> str | None:
        return self.confirmed_document.short_title if self.confirmed_document else None
