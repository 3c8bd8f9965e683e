"""Verdicts on quoracy in words, as the pages of a forum show them."""

from dataclasses import dataclass, field

from forums.models import DecisionRule, TermsOfReference
from forums.rule_examples import Example
from forums.rule_sentences import NamesInRules
from forums.rule_verdicts import (
    BranchShown,
    all_missing,
    branches_shown,
    example_in_words,
    met_by,
    unmet,
)
from forums.rules import JudgedRule
from forums.voting import Voting

# The words of a tag, and its colour.
Tag = tuple[str, str]

CANNOT_BE_SAID: Tag = ("Cannot be said", "grey")


def met_tag(met: bool | None) -> Tag:
    if met is None:
        return CANNOT_BE_SAID
    return ("Met", "green") if met else ("Not met", "red")


def listed(items) -> str:
    """Several things in one sentence: "somebody for Taurus; Chair"."""
    return "; ".join(items)


def beyond(terms: TermsOfReference) -> str:
    """What the document asks beyond the rule, or that nobody has compared the two."""
    if terms.quoracy_rule_says_all is None:
        return "Whether the rule says all that the document asks is not recorded yet."
    if not terms.quoracy_rule_says_all:
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
    judged, names = could["judged"], could["names"]
    tag, detail = _could(judged, could["named"], names, terms)
    met = judged.recorded_met
    lines = [beyond(terms)] if met and not terms.quoracy_rule_says_all else []
    return AsFilled(tag, detail, lines + _unmet(judged, names))


def _could(
    judged: JudgedRule, named: JudgedRule, names: NamesInRules, terms: TermsOfReference
) -> tuple[Tag, str]:
    unnamed = f"It takes people whom the sources do not name: {listed(all_missing(named, names))}."
    if judged.recorded_met is None:
        return CANNOT_BE_SAID, ""
    if not judged.recorded_met:
        return ("No", "red"), ""
    if not terms.quoracy_rule_says_all:
        met = "What is recorded could be met."
        detail = met if named.recorded_met else f"{met} {unnamed}"
        return ("As far as is recorded", "blue"), detail
    if named.met:
        return ("Yes", "green"), "If those who are recorded attend."
    return ("It could", "blue"), f"As far as is recorded. {unnamed}"


def _unmet(judged: JudgedRule, names: NamesInRules) -> list[str]:
    """The branches that are not met, or that nobody can be there in person."""
    lacking = [
        f"{met_tag(each.met)[0]}: {each.words}. Missing: {each.missing}."
        for each in unmet(branches_shown(judged, names))
    ]
    if not lacking and judged.recorded_met is False:
        return [f"Nobody can be there in person. Missing: {listed(all_missing(judged, names))}."]
    return [] if judged.recorded_met else lacking


# At a meeting


@dataclass(frozen=True)
class MeetingVerdict:
    """Whether a meeting is quorate: a heading and the sentences below it."""

    heading: str
    sentences: list[str]
    beyond: str
    outcome: str = ""  # met or not-met; empty if it is not known, or if nobody attends yet


def verdict_in_words(
    judged: JudgedRule,
    names: NamesInRules,
    terms: TermsOfReference,
    *,
    example: Example | None,
    nobody_answered: bool,
) -> MeetingVerdict:
    """The verdict on a meeting, with the `example` of who would make it quorate. `nobody_answered`
    if the reader has said of nobody that they attend."""
    missing = all_missing(judged, names)
    asks = terms.quoracy_also_asks or (judged.recorded_met and not judged.met)
    further = beyond(terms) if asks else ""
    if nobody_answered and judged.met is False:
        needed = f"Say who does. Needed: {listed(missing)}."
        return MeetingVerdict("Nobody attends yet", [needed], further)
    outcome = {True: "met", False: "not-met", None: ""}[judged.met]
    sentences = _sentences(judged, missing)
    if example and judged.recorded_met is False:
        sentences.append(_would_do(example, terms))
    return MeetingVerdict(_heading(judged, missing), sentences, further, outcome)


def _would_do(example: Example, terms: TermsOfReference) -> str:
    said = example_in_words(example)
    if terms.quoracy_rule_says_all:
        return said
    return said.replace("It would be quorate if", "What is recorded would be met if", 1)


def _heading(judged: JudgedRule, missing: list[str]) -> str:
    if judged.recorded_met is None:
        return CANNOT_BE_SAID[0]
    if not judged.recorded_met:
        return f"Not quorate: {len(missing)} missing"
    heading = "Quorate" if judged.met else "What is recorded is met"
    return f"{heading}, on an assumption" if judged.assuming else heading


def _sentences(judged: JudgedRule, missing: list[str]) -> list[str]:
    said = []
    if missing:
        said.append(f"Missing: {listed(missing)}.")
    elif judged.met and not judged.assuming:
        said.append("Nothing is missing.")
    if judged.assuming:
        said.append(f"Assumed: {listed(judged.assuming)}. No source recorded here says so.")
    return said


def reasons(branches: list[BranchShown]) -> list[tuple[Tag, int, str, list[str]]]:
    """Each branch with its tag, in how many groups it is, and who meets it and who is missing."""
    rows = []
    for each in branches:
        details = [f"By: {met_by(each)}."] if each.by else []
        # With one branch, the verdict has said who is missing.
        if each.missing and len(branches) > 1:
            details.append(f"Missing: {each.missing}.")
        rows.append((met_tag(each.met), each.deep, in_a_line(each), details))
    return rows


def in_a_line(branch: BranchShown) -> str:
    """What a branch asks for: "(2) “Chair” attends in person.", with its number if it has one."""
    if branch.number:
        return f"({branch.number}) {branch.words}."
    return f"{branch.words[0].upper()}{branch.words[1:]}."


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
