"""Two people who appoint a chair at the same moment, each in a process of their own."""

import pytest

from forums.models import Membership
from people.models import Appointment
from tests import racing
from tests.builders import make_chair_seat, make_membership, make_person, make_post, make_seat
from tests.racing import REFUSED, TOLD, WON, race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
ONE_WINS_AND_ONE_IS_TOLD = [[TOLD, WON]] * ROUNDS


@pytest.fixture
def racers():
    return [make_person(name="Ann Lee").pk, make_person(name="Ian Tait").pk]


def test_of_two_who_appoint_to_a_seat_one_wins_and_the_other_is_told(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.appoint_to_seat, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Membership, "seat_id", seats)


def test_of_two_who_appoint_to_a_post_one_wins_and_the_other_is_told(racers, monkeypatch):
    posts = [make_post().pk for _ in range(ROUNDS)]

    assert race(racing.appoint_to_post, posts, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Appointment, "post_id", posts)


def test_of_two_who_submit_a_form_one_wins_and_the_other_is_told(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.submit_a_membership, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Membership, "seat_id", seats)


def test_of_two_who_submit_a_form_for_the_last_of_several_holders_one_wins(racers, monkeypatch):
    seats = [make_membership(seat=make_seat(number=2)).seat_id for _ in range(ROUNDS)]

    assert race(racing.submit_a_membership, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert Membership.objects.count() == 2 * ROUNDS


def test_of_two_who_save_past_every_check_the_database_refuses_one(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.save_a_membership, seats, racers, monkeypatch) == [[REFUSED, WON]] * ROUNDS
    assert_one_each(Membership, "seat_id", seats)


def assert_one_each(model, held, keys):
    """One holder and one row of history for each, the winner's."""
    rows = model.objects.order_by(held).values_list(held, flat=True)
    history = model.history.order_by(held).values_list(held, flat=True)
    assert list(rows) == list(history) == keys
