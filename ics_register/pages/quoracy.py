"""Quoracy: whether a meeting of a forum will be quorate, by who attends."""

import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from forums.models import (
    ClauseKind,
    Forum,
    MemberOrganisation,
    QuoracyClause,
    TermsOfReference,
)
from forums.quoracy import Clause, Judgement, QuoracyForum, as_filled, judge_rule
from forums.quoracy_inputs import body_of, rule_of
from forums.seat_holders import HeldSeat, held_seats_of
from forums.terms_on_day import TermsOnDay
from forums.voting import Voting, by_votes, voting, voting_seats
from ics_register.pages import facts, how_old
from ics_register.pages.attendance import (
    Beside,
    Question,
    organisations_asked,
    seats_asked,
    seats_wanted,
)
from ics_register.pages.attendance_answers import Known, answer
from ics_register.pages.formats import Here
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import STATED_SOURCES, with_sources
from ics_register.pages.page import public_page
from ics_register.pages.papers import called_then
from ics_register.pages.record_addresses import record_at
from ics_register.pages.verdicts import (
    as_filled_in_words,
    beyond,
    reasons,
    verdict_in_words,
    votes_in_words,
)
from ics_register.pages.versions import standing_in_words, terms_of
from organisations.models import Organisation, Relationship
from organisations.successors import open_successions
from people.post_holders import Holder
from records.names import fold
from records.periods import Period
from records.prepared import prepared


def clauses_of(terms: TermsOnDay) -> list[QuoracyClause]:
    """The clauses of the rule of quoracy in the terms of reference that are shown."""
    return list(_clauses(terms.shown.pk)) if terms.are_recorded else []


@prepared
def _clauses(terms: int) -> QuerySet:
    clauses = QuoracyClause.objects.filter(terms=terms)
    return with_sources(clauses, whole=["seat"], sources=STATED_SOURCES)


def could_be(terms: TermsOfReference, clauses: list[QuoracyClause], body: QuoracyForum) -> dict:
    """Whether a forum with these terms of reference could be quorate as it is filled.

    It has the judgement if all who can come do, the one if all named people come, and each clause
    with its verdict.
    """
    rule = rule_of(terms, clauses)
    judgement = as_filled(rule, body)
    return {
        "judgement": judgement,
        "named": as_filled(rule, body, named=True),
        "clauses": beside(clauses, judgement),
    }


def could_be_as_data(could: dict | None) -> dict:
    judgement = could["judgement"] if could else None
    return {
        "could_be_quorate_as_filled": judgement and judgement.met,
        "clauses_could_be_met_as_filled": judgement and judgement.recorded_met,
    }


def beside(clauses: list[QuoracyClause], judgement: Judgement) -> list[tuple]:
    verdicts = [verdict for _, verdict in judgement.clauses]
    return list(zip(clauses, verdicts, strict=True))


def quoracy_as_json(context: dict, here: Here) -> dict:
    forum, shown = context["forum"], context["terms"].shown
    judgement, votes = context["judgement"], context["votes"]
    return {
        "forum": facts.record(here, "forum", forum.slug, forum.name),
        "called_then": context["called_then"] or None,
        **facts.quoracy(shown),
        "attendance": {each.key: each.answer for each in context["questions"] if each.key},
        "not_counted": context["set_aside"],
        "perhaps": context["only_perhaps"],
        "how_old": context["ages"],
        "no_verdict": context["cannot_say"] or context["no_rule"] or None,
        "quorate": judgement.met if judgement else None,
        "clauses_met": judgement.recorded_met if judgement else None,
        "assuming": judgement.assuming if judgement else [],
        "quoracy_clauses": [
            {
                **facts.quoracy_clause(clause, here),
                "met": verdict.met,
                "by": verdict.by,
                "wanting": verdict.missing,
            }
            for clause, verdict in context["clauses"]
        ],
        **could_be_as_data(context["could_be"]),
        "decision_rule": shown.decision_rule or None,
        "votes": _votes_as_data(votes) if votes else None,
    }


def _votes_as_data(votes: Voting) -> dict:
    return {
        "one_for_each": "organisation" if votes.by_organisation else "seat",
        "cast": votes.cast,
        "absent": votes.absent,
        "total": votes.total,
        "needed": votes.needed,
    }


@public_page(
    reads=["seat-", "organisation-"],
    as_json=quoracy_as_json,
)
def quoracy(request: HttpRequest, asked: AskedDay, slug: str):
    forum = record_at(with_sources(Forum.objects.all()), slug)
    seats = held_seats_of(forum, asked.day)
    members = list(with_sources(MemberOrganisation.objects.filter(forum=forum), "organisation"))
    terms = terms_of(forum, asked)
    clauses = clauses_of(terms)
    there, belonging = certain(forum, seats, members, asked)
    body = body_of(there, belonging, asked.day, came_after(clauses, belonging, asked.day))
    beside = beside_names(seats, members, asked)
    organisations, places = questions(
        terms.shown, body, rule_of(terms.shown, clauses).clauses, beside
    )
    asked_of = [*organisations, *places]
    set_aside = answer(request, asked_of, known(seats, members))
    context = {
        "forum": forum,
        "name": forum.short_name or forum.name,
        "called_then": called_then(forum, asked),
        "questions": asked_of,
        "question_groups": question_groups(organisations, places),
        "set_aside": set_aside,
        "everyone": everyone(forum, asked_of, asked),
        "ages": list(how_old.ages(rows_of(there, belonging), asked, "Who sits here")),
        "only_perhaps": only_perhaps(forum, seats, members, asked),
        "cannot_say": cannot_say(forum, terms, clauses, asked),
        "terms": terms,
        "terms_standing": standing_in_words(terms, asked),
        **rule_in_words(forum, terms, clauses, asked),
        **judged(forum, terms, clauses, body, asked_of, asked),
    }
    return "forums/quoracy.html", context | judged_in_words(context)


def question_groups(organisations: list, places: list) -> list[tuple[str, list]]:
    """The questions for organisations and those for seats, with headings if there are both."""
    if organisations and places:
        return [("Organisations", organisations), ("Seats", places)]
    return [("", organisations or places)]


def rule_in_words(
    forum: Forum, terms: TermsOnDay, clauses: list[QuoracyClause], asked: AskedDay
) -> dict:
    """What the document says and how its clauses are read, or that there is none to work with."""
    shown = terms.shown
    return {
        "words_alone": bool(shown.quoracy_wording) and not clauses,
        "read_as_begins": "Quorate when" if shown.quoracy_clauses_say_all else "It asks that",
        "read_as": [
            (clause.in_words() + ("." if clause is clauses[-1] else "; and"), clause)
            for clause in clauses
        ],
        "beyond": beyond(shown),
        "one_for_several": any(clause.one_for_several for clause in clauses),
        "no_rule": ""
        if clauses or not forum.certainly(asked.day)
        else no_rule(forum, terms, asked),
    }


def no_rule(forum: Forum, terms: TermsOnDay, asked: AskedDay) -> str:
    register = "The register" if asked.is_today else f"As at {asked.in_words} the register"
    known = (
        "It has only the document’s words above."
        if terms.shown.quoracy_wording
        else "The sources do not say when a meeting is quorate."
    )
    return (
        f"{register} has no rule of quoracy for {forum.short_name or forum.name} that it could "
        f"work out, so it cannot say whether a meeting will be quorate. {known}"
    )


def cannot_say(forum: Forum, terms: TermsOnDay, clauses: list, asked: AskedDay) -> str:
    """Why there is no verdict on a day on which the forum does not certainly exist, or its rule is
    not certainly in force."""
    holds = forum.holds(asked.day)
    if holds:
        if not clauses or terms.are_certain:
            return ""
        return (
            f"The register cannot say whether a meeting of {forum.short_name or forum.name} is "
            f"quorate: whether its rule was in force {asked.when} is not certain."
        )
    why = (
        f"whether the forum existed on {asked.in_words} is not recorded"
        if holds is None
        else f"as far as is recorded, the forum did not exist on {asked.in_words}"
        if not asked.is_to_come
        else f"as far as is recorded, the forum is not to exist on {asked.in_words}"
    )
    name = forum.short_name or forum.name
    return f"The register cannot say whether a meeting of {name} is quorate: {why}."


def rows_of(
    seats: list[HeldSeat], members: list[MemberOrganisation]
) -> list[Holder | HeldSeat | MemberOrganisation]:
    """What says who fills the seats, or that nobody does, and which organisations are members."""
    rows: list[Holder | HeldSeat | MemberOrganisation] = [*members]
    for seat in seats:
        rows += seat.certainly_there or [seat]
    return rows


def beside_names(
    seats: list[HeldSeat], members: list[MemberOrganisation], asked: AskedDay
) -> Beside:
    """How lately the people and the members are known, and what is only foreseen or perhaps."""
    said: dict[tuple[int, int | None], list[str]] = {}
    for seat in seats:
        for holder in seat.certainly_there:
            said[seat.id, holder.person_id] = how_old.about_holder(holder, asked)
        perhaps = [each for each in seat.holders if each.perhaps]
        said[seat.id, None] = [
            *(f"{each.person_and_basis}, {how_old.why_perhaps(each)}" for each in perhaps),
            *seat.perhaps_vacant_in_words,
            *(f"{each.person_and_basis} {how_old.to_come(each, asked)}" for each in seat.announced),
            *([] if seat.certainly_there else [how_old.last_known(seat, asked)]),
        ]
    return Beside(
        said,
        {
            member.organisation.slug: [
                *(f"Member {words}" for words in how_old.planned(member, asked)),
                f"Member: {how_old.lowered(how_old.last_known(member, asked))}",
            ]
            for member in members
        },
    )


def only_perhaps(
    forum: Forum, seats: list[HeldSeat], members: list[MemberOrganisation], asked: AskedDay
) -> list[str]:
    """The seats and member organisations that the forum only perhaps has on the day, and why."""
    if not forum.certainly(asked.day):
        return []
    named: list[tuple[str, Period]] = [(f"the seat “{seat.title}”", seat) for seat in seats]
    named += [(member.organisation.name, member) for member in members]
    return [
        f"{name}: {each.why_perhaps(asked.day)}"
        for name, each in named
        if each.holds(asked.day) is None
    ]


def judged(
    forum: Forum,
    terms: TermsOnDay,
    clauses: list[QuoracyClause],
    body: QuoracyForum,
    answered: list[Question],
    asked: AskedDay,
) -> dict:
    """The verdict on a meeting, the verdict on the forum as it is filled, and the votes. There is
    none on a forum that is not in force or has no rule that certainly is."""
    shown = terms.shown
    rule = rule_of(shown, clauses)
    attendees = [one for question in answered for one in question.attendees()]
    judgement = judge_rule(rule, body, attendees)
    ruled = forum.certainly(asked.day) and terms.are_certain and bool(clauses)
    return {
        "judgement": judgement if ruled else None,
        "clauses": beside(clauses, judgement),
        "nobody": not attendees,
        "could_be": could_be(shown, clauses, body) if ruled else None,
        "votes": voting(shown.decision_rule, rule.clauses, body, attendees) if ruled else None,
    }


def judged_in_words(context: dict) -> dict:
    shown, judgement = context["terms"].shown, context["judgement"]
    nobody_answered = context["nobody"] and not context["set_aside"]
    votes_said, votes_details = votes_in_words(context["votes"], shown)
    return {
        "as_filled": as_filled_in_words(context["could_be"], shown),
        "verdict": judgement
        and verdict_in_words(judgement, shown, nobody_answered=nobody_answered),
        "reasons": reasons(context["clauses"]),
        "votes_said": votes_said,
        "votes_details": votes_details,
    }


def came_after(
    clauses: list[QuoracyClause], members: list[MemberOrganisation], day: datetime.date
) -> dict[int, list[Relationship]]:
    """The successions of closed members by what is still open, by the key of the member, if a
    clause asks for them."""
    if not any(clause.kind == ClauseKind.EVERY_ORGANISATION for clause in clauses):
        return {}
    closed = [each.organisation_id for each in members if each.organisation.has_ended(day)]
    return {
        key: sorted(after, key=lambda each: fold(each.to_organisation.name))
        for key, after in open_successions(closed, day).items()
    }


def certain(forum: Forum, seats: list, members: list, asked: AskedDay) -> tuple[list, list]:
    """The seats and the member organisations that a forum certainly has on the day."""
    if forum.has_ended(asked.day):
        return [], []
    return tuple([each for each in all_ if each.certainly(asked.day)] for all_ in (seats, members))


def questions(
    terms: TermsOfReference, body: QuoracyForum, clauses: tuple[Clause, ...], beside: Beside
) -> tuple[list[Question], list[Question]]:
    """The questions for organisations, and those for seats."""
    votes = voting_seats(body) if clauses and by_votes(terms.decision_rule) else []
    seats = seats_wanted(body, clauses, votes)
    return (
        organisations_asked(body, clauses, seats, beside),
        seats_asked(body, clauses, seats, beside),
    )


def known(seats: list[HeldSeat], members: list[MemberOrganisation]) -> Known:
    by_key = {member.organisation_id: member.organisation for member in members}

    def slug_now(slug: str) -> str | None:
        had_it = Organisation.history.filter(slug=slug, id__in=by_key).values_list("id", flat=True)
        key = had_it.first()
        return by_key[key].slug if key is not None else None

    return Known(
        seats={seat.id: seat.title for seat in seats},
        organisations={each.slug: each.name for each in by_key.values()},
        slug_now=slug_now,
    )


def everyone(forum: Forum, asked_of: list[Question], asked: AskedDay) -> str:
    """The address of the page on which everyone who can attend does."""
    answers = {each.key: each.fullest for each in asked_of if each.fullest}
    return asked.link(reverse("forum-quoracy", args=[forum.slug]), answers)
