"""Who fills a seat that goes with a post."""

import pytest

from forums.holders import seats_with_holders
from forums.models import Seat
from people.holders import Standing
from tests.builders import (
    day,
    make_appointment,
    make_organisation,
    make_person,
    make_post,
    make_seat,
)

pytestmark = pytest.mark.django_db


def who_fills(seat, on):
    [held] = seats_with_holders(Seat.objects.filter(pk=seat.pk), day(on))
    return held.standing, [holder.person for holder in held.holders]


@pytest.mark.parametrize("ends", ["the post", "its organisation"])
def test_a_seat_that_goes_with_a_post_that_has_ended_is_filled_by_nobody(ends):
    """Though nobody has ended the appointment to it."""
    end = {"end_date": "2024-03-31"}
    trust = make_organisation(**(end if ends == "its organisation" else {}))
    post = make_post(organisation=trust, **(end if ends == "the post" else {}))
    make_appointment(person=make_person(name="Ann Lee"), post=post)
    seat = make_seat(ex_officio_post=post)
    assert who_fills(seat, "2024-03-31") == (Standing.HELD, ["Ann Lee"])
    assert who_fills(seat, "2024-04-01") == (Standing.VACANT, [])
