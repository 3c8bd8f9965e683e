"""What befalls a forum through the organisations that take part in it: how each takes part, and
whether one that closed left the forum without a quorum."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce

from forums.change_kinds import END
from forums.choices import ClauseKind
from forums.models import Forum, MemberOrganisation, QuoracyClause
from forums.quoracy import Clause, QuoracyForum, QuoracyMember, Rule, as_filled
from records.days import FIRST_DAY, next_day

if TYPE_CHECKING:
    from forums.happenings import Happening

# How an organisation takes part in a forum.
MEMBER, BY_SEAT = "member", "seat"
OF_ORGANISATIONS = ("organisation", "organisation-name", "relationship")


def tell_what_befell(forum: int, found: Iterable["Happening"]) -> None:
    """Say of each event of an organisation how it takes part in the forum, and of each closing
    whether it left the forum without a quorum. Asks one query, if there is any such event."""
    befell = [each for each in found if each.what in OF_ORGANISATIONS]
    members = list(_members_of(forum)) if befell else []
    slugs = {each.organisation.slug for each in members}
    for each in befell:
        each.takes_part = MEMBER if each.subject_slug in slugs else BY_SEAT
        if (each.what, each.which) == ("organisation", END):
            each.without_quorum = _left_without_quorum(each.id, members)


def _members_of(forum: int) -> QuerySet[Any]:
    """The member organisations that a forum has or had, each with the day by which a document asks
    for all of them, if any does."""
    asks_for_all = (
        QuoracyClause.objects.filter(forum=OuterRef("forum"), kind=ClauseKind.EVERY_ORGANISATION)
        .annotate(asked_on=Coalesce("as_of", "document__as_of", FIRST_DAY))
        .order_by("asked_on")
    )
    return (
        MemberOrganisation.objects.filter(forum=forum)
        .annotate(asked_on=Subquery(asks_for_all.values("asked_on")[:1]))
        .select_related("organisation", "forum")
    )


def _left_without_quorum(organisation: int, members: list[Any]) -> Forum | None:
    """The forum that had a quorum until one organisation closed, and has none after; None if there
    is no such forum.

    Whether it has one is asked of its member organisations alone: who fills its seats changes by
    events of their own.
    """
    ended = next(
        (each.organisation for each in members if each.organisation_id == organisation), None
    )
    if ended is None:
        return None
    last, after = ended.latest_end, next_day(ended.latest_end)
    there = [each for each in members if each.certainly(after) and each.forum.certainly(after)]
    own = next((each for each in there if each.organisation_id == organisation), None)
    if own is None or own.asked_on is None or own.asked_on > after:
        return None
    return own.forum if _has_quorum(there, last) and not _has_quorum(there, after) else None


def _has_quorum(members: list[MemberOrganisation], day: datetime.date) -> bool | None:
    """Whether a meeting that all `members` have to attend could be quorate on the day."""
    body = QuoracyForum(
        members=tuple(
            QuoracyMember(
                each.organisation.slug,
                each.organisation.name,
                each.organisation.when_it_ends() if each.organisation.has_ended(day) else "",
            )
            for each in members
        )
    )
    return as_filled(Rule((Clause(ClauseKind.EVERY_ORGANISATION),), True), body).recorded_met
