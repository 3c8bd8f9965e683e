"""Appointing somebody to a seat."""

import pytest
from django.core.exceptions import ValidationError

from forums.actions import appoint
from forums.models import Membership
from tests.builders import (
    START,
    day,
    make_chair_seat,
    make_membership,
    make_person,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db


def said():
    return {"document": source(), "locator": "page 4", "start_date": START}


def test_somebody_is_appointed_and_the_reason_kept():
    simon, chair = make_person(name="Simon Trickett"), make_chair_seat()

    membership = appoint(seat=chair, person=simon, reason="The pack says so.", **said())

    assert list(chair.memberships.as_at(START)) == [membership]
    assert membership.history.get().history_change_reason == "The pack says so."


def test_a_second_holder_is_refused_and_nothing_changed():
    first = make_membership()

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(seat=first.seat, person=make_person(), **said())

    assert Membership.objects.get() == first
    assert Membership.history.count() == 1


def test_a_successor_is_appointed_from_the_day_after_and_the_former_holder_kept():
    first = make_membership(start_date="2018-01-01", end_date="2019-03-31")

    second = appoint(seat=first.seat, person=make_person(), **said())

    assert list(first.seat.memberships.as_at(day("2019-03-31"))) == [first]
    assert list(first.seat.memberships.as_at(day("2019-04-01"))) == [second]


def test_a_membership_without_a_source_is_refused_on_the_sources_fields():
    with pytest.raises(ValidationError) as refusal:
        appoint(seat=make_seat(), person=make_person(), start_date=START)

    assert set(refusal.value.message_dict) == {"document", "locator"}


def test_the_number_of_holders_is_the_stored_one_and_not_the_callers():
    seat = make_seat()
    make_membership(seat=seat)
    seat.number = 9

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(seat=seat, person=make_person(), **said())
