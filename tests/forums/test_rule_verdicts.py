"""What a page says of a rule of quoracy: each branch, and an example."""

import pytest

from forums.rule_examples import Comer, Example, example_of, still_to_come
from forums.rule_sentences import names_of
from forums.rule_verdicts import branches_shown, example_in_words, met_by
from forums.rules import judge_tree
from tests.forums.rules_cast import meetings

MEETINGS = dict(meetings())
COMMON = "Committees in common of three boards"
HALF = (
    "Half of the members, with the chair or deputy, an executive and an independent non-executive"
)


def shown(which: str) -> dict[str, tuple]:
    rule, body, there, *_ = MEETINGS[which]
    rows = branches_shown(judge_tree(rule, body, there), names_of(body))
    return {row.number: (row.met, met_by(row), row.missing) for row in rows}


def test_each_branch_says_who_meets_it_and_who_is_missing():
    rows = shown(f"{COMMON}: 3")

    assert list(rows) == ["1", "1.1", "1.2", "2", "3", "3.1", "3.1.1", "3.1.2", "3.2"]
    assert rows["1.1"] == (
        False,
        "Ann; Bob",
        "1 more from “Chair of A”, “Non-executives of A” or “Executives of A”, to make 3",
    )
    assert rows["1.2"] == (True, "Ann", "")
    assert rows["2"] == (True, "Fay; Gus; Hal", "")
    assert rows["3.2"] == (False, "", "“Executives of C”")
    # A group that asks for all says no more than its branches do.
    assert rows["1"] == (False, "", "")


def test_a_group_met_by_the_same_people_says_so():
    assert shown(f"{COMMON}: 7")["3.1"] == (
        False,
        "",
        "1 more person: the same person cannot meet two of its conditions",
    )


def test_people_are_missing_by_their_category():
    assert shown(f"{HALF}: 2")["1"][2] == "1 more member, to make 6"
    assert shown(f"{HALF}: 12")["1"][2] == "6 members"
    assert shown(f"{HALF}: 12")["3"][2] == "1 executive member"


def test_organisations_are_missing_by_name():
    [(met, by, missing)] = shown("HIPCS: 2").values()

    assert (met, missing) == (False, "somebody for 2gether NHS Foundation Trust")
    assert set(by.split("; ")) == {"Cat", "Dan", "Eve", "Fay"}


@pytest.mark.parametrize(
    ("begins", "missing"),
    [
        ("A third of the members, where", "the number of places, which no source gives"),
        ("Half of those", "how many people are in post, which the sources do not say"),
    ],
)
def test_a_branch_that_cannot_be_judged_says_what_is_not_recorded(begins, missing):
    which = next(each for each in MEETINGS if each.startswith(begins))
    assert shown(which)["1"][::2] == (None, missing)


@pytest.mark.parametrize("which", MEETINGS)
def test_every_branch_that_fails_says_what_is_missing_or_has_one_below_that_does(which):
    rows = shown(which)
    for number, (met, by, missing) in rows.items():
        below = any(
            each.startswith(f"{number}." if number else "") for each in rows if each != number
        )
        assert met is True or missing or below
        assert not (met is True and missing)
        assert not (met is True and not by and not below)


def test_an_example_names_who_would_make_it_quorate():
    rule, body, there, *_ = MEETINGS[f"{HALF}: 5"]
    example = example_of(rule, body, there, still_to_come(body, there))

    assert example_in_words(example) == "It would be quorate if Bob came too."
    unsure = Example((Comer("Ann", ()), Comer("Bob", ())), fewest=False)
    assert "Fewer people might be enough" in example_in_words(unsure)
    assert example_in_words(None).startswith("It could not be quorate")
