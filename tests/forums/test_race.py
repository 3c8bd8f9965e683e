"""Two people who appoint a chair at the same moment, each in a process of their own."""

from collections import Counter

import pytest

from forums.models import Membership
from people.models import Appointment
from tests import racing
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_membership,
    make_person,
    make_post,
    make_seat,
)
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


def test_of_who_narrows_a_seat_and_who_fills_it_one_wins(racers, monkeypatch):
    seats = [make_membership(seat=make_seat(number=2)).seat_id for _ in range(ROUNDS)]

    outcomes = race(racing.narrow_a_seat_or_fill_it, seats, [None, racers[0]], monkeypatch)

    assert outcomes == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_holder_or_two(Membership, "seat", "seat__number")


def test_of_who_narrows_a_post_and_who_fills_it_one_wins(racers, monkeypatch):
    posts = [make_appointment(post=make_post(max_holders=2)).post_id for _ in range(ROUNDS)]

    outcomes = race(racing.narrow_a_post_or_fill_it, posts, [None, racers[0]], monkeypatch)

    assert outcomes == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_holder_or_two(Appointment, "post", "post__max_holders")


def test_of_two_who_save_past_every_check_the_database_refuses_one(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.save_a_membership, seats, racers, monkeypatch) == [[REFUSED, WON]] * ROUNDS
    assert_one_each(Membership, "seat_id", seats)


def assert_one_holder_or_two(model, held, number):
    """As many as there is room for, each recorded as the only one or as one of several."""
    found = Counter(model.objects.values_list(held, number, "sole"))
    assert {(room, sole, n) for (_, room, sole), n in found.items()} <= {
        (1, True, 1),
        (2, False, 2),
    }


def assert_one_each(model, held, keys):
    """One holder and one row of history for each, the winner's."""
    rows = model.objects.order_by(held).values_list(held, flat=True)
    history = model.history.order_by(held).values_list(held, flat=True)
    assert list(rows) == list(history) == keys
