"""Reconfirming facts: checking them against a document again."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from records.events import Source, error_about, read_and_lock
from records.models import DatedFact, Fact
from records.periods import When


@transaction.atomic
def reconfirm(
    *, facts: Iterable[Fact | DatedFact], when: When, source: Source
) -> list[Fact | DatedFact]:
    """Record that a document confirms `facts`; returns the facts that were left alone.

    A fact is left alone if it is known as of a later day already, or may be. Raises
    ValidationError, changing nothing, if the day has not come, if somebody has removed a fact or
    if a fact breaks a rule.
    """
    if when.first_possible() > timezone.localdate():
        raise ValidationError(
            {"date": "This day has not come. Give the day of which the document speaks."}
        )
    left: list[Fact | DatedFact] = []
    for fact in facts:
        stored = read_and_lock(fact)
        if known_later(stored, when):
            left.append(stored)
            continue
        stored.confirmed_on = when.first_possible()
        stored.confirmed_precision = when.precision
        is_own_source = (stored.document_id, stored.locator) == (source.document.pk, source.locator)
        stored.confirmed_document = None if is_own_source else source.document
        stored.confirmed_locator = "" if is_own_source else source.locator
        try:
            stored.full_clean()
        except ValidationError as error:
            raise error_about(stored, error) from error
        stored.save()
    return left


def known_later(fact: Fact | DatedFact, when: When) -> bool:
    """Whether a fact is known as of a later day than `when`, or may be."""
    known = fact.last_known
    return known is not None and when.first_possible() < known.first_possible()
