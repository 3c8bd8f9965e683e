"""Periods: when a record holds, as precisely as it is known."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from organisations.models import Organisation, OrganisationName
from records.days import NO_LATEST
from records.periods import Precision, Qualifier, When, date_in_words, first_day, last_day
from tests.builders import (
    day,
    make_chair_seat,
    make_membership,
    make_organisation,
    make_organisation_name,
    source,
)

ON, BY, NOT_BEFORE = Qualifier.ON, Qualifier.BY, Qualifier.NOT_BEFORE


def period(start=None, end=None, **fields):
    """An unsaved record with that period, settled."""
    record = OrganisationName(
        start_date=day(start) if start else None, end_date=day(end) if end else None, **fields
    )
    record.settle_period()
    return record


def certain(start=None, end=None, **fields):
    days = period(start, end, **fields).certain_days()
    return days and tuple(None if each == NO_LATEST else each.isoformat() for each in days)


# In force on a day


@pytest.mark.parametrize(
    ("on", "in_force"),
    [
        ("2019-03-31", False),
        ("2019-04-01", True),
        ("2020-03-31", True),
        ("2020-04-01", False),
    ],
)
def test_the_first_and_the_last_day_are_both_included(on, in_force):
    assert period("2019-04-01", "2020-03-31").holds(day(on)) is in_force


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("2019-03-31", "not_yet"),
        ("2019-04-01", "certainly"),
        ("2020-03-31", "certainly"),
        ("2020-04-01", "ended_before"),
    ],
)
def test_a_queryset_includes_the_first_and_the_last_day(on, found):
    make_organisation_name(start_date="2019-04-01", end_date="2020-03-31")

    assert where_found(OrganisationName.objects, day(on)) == {found}


@pytest.mark.django_db
def test_a_one_day_record_is_in_force_that_day_and_on_no_other():
    make_organisation_name(start_date="2019-04-01", end_date="2019-04-01")

    assert where_found(OrganisationName.objects, day("2019-03-31")) == {"not_yet"}
    assert where_found(OrganisationName.objects, day("2019-04-01")) == {"certainly"}
    assert where_found(OrganisationName.objects, day("2019-04-02")) == {"ended_before"}


@pytest.mark.django_db
def test_a_record_without_an_end_is_in_force_for_ever():
    make_organisation_name(start_date="2019-04-01")

    assert where_found(OrganisationName.objects, datetime.date.max) == {"certainly"}


@pytest.mark.django_db
def test_a_record_that_starts_in_the_future_is_kept_and_is_not_yet_in_force():
    make_organisation_name(start_date="2090-01-01")

    assert where_found(OrganisationName.objects, day("2089-12-31")) == {"not_yet"}
    assert where_found(OrganisationName.objects, day("2090-01-01")) == {"certainly"}


@pytest.mark.django_db
def test_a_record_known_by_a_day_is_not_claimed_before_it():
    make_organisation_name(
        start_date="2021-06-01", start_precision=Precision.MONTH, start_qualifier=BY
    )

    assert where_found(OrganisationName.objects, day("2021-06-29")) == {"openly_perhaps"}
    assert where_found(OrganisationName.objects, day("2021-06-30")) == {"certainly"}


@pytest.mark.django_db
def test_a_record_whose_start_is_not_recorded_certainly_holds_on_its_last_day_alone():
    make_organisation_name(start_date=None, end_date="2019-03-31")

    assert where_found(OrganisationName.objects, day("2019-03-30")) == {"openly_perhaps"}
    assert where_found(OrganisationName.objects, day("2019-03-31")) == {"certainly"}
    assert where_found(OrganisationName.objects, day("2019-04-01")) == {"ended_before"}


def where_found(records, on):
    """The names of the querysets that find the one record among `records`; "not_yet" if none
    does."""
    names = ("certainly", "openly_perhaps", "ended_before")
    return {name for name in names if getattr(records, name)(on)} or {"not_yet"}


# Any set of records

days = st.dates(day("2017-11-01"), day("2022-03-31"))


@st.composite
def periods(draw, precisions=tuple(Precision), within=days):
    """A period that a form would accept, with dates as they are stored."""
    start = draw(st.one_of(st.none(), within))
    start_precision = draw(st.sampled_from(precisions))
    end_precision = draw(st.sampled_from(precisions))
    end = draw(within if start is None else st.one_of(st.none(), within))
    if start:
        start = first_day(start, start_precision)
    if end:
        end = last_day(end, end_precision)
        if start and end < start:
            start, end = first_day(end, start_precision), last_day(start, end_precision)
    record = OrganisationName(
        organisation=Organisation(name="Wye Valley NHS Trust"),
        start_date=start,
        start_precision=start_precision,
        start_qualifier=draw(st.sampled_from(Qualifier)),
        end_date=end,
        end_precision=end_precision,
        end_qualifier=draw(st.sampled_from(Qualifier if start else [ON, BY])),
    )
    record.clean()
    return record


@pytest.mark.django_db
@settings(deadline=None, max_examples=60)
@given(records=st.lists(periods(), max_size=12), on=days)
def test_on_any_day_no_record_holds_twice_over_and_what_is_over_does_not_hold(records, on):
    with a_passing_set_of(records) as queryset:
        found = [
            pk
            for part in (
                queryset.certainly(on),
                queryset.perhaps(on),
                queryset.ended_before(on),
                queryset.exclude(pk__in=queryset.possibly(on)).exclude(latest_end__lt=on),
            )
            for pk in part.values_list("pk", flat=True)
        ]
        assert sorted(found) == sorted(queryset.values_list("pk", flat=True))


@pytest.mark.django_db
@settings(deadline=None, max_examples=60)
@given(records=st.lists(periods(), max_size=12), on=days)
def test_one_record_says_of_itself_what_the_queryset_says(records, on):
    with a_passing_set_of(records) as queryset:
        everything = set(queryset.all())
        assert set(queryset.ended_before(on)) == {r for r in everything if r.has_ended(on)}
        assert set(queryset.certainly(on)) == {r for r in everything if r.certainly(on)}
        assert set(queryset.possibly(on)) == {r for r in everything if r.possibly(on)}
        assert set(queryset.perhaps(on)) == {r for r in everything if r.holds(on) is None}
        openly = {r for r in everything if r.is_openly_perhaps(on)}
        assert set(queryset.openly_perhaps(on)) == openly
        listed = {r for r in everything if r.is_listed(on)}
        assert set(queryset.listed(on)) == listed
        assert listed == set(queryset.possibly(on)) - openly


class a_passing_set_of:
    """The records in the database until the block ends, all of them names of one organisation."""

    def __init__(self, records):
        self.records = records

    def __enter__(self):
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        organisation = make_organisation()
        for record in self.records:
            record.pk = None
            record.organisation = organisation
            record.document = source()
            record.locator, record.name, record.kind = "page 1", "Wye Valley", "other"
        models.QuerySet(OrganisationName).bulk_create(self.records)
        return OrganisationName.objects.filter(organisation=organisation)

    def __exit__(self, *error):
        transaction.set_rollback(True)
        self.transaction.__exit__(*error)


# Precision


@pytest.mark.parametrize(
    ("precision", "first", "last", "words"),
    [
        (Precision.DAY, "2020-02-10", "2020-02-10", "10 February 2020"),
        (Precision.MONTH, "2020-02-01", "2020-02-29", "February 2020"),
        (Precision.YEAR, "2020-01-01", "2020-12-31", "2020"),
    ],
)
def test_a_date_has_edges_and_words_as_precise_as_it_is_known(precision, first, last, words):
    tenth_of_february = day("2020-02-10")

    assert first_day(tenth_of_february, precision) == day(first)
    assert last_day(tenth_of_february, precision) == day(last)
    assert date_in_words(tenth_of_february, precision) == words


@pytest.mark.parametrize(
    ("precision", "on", "by", "not_before"),
    [
        (Precision.DAY, "2019-04-01", "[..2019-04-01]", "[2019-04-01..]"),
        (Precision.MONTH, "2019-04", "[..2019-04]", "[2019-04..]"),
        (Precision.YEAR, "2019", "[..2019]", "[2019..]"),
    ],
)
def test_a_date_has_one_value_in_edtf(precision, on, by, not_before):
    first_of_april = day("2019-04-01")

    assert When(first_of_april, precision).as_edtf() == on
    assert When(first_of_april, precision, BY).as_edtf() == by
    assert When(first_of_april, precision, NOT_BEFORE).as_edtf() == not_before


@pytest.mark.parametrize(
    ("in_february", "last"), [("2019-02-01", "2019-02-28"), ("2020-02-01", "2020-02-29")]
)
def test_february_ends_on_its_last_day_in_leap_years_too(in_february, last):
    assert last_day(day(in_february), Precision.MONTH) == day(last)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("precision", "stored_start", "stored_end"),
    [
        (Precision.DAY, "2019-04-10", "2020-02-10"),
        (Precision.MONTH, "2019-04-01", "2020-02-29"),
        (Precision.YEAR, "2019-01-01", "2020-12-31"),
    ],
)
def test_a_start_is_stored_as_its_first_day_and_an_end_as_its_last(
    precision, stored_start, stored_end
):
    name = make_organisation_name(
        start_date="2019-04-10",
        start_precision=precision,
        end_date="2020-02-10",
        end_precision=precision,
    )
    name.refresh_from_db()

    assert (name.start_date, name.end_date) == (day(stored_start), day(stored_end))


@pytest.mark.django_db
def test_dates_are_stored_by_their_edges_when_no_form_checked_them():
    name = make_organisation_name(
        start_date="2019-04-10", start_precision=Precision.MONTH, save=False
    )
    name.save()
    name.refresh_from_db()

    assert name.start_date == day("2019-04-01")


def test_a_period_is_told_as_it_is_known():
    assert period("2019-04-01").start_in_words() == "1 April 2019"
    assert period("2019-04-09", start_precision=Precision.MONTH).start_in_words() == "April 2019"
    assert (
        period("2021-06-01", start_precision=Precision.MONTH, start_qualifier=BY).start_in_words()
        == "by June 2021"
    )
    assert period("2019-04-01", "2020-03-31").end_in_words() == "31 March 2020"
    assert (
        period(
            "2019-04-01", "2020-03-31", end_precision=Precision.YEAR, end_qualifier=BY
        ).end_in_words()
        == "by 2020"
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (period("2019-04-01", start_precision=Precision.MONTH), "since April 2019"),
        (period("2019-04-01", "2020-03-31"), "since 1 April 2019, to 31 March 2020"),
        (period("2019-12-31"), "since 31 December 2019"),
        (period("2020-01-01"), "from 1 January 2020"),
        (period("2019-06-01", start_precision=Precision.MONTH, start_qualifier=BY), "by June 2019"),
        (period(end="2019-03-31"), "start not recorded, to 31 March 2019"),
    ],
)
def test_a_time_is_told_as_somebody_says_it_on_a_day(told, words):
    assert told.time_in_words(day("2019-12-31")) == words


def test_a_start_that_is_not_recorded_and_an_end_that_is_not_reached_are_told_apart():
    assert period(end="2019-03-31").start_in_words() == "not recorded"
    assert period("2019-04-01").end_in_words() == ""


# Days on which a record certainly holds


def test_a_record_known_to_the_day_certainly_holds_from_its_first_day_to_its_last():
    assert certain("2019-04-01", "2020-03-31") == ("2019-04-01", "2020-03-31")
    assert certain("2019-04-01") == ("2019-04-01", None)


def test_a_month_or_a_year_leaves_its_own_days_uncertain():
    assert certain("2019-04-01", start_precision=Precision.MONTH) == ("2019-04-30", None)
    assert certain("2019-04-01", start_precision=Precision.YEAR) == ("2019-12-31", None)
    assert certain("2019-04-01", "2021-06-01", end_precision=Precision.MONTH) == (
        "2019-04-01",
        "2021-06-01",
    )
    assert certain("2019-04-01", "2021-06-01", end_precision=Precision.YEAR) == (
        "2019-04-01",
        "2021-01-01",
    )


def test_a_record_within_one_month_known_to_the_month_certainly_holds_on_no_day():
    assert (
        certain(
            "2019-04-01",
            "2019-04-30",
            start_precision=Precision.MONTH,
            end_precision=Precision.MONTH,
        )
        is None
    )


def test_a_first_day_that_is_known_is_certain_even_if_the_end_is_known_to_its_month():
    assert certain("2019-04-10", "2019-04-30", end_precision=Precision.MONTH) == (
        "2019-04-10",
        "2019-04-10",
    )


def test_a_last_day_that_is_known_is_certain_even_if_the_start_is_known_to_its_year():
    assert certain("2019-01-01", "2019-04-10", start_precision=Precision.YEAR) == (
        "2019-04-10",
        "2019-04-10",
    )


def test_what_was_over_by_a_day_is_certain_on_its_first_day_alone():
    assert certain("2018-04-10", "2019-12-31", end_qualifier=BY) == ("2018-04-10", "2018-04-10")


def test_what_began_in_a_month_and_was_over_by_a_day_is_certain_on_no_day():
    days = certain("2018-04-01", "2019-12-31", start_precision=Precision.MONTH, end_qualifier=BY)

    assert days is None


def test_what_was_over_by_a_day_ended_no_earlier_than_a_document_says_that_it_held():
    record = period("2018-04-10", "2019-12-31", end_qualifier=BY)

    *_, earliest_end, latest_end = record.worked_out_days(held_on=day("2019-03-31"))
    assert (earliest_end, latest_end) == (day("2019-03-31"), day("2019-12-31"))


def test_what_has_no_recorded_start_is_certain_on_its_last_day_alone():
    assert certain(end="2019-03-31") == ("2019-03-31", "2019-03-31")
    assert certain(end="2019-03-31", end_precision=Precision.MONTH) is None


def test_what_is_not_to_start_before_a_day_holds_on_no_day_until_it_ends():
    announced = period("2019-04-01", start_qualifier=NOT_BEFORE)

    assert announced.certain_days() is None
    assert not announced.possibly(day("2030-01-01"))
    assert certain("2019-04-01", "2020-03-31", start_qualifier=NOT_BEFORE) == (
        "2020-03-31",
        "2020-03-31",
    )


def test_what_is_not_to_end_before_a_day_goes_on_after_it():
    assert certain("2019-04-01", "2020-03-31", end_qualifier=NOT_BEFORE) == ("2019-04-01", None)


# Days on which any period that is as known would hold, and would perhaps

CALENDAR = [
    day("1900-01-01"),
    day("2019-01-01"),
    *(day("2019-12-01") + datetime.timedelta(days=n) for n in range(91)),
    day("2020-12-31"),
    day("2100-01-01"),
]


def possible_times(record):
    """Every start and end in the calendar that a record could have, by what is known of it."""
    first_known = (
        first_day(record.start_date, record.start_precision) if record.start_date else None
    )
    for start in CALENDAR:
        if record.start_date and not is_as_known(start, record.starts):
            continue
        for end in CALENDAR:
            if record.end_date is None or record.end_qualifier == NOT_BEFORE:
                fits = end == CALENDAR[-1]
            else:
                fits = is_as_known(end, record.ends)
            # "By April 2019" is said of what held in April 2019, or later.
            held_by_then = first_known is None or first_known <= end
            if fits and held_by_then and start <= end:
                yield start, end


def is_as_known(date, known):
    first, last = first_day(known.day, known.precision), last_day(known.day, known.precision)
    return {ON: first <= date <= last, BY: date <= last, NOT_BEFORE: date >= first}[known.qualifier]


@settings(deadline=None, max_examples=100)
@given(
    record=periods(within=st.sampled_from(CALENDAR[2:-2])),
    on=st.sampled_from(CALENDAR[1:-1]),
)
def test_a_record_holds_certainly_or_perhaps_as_every_period_that_it_could_mean(record, on):
    times = list(possible_times(record))
    if (
        record.start_qualifier == NOT_BEFORE
        and record.latest_end == NO_LATEST
        and record.start_date
    ):
        times = []  # nothing says that it ever began

    assert record.certainly(on) == (times != [] and all(s <= on <= e for s, e in times))
    assert record.possibly(on) == any(s <= on <= e for s, e in times)
    # It may always have been so, and may begin only later or have been over from the first.
    always, later_or_over = (
        any(s == CALENDAR[0] for s, _ in times),
        any(s > on or e == CALENDAR[0] for s, e in times),
    )
    assert record.is_openly_perhaps(on) == (record.holds(on) is None and always and later_or_over)


MONTH, YEAR = Precision.MONTH, Precision.YEAR
IN_2023 = {"start": "2023-01-01", "start_precision": YEAR}
TO_2023 = {"end": "2023-12-31", "end_precision": YEAR}


@pytest.mark.parametrize(
    ("fields", "on", "words"),
    [
        (IN_2023, "2022-12-31", ""),
        (IN_2023, "2023-01-01", "began some time in 2023"),
        (IN_2023, "2023-12-31", ""),
        (
            {"start": "2023-04-01", "start_precision": MONTH},
            "2023-04-29",
            "began some time in April 2023",
        ),
        ({"start": "2019-04-01", **TO_2023}, "2023-01-01", ""),
        ({"start": "2019-04-01", **TO_2023}, "2023-06-01", "ended some time in 2023"),
        ({"start": "2019-04-01", **TO_2023}, "2024-01-01", ""),
        ({"start": "2019-04-01", **TO_2023, "end_qualifier": BY}, "2020-01-01", "ended by 2023"),
        (
            {**IN_2023, **TO_2023},
            "2023-06-01",
            "began some time in 2023 and ended some time in 2023",
        ),
        (
            {**IN_2023, "start_qualifier": NOT_BEFORE, "end": "2024-03-31"},
            "2023-06-01",
            "began not before 2023",
        ),
        (
            {"start": "2021-06-01", "start_precision": MONTH, "start_qualifier": BY},
            "2019-03-15",
            "by June 2021",
        ),
        (
            {"start": "2021-06-01", "start_qualifier": BY, **TO_2023},
            "2023-03-15",
            "ended some time in 2023",
        ),
        (TO_2023, "2019-03-15", "ended in 2023, start not recorded"),
        ({**TO_2023, "end_qualifier": BY}, "2019-03-15", "ended by 2023, start not recorded"),
    ],
)
def test_what_holds_perhaps_says_why(fields, on, words):
    fields = dict(fields)
    record = period(fields.pop("start", None), fields.pop("end", None), **fields)

    assert record.why_perhaps(day(on)) == words


@settings(deadline=None, max_examples=200)
@given(record=periods(), on=days)
def test_a_reason_is_given_for_each_day_on_which_a_record_holds_perhaps_and_for_no_other(
    record, on
):
    assert bool(record.why_perhaps(on)) == (record.holds(on) is None)


# Handing over


@pytest.mark.django_db
def test_a_handover_known_to_the_month_alone_is_accepted():
    chair = make_chair_seat()
    make_membership(
        seat=chair, start_date="2018-01-01", end_date="2019-04-01", end_precision=Precision.MONTH
    )

    make_membership(seat=chair, start_date="2019-04-01", start_precision=Precision.MONTH)


@pytest.mark.django_db
def test_a_handover_from_one_day_to_the_next_is_accepted():
    chair = make_chair_seat()
    make_membership(seat=chair, start_date="2018-01-01", end_date="2019-03-31")

    make_membership(seat=chair, start_date="2019-04-01")


@pytest.mark.django_db
def test_two_chairs_who_surely_overlap_by_a_day_are_refused():
    chair = make_chair_seat()
    make_membership(seat=chair, start_date="2018-01-01", end_date="2019-04-01")

    with pytest.raises(ValidationError, match="would be held twice"):
        make_membership(seat=chair, start_date="2019-04-01")


@pytest.mark.django_db
def test_two_chairs_appointed_on_one_day_are_refused_though_an_end_is_known_to_the_month():
    chair = make_chair_seat()
    make_membership(
        seat=chair, start_date="2019-04-10", end_date="2019-04-30", end_precision=Precision.MONTH
    )

    with pytest.raises(ValidationError, match="would be held twice"):
        make_membership(seat=chair, start_date="2019-04-10")


@pytest.mark.django_db
def test_a_chair_who_was_gone_by_a_day_and_a_chair_who_began_before_it_are_accepted():
    chair = make_chair_seat()
    make_membership(seat=chair, start_date="2018-01-01", end_date="2019-12-31", end_qualifier=BY)

    make_membership(seat=chair, start_date="2019-04-01")


@pytest.mark.django_db
def test_a_former_chair_whose_start_is_not_recorded_stands_in_nobodys_way():
    chair = make_chair_seat()
    make_membership(seat=chair, start_date="2010-01-01")

    make_membership(seat=chair, start_date=None, end_date="2019-03-31")


# What a form is told


def test_a_record_with_neither_start_nor_end_is_refused_on_the_start():
    with pytest.raises(ValidationError) as refusal:
        OrganisationName().clean()

    message = (
        "Give a start date. It may be left empty only for something that is over, with its "
        "end date."
    )
    assert refusal.value.message_dict == {"start_date": [message]}


def test_an_end_before_the_start_is_refused_on_the_end_in_words():
    record = OrganisationName(start_date=day("2019-04-01"), end_date=day("2019-03-31"))

    with pytest.raises(ValidationError) as refusal:
        record.clean()

    assert refusal.value.message_dict == {
        "end_date": [
            "The end, 31 March 2019, is before the start, 1 April 2019. Correct one of the two."
        ]
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dates", "told_on"),
    [
        ({"start_date": "the spring", "end_date": "2020-03-31"}, ["start_date"]),
        ({"start_date": "2019-04-01", "end_date": "2020-02-31"}, ["end_date"]),
        ({"start_date": "the spring", "end_date": "then"}, ["end_date", "start_date"]),
    ],
)
def test_a_value_that_is_no_date_is_refused_on_its_own_field_alone(dates, told_on):
    membership = make_membership(seat=make_chair_seat(end_date="2021-03-31"), save=False)
    for name, value in dates.items():
        setattr(membership, name, value)

    with pytest.raises(ValidationError) as refusal:
        membership.full_clean()

    assert sorted(refusal.value.message_dict) == told_on


def test_an_end_in_the_month_of_the_start_is_not_before_it():
    record = OrganisationName(
        start_date=day("2019-04-20"), end_date=day("2019-04-05"), end_precision=Precision.MONTH
    )

    record.clean()

    assert record.end_date == day("2019-04-30")
