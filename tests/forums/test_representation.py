"""Which organisations are represented on which forums, and by which seats."""

import pytest

from forums.models import Forum, Seat, SeatRole
from forums.representation import Presence, Tally, members_of, presences, shares_of
from forums.seat_holders import seats_with_holders
from people.models import Basis
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_post,
    make_seat,
)

pytestmark = pytest.mark.django_db

MAY = day("2019-05-01")


@pytest.fixture
def board():
    return make_forum(name="Board")


@pytest.fixture
def trust():
    return make_organisation(name="Trust")


@pytest.fixture
def council():
    return make_organisation(name="Council")


def on(forum: Forum, organisation, at=MAY) -> Presence:
    """The seats that an organisation has on a forum, read from the database."""
    forums = Forum.objects.certainly(at)
    found = presences(shares_of(forums, at), members_of(forums, at))
    presence = found.get(organisation.pk, {}).get(forum.pk, Presence(organisation.pk, forum.pk))
    seats = seats_with_holders(Seat.objects.filter(forum=forum), at)
    presence.seats = {seat.id: seat for seat in seats}
    return presence


def test_a_seat_speaks_for_the_organisation_it_is_recorded_to(board, trust, council):
    make_membership(seat=make_seat(forum=board, on_behalf_of=trust))

    assert on(board, trust).words == "1 seat"
    assert on(board, council).words == ""


def test_who_fills_a_seat_may_speak_for_another_organisation_by_their_own_record(
    board, trust, council
):
    seat = make_seat(forum=board, on_behalf_of=trust)
    make_membership(seat=seat, on_behalf_of=council)

    assert on(board, council).words == "1 seat"
    assert on(board, trust).words == ""


def test_a_seat_of_several_is_divided_among_those_its_holders_speak_for(board, trust, council):
    seat = make_seat(forum=board, on_behalf_of=trust, number=5, start_date="2019-01-01", vacant=2)
    make_membership(seat=seat)
    make_membership(seat=seat, on_behalf_of=council)
    make_membership(seat=seat, on_behalf_of=council)

    assert on(board, council).words == "2 seats"
    assert on(board, trust).words == "3 seats, 2 vacant"


def test_a_seat_without_an_organisation_speaks_for_that_of_the_post_it_goes_with(board, trust):
    post = make_post(organisation=trust)
    make_appointment(post=post)
    make_chair_seat(forum=board, ex_officio_post=post)

    assert on(board, trust).words == "chair, ex officio"


def test_what_a_seat_is_recorded_to_goes_before_the_organisation_of_its_post(board, trust, council):
    make_appointment(post=(post := make_post(organisation=trust)))
    make_seat(forum=board, ex_officio_post=post, on_behalf_of=council)

    assert on(board, council).words == "1 seat, ex officio"
    assert on(board, trust).words == ""


def test_vacant_and_nobody_recorded_are_told_apart(board, trust):
    make_chair_seat(forum=board, on_behalf_of=trust, vacant=1)
    make_seat(forum=board, on_behalf_of=trust)
    make_membership(seat=make_seat(forum=board, on_behalf_of=trust))

    assert on(board, trust).words == "chair, vacant; 2 seats, 1 with nobody recorded"


def test_a_number_that_no_source_gives_is_not_counted(board, trust):
    make_seat(forum=board, on_behalf_of=trust, number=None)

    presence = on(board, trust)
    assert presence.words == "seats, number not recorded, nobody recorded"
    assert Tally.of(presence.shares) == Tally(seats=0, kinds=1, planned=0)


def test_who_acts_takes_no_second_seat_from_the_organisation_that_has_it(board, trust, council):
    seat = make_seat(forum=board, on_behalf_of=trust)
    make_membership(seat=seat)
    make_membership(seat=seat, basis=Basis.ACTING, on_behalf_of=council)

    assert on(board, trust).words == "1 seat"
    assert on(board, council).words == ""


def test_in_the_month_of_a_handover_one_seat_of_one_organisation_is_one_seat(board, trust):
    seat = make_seat(forum=board, on_behalf_of=trust)
    make_membership(seat=seat, end_date="2019-05-31", end_precision="month")
    make_membership(seat=seat, start_date="2019-05-01", start_precision="month")

    assert on(board, trust, day("2019-05-15")).words == "1 seat"


def test_being_in_attendance_is_no_membership_and_a_member_may_have_no_seat(board, trust, council):
    make_seat(forum=board, role=SeatRole.IN_ATTENDANCE, on_behalf_of=trust, number=2, vacant=2)
    make_member_organisation(forum=board, organisation=council)

    assert on(board, trust).words == "2 in attendance, vacant"
    assert on(board, council).words == "member organisation"


def test_what_is_not_in_force_on_the_day_is_not_there(board, trust):
    make_seat(forum=board, on_behalf_of=trust, end_date="2019-04-30")
    make_member_organisation(forum=board, organisation=trust, start_date="2019-05-02")
    stood_down = make_forum(end_date="2019-04-30")
    make_seat(forum=stood_down, on_behalf_of=trust)

    assert on(board, trust).words == ""
    assert on(stood_down, trust).words == ""


def test_what_speaks_for_nobody_recorded_is_counted_and_no_organisation_has_it(board):
    make_seat(forum=board, number=5)
    make_seat(forum=board, number=None)

    shares = shares_of(Forum.objects.all(), MAY)
    assert {share.organisation_id for share in shares} == {None}
    assert Tally.of(shares) == Tally(seats=5, kinds=1, planned=0)
    assert presences(shares, []) == {}
