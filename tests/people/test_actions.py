"""Appointing somebody to a post."""

import pytest
from django.core.exceptions import ValidationError

from people.actions import appoint
from people.models import Appointment
from tests.builders import START, day, make_appointment, make_person, make_post, source

pytestmark = pytest.mark.django_db


def said():
    return {"document": source(), "locator": "page 4", "start_date": START}


def test_somebody_is_appointed_and_the_reason_kept():
    simon, officer = make_person(name="Simon Trickett"), make_post(title="Accountable Officer")

    appointment = appoint(post=officer, person=simon, reason="The pack says so.", **said())

    assert list(officer.appointments.as_at(START)) == [appointment]
    assert appointment.history.get().history_change_reason == "The pack says so."


def test_a_second_holder_is_refused_and_nothing_changed():
    first = make_appointment()

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(post=first.post, person=make_person(), **said())

    assert Appointment.objects.get() == first
    assert Appointment.history.count() == 1


def test_a_successor_is_appointed_from_the_day_after_and_the_former_holder_kept():
    first = make_appointment(start_date="2018-01-01", end_date="2019-03-31")

    second = appoint(post=first.post, person=make_person(), **said())

    assert list(first.post.appointments.as_at(day("2019-03-31"))) == [first]
    assert list(first.post.appointments.as_at(day("2019-04-01"))) == [second]


def test_an_appointment_without_a_source_is_refused_on_the_sources_fields():
    with pytest.raises(ValidationError) as refusal:
        appoint(post=make_post(), person=make_person(), start_date=START)

    assert set(refusal.value.message_dict) == {"document", "locator"}


def test_the_number_of_holders_is_the_stored_one_and_not_the_callers():
    post = make_post()
    make_appointment(post=post)
    post.max_holders = 9

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(post=post, person=make_person(), **said())
