"""New terms of reference take the place of a forum's former ones, or a review leaves them as they
are."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from forums.models import EscalationStep, Forum, TermsOfReference, TermsReview
from records.confirmations import reconfirm
from records.events import Source, check_and_save, end, is_over, read_and_lock
from records.models import DatedFact, Fact
from records.periods import When
from records.text import many_lines


def last_terms(forum: Forum) -> TermsOfReference | None:
    """The latest terms of reference of a forum, whether they are in force or not."""
    versions = forum.terms_of_reference.select_related("forum")
    return max(versions, key=lambda each: (each.latest_start, each.pk), default=None)


@transaction.atomic
def record_new_terms(
    *, forum: Forum, begins: When, source: Source, **laid_down: Any
) -> TermsOfReference:
    """Record new terms of reference: the fields in `laid_down`. The former ones end the day before.

    The steps of escalation of the former are copied. If the words on quoracy or the rule are others
    now, nobody has compared them yet.

    Raises ValidationError, changing nothing, if they would not follow the former or a rule would
    be broken.
    """
    forum = read_and_lock(forum)
    former = last_terms(forum)
    terms = TermsOfReference(forum=forum, **begins.as_start(), **source.as_evidence(), **laid_down)
    if former is None:
        check_and_save(terms)
        return terms
    _end_before(former, begins, source)
    same_rule = terms.quoracy_rule == former.quoracy_rule
    if many_lines(terms.quoracy_wording) == former.quoracy_wording and same_rule:
        terms.quoracy_rule_says_all = former.quoracy_rule_says_all
        terms.quoracy_also_asks = former.quoracy_also_asks
    check_and_save(terms)
    for step in former.escalation_steps.order_by("order"):
        check_and_save(_copy_for(terms, step, source))
    return terms


def _end_before(former: TermsOfReference, begins: When, source: Source) -> None:
    """End the former terms of reference before the next begin, unless they are over by then."""
    last = begins.eve()
    if former.latest_start >= begins.first_possible():
        raise ValidationError(
            {
                "start_date": f"The forum has terms of reference that begin "
                f"{former.when_it_starts()}, and these would begin no later. Give a later day. If "
                "these are the earlier ones, add them on the page of the forum, with their last "
                "day."
            }
        )
    if is_over(former, last):
        return
    if former.end_date is not None and not former.end_is_announced:
        raise ValidationError(
            {
                "start_date": f"The former terms of reference end {former.when_it_ends()}, which "
                "is no earlier. Give a later day, or correct their end first."
            }
        )
    end(former, last, source)


def _copy_for(terms: TermsOfReference, step: EscalationStep, source: Source) -> EscalationStep:
    """A step in other terms of reference, without the words of its source."""
    left = {"id", "terms", *step.EVIDENCE_FIELDS}
    fields = [each for each in step._meta.concrete_fields if each.name not in left]
    says = {each.name: getattr(step, each.name) for each in fields}
    return EscalationStep(terms=terms, **says, **source.as_evidence())


@transaction.atomic
def record_review(
    *,
    terms: TermsOfReference,
    when: When,
    source: Source,
    next_review: datetime.date | None = None,
) -> list[Fact | DatedFact]:
    """Record a review that left terms of reference as they are: the document confirms them, with
    their steps. Gives the facts that `reconfirm` left alone.

    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    stored = read_and_lock(terms)
    steps = stored.escalation_steps.order_by("order")
    left = reconfirm(facts=[stored, *steps], when=when, source=source)
    review = TermsReview(
        terms=stored,
        reviewed_on=when.day,
        reviewed_precision=when.precision,
        next_review=next_review,
        **source.as_evidence(),
    )
    check_and_save(review)
    return left
