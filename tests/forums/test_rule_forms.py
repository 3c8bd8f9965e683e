"""The form that builds a rule of quoracy: what it takes, keeps and refuses."""

from dataclasses import replace

import pytest
from hypothesis import given

from forums.quoracy import Filler, QuoracyForum, QuoracyMember, QuoracySeat, from_seat
from forums.rule_forms import EMPTY_ROWS, RuleForm
from forums.rule_sentences import names_of
from forums.rule_shapes import common_shapes
from forums.rule_trees import from_json, to_json
from forums.rules import RuleOfQuoracy, judge_tree
from tests import slow
from tests.forums.forums_at_random import CATEGORIES, ORGANISATIONS, SEATS
from tests.forums.rules_cast import BY_HAND, body_of_rule
from tests.forums.test_rules_whatever_they_are import trees

BODY = QuoracyForum(
    (
        QuoracySeat(1, "Chair"),
        QuoracySeat(2, "Vice-chair"),
        QuoracySeat(3, "Executives", number=3, category="executive"),
        QuoracySeat(4, "Non-executives", number=3, category="independent-non-executive"),
    ),
    (QuoracyMember("trust", "The trust"),),
)
NAMES = names_of(BODY)


def sent(form: RuleForm) -> dict:
    """What a browser sends of a form, as it was opened."""
    data = {"rule-rows": str(form.count)}
    for part in (form.whole, *form.rows):
        for name in part.fields:
            said = part[name].value()
            if isinstance(said, list):
                data[part.add_prefix(name)] = [str(each) for each in said]
            elif said not in (None, False):
                data[part.add_prefix(name)] = "on" if said is True else str(said)
    return data


class Sent(dict):
    """Form data: lists where several answers are sent."""

    def getlist(self, key):
        said = self.get(key, [])
        return said if isinstance(said, list) else [said]


def filled(body=BODY, names=NAMES, **answers) -> RuleForm:
    data = {"rule-rows": "4", "rule-joined": "all"}
    data |= {f"rule-{key}": said for key, said in answers.items()}
    return RuleForm(body, names, data=Sent(data), chairs=[1, 2])


def row(which: int, **answers) -> dict:
    return {f"{which}-{name}": said for name, said in answers.items()}


def chair(which: int, **more) -> dict:
    return row(which, asks="people", number="1", whom="seats", seats=["1"], **more)


@pytest.mark.parametrize("written", BY_HAND, ids=lambda written: written["rule"])
def test_a_rule_that_is_opened_and_sent_back_is_the_same(written):
    body = body_of_rule(written)
    opened = RuleForm(body, names_of(body), value=written["tree"])
    form = RuleForm(body, names_of(body), data=Sent(sent(opened)))

    assert form.is_valid(), [row.errors for row in form.rows]
    assert form.value == to_json(from_json(written["tree"]))


@slow.SEARCH
@given(trees)
def test_any_rule_that_fits_its_forum_goes_through_the_form_unchanged(tree):
    body = QuoracyForum(
        tuple(
            QuoracySeat(key, f"Seat {key}", number=None, category=category)
            for key, category in zip(SEATS, CATEGORIES * 2, strict=False)
        ),
        tuple(QuoracyMember(slug, slug) for slug in ORGANISATIONS),
    )
    names = names_of(body)
    form = RuleForm(body, names, data=Sent(sent(RuleForm(body, names, value=to_json(tree)))))

    assert form.is_valid(), ([row.errors for row in form.rows], form.problems)
    assert from_json(form.value) == tree


def test_a_new_form_has_empty_rows_that_count_remote_attendance():
    form = RuleForm(BODY, NAMES)

    assert len(form.rows) == EMPTY_ROWS
    assert form.rows[0]["counting"].value() == ["remote"]
    assert not form.is_valid()


def test_a_rule_of_one_row_is_that_branch_and_reads_back():
    form = filled(**chair(2, counting=["deputy"]))

    assert form.is_valid()
    assert form.value == {"people": 1, "in": {"seats": [1]}, "counting": ["deputy"]}
    assert (
        form.read.sentence == "A meeting is quorate when “Chair” attends in person or by a deputy."
    )


def test_rows_in_the_group_of_another_row_are_its_branches():
    form = filled(
        **chair(1),
        **row(2, asks="some", number="1"),
        **row(3, asks="people", number="2", whom="members", inside="2"),
        **row(4, asks="share", share="60%", whom="category", category="executive", inside="2"),
    )

    assert form.is_valid(), [row.errors for row in form.rows]
    assert form.value["all"][1]["of"][1]["share"] == [3, 5]
    assert [row.branch for row in form.rows] == ["1", "2", "2.1", "2.2"]


@pytest.mark.parametrize(
    ("answers", "at", "says"),
    [
        (chair(1) | row(2, asks="people", number="0"), 2, "everybody would meet it"),
        (chair(1) | row(2, asks="people"), 2, "Write how many people"),
        (chair(1) | row(3, asks="people", number="9"), 3, "from seats with 8 places"),
        (chair(1) | row(2, asks="any"), 2, "A group has two conditions or more"),
        (chair(1) | chair(2), 2, "It asks for the same as condition 1"),
        (chair(1) | row(2, asks="share", share="a few"), 2, "Write a fraction or a percentage"),
        (chair(1) | row(2, asks="share"), 2, "A share is a fraction"),
        (chair(1) | row(2, asks="people", number="1", whom="seats"), 2, "Choose whom it counts"),
        (chair(1) | row(2, asks="people", number="1", whom="category", category="lay"), 2,
         "No seat of this category counts"),
        (chair(1) | chair(2, inside="1"), 2, "Row 1 is no group"),
        (chair(1) | chair(2, inside="3"), 2, "Row 3 is left out"),
        (chair(1, inside="2") | row(2, asks="all", inside="3") | row(3, asks="any", inside="2"), 1,
         "These rows are in each other"),
        (chair(1) | row(2, asks="people", whom="seats", seats=["77"]), 2, "forum has no seat 77"),
        (row(1, asks="admirals"), 1, "admirals is not one"),
    ],
)  # fmt: skip
def test_a_fault_is_said_at_its_row_and_what_was_typed_is_kept(answers, at, says):
    form = filled(**answers)

    assert not form.is_valid()
    wrong = {number: str(row.errors) for number, row in enumerate(form.rows, 1) if row.errors}
    assert list(wrong) == [at], wrong
    assert says in wrong[at]
    for key, said in answers.items():
        number, _, name = key.partition("-")
        assert form.rows[int(number) - 1][name].value() == said


def test_a_form_without_a_row_asks_for_one():
    form = filled()

    assert not form.is_valid()
    assert "Add conditions" in form.problems[0].says


def test_the_chair_and_one_from_each_of_several_seats_are_asked_for_in_one_row():
    form = filled(
        **row(1, asks="chair", counting=["remote"]),
        **row(2, asks="each-seat", seats=["3", "4"]),
        **row(3, asks="each-seat", seats=["1"]),
    )
    assert form.is_valid(), [row.errors for row in form.rows]
    either, each, one = form.value["all"]
    assert either == {"people": 1, "in": {"seats": [1, 2]}, "counting": ["remote"]}
    assert [leaf["in"] for leaf in each["all"]] == [{"seats": [3]}, {"seats": [4]}]
    assert one["in"] == {"seats": [1]}


def test_a_fault_in_one_of_several_seats_is_said_at_their_row():
    form = filled(**chair(1), **row(2, asks="each-seat"))
    assert not form.is_valid()
    assert "Choose whom it counts" in str(form.rows[1].errors)


def test_the_chair_is_offered_only_where_there_is_one():
    without = RuleForm(BODY, NAMES)
    assert "chair" not in dict(without.rows[0].fields["asks"].choices)


# An integrated care board, with its own words for who has to be there.
ICB = QuoracyForum(
    (
        QuoracySeat(1, "Chair"),
        QuoracySeat(2, "Vice-chair", category="independent-non-executive"),
        QuoracySeat(3, "Chief Executive", category="executive"),
        QuoracySeat(4, "Director of Finance", category="executive"),
        QuoracySeat(5, "Medical Director", category="executive"),
        QuoracySeat(6, "Director of Nursing", category="executive"),
        QuoracySeat(7, "Independents", number=3, category="independent-non-executive"),
        QuoracySeat(8, "Partners", "council", number=3, category="partner"),
    )
)


def one(which: int, **whom) -> dict:
    whom = {"whom": next(iter(whom)), **whom} if "asks" not in whom else whom
    return row(which, **{"asks": "people", "number": "1", **whom}, counting=["remote"])


@pytest.mark.parametrize(
    ("answers", "reads", "quorate", "not_quorate"),
    [
        (
            row(1, asks="share", share="50%", counting=["remote"])
            | one(2, asks="chair")
            | one(3, seats=["3", "4"])
            | one(4, seats=["5", "6"])
            | one(5, category="independent-non-executive")
            | one(6, category="partner"),
            (
                "(1) at least half of the members, vacant places included, attend; (2) “Chair” "
                "or “Vice-chair” attends; (3) “Chief Executive” or “Director of Finance” "
                "attends; (4) “Medical Director” or “Director of Nursing” attends; (5) at least"
                " 1 independent non-executive member attends; and (6) at least 1 partner member"
                " attends: in each case, in person or remotely."
            ),
            [1, 4, 6, 7, 8, 8],
            [1, 3, 4, 7, 8, 8],  # neither doctor nor nurse
        ),
        (
            row(1, asks="share", share="1/3", more_than="on", of="in post", counting=["remote"])
            | one(2, category="executive")
            | one(3, category="independent-non-executive"),
            (
                "(1) more than a third of the members who are in post attend; (2) at least 1 "
                "executive member attends; and (3) at least 1 independent non-executive member "
                "attends: in each case, in person or remotely."
            ),
            [3, 5, 7, 7, 8],
            [3, 4, 5, 6, 8],  # nobody independent
        ),
        (
            row(1, asks="share", share="25%", counting=["remote"])
            | one(2, organisation="council")
            | row(3, asks="any")
            | one(4, asks="chair", inside="3")
            | row(5, asks="different", inside="3")
            | one(6, seats=["3", "4"], inside="5")
            | one(7, category="executive", inside="5"),
            (
                "(1) at least a quarter of the members, vacant places included, attend; (2) at "
                "least 1 person for “The council” attends; and (3) any of these is met: (3.1) "
                "“Chair” or “Vice-chair” attends; or (3.2) all of these are met, each by "
                "different people: (3.2.1) “Chief Executive” or “Director of Finance” attends; "
                "and (3.2.2) at least 1 executive member attends: in each case, in person or "
                "remotely."
            ),
            [3, 6, 8],
            [3, 8, 8],  # one person for two
        ),
    ],
    ids=["an integrated care board", "a trust", "a health and wellbeing board"],
)
def test_rules_as_boards_have_them_go_in_and_read_back(answers, reads, quorate, not_quorate):
    filled_seats = tuple(
        replace(place, fillers=tuple(Filler(f"{place.title} {n}") for n in range(place.number)))
        for place in ICB.places
    )
    body = QuoracyForum(filled_seats)
    names = names_of(body, {"council": "The council"})
    form = filled(body, names, rows="7", **answers)
    assert form.is_valid(), ([row.errors for row in form.rows], form.problems)
    assert form.read.sentence == f"A meeting is quorate when {reads}"
    rule = RuleOfQuoracy(form.read.tree, say_all=True)
    for seats, verdict in ((quorate, True), (not_quorate, False)):
        there = [from_seat(body.place(seat), body.place(seat).fillers[0]) for seat in seats]
        assert judge_tree(rule, body, there).met is verdict


def test_a_rule_of_1000_conditions_is_refused_and_what_was_typed_is_kept():
    typed = {"rule-rows": "1000", "rule-joined": "any"}
    for which in range(1, 1001):
        typed |= {f"rule-{which}-asks": "people", f"rule-{which}-number": str(which % 7 + 1)}
    form = RuleForm(BODY, NAMES, data=Sent(typed))
    assert not form.is_valid()
    assert any("at most 200 conditions. Take" in problem.says for problem in form.problems)
    assert len(form.shown) < 250
    kept = dict(form.not_shown)
    shown = {row["asks"].html_name for row in form.shown}
    assert shown | {name for name in kept if name.endswith("-asks")} == {
        f"rule-{which}-asks" for which in range(1, 1001)
    }
    assert kept["rule-1000-number"] == str(1000 % 7 + 1)


def test_each_row_says_what_it_asks_for():
    one = {"people": 1, "in": {"seats": [1]}, "counting": []}
    half = {"share": [1, 2], "in": "members", "of": "in post", "counting": []}
    saved = RuleForm(BODY, NAMES, value={"any": [half, {"all": [one, {**one, "people": 2}]}]})
    asked = [(row.branch, row.summary, row.is_deep) for row in saved.asking]
    assert asked == [
        ("1", "at least half of the members who are in post attend in person alone", False),
        ("2", "all of these are met", False),
        ("2.1", "“Chair” attends in person alone", True),
        ("2.2", "at least 2 of “Chair” attend in person alone", True),
    ]
    form = filled(
        **chair(1), **row(2, asks="any"), **row(3, asks="each-seat", seats=["3", "4"], inside="2")
    )
    assert not form.is_valid()
    assert [row.summary for row in form.asking] == [
        "“Chair” attends in person alone",
        "either … or …: any of the conditions put in it",
        "one from each of “Executives” and “Non-executives”",
    ]
    assert [row.row for row in form.asking_nothing] == [4]


@pytest.mark.parametrize("count", ["", "-1", "0", "x", "9999999999", "٣"])
def test_a_crafted_number_of_rows_is_kept_in_bounds(count):
    form = RuleForm(BODY, NAMES, data=Sent({"rule-rows": count, "rule-joined": "all"}))

    assert 1 <= len(form.rows) <= 1000
    assert not form.is_valid()


def test_the_common_shapes_that_fit_a_forum_are_ready():
    shapes = dict(common_shapes(BODY, chairs=[1, 2]))

    assert len(shapes) == 7
    for value in shapes.values():
        form = RuleForm(BODY, NAMES, data=Sent(sent(RuleForm(BODY, NAMES, value=value))))
        assert form.is_valid()
        assert form.value == value


def test_no_shape_is_offered_that_nobody_could_meet():
    small = QuoracyForum((QuoracySeat(1, "Chair"),))
    shapes = dict(common_shapes(small, chairs=[]))

    assert set(shapes) == {"A third of the members", "Half of the members"}
