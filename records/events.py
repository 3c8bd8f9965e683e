"""Events: when something happened, and which document says so."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from records.days import NO_LATEST
from records.locks import locked
from records.models import DatedFact, Document, Record
from records.periods import (
    Qualifier,
    When,
    first_day,
)

AnyRecord = TypeVar("AnyRecord", bound=Model)


@dataclass(frozen=True)
class Source:
    """A document and the place in it that says so."""

    document: Document
    locator: str

    def as_evidence(self) -> dict:
        """The fields of a record with this source, which speaks as of the day of its document."""
        return {
            "document": self.document,
            "locator": self.locator,
            "as_of": None,
            "confirmed_on": None,
        }

    def as_end(self) -> dict:
        """The fields of a record whose end has this source."""
        return {"end_document": self.document, "end_locator": self.locator}


def end(record: DatedFact, when: When, source: Source, **fields) -> None:
    """End a dated record: read it again, check it and save it.

    Raises ValidationError if somebody else gave it an end since `record` was read, if nobody knows
    whether it began, or if a rule would be broken.
    """
    stored = read_and_lock(record)
    if stored.end_date != record.end_date:
        raise ValidationError(
            f"{record}: somebody else has changed its end, which is now "
            f"{stored.end_in_words() or 'not recorded'}. Look again before you end it."
        )
    if stored.start_is_announced and not when.is_announced:
        raise ValidationError(
            f"{record}: it was announced, {stored.start_in_words()}, and no source says that it "
            "began. Give its start first, or withdraw it if it never came to be."
        )
    for name, value in {**when.as_end(), **source.as_end(), **fields}.items():
        setattr(stored, name, value)
    check_and_save(stored, errors_name_it=True)


def give_day(document: Document, as_of: When) -> None:
    """Record of which day a document speaks that had none.

    Raises ValidationError if it has another day, or if this cannot be right.
    """
    if document.as_of is not None and document.as_of_in_words() != as_of.in_words():
        raise ValidationError(
            {
                "as_of": f"In the register {document.short_title} speaks as of "
                f"{document.as_of_in_words()}. Leave this empty, or correct the document."
            }
        )
    if document.as_of is None:
        document.as_of, document.as_of_precision = as_of.day, as_of.precision
        document.as_of_qualifier = as_of.qualifier
        document.refuse_days_to_come(timezone.localdate())
        check_and_save(document)


# The words of an earlier source, which are of another day.
WORDS_OF_ANOTHER = {
    "quotation": "",
    "note": "",
    "confirmed_document": None,
    "confirmed_locator": "",
}


def begin_on(record: DatedFact, when: When, source: Source) -> None:
    """Give a record, which is locked, the start that a document says, and save it. Raises
    ValidationError if a rule would be broken."""
    changes = {**when.as_start(), **source.as_evidence()}
    if record.pk is not None:
        changes |= WORDS_OF_ANOTHER
    for name, value in changes.items():
        setattr(record, name, value)
    check_and_save(record, errors_name_it=record.pk is not None)


def take_back_end(record: DatedFact) -> None:
    """Take back the end of a record that goes on after all, with its reason and its source: read it
    again, check it and save it.

    Raises ValidationError if somebody else has changed the end since `record` was read, or if a
    rule would be broken.
    """
    stored = read_and_lock(record)
    if stored.end_date != record.end_date:
        raise ValidationError(
            f"{stored}: somebody else has changed its end. Look again before you take it back."
        )
    for name in record.said_of_end:
        field: Any = stored._meta.get_field(name)
        setattr(stored, name, field.get_default())
    check_and_save(stored, errors_name_it=True)


def check_and_save(record: Record, *, errors_name_it: bool = False) -> None:
    """Save a record. Raises ValidationError if it breaks a rule: with its name in front, if the
    reader may not be looking at that record."""
    try:
        record.full_clean()
    except ValidationError as error:
        if errors_name_it:
            raise error_about(record, error) from error
        raise
    record.save()


def start_in_stead_of(record: DatedFact, begins: When) -> dict:
    """The fields of the start of the successor of a record, which is never before the record's own.

    If something passes on in a month, a holder who came late in it was not there from the first.
    Whoever was announced without a day still is.
    """
    if record.start_date is not None and record.start_qualifier == Qualifier.NOT_BEFORE:
        later = max(record.start_date, first_day(begins.day, begins.precision))
        precision = record.start_precision if later == record.start_date else begins.precision
        return When(later, precision, Qualifier.NOT_BEFORE).as_start()
    if (
        record.start_date is not None
        and record.start_qualifier != Qualifier.BY
        and record.start_date > first_day(begins.day, begins.precision)
    ):
        return When(record.start_date, record.start_precision).as_start()
    return begins.as_start()


def is_over(record: DatedFact, last: When) -> bool:
    """Whether a record is known to be over by the end of `last`. An announcement without a day
    takes back no end that is known."""
    if last.is_announced:
        return record.latest_end < NO_LATEST
    return record.latest_end <= last.last_possible()


def end_unless_over(record: DatedFact, when: When, source: Source, **fields) -> None:
    """As `end`. A record that is over by then keeps its end, with the reason and the source."""
    if not is_over(record, when):
        end(record, when, source, **fields)


def read_and_lock(record: AnyRecord) -> AnyRecord:
    """A record as it is now, locked until the transaction ends.

    The records that its check locks are locked first: the forum before its seat, the seat before
    who fills it. In one order, no two transactions wait for each other. Raises ValidationError if
    somebody has removed the record.
    """
    names = [rule.locks for rule in getattr(record, "no_overlaps", ())]
    for name in dict.fromkeys([*names, getattr(record, "held_field", "")]):
        if name:
            field = record._meta.get_field(name)
            list(locked(field.related_model).filter(pk=getattr(record, field.attname)))
    return lock(record)


def lock(record: AnyRecord) -> AnyRecord:
    """As `read_and_lock`, but locks no other records."""
    stored = locked(type(record)).filter(pk=record.pk).first()
    if stored is None:
        raise ValidationError(f"{record}: somebody else has removed this record. Look again.")
    return stored


def error_about(record: Model, error: ValidationError) -> ValidationError:
    """The same error, with the name of the record that it is about in front of each message."""
    return ValidationError(
        {
            name: [f"{record}: {message}" for message in messages]
            for name, messages in error.message_dict.items()
        }
        if hasattr(error, "error_dict")
        else [f"{record}: {message}" for message in error.messages]
    )
