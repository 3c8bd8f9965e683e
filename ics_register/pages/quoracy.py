"""Quoracy: whether a meeting of a forum will be quorate, by who attends."""

import datetime

from django.http import HttpRequest
from django.urls import reverse

from forums import rule_trees
from forums.models import (
    Forum,
    MemberOrganisation,
    TermsOfReference,
)
from forums.quoracy import Attendee, QuoracyForum
from forums.quoracy_inputs import body_of, names_on, rule_of
from forums.rule_as_filled import as_filled
from forums.rule_examples import Example, example_of, still_to_come
from forums.rule_sentences import NamesInRules, read_as
from forums.rule_verdicts import BranchShown, all_missing, branches_shown
from forums.rules import JudgedRule, RuleOfQuoracy, judge_tree, outsiders, without
from forums.seat_holders import HeldSeat, held_seats_of
from forums.seats_going_on import as_one
from forums.terms_on_day import TermsOnDay
from forums.voting import Voting, by_votes, voting, voting_seats
from ics_register.pages import facts, how_old
from ics_register.pages.attendance import (
    Beside,
    Choice,
    Question,
    organisations_asked,
    seats_asked,
    seats_wanted,
)
from ics_register.pages.attendance_answers import (
    Known,
    answer,
    answer_beside,
    could_deputise,
)
from ics_register.pages.formats import Here
from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import with_sources
from ics_register.pages.names_in_rules import call_then, keys_in_rule, rule_then
from ics_register.pages.names_on_day import NamesThen, names_then, so_called
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
from people.holder_rows import Holder
from records.names import fold
from records.periods import Period


def could_be(rule: RuleOfQuoracy, body: QuoracyForum, names: NamesInRules) -> dict:
    """Whether a forum with this rule could be quorate as it is filled: the verdict if all who can
    come do, and the one if all named people come."""
    return {
        "judged": as_filled(rule, body),
        "named": as_filled(rule, body, named=True),
        "names": names,
    }


def rule_of_forum(
    forum: Forum,
    terms: TermsOnDay,
    seats: list[HeldSeat],
    members: list[MemberOrganisation],
    asked: AskedDay,
    names_of_day: NamesThen,
) -> dict:
    """How the rule of a forum reads, and whether the forum could be quorate as it is filled."""
    rule = rule_then(rule_of(terms.shown), names_of_day)
    if rule is None:
        return {"could_be": None, "reading": "", "asks_organisations": False}
    ruled = terms.are_certain and forum.certainly(asked.day)
    there, belonging = certain(forum, seats, members, asked)
    successors = came_after(rule, members, asked.day) if ruled else {}
    called = {
        each.organisation.slug: so_called(
            each.organisation.name, each.organisation_id, names_of_day["organisation"]
        )
        for each in members
    }
    names = names_on(rule, seats, asked.day, called)
    body = body_of(there, belonging, asked.day, successors)
    return {
        "could_be": could_be(rule, body, names) if ruled else None,
        "reading": read_as(rule.tree, names, say_all=rule.say_all),
        "asks_organisations": bool(rule_trees.organisations_asked(rule.tree)),
    }


def could_be_as_data(could: dict | None) -> dict:
    judged = could["judged"] if could else None
    return {
        "could_be_quorate_as_filled": judged and judged.met,
        "rule_could_be_met_as_filled": judged and judged.recorded_met,
    }


def branches_as_data(branches: list[BranchShown]) -> list[dict]:
    return [
        {
            "number": each.number or None,
            "asks": each.words,
            "met": each.met,
            "by": each.by,
            "missing": each.missing or None,
        }
        for each in branches
    ]


def quoracy_as_json(context: dict, here: Here) -> dict:
    forum, shown = context["forum"], context["terms"].shown
    judged, votes = context["judged"], context["votes"]
    return {
        "forum": facts.record(here, "forum", forum.slug, forum.name),
        "called_then": context["called_then"] or None,
        **facts.quoracy(shown, here),
        "quoracy_reads_as": context["read_as"] or None,
        "attendance": {each.key: each.answer for each in context["questions"] if each.key},
        "not_counted": context["set_aside"],
        "perhaps": context["only_perhaps"],
        "how_old": context["ages"],
        "no_verdict": context["cannot_say"] or context["no_rule"] or None,
        "quorate": judged.met if judged else None,
        "rule_met": judged.recorded_met if judged else None,
        "assuming": judged.assuming if judged else [],
        "branches": branches_as_data(context["branches"]),
        "for_one_item": _item_as_data(context),
        "would_make_it_quorate": _example_as_data(context["example"]),
        **could_be_as_data(context["could_be"]),
        "decision_rule": shown.decision_rule or None,
        "votes": _votes_as_data(votes) if votes else None,
    }


def _example_as_data(example: Example | None) -> dict | None:
    if example is None:
        return None
    return {"people": [each.name for each in example.comers], "fewest": example.fewest}


def _item_as_data(context: dict) -> dict | None:
    judged = context["for_one_item"]
    if judged is None:
        return None
    return {
        "withdraw": context["withdrawn"],
        "quorate": judged.met,
        "rule_met": judged.recorded_met,
        "missing": all_missing(judged, context["names"]),
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
    reads=["seat-", "organisation-", "deputy-", "withdraws-"],
    as_json=quoracy_as_json,
)
def quoracy(request: HttpRequest, asked: AskedDay, slug: str):
    forum = record_at(with_sources(Forum.objects.all()), slug)
    seats = as_one(held_seats_of(forum, asked.day))
    members = list(with_sources(MemberOrganisation.objects.filter(forum=forum), "organisation"))
    terms = terms_of(forum, asked)
    names_of_day = names_then(
        asked,
        organisations={each.organisation_id for each in members} | keys_in_rule(terms.shown),
        forums=[forum.pk],
    )
    call_then([each.organisation for each in members], names_of_day)
    there, belonging = certain(forum, seats, members, asked)
    rule = rule_then(rule_of(terms.shown), names_of_day)
    body = body_of(there, belonging, asked.day, came_after(rule, belonging, asked.day))
    called = {each.organisation.slug: each.organisation.name for each in members}
    names = names_on(rule, seats, asked.day, called) if rule else None
    beside = beside_names(seats, members, asked)
    organisations, places = questions(terms.shown, body, rule, beside)
    asked_of = [*organisations, *places]
    known_here = known(rule, seats, members)
    set_aside = answer(request, asked_of, known_here)
    set_aside += answer_beside(request, asked_of, known_here)
    context = {
        "forum": forum,
        "name": forum.short_name or forum.name,
        "called_then": called_then(forum, names_of_day),
        "questions": asked_of,
        "question_groups": question_groups(organisations, places),
        "set_aside": set_aside,
        "deputies": deputies(asked_of),
        "withdrawn": [one.name for each in asked_of for one in each.withdrawn()],
        "everyone": everyone(forum, asked_of, asked),
        "ages": list(how_old.ages(rows_of(there, belonging), asked, "Who sits here")),
        "only_perhaps": only_perhaps(forum, seats, members, asked),
        "cannot_say": cannot_say(forum, terms, rule, asked),
        "terms": terms,
        "terms_standing": standing_in_words(terms, asked),
        **rule_in_words(forum, terms, rule, names, asked),
        **judged(forum, terms, rule, body, names, asked_of, asked),
    }
    return "forums/quoracy.html", context | judged_in_words(context)


def question_groups(organisations: list, places: list) -> list[tuple[str, list]]:
    """The questions for organisations and those for seats, with headings if there are both."""
    if organisations and places:
        return [("Organisations", organisations), ("Seats", places)]
    return [("", organisations or places)]


def rule_in_words(
    forum: Forum,
    terms: TermsOnDay,
    rule: RuleOfQuoracy | None,
    names: NamesInRules | None,
    asked: AskedDay,
) -> dict:
    """What the document says and how its rule is read, or that there is none to work with."""
    shown = terms.shown
    return {
        "words_alone": bool(shown.quoracy_wording) and rule is None,
        "read_as": rule and names and read_as(rule.tree, names, say_all=rule.say_all),
        "beyond": beyond(shown),
        "one_for_several": rule is not None
        and any(each.one_for_several for each in rule_trees.organisations_asked(rule.tree)),
        "no_rule": "" if rule or not forum.certainly(asked.day) else no_rule(forum, terms, asked),
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


def cannot_say(forum: Forum, terms: TermsOnDay, rule: RuleOfQuoracy | None, asked: AskedDay) -> str:
    """Why there is no verdict on a day on which the forum does not certainly exist, or its rule is
    not certainly in force."""
    holds = forum.holds(asked.day)
    if holds:
        if rule is None or terms.are_certain:
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
    rule: RuleOfQuoracy | None,
    body: QuoracyForum,
    names: NamesInRules | None,
    answered: list[Question],
    asked: AskedDay,
) -> dict:
    """The verdict on a meeting, the verdict on the forum as it is filled, and the votes. There is
    none on a forum that is not in force or has no rule that certainly is."""
    attendees = [one for question in answered for one in question.attendees()]
    ruled = forum.certainly(asked.day) and terms.are_certain
    if rule is None or names is None or not ruled:
        nothing = dict.fromkeys(["judged", "names", "example", "could_be", "votes", "for_one_item"])
        return {**nothing, "branches": [], "nobody": not attendees}
    judged = judge_tree(rule, body, attendees)
    return {
        "judged": judged,
        "names": names,
        "branches": branches_shown(judged, names),
        "example": example(rule, body, attendees) if judged.recorded_met is False else None,
        "nobody": not attendees,
        "for_one_item": for_one_item(rule, body, answered),
        "could_be": could_be(rule, body, names),
        "votes": voting(terms.shown.decision_rule, rule.tree, body, attendees),
    }


def example(rule: RuleOfQuoracy, body: QuoracyForum, there: list[Attendee]) -> Example | None:
    return example_of(rule, body, there, still_to_come(body, there, outsiders(rule, body)))


def for_one_item(
    rule: RuleOfQuoracy, body: QuoracyForum, answered: list[Question]
) -> JudgedRule | None:
    """The verdict without those who withdraw for an item of business, if some do."""
    withdrawn = [one for each in answered for one in each.withdrawn()]
    attendees = [one for each in answered for one in each.attendees()]
    return judge_tree(rule, body, without(attendees, withdrawn)) if withdrawn else None


def deputies(answered: list[Question]) -> list[tuple[Question, list[Question]]]:
    """Each question that a deputy answers, with those about the members who may be that deputy."""
    return [
        (each, [other for other in answered if could_deputise(other, each)])
        for each in answered
        if isinstance(each, Choice) and each.has_deputy
    ]


def judged_in_words(context: dict) -> dict:
    shown, judged = context["terms"].shown, context["judged"]
    nobody_answered = context["nobody"] and not context["set_aside"]
    votes_said, votes_details = votes_in_words(context["votes"], shown)
    return {
        "as_filled": as_filled_in_words(context["could_be"], shown),
        "verdict": judged
        and verdict_in_words(
            judged,
            context["names"],
            shown,
            example=context["example"],
            nobody_answered=nobody_answered,
        ),
        "item_verdict": context["for_one_item"]
        and verdict_in_words(
            context["for_one_item"], context["names"], shown, example=None, nobody_answered=False
        ),
        "reasons": reasons(context["branches"]),
        "votes_said": votes_said,
        "votes_details": votes_details,
    }


def came_after(
    rule: RuleOfQuoracy | None, members: list[MemberOrganisation], day: datetime.date
) -> dict[int, list[Relationship]]:
    """The successions of closed members by what is still open, by the key of the member, if the
    rule asks for them."""
    if rule is None or not rule_trees.organisations_asked(rule.tree):
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
    terms: TermsOfReference, body: QuoracyForum, rule: RuleOfQuoracy | None, beside: Beside
) -> tuple[list[Question], list[Question]]:
    """The questions for organisations, and those for seats."""
    if rule is None:
        return [], []
    votes = voting_seats(body) if by_votes(terms.decision_rule) else []
    seats = seats_wanted(rule, body, votes)
    return organisations_asked(rule, body, seats, beside), seats_asked(rule, body, seats, beside)


def known(
    rule: RuleOfQuoracy | None, seats: list[HeldSeat], members: list[MemberOrganisation]
) -> Known:
    by_key = {member.organisation_id: member.organisation for member in members}

    def slug_now(slug: str) -> str | None:
        had_it = Organisation.history.filter(slug=slug, id__in=by_key).values_list("id", flat=True)
        key = had_it.first()
        return by_key[key].slug if key is not None else None

    return Known(
        seats={seat.id: seat.title for seat in seats},
        organisations={
            **(rule.organisations if rule else {}),
            **{each.slug: each.name for each in by_key.values()},
        },
        slug_now=slug_now,
    )


def everyone(forum: Forum, asked_of: list[Question], asked: AskedDay) -> str:
    """The address of the page on which everyone who can attend does."""
    answers = {each.key: each.fullest for each in asked_of if each.fullest}
    return asked.link(reverse("forum-quoracy", args=[forum.slug]), answers)
