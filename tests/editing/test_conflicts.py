"""Two editors at once: the second sees what the first changed, and chooses."""

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from forums.models import Membership
from organisations.models import Organisation
from records.history import Nature, writing
from records.models import Document
from tests import slow
from tests.admin_pages import REASON, address, errors_of, send_what_was_opened, typed
from tests.builders import (
    day,
    make_document,
    make_membership,
    make_organisation,
    make_place,
    make_terms,
)
from tests.racing import TOLD, WON, race

pytestmark = pytest.mark.django_db


def change(record) -> str:
    return address(type(record), "change", record.pk)


def opened(browser, record) -> dict:
    """What the form that somebody has open would send."""
    return {**typed(browser.get(change(record))), "reason": REASON}


def somebody_else_saves(record, **fields):
    ann = User.objects.filter(username="ann").first() or User.objects.create_user("ann")
    with writing(Nature.CORRECTED, reason="I know better.", user=ann):
        fresh = type(record).objects.get(pk=record.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        fresh.save()


def touched(response) -> dict:
    return {
        field.label: (field.was, field.now, field.typed if field.by_both else None)
        for field in response.context["conflict"].touched
    }


def sent_again(browser, record, response, form, **choices):
    seen = response.context["conflict"].seen
    return browser.post(change(record), {**form, "seen": seen, **choices})


def test_the_second_sees_what_was_what_is_by_whom_and_what_they_typed(admin_client):
    document = make_document(title="Minutes", publisher="The trust")
    form = opened(admin_client, document)
    somebody_else_saves(document, title="Minutes of May", publisher="The board")
    response = admin_client.post(change(document), {**form, "title": "Minutes of June"})
    assert touched(response) == {
        "Title": ("Minutes", "Minutes of May", "Minutes of June"),
        "Publisher": ("The trust", "The board", None),
    }
    page = response.content.decode()
    assert "I know better." in page
    assert "ann" in page
    assert 'value="Minutes of June"' in page
    document.refresh_from_db()
    assert document.title == "Minutes of May"


def test_each_field_ends_as_it_was_chosen(admin_client, admin_user):
    document = make_document(title="Minutes", publisher="The trust")
    form = {**opened(admin_client, document), "title": "Minutes of June", "note": "Mine alone"}
    somebody_else_saves(document, title="Minutes of May", publisher="The board")
    response = admin_client.post(change(document), form)
    response = sent_again(admin_client, document, response, form, **{"choose-title": "mine"})
    assert response.status_code == 302
    document.refresh_from_db()
    assert (document.title, document.publisher) == ("Minutes of June", "The board")
    assert document.note == "Mine alone"
    assert document.history.first().history_user == admin_user


def test_what_the_other_saved_stands_if_it_is_chosen(admin_client):
    document = make_document(title="Minutes", publisher="The trust")
    form = {**opened(admin_client, document), "title": "Minutes of June"}
    somebody_else_saves(document, title="Minutes of May", publisher="The board")
    response = admin_client.post(change(document), form)
    chosen = {"choose-title": "theirs", "keep-publisher": "mine"}
    sent_again(admin_client, document, response, form, **chosen)
    document.refresh_from_db()
    assert (document.title, document.publisher) == ("Minutes of May", "The trust")


@pytest.mark.parametrize("chosen", [{}, {"choose-title": ""}, {"choose-title": "both"}])
def test_where_both_changed_a_field_one_has_to_choose(chosen, admin_client):
    document = make_document(title="Minutes")
    form = {**opened(admin_client, document), "title": "Minutes of June"}
    somebody_else_saves(document, title="Minutes of May")
    response = admin_client.post(change(document), form)
    again = sent_again(admin_client, document, response, form, **chosen)
    assert again.status_code == 200
    assert again.context["conflict"] is not None
    document.refresh_from_db()
    assert document.title == "Minutes of May"


def test_a_third_who_saves_while_one_chooses_is_seen_too(admin_client):
    document = make_document(title="Minutes")
    form = {**opened(admin_client, document), "title": "Minutes of June"}
    somebody_else_saves(document, title="Minutes of May")
    response = admin_client.post(change(document), form)
    somebody_else_saves(document, title="Minutes of March")
    again = sent_again(admin_client, document, response, form, **{"choose-title": "mine"})
    assert touched(again)["Title"] == ("Minutes", "Minutes of March", "Minutes of June")
    again = sent_again(admin_client, document, again, form, **{"choose-title": "mine"})
    assert again.status_code == 302


def test_whoever_types_more_where_there_was_nothing_to_choose_is_asked(admin_client):
    document = make_document(title="Minutes")
    form = opened(admin_client, document)
    somebody_else_saves(document, title="Minutes of May")
    response = admin_client.post(change(document), form)
    form["title"] = "Minutes of June"
    again = sent_again(admin_client, document, response, form, **{"keep-title": "theirs"})
    assert touched(again)["Title"][2] == "Minutes of June"


def test_two_who_change_the_same_alike_are_not_asked(admin_client):
    document = make_document(title="Minutes")
    form = {**opened(admin_client, document), "title": "Minutes of May", "note": "Mine"}
    somebody_else_saves(document, title="Minutes of May")
    assert admin_client.post(change(document), form).status_code == 302
    document.refresh_from_db()
    assert (document.title, document.note) == ("Minutes of May", "Mine")


def test_a_date_is_chosen_whole_with_how_it_is_known(admin_client):
    membership = make_membership(start_date="2019-04-01")
    form = {**opened(admin_client, membership), "start_date": "05/06/2019"}
    somebody_else_saves(membership, start_precision="month")
    response = admin_client.post(change(membership), form)
    assert touched(response) == {"Start": ("1 April 2019", "April 2019", "5 June 2019")}
    sent_again(admin_client, membership, response, form, **{"choose-start_date": "theirs"})
    membership.refresh_from_db()
    assert (membership.start_date, membership.start_precision) == (day("2019-04-01"), "month")


def test_a_record_a_choice_and_a_tick_can_be_kept_as_the_other_saved_them(admin_client):
    organisation = make_organisation(place=make_place())
    form = opened(admin_client, organisation)
    place = make_place(name="Herefordshire")
    somebody_else_saves(organisation, place=place, kind="pcn", website="https://example.org/")
    response = admin_client.post(change(organisation), form)
    assert touched(response)["Place"][1] == "Herefordshire"
    assert sent_again(admin_client, organisation, response, form).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.place, organisation.kind) == (place, "pcn")
    assert organisation.website == "https://example.org/"


def test_what_cannot_be_read_is_shown_as_it_was_typed(admin_client):
    membership = make_membership()
    form = {**opened(admin_client, membership), "start_date": "spring"}
    somebody_else_saves(membership, start_date=day("2019-05-01"))
    response = admin_client.post(change(membership), form)
    assert touched(response)["Start"][2].startswith("spring")
    assert "start_date" in errors_of(response)


@pytest.mark.parametrize("version", [None, "", "0", "-1", "abc", "9" * 30, "999999", "1.5"])
def test_a_form_that_does_not_say_what_it_was_opened_on_is_refused(version, admin_client):
    document = make_document(title="Minutes")
    form = {**opened(admin_client, document), "title": "Changed"}
    form.pop("version")
    if version is not None:
        form["version"] = version
    response = admin_client.post(change(document), form)
    assert "does not say which version" in errors_of(response)["__all__"][0]
    document.refresh_from_db()
    assert document.title == "Minutes"


def test_the_version_of_another_record_is_refused(admin_client):
    document, other = make_document(), make_document()
    form = {**opened(admin_client, document), "version": opened(admin_client, other)["version"]}
    response = admin_client.post(change(document), form)
    assert "does not say which version" in errors_of(response)["__all__"][0]


def test_whoever_saves_what_was_removed_meanwhile_keeps_what_they_typed(admin_client):
    document = make_document(title="Minutes")
    form = {**opened(admin_client, document), "title": "Typed with care", "note": "Also this"}
    key = document.pk
    with writing(Nature.REMOVED, reason="Entered twice."):
        document.delete()
    response = admin_client.post(address(Document, "change", key), form)
    page = response.content.decode()
    assert response.status_code == 409
    for words in ["Nothing was saved.", "Entered twice.", "Typed with care", "Also this"]:
        assert words in page
    assert address(Document, "history", key) in page
    assert not Document.objects.exists()


def test_line_ends_that_a_browser_sends_are_no_change(admin_client):
    terms = make_terms(responsibilities="First\nSecond")
    form = opened(admin_client, terms)
    form["responsibilities"] = "First\r\nSecond"
    assert admin_client.post(change(terms), form).status_code == 302
    assert terms.history.count() == 1


def test_two_who_wait_for_each_other_are_told_to_try_again(admin_client, monkeypatch):
    document = make_document()

    def deadlock(self, *args, **kwargs):
        raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()

    monkeypatch.setattr(Document, "save", deadlock)
    form = {**opened(admin_client, document), "title": "Typed with care"}
    response = admin_client.post(change(document), form)
    assert "Nothing was saved. Somebody else" in errors_of(response)["__all__"][0]
    assert "Typed with care" in response.content.decode()


@slow.RACE
@pytest.mark.django_db(transaction=True)
def test_when_two_editors_open_the_same_version_one_saves_and_the_other_is_told(
    admin_user, admin_client, monkeypatch
):
    documents = [make_document() for _ in range(5)]
    forms = [(document.pk, opened(admin_client, document)) for document in documents]
    outcomes = race(send_what_was_opened, forms, ["Ann’s title", "Ian’s title"], monkeypatch)
    assert outcomes == [[TOLD, WON]] * 5
    assert [document.history.count() for document in documents] == [2] * 5


# The page after saving


def test_saving_leads_back_to_where_the_editor_came_from(admin_client):
    membership = make_membership()
    back = address(Organisation, "changelist") + "?q=wye"
    page = f"{change(membership)}?next=/admin/organisations/organisation/%3Fq%3Dwye"
    form = {**typed(admin_client.get(page)), "reason": REASON}
    assert admin_client.post(page, form).url == back
    going_on = admin_client.post(page, {**form, "_continue": "1"})
    assert "next=" in going_on.url


@pytest.mark.parametrize("odd", ["https://example.org/admin/", "//example.org", "/admin/../x", ""])
def test_saving_leads_to_no_other_site(odd, admin_client):
    membership = make_membership()
    page = change(membership)
    form = {**typed(admin_client.get(page)), "reason": REASON, "next": odd}
    response = admin_client.post(page, form)
    assert "example.org" not in response.url


def test_a_row_of_a_table_leads_back_to_the_table(admin_client):
    membership = make_membership()
    seat = address(type(membership.seat), "change", membership.seat.pk)
    (table,) = (
        table
        for table in admin_client.get(seat).context["related_tables"]
        if table.title == "Memberships"
    )
    page = table.rows[0][0][0].address
    assert page.startswith(change(membership))
    form = {**typed(admin_client.get(page)), "reason": REASON}
    assert admin_client.post(page, form).url == f"{seat}#{table.anchor}"
    assert Membership.objects.count() == 1
