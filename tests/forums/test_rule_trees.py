"""What holds a rule of quoracy, what does not, and how it reads."""

import pytest

from forums.quoracy import How, QuoracyForum, QuoracyMember, QuoracySeat
from forums.rule_checks import problems_with
from forums.rule_sentences import in_one_sentence, names_of
from forums.rule_trees import (
    DEEPEST,
    MOST_BRANCHES,
    AllOf,
    Among,
    NotARule,
    PeopleAsked,
    ShareAsked,
    from_json,
    to_json,
)
from tests.forums.rules_cast import BY_HAND, body_of_rule

CHAIR = {"people": 1, "in": {"seats": [1]}, "counting": []}
LAY = {"people": 1, "in": {"category": "lay"}, "counting": []}
DEPUTY = {"people": 1, "in": {"seats": [2]}, "counting": []}
FOUR = {"people": 4, "in": "members", "counting": ["remote"]}
HALF = {"share": [1, 2], "in": "members", "of": "places", "counting": []}
EACH = {"organisations": "each", "counting": ["proxy"]}
BODY = QuoracyForum(
    (
        QuoracySeat(1, "Chair", category="lay"),
        QuoracySeat(2, "Deputy Chair"),
        QuoracySeat(3, "Members", number=3, category="executive"),
        QuoracySeat(4, "Observer", counts=False, category="partner"),
    ),
    (QuoracyMember("trust", "The trust"), QuoracyMember("council", "The council")),
)
NAMES = names_of(BODY)


def refused(value: object) -> list[str]:
    with pytest.raises(NotARule) as refusal:
        from_json(value)
    return [str(problem) for problem in refusal.value.problems]


def nested(levels: int) -> dict:
    value = CHAIR
    for _ in range(levels):
        value = {"all": [value, FOUR]}
    return value


@pytest.mark.parametrize(
    ("value", "branch", "says"),
    [
        (None, "", "This is no condition"),
        ([], "", "This is no condition"),
        ({}, "", "A condition asks for one thing"),
        ({**CHAIR, **EACH}, "", "A condition asks for one thing"),
        ({**CHAIR, "also": 1}, "", "Take out what no such condition has: also"),
        ({"all": []}, "", "A group has two conditions or more"),
        ({"any": []}, "", "A group has two conditions or more"),
        ({"any": [CHAIR]}, "", "put the one condition in the place of the group"),
        ({"all": "chair"}, "", "A group has two conditions or more"),
        ({"all": [CHAIR, 7]}, "2", "This is no condition"),
        ({"at_least": 3, "of": [CHAIR, FOUR]}, "", "It asks for 3 of 2 conditions"),
        ({"at_least": 0, "of": [CHAIR, FOUR]}, "", "everybody would meet it"),
        ({"at_least": True, "of": [CHAIR, FOUR]}, "", "Write how many conditions"),
        ({**FOUR, "people": 0}, "", "With no people, everybody would meet it"),
        ({**FOUR, "people": -1}, "", "1 to 999"),
        ({**FOUR, "people": 1000}, "", "1 to 999"),
        ({**FOUR, "people": 2.5}, "", "1 to 999"),
        ({**FOUR, "people": "4"}, "", "1 to 999"),
        ({**HALF, "share": [0, 2]}, "", "A share is a fraction"),
        ({**HALF, "share": [3, 2]}, "", "A share is a fraction"),
        ({**HALF, "share": [1, 101]}, "", "A share is a fraction"),
        ({**HALF, "share": 50}, "", "A share is a fraction"),
        ({**HALF, "share": [1, 1], "more_than": True}, "", "Nobody can be more than all"),
        ({**HALF, "of": "seats"}, "", "Choose whether it is a share of all places"),
        ({**HALF, "in": {"organisation": "trust"}}, "", "is not recorded"),
        ({**EACH, "organisations": 0}, "", "With no organisations, everybody would meet it"),
        ({**EACH, "one_for_several": "yes"}, "", "with yes or no"),
        ({**CHAIR, "in": {"seats": []}}, "", "Choose whom it counts"),
        ({**CHAIR, "in": {"seats": ["1"]}}, "", "Choose whom it counts"),
        ({**CHAIR, "in": {"seats": [True]}}, "", "Choose whom it counts"),
        ({**CHAIR, "in": {"category": "admiral"}}, "", "Choose whom it counts"),
        ({**CHAIR, "in": {"seats": [1], "category": "lay"}}, "", "Choose whom it counts"),
        ({**CHAIR, "in": "people"}, "", "Choose whom it counts"),
        ({"people": 1, "counting": []}, "", "Choose whom it counts"),
        ({**CHAIR, "counting": ["phone"]}, "", "Say which ways of taking part it counts"),
        ({**CHAIR, "counting": None}, "", "Say which ways of taking part it counts"),
        ({"all": [CHAIR, FOUR, CHAIR]}, "3", "It asks for the same as condition 1"),
        (
            {"all": [CHAIR, {"any": [DEPUTY, HALF]}, {"any": [HALF, DEPUTY]}]},
            "3",
            "It asks for the same as condition 2",
        ),
        ({"all": [CHAIR, HALF], "different_people": True}, "2", "Only conditions that ask for"),
        (nested(DEEPEST + 1), ".".join("1" * DEEPEST), f"Groups are at most {DEEPEST} deep"),
        ({"all": [CHAIR] * 1000}, "", f"A rule has at most {MOST_BRANCHES} conditions"),
    ],
)
def test_what_is_no_rule_is_refused_by_its_branch_with_a_remedy(value, branch, says):
    problems = refused(value)

    assert any(
        says in each and each.startswith(f"Condition {branch}:" if branch else "")
        for each in problems
    ), problems


def test_a_group_in_a_group_may_be_as_deep_as_is_said():
    assert to_json(from_json(nested(DEEPEST))) == nested(DEEPEST)


def test_everything_that_is_wrong_is_said_at_once():
    problems = refused({"all": [{**FOUR, "people": 0}, {**CHAIR, "in": {"seats": []}}]})

    assert [each.partition(":")[0] for each in problems] == ["Condition 1", "Condition 2"]


def test_a_share_is_held_in_its_lowest_terms():
    assert from_json({**HALF, "share": [50, 100]}) == ShareAsked((1, 2))


# On a forum


@pytest.mark.parametrize(
    ("value", "branch", "says"),
    [
        ({**CHAIR, "in": {"seats": [1, 9]}}, "", "The forum has no seat 9. Choose among its seats"),
        ({**FOUR, "people": 6}, "", "It asks for 6 people from seats with 5 places"),
        ({**CHAIR, "people": 2}, "", "It asks for 2 people from seats with one place"),
        ({**FOUR, "in": {"category": "clinical"}}, "", "No seat of this category counts"),
        # It is in attendance.
        ({**FOUR, "in": {"category": "partner"}}, "", "No seat of this category counts"),
        ({**FOUR, "in": {"organisation": "army"}}, "", "No organisation “army” is known here"),
        ({**EACH, "organisations": 3}, "", "asks for 3 organisations, and the forum has 2"),
        (
            {"any": [FOUR, {"all": [CHAIR, LAY], "different_people": True}]},
            "2",
            "Let the same people meet several of its conditions",
        ),
        ({"at_least": 2, "of": [FOUR, {**CHAIR, "people": 2}]}, "2", "with one place"),
    ],
)
def test_a_rule_that_does_not_fit_its_forum_is_refused_with_a_remedy(value, branch, says):
    problems = problems_with(from_json(value), BODY, NAMES)

    assert [problem.branch for problem in problems] == [branch]
    assert says in problems[0].says


@pytest.mark.parametrize("value", [CHAIR, FOUR, HALF, EACH, {"all": [CHAIR, FOUR, HALF, EACH]}])
def test_a_rule_that_can_be_met_has_no_problem_though_places_are_vacant(value):
    assert problems_with(from_json(value), BODY, NAMES) == []


def test_a_forum_without_member_organisations_is_said_to_have_none():
    alone = QuoracyForum(BODY.places)
    [problem] = problems_with(from_json(EACH), alone, names_of(alone))
    assert "Record its member organisations first" in problem.says


def test_a_forum_without_seats_is_said_to_have_none():
    empty = QuoracyForum()
    [problem] = problems_with(from_json(CHAIR), empty, names_of(empty))
    assert "none is recorded" in problem.says
    [problem] = problems_with(from_json(FOUR), empty, names_of(empty))
    assert "Record its seats first" in problem.says


def test_the_rules_that_were_worked_out_by_hand_fit_their_forums():
    for written in BY_HAND:
        body = body_of_rule(written)
        assert problems_with(from_json(written["tree"]), body, names_of(body)) == []


# In words


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (CHAIR, "“Chair” attends in person alone"),
        (FOUR, "at least 4 members attend in person or remotely"),
        (HALF, "at least half of the members, vacant places included, attend in person alone"),
        (
            {**HALF, "of": "in post", "more_than": True},
            "more than half of the members who are in post attend in person alone",
        ),
        (
            {**HALF, "share": [1, 1], "in": {"seats": [1, 3]}, "of": "in post"},
            "all of those in “Chair” and “Members” who are in post attend in person alone",
        ),
        (
            {**HALF, "share": [30, 100]},
            "at least 30 per cent of the members, vacant places included, attend in person alone",
        ),
        (EACH, "every member organisation attends in person or by proxy vote"),
        (
            {**EACH, "organisations": 1, "one_for_several": True},
            (
                "at least 1 member organisation attends, one person for several if need be, "
                "in person or by proxy vote"
            ),
        ),
        (
            {"people": 2, "in": {"organisation": "trust"}, "counting": ["deputy", "substitute"]},
            (
                "at least 2 people for “The trust” attend in person, by somebody nominated for the "
                "meeting or by a deputy"
            ),
        ),
        (
            {"all": [CHAIR, LAY], "different_people": True},
            (
                "all of these are met, each by different people: (1) “Chair” attends; and (2) "
                "at least 1 lay member attends: in each case, in person alone"
            ),
        ),
        (
            {"at_least": 2, "of": [CHAIR, DEPUTY, FOUR]},
            (
                "at least 2 of these 3 are met: (1) “Chair” attends in person alone; (2) "
                "“Deputy Chair” attends in person alone; or (3) at least 4 members attend in "
                "person or remotely"
            ),
        ),
    ],
)
def test_a_rule_reads_as_one_sentence(value, sentence):
    assert in_one_sentence(from_json(value), NAMES) == f"A meeting is quorate when {sentence}."


def test_seats_of_one_title_are_told_apart():
    body = QuoracyForum((QuoracySeat(1, "Nurse"), QuoracySeat(2, " Nurse")))
    either = AllOf((PeopleAsked(1, Among(seats=(1,))), PeopleAsked(1, Among(seats=(2,)))))

    assert "“Nurse” (seat 1)" in in_one_sentence(either, names_of(body))
    assert "“Nurse” (seat 2)" in in_one_sentence(either, names_of(body))


def test_a_seat_that_has_gone_is_said_to_have_gone():
    read = in_one_sentence(PeopleAsked(1, Among(seats=(7,)), frozenset({How.PROXY})), NAMES)
    assert "seat 7, which the forum does not have" in read
