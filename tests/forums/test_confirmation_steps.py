"""A forum is reconfirmed with everybody on it in one step.

Anna chairs the Board, Ben sits on it; Cara sits on another forum.
"""

import pytest

from editing.links import step_address
from forums.models import Forum
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
)
from tests.pages.reading import read
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board")


@pytest.fixture
def anna(board):
    return make_membership(seat=make_chair_seat(forum=board), person=make_person(name="Anna Adams"))


@pytest.fixture
def ben(board):
    return make_membership(seat=make_seat(forum=board), person=make_person(name="Ben Brown"))


@pytest.fixture
def minutes():
    return make_document(slug="minutes", short_title="Minutes")


def everything(board) -> dict:
    """Everything the form has ticked when it is opened."""
    form = signed_in().get(step_address(type(board), board.pk, "reconfirm")).context_data["form"]
    return {name: [fact.pk for fact in form.fields[name].initial] for name in form.asked}


def test_the_whole_of_a_forum_is_confirmed_in_one_step(board, anna, ben, minutes):
    member = make_member_organisation(forum=board)
    line = make_reporting_line(from_forum=board)
    to_it = make_reporting_line(to_forum=board)

    done = take(
        board,
        "reconfirm",
        date="2024-05-14",
        document=minutes,
        **everything(board),
    )

    assert done.status_code == 302
    for fact in (board, anna, ben, anna.seat, ben.seat, member, line):
        fact.refresh_from_db()
        assert fact.confirmed_on == day("2024-05-14"), fact
        assert fact.confirmed_document == minutes
    to_it.refresh_from_db()
    assert to_it.confirmed_on is None
    row = read("/forums/board/").row("Anna Adams")
    assert "Last known 14 May 2024, more than a year ago, confirmed by Minutes, minute 7" in row


def test_what_is_not_ticked_stays_as_it_was(board, anna, ben):
    take(board, "reconfirm", date="2024-05-14", memberships=[anna.pk])

    anna.refresh_from_db()
    ben.refresh_from_db()
    board.refresh_from_db()
    assert anna.confirmed_on == day("2024-05-14")
    assert (ben.confirmed_on, board.confirmed_on) == (None, None)
    assert ben.history.count() == board.history.count() == 1


def test_what_is_over_is_not_offered_and_what_is_to_come_is(board):
    seat = make_seat(forum=board)
    make_membership(seat=seat, end_date="2020-03-31")
    to_come = make_membership(seat=seat, start_date="2150-01-01")

    assert everything(board)["memberships"] == [to_come.pk]


def test_facts_of_another_forum_are_refused(board, anna):
    cara = make_membership()
    other = make_forum()

    for fields in ({"memberships": [anna.pk, cara.pk]}, {"itself": [other.pk]}):
        response = preview(board, "reconfirm", date="2024-05-14", **fields)
        assert response.status_code == 400
        assert set(errors_of(response)) == set(fields)
    cara.refresh_from_db()
    assert cara.confirmed_on is None


def test_nothing_ticked_is_said_to_be_nothing(board, anna):
    response = preview(board, "reconfirm", date="2024-05-14")

    assert "Tick at least one fact." in errors_of(response)["__all__"]


def test_what_was_confirmed_later_is_left_and_the_preview_says_so(board, anna, ben):
    take(board, "reconfirm", date="2024-05-14", memberships=[anna.pk])

    shown = preview(board, "reconfirm", date="2024-05-01", memberships=[anna.pk, ben.pk])
    assert remarks_of(shown) == [
        "Anna Adams, Chair, The Board: left as it is, because it is last known 14 May 2024."
    ]
    take(board, "reconfirm", date="2024-05-01", memberships=[anna.pk, ben.pk])
    anna.refresh_from_db()
    ben.refresh_from_db()
    assert (anna.confirmed_on, ben.confirmed_on) == (day("2024-05-14"), day("2024-05-01"))


def test_a_preview_that_changes_nothing_says_why(board, anna):
    take(board, "reconfirm", date="2024-05-14", memberships=[anna.pk])

    shown = preview(board, "reconfirm", date="2024-05-01", memberships=[anna.pk])

    assert errors_of(shown)["__all__"] == [
        "This would change nothing. Look at what you entered.",
        "Anna Adams, Chair, The Board: left as it is, because it is last known 14 May 2024.",
    ]


def test_an_organisation_with_its_posts_and_holders(minutes):
    trust = make_organisation()
    chair = make_appointment(post=make_post(organisation=trust))
    elsewhere = make_appointment()

    take(trust, "reconfirm", date="2024-05-14", document=minutes, **everything(trust))

    for fact in (trust, chair.post, chair):
        fact.refresh_from_db()
        assert fact.confirmed_document == minutes
    elsewhere.refresh_from_db()
    assert elsewhere.confirmed_on is None


@pytest.mark.parametrize("make", [make_membership, make_appointment])
def test_a_single_tenure_is_confirmed_by_itself(make):
    tenure = make()

    assert take(tenure, "reconfirm", date="2024-05-14", itself=[tenure.pk]).status_code == 302
    tenure.refresh_from_db()
    assert tenure.confirmed_on == day("2024-05-14")


def test_a_forum_of_many_is_offered_at_the_cost_of_one_of_few(board, django_assert_max_num_queries):
    seat = make_seat(forum=board, number=None)
    for _ in range(30):
        make_membership(seat=seat)
        make_reporting_line(from_forum=board, to_organisation=make_organisation())
        make_member_organisation(forum=board)
    browser = signed_in()

    with django_assert_max_num_queries(25):
        page = browser.get(step_address(Forum, board.pk, "reconfirm"))
    assert page.content.decode().count("checkbox") >= 91


def test_what_has_ended_is_offered_no_confirmation(board):
    browser = signed_in()
    ended = make_membership(end_date="2020-03-31")
    closed = make_organisation(end_date="2020-03-31")

    for record in (ended, closed):
        options = record._meta
        page = browser.get(f"/admin/{options.app_label}/{options.model_name}/{record.pk}/change/")
        assert step_address(type(record), record.pk, "reconfirm") not in page.content.decode()
