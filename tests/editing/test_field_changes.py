"""Changes of fields, described in words."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editing.field_changes import changes_in_words, net_changes
from records.history import Nature, writing
from tests.builders import (
    day,
    make_document,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
    make_statement,
)

pytestmark = pytest.mark.django_db


def told(change) -> dict[str, tuple[str, str]]:
    return {field.label: (field.old, field.new) for field in change.fields}


def last_change(record):
    (change,) = changes_in_words([record.history.first()])
    return change


def test_a_date_is_told_once_and_as_it_is_known():
    membership = make_membership(start_date="2019-04-01")
    membership.start_precision = "month"
    membership.start_qualifier = "by"
    membership.end_date = day("2021-03-15")
    membership.end_precision = "year"
    membership.save()
    assert told(last_change(membership)) == {
        "Start": ("1 April 2019", "by April 2019"),
        "End": ("", "2021"),
    }


def test_choices_ticks_and_records_are_told_in_words():
    seat = make_seat()
    organisation = make_organisation(name="Wye Valley NHS Trust")
    seat.role, seat.voting, seat.on_behalf_of = "vice-chair", True, organisation
    seat.save()
    assert told(last_change(seat)) == {
        "Role": ("member", "vice-chair"),
        "Voting": ("not recorded", "yes"),
        "On behalf of": ("", "Wye Valley NHS Trust"),
    }


def test_records_of_one_name_are_told_apart_by_their_time():
    trust = make_organisation()
    before = make_post(organisation=trust, start_date="2019-04-01", end_date=day("2024-03-31"))
    after = make_post(organisation=trust, title=before.title, start_date="2024-04-01")
    seat = make_seat(ex_officio_post=before)
    seat.ex_officio_post = after
    seat.save()
    assert told(last_change(seat)) == {
        "Ex officio post": (
            f"{before} (since 1 April 2019, to 31 March 2024)",
            f"{after} (since 1 April 2024)",
        )
    }


def test_a_change_says_of_what_nature_it_was_who_made_it_and_why():
    ann = User.objects.create_user("ann", first_name="Ann", last_name="Lee")
    seat = make_seat()
    with writing(Nature.CHANGED, reason="Minute 7.", step="Move the seat", user=ann):
        seat.title = "Treasurer"
        seat.save()
    change = last_change(seat)
    assert (change.nature, change.who, change.why) == (
        "changed: Move the seat",
        "Ann Lee",
        "Minute 7.",
    )


def test_what_was_written_without_a_nature_is_told_by_what_it_did():
    statement = make_statement()
    statement.text = "Better health."
    statement.save()
    rows = list(statement.history.all())
    statement.delete()
    rows.insert(0, type(rows[0]).objects.get(history_type="-"))
    assert [change.nature for change in changes_in_words(rows)] == [
        "removed",
        "changed",
        "recorded",
    ]


def test_the_changes_of_other_records_still_name_a_removed_record():
    membership = make_membership(person=make_person(name="Ann Lee"))
    seat = membership.seat
    row = membership.history.first()
    membership.delete()
    seat.delete()
    seat.forum.delete()
    membership.person.delete()
    (change,) = changes_in_words([row])
    assert told(change)["Person"] == ("", "Ann Lee (since removed)")
    assert told(change)["Seat"] == ("", f"{seat} (since removed)")
    assert change.record == f"Ann Lee, {seat}"


def test_several_changes_of_one_record_come_to_one_and_back_again_to_none():
    seat, other = make_seat(title="Nurse"), make_seat(title="GP")
    with writing(Nature.CHANGED) as together:
        for title in ("Doctor", "Midwife"):
            seat.title = other.title = title
            seat.save()
            other.save()
        other.title = "GP"
        other.save()
    (change,) = net_changes(together.rows)
    assert told(change) == {"Title": ("Nurse", "Midwife")}


def test_what_was_added_and_removed_again_comes_to_nothing():
    with writing(Nature.CHANGED) as together:
        make_document().delete()
    assert net_changes(together.rows) == []


def test_telling_takes_no_more_queries_for_more_rows():
    def queries(number):
        rows = []
        for _ in range(number):
            membership = make_membership()
            rows.append(membership.history.first())
            membership.delete()
            membership.person.delete()
        with CaptureQueriesContext(connection) as captured:
            changes_in_words(rows)
        return len(captured)

    assert queries(3) == queries(12)
