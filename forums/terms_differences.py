"""What differs between two versions of the terms of reference of a forum, line by line."""

import datetime
import difflib
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.text import get_text_list

from forums.models import TermsOfReference
from forums.quoracy_inputs import names_on, rule_of
from forums.rule_sentences import in_one_sentence
from forums.seat_holders import HeldSeat
from forums.terms_on_day import TermsOnDay

# The texts that are compared. Steps of a dispute have sources of their own.
COMPARED = (
    "purpose",
    "responsibilities",
    "accountable_for",
    "authority",
    "decision_basis",
    "decision_rule",
    "decision_wording",
    "quoracy_wording",
    "quoracy_also_asks",
    "membership_wording",
    "meeting_frequency",
    "review_frequency",
)


@dataclass(frozen=True)
class Difference:
    """The lines of one text that are not as they were: each before and after, "" for no line."""

    name: str
    lines: list[tuple[str, str]]
    kept: int  # how many lines are as before

    @property
    def label(self) -> str:
        field: Any = TermsOfReference._meta.get_field(self.name)
        return str(field.verbose_name).replace("'", "’").capitalize()

    @property
    def was_not_recorded(self) -> bool:
        """Whether the version before is silent about it, and so says nothing of what it was."""
        return not self.kept and not any(before for before, _ in self.lines)

    @property
    def is_not_recorded(self) -> bool:
        """The same of the version after."""
        return not self.kept and not any(after for _, after in self.lines)

    def in_words(self) -> str:
        """ "1 line changed, 2 added and 1 left out; 3 are as before"."""
        if self.was_not_recorded:
            return "not recorded before"
        if self.is_not_recorded:
            return "no longer recorded"
        counted = Counter(_became(before, after) for before, after in self.lines)
        if len(self.lines) == 1 and not self.kept:
            return next(iter(counted))
        (first, number), *others = [(how, counted[how]) for how in HOW if how in counted]
        said = [f"{number} {'line' if number == 1 else 'lines'} {first}"]
        said += [f"{number} {how}" for how, number in others]
        words = get_text_list(said, "and")
        if not self.kept:
            return words
        return f"{words}; {self.kept} {'is' if self.kept == 1 else 'are'} as before"


# What became of a line.
HOW = CHANGED, ADDED, LEFT_OUT = "changed", "added", "left out"


def _became(before: str, after: str) -> str:
    return CHANGED if before and after else ADDED if after else LEFT_OUT


def version_before(terms: TermsOnDay) -> TermsOfReference | None:
    """The version before the one that is shown for the day, if there is one of each."""
    at = terms.versions.index(terms.shown) if terms.are_recorded else 0
    return terms.versions[at - 1] if at else None


def rules_compared(terms: TermsOnDay, seats: list[HeldSeat], day: datetime.date) -> tuple[str, str]:
    """The rules of quoracy of the version before and of the one that is shown, in words; none if
    they are one rule, or if one has none."""
    before, shown = version_before(terms), terms.shown
    if before is None or before.quoracy_rule == shown.quoracy_rule:
        return "", ""
    old, new = rule_of(before), rule_of(shown)
    if old is None or new is None:
        return "", ""
    names = [names_on(rule, seats, day) for rule in (old, new)]
    return (
        in_one_sentence(old.tree, names[0], "It asks that"),
        in_one_sentence(new.tree, names[1], "It asks that"),
    )


def differences(
    before: TermsOfReference, after: TermsOfReference, rules: tuple[str, str] = ("", "")
) -> list[Difference]:
    """The texts in which two versions differ, and their `rules` of quoracy in words."""
    old, new = ([words] if words else [] for words in rules)
    found = [_difference(name, _lines(before, name), _lines(after, name)) for name in COMPARED]
    found.append(_difference("quoracy_rule", old, new))
    return [each for each in found if each.lines]


def _lines(terms: TermsOfReference, name: str) -> list[str]:
    field: Any = TermsOfReference._meta.get_field(name)
    words = getattr(terms, f"get_{name}_display")() if field.choices else getattr(terms, name)
    return [line for line in words.splitlines() if line.strip()]


def _difference(name: str, before: list[str], after: list[str]) -> Difference:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    lines: list[tuple[str, str]] = []
    kept = 0
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            kept += last - first
        else:
            lines += zip_longest(before[first:last], after[new_first:new_last], fillvalue="")
    return Difference(name, lines, kept)
