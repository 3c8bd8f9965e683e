"""Who fills a seat that goes with a post, and whether a seat or a post is held."""

import itertools

import pytest

from forums.filling import with_standing as seats_with_standing
from forums.models import Seat, SeatVacancy
from forums.seat_holders import seats_with_holders
from forums.vacancies import Places, with_vacancies
from organisations.models import Post
from people.post_holders import posts_with_holders
from people.standing import Standing
from people.standing import with_standing as posts_with_standing
from people.vacant_places import PostVacancy
from tests import slow
from tests.builders import (
    day,
    make_appointment,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db


def who_fills(seat, on):
    [held] = seats_with_holders(Seat.objects.filter(pk=seat.pk), day(on))
    return held.standing, [holder.person for holder in held.holders]


@pytest.mark.parametrize("ends", ["the post", "its organisation"])
def test_a_seat_that_goes_with_a_post_that_has_ended_is_filled_by_nobody(ends):
    """Nobody has ended the appointment to the post, and still the seat is empty."""
    end = {"end_date": "2024-03-31"}
    trust = make_organisation(**(end if ends == "its organisation" else {}))
    post = make_post(organisation=trust, **(end if ends == "the post" else {}))
    make_appointment(person=make_person(name="Ann Lee"), post=post)
    seat = make_seat(ex_officio_post=post)
    assert who_fills(seat, "2024-03-31") == (Standing.HELD, ["Ann Lee"])
    assert who_fills(seat, "2024-04-01") == (Standing.NOT_RECORDED, [])


# The times of somebody who holds something, as the register may know them.
TIMES = {
    "nobody": None,
    "over": {"start_date": "2019-01-01", "end_date": "2021-12-31"},
    "in it": {"start_date": "2022-01-01"},
    "to come": {"start_date": "2024-01-01"},
    "by a later day": {"start_date": "2024-01-01", "start_qualifier": "by"},
    "until a later day": {"start_date": None, "end_date": "2023-12-31"},
}
DAYS = ["2018-12-31", "2019-01-01", "2022-01-01", "2023-12-31", "2024-01-01", "2024-07-01"]


def save_vacancy(vacancy) -> None:
    """Save a vacancy from 1 January 2020 on, even if somebody holds it then."""
    vacancy.start_date, vacancy.document, vacancy.locator = day("2020-01-01"), source(), "page 1"
    vacancy.save()


@pytest.fixture
def every_combination():
    """Seats that go with posts: whoever holds the post, whoever holds the seat, whether the post
    holder left the seat, whether a source calls either vacant, and whether the post is over."""
    ended = {"end_date": "2024-06-30"}
    others = [make_person(), make_person()]
    forum = make_forum()
    numbers, bases = (
        itertools.cycle([1, 2, None, 3, 1]),
        itertools.cycle([*["substantive"] * 6, "acting"]),
    )
    for holds, stated, end in itertools.product(TIMES.values(), [True, False], [{}, ended]):
        post = make_post(**end)
        if stated:
            save_vacancy(PostVacancy(post=post))
        if holds:
            make_appointment(post=post, person=others[0], **holds)
        for fills, person, said in itertools.product(TIMES.values(), others, [True, False]):
            goes_with = post if fills or person is others[0] else None
            seat = make_seat(forum=forum, ex_officio_post=goes_with, number=next(numbers))
            if said:
                save_vacancy(SeatVacancy(seat=seat))
            if fills:
                make_membership(seat=seat, person=person, basis=next(bases), **fills)


@slow.ROWS
def test_what_pages_tell_of_seats_and_posts_is_what_lists_are_filtered_by(every_combination):
    for on in map(day, DAYS):
        for records, as_filtered, as_told in (
            (Seat.objects.all(), seats_with_standing, seats_with_holders),
            (Post.objects.all(), posts_with_standing, posts_with_holders),
        ):
            filtered = dict(as_filtered(records, on).values_list("pk", "standing"))
            told = {each.id: each.standing for each in as_told(records, on)}
            assert told == filtered
            assert len(set(told.values())) > 1 or on < day("2022-01-01")

        seats = Seat.objects.listed(on)
        numbers = with_vacancies(seats, on).values_list("pk", "vacant", "not_recorded")
        filtered = {key: (vacant, not_recorded) for key, vacant, not_recorded in numbers}
        for seat in seats_with_holders(seats, on):
            assert bool(seat.holders) == (seat.standing in {Standing.HELD, Standing.PERHAPS})
            told = Places.of([seat])
            assert (told.vacant, told.not_recorded) == filtered[seat.id]
