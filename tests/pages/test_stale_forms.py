"""A form of the admin that is sent after somebody signed in or out in another tab."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from records.models import Document
from tests.admin_pages import REASON, address, typed
from tests.admin_urls import FormReader
from tests.builders import make_document
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db

HERE = {"origin": "http://localhost"}
TYPED = "Typed with care: “é” <b>\n\nand a second paragraph"


@pytest.fixture
def staff():
    """A browser that is signed in, and of which Django asks what it asks in earnest."""
    user = User.objects.create_superuser("Ann", password="a long password")
    staff = Client(enforce_csrf_checks=True, SERVER_NAME="localhost", headers=HERE)
    staff.force_login(user)
    return staff


def opened(browser, document) -> tuple[str, dict]:
    page = address(Document, "change", document.pk)
    response = browser.get(page)
    token = FormReader(response.content.decode()).values["csrfmiddlewaretoken"][0]
    return page, {**typed(response), "reason": REASON, "note": TYPED, "csrfmiddlewaretoken": token}


def sign_in_again(browser) -> None:
    """As in another tab, by which the sign that forms carry is another."""
    page = browser.get("/admin/login/?next=/admin/")
    if page.status_code == 200:
        token = FormReader(page.content.decode()).values["csrfmiddlewaretoken"][0]
        answers = {"username": "Ann", "password": "a long password", "csrfmiddlewaretoken": token}
        assert browser.post("/admin/login/?next=/admin/", answers).status_code == 302


def sign_out(browser) -> None:
    browser.cookies.pop("sessionid")


def send_again(browser, page: Page):
    """Press the button of the page that says that a form was not taken."""
    (form,) = [form for form in page.main.iter("form") if form.get("method") == "post"]
    sent = {}
    for element in form:
        if element.get("name"):
            # A line end at the beginning of a box of text is not of the text.
            text = (element.text or "").removeprefix("\n")
            sent.setdefault(element.get("name"), []).append(element.get("value") or text)
    return browser.post(form.get("action"), sent)


def test_what_was_typed_in_a_stale_form_is_kept_and_can_be_sent_again(staff):
    document = make_document()
    page, form = opened(staff, document)
    sign_out(staff)
    sign_in_again(staff)
    refused = Page(staff.post(page, form))
    assert refused.status == 403
    assert refused.headings == ["That form was not taken"]
    assert "Nothing was saved. The form was opened before somebody last signed in" in refused.text
    document.refresh_from_db()
    assert document.note == ""

    assert send_again(staff, refused).status_code == 302
    document.refresh_from_db()
    assert document.note == TYPED


def test_who_is_signed_out_is_told_to_sign_in_first_and_then_sends_it_again(staff):
    document = make_document()
    page, form = opened(staff, document)
    sign_out(staff)
    sign_in_again(staff)
    sign_out(staff)
    refused = Page(staff.post(page, form))
    assert "You are signed out" in refused.text
    assert "/admin/login/" in refused.links(refused.main)
    sign_in_again(staff)
    once_more = Page(send_again(staff, refused))
    assert once_more.status == 403
    assert send_again(staff, once_more).status_code == 302
    document.refresh_from_db()
    assert document.note == TYPED


def test_who_was_signed_out_in_the_meantime_keeps_what_was_typed(staff):
    document = make_document()
    page, form = opened(staff, document)
    sign_out(staff)
    refused = Page(staff.post(page, form))
    assert refused.status == 403
    assert "Nothing was saved. You were signed out after you opened the form." in refused.text
    assert "/admin/login/" in refused.links(refused.main)
    assert Page(send_again(staff, refused)).status == 403
    sign_in_again(staff)
    once_more = Page(send_again(staff, refused))
    assert send_again(staff, once_more).status_code == 302
    document.refresh_from_db()
    assert document.note == TYPED


def test_who_signs_in_or_out_is_led_on_as_ever(staff):
    sign_out(staff)
    page = staff.get("/admin/login/?next=/admin/")
    token = FormReader(page.content.decode()).values["csrfmiddlewaretoken"][0]
    wrong = {"username": "Ann", "password": "wrong", "csrfmiddlewaretoken": token}
    assert staff.post("/admin/login/?next=/admin/", wrong).status_code == 200
    sign_in_again(staff)
    token = FormReader(staff.get("/admin/").content.decode()).values["csrfmiddlewaretoken"][0]
    for _ in range(2):
        answer = staff.post("/admin/logout/", {"csrfmiddlewaretoken": token})
        assert answer.status_code in (200, 302)


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_what_another_site_sends_is_not_kept(staff, origin):
    page, form = opened(staff, make_document())
    form["csrfmiddlewaretoken"] = "x" * 32
    headers = {"origin": origin} if origin else {}
    staff.defaults.pop("HTTP_ORIGIN")
    refused = Page(staff.post(page, form, headers=headers))
    assert refused.status == 403
    assert "Typed with care" not in refused.source
    assert "Go back, copy what you typed" in refused.text


def test_a_browser_without_cookies_is_told_so(staff):
    page, form = opened(staff, make_document())
    staff.cookies.pop("csrftoken")
    refused = Page(staff.post(page, form))
    assert "Your browser sent no cookie of this register" in refused.text
    assert send_again(staff, refused).status_code == 302


def test_no_page_holds_a_password_or_a_file(staff):
    answers = {"username": "Ann", "password": "a long password", "csrfmiddlewaretoken": "x" * 32}
    refused = Page(staff.post("/admin/login/?next=/admin/", answers))
    assert refused.status == 403
    assert "a long password" not in refused.source
    assert "Files and passwords are not kept" in refused.text

    sent = {"file": SimpleUploadedFile("people.csv", b"in the file"), "reason": TYPED}
    refused = Page(staff.post("/admin/imports/people.person/", sent))
    assert "in the file" not in refused.source
    assert "Files and passwords are not kept" in refused.text


def test_the_page_of_a_stale_form_is_kept_by_nobody(staff):
    page, form = opened(staff, make_document())
    form["csrfmiddlewaretoken"] = "x" * 32
    refused = staff.post(page, form)
    assert "no-store" in refused.headers["Cache-Control"]
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]
