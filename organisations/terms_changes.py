"""A post or seat changes from a day on and keeps its holders: its number, its title, its vote."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from organisations.held import Held
from organisations.held_terms import HeldTerms
from records.events import Source, check_and_save, read_and_lock
from records.periods import When


@transaction.atomic
def change_terms(*, held: Held, begins: When, source: Source, **changes) -> HeldTerms:
    """Record that something else is laid down of a post or seat from a day on: the fields named in
    `changes`. Gives the record of what was laid down until then.

    Raises ValidationError, changing nothing, if nothing would change or a rule would be broken.
    """
    stored: Any = read_and_lock(held)
    model: Any = type(stored)._meta.get_field(stored.terms_name).related_model
    if all(getattr(stored, name) == value for name, value in changes.items()):
        error = "That is what is laid down already. Change at least one of these."
        raise ValidationError({next(iter(changes)): error})
    if stored.start_is_announced:
        raise ValidationError(
            {
                "start_date": f"{stored} is announced, {stored.start_in_words()}, and no source "
                "says that it began. Give its start first, or correct it."
            }
        )
    last = max(stored.read_terms(), key=lambda each: each.latest_end, default=None)
    before = begins.eve()
    if last is not None and last.latest_end >= before.last_possible():
        raise ValidationError(
            {
                "start_date": f"It changed already {last.ends.morrow().in_a_sentence()}, which is "
                "no earlier. Give a later day, or correct that change."
            }
        )
    terms = model(
        **{model.terms_of: stored},
        **{name: getattr(stored, name) for name in model.laid_down},
        **_start_after(stored, last),
        **_evidence_after(stored, last),
        **before.as_end(),
        **source.as_end(),
    )
    check_and_save(terms)
    for name, value in changes.items():
        setattr(stored, name, value)
    check_and_save(stored)
    return terms


def _start_after(held: Any, last: HeldTerms | None) -> dict[str, Any]:
    """The fields of the start of what is laid down of `held`, which `last` was before, if any."""
    if last is not None and last.ends is not None:
        return last.ends.morrow().as_start()
    return held.starts.as_start() if held.starts else {}


def _evidence_after(held: Any, last: HeldTerms | None) -> dict[str, Any]:
    """The fields of its evidence: a change has the source of what follows it."""
    if last is not None and last.end_document_id is not None:
        return {"document": last.end_document, "locator": last.end_locator}
    own = ("document", "locator", *held.AS_OF_FIELDS, *held.CONFIRMED_FIELDS)
    return {name: getattr(held, name) for name in own}
