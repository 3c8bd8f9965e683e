"""What changed of a post, a seat or a forum, in words: "from 16 May 2023 two hold it, not one"."""

import datetime
from collections.abc import Callable
from typing import Any

from forums.choices import ForumStatus, LineKind, SeatCategory
from organisations.held_terms import Differences, TermsChange
from people.post_holders import Holding
from records.periods import Precision, Qualifier, When, perhaps_so

# As a change is told that was made, or is to be made.
PAST, TO_COME = "past", "to come"

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_letters(number: int) -> str:
    """ "two", and figures above ten."""
    return NUMBERS[number - 1] if number <= len(NUMBERS) else f"{number:,}"


def _number(before: int | None, after: int | None, tense: str) -> str:
    if after is None:
        return "no source says how many hold it"
    one, many = {PAST: ("holds it", "hold it"), TO_COME: ("is to hold it", "are to hold it")}[tense]
    not_so = "" if before is None else f", not {in_letters(before)}"
    return f"{in_letters(after)} {one if after == 1 else many}{not_so}"


def _title(before: str, after: str, tense: str) -> str:
    return f"it {'is' if tense == PAST else 'is to be'} called “{after}”, not “{before}”"


def _role(before: str, after: str, tense: str) -> str:
    """ "its role is member, not in attendance"."""
    now, then = after.replace("-", " "), before.replace("-", " ")
    return f"its role {'is' if tense == PAST else 'is to be'} {now}, not {then}"


def _category(before: str, after: str, tense: str) -> str:
    """ "whoever holds it is a lay member, not an executive member"."""
    if not after:
        return "no source says of which category whoever holds it is"
    is_, now = "is" if tense == PAST else "is to be", _as_a(after)
    return f"whoever holds it {is_} {now}{f', not {_as_a(before)}' if before else ''}"


def _as_a(category: str) -> str:
    member = SeatCategory(category).member
    return f"{'an' if member[0] in 'aeiou' else 'a'} {member}"


def _requirement(before: str, after: str, tense: str) -> str:
    if not after:
        return f"no source says who may hold it, no longer “{before}”"
    return f"whoever holds it {'has' if tense == PAST else 'is to have'} to be “{after}”"


def _status(before: str, after: str, tense: str) -> str:
    if after == ForumStatus.ESTABLISHED:
        return f"it {'was' if tense == PAST else 'is to be'} set up, no longer only proposed"
    return f"it {'is' if tense == PAST else 'is to be'} proposed, and not set up"


def _host(before: str | None, after: str | None, tense: str) -> str:
    if not after:
        return f"{before} {'no longer hosts' if tense == PAST else 'is no longer to host'} it"
    return f"{after} {'hosts' if tense == PAST else 'is to host'} it{_not_so(before)}"


def _place(before: str | None, after: str | None, tense: str) -> str:
    if not after:
        return f"no source says which place it serves, no longer {before}"
    return f"it {'serves' if tense == PAST else 'is to serve'} {after}{_not_so(before)}"


def _not_so(before: str | None) -> str:
    return f", not {before}" if before else ""


# What a seat does, and is to do; what it does not, and is not to do; and what no source says.
YES_OR_NO = {
    "voting": (
        ("it votes", "it is to vote"),
        ("it does not vote", "it is not to vote"),
        "whether it votes",
    ),
    "counts_to_quoracy": (
        ("it counts to quoracy", "it is to count to quoracy"),
        ("it does not count to quoracy", "it is not to count to quoracy"),
        "whether it counts to quoracy",
    ),
    "may_be_deputised": (
        ("whoever holds it may send a deputy", "whoever holds it is to be free to send a deputy"),
        ("no deputy may be sent", "no deputy is to be sent"),
        "whether a deputy may be sent",
    ),
}


def _yes_or_no(name: str, after: bool | None, tense: str) -> str:
    yes, no, unknown = YES_OR_NO[name]
    if after is None:
        return f"no source says {unknown}"
    return (yes if after else no)[tense == TO_COME]


# The words of a change of each field: of its value before, its value after and the tense.
WORDS: dict[str, Callable[[Any, Any, str], str]] = {
    "role": _role,
    "category": _category,
    "number": _number,
    "max_holders": _number,
    "title": _title,
    "requirement": _requirement,
    "status": _status,
    "host": _host,
    "place": _place,
}


def changed_in_words(differences: Differences, tense: str) -> str:
    """ "two hold it, not one, and it is called “Joint leader”, not “Leader”"."""
    said = [
        _yes_or_no(name, after, tense) if name in YES_OR_NO else WORDS[name](before, after, tense)
        for name, before, after in differences
    ]
    if len(said) < 2:
        return "".join(said)
    return f"{'; '.join(said[:-1])}; and {said[-1]}"


def from_in_words(begins: When) -> str:
    """ "from 16 May 2023", "from some time in May 2023", "by 2023"."""
    if begins.qualifier == Qualifier.BY or begins.precision == Precision.DAY:
        words = begins.in_words()
        return words if begins.qualifier == Qualifier.BY else f"from {words}"
    return f"from {begins.some_time()}"


def told_on(change: TermsChange, day: datetime.date) -> str:
    """A change in words for a page as at `day`: before it, on a day on which it may have been, or
    after it."""
    before, begins = change.before, from_in_words(change.begins)
    if day <= before.earliest_end and not before.has_ended(day):
        return f"{begins} {changed_in_words(change.differences, TO_COME)}"
    if before.end_foreseen:
        words = changed_in_words(change.differences, TO_COME)
        was = words.replace("is to ", "was to ").replace("are to ", "were to ")
        return f"{begins} {was}, {before.end_only_planned()}"
    words = f"{begins} {changed_in_words(change.differences, PAST)}"
    return words if before.has_ended(day) else perhaps_so(words)


def changes_of(holding: Holding) -> list[tuple[TermsChange, str]]:
    """The changes of a post or seat, in words, that a page tells as at its day: the last that was
    made, and all that may have been or are to come."""
    over = [each for each in holding.changes if each.before.has_ended(holding.day)]
    told = [*over[-1:], *(each for each in holding.changes if each not in over)]
    return [(each, told_on(each, holding.day)) for each in told]


# The infinitive, and the past tense.
LINES = {
    LineKind.REPORTS_TO: ("report to", "reported to"),
    LineKind.OVERSEEN_BY: ("be overseen by", "was overseen by"),
    LineKind.ESCALATES_TO: ("escalate to", "escalated to"),
    LineKind.ADVISES: ("advise", "advised"),
    LineKind.WORKS_WITH: ("work with", "worked with"),
    LineKind.SUB_GROUP_OF: ("be a sub-group of", "was a sub-group of"),
}

# What happens to a seat when a further source of it begins and ends.
GOES_WITH = {
    "start": {"past": "began to go with", "to come": "is to go with", "by": "went with"},
    "end": {
        "past": "ceased to go with",
        "to come": "is to cease to go with",
        "by": "had ceased to go with",
    },
}
