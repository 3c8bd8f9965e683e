"""Changes that belong together, and their history."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from records.events import Source, end
from records.history import Nature, writing
from records.periods import When
from tests.builders import day, make_document, make_forum, make_membership, make_place, make_seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return User.objects.create_user("Ann")


def test_what_is_written_together_shares_its_nature_reason_author_and_batch(ann):
    with writing(Nature.CHANGED, reason="Announced.", step="Set up", user=ann) as together:
        forum = make_forum()
        seat = make_seat(forum=forum)

    rows = [forum.history.get(), seat.history.get()]
    assert [row for row in together.rows if row.id in (forum.pk, seat.pk)][-2:] == rows
    for row in rows:
        assert (row.history_nature, row.history_step) == ("changed", "Set up")
        assert (row.history_change_reason, row.history_user) == ("Announced.", ann)
        assert row.history_batch == together.batch


def test_what_is_written_afterwards_belongs_to_nothing():
    with writing(Nature.CHANGED, reason="Announced.", step="Set up"):
        make_document()
    row = make_document().history.get()
    assert (row.history_nature, row.history_step, row.history_batch) == ("", "", None)
    assert row.history_change_reason == ""


def test_an_error_inside_ends_the_writing_too():
    with pytest.raises(ValidationError), writing(Nature.CHANGED, reason="Announced."):
        raise ValidationError("No.")
    assert make_document().history.get().history_batch is None


def test_a_writing_inside_another_is_one_of_its_own():
    with writing(Nature.IMPORTED, reason="All of them.") as outer:
        first = make_document()
        with writing(Nature.CONFIRMED, reason="This one."):
            second = make_document()
        third = make_document()
    assert [each.history.get().history_nature for each in (first, second, third)] == [
        "imported",
        "confirmed",
        "imported",
    ]
    assert [row.id for row in outer.rows] == [first.pk, third.pk]


def test_many_records_saved_at_once_belong_together_too(ann):
    places = [make_place(save=False) for _ in range(3)]
    with writing(Nature.IMPORTED, reason="From a spreadsheet.", user=ann) as together:
        type(places[0]).objects.bulk_create_with_history(places)
    for place in type(places[0]).objects.all():
        row = place.history.get()
        assert (row.history_nature, row.history_batch) == ("imported", together.batch)
        assert (row.history_change_reason, row.history_user) == ("From a spreadsheet.", ann)


# Ends, and when they are


def minutes():
    return Source(make_document(), "minute 3")


def test_an_end_keeps_the_source_of_the_start_and_names_its_own():
    membership = make_membership(locator="page 7")
    source = minutes()
    end(membership, When(day("2026-03-31")), source, end_reason="retired")
    membership.refresh_from_db()
    assert (membership.end_date, membership.end_reason) == (day("2026-03-31"), "retired")
    assert (membership.end_document, membership.end_locator) == (source.document, "minute 3")
    assert membership.locator == "page 7"


def test_an_end_keeps_what_somebody_else_saved_since_the_record_was_read():
    membership = make_membership()
    stored = type(membership).objects.get(pk=membership.pk)
    stored.note = "Read from the minutes."
    stored.save()
    end(membership, When(day("2026-03-31")), minutes())
    membership.refresh_from_db()
    assert (membership.note, membership.end_date) == ("Read from the minutes.", day("2026-03-31"))


def test_whoever_ends_what_somebody_else_has_ended_is_told():
    membership = make_membership()
    late = type(membership).objects.get(pk=membership.pk)
    end(membership, When(day("2026-03-31")), minutes())
    with pytest.raises(ValidationError, match=r"somebody else has changed its end.*31 March 2026"):
        end(late, When(day("2026-04-30")), minutes())
    assert type(late).objects.get(pk=late.pk).end_date == day("2026-03-31")


def test_an_end_before_the_start_is_refused_by_name_and_nothing_is_saved():
    membership = make_membership(start_date="2026-04-01")
    with pytest.raises(ValidationError, match=f"{membership}: The end, 31 March 2026, is before"):
        end(membership, When(day("2026-03-31")), minutes())
    assert membership.history.count() == 1


@pytest.mark.parametrize(
    ("starts", "eve"),
    [
        (When(day("2026-04-01")), When(day("2026-03-31"))),
        (When(day("2026-03-01")), When(day("2026-02-28"))),
        # If a handover is known to the month or the year, both days are in it.
        (When(day("2026-04-12"), "month"), When(day("2026-04-12"), "month")),
        (When(day("2026-04-12"), "year"), When(day("2026-04-12"), "year")),
    ],
)
def test_a_replaced_holder_ends_on_the_day_before_the_next_starts(starts, eve):
    assert starts.eve() == eve
