"""The versions of a forum's terms of reference, as the pages of a forum read and show them."""

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet

from forums.models import Forum, ForumStatus, TermsOfReference
from forums.terms_on_day import TermsOnDay, TermsStanding, terms_on
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import with_sources
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
    return with_sources(found, "approved_by_forum", "approved_by_organisation")


def terms_of(forum: Forum, asked: AskedDay) -> TermsOnDay:
    """The terms of reference of a forum on the day. Asks one query; none of a forum of which it is
    known that it has none."""
    versions = list(_versions(forum.pk)) if getattr(forum, "has_terms_of_reference", True) else []
    for terms in versions:
        terms.forum = forum
    return terms_on(versions, forum, asked.day)


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
