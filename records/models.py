"""The base models of every record, source documents, and what the admin keeps for staff."""

import datetime
from collections.abc import Iterable
from importlib import import_module
from operator import attrgetter

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from records.cited import (
    facts_to_settle,
    lock_with_what_it_settles,
    read_and_lock_document,
    refuse_overlaps,
)
from records.constraints import DatabaseCheck
from records.dated import Dated
from records.days import NO_EARLIEST, DayField
from records.evidence import Evidenced, refuse_to_come, surely_said_on
from records.foresight import Foreseeable
from records.history import Recorded, RecordQuerySet
from records.names import FoldedField
from records.periods import (
    PeriodQuerySet,
    Precision,
    Qualifier,
    date_in_words,
    first_day,
    last_day,
    limit_in_words,
)
from records.start_rules import refuse_start_after_what_belongs_to
from records.text import tidy

END_HAS_SOURCE = (
    "Say which document gives the end, where in it, and the end: all three, or none of the source "
    "of the end."
)
SLUG_HELP = "Part of the public address. Letters, digits and hyphens; it does not change."


def one_of(field: str, choices: type[models.TextChoices], *, or_empty: bool = False):
    """A constraint: the value of `field` is one of `choices`, or nothing if `or_empty`."""
    values = [*choices.values, ""] if or_empty else choices.values
    return DatabaseCheck(
        name=f"%(app_label)s_%(class)s_{field}_known",
        condition=Q(**{f"{field}__in": values}),
        violation_error_message=f"Choose the {field.replace('_', ' ')} from the list.",
    )


class NaturalKeyManager(models.Manager):
    """Finds a record by the words that identify it in fixtures."""

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(self.model.natural_key_fields, key, strict=True)))


class FactQuerySet(RecordQuerySet):
    """Facts without a period of their own."""

    def stated_by(self, day):
        """The facts of which a source speaks as of `day` or before, as far as is known.

        A rating or a figure of 2021 does not belong on a page about 2019. That another document
        confirms it later hides it from no day.
        """
        # Before documents had a day, what was typed as the confirmation stood for it.
        typed = Case(When(confirmed_document=None, then="confirmed_on"))
        spoken = self.alias(spoken_on=Coalesce("as_of", "document__as_of", typed))
        return spoken.filter(Q(spoken_on__isnull=True) | Q(spoken_on__lte=day))


class DatedRecordQuerySet(PeriodQuerySet, RecordQuerySet):
    """Records with a period."""


RecordManager = NaturalKeyManager.from_queryset(RecordQuerySet, "RecordManager")
FactManager = NaturalKeyManager.from_queryset(FactQuerySet, "FactManager")
DatedRecordManager = NaturalKeyManager.from_queryset(DatedRecordQuerySet, "DatedRecordManager")


class Record(Recorded):
    objects = RecordManager()

    # The lookups that identify a record in fixtures: ("organisation__slug", "title").
    natural_key_fields: tuple[str, ...] = ()
    # The paths to the records that `told_apart_by` reads.
    told_apart_with: tuple[str, ...] = ()
    # Groups of a model's own fields that are one choice where two editors changed a record.
    chosen_together: tuple[tuple[str, ...], ...] = ()

    class Meta:
        abstract = True
        # Django sometimes writes without `objects`: forum.seats.add(seat) is an UPDATE. With this
        # it finds the queryset that refuses. Every model has to inherit it.
        base_manager_name = "objects"

    def natural_key(self) -> tuple:
        paths = (lookup.replace("__", ".") for lookup in self.natural_key_fields)
        return tuple(attrgetter(path)(self) for path in paths)

    def told_apart_by(self) -> str:
        """The words that tell this apart from another of its name; "" if nothing does."""
        return ""

    @classmethod
    def words_apart(cls, records: list["Record"], day: datetime.date) -> dict[int, str]:
        """The words that tell each of `records` apart on the day, by its key."""
        return {record.pk: record.told_apart_by() for record in records}

    def over_in_words(self, day: datetime.date) -> str:
        """When this ended, if it has ended by the day: "closed 31 March 2020"; "" if not."""
        return ""


class Fact(Record, Evidenced):
    """A record that a source document states."""

    objects = FactManager()

    class Meta(Record.Meta, Evidenced.Meta):
        abstract = True

    def prepare(self) -> None:
        super().prepare()
        self.settle_as_of()


class DatedFact(Record, Foreseeable, Evidenced, Dated):
    """A record that a source document states, and that holds for a period."""

    objects = DatedRecordManager()

    END_SOURCE_FIELDS = ("end_document", "end_locator")
    DOCUMENT_FIELDS: tuple[str, ...] = ("document", "end_document", "confirmed_document")
    # All that is taken back with an end.
    said_of_end: tuple[str, ...] = (*Dated.END_FIELDS, *END_SOURCE_FIELDS)

    end_document = models.ForeignKey(
        "records.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="source of the end",
        help_text="The paper that says it ended, if that is not the source document.",
    )
    end_locator = models.CharField(
        "place in that source",
        max_length=300,
        blank=True,
        help_text="The page, slide or section that says so.",
    )

    instead_of_changing = "End this record and add another."
    # In words: what it did when it ended.
    verb_of_end = "ended"

    class Meta(Record.Meta):
        abstract = True
        indexes = Dated.Meta.indexes
        constraints = [
            *Evidenced.Meta.constraints,
            *Dated.Meta.constraints,
            DatabaseCheck(
                name="%(app_label)s_%(class)s_end_has_source",
                condition=Q(end_document__isnull=True, end_locator="")
                | (Q(end_document__isnull=False, end_date__isnull=False) & ~Q(end_locator="")),
                violation_error_message=END_HAS_SOURCE,
            ),
        ]

    @property
    def end_document_slug(self) -> str | None:
        """The slug of the end's own source, if it has one. Rows of `.values()` have it too."""
        return self.end_document.slug if self.end_document else None

    @property
    def end_document_title(self) -> str | None:
        return self.end_document.short_title if self.end_document else None

    @property
    def end_document_as_of(self) -> datetime.date | None:
        """The day of which the end's own source speaks, likewise."""
        return self.end_document.as_of if self.end_document else None

    @property
    def end_document_as_of_precision(self) -> str | None:
        return self.end_document.as_of_precision if self.end_document else None

    @property
    def end_document_as_of_qualifier(self) -> str | None:
        return self.end_document.as_of_qualifier if self.end_document else None

    def over_in_words(self, day):
        return self.told_end(self.verb_of_end) if self.has_ended(day) else ""

    def held_on(self):
        """The document that gives the end does not say that this held."""
        if self.end_date is None or self.end_qualifier != Qualifier.BY:
            return NO_EARLIEST  # It makes no difference.
        gives_end = self.end_document_id or self.document_id
        said = []
        if self.document_id != gives_end:
            said.append(self.source_as_of)
        if (self.confirmed_document_id or self.document_id) != gives_end:
            said.append(self.confirmed)
        end = last_day(self.end_date, self.end_precision)
        return max((surely_said_on(when, end) for when in said), default=NO_EARLIEST)

    def dates_are_understood(self):
        known_on = (self.as_of, self.confirmed_on)
        understood = all(isinstance(day, datetime.date | None) for day in known_on)
        return understood and super().dates_are_understood()

    def clean(self) -> None:
        super().clean()
        if self.latest_start is not None:  # or else the fields say what is wrong
            for rule in self.not_before:
                rule.validate(self)
            refuse_start_after_what_belongs_to(self)
        has_source = self.end_document_id is not None
        if has_source != bool(self.end_locator) or (has_source and self.end_date is None):
            raise ValidationError(END_HAS_SOURCE)

    def prepare(self) -> None:
        super().prepare()
        self.settle_as_of()
        read_and_lock_document(self)
        self.settle_period()


class NameKind(models.TextChoices):
    """Why there is another name."""

    FORMER = "former", "former name"
    OTHER = "other", "other name"
    ABBREVIATION = "abbreviation", "abbreviation"
    SPELLING = "spelling", "spelling in a source"


class OtherName(DatedFact):
    """A name, other than its own, that something had or that a source gives it."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=15, choices=NameKind)
    folded = FoldedField(sources=("name",))

    class Meta(DatedFact.Meta):
        abstract = True
        ordering = ["folded"]
        constraints = [*DatedFact.Meta.constraints, one_of("kind", NameKind)]


class DocumentKind(models.TextChoices):
    BRIEFING_PACK = "briefing-pack", "briefing pack"
    BOARD_PAPER = "board-paper", "board paper"
    MINUTES = "minutes", "minutes"
    TERMS_OF_REFERENCE = "terms-of-reference", "terms of reference"
    LETTER = "letter", "letter or email"
    DATA_EXTRACT = "data-extract", "data extract"
    WEB_PAGE = "web-page", "web page"
    OTHER = "other", "other"


class Document(Record):
    """A source document: a paper, pack, extract or letter that states facts."""

    slug = models.SlugField(max_length=100, unique=True, help_text=SLUG_HELP)
    title = models.CharField(max_length=300)
    short_title = models.CharField(
        max_length=60, help_text="What the source is called beside each fact: “Board paper 2019”."
    )
    kind = models.CharField(max_length=30, choices=DocumentKind)
    publisher = models.CharField(max_length=200, blank=True)

    published_date = DayField(
        "published", null=True, blank=True, help_text="Leave empty if it is not known at all."
    )
    published_precision = models.CharField(
        "published, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )

    as_of = DayField(
        "speaks as of",
        null=True,
        blank=True,
        help_text="The day up to which it knows what it says: of minutes, the day of the meeting. "
        "If only the month or year is known, any day in it will do.",
    )
    as_of_precision = models.CharField(
        "as of, known to the", max_length=5, choices=Precision, default=Precision.DAY
    )
    as_of_qualifier = models.CharField(
        "as of is", max_length=10, choices=Qualifier, default=Qualifier.ON
    )

    url = models.URLField("web address", max_length=500, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    folded = FoldedField(sources=("title", "short_title"))

    natural_key_fields = ("slug",)

    class Meta(Record.Meta):
        ordering = ["folded"]
        constraints = [
            one_of("kind", DocumentKind),
            one_of("published_precision", Precision),
            one_of("as_of_precision", Precision),
            one_of("as_of_qualifier", Qualifier),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("document", args=[self.slug])

    def told_apart_by(self):
        return self.published_in_words()

    def published_in_words(self) -> str:
        """When it was published, as it is known; "" if that is not recorded."""
        if self.published_date is None:
            return ""
        return date_in_words(self.published_date, self.published_precision)

    def as_of_in_words(self) -> str:
        """The day of which it speaks, as it is known: "by June 2021"; "" if that is not
        recorded."""
        if self.as_of is None:
            return ""
        return limit_in_words(self.as_of, self.as_of_precision, self.as_of_qualifier)

    def clean(self) -> None:
        super().clean()
        published, as_of = self.published_date, self.as_of
        if not all(isinstance(day, datetime.date | None) for day in (published, as_of)):
            return  # The fields themselves say so.
        if (
            published is not None
            and as_of is not None
            and first_day(as_of, self.as_of_precision)
            > last_day(published, self.published_precision)
        ):
            raise ValidationError(
                {
                    "as_of": f"It was published {self.published_in_words()}, before "
                    f"{self.as_of_in_words()}. Correct one of the two."
                }
            )
        for fact in facts_to_settle(self):
            refuse_overlaps(fact)

    def save(self, *args, **kwargs):
        """Save with this the facts whose days follow from the day as of which it speaks."""
        with transaction.atomic(using=kwargs.get("using")):
            self.prepare()
            lock_with_what_it_settles(self)
            facts = facts_to_settle(self)
            super().save(*args, **kwargs)
            for fact in facts:
                fact.save()

    def refuse_days_to_come(self, today: datetime.date) -> None:
        """Raise ValidationError if it is said to speak of a day that has not come."""
        refuse_to_come("as_of", self.as_of, self.as_of_precision, today)

    def prepare(self) -> None:
        """Store a month or year by its first day. A document that has only a day of publication
        speaks as of no later day."""
        super().prepare()
        if self.as_of is None and self.published_date is not None:
            self.as_of, self.as_of_precision = self.published_date, self.published_precision
            self.as_of_qualifier = Qualifier.BY
        if self.as_of is not None:
            self.as_of = first_day(self.as_of, self.as_of_precision)


def read_documents_of(facts: Iterable[DatedFact]) -> None:
    """Read the documents of facts, and those of their ends, in one query."""
    facts = list(facts)
    fields = ("document", "end_document")
    keys = {getattr(fact, f"{field}_id") for fact in facts for field in fields} - {None}
    documents = Document.objects.in_bulk(keys) if keys else {}
    for fact in facts:
        for field in fields:
            if (key := getattr(fact, f"{field}_id")) in documents:
                setattr(fact, field, documents[key])


class RegisterVersion(models.Model):
    """The one row that says which version the register is at (see `records.version`).

    It is no record of the register. Only the database writes it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    word = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="records_registerversion_is_one", condition=models.Q(id=1)),
        ]

    def __str__(self):
        return self.word


class Upload(models.Model):
    """A spreadsheet that somebody sent, and the outcome of importing it.

    It is no record of the register: it has no history, and is deleted when it is old.
    """

    kind = models.CharField(max_length=60, help_text="What it lists: “forums.membership”.")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    reason = models.CharField(max_length=500)
    # Where several records fit a name, the one chosen: {"person": {"J Smith": 12}}.
    choices = models.JSONField(default=dict)
    # The outcome of each row, or what it would be, as the preview shows it.
    outcome = models.JSONField(null=True)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-uploaded_at"]
        permissions = [("import_records", "Can import records from spreadsheets")]

    def __str__(self):
        return self.file_name

    def save(self, *args, **kwargs):
        tidy(self)
        super().save(*args, **kwargs)


class PasswordToChange(models.Model):
    """An account whose owner has to change the password at the next sign-in: a manager set it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="password_to_change",
    )

    def __str__(self):
        return str(self.user)


class StaffSession(AbstractBaseSession):
    """Somebody signed in to the admin in one browser."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    began_at = models.DateTimeField()
    # Where it began.
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, help_text="In words: “Firefox on Windows”.")

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore


class KeptForm(models.Model):
    """A form of the admin that somebody filled in and sent after their session had ended."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_forms"
    )
    kept_at = models.DateTimeField(default=timezone.now, db_index=True)
    # The address that it was sent to.
    address = models.TextField()
    # Names and values, in the order sent.
    fields = models.JSONField()
    # Whether a file or a password was sent too, which are not kept.
    left_out = models.BooleanField()

    class Meta:
        ordering = ["-kept_at"]

    def __str__(self):
        return self.address
