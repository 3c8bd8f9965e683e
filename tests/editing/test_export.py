"""Exporting lists to spreadsheets."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from editing.field_changes import shown_fields
from editing.spreadsheets.cells import as_typed, neutral
from organisations.models import Rating
from people.models import Person
from tests.admin_pages import address
from tests.builders import BUILDERS, make_person, make_rating
from tests.sheets import export, exported

pytestmark = pytest.mark.django_db

MODELS = sorted(BUILDERS, key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)


@every_model
def test_every_list_is_exported_with_every_field_in_words(model, admin_client):
    record = BUILDERS[model]()
    for form in ("csv", "xlsx"):
        (row,) = exported(admin_client, model, form)
        # One heading for each field.
        assert len(row) >= len(shown_fields(model))
        assert str(record.pk) not in {row.get("Person"), row.get("Forum"), row.get("Organisation")}
    if hasattr(record, "document"):
        assert row["Source document"] == "Board paper of the trust"


@every_model
def test_the_cost_of_an_export_does_not_grow_with_its_rows(
    model, admin_client, django_assert_max_num_queries
):
    for number in range(12):
        given = {"order": number + 1} if model.__name__ == "EscalationStep" else {}
        BUILDERS[model](**given)
    with django_assert_max_num_queries(25):
        assert len(exported(admin_client, model)) == 12


def test_an_export_has_what_the_list_is_filtered_and_searched_for(admin_client):
    make_rating(rating="good")
    make_rating(rating="outstanding", service="Maternity")
    make_person(name="Siân Rees")
    make_person(name="Bob Day")

    (row,) = exported(admin_client, Rating, rating__exact="outstanding")
    assert (row["Rating"], row["Service"]) == ("Outstanding", "Maternity")
    assert [row["Name"] for row in exported(admin_client, Person, q="sian")] == ["Siân Rees"]


def test_an_unknown_filter_leads_back_to_the_list(admin_client):
    page = reverse("admin:export", args=["people", "person", "csv"])
    response = admin_client.get(page, {"shoe_size": "9"})
    assert response.status_code == 302
    assert response["Location"] == f"{address(Person, 'changelist')}?e=1"


def test_a_csv_file_says_that_it_is_utf_8_and_what_it_is(admin_client):
    make_person(name="Siân Rees")
    page = reverse("admin:export", args=["people", "person", "csv"])
    response = admin_client.get(page)
    assert response["Content-Disposition"].startswith('attachment; filename="people-2')
    assert export(admin_client, Person).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''@x", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_made_text_and_read_as_it_was(admin_client, text):
    assert not neutral(text).startswith(("=", "+", "-", "@", "＝"))
    assert as_typed(neutral(text)) == text
    make_person(name=text)
    for form in ("csv", "xlsx"):
        (row,) = exported(admin_client, Person, form)
        assert row["Name"] == "'" + text


def test_what_no_cell_can_hold_hides_no_formula(admin_client):
    make_person(name="\x07=1+1")
    for form in ("csv", "xlsx"):
        (row,) = exported(admin_client, Person, form)
        assert row["Name"] == "'=1+1"


def test_a_semicolon_in_a_csv_file_begins_no_cell(admin_client):
    make_person(name="Ann;=1+1")
    assert '"Ann;=1+1",' in export(admin_client, Person).decode()


@pytest.mark.parametrize("text", ["O'Neill", "'Ann'", "Ann = Lee", "1-2"])
def test_what_no_spreadsheet_would_run_is_left_alone(text):
    assert neutral(text) == as_typed(text) == text


def test_somebody_who_may_not_view_a_list_may_not_export_it():
    user = User.objects.create_user("Vera", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_person"))
    vera = Client()
    vera.force_login(user)
    make_person(name="Ann Lee")

    assert [row["Name"] for row in exported(vera, Person)] == ["Ann Lee"]
    assert vera.get(reverse("admin:export", args=["forums", "forum", "csv"])).status_code == 403
    assert (
        Client().get(reverse("admin:export", args=["people", "person", "csv"])).status_code == 302
    )


@pytest.mark.parametrize(
    "asked",
    ["people/person.exe", "people/nothing.csv", "auth/user.csv", "records/upload.csv", "x/y.xlsx"],
)
def test_an_export_of_an_unknown_list_is_not_found(admin_client, asked):
    assert admin_client.get(f"/admin/export/{asked}").status_code == 404
