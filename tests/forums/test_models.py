"""Forums and seats, and how they are described."""

import pytest
from django.core.exceptions import ValidationError

from forums.models import Forum, Seat
from tests.builders import (
    make_chair_seat,
    make_escalation_step,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_organisation,
    make_plan,
    make_reporting_line,
    make_seat,
    make_succession,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def executive():
    return make_forum(slug="ics-executive", name="ICS Executive")


def test_what_belongs_to_a_forum_says_so(executive):
    board = make_forum(name="ICS Partnership Board")
    trust = make_organisation(name="Wye Valley NHS Trust")

    assert str(executive) == "ICS Executive"
    assert str(make_chair_seat(forum=executive)) == "Chair, ICS Executive"
    assert str(make_forum_name(forum=executive, name="STP Board", kind="former")) == (
        "STP Board (former name of ICS Executive)"
    )
    assert str(make_member_organisation(forum=executive, organisation=trust)) == (
        "Wye Valley NHS Trust on ICS Executive"
    )
    assert str(make_escalation_step(forum=executive, order=2)) == "ICS Executive, step 2"
    assert str(make_plan(from_forum=executive, to_forum=board)) == (
        "ICS Executive is to become ICS Partnership Board"
    )
    assert str(make_succession(from_forum=board, to_forum=make_forum(name="Next Board"))) == (
        "ICS Partnership Board replaced by Next Board"
    )


def test_a_reporting_line_reads_from_the_first_to_the_second(executive):
    board = make_forum(name="ICS Partnership Board")
    trust = make_organisation(name="Wye Valley NHS Trust")

    to_forum = make_reporting_line(from_forum=executive, to_forum=board)
    to_organisation = make_reporting_line(
        from_forum=executive, kind="overseen-by", to_organisation=trust
    )

    assert str(to_forum) == "ICS Executive reports to ICS Partnership Board"
    assert str(to_organisation) == "ICS Executive overseen by Wye Valley NHS Trust"


def test_fixtures_find_forums_by_slug_and_seats_by_forum_and_title(executive):
    chair = make_chair_seat(forum=executive)

    assert Forum.objects.get_by_natural_key("ics-executive") == executive
    assert Seat.objects.get_by_natural_key("ics-executive", "Chair") == chair
    assert chair.natural_key() == ("ics-executive", "Chair")


def test_a_reporting_line_with_two_ends_is_told_to_choose(executive):
    with pytest.raises(ValidationError, match="one of the two"):
        make_reporting_line(
            from_forum=executive, to_forum=make_forum(), to_organisation=make_organisation()
        )


def test_a_seat_that_begins_after_its_forum_stood_down_is_refused_on_the_start():
    board = make_forum(name="STP Board", start_date="2016-01-01", end_date="2018-03-31")

    with pytest.raises(ValidationError) as refusal:
        make_seat(forum=board, start_date="2018-04-01")

    message = (
        "The start, 1 April 2018, is after the end of STP Board, 31 March 2018. Correct one of "
        "the two."
    )
    assert refusal.value.message_dict == {"start_date": [message]}
    assert make_seat(forum=board, start_date="2018-03-31").pk


def test_a_form_that_has_not_named_the_forum_says_nothing_of_its_end():
    with pytest.raises(ValidationError) as refusal:
        make_seat(forum=None)

    assert list(refusal.value.message_dict) == ["forum"]


@pytest.mark.parametrize("number", [None, 1, 5])
def test_a_seat_has_room_for_its_number_of_holders(number):
    assert make_seat(number=number).capacity == number


@pytest.mark.parametrize("order", [0, 100])
def test_steps_are_numbered_from_one_to_ninety_nine(order):
    with pytest.raises(ValidationError) as refusal:
        make_escalation_step(order=order)

    assert list(refusal.value.message_dict) == ["order"]
