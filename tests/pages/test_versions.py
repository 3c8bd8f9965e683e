"""Pages of a forum have the terms of reference of the day that is asked for."""

import pytest

from forums.models import TermsOfReference
from forums.terms_differences import differences
from tests.builders import (
    day,
    make_document,
    make_forum,
    make_rule,
    make_seat,
    make_terms,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

DAYS = {"2020-03-31": "To talk.", "2020-04-01": "To decide."}


@pytest.fixture
def board():
    """Two versions, one after the other, and a third that is to come in 2040."""
    board = make_forum(slug="board", name="Board", start_date="2015-04-01")
    council = make_forum(name="Council", start_date="2010-04-01")
    make_seat(forum=board, title="Chair", role="chair", start_date="2015-04-01")
    first = make_terms(
        forum=board, purpose="To talk.", quoracy_wording="two attend", end_date="2020-03-31"
    )
    second = make_terms(
        forum=board,
        purpose="To decide.",
        quoracy_wording="three attend",
        start_date="2020-04-01",
        end_date="2039-12-31",
    )
    make_terms(
        forum=board,
        purpose="To dream.",
        start_date="2040-01-01",
        approved_by_forum=council,
        approved_on="2026-03-01",
        approved_precision="month",
    )
    for terms, number in ((first, 2), (second, 3)):
        make_rule(terms=terms, people=number)
    return board


@pytest.mark.parametrize("when", DAYS)
def test_every_page_of_a_forum_has_the_version_of_the_day(board, when):
    [other] = {*DAYS.values()} - {DAYS[when]}
    number = "two" if when == "2020-03-31" else "three"
    for part in ("", "terms/"):
        page = read(f"/forums/board/{part}", {"as_at": when})
        text = page.text.partition("What changed from those before")[0]
        assert DAYS[when] in text and other not in text, part
    for part in ("", "terms/", "quoracy/", "attendance/"):
        text = read(f"/forums/board/{part}", {"as_at": when}).text
        assert f"{number} attend" in text, part
    told = read_data("/forums/board.json", {"as_at": when}).said
    assert told["purpose"] == DAYS[when]
    assert [each["in_force"] for each in told["terms_of_reference"]].count(True) == 1
    assert told["quoracy_rule"]["people"] == (2 if number == "two" else 3)


def test_a_version_that_is_approved_and_not_yet_in_force_is_listed_as_such(board):
    said = read("/forums/board/", {"as_at": "2026-06-01"}).section("terms")
    assert "From 1 January 2040, approved by Council in March 2026 Not yet in force" in said


def test_a_day_without_terms_says_so_and_lists_those_to_come(board):
    board.terms_of_reference.earliest("start_date").delete()
    said = read("/forums/board/", {"as_at": "2016-01-01"}).section("terms")
    assert said.startswith("No terms of reference are recorded for 1 January 2016.")
    text = read("/forums/board/quoracy/", {"as_at": "2016-01-01"}).text
    assert "No terms of reference are recorded for 1 January 2016." in text


def test_no_verdict_is_given_while_it_is_not_certain_which_rule_is_in_force(board):
    first, second, _ = board.terms_of_reference.order_by("start_date")
    second.start_precision, first.end_precision = "month", "month"
    first.end_date = day("2020-04-30")
    second.save()
    first.save()
    page = read("/forums/board/quoracy/", {"as_at": "2020-04-15"})
    assert "It is not certain which terms of reference were in force on 15 April 2020" in page.text
    assert "whether its rule was in force on 15 April 2020 is not certain" in page.text
    told = read_data("/forums/board/quoracy.json", {"as_at": "2020-04-15"}).said
    assert told["quorate"] is None


def test_terms_that_were_only_planned_are_tagged_so_after_their_day_and_papers_say_it_whole():
    board = make_forum(slug="board", name="Board", start_date="2015-04-01")
    plan = make_document(short_title="Paper of March", as_of="2019-03-15")
    make_terms(forum=board, start_date="2019-04-01", purpose="To decide.", document=plan)

    row = read("/forums/board/", {"as_at": "2020-01-01"}).section("terms")
    told = read("/forums/board/terms/", {"as_at": "2020-01-01"}).text
    assert "no later source says whether it happened Planned" in row
    assert "In force" not in row
    assert (
        "Terms of reference was to begin on 1 April 2019, says the paper of 15 March 2019" in told
    )


def test_the_terms_of_a_proposed_forum_are_proposed():
    make_terms(forum=make_forum(slug="board", name="Board", status="proposed"))

    said = read("/forums/board/").section("terms")
    assert "Proposed" in said
    assert "In force" not in said


def test_the_page_compares_the_version_of_the_day_with_the_one_before_line_by_line():
    board = make_forum(slug="board", name="Board", start_date="2015-04-01")
    texts = {"purpose": "To talk.", "membership_wording": "As before"}
    make_terms(
        forum=board,
        **texts,
        responsibilities="Advise\nRead papers\nEat cake",
        decision_rule="consensus",
        end_date="2020-03-31",
    )
    make_terms(
        forum=board,
        **texts,
        responsibilities="Advise\nDecide\nRead all papers",
        authority="What others delegate",
        start_date="2020-04-01",
    )

    changed = [
        ("responsibilities", ["Read papers", "Decide"]),
        ("responsibilities", ["Eat cake", "Read all papers"]),
        ("authority", [None, "What others delegate"]),
        ("decision_rule", ["consensus", None]),
    ]
    said = read_data("/forums/board.json").said["terms_of_reference_changed"]
    assert [
        (each["text"], [line["before"], line["after"]]) for each in said for line in each["lines"]
    ] == changed
    told = read("/forums/board/").section("terms")
    assert "Compared with the version before." in told
    assert "Responsibilities: 2 lines changed; 1 is as before." in told
    assert "Authority: not recorded before." in told
    assert "Decision rule: no longer recorded." in told
    assert "As before" not in told
    assert "Authority not recorded What others delegate" in told
    # The first version has none before it.
    assert "What changed" not in read("/forums/board/", {"as_at": "2019-01-01"}).text
    first = read_data("/forums/board.json", {"as_at": "2019-01-01"}).said
    assert first["terms_of_reference_changed"] is None


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("a\nb", "a\nb\nc", "1 line added; 2 are as before"),
        ("a\nb\nc", "b", "2 lines left out; 1 is as before"),
        ("a", "b\nc", "1 line changed and 1 added"),
        ("a\nb", "c\nd", "2 lines changed"),
        ("a", "b", "changed"),
        # A version that is silent does not say that there was nothing.
        ("", "b\nc", "not recorded before"),
        ("a\nb", "", "no longer recorded"),
    ],
)
def test_differences_in_words_count_the_lines(before, after, words):
    [found] = differences(TermsOfReference(authority=before), TermsOfReference(authority=after))
    assert found.in_words() == words
