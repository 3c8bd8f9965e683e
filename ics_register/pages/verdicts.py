"""Verdicts on quoracy in words, as the pages of a forum show them."""

from dataclasses import dataclass, field

from django.utils.text import capfirst

from forums.models import DecisionRule, QuoracyClause, TermsOfReference
from forums.quoracy import Judgement, Verdict
from forums.voting import Voting

# The words of a tag, and its colour.
Tag = tuple[str, str]

CANNOT_BE_SAID: Tag = ("Cannot be said", "grey")

# A clause with the verdict on it.
Judged = tuple[QuoracyClause, Verdict]


def met_tag(met: bool | None) -> Tag:
    if met is None:
        return CANNOT_BE_SAID
    return ("Met", "green") if met else ("Not met", "red")


def listed(items) -> str:
    """Several things in one sentence: "somebody for Taurus; Chair"."""
    return "; ".join(items)


def beyond(terms: TermsOfReference) -> str:
    """What the document asks besides the clauses, or that nobody has compared the two."""
    if terms.quoracy_clauses_say_all is None:
        return "Whether the clauses say all that the document asks is not recorded yet."
    if not terms.quoracy_clauses_say_all:
        return f"The document also asks: {terms.quoracy_also_asks}"
    return ""


# As a forum is filled


@dataclass(frozen=True)
class AsFilled:
    """Whether a forum could be quorate as its seats are filled."""

    tag: Tag
    detail: str = ""
    lines: list[str] = field(default_factory=list)


def as_filled_in_words(could: dict | None, terms: TermsOfReference) -> AsFilled | None:
    """The words for what `pages.quoracy.could_be` found, if it was asked."""
    if could is None:
        return None
    tag, detail = _could(could["judgement"], could["named"], terms)
    met = could["judgement"].recorded_met
    lines = [beyond(terms)] if met and not terms.quoracy_clauses_say_all else []
    return AsFilled(tag, detail, lines + _unmet(could["judgement"], could["clauses"]))


def _could(judgement: Judgement, named: Judgement, terms: TermsOfReference) -> tuple[Tag, str]:
    unnamed = f"It takes people whom the sources do not name: {listed(named.missing)}."
    if judgement.recorded_met is None:
        return CANNOT_BE_SAID, ""
    if not judgement.recorded_met:
        return ("No", "red"), ""
    if not terms.quoracy_clauses_say_all:
        met = "The clauses could be met."
        detail = met if named.recorded_met else f"{met} {unnamed}"
        return ("As far as is recorded", "blue"), detail
    if named.met:
        return ("Yes", "green"), "If those who are recorded attend."
    return ("It could", "blue"), f"As far as is recorded. {unnamed}"


def _unmet(judgement: Judgement, clauses: list[Judged]) -> list[str]:
    """The clauses that are not met, or that nobody can be there in person."""
    unmet = [
        f"{met_tag(verdict.met)[0]}: {clause.in_words()}. Missing: {listed(verdict.missing)}."
        for clause, verdict in clauses
        if not verdict.met
    ]
    if not unmet and judgement.recorded_met is False:
        return [f"Nobody can be there in person. Missing: {listed(judgement.missing)}."]
    return unmet


# At a meeting


@dataclass(frozen=True)
class MeetingVerdict:
    """Whether a meeting is quorate: a heading and the sentences below it."""

    heading: str
    sentences: list[str]
    beyond: str
    outcome: str = ""  # met or not-met; empty if it is not known, or if nobody attends yet


def verdict_in_words(
    judgement: Judgement, terms: TermsOfReference, *, nobody_answered: bool
) -> MeetingVerdict:
    """The verdict on a meeting. `nobody_answered` if the reader has said of nobody that they
    attend."""
    asks = terms.quoracy_also_asks or (judgement.recorded_met and not judgement.met)
    further = beyond(terms) if asks else ""
    if nobody_answered and judgement.met is False:
        needed = f"Say who does. Needed: {listed(judgement.missing)}."
        return MeetingVerdict("Nobody attends yet", [needed], further)
    outcome = {True: "met", False: "not-met", None: ""}[judgement.met]
    return MeetingVerdict(_heading(judgement), _sentences(judgement), further, outcome)


def _heading(judgement: Judgement) -> str:
    if judgement.recorded_met is None:
        return CANNOT_BE_SAID[0]
    if not judgement.recorded_met:
        return f"Not quorate: {len(judgement.missing)} missing"
    heading = "Quorate" if judgement.met else "What is recorded is met"
    return f"{heading}, on an assumption" if judgement.assuming else heading


def _sentences(judgement: Judgement) -> list[str]:
    said = []
    if judgement.missing:
        said.append(f"Missing: {listed(judgement.missing)}.")
    elif judgement.met and not judgement.assuming:
        said.append("Nothing is missing.")
    if judgement.assuming:
        said.append(f"Assumed: {listed(judgement.assuming)}. No source recorded here says so.")
    return said


def reasons(clauses: list[Judged]) -> list[tuple[Tag, str, list[str]]]:
    """Each clause with its tag, and who meets it and who is missing."""
    rows = []
    for clause, verdict in clauses:
        details = [f"By: {listed(verdict.by)}."] if verdict.by else []
        # With one clause, the verdict has said who is missing.
        if verdict.missing and len(clauses) > 1:
            details.append(f"Missing: {listed(verdict.missing)}.")
        rows.append((met_tag(verdict.met), f"{capfirst(clause.in_words())}.", details))
    return rows


# Votes


def votes_in_words(votes: Voting | None, terms: TermsOfReference) -> tuple[str, list[str]]:
    """How many votes can be cast and what they decide, and whose cannot be cast."""
    if not terms.decision_rule:
        return (
            "Whether it votes, and by what majority, is not recorded, so the votes cannot be "
            "worked out."
        ), []
    if terms.decision_rule == DecisionRule.CONSENSUS:
        return "It decides by consensus: no votes are counted.", []
    if not votes:
        rule = terms.get_decision_rule_display()
        return f"It decides by {rule}. Which of its seats vote is not recorded.", []
    details = []
    if votes.absent:
        details.append(f"Cannot be cast: {listed(votes.absent)}.")
    if votes.unsaid:
        details.append(f"No source says whether these vote: {listed(votes.unsaid)}.")
    return f"{_cast(votes)} {_needed(votes)}", details


def _cast(votes: Voting) -> str:
    of = "" if votes.total is None else f" of {votes.total}"
    each = ", one for each organisation" if votes.by_organisation else ""
    return f"{len(votes.cast)}{of} votes can be cast{each}."


def _needed(votes: Voting) -> str:
    if not votes.cast:
        return "Nothing can be decided by vote."
    if votes.rule == DecisionRule.UNANIMITY:
        return "Decisions need all of them to agree."
    majority = f"A majority of those is {votes.needed}"
    if votes.needed_of_all in (None, votes.needed):
        return f"{majority}."
    return f"{majority}; of all, {votes.needed_of_all}."
