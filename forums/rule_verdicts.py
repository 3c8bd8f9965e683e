"""Verdicts on rules of quoracy in words: each branch, who meets it and who is missing.

Also who would make a meeting quorate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forums.quoracy import SOMEBODY_IN_THE_ROOM, QuoracyMember
from forums.rule_examples import Example
from forums.rule_sentences import NamesInRules, both, branch_in_words, either, members_of
from forums.rule_trees import (
    AllOf,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
)
from forums.rules import Found, JudgedRule

MOST_NAMED = 12  # of the people who meet a branch


@dataclass(frozen=True)
class BranchShown:
    """A branch as a page shows it."""

    number: str
    deep: int  # in how many groups it is
    words: str
    met: bool | None
    by: tuple[str, ...] = ()
    missing: str = ""


def branches_shown(judged: JudgedRule, names: NamesInRules) -> list[BranchShown]:
    """Each branch of a rule, groups before what is in them."""
    return [
        BranchShown(
            each.number,
            each.number.count(".") + 1 if each.number else 0,
            branch_in_words(each.branch, names),
            each.met,
            () if each.below else each.by,
            missing_from(each, names),
        )
        for each in judged.found.all()
        if each.number or not each.below or says_more(each.branch)
    ]


def says_more(branch: object) -> bool:
    """Whether a branch asks for anything but all of those in it."""
    return not isinstance(branch, AllOf) or branch.different_people


def met_by(branch: BranchShown) -> str:
    """Who meets a branch, as far as it is met: "Ann Lee, Chair; Bob Day, Nurse"."""
    rest = len(branch.by) - MOST_NAMED
    return "; ".join([*branch.by[:MOST_NAMED], *([f"and {rest} more"] if rest > 0 else [])])


def unmet(branches: Sequence[BranchShown]) -> list[BranchShown]:
    """The branches that a rule lacks, without those in groups that are met."""
    met = tuple(f"{each.number}." for each in branches if each.met and each.number)
    return [each for each in branches if each.missing and not each.number.startswith(met)]


def missing_from(found: Found, names: NamesInRules) -> str:
    """Who or what a branch lacks, or what is not recorded."""
    if found.met:
        return ""
    branch = found.branch
    match branch:
        case OrganisationsAsked():
            return _organisations_missing(found, branch)
        case ShareAsked() if found.needed is None:
            if branch.in_post:
                return "how many people are in post, which the sources do not say"
            return "the number of places, which no source gives"
        case PeopleAsked() | ShareAsked():
            return _people_missing(found, branch, names)
    if found.met_by_the_same:
        people = "1 more person" if found.missing == 1 else f"{found.missing} more people"
        return f"{people}: the same person cannot meet two of its conditions"
    branches = "1 more condition" if found.missing == 1 else f"{found.missing} more conditions"
    return branches if says_more(branch) else ""


def _organisations_missing(found: Found, branch: OrganisationsAsked) -> str:
    if found.needed is None:
        return "the member organisations, none of which is recorded"
    if branch.number is None:
        return "; ".join(_each_missing(found))
    return f"{found.missing} of: {'; '.join(_each_missing(found))}"


def _each_missing(found: Found) -> Iterator[str]:
    """Somebody for each organisation that nobody is there for."""
    for member in found.absent:
        yield _for_whom(member, came=member in found.came_for)


def _for_whom(member: QuoracyMember, *, came: bool) -> str:
    if member.closed:
        return member.whoever_took_its_place
    if came:
        return f"somebody for {member.name} who does not already count for another organisation"
    return f"somebody for {member.name}"


def _people_missing(found: Found, branch: PeopleAsked | ShareAsked, names: NamesInRules) -> str:
    among, several = branch.among, found.missing > 1
    if among.seats and found.needed == 1:
        return either(names.in_order(among.seats))
    if among.seats:
        whom = f"from {either(names.in_order(among.seats))}"
    elif among.organisation:
        whom = f"{'people' if several else 'person'} for {names.organisation(among.organisation)}"
    else:
        whom = members_of(among, several=several)
    if not found.by:
        return f"{found.missing} {whom}"
    return f"{found.missing} more {whom}, to make {found.needed}"


def all_missing(judged: JudgedRule, names: NamesInRules) -> list[str]:
    """Everything that a meeting lacks."""
    missing = dict.fromkeys(_missing(judged.found, names))
    by_proxy = any(each.by for each in judged.found.all())
    if not judged.in_the_room and (by_proxy or not missing):
        missing[SOMEBODY_IN_THE_ROOM] = None
    return list(missing)


def _missing(found: Found, names: NamesInRules) -> list[str]:
    branch = found.branch
    if found.met:
        return []
    if not found.below or found.met_by_the_same:
        if isinstance(branch, OrganisationsAsked) and branch.number is None and found.absent:
            return list(_each_missing(found))
        return [missing_from(found, names)]
    each = [_missing(one, names) for one in found.below if not one.met]
    if isinstance(branch, AllOf):
        return [missing for some in each for missing in some]
    ways = [both(some) for some in each]
    if found.missing == 1:
        return ["; or ".join(ways)]
    return [f"{found.missing} of these: {'; '.join(ways)}"]


def example_in_words(example: Example | None) -> str:
    """Who would make a meeting quorate: "It would be quorate if Ann and Bob came too."."""
    if example is None:
        return "It could not be quorate, even if everybody came who can, as the seats are filled."
    came = both([comer.name for comer in example.comers])
    sure = "" if example.fewest else " Fewer people might be enough: not all were tried."
    return f"It would be quorate if {came} came too.{sure}"
