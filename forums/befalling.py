"""What befalls a forum through the organisations that take part in it: how each takes part, and
whether the forum can have a quorum after one closed."""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from forums.change_kinds import END
from forums.models import Forum, MemberOrganisation, TermsOfReference
from forums.quoracy import QuoracyForum, QuoracyMember
from forums.rule_as_filled import as_filled
from forums.rule_trees import AllOf, OrganisationsAsked, from_json
from forums.rules import RuleOfQuoracy
from records.days import next_day

if TYPE_CHECKING:
    from forums.happenings import Happening

# How an organisation takes part in a forum.
MEMBER, BY_SEAT = "member", "seat"
OF_ORGANISATIONS = ("organisation", "organisation-name", "relationship")


def tell_what_befell(forum: int, found: Iterable["Happening"]) -> None:
    """Say of each event of an organisation how it takes part in the forum, and of each closing
    whether it left the quorum of the forum in doubt. Asks two queries at most, if there is any such
    event."""
    befell = [each for each in found if each.what in OF_ORGANISATIONS]
    members = list(_members_of(forum)) if befell else []
    closed = any((each.what, each.which) == ("organisation", END) for each in befell)
    ask_for_all = _terms_that_ask_for_all(forum) if members and closed else []
    slugs = {each.organisation.slug for each in members}
    for each in befell:
        each.takes_part = MEMBER if each.subject_slug in slugs else BY_SEAT
        if (each.what, each.which) == ("organisation", END):
            each.quorum_in_doubt = _leaves_quorum_in_doubt(each.id, members, ask_for_all)


def _members_of(forum: int) -> QuerySet[Any]:
    """The member organisations that a forum has or had."""
    return MemberOrganisation.objects.filter(forum=forum).select_related("organisation", "forum")


def _terms_that_ask_for_all(forum: int) -> list[Any]:
    """The versions of a forum's terms of reference by which all member organisations have to
    attend."""
    found = TermsOfReference.objects.filter(forum=forum).exclude(quoracy_rule=None)
    return [each for each in found if _asks_for_all(each.quoracy_rule)]


def _asks_for_all(rule: object) -> bool:
    """Whether a rule of quoracy cannot be met without each of the member organisations."""
    tree = from_json(rule)
    top = tree.branches if isinstance(tree, AllOf) else (tree,)
    return any(isinstance(each, OrganisationsAsked) and each.number is None for each in top)


def _leaves_quorum_in_doubt(
    organisation: int, members: list[Any], ask_for_all: list[TermsOfReference]
) -> Forum | None:
    """The forum that could have a quorum until one organisation closed, and of which nobody can say
    so after; None if there is no such forum.

    Whether it can is asked of its member organisations alone: who fills its seats changes by
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
    if own is None or not any(terms.certainly(after) for terms in ask_for_all):
        return None
    return own.forum if _can_have(there, last) and not _can_have(there, after) else None


def _can_have(members: list[MemberOrganisation], day: datetime.date) -> bool | None:
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
    return as_filled(RuleOfQuoracy(OrganisationsAsked(), True), body).recorded_met
