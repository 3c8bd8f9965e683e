"""The versions of a forum's terms of reference, as the pages of a forum read and show them."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from forums.models import Forum, ForumStatus, TermsOfReference, TermsReview
from forums.terms_on_day import TermsOnDay, TermsStanding, terms_on
from forums.terms_reviews import NextReview, next_review, with_next_review
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import SOURCES, STATED_SOURCES, with_sources
from records.days import is_taken
from records.prepared import prepared

# The words of a tag, and its colour.
IN_FORCE = ("In force", "green")
PERHAPS = ("Perhaps in force", "yellow")
LATER = ("Known from a later day", "grey")
TO_COME = ("Not yet in force", "blue")
OVER = ("No longer in force", "grey")
PLANNED = ("Planned", "blue")
PROPOSED = ("Proposed", "blue")


@prepared
def _versions(forum: int) -> QuerySet:
    found = TermsOfReference.objects.filter(forum=forum)
    return with_sources(
        found,
        "approved_by_forum",
        "approved_by_organisation",
        sources=[*SOURCES, "quoracy_document"],
    )


def terms_of(forum: Forum, asked: AskedDay) -> TermsOnDay:
    """The terms of reference of a forum on the day. Asks one query; none of a forum of which it is
    known that it has none."""
    versions = list(_versions(forum.pk)) if getattr(forum, "has_terms_of_reference", True) else []
    for terms in versions:
        terms.forum = forum
    return terms_on(versions, forum, asked.day)


@dataclass(frozen=True)
class ReviewsOnDay:
    """The reviews of a forum's terms of reference that may have been by a day, of all versions.

    `last` is the last that certainly was by then of the version that is shown, and `due` when that
    is to be reviewed next.
    """

    listed: list[TermsReview]
    last: TermsReview | None
    due: NextReview | None

    def of(self, terms: TermsOfReference) -> list[TermsReview]:
        return [each for each in self.listed if each.terms_id == terms.pk]


@prepared
def _reviews(forum: int) -> QuerySet:
    found = TermsReview.objects.filter(terms__forum=forum).order_by("latest_day", "pk")
    return with_sources(found, sources=STATED_SOURCES)


def reviews_of(forum: Any, terms: TermsOnDay, asked: AskedDay) -> ReviewsOnDay:
    """The reviews of the `terms` of a forum. Asks one query if it has any, as `has_reviews` of it
    says."""
    found = list(_reviews(forum.pk)) if forum.has_reviews and terms.versions else []
    listed = [each for each in found if each.reviewed_on <= asked.day]
    shown = terms.shown
    held = [each for each in listed if each.terms_id == shown.pk and each.latest_day <= asked.day]
    due = next_review(shown, held, asked.day)
    return ReviewsOnDay(listed, held[-1] if held else None, due)


def to_review_from(first: datetime.date, forums: QuerySet, day: datetime.date) -> QuerySet:
    """The terms of reference of forums that were to be reviewed next on a day from `first` on, as
    that stood on `day`: the first to be reviewed first, each with that day as `next_due`."""
    by_review = TermsReview.objects.filter(next_review__gte=first).order_by().values("terms")
    given = Q(review_date__gte=first, review_date__isnull=False) | Q(pk__in=by_review)
    found = TermsOfReference.objects.filter(given, forum__in=forums.values("pk"))
    due = with_next_review(with_sources(found, whole=["forum"]), day)
    return due.filter(next_due__gte=first).order_by("next_due", "pk")


def next_reviews(
    terms: Iterable[Any], day: datetime.date
) -> Iterator[tuple[TermsOfReference, NextReview]]:
    """The next review of each of what `to_review_from` gave. Asks a query if a review gave any."""
    terms = list(terms)
    keys = [each.pk for each in terms if each.next_due != each.review_date]
    found = TermsReview.objects.filter(terms__in=keys)
    reviews = list(with_sources(found, sources=STATED_SOURCES)) if keys else []
    for each in terms:
        if due := next_review(each, reviews, day):
            yield each, due


def standing_in_words(terms: TermsOnDay, asked: AskedDay) -> str:
    """Why it is not certain that what is shown is in force; "" if it is."""
    match terms.standing:
        case TermsStanding.NOT_RECORDED:
            return f"No terms of reference are recorded for {asked.in_words}."
        case TermsStanding.AS_IT_ENDED:
            return "These are the terms of reference that it had when it ended."
        case TermsStanding.PERHAPS:
            why = f"({terms.shown.why_perhaps(asked.day)})"
            if not terms.or_else:
                return f"It is not certain that these were in force {asked.when} {why}."
            others = ", ".join(f"({each.why_perhaps(asked.day)})" for each in terms.or_else)
            return (
                f"It is not certain which terms of reference were in force {asked.when}: these "
                f"{why}, or others {others}."
            )
    return ""


@dataclass(frozen=True)
class VersionRow:
    """One version in the list of them."""

    terms: TermsOfReference
    tag: tuple[str, str]
    # A day on which it certainly is in force, for a link to the page of that day; None if the page
    # is of such a day.
    day: datetime.date | None


def version_rows(terms: TermsOnDay, forum: Forum, asked: AskedDay) -> list[VersionRow]:
    return [
        VersionRow(each, _tag(each, forum, asked), _day_of(each, asked)) for each in terms.versions
    ]


def _tag(terms: TermsOfReference, forum: Forum, asked: AskedDay) -> tuple[str, str]:
    day = asked.day
    if terms.has_ended(day) or forum.has_ended(day):
        return OVER
    if terms.earliest_start > day:
        return TO_COME
    if terms.is_openly_perhaps(day):
        return LATER
    if terms.start_is_told_as_foreseen(day):
        return PLANNED
    if forum.status == ForumStatus.PROPOSED:
        return PROPOSED
    return IN_FORCE if terms.certainly(day) else PERHAPS


def approval_in_words(terms: TermsOfReference) -> str:
    """ ", approved by the ICS Executive on 3 May 2026", after other words; "" if neither is
    recorded."""
    by = f" by {terms.approved_by}" if terms.approved_by else ""
    on = f" {terms.approved_on_told()}" if terms.approved_on else ""
    return f", approved{by}{on}" if by or on else ""


def _day_of(terms: TermsOfReference, asked: AskedDay) -> datetime.date | None:
    near = terms.nearest_certain_day(asked.day)
    return near if near is not None and near != asked.day and is_taken(near) else None
