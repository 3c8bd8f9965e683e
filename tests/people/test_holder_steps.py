"""What the guided steps on the holders of posts and seats share."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from editing.links import step_address
from editing.steps import all_steps
from people.models import Basis, Person
from people.steps.holders import HolderStep
from records.models import Document
from tests.people.stage import offered, replace, soon
from tests.stepping import (
    confirm,
    errors_of,
    preview,
    remarks_of,
    signed_in,
    take,
    typed,
)

pytestmark = pytest.mark.django_db


def test_looking_and_previewing_write_nothing(stage):
    browser, before = signed_in(), stage.rows
    documents = Document.history.count()
    address = step_address(type(stage.held), stage.held.pk, "replace")

    assert browser.get(address).status_code == 200
    shown = preview(
        stage.held,
        "replace",
        browser,
        leaving=[stage.anns],
        new_name="Dee Fox",
        basis="substantive",
        date="2024-04-01",
    )

    assert shown.status_code == 200
    changes = [(change.outcome, change.record) for change in shown.context_data["preview"].changes]
    assert changes == [
        ("Added", "Dee Fox"),
        ("Changed", f"Ann Lee, {stage.held}"),
        ("Added", f"Dee Fox, {stage.held}"),
    ]
    assert (stage.rows, Document.history.count()) == (before, documents)
    assert not Person.objects.filter(name="Dee Fox").exists()


def test_a_confirmation_of_what_is_no_longer_so_shows_what_is(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    stage.anns.end_date = soon(10)
    stage.anns.save()
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-04-01")

    assert response.status_code == 200
    assert "this is not what you saw before" in response.content.decode()
    assert stage.rows == before
    again = confirm(stage.held, "replace", browser, response, **answers, date="2024-04-01")
    assert again.status_code == 302


def test_confirming_something_else_than_was_shown_shows_it_first(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-05-01")

    assert response.status_code == 200
    assert stage.rows == before


def test_a_step_that_others_took_meanwhile_is_not_taken_twice(stage):
    browser = signed_in()
    answers = {"leaving": [stage.anns], "person": stage.ian, "basis": "substantive"}
    shown = preview(stage.held, "replace", browser, **answers, date="2024-04-01")
    assert replace(stage, person=stage.cy).status_code == 302
    before = stage.rows

    response = confirm(stage.held, "replace", browser, shown, **answers, date="2024-04-01")

    assert "does not hold it any more" in " ".join(errors_of(response)["leaving"])
    assert stage.rows == before


def steps_here(stage):
    """Every step of this stage, with a record to take it on."""
    future = stage.add(stage.ian, start_date=soon(400), basis=Basis.ACTING)
    for model, step in all_steps():
        if issubclass(step, HolderStep) and step.name != "leave":
            records = {type(stage.held): stage.held, type(stage.anns): stage.anns}
            record = future if step.name == "withdraw" else records.get(model)
            if record is not None and isinstance(record, model):
                yield record, step.name


def test_no_step_is_for_those_who_may_not_take_it(stage):
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    taken = list(steps_here(stage))
    assert {name for _, name in taken} == {
        *("appoint", "appoint-several", "replace", "cover"),
        *("give-the-day", "reappoint", "end", "withdraw", "record-vacancy"),
    }
    before = stage.rows

    for record, name in taken:
        address = step_address(type(record), record.pk, name)
        assert browser.get(address).status_code == 403
        assert browser.post(address, typed(date="2024-04-01")).status_code == 403
    assert stage.rows == before


def test_who_may_merge_but_not_change_what_either_holds_may_not_merge(stage):
    user = User.objects.create_user("clerk", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="people")
    user.user_permissions.set(rights)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    address = step_address(Person, stage.ann.pk, "merge")

    assert browser.get(address).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_membership"))
    assert browser.get(address).status_code == 200
    user.user_permissions.remove(Permission.objects.get(codename="change_appointment"))
    assert browser.get(address).status_code == 403


def test_no_step_is_taken_without_the_token_of_its_form(stage):
    browser = signed_in(enforce_csrf_checks=True)
    for record, name in list(steps_here(stage)):
        address = step_address(type(record), record.pk, name)
        assert browser.post(address, typed(date="2024-04-01")).status_code == 403


def test_the_public_and_those_signed_out_are_asked_to_sign_in(stage):
    for record, name in list(steps_here(stage)):
        response = Client(SERVER_NAME="localhost").get(step_address(type(record), record.pk, name))
        assert response.status_code == 302
        assert "/login/" in response["Location"]


@pytest.mark.parametrize("key", ["999999", "x", "9" * 30])
def test_a_step_on_a_record_that_there_is_not_is_not_found(stage, key):
    for record, name in list(steps_here(stage)):
        address = step_address(type(record), record.pk, name).replace(
            f"/{record.pk}/step/", f"/{key}/step/"
        )
        assert signed_in().get(address).status_code == 404


def test_whoever_may_not_add_people_may_choose_one_and_not_name_a_new_one(stage):
    user = User.objects.create_user("clerk", is_staff=True)
    codes = ["add_appointment", "change_appointment", "add_membership", "change_membership"]
    codes += ["add_postvacancy", "add_seatvacancy"]
    codes += ["view_post", "view_seat", "view_document", "view_person"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    answers = {"leaving": [stage.anns], "basis": "substantive", "date": "2024-04-01"}

    refused = preview(stage.held, "replace", browser, **answers, new_name="Dee Fox")
    shown = preview(stage.held, "replace", browser, **answers, person=stage.ian)

    assert "person" in errors_of(refused)
    assert shown.context_data["preview"] is not None
    assert not Person.objects.filter(name="Dee Fox").exists()


def test_the_page_of_a_record_offers_the_steps_that_make_sense(stage):
    signed_in()
    filling = {"appoint", "appoint-several", "replace", "cover"}
    holders = {*filling, "reappoint", "end", "withdraw", "leave"}

    assert offered(stage.held) & holders == {"appoint-several", "replace", "cover"}
    assert offered(stage.anns) & holders == {"reappoint", "end"}
    assert offered(stage.ann) & holders == {"leave"}
    assert offered(stage.ian) & holders == set()
    later = stage.add(stage.cy, start_date=soon(20), basis=Basis.ACTING)
    assert "withdraw" in offered(later)
    assert take(stage.anns, "end", date="2024-03-31").status_code == 302
    stage.anns.refresh_from_db()
    assert offered(stage.anns) & holders == set()
    assert offered(stage.held) & holders == {"appoint", "replace", "cover"}


# Somebody new


def test_somebody_new_is_recorded_on_the_way_on_the_same_source(stage):
    response = replace(stage, person=None, new_name="Siân Fox", new_honorific="Dr")

    assert response.status_code == 302
    sian = Person.objects.get(name="Siân Fox")
    assert (str(sian), sian.slug, sian.locator) == ("Dr Siân Fox", "sian-fox", "minute 7")
    assert stage.holders("2024-04-01") == ["Dr Siân Fox"]


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Ann Lee", True),
        ("ann  lee", True),
        ("Andrew Lee", True),
        ("Ánn Lee", True),
        ("Bob Lee", False),
        ("Ann Leeson", False),
        ("Lee", False),
    ],
)
def test_the_preview_asks_whether_a_new_person_is_one_with_a_name_alike(stage, name, alike):
    shown = preview(
        stage.held,
        "replace",
        leaving=[stage.anns],
        new_name=name,
        basis="substantive",
        date="2024-04-01",
    )

    asked = [remark for remark in remarks_of(shown) if remark.startswith("Is this Ann Lee, ")]
    assert bool(asked) == alike


def test_a_new_name_that_is_too_long_or_blank_is_refused(stage):
    before = stage.rows
    assert "new_name" in errors_of(replace(stage, person=None, new_name="x" * 201))
    assert "person" in errors_of(replace(stage, person=None, new_name="   "))
    assert stage.rows == before
