"""Two people who end or change one body at the same moment, each in a process of their own."""

import pytest
from django.contrib.auth.models import User

from forums.models import Forum, ForumName, Membership, Seat
from organisations.models import Organisation, Post, Relationship
from tests import racing_closures, slow
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_seat,
    source,
)
from tests.racing import TOLD, WON, race

pytestmark = [slow.RACE, pytest.mark.django_db(transaction=True)]

ROUNDS = 6
LOSES = [TOLD, WON]


@pytest.fixture
def filled():
    """The seats of one forum for each round. Each is for an organisation, and held."""
    return [
        make_membership(seat=make_chair_seat(on_behalf_of=make_organisation())).seat
        for _ in range(ROUNDS)
    ]


def assert_one_wins(outcomes):
    assert len(outcomes) == ROUNDS
    assert all(outcome == LOSES for outcome in outcomes), outcomes


def assert_ended_once(model, keys):
    """Each was ended once, with one row of history for the end."""
    assert model.objects.filter(pk__in=keys, end_date__isnull=False).count() == len(keys)
    assert model.history.filter(id__in=keys).count() == 2 * len(keys)


def test_one_of_two_editors_who_stand_a_forum_down_on_different_days_wins(filled, monkeypatch):
    forums = [seat.forum_id for seat in filled]

    assert_one_wins(race(racing_closures.stand_down, forums, [0, 1], monkeypatch))

    assert_ended_once(Forum, forums)
    assert_ended_once(Seat, [seat.pk for seat in filled])
    for seat in Seat.objects.select_related("forum"):
        assert seat.end_date == seat.forum.end_date == seat.memberships.get().end_date


def test_nobody_is_appointed_from_after_the_end_to_a_forum_that_stands_down(monkeypatch):
    seats = [make_seat().pk for _ in range(ROUNDS)]
    ann = make_person(name="Ann Lee").pk

    outcomes = race(racing_closures.stand_down_or_fill, seats, [None, ann], monkeypatch)

    # Both win if the forum stands down after she was appointed: hers is then withdrawn.
    assert all(outcome in (LOSES, [WON, WON]) for outcome in outcomes), outcomes
    for seat in Seat.objects.select_related("forum"):
        # Either it stands and Ann Lee is to come, or it is over and she is not.
        assert (seat.forum.end_date is None) == seat.memberships.exists()


def test_one_of_two_editors_who_close_an_organisation_wins(filled, monkeypatch):
    organisations = [seat.on_behalf_of_id for seat in filled]

    assert_one_wins(race(racing_closures.close, organisations, [0, 1], monkeypatch))

    assert_ended_once(Organisation, organisations)
    assert_ended_once(Seat, [seat.pk for seat in filled])


def test_one_of_two_editors_who_name_different_successors_wins(filled, monkeypatch):
    organisations = [seat.on_behalf_of_id for seat in filled]
    successors = [make_organisation().pk, make_organisation().pk]

    assert_one_wins(race(racing_closures.succeed, organisations, successors, monkeypatch))

    assert_ended_once(Organisation, organisations)
    assert Relationship.objects.count() == ROUNDS
    assert Seat.objects.filter(end_date=None, on_behalf_of__in=successors).count() == ROUNDS
    assert Seat.objects.count() == 2 * ROUNDS


def test_one_of_two_editors_who_move_a_seat_wins(filled, monkeypatch):
    seats = [seat.pk for seat in filled]
    elsewhere = [make_organisation().pk, make_organisation().pk]

    assert_one_wins(race(racing_closures.move, seats, elsewhere, monkeypatch))

    assert_ended_once(Seat, seats)
    assert Seat.objects.count() == 2 * ROUNDS
    assert Membership.objects.filter(end_date=None).count() == ROUNDS


def test_moving_a_seat_and_standing_its_forum_down_do_not_wait_for_each_other(filled, monkeypatch):
    seats = [seat.pk for seat in filled]
    elsewhere = make_organisation().pk

    outcomes = race(racing_closures.move_or_stand_down, seats, [elsewhere, None], monkeypatch)

    # Both win if the forum stands down after its seat has moved, with the new one.
    assert all(outcome in (LOSES, [WON, WON]) for outcome in outcomes), outcomes
    assert not Membership.objects.filter(end_date=None, seat__forum__end_date__isnull=False)


def test_one_of_two_editors_who_abolish_a_post_wins(monkeypatch):
    posts = [make_appointment().post_id for _ in range(ROUNDS)]

    assert_one_wins(race(racing_closures.abolish, posts, [0, 1], monkeypatch))

    assert_ended_once(Post, posts)


def test_one_of_two_editors_who_create_a_chair_wins(monkeypatch):
    source()
    forums = [make_forum().pk for _ in range(ROUNDS)]

    assert_one_wins(race(racing_closures.create_a_chair, forums, [0, 1], monkeypatch))

    assert Seat.objects.count() == ROUNDS


def test_one_of_two_editors_who_rename_a_forum_wins(monkeypatch):
    source()
    forums = [make_forum().pk for _ in range(ROUNDS)]

    assert_one_wins(race(racing_closures.rename, forums, [0, 1], monkeypatch))

    assert ForumName.objects.count() == ROUNDS
    assert set(Forum.objects.values_list("name", flat=True)) <= {"New name 0", "New name 1"}


def test_neither_of_two_editors_who_send_the_same_form_sees_an_error(filled, monkeypatch):
    User.objects.create_superuser("manager", password="a password")
    forums = [seat.forum_id for seat in filled]

    assert_one_wins(race(racing_closures.stand_down_in_the_admin, forums, [0, 1], monkeypatch))

    assert_ended_once(Forum, forums)
