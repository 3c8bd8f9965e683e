"""The lines from a forum to the top and down. Loops and tangled lines are followed only once."""

import datetime

import pytest

from forums import structure
from forums.models import LineKind
from forums.structure import lines_of, pairs_above, pairs_below, reached, standpoint
from tests.builders import make_forum, make_organisation, make_reporting_line

pytestmark = pytest.mark.django_db

DAY = datetime.date(2021, 1, 1)


def forums(*names: str) -> list:
    return [make_forum(name=name) for name in names]


def told(steps) -> list:
    """Lines as nested names. A name that was listed before ends in a star."""
    return [
        (step.end.name + "*" * step.again, told(step.branches))
        if step.branches
        else step.end.name + "*" * step.again
        for step in steps
    ]


def test_the_way_up_goes_on_to_the_top_and_the_way_down_to_the_bottom():
    group, board, top = forums("Group", "Board", "Top")
    make_reporting_line(from_forum=group, to_forum=board, kind=LineKind.SUB_GROUP_OF)
    make_reporting_line(from_forum=board, to_forum=top)
    make_reporting_line(from_forum=top, to_organisation=make_organisation(name="Trust"))

    assert told(standpoint(group, DAY).up) == [("Board", [("Top", ["Trust"])])]
    assert told(standpoint(top, DAY).down) == [("Board", ["Group"])]
    middle = standpoint(board, DAY)
    assert (told(middle.up), told(middle.down)) == ([("Top", ["Trust"])], ["Group"])
    assert middle.whole


def test_advice_and_working_together_are_no_way_up_but_stand_beside():
    one, other = forums("One", "Other")
    make_reporting_line(from_forum=one, to_forum=other, kind=LineKind.ADVISES)
    make_reporting_line(from_forum=other, to_forum=one, kind=LineKind.WORKS_WITH)
    make_reporting_line(from_forum=one, to_forum=other, kind=LineKind.ESCALATES_TO)

    stands = standpoint(one, DAY)
    assert (stands.up, stands.down) == ([], [])
    assert [line.kind for line in stands.beside] == ["escalates-to", "advises", "works-with"]


def test_ways_that_meet_again_are_told_once():
    low, left, right, top = forums("Low", "Left", "Right", "Top")
    for below, above in [(low, left), (low, right), (left, top), (right, top)]:
        make_reporting_line(from_forum=below, to_forum=above)

    assert told(standpoint(low, DAY).up) == [("Left", ["Top"]), ("Right", ["Top*"])]


def test_a_loop_is_told_once_round_and_named():
    a, b, c = forums("A", "B", "C")
    for below, above in [(a, b), (b, c), (c, a)]:
        make_reporting_line(from_forum=below, to_forum=above)

    stands = standpoint(a, DAY)
    assert told(stands.up) == [("B", [("C", ["A*"])])]
    assert told(stands.down) == [("C", [("B", ["A*"])])]
    assert stands.rounds[a.pk] == [a.pk, b.pk, c.pk, a.pk]


def test_a_line_to_what_is_over_is_told_and_leads_no_further():
    group, gone, top = make_forum(), make_forum(name="Gone", end_date="2020-12-31"), make_forum()
    make_reporting_line(from_forum=group, to_forum=gone)
    make_reporting_line(from_forum=gone, to_forum=top)

    assert told(standpoint(group, DAY).up) == ["Gone"]


def test_a_line_of_another_day_or_from_a_forum_that_is_over_is_not_there():
    group, board = forums("Group", "Board")
    make_reporting_line(from_forum=group, to_forum=board, end_date="2020-12-31")
    make_reporting_line(from_forum=make_forum(end_date="2020-12-31"), to_forum=board)

    assert standpoint(board, DAY).lines == []
    assert lines_of([group.pk, board.pk], DAY) == ([], True)


def test_a_forum_with_very_many_beneath_it_shows_the_first_and_counts_all(monkeypatch):
    monkeypatch.setattr(structure, "MOST", 3)
    top = make_forum(name="Top")
    for _ in range(5):
        make_reporting_line(to_forum=top)

    stands = standpoint(top, DAY)
    assert len(stands.down) == 3
    assert (stands.whole, stands.number) == (False, 5)
    assert len(standpoint(top, DAY, whole=True).down) == 5


def test_each_is_reached_once_even_in_a_loop_and_the_nearest_first():
    round_ = [(number, (number + 1) % 500) for number in range(500)]

    assert reached(0, round_) == list(range(1, 500))
    assert reached(0, [(0, 1), (1, 3), (0, 2), (1, 0)]) == [1, 2, 3]


def test_the_lines_above_or_below_a_forum_include_the_whole_of_a_loop():
    top, middle, low, aside, beneath_aside = forums("Top", "Middle", "Low", "Aside", "Beneath")
    for lower, upper in ((low, middle), (middle, top), (top, middle), (beneath_aside, aside)):
        make_reporting_line(from_forum=lower, to_forum=upper)
    make_reporting_line(from_forum=low, to_forum=aside, kind=LineKind.ADVISES)
    make_reporting_line(from_forum=aside, to_forum=low, end_date=datetime.date(2020, 12, 31))

    round_ = [(middle.pk, top.pk), (top.pk, middle.pk)]
    assert pairs_above([low.pk], DAY) == [(low.pk, middle.pk), *round_]
    assert pairs_below([middle.pk], DAY) == [(low.pk, middle.pk), *round_]
    assert pairs_above([top.pk], DAY) == round_
    assert pairs_above([], DAY) == pairs_below([low.pk], DAY) == []


def test_no_line_leads_on_through_a_forum_that_has_stood_down():
    lower, gone, upper = (
        make_forum(name="Lower"),
        make_forum(name="Gone", end_date=datetime.date(2020, 12, 31)),
        make_forum(name="Upper"),
    )
    make_reporting_line(from_forum=lower, to_forum=gone)
    make_reporting_line(from_forum=gone, to_forum=upper)

    assert pairs_above([lower.pk], DAY) == pairs_below([upper.pk], DAY) == []
    assert len(pairs_above([lower.pk], datetime.date(2020, 1, 1))) == 2
