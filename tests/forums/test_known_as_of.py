"""Typing is not knowing: what steps, forms and spreadsheets record is known as of its document.

The Minutes are those of a meeting on 3 March 2022; the Note has no day.
"""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from editing.links import step_address
from forums.models import Membership
from organisations.models import Figure
from people.identity import merge_people
from people.models import Appointment, PersonName
from tests.admin_pages import send
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_figure,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_seat,
)
from tests.listed import listed, rows_of
from tests.pages.reading import read
from tests.sheets import csv_of, loaded, manager
from tests.stepping import errors_of, preview, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes():
    return make_document(slug="minutes", short_title="Minutes", as_of="2022-03-03")


@pytest.fixture
def note():
    return make_document(slug="note", short_title="Note")


@pytest.fixture
def post():
    return make_post(title="Chair", organisation=make_organisation(slug="trust", name="Wye Trust"))


def test_somebody_appointed_on_minutes_of_2022_is_last_known_in_2022(post, minutes):
    ann = make_person(name="Ann Lee")

    done = take(post, "appoint", person=ann, basis="substantive", date="2022-02-01",
                document=minutes)  # fmt: skip

    assert done.status_code == 302
    made = Appointment.objects.get()
    assert (made.confirmed_on, made.last_known_in_words()) == (None, "3 March 2022")
    page = read("/organisations/trust/")
    assert "Last known 3 March 2022, more than a year ago" in page.text
    assert "recorded, and not known since" in page.text  # in its timeline
    [row] = rows_of("not-confirmed")
    assert row.record == made
    assert row.reason == "Last known 3 March 2022, more than a year ago."


def test_no_step_writes_the_day_on_which_it_is_taken(post, minutes):
    board = make_forum(name="The Board")
    seat = make_seat(forum=board)
    fields = {"basis": "substantive", "date": "2022-03-01", "document": minutes}
    for held in (post, seat):
        assert take(held, "appoint", new_name="Bo Ray", **fields).status_code == 302
    succeeded = {**fields, "date": "2022-03-02", "leaving": [Membership.objects.get()]}
    assert take(seat, "replace", new_name="Cy Yeo", **succeeded).status_code == 302

    for tenure in [*Appointment.objects.all(), *Membership.objects.all()]:
        assert tenure.confirmed_on is None
        assert tenure.person.confirmed_on is None
        assert tenure.last_known_in_words() == "3 March 2022"


def test_twenty_members_loaded_from_minutes_nine_days_old_are_known_as_of_the_minutes():
    held_on = timezone.localdate() - datetime.timedelta(days=9)
    paper = make_document(slug="minutes", as_of=held_on)
    board = make_forum(name="The Board", slug="board")
    rows = []
    for number in range(20):
        make_seat(forum=board, title=f"Seat {number}")
        make_person(name=f"Member {number}")
        rows.append([f"Member {number}", "board", f"Seat {number}", "2019", paper.slug, "page 1"])

    headings = ["Person", "Forum", "Seat", "Start", "Source document", "Locator"]
    loaded(manager(), Membership, csv_of(headings, *rows))

    known = [each.last_known.day for each in Membership.objects.select_related("document")]
    assert known == [held_on] * 20
    assert listed("not-confirmed", day=timezone.localdate()) == []
    assert f"Last known {held_on:%-d %B %Y}" in read("/forums/board/").row("Member 3")


def test_a_row_of_a_spreadsheet_may_say_of_which_day_its_paper_speaks(minutes):
    make_seat(forum=make_forum(slug="board"), title="Seat")
    make_person(name="Ann Lee")
    headings = ["Person", "Forum", "Seat", "Start", "Source document", "Locator"]
    row = ["Ann Lee", "board", "Seat", "2019", "minutes", "page 1", "by June 2021"]

    loaded(manager(), Membership, csv_of([*headings, "Source speaks as of"], row))

    assert Membership.objects.get().last_known_in_words() == "by June 2021"


def test_a_figure_of_2022_recorded_today_is_on_the_pages_of_2022(admin_client, minutes):
    make_organisation(slug="trust", name="Wye Trust")
    trust = make_organisation(slug="acute", name="Acute Trust")
    data = {
        "organisation": trust.pk, "label": "Beds", "value": "512", "order": "0",
        "document": minutes.pk, "locator": "page 2", "confirmed_precision": "day",
        "as_of_precision": "day", "as_of_qualifier": "on", "reason": "Read",
    }  # fmt: skip

    response = send(admin_client, reverse("admin:organisations_figure_add"), **data)

    assert response.status_code == 302
    assert Figure.objects.get().confirmed_on is None
    assert "512" in read("/organisations/acute/", {"as_at": "2022-03-03"}).text
    assert "512" not in read("/organisations/acute/", {"as_at": "2022-03-02"}).text


def test_a_figure_confirmed_today_stays_on_the_pages_of_before(minutes):
    today = timezone.localdate()
    organisation = make_organisation(slug="acute")
    make_figure(organisation=organisation, value="512", document=minutes, confirmed_on=today)

    assert "512" in read("/organisations/acute/", {"as_at": "2022-03-03"}).text


# A document without a day


def test_a_step_asks_for_the_day_of_a_document_that_has_none_and_keeps_it_with_it(post, note):
    fields = {"new_name": "Ann Lee", "basis": "substantive", "date": "2022-02-01",
              "document": note, "as_of": "by March 2022"}  # fmt: skip

    shown = preview(post, "appoint", **fields)
    assert "Speaks as of" in [
        field.label for each in shown.context_data["preview"].changes for field in each.fields
    ]
    assert take(post, "appoint", **fields).status_code == 302

    note.refresh_from_db()
    assert note.as_of_in_words() == "by March 2022"
    assert Appointment.objects.get().last_known_in_words() == "by March 2022"


def test_a_step_does_not_change_the_day_that_a_document_has(post, minutes):
    fields = {"new_name": "Ann Lee", "basis": "substantive", "date": "2022-02-01",
              "document": minutes}  # fmt: skip

    refused = preview(post, "appoint", as_of="2022-03-04", **fields)
    [words] = errors_of(refused)["as_of"]
    assert words == (
        "In the register Minutes speaks as of 3 March 2022. Leave this empty, or correct the "
        "document."
    )
    assert preview(post, "appoint", as_of="2022-03-03", **fields).context_data["preview"]


def test_a_step_takes_no_day_that_has_not_come(post, note):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    refused = preview(post, "appoint", new_name="Ann Lee", basis="substantive", date="2022-02-01",
                      document=note, as_of=tomorrow)  # fmt: skip

    assert errors_of(refused)["as_of"] == ["This day has not come."]


def test_where_no_day_is_given_the_pages_say_so(post, note):
    take(post, "appoint", new_name="Ann Lee", basis="substantive", date="2022-02-01", document=note)

    assert Appointment.objects.get().last_known is None
    assert "Last known on no day that is recorded" in read("/organisations/trust/").text
    [row] = rows_of("not-confirmed")
    assert row.reason == "No day is recorded on which this is last known."


# Reconfirming


@pytest.fixture
def anna():
    seat = make_chair_seat(forum=make_forum(slug="board", name="The Board"))
    return make_membership(seat=seat, person=make_person(name="Anna Adams"))


def test_reconfirming_takes_the_day_of_the_document_and_shows_it(anna, minutes):
    form = signed_in().get(step_address(Membership, anna.pk, "reconfirm")).context_data["form"]
    assert form["date"].value() is None

    shown = preview(anna, "reconfirm", document=minutes, itself=[anna.pk])
    [change] = shown.context_data["preview"].changes
    assert ("Last confirmed", "3 March 2022") in [(each.label, each.new) for each in change.fields]
    assert take(anna, "reconfirm", document=minutes, itself=[anna.pk]).status_code == 302

    anna.refresh_from_db()
    assert (anna.confirmed_on, anna.confirmed_document) == (day("2022-03-03"), minutes)
    row = read("/forums/board/").row("Anna Adams")
    assert "Last known 3 March 2022, more than a year ago, confirmed by Minutes, minute 7" in row


def test_reconfirming_against_a_document_without_a_day_asks_for_it(anna, note):
    refused = preview(anna, "reconfirm", document=note, itself=[anna.pk])

    assert errors_of(refused)["date"] == [
        "Enter the day of which the document speaks: it has none."
    ]


def test_reconfirming_against_an_older_document_leaves_what_is_known_later(minutes):
    later = make_document(as_of="2023-01-01")
    anna = make_membership(seat=make_chair_seat(), document=later)

    left = preview(anna, "reconfirm", document=minutes, itself=[anna.pk])

    assert left.context_data["preview"] is None
    assert "is last known 1 January 2023" in str(left.context_data["form"].non_field_errors())


# Merging two records of one person


def test_a_name_kept_at_a_merge_was_in_use_by_the_day_of_its_document(minutes):
    kept, other = make_person(name="Ann Lee"), make_person(name="Anne Lee", document=minutes)

    merge_people(kept=kept, merged=other)

    assert PersonName.objects.get().start_in_words() == "by 3 March 2022"


def test_a_name_whose_document_has_no_day_is_not_kept_as_of_the_day_of_typing(note):
    kept, other = make_person(name="Ann Lee"), make_person(name="Anne Lee", document=note)

    with pytest.raises(ValidationError, match="Enter the day of which that document speaks"):
        merge_people(kept=kept, merged=other)

    assert not PersonName.objects.exists()


@pytest.mark.parametrize("goes", ["other", "this"])
def test_a_merge_asks_for_the_day_of_the_document_that_has_none(goes, note):
    dated = make_document(short_title="Paper", as_of="2021-06-01")
    kept = make_person(name="Ann Lee", document=dated)
    other = make_person(name="Anne Lee", document=note)
    on, second, keep = (kept, other, "this") if goes == "other" else (other, kept, "other")
    merging = {"other": second, "keep": keep, "kind": "spelling"}

    refused = preview(on, "merge", **merging)
    [error] = errors_of(refused)["name_as_of"]
    assert error.startswith("No day is recorded for Note, the source of the name Anne Lee")
    to_come = preview(on, "merge", name_as_of="2199-01-01", **merging)
    assert "has not come" in errors_of(to_come)["name_as_of"][0]
    done = take(on, "merge", name_as_of="March 2022", **merging)

    assert done.status_code == 302
    assert PersonName.objects.get().start_in_words() == "by March 2022"
    note.refresh_from_db()
    assert note.as_of_in_words() == "March 2022"


def test_a_merge_gives_no_other_day_to_a_document_that_has_one(minutes, note):
    kept, other = make_person(name="Ann Lee", document=note), make_person(document=minutes)
    sent = {"other": other, "keep": "this", "kind": "spelling", "name_as_of": "2020-01-01"}

    [error] = errors_of(preview(kept, "merge", **sent))["name_as_of"]

    assert error.startswith("In the register Minutes speaks as of 3 March 2022.")


def test_what_somebody_holds_on_a_paper_of_this_year_is_not_on_the_worklist():
    recent = timezone.localdate() - datetime.timedelta(days=30)
    make_appointment(document=make_document(as_of=recent))

    assert listed("not-confirmed", day=timezone.localdate()) == []
