"""Actions on the holders of posts and seats, each done as a whole or not at all."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from organisations.models import Post
from people.actions import appoint_to_each, begin, end_tenure, reappoint, withdraw
from people.models import Appointment
from records.confirmations import reconfirm
from records.events import Source
from records.history import Nature, writing
from records.periods import When
from tests.builders import (
    START,
    day,
    make_appointment,
    make_membership,
    make_person,
    make_post,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db


def minutes() -> Source:
    return Source(source(), "minute 7")


@pytest.fixture(params=["post", "seat"])
def held(request):
    """A post or a seat for one person."""
    return make_post() if request.param == "post" else make_seat()


def add(held, **fields):
    if isinstance(held, Post):
        return make_appointment(post=held, **fields)
    return make_membership(seat=held, **fields)


def tenures(held):
    return getattr(held, held.tenures_name)


def appoint(held):
    [tenure] = appoint_to_each(
        posts_or_seats=[held], begins=When(START), source=minutes(), person=make_person()
    )
    return tenure


def test_somebody_is_appointed_and_the_reason_kept(held):
    with writing(Nature.CHANGED, reason="The pack says so."):
        tenure = appoint(held)

    assert list(tenures(held).listed(START)) == [tenure]
    assert tenure.history.get().history_change_reason == "The pack says so."


def test_a_second_holder_is_refused_and_nothing_changed(held):
    first = add(held)

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(held)

    assert tenures(held).get() == first
    assert type(first).history.count() == 1


def test_a_successor_is_appointed_from_the_day_after_and_the_former_holder_kept(held):
    first = add(held, start_date="2018-01-01", end_date="2019-03-31")

    second = appoint(held)

    assert list(tenures(held).listed(day("2019-03-31"))) == [first]
    assert list(tenures(held).listed(day("2019-04-01"))) == [second]


def test_a_tenure_without_a_source_is_refused_on_the_sources_fields(held):
    with pytest.raises(ValidationError) as refusal:
        begin(held, person=make_person(), start_date=START)

    assert set(refusal.value.message_dict) == {"document", "locator"}


def test_the_number_of_holders_is_the_stored_one_and_not_the_callers(held):
    add(held)
    setattr(held, held.number_field, 9)

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint(held)


# Refused by the action itself, whoever calls it.


def in_days(number: int):
    return timezone.localdate() + datetime.timedelta(days=number)


def end_with(tenure, last, end_reason=""):
    end_tenure(
        tenure=tenure, when=When(last), source=minutes(), end_reason=end_reason, today=in_days(0)
    )


def test_an_end_that_somebody_else_changed_since_it_was_read_is_not_written_over():
    read_before = make_appointment()
    end_with(Appointment.objects.get(), in_days(5))

    with pytest.raises(ValidationError, match="somebody else has changed its end"):
        end_with(read_before, in_days(9), end_reason="retired")

    assert Appointment.objects.get().end_date == in_days(5)
    assert Appointment.history.count() == 2


def test_what_somebody_else_removed_is_not_ended():
    read_before = make_appointment(start_date=in_days(5))
    withdraw(tenure=Appointment.objects.get(), source=minutes(), today=in_days(0))

    with pytest.raises(ValidationError, match="somebody else has removed"):
        end_with(read_before, in_days(9))


def test_what_somebody_else_removed_is_not_reconfirmed():
    read_before = make_appointment(start_date=in_days(5))
    withdraw(tenure=Appointment.objects.get(), source=minutes(), today=in_days(0))

    with pytest.raises(ValidationError, match="somebody else has removed"):
        reconfirm(facts=[read_before], when=When(START), source=minutes())


def test_nobody_is_appointed_to_a_post_that_somebody_else_removed():
    post = make_post()
    Post.objects.get().delete()

    with pytest.raises(ValidationError, match="somebody else has removed"):
        appoint(post)


def test_what_begins_today_has_begun_and_is_not_withdrawn():
    make_appointment(start_date=in_days(0))
    tomorrow = make_appointment(start_date=in_days(1))

    with pytest.raises(ValidationError, match="Only what is still to begin"):
        withdraw(tenure=Appointment.objects.first(), source=minutes(), today=in_days(0))
    withdraw(tenure=tomorrow, source=minutes(), today=in_days(0))

    assert Appointment.objects.count() == 1


def test_a_withdrawal_leaves_the_one_to_come_if_who_stays_cannot():
    post = make_post()
    going = make_appointment(post=post, end_date=in_days(10))
    make_appointment(post=post, start_date=in_days(20))
    announced = make_appointment(post=post, start_date=in_days(11), end_date=in_days(19))

    with pytest.raises(ValidationError, match="would be held twice"):
        withdraw(tenure=announced, source=minutes(), today=in_days(0), staying=[going])

    assert Appointment.objects.filter(pk=announced.pk).exists()


def test_appointing_to_several_posts_changes_none_if_one_is_held():
    vacant, held = make_post(), make_appointment().post

    with pytest.raises(ValidationError, match="would be held twice"):
        appoint_to_each(
            posts_or_seats=[vacant, held],
            begins=When(START),
            source=minutes(),
            person=make_person(),
        )

    assert Appointment.history.count() == 1


def test_a_post_named_twice_is_filled_once():
    post = make_post()

    begun = appoint_to_each(
        posts_or_seats=[post, post], begins=When(START), source=minutes(), person=make_person()
    )

    assert list(Appointment.objects.all()) == begun


def test_a_term_known_to_the_year_is_followed_by_another_in_that_year():
    first = make_appointment()

    second = reappoint(tenure=first, last=When(day("2022-06-01"), "year"), source=minutes())

    first.refresh_from_db()
    assert (first.end_in_words(), second.start_in_words()) == ("2022", "2022")
