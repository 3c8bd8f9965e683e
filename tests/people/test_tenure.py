"""Who may hold a post or a seat at once. Holders of posts and members by seats have one rule."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from forums.models import Membership
from people.models import Appointment, Basis
from records.periods import Precision
from tests.builders import make_appointment, make_membership, make_person, make_post, make_seat

pytestmark = pytest.mark.django_db


class Posts:
    """Posts, and appointments to them."""

    tenures, number, make = Appointment, "max_holders", staticmethod(make_post)
    label = "How many may hold it"

    @staticmethod
    def hold(post, **fields):
        return make_appointment(post=post, **fields)


class Seats:
    """Seats, and memberships by them."""

    tenures, number, make = Membership, "number", staticmethod(make_seat)
    label = "Number of holders"

    @staticmethod
    def hold(seat, **fields):
        return make_membership(seat=seat, **fields)


@pytest.fixture(params=[Posts, Seats], ids=["a post", "a seat"])
def kind(request):
    return request.param


def made_for(kind, number):
    return kind.make(**{kind.number: number})


def renumber(kind, held, number):
    setattr(held, kind.number, number)
    held.full_clean()
    held.save()


# One holder


def test_what_one_person_holds_cannot_be_held_by_two(kind):
    chair = made_for(kind, 1)
    kind.hold(chair)

    with pytest.raises(ValidationError, match="would be held twice"):
        kind.hold(chair)


def test_an_interim_holder_fills_a_vacancy_and_so_cannot_overlap_a_holder(kind):
    chair = made_for(kind, 1)
    kind.hold(chair)

    with pytest.raises(ValidationError, match="would be held twice"):
        kind.hold(chair, basis=Basis.INTERIM)


def test_an_acting_holder_may_overlap_the_holder_they_cover(kind):
    chair = made_for(kind, 1)
    kind.hold(chair, start_date="2018-01-01")

    kind.hold(chair, basis=Basis.ACTING, start_date="2019-04-01", end_date="2019-06-30")

    assert kind.tenures.objects.count() == 2


def test_a_holder_may_be_recorded_after_the_acting_holder_who_overlaps_them(kind):
    chair = made_for(kind, 1)
    kind.hold(chair, basis=Basis.ACTING, start_date="2019-04-01", end_date="2019-06-30")

    kind.hold(chair, start_date="2018-01-01")

    assert kind.tenures.objects.count() == 2


def test_nobody_both_holds_something_and_acts_in_it(kind):
    chair = made_for(kind, 1)
    simon = make_person(name="Simon Trickett")
    kind.hold(chair, person=simon)

    with pytest.raises(ValidationError, match="This person is already recorded"):
        kind.hold(chair, person=simon, basis=Basis.ACTING)


def test_somebody_may_come_back_after_a_break(kind):
    chair = made_for(kind, 1)
    simon = make_person(name="Simon Trickett")
    kind.hold(chair, person=simon, start_date="2017-01-01", end_date="2018-12-31")

    kind.hold(chair, person=simon, start_date="2019-01-01")

    assert kind.tenures.objects.filter(person=simon).count() == 2


def test_one_person_may_hold_two_things_at_once(kind):
    kevin = make_person(name="Kevin Dicks")
    kind.hold(made_for(kind, 1), person=kevin)

    kind.hold(made_for(kind, 1), person=kevin)

    assert kind.tenures.objects.filter(person=kevin).count() == 2


# Several holders


def test_what_two_people_hold_has_room_for_two_and_not_for_three(kind):
    shared = made_for(kind, 2)
    kind.hold(shared)
    kind.hold(shared)

    with pytest.raises(ValidationError) as refusal:
        kind.hold(shared)

    message = (
        f"{shared} has room for 2 and would have 3. End one of the others first, or correct "
        f"“{kind.label}” of the {shared._meta.verbose_name} if it has room for more. If "
        "this person acts for a holder who is away, use Record who acts."
    )
    assert refusal.value.message_dict == {"start_date": [message]}


def test_room_is_counted_on_the_fullest_day_and_not_over_the_whole_period(kind):
    shared = made_for(kind, 2)
    kind.hold(shared, start_date="2018-01-01", end_date="2018-12-31")
    kind.hold(shared, start_date="2019-01-01", end_date="2019-12-31")

    kind.hold(shared, start_date="2018-01-01")

    assert kind.tenures.objects.count() == 3


def test_the_fullest_day_may_lie_in_the_middle(kind):
    shared = made_for(kind, 2)
    kind.hold(shared, start_date="2018-01-01", end_date="2019-06-30")
    kind.hold(shared, start_date="2019-06-30")

    with pytest.raises(ValidationError, match="room for 2 and would have 3"):
        kind.hold(shared, start_date="2018-06-01", end_date="2020-01-01")


def test_a_handover_on_the_day_after_leaves_room(kind):
    shared = made_for(kind, 2)
    kind.hold(shared)
    kind.hold(shared, start_date="2018-01-01", end_date="2019-06-30")

    kind.hold(shared, start_date="2019-07-01")

    assert kind.tenures.objects.count() == 3


def test_a_handover_known_to_the_month_leaves_room_among_several_too(kind):
    shared = made_for(kind, 2)
    kind.hold(shared)
    kind.hold(shared, start_date="2018-01-01", end_date="2019-06-01", end_precision=Precision.MONTH)

    kind.hold(shared, start_date="2019-06-01", start_precision=Precision.MONTH)

    assert kind.tenures.objects.count() == 3


def test_acting_holders_take_no_room_among_several(kind):
    shared = made_for(kind, 2)
    kind.hold(shared)
    kind.hold(shared)
    kind.hold(shared, basis=Basis.ACTING)

    assert kind.tenures.objects.count() == 3


def test_saving_one_of_several_again_does_not_count_it_twice(kind):
    shared = made_for(kind, 2)
    kind.hold(shared)
    second = kind.hold(shared)
    second.note = "One of two."

    second.full_clean()
    second.save()

    assert kind.tenures.objects.get(pk=second.pk).note == "One of two."


def test_a_seat_of_no_stated_number_has_room_for_all():
    seat = make_seat(number=None)
    for _ in range(12):
        make_membership(seat=seat)

    assert seat.memberships.count() == 12


# The number of holders changes


def test_what_is_to_have_one_holder_from_now_on_is_held_to_it(kind):
    held = made_for(kind, 2)
    kind.hold(held)
    renumber(kind, held, 1)

    with pytest.raises(ValidationError, match="would be held twice"):
        kind.hold(held)


def test_the_database_too_holds_it_to_one_holder_from_now_on(kind):
    held = made_for(kind, 2)
    kind.hold(held)
    renumber(kind, held, 1)

    with pytest.raises(IntegrityError, match="_one_holder"), transaction.atomic():
        kind.hold(held, save=False).save()


def test_what_one_person_held_may_be_shared_from_now_on(kind):
    held = made_for(kind, 1)
    kind.hold(held)
    renumber(kind, held, 2)

    kind.hold(held)

    assert kind.tenures.objects.count() == 2


def test_fewer_holders_than_there_are_is_refused_on_the_number(kind):
    held = made_for(kind, 3)
    kind.hold(held)
    kind.hold(held)
    kind.hold(held, basis=Basis.ACTING)
    setattr(held, kind.number, 1)

    with pytest.raises(ValidationError) as refusal:
        held.full_clean()

    assert list(refusal.value.message_dict) == [kind.number]
    assert "2 people" in refusal.value.messages[0]


def test_fewer_holders_than_there_are_is_refused_past_the_form_and_changes_nothing(kind):
    held = made_for(kind, 2)
    kind.hold(held)
    kind.hold(held)
    setattr(held, kind.number, 1)

    with pytest.raises(IntegrityError, match="_one_holder"), transaction.atomic():
        held.save()

    assert getattr(type(held).objects.get(), kind.number) == 2


def test_fewer_holders_than_there_once_were_in_turn_is_accepted(kind):
    held = made_for(kind, 2)
    kind.hold(held, start_date="2018-01-01", end_date="2019-03-31")
    kind.hold(held, start_date="2019-04-01")

    renumber(kind, held, 1)

    assert getattr(type(held).objects.get(), kind.number) == 1


def test_somebody_who_last_read_of_two_holders_is_told_that_there_is_one(kind):
    held = made_for(kind, 2)
    kind.hold(held)
    as_it_was = type(held).objects.get()
    renumber(kind, held, 1)

    with pytest.raises(ValidationError, match="would be held twice"):
        kind.hold(as_it_was)


def test_somebody_who_last_read_of_one_holder_may_be_the_second(kind):
    held = made_for(kind, 1)
    kind.hold(held)
    as_it_was = type(held).objects.get()
    renumber(kind, held, 2)

    assert kind.hold(as_it_was).sole is False


def test_past_the_form_too_the_number_counts_as_it_is_stored(kind):
    held = made_for(kind, 2)
    first = kind.hold(held)
    as_it_was = type(held).objects.get()
    renumber(kind, held, 1)

    with pytest.raises(IntegrityError, match="_one_holder"), transaction.atomic():
        kind.hold(as_it_was, save=False).save()
    assert list(kind.tenures.objects.values_list("pk", "sole")) == [(first.pk, True)]


def test_a_number_that_was_changed_and_not_saved_does_not_count(kind):
    held = made_for(kind, 1)
    kind.hold(held)
    setattr(held, kind.number, 2)

    with pytest.raises(ValidationError, match="would be held twice"):
        kind.hold(held)


def test_the_post_or_seat_is_read_with_what_it_belongs_to(kind, django_assert_num_queries):
    tenure = kind.hold(made_for(kind, 1), save=False)
    with django_assert_num_queries(1):
        tenure.read_and_lock_held()

    with django_assert_num_queries(0):
        str(tenure.held)


def test_nobody_holds_what_is_not_there(kind):
    held = made_for(kind, 1)
    tenure = kind.hold(held, save=False)
    held.delete()

    with pytest.raises(ValidationError) as refusal:
        tenure.full_clean()

    assert set(refusal.value.message_dict) & {"post", "seat"}


# Beginnings


def test_nobody_begins_after_what_they_hold_came_to_an_end(kind):
    held = kind.make(end_date="2020-03-31")

    with pytest.raises(ValidationError) as refusal:
        kind.hold(held, start_date="2020-04-01")

    message = (
        f"The start, 1 April 2020, is after the end of {held}, 31 March 2020. Correct one of "
        "the two."
    )
    assert refusal.value.message_dict == {"start_date": [message]}


def test_somebody_may_begin_on_the_last_day_or_before(kind):
    kind.hold(kind.make(end_date="2020-03-31"), start_date="2020-03-31")
    kind.hold(kind.make(end_date="2020-03-31"), start_date="2019-04-01")

    assert kind.tenures.objects.count() == 2


def test_a_beginning_that_may_have_been_in_time_is_accepted(kind):
    to_the_month = {"end_date": "2020-03-01", "end_precision": Precision.MONTH}
    kind.hold(kind.make(**to_the_month), start_date="2020-03-31")
    kind.hold(
        kind.make(end_date="2020-03-10"), start_date="2020-03-20", start_precision=Precision.MONTH
    )
    kind.hold(kind.make(end_date="2020-03-31"), start_date="2020-06-01", start_qualifier="by")
    kind.hold(kind.make(end_date="2020-03-31"), start_date=None, end_date="2020-06-01")

    assert kind.tenures.objects.count() == 4


def test_the_latest_holder_comes_first_and_one_with_an_unknown_start_last(kind):
    held = made_for(kind, 1)
    first = kind.hold(held, start_date="2017-04-01", end_date="2018-03-31")
    unknown = kind.hold(held, start_date=None, end_date="2016-03-31")
    latest = kind.hold(held, start_date="2019-04-01")

    assert list(kind.tenures.objects.all()) == [latest, first, unknown]


# Terms and ends


def test_a_term_may_end_after_a_holder_left_and_before_they_did(kind):
    kind.hold(made_for(kind, 1), end_date="2020-03-31", term_ends="2022-03-31")
    kind.hold(made_for(kind, 1), term_ends="2020-03-31")

    assert kind.tenures.objects.count() == 2


def test_a_tenure_is_described_in_one_line(kind):
    held = made_for(kind, 1)

    assert str(kind.hold(held, person=make_person(name="Ian Tait"))) == f"Ian Tait, {held}"


def test_a_form_that_names_nothing_to_hold_is_told_so(kind):
    with pytest.raises(ValidationError) as refusal:
        kind.hold(None)

    assert set(refusal.value.message_dict) & {"post", "seat"}
