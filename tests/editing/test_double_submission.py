"""A form of the admin that is sent twice, as by pressing Enter twice, is saved once."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from editing.steps import all_steps
from forums.models import Membership, Seat
from organisations.models import Statement
from records.history import Nature, writing
from tests import slow
from tests.admin_pages import REASON, address, errors_of
from tests.admin_urls import FormReader
from tests.builders import BUILDERS, make_membership, make_person, make_seat, make_statement, source
from tests.racing import WON, race, send_an_opened_form
from tests.stepping import confirm, preview, signed_in, step_address

pytestmark = pytest.mark.django_db

every_model = pytest.mark.parametrize("model", BUILDERS, ids=lambda model: model._meta.model_name)


def form_for_another(browser: Client, record) -> tuple[str, dict]:
    """The page that adds a record, and what to type there to make this one, which is removed."""
    model = type(record)
    page = address(model, "add")
    response = browser.get(page)
    number = FormReader(response.content.decode()).values["form_number"]
    sent = {"form_number": number, "reason": REASON}
    for name in response.context_data["adminform"].form.fields:
        if name in {field.name for field in model._meta.concrete_fields}:
            value = getattr(record, model._meta.get_field(name).attname)
            if value is True:
                value = "on"
            if value is not None and value is not False:
                sent[name] = value.isoformat() if isinstance(value, datetime.date) else value
    with writing(Nature.REMOVED, reason="To be added again."):
        record.delete()
    return page, sent


@every_model
def test_enter_pressed_twice_adds_one_record(model, admin_client):
    page, sent = form_for_another(admin_client, BUILDERS[model]())
    before = model.objects.count()
    first, second = admin_client.post(page, sent), admin_client.post(page, sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.url == first.url
    assert model.objects.count() == before + 1


def test_a_form_sent_a_second_time_with_other_answers_adds_another_record(admin_client):
    page, sent = form_for_another(admin_client, make_statement(text="Good health."))
    admin_client.post(page, sent)
    admin_client.post(page, {**sent, "text": "Good care."})
    assert set(Statement.objects.values_list("text", flat=True)) == {"Good health.", "Good care."}


def test_two_tabs_are_two_forms(admin_client):
    page, sent = form_for_another(admin_client, make_statement())
    other = FormReader(admin_client.get(page).content.decode()).values["form_number"]
    assert other != sent["form_number"]
    admin_client.post(page, sent)
    admin_client.post(page, {**sent, "form_number": other})
    assert Statement.objects.count() == 2


def test_a_form_that_was_refused_adds_its_record_when_it_is_right(admin_client):
    page, sent = form_for_another(admin_client, make_statement())
    refused = admin_client.post(page, {**sent, "text": ""})
    number = FormReader(refused.content.decode()).values["form_number"]
    assert number == sent["form_number"]
    assert admin_client.post(page, sent).status_code == 302
    assert Statement.objects.count() == 1


def test_a_record_that_was_removed_since_is_not_added_by_the_same_form(admin_client):
    page, sent = form_for_another(admin_client, make_statement())
    admin_client.post(page, sent)
    with writing(Nature.REMOVED, reason="Wrong."):
        Statement.objects.get().delete()
    response = admin_client.post(page, sent)
    assert "Open a new form" in errors_of(response)["__all__"][0]
    assert not Statement.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "0" * 5_000])
def test_a_form_without_a_number_of_its_own_is_taken(number, admin_client):
    page, sent = form_for_another(admin_client, make_statement())
    for _ in range(2):
        assert admin_client.post(page, {**sent, "form_number": number}).status_code == 302
    assert Statement.objects.count() == 2


@slow.RACE
@pytest.mark.django_db(transaction=True)
def test_one_of_two_processes_that_receive_one_form_adds_the_record(
    admin_user, admin_client, monkeypatch
):
    signed_in()
    document = source()
    forms = [form_for_another(admin_client, make_statement(document=document)) for _ in range(5)]
    outcomes = race(send_an_opened_form, forms, ["first", "second"], monkeypatch)
    assert outcomes == [[WON, WON]] * 5
    assert Statement.objects.count() == 5


# Steps


def test_every_step_has_a_number_on_its_form():
    membership = make_membership()
    browser = signed_in()
    for model, step in all_steps():
        if model in (Membership, Seat):
            record = membership if model is Membership else membership.seat
            day = datetime.date(2026, 1, 1)
            if step.is_for(record, day) and step.is_called_for(record, day):
                shown = browser.get(step_address(model, record.pk, step.name))
                assert "form_number" in FormReader(shown.content.decode()).values, step


class Appointing:
    """Somebody who appoints members to a seat for five by sending one form."""

    def __init__(self):
        self.seat = make_seat(title="Member", number=5)
        self.browser = signed_in()
        page = self.browser.get(step_address(Seat, self.seat.pk, "appoint"))
        number = FormReader(page.content.decode()).values["form_number"]
        self.fields = {
            "person": make_person().pk,
            "date": "2026-01-01",
            "basis": "substantive",
            "form_number": number[0],
        }
        self.shown = preview(self.seat, "appoint", self.browser, **self.fields)
        assert self.shown.context_data["preview"], dict(self.shown.context_data["form"].errors)

    def confirm(self, shown=None, **fields):
        shown = shown or self.shown
        return confirm(self.seat, "appoint", self.browser, shown, **{**self.fields, **fields})

    def undo(self) -> None:
        batch = Membership.history.latest().history_batch
        response = self.browser.post(f"/admin/together/{batch}/", {"reason": "Not so."})
        assert response.status_code == 302


def test_a_step_confirmed_twice_is_taken_once_and_says_so():
    appointing = Appointing()
    first, second = appointing.confirm(), appointing.confirm()
    assert (first.status_code, second.status_code) == (302, 302)
    assert Membership.objects.count() == 1
    told = appointing.browser.get(second.url)
    assert "the second time changed nothing" in told.content.decode()


def test_a_preview_of_a_step_does_not_look_for_one_that_was_confirmed():
    with CaptureQueriesContext(connection) as queries:
        Appointing()
    assert not [
        query["sql"]
        for query in queries
        if "advisory" in query["sql"] or '"history_batch" = ' in query["sql"]
    ]


def test_a_step_that_was_undone_says_so_when_its_form_is_sent_again_and_is_taken_by_a_new_one():
    appointing = Appointing()
    appointing.confirm()
    appointing.undo()
    again = appointing.confirm()
    text = again.content.decode()
    assert again.status_code == 200
    assert "This was done and then undone. Nothing has been changed now." in text
    assert not Membership.objects.exists()
    [number] = FormReader(text).values["form_number"]
    assert appointing.confirm(again, form_number=number).status_code == 302
    assert Membership.objects.count() == 1


def test_a_step_whose_undoing_was_undone_is_done():
    appointing = Appointing()
    appointing.confirm()
    appointing.undo()
    appointing.undo()
    assert Membership.objects.count() == 1
    assert appointing.confirm().status_code == 302
    assert Membership.objects.count() == 1
