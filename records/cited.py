"""Facts whose four days follow from the day as of which a document speaks.

What ended *by* a day ended no earlier than the last day on which a document says that it held. So
another day of that document is another earliest end of these facts.
"""

from typing import Any

from django.core.exceptions import ValidationError

from records.dated import Dated
from records.evidence import Evidence
from records.history import recorded_models
from records.locks import locked
from records.periods import Qualifier, date_in_words


def facts_to_settle(document: Any) -> list[Any]:
    """The facts that a document gives another earliest end, if it speaks as of another day than
    its stored version."""
    stored = None if document._state.adding else document.stored()
    if stored is None or all(
        getattr(document, name) == getattr(stored, name) for name in Evidence.AS_OF_FIELDS
    ):
        return []
    found: list[Any] = []
    for model in recorded_models():
        if issubclass(model, Dated):
            # With a day of its own, a fact does not go by the day of its document.
            cited = model._default_manager.filter(document=document, as_of=None)
            found += cited.filter(end_qualifier=Qualifier.BY, end_document__isnull=False)
    for fact in found:
        fact.document = document
        fact.settle_period()
    return found


def lock_with_what_it_settles(document: Any) -> None:
    """Lock a document whose day is corrected, after the facts that follow from it and what they
    lock, which is the order of whoever ends such a fact."""
    from records.events import read_and_lock  # which imports the models that import this

    if document._state.adding:
        return
    for fact in facts_to_settle(document):
        read_and_lock(fact)
    list(locked(type(document), to_cite=True).filter(pk=document.pk))


def read_and_lock_document(fact: Any) -> None:
    """Read the document of a fact again, and keep its day from being corrected meanwhile, if the
    end of the fact follows from that day."""
    if fact.end_qualifier != Qualifier.BY or fact.end_document_id is None or fact.as_of:
        return
    document = type(fact)._meta.get_field("document").related_model
    stored = locked(document, to_cite=True).filter(pk=fact.document_id).first()
    if stored is not None:
        fact.document = stored


def refuse_overlaps(fact: Any) -> None:
    """Raise ValidationError, on the day of its document, if `fact` would hold too long by it."""
    for rule in fact.no_overlaps:
        try:
            rule.validate(fact)
        except ValidationError as error:
            until, why = date_in_words(fact.earliest_end), " ".join(error.messages)
            raise ValidationError(
                {
                    "as_of": f"If the document speaks as of this day, {fact} held until {until}. "
                    f"{why} Give another day, or correct that first."
                }
            ) from error
