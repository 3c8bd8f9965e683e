"""What happens to forums and seats, each as one step that is done whole or not at all."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from forums.models import Membership, Seat
from people.actions import begin, carried_over
from people.models import EndReason
from records.events import (
    Source,
    end,
    end_unless_over,
    error_about,
    read_and_lock,
    start_in_stead_of,
)
from records.models import DatedFact
from records.periods import When


@transaction.atomic
def replace_and_resize(
    *,
    seat: Seat,
    leaving: Iterable[Membership],
    left: When,
    end_reason: EndReason | str,
    begins: When,
    number: int,
    source: Source,
    **fields,
) -> Membership:
    """As `replace_holders`, of a seat that has another number of holders from then on.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    seat = read_and_lock(seat)
    for membership in leaving:
        end_unless_over(membership, left, source, end_reason=end_reason)
    renewed = resize(seat, begins=begins, number=number, source=source)
    return begin(renewed, **begins.as_start(), **source.as_evidence(), **fields)


@transaction.atomic
def end_and_resize(
    *,
    membership: Membership,
    when: When,
    end_reason: EndReason | str,
    number: int,
    source: Source,
) -> Seat:
    """End somebody's time in a seat that has another number of holders from the day after.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    seat = read_and_lock(membership.seat)
    end(membership, when, source, end_reason=end_reason)
    return resize(seat, begins=when.morrow(), number=number, source=source)


# What a seat that goes on in another says of itself, beside its own source.
GOES_ON = (
    "It goes on from the seat of this title before it; what this source does not say is as it "
    "was there."
)


def resize(seat: Seat, *, begins: When, number: int, source: Source) -> Seat:
    """End a seat and begin a like one that has room for `number`, with whoever is still in it.

    A number is true for a time and is not overwritten. What asks for the seat, as a clause of
    the quoracy rule may, asks for the new one. Raises ValidationError if a rule would be broken.
    """
    if number == seat.number:
        raise ValidationError({"number": f"{seat} has this number of holders already."})
    if seat.end_date is not None:
        raise ValidationError(f"{seat} ends already, on {seat.end_in_words()}.")
    eve = begins.eve()
    staying = list(seat.memberships.filter(end_date=None).select_related("person", "on_behalf_of"))
    staying += seat.memberships.filter(end_date__gt=eve.last_possible()).select_related(
        "person", "on_behalf_of"
    )
    for membership in staying:
        if membership.start_date is None or membership.start_date > eve.last_possible():
            raise ValidationError(
                f"{membership} begins {membership.start_in_words()}, when this seat will have "
                "ended. Withdraw that first, and record it of the new seat."
            )
    for membership in staying:
        end(membership, eve, source, end_reason=EndReason.POST_ENDED)
    end(seat, eve, source)
    renewed = Seat(
        **{**copied(seat), "number": number, "note": GOES_ON},
        **begins.as_start(),
        **source.as_evidence(),
    )
    check_and_save(renewed)
    for membership in staying:
        still = {}
        if membership.end_date is not None:
            still = {
                "end_date": membership.end_date,
                "end_precision": membership.end_precision,
                "end_qualifier": membership.end_qualifier,
                "end_reason": membership.end_reason,
                "end_document": membership.end_document or membership.document,
                "end_locator": membership.end_locator or membership.locator,
            }
        if membership.term_ends is not None and membership.term_ends >= begins.day:
            still["term_ends"] = membership.term_ends
        try:
            begin(
                renewed,
                **carried_over(membership),
                **start_in_stead_of(membership, begins),
                **source.as_evidence(),
                **still,
            )
        except ValidationError as error:
            raise error_about(membership, error) from error
    for clause in seat.quoracy_clauses.all():
        clause.seat = renewed
        clause.full_clean()
        clause.save()
    return renewed


def copied(seat: Seat) -> dict:
    """The fields of a seat that another takes over: neither its key nor its period and source."""
    shared = {field.name for field in DatedFact._meta.get_fields()}
    return {
        field.name: getattr(seat, field.name)
        for field in seat._meta.concrete_fields
        if not field.primary_key and field.name not in shared
    }


def check_and_save(record: DatedFact) -> None:
    record.full_clean()
    record.save()
