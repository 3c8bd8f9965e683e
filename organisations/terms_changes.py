"""A post, a seat or a forum changes from a day on and stays the same: its number, its title."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from organisations.held_terms import EarlierTerms, HasEarlierTerms
from records.events import Source, check_and_save, read_and_lock
from records.periods import When


@transaction.atomic
def change_terms(
    *, changed: HasEarlierTerms, begins: When, source: Source, **changes
) -> EarlierTerms:
    """Record that something else is laid down of a post, a seat or a forum from a day on: the
    fields named in `changes`. Gives the record of what was laid down until then.

    Raises ValidationError, changing nothing, if nothing would change or a rule would be broken.
    """
    stored: Any = read_and_lock(changed)
    model = stored.terms_model()
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


def _start_after(changed: Any, last: EarlierTerms | None) -> dict[str, Any]:
    """The fields of the start of what is laid down, which `last` was before, if anything was."""
    if last is not None and last.ends is not None:
        return last.ends.morrow().as_start()
    return changed.starts.as_start() if changed.starts else {}


def _evidence_after(changed: Any, last: EarlierTerms | None) -> dict[str, Any]:
    """The fields of its evidence: a change has the source of what follows it."""
    if last is not None and last.end_document_id is not None:
        return {"document": last.end_document, "locator": last.end_locator}
    own = ("document", "locator", *changed.AS_OF_FIELDS, *changed.CONFIRMED_FIELDS)
    return {name: getattr(changed, name) for name in own}
