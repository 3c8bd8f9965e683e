"""Editing people and appointments."""

import pytest

from organisations.models import Organisation, Post
from people.models import Appointment, Basis, Person
from tests.admin_pages import address, errors_of, leads_to, send
from tests.builders import (
    make_appointment,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    source,
)

pytestmark = pytest.mark.django_db

ADD = "/admin/people/appointment/add/"


def filled_in(**changes) -> dict:
    """An appointment form filled in as it should be, except for `changes`."""
    return {
        "person": make_person().pk,
        "start_date": "01/04/2021",
        "document": source().pk,
        "locator": "page 1",
        "note": "Typed with care",
        **changes,
    }


def assert_kept_as_typed(response, field):
    assert response.status_code == 200
    assert list(errors_of(response)) == [field]
    assert "Typed with care" in response.content.decode()


def test_an_appointment_that_overlaps_another_is_refused_on_its_start(admin_client):
    post = make_post()
    make_appointment(post=post, person=make_person(name="Ann Lee"))
    response = send(admin_client, ADD, **filled_in(post=post.pk))
    assert_kept_as_typed(response, "start_date")
    assert "Ann Lee" in errors_of(response)["start_date"][0]


def test_an_acting_holder_may_overlap_the_holder_they_cover(admin_client):
    post = make_appointment().post
    response = send(admin_client, ADD, **filled_in(post=post.pk, basis=Basis.ACTING))
    assert response.status_code == 302
    assert post.appointments.count() == 2


def test_an_appointment_that_ends_before_it_starts_is_refused_on_its_end(admin_client):
    response = send(admin_client, ADD, **filled_in(post=make_post().pk, end_date="31/03/2021"))
    assert_kept_as_typed(response, "end_date")


@pytest.mark.parametrize("field", ["document", "locator"])
def test_an_appointment_without_a_source_is_refused(field, admin_client):
    response = send(admin_client, ADD, **filled_in(post=make_post().pk, **{field: ""}))
    assert_kept_as_typed(response, field)


def test_a_reason_for_an_end_without_an_end_is_refused(admin_client):
    response = send(admin_client, ADD, **filled_in(post=make_post().pk, end_reason="retired"))
    assert_kept_as_typed(response, "__all__")


def test_the_person_and_the_post_of_an_appointment_stay_as_they_are(admin_client):
    appointment = make_appointment()
    post = appointment.post
    change = address(Appointment, "change", appointment.pk)
    send(admin_client, change, post=make_post().pk, note="Changed")
    appointment.refresh_from_db()
    assert (appointment.post, appointment.note) == (post, "Changed")


def tables_of(response) -> dict[str, list[list[str]]]:
    return {
        table.title: [[", ".join(w.text for w in cell) for cell in row] for row in table.rows]
        for table in response.context["related_tables"]
    }


def test_a_person_shows_appointments_now_and_before_and_other_names(admin_client):
    person = make_person(name="Ann Lee")
    make_person_name(person=person, name="Anne Lee")
    trust = make_organisation(name="Wye Valley NHS Trust")
    make_appointment(person=person, post=make_post(title="Chair", organisation=trust))
    make_appointment(
        person=person,
        post=make_post(title="Director", organisation=trust),
        start_date="2010-01-01",
        end_date="2019-03-31",
        end_precision="month",
    )
    tables = tables_of(admin_client.get(address(Person, "change", person.pk)))
    assert tables["Appointments"] == [
        ["Chair", "Wye Valley NHS Trust", "1 April 2019", "", "substantive", "End"],
        ["Director", "Wye Valley NHS Trust", "1 January 2010", "March 2019", "substantive", ""],
    ]
    assert tables["Other names"][0][0] == "Anne Lee"


def test_a_post_shows_everybody_who_held_it_and_offers_to_appoint(admin_client):
    post = make_post()
    make_appointment(post=post, person=make_person(name="Ann Lee"), end_date="2020-03-31")
    make_appointment(post=post, person=make_person(name="Ian Tait"), start_date="2020-04-01")
    response = admin_client.get(address(Post, "change", post.pk))
    assert [row[0] for row in tables_of(response)["Appointments"]] == ["Ian Tait", "Ann Lee"]
    (table,) = (t for t in response.context["related_tables"] if t.title == "Appointments")
    assert leads_to(table.add) == f"{ADD}?post={post.pk}"


def test_an_organisation_shows_its_posts_with_who_holds_them_today(admin_client):
    trust = make_organisation()
    make_appointment(
        post=make_post(title="Chair", organisation=trust), person=make_person(name="Ann Lee")
    )
    make_post(title="Chief Executive", organisation=trust, vacant=1)
    make_post(title="Director", organisation=trust)
    response = admin_client.get(address(Organisation, "change", trust.pk))
    assert [row[:2] for row in tables_of(response)["Posts"]] == [
        ["Chair", "Ann Lee"],
        ["Chief Executive", "vacant"],
        ["Director", "not recorded"],
    ]


def test_an_appointment_is_found_by_a_persons_other_name_and_by_the_organisation(admin_client):
    appointment = make_appointment(
        post=make_post(organisation=make_organisation(name="Wye Valley NHS Trust"))
    )
    make_person_name(person=appointment.person, name="Siân Lee")
    make_appointment()
    page = address(Appointment, "changelist")
    found = admin_client.get(page, {"q": "sian wye"}).context["cl"].result_list
    assert list(found) == [appointment]


def test_a_list_of_appointments_begins_with_the_last_recorded(admin_client):
    first, last = make_appointment(), make_appointment()
    rows = admin_client.get(address(Appointment, "changelist")).context["cl"].result_list
    assert list(rows) == [last, first]
