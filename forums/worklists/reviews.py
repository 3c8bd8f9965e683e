"""The worklist of terms of reference that are to be reviewed."""

from django.db.models import QuerySet

from editing.worklists import WorklistPart, WorklistRow, number_of_days, worklist
from forums.forum_states import established_on
from forums.models import Forum, TermsOfReference
from forums.terms_reviews import with_next_review
from organisations.worklists import PLACE
from people.worklists.terms import NOTICE
from records.periods import date_in_words

REVIEWS = worklist(
    "reviews",
    order=15,
    title="Terms of reference to be reviewed",
    finds="Terms of reference in force whose next review was due before today, or is due today or "
    "in the next 90 days.",
    emptied="Record the new terms of reference, or that they were reviewed and are unchanged.",
    apart="No review recorded",
    why_apart="No source says by when these terms of reference are to be reviewed next. They are "
    "not counted.",
)


@REVIEWS.part
class TermsToReview(WorklistPart):
    model = TermsOfReference
    searched = ("forum__folded", "forum__names__folded")
    narrowed_by = {PLACE: ("forum__place",)}

    def in_force(self) -> QuerySet:
        established = Forum.objects.certainly(self.day).filter(established_on(self.day))
        found = TermsOfReference.objects.certainly(self.day).filter(forum__in=established)
        return self.narrowed(with_next_review(found, self.day).select_related("forum"))

    def found(self):
        due = self.in_force().filter(next_due__lte=self.day + NOTICE)
        return due.order_by("next_due", "forum__folded", "pk")

    def apart(self):
        return self.in_force().filter(next_due=None).order_by("forum__folded", "pk")

    def row(self, terms):
        days = (terms.next_due - self.day).days
        on = date_in_words(terms.next_due)
        if days < 0:
            reason = f"The review was due by {on}, {number_of_days(-days)} ago."
        else:
            when = f"in {number_of_days(days)}" if days else "today"
            reason = f"The review is due by {on}, {when}."
        return self.terms_row(terms, reason)

    def apart_rows(self, records):
        return [self.terms_row(terms, self.why_apart(terms)) for terms in records]

    def why_apart(self, terms: TermsOfReference) -> str:
        if not terms.review_frequency:
            return "No source says when they are to be reviewed."
        return f"Reviewed: {terms.review_frequency}. No source gives the day of the next review."

    def terms_row(self, terms: TermsOfReference, reason: str) -> WorklistRow:
        return WorklistRow(
            record=terms,
            name=self.link(terms, str(terms.forum)),
            reason=reason,
            ways=(
                *self.steps(terms, "reviewed"),
                *self.steps(terms.forum, "new-terms"),
                *self.correcting(terms, "Give the day of the next review"),
            ),
        )
