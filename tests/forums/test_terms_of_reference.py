"""Terms of reference: one version in force on a day, none of two, and no day left out."""

import pytest
from django.core.exceptions import ValidationError

from forums.terms_on_day import TermsStanding, terms_on
from tests.builders import (
    day,
    make_document,
    make_forum,
    make_organisation,
    make_rule,
    make_seat,
    make_terms,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def board():
    return make_forum(name="Board", start_date="2015-04-01")


def on(board, when: str):
    return terms_on(board.terms_of_reference.all(), board, day(when))


def refused(**fields) -> dict:
    terms = make_terms(**fields, save=False)
    with pytest.raises(ValidationError) as refusal:
        terms.full_clean()
    return refusal.value.message_dict


def test_each_day_has_the_version_of_that_day(board):
    first = make_terms(forum=board, end_date="2020-03-31")
    second = make_terms(forum=board, start_date="2020-04-01")
    assert (on(board, "2020-03-31").shown, on(board, "2020-04-01").shown) == (first, second)
    assert on(board, "2020-04-01").are_certain
    assert on(board, "2015-03-31").standing == TermsStanding.NOT_RECORDED
    assert on(board, "2015-03-31").shown.purpose == ""


def test_of_two_that_follow_in_some_month_either_may_be_in_force(board):
    first = make_terms(forum=board, end_date="2020-04-30", end_precision="month")
    second = make_terms(forum=board, start_date="2020-04-01", start_precision="month")
    found = on(board, "2020-04-15")
    assert (found.standing, found.shown, found.or_else) == (TermsStanding.PERHAPS, first, [second])
    assert not found.are_certain


def test_terms_known_only_by_a_later_day_are_not_recorded_before_it(board):
    make_terms(forum=board, start_date="2019-03-01", start_qualifier="by")
    assert on(board, "2018-01-01").standing == TermsStanding.NOT_RECORDED
    assert on(board, "2019-03-01").are_certain


def test_a_forum_that_has_ended_has_the_terms_that_it_had_then(board):
    make_terms(forum=board, end_date="2020-03-31")
    last = make_terms(forum=board, start_date="2020-04-01")
    board.end_date = day("2022-03-31")
    board.save()
    assert (on(board, "2026-01-01").standing, on(board, "2026-01-01").shown) == (
        TermsStanding.AS_IT_ENDED,
        last,
    )


def test_two_versions_on_one_day_are_refused_with_the_remedy(board):
    first = make_terms(forum=board)
    said = refused(forum=board, start_date="2020-04-01")
    [sentence] = said["start_date"]
    assert sentence == (
        f"Other terms of reference of this forum are in force in that period: {first}. End those "
        "the day before these begin, or correct one of the two."
    )


def test_a_gap_is_refused_unless_a_document_of_its_own_says_that_the_former_ended(board):
    first = make_terms(forum=board, end_date="2020-03-31")
    said = refused(forum=board, start_date="2020-06-01")
    assert said["start_date"][0].startswith(f"{first} ended on 31 March 2020, and the next begin")

    first.end_document, first.end_locator = make_document(), "minute 4"
    first.save()
    make_terms(forum=board, start_date="2020-06-01").full_clean()


def test_a_gap_before_the_version_that_follows_is_refused_on_the_end(board):
    first = make_terms(forum=board, end_date="2020-03-31")
    make_terms(forum=board, start_date="2020-04-01")
    first.end_date = day("2020-01-31")
    with pytest.raises(ValidationError) as refusal:
        first.full_clean()
    assert list(refusal.value.message_dict) == ["end_date"]


def test_both_a_forum_and_an_organisation_as_who_approved_are_refused(board):
    said = refused(
        forum=board, approved_by_forum=make_forum(), approved_by_organisation=make_organisation()
    )
    assert "approved_by_organisation" in said


def test_a_rule_names_a_seat_of_the_forum_of_its_version(board):
    terms = make_terms(forum=board)
    with pytest.raises(ValidationError) as refusal:
        make_rule(terms=terms, seat=make_seat())
    assert refusal.value.message_dict == {
        "quoracy_rule": ["It names a seat that the forum does not have. Choose among its seats."]
    }
