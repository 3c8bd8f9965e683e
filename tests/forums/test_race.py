"""Two people who do the same thing at the same moment, each in a process of their own."""

import datetime
import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone

from forums.models import Membership, Seat, SeatTerms
from people.identity import merge_people
from people.models import Appointment, Basis
from tests import racing, slow
from tests.builders import (
    START,
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_membership,
    make_person,
    make_post,
    make_seat,
)
from tests.racing import REFUSED, TOLD, WON, race
from tests.stepping import shown_move

pytestmark = [slow.RACE, pytest.mark.django_db(transaction=True)]

ROUNDS = 10
ONE_WINS_AND_ONE_IS_TOLD = [[TOLD, WON]] * ROUNDS


@pytest.fixture
def racers():
    return [make_person(name="Ann Lee").pk, make_person(name="Ian Tait").pk]


def test_one_of_two_editors_who_appoint_to_a_seat_wins_and_the_other_is_told(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.appoint_to_seat, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Membership, "seat_id", seats)


def test_one_of_two_editors_who_appoint_to_a_post_wins_and_the_other_is_told(racers, monkeypatch):
    posts = [make_post().pk for _ in range(ROUNDS)]

    assert race(racing.appoint_to_post, posts, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Appointment, "post_id", posts)


def test_one_of_two_editors_who_submit_a_form_wins_and_the_other_is_told(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.submit_a_membership, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_each(Membership, "seat_id", seats)


def test_one_of_two_editors_who_fill_the_last_place_of_a_seat_wins(racers, monkeypatch):
    seats = [make_membership(seat=make_seat(number=2)).seat_id for _ in range(ROUNDS)]

    assert race(racing.submit_a_membership, seats, racers, monkeypatch) == ONE_WINS_AND_ONE_IS_TOLD
    assert Membership.objects.count() == 2 * ROUNDS


def test_either_the_editor_who_narrows_a_seat_or_the_one_who_fills_it_wins(racers, monkeypatch):
    seats = [make_membership(seat=make_seat(number=2)).seat_id for _ in range(ROUNDS)]

    outcomes = race(racing.narrow_a_seat_or_fill_it, seats, [None, racers[0]], monkeypatch)

    assert outcomes == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_holder_or_two(Membership, "seat", "seat__number")


def test_either_the_editor_who_narrows_a_post_or_the_one_who_fills_it_wins(racers, monkeypatch):
    posts = [make_appointment(post=make_post(max_holders=2)).post_id for _ in range(ROUNDS)]

    outcomes = race(racing.narrow_a_post_or_fill_it, posts, [None, racers[0]], monkeypatch)

    assert outcomes == ONE_WINS_AND_ONE_IS_TOLD
    assert_one_holder_or_two(Appointment, "post", "post__max_holders")


def test_the_database_refuses_one_of_two_saves_that_skip_every_check(racers, monkeypatch):
    seats = [make_chair_seat().pk for _ in range(ROUNDS)]

    assert race(racing.save_a_membership, seats, racers, monkeypatch) == [[REFUSED, WON]] * ROUNDS
    assert_one_each(Membership, "seat_id", seats)


def test_the_editor_who_reconfirms_and_the_one_who_ends_it_both_win(monkeypatch):
    made = [make_membership().pk for _ in range(ROUNDS)]

    outcomes = race(racing.reconfirm_or_end, made, [0, 1], monkeypatch)

    assert outcomes == [[WON, WON]] * ROUNDS
    assert Membership.objects.filter(confirmed_on=START, end_date="2026-03-31").count() == ROUNDS


def test_an_end_by_a_day_goes_by_the_day_of_its_paper_that_is_corrected_meanwhile(monkeypatch):
    papers = [make_document(as_of="2020-01-01") for _ in range(ROUNDS)]
    made = [make_membership(document=paper).pk for paper in papers]

    outcomes = race(racing.date_a_paper_or_end_by_another, made, [0, 1], monkeypatch)

    assert outcomes == [[WON, WON]] * ROUNDS
    held_until = set(Membership.objects.values_list("earliest_end", flat=True))
    assert held_until == {day("2021-06-01")}


def test_an_editor_who_reconfirms_a_withdrawn_record_is_told(monkeypatch):
    begins = timezone.localdate() + datetime.timedelta(days=30)
    made = [make_membership(start_date=begins).pk for _ in range(ROUNDS)]

    outcomes = race(racing.reconfirm_or_withdraw, made, [0, 1], monkeypatch)

    # Both win if it was reconfirmed before it was withdrawn.
    assert all(outcome in ([TOLD, WON], [WON, WON]) for outcome in outcomes), outcomes
    assert not Membership.objects.exists()


def assert_one_holder_or_two(model, held, number):
    """Each post or seat has as many holders as places, and `sole` is true only for one place."""
    found = Counter(model.objects.values_list(held, number, "sole"))
    assert {(room, sole, n) for (_, room, sole), n in found.items()} <= {
        (1, True, 1),
        (2, False, 2),
    }


def assert_one_each(model, held, keys):
    """Each post or seat has one holder with one row of history: the winner's."""
    rows = model.objects.order_by(held).values_list(held, flat=True)
    history = model.history.order_by(held).values_list(held, flat=True)
    assert list(rows) == list(history) == keys


def test_nobody_is_appointed_while_they_are_merged():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: on SQLite one writes at a time")
    kept = make_person(name="Ann Lee")
    second = make_person(name="A Lee", document=make_document(as_of="2021-06-01"))
    appointment = Appointment(person=second, post=make_post(), **racing.evidence_and_start())
    checked, merged = threading.Event(), threading.Event()

    def appoint():
        try:
            with transaction.atomic():
                appointment.full_clean()
                checked.set()
                merged.wait(1)
                appointment.save()
        finally:
            connection.close()

    appointing = threading.Thread(target=appoint)
    appointing.start()
    checked.wait(racing.PATIENCE)
    merge_people(kept=kept, merged=second)
    merged.set()
    appointing.join()

    assert [each.person for each in Appointment.objects.all()] == [kept]


# Guided steps, through their pages: both have been shown what would change, and confirm.

STEPS_RACED = 4
SUBSTANTIVE = {"basis": "substantive"}


def later(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def held_post():
    return make_appointment(post=make_post())


def held_seat():
    return make_membership(seat=make_chair_seat())


@pytest.fixture(params=[held_post, held_seat], ids=["post", "seat"])
def tenure(request):
    """Makes a tenure: one person's time in a new post or seat."""
    return request.param


def race_steps(rounds: list[list], monkeypatch) -> list[list[str]]:
    return race(racing.confirm_a_step, rounds, [0, 1], monkeypatch)


def assert_one_of_two(rounds, monkeypatch):
    assert race_steps(rounds, monkeypatch) == [[TOLD, WON]] * len(rounds)


def holders_with_no_end(model) -> set[int]:
    """How many people hold each post or seat without an end, acting holders left out."""
    open_ended = model.objects.filter(end_date=None).exclude(basis=Basis.ACTING)
    return set(Counter(open_ended.values_list(model.held_field, flat=True)).values())


def test_one_of_two_editors_who_replace_a_holder_wins(tenure, racers, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    rounds = [
        [
            shown_move(
                each.held, "replace", leaving=[each], person=who, date="2024-04-01", **SUBSTANTIVE
            )
            for who in racers
        ]
        for each in made
    ]

    assert_one_of_two(rounds, monkeypatch)
    assert holders_with_no_end(type(made[0])) == {1}
    assert type(made[0]).objects.count() == 2 * STEPS_RACED


def test_two_editors_can_record_new_people_of_the_same_name_at_once(tenure, monkeypatch):
    # Both take the same free address for the person's page.
    rounds = []
    for number in range(STEPS_RACED):
        answers = {"new_name": f"Dee Fox {number}", "date": "2024-04-01", **SUBSTANTIVE}
        made = [tenure(), tenure()]
        rounds.append(
            [shown_move(each.held, "replace", leaving=[each], **answers) for each in made]
        )

    # One after the other both may have them, at different addresses.
    assert {tuple(each) for each in race_steps(rounds, monkeypatch)} <= {(TOLD, WON), (WON, WON)}


def test_one_of_two_editors_who_fill_a_vacancy_wins(tenure, racers, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    for each in made:
        each.end_date = START
        each.save()
    rounds = [
        [
            shown_move(each.held, "appoint", person=who, date="2024-04-01", **SUBSTANTIVE)
            for who in racers
        ]
        for each in made
    ]

    assert_one_of_two(rounds, monkeypatch)
    assert holders_with_no_end(type(made[0])) == {1}


def test_one_of_two_editors_who_fill_the_same_posts_in_different_orders_wins(racers, monkeypatch):
    rounds = []
    for _ in range(STEPS_RACED):
        posts = [make_post() for _ in range(3)]
        answers = {"date": "2024-04-01", **SUBSTANTIVE}
        rounds.append(
            [
                shown_move(posts[0], "appoint", person=racers[0], also=posts[1:], **answers),
                shown_move(posts[2], "appoint", person=racers[1], also=posts[:2], **answers),
            ]
        )

    assert_one_of_two(rounds, monkeypatch)
    assert Appointment.objects.count() == 3 * STEPS_RACED


def test_one_of_two_editors_who_end_a_tenure_wins(tenure, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    rounds = [[shown_move(each, "end", date=later(days)) for days in (10, 20)] for each in made]

    assert_one_of_two(rounds, monkeypatch)
    assert not type(made[0]).objects.filter(end_date=None).exists()


def test_either_the_editor_who_ends_a_tenure_or_the_one_who_replaces_the_holder_wins(
    tenure, racers, monkeypatch
):
    made = [tenure() for _ in range(STEPS_RACED)]
    answers = {"person": racers[0], "date": "2024-04-01", **SUBSTANTIVE}
    rounds = [
        [
            shown_move(each, "end", date="2024-05-31"),
            shown_move(each.held, "replace", leaving=[each], **answers),
        ]
        for each in made
    ]

    assert_one_of_two(rounds, monkeypatch)


def test_one_of_two_editors_who_reappoint_a_holder_wins(tenure, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    rounds = [
        [shown_move(each, "reappoint", date=last, **SUBSTANTIVE) for last in (later(5), later(6))]
        for each in made
    ]

    assert_one_of_two(rounds, monkeypatch)
    assert holders_with_no_end(type(made[0])) == {1}


def test_one_of_two_editors_who_have_one_person_act_wins(tenure, racers, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    rounds = [
        [
            shown_move(each.held, "cover", person=racers[0], date=first)
            for first in ("2024-01-01", "2024-02-01")
        ]
        for each in made
    ]

    assert_one_of_two(rounds, monkeypatch)
    assert type(made[0]).objects.filter(basis=Basis.ACTING).count() == STEPS_RACED


def test_one_of_two_editors_who_withdraw_a_tenure_wins(tenure, monkeypatch):
    made = [tenure() for _ in range(STEPS_RACED)]
    for each in made:
        each.start_date = timezone.localdate() + datetime.timedelta(days=30)
        each.save()
    rounds = [[shown_move(each, "withdraw", date=None)] * 2 for each in made]

    assert_one_of_two(rounds, monkeypatch)
    assert not type(made[0]).objects.exists()


def test_either_the_end_of_all_that_somebody_holds_wins_or_the_end_of_one_part(racers, monkeypatch):
    rounds = []
    for _ in range(STEPS_RACED):
        appointment = make_appointment()
        membership = make_membership(person=appointment.person)
        leaving = {"appointments": [appointment], "memberships": [membership]}
        rounds.append(
            [
                shown_move(appointment.person, "leave", date="2024-03-31", **leaving),
                shown_move(membership, "end", date="2024-05-31"),
            ]
        )

    assert_one_of_two(rounds, monkeypatch)
    ends = {
        (each.end_date, each.person.memberships.get().end_date)
        for each in Appointment.objects.all()
    }
    # Either all of it ended on the one day, or the part alone on the other.
    assert ends <= {(day("2024-03-31"), day("2024-03-31")), (None, day("2024-05-31"))}


def test_one_of_two_editors_who_make_a_seat_of_two_a_seat_of_one_wins(monkeypatch):
    rounds = []
    for _ in range(STEPS_RACED):
        seat = make_chair_seat(number=2)
        made = [make_membership(seat=seat), make_membership(seat=seat)]
        rounds.append([shown_move(each, "end", date="2024-03-31", number=1) for each in made])

    assert_one_of_two(rounds, monkeypatch)
    assert set(Seat.objects.values_list("number", flat=True)) == {1}
    assert list(SeatTerms.objects.values_list("number", flat=True)) == [2] * STEPS_RACED
    assert holders_with_no_end(Membership) == {1}
