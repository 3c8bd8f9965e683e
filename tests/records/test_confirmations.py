"""Reconfirming: which facts a document confirms, on which day, and which are left alone.

The Board paper names Anna as the chair of the Board; the Minutes show that she still is.
"""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from records.confirmations import reconfirm
from records.events import Source
from records.history import Nature, writing
from records.periods import Precision, When
from tests.builders import day, make_chair_seat, make_document, make_membership, make_seat, source

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return make_membership(seat=make_chair_seat())


@pytest.fixture
def minutes():
    return Source(make_document(slug="minutes"), "minute 7")


def confirm(fact, when, source):
    left = reconfirm(facts=[fact], when=when, source=source)
    fact.refresh_from_db()
    return left


def test_the_day_and_what_it_was_held_against_are_recorded_and_nothing_else(anna, minutes):
    before = {
        field.attname: getattr(anna, field.attname)
        for field in anna._meta.concrete_fields
        if not field.name.startswith("confirmed_")
    }
    with writing(Nature.CONFIRMED, reason="Read the minutes"):
        confirm(anna, When(day("2024-05-14"), Precision.MONTH), minutes)

    assert anna.confirmed.in_words() == "May 2024"
    assert anna.confirmed_on == day("2024-05-01")
    assert (anna.confirmed_document, anna.confirmed_locator) == (minutes.document, "minute 7")
    assert before == {name: getattr(anna, name) for name in before}
    assert anna.history.first().history_nature == "confirmed"


def test_held_against_its_own_source_once_more_the_day_alone_is_recorded(anna, minutes):
    confirm(anna, When(day("2024-05-14")), minutes)
    confirm(anna, When(day("2024-05-15")), Source(source(), "page 1"))

    assert anna.confirmed_on == day("2024-05-15")
    assert (anna.confirmed_document, anna.confirmed_locator) == (None, "")


def test_another_place_in_its_own_source_is_told(anna):
    confirm(anna, When(day("2024-05-14")), Source(source(), "page 9"))

    assert (anna.confirmed_document, anna.confirmed_locator) == (source(), "page 9")


@pytest.mark.parametrize(
    ("earlier", "precision"),
    [("2024-05-13", Precision.DAY), ("2024-05-01", Precision.MONTH), ("2024-01-01", "year")],
)
def test_what_was_confirmed_later_or_may_have_been_is_left_alone(anna, minutes, earlier, precision):
    confirm(anna, When(day("2024-05-14")), Source(source(), "page 1"))

    left = confirm(anna, When(day(earlier), precision), minutes)

    assert left == [anna]
    assert (anna.confirmed_on, anna.confirmed_document) == (day("2024-05-14"), None)


def test_a_day_within_the_month_known_before_is_more_exact(anna, minutes):
    confirm(anna, When(day("2024-05-01"), Precision.MONTH), minutes)

    assert confirm(anna, When(day("2024-05-14")), minutes) == []
    assert anna.confirmed.in_words() == "14 May 2024"


def test_a_day_that_has_not_come_is_refused(anna, minutes):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)

    with pytest.raises(ValidationError) as error:
        confirm(anna, When(tomorrow), minutes)
    assert "has not come" in error.value.messages[0]
    # A part of the present month has come.
    confirm(anna, When(timezone.localdate(), Precision.MONTH), minutes)


def test_a_fact_that_breaks_a_rule_is_named_and_none_is_confirmed(anna, minutes):
    odd = make_membership(seat=make_seat(start_date="2017-01-01"))
    odd.seat.end_date = day("2018-01-01")
    odd.seat.save()

    with pytest.raises(ValidationError) as error:
        reconfirm(facts=[anna, odd], when=When(day("2024-05-14")), source=minutes)

    assert str(odd) in error.value.messages[0]
    anna.refresh_from_db()
    assert anna.confirmed_on is None
