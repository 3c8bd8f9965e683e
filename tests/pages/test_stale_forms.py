"""Forms of the admin that are sent after somebody signed in or out in another tab, or after their
session ended."""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from editing.kept_forms import COOKIE, KEPT_FOR, LARGEST, MOST
from editing.links import step_address
from forums.models import Membership, Seat
from people.models import Appointment
from records.models import Document, KeptForm, PasswordToChange, StaffSession
from tests import stepping
from tests.admin_pages import REASON, address, typed
from tests.admin_urls import FormReader
from tests.builders import START, make_document, make_person, make_seat
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db

HERE = {"origin": "http://localhost"}
TYPED = "Typed with care: “é” <b>\n\nand a second paragraph"


@pytest.fixture
def staff():
    """A browser that is signed in, with Django's checks of CSRF tokens switched on."""
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
    """Sign in, as if in another tab. This changes the CSRF token."""
    page = browser.get("/admin/login/?next=/admin/")
    if page.status_code == 200:
        token = FormReader(page.content.decode()).values["csrfmiddlewaretoken"][0]
        answers = {"username": "Ann", "password": "a long password", "csrfmiddlewaretoken": token}
        assert browser.post("/admin/login/?next=/admin/", answers).status_code == 302


def sign_out(browser) -> None:
    browser.cookies.pop("sessionid")


def send_again(browser, page: Page):
    """Press the button of the page that says that a form was not saved."""
    (form,) = [form for form in page.main.iter("form") if form.get("method") == "post"]
    sent = {}
    for element in form:
        if element.get("name"):
            # HTML ignores a line end at the beginning of a textarea.
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
    assert "perhaps in another tab" in refused.text
    assert refused.link("Open the page again, without what you typed") == page
    document.refresh_from_db()
    assert document.note == ""

    assert send_again(staff, refused).status_code == 302
    document.refresh_from_db()
    assert document.note == TYPED


def test_a_stale_form_names_who_is_signed_in_before_it_is_saved_under_that_name(staff):
    page, form = opened(staff, make_document())
    names = {"first_name": "Priya", "last_name": "<Nair>"}
    User.objects.create_superuser("priya", password="a long password", **names)
    sign_out(staff)
    sign_in_as(staff, "priya")
    refused = Page(staff.post(page, form))
    assert (
        "You are signed in as Priya <Nair>. If you send this, it is saved under that name. "
        "If somebody else typed it, do not send it."
    ) in refused.text
    assert "Send it as Priya &lt;Nair&gt;</button>" in refused.source
    assert "Send what you typed again" not in refused.source


def test_a_stale_form_names_nobody_to_somebody_who_is_signed_out(staff):
    page, form = opened(staff, make_document())
    sign_out(staff)
    refused = Page(staff.post(page, form))
    assert "You are signed in as" not in refused.text
    assert "Send what you typed again</button>" in refused.source


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
    assert "Note Typed with care: “é” <b> and a second paragraph" in refused.text
    assert f"It goes to {page}" in refused.text
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


@pytest.mark.parametrize(
    ("path", "is_stale"),
    [
        ("/admin/login/?next=/admin/", True),
        ("/admin/password_change/", True),
        ("/admin/password_change/", False),
    ],
)
def test_whoever_is_signed_out_and_sends_a_password_is_offered_the_sign_in_alone(
    staff, path, is_stale
):
    sign_out(staff)
    token = token_on(staff.get("/admin/login/"))
    passwords = {"old_password": "a long password", "password": "a long password"}
    sent = {**passwords, "username": "Ann", "csrfmiddlewaretoken": "x" * 32 if is_stale else token}
    refused = Page(staff.post(path, sent))
    assert refused.status == 403
    assert "a long password" not in refused.source
    assert refused.link("Sign in") == "/admin/login/"
    for words in ["Send what you typed again", "are not kept", "copy what you typed"]:
        assert words not in refused.source


def test_no_page_holds_a_file(staff):
    sent = {"file": SimpleUploadedFile("people.csv", b"in the file"), "reason": TYPED}
    refused = Page(staff.post("/admin/imports/people.person/", sent))
    assert "in the file" not in refused.source
    assert "Files and passwords are not kept" in refused.text


def confirming(browser) -> tuple[str, dict]:
    """What "Confirm" sends after the preview of a guided step."""
    seat, person = make_seat(), make_person()
    page = step_address(Seat, seat.pk, "appoint")
    fields = stepping.typed(person=person, date=START, basis="substantive")
    token = token_on(browser.get(page))
    shown = browser.post(page, {"_preview": "1", **fields, "csrfmiddlewaretoken": token})
    values = FormReader(shown.content.decode()).values
    proof = {name: values[name][0] for name in ("seen", "form_number", "csrfmiddlewaretoken")}
    return page, {**fields, **proof, "_confirm": "Confirm"}


def shows_before_it_acts(answer) -> bool:
    return answer.context_data["preview"] is not None and not Membership.objects.exists()


def test_a_stale_step_that_was_confirmed_shows_what_it_will_change_before_it_does(staff):
    page, form = confirming(staff)
    sign_out(staff)
    sign_in_again(staff)
    refused = Page(staff.post(page, form))
    assert form["seen"] not in refused.source
    assert shows_before_it_acts(send_again(staff, refused))


def test_a_kept_step_that_was_confirmed_shows_what_it_will_change_before_it_does(signed_in):
    page, form = confirming(signed_in)
    sign_out(signed_in)
    assert signed_in.post(page, form).status_code == 302
    sign_in_as(signed_in)
    offered = Page(signed_in.get("/admin/kept/"))
    assert shows_before_it_acts(press(signed_in, offered, "Send what you typed"))


def test_the_page_of_a_stale_form_is_kept_by_nobody(staff):
    page, form = opened(staff, make_document())
    form["csrfmiddlewaretoken"] = "x" * 32
    refused = staff.post(page, form)
    assert "no-store" in refused.headers["Cache-Control"]
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


# When the register knows whose form it is


@pytest.fixture
def signed_in():
    """A browser in which Ann has signed in on the sign-in page."""
    User.objects.create_superuser("Ann", password="a long password")
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost", headers=HERE)
    sign_in_again(browser)
    return browser


def sign_in_as(browser, name="Ann"):
    page = browser.get("/admin/login/?next=/admin/")
    token = FormReader(page.content.decode()).values["csrfmiddlewaretoken"][0]
    answers = {"username": name, "password": "a long password", "csrfmiddlewaretoken": token}
    return browser.post("/admin/login/?next=/admin/", answers)


def press(browser, page: Page, button: str):
    """Press a button of a page, as a browser would."""
    (form,) = [
        form
        for form in page.main.iter("form")
        if any(each.get("value") == button for each in form.iter("input"))
    ]
    sent = {}
    for element in form:
        if element.get("name"):
            text = (element.text or "").removeprefix("\n")
            sent.setdefault(element.get("name"), []).append(element.get("value") or text)
    return browser.post(form.get("action") or "/admin/kept/", sent)


def typed_too_late(browser, document) -> Page:
    """The sign-in page that somebody is led to after sending a form too late."""
    page, form = opened(browser, document)
    sign_out(browser)
    answer = browser.post(page, form)
    assert answer.status_code == 302
    return Page(browser.get(answer.headers["Location"]))


def test_what_was_typed_when_a_session_ended_is_offered_after_signing_in_again(signed_in):
    document = make_document()
    page = typed_too_late(signed_in, document)
    assert "Sign in again: what you typed is kept and will be offered to you." in page.text
    assert "Typed with care" not in page.source

    answer = sign_in_as(signed_in)
    assert answer.headers["Location"] == "/admin/kept/"
    offered = Page(signed_in.get("/admin/kept/"))
    assert "Typed with care: “é” <b> and a second paragraph" in offered.text
    assert "document" in offered.text
    assert re.search(
        r"Not saved: sent on \d+ \w+ \d{4} at \d\d:\d\d, after you were signed out", offered.text
    )
    document.refresh_from_db()
    assert document.note == ""

    assert press(signed_in, offered, "Send what you typed").status_code == 302
    document.refresh_from_db()
    assert document.note == TYPED
    assert not KeptForm.objects.exists()
    assert "Nothing that you typed is waiting here." in Page(signed_in.get("/admin/kept/")).text


def test_every_page_of_the_admin_leads_to_what_is_kept_until_nothing_is(signed_in):
    link = '<a href="/admin/kept/">What you typed (1)</a>'
    asks = 'FROM "records_keptform"'
    assert link not in signed_in.get("/admin/").content.decode()
    typed_too_late(signed_in, make_document())
    assert link not in signed_in.get("/admin/login/").content.decode()
    sign_in_as(signed_in)
    for page in ["/admin/", "/admin/records/document/", "/admin/kept/"]:
        assert link in signed_in.get(page).content.decode()
    with CaptureQueriesContext(connection) as asked:
        signed_in.get("/admin/")
    assert sum(asks in each["sql"] for each in asked) == 1

    press(signed_in, Page(signed_in.get("/admin/kept/")), "Send what you typed")
    assert "What you typed (" not in signed_in.get("/admin/").content.decode()
    with CaptureQueriesContext(connection) as asked:
        signed_in.get("/admin/")
    assert not any(asks in each["sql"] for each in asked)


def test_whoever_is_led_to_what_they_typed_has_a_new_sign_against_forgery_too(signed_in):
    typed_too_late(signed_in, make_document())
    before = signed_in.cookies["csrftoken"].value
    assert sign_in_as(signed_in).headers["Location"] == "/admin/kept/"
    assert signed_in.cookies["csrftoken"].value != before


def test_what_was_typed_is_thrown_away_by_its_owner(signed_in):
    document = make_document()
    typed_too_late(signed_in, document)
    sign_in_as(signed_in)
    offered = Page(signed_in.get("/admin/kept/"))
    # Closed at first: whoever opens it is asked once more.
    (asked,) = offered.main.iter("details")
    assert asked.get("open") is None
    words = " ".join(" ".join(asked.itertext()).split())
    assert words == ("Throw it away Throw away what you typed? It cannot be brought back. Keep it")
    (yes,) = [each for each in asked.iter("input") if each.get("type") == "submit"]
    answer = press(signed_in, offered, yes.get("value"))
    assert answer.headers["Location"] == "/admin/"
    assert not KeptForm.objects.exists()
    document.refresh_from_db()
    assert document.note == ""


def test_somebody_else_who_signs_in_sees_nothing_of_it_and_cannot_touch_it(signed_in):
    User.objects.create_superuser("Bo", password="a long password")
    document = make_document()
    typed_too_late(signed_in, document)
    kept = KeptForm.objects.get()
    answer = sign_in_as(signed_in, "Bo")
    assert answer.headers["Location"] == "/admin/"
    page = Page(signed_in.get("/admin/kept/"))
    assert "Nothing that you typed is waiting here." in page.text
    token = FormReader(signed_in.get("/admin/sessions/").content.decode()).values
    sent = {"kept_form": kept.pk, "csrfmiddlewaretoken": token["csrfmiddlewaretoken"][0]}
    assert signed_in.post("/admin/kept/", sent).status_code == 302
    assert KeptForm.objects.filter(pk=kept.pk).exists()
    sign_out(signed_in)
    assert sign_in_as(signed_in).headers["Location"] == "/admin/kept/"


def test_it_is_kept_for_whoever_signed_in_last(signed_in):
    bo = User.objects.create_superuser("Bo", password="a long password")
    sign_out(signed_in)
    sign_in_as(signed_in, "Bo")
    typed_too_late(signed_in, make_document())
    assert KeptForm.objects.get().account == bo


@pytest.mark.parametrize("value", ["", "1", "1:abc", "nonsense"])
def test_a_cookie_that_was_made_up_names_nobody(signed_in, value):
    page, form = opened(signed_in, make_document())
    sign_out(signed_in)
    signed_in.cookies[COOKIE] = value
    refused = Page(signed_in.post(page, form))
    assert refused.status == 403  # in which what was typed is kept, as ever
    assert "Typed with care" in refused.source
    assert not KeptForm.objects.exists()


def test_nothing_is_kept_for_an_account_that_is_no_longer_active(signed_in):
    page, form = opened(signed_in, make_document())
    User.objects.update(is_active=False)
    assert Page(signed_in.post(page, form)).status == 403
    assert not KeptForm.objects.exists()


def test_the_cookie_names_an_account_to_the_admin_alone_and_lets_nobody_in(signed_in):
    cookie = signed_in.cookies[COOKIE]
    assert (cookie["path"], cookie["samesite"]) == ("/admin/", "Lax")
    assert cookie["httponly"]
    sign_out(signed_in)
    assert "/admin/login/" in signed_in.get("/admin/").headers["Location"]


@pytest.mark.parametrize("may_read", [True, False])
def test_a_record_that_was_chosen_is_named_to_whoever_may_read_it(signed_in, may_read):
    person = make_person(name="Jo Bloggs")
    token = opened(signed_in, make_document())[1]["csrfmiddlewaretoken"]
    sign_out(signed_in)
    sent = {"person": person.pk, "csrfmiddlewaretoken": token}
    assert signed_in.post(address(Appointment, "add"), sent).status_code == 302
    User.objects.update(is_superuser=may_read)
    sign_in_as(signed_in)
    page = Page(signed_in.get("/admin/kept/"))
    assert "Person" in page.text
    assert str(person.pk) in page.text
    assert ("Jo Bloggs" in page.text) == may_read


# When somebody else is at the computer


def token_on(response) -> str:
    return FormReader(response.content.decode()).values["csrfmiddlewaretoken"][0]


def sign_out_by_the_button(browser):
    return browser.post("/admin/logout/", {"csrfmiddlewaretoken": token_on(browser.get("/admin/"))})


def let_the_session_end(browser):
    StaffSession.objects.all().delete()


@pytest.mark.parametrize("end", [sign_out_by_the_button, let_the_session_end])
def test_a_form_from_a_page_of_somebody_signed_out_is_kept_for_nobody(signed_in, end):
    document = make_document()
    end(signed_in)
    token = token_on(signed_in.get("/admin/login/"))
    planted = {"note": TYPED, "csrfmiddlewaretoken": token}
    answer = signed_in.post(address(Document, "change", document.pk), planted)
    assert answer.status_code == 403
    assert not KeptForm.objects.exists()
    assert sign_in_as(signed_in).headers["Location"] == "/admin/"


def test_a_form_from_the_page_that_refuses_one_is_kept_for_nobody(signed_in):
    document = make_document()
    let_the_session_end(signed_in)
    page = address(Document, "change", document.pk)
    refused = Page(signed_in.post(page, {"note": TYPED}))
    assert refused.status == 403
    assert Page(send_again(signed_in, refused)).status == 403
    assert not KeptForm.objects.exists()


def test_a_form_sent_after_a_page_that_was_not_found_is_kept_for_nobody(signed_in):
    page, form = opened(signed_in, make_document())
    let_the_session_end(signed_in)
    signed_in.get("/admin/nothing/here/")
    assert signed_in.post(page, form).status_code == 403
    assert not KeptForm.objects.exists()


def test_a_form_that_was_open_when_its_owner_signed_out_is_not_kept(signed_in):
    page, form = opened(signed_in, make_document())
    sign_out_by_the_button(signed_in)
    refused = Page(signed_in.post(page, form))
    assert refused.status == 403  # in which what was typed is kept
    assert "Typed with care" in refused.source
    assert not KeptForm.objects.exists()


def test_the_cookie_of_one_session_names_nobody_for_the_forms_of_another(signed_in):
    hers = signed_in.cookies[COOKIE].value
    sign_out_by_the_button(signed_in)
    page = address(Document, "change", make_document().pk)
    User.objects.create_superuser("Bo", password="a long password")
    sign_in_as(signed_in, "Bo")
    token = token_on(signed_in.get("/admin/"))
    sign_out(signed_in)
    signed_in.cookies[COOKIE] = hers
    answer = signed_in.post(page, {"note": TYPED, "csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    "page",
    ["auth/user/1/change/", "auth/group/add/", "axes/accessattempt/", "sessions/"],
)
def test_nothing_is_kept_that_could_give_access(signed_in, page):
    token = opened(signed_in, make_document())[1]["csrfmiddlewaretoken"]
    let_the_session_end(signed_in)
    sent = {"username": "Bob", "is_superuser": "on", "csrfmiddlewaretoken": token}
    refused = Page(signed_in.post(f"/admin/{page}", sent))
    assert refused.status == 403
    assert "Go back, copy what you typed" in refused.text
    assert "is_superuser" not in refused.source
    assert not KeptForm.objects.exists()


def test_the_page_shows_all_that_will_be_sent(signed_in):
    document = make_document(title="The other paper")
    page, form = opened(signed_in, document)
    more = {"publisher": "", "_hidden": "7", "made_up": ["on", "12"], "x-TOTAL_FORMS_": "3"}
    form = {**form, "seats-TOTAL_FORMS": "1", **more}
    sign_out(signed_in)
    signed_in.post(page, form)
    sign_in_as(signed_in)
    offered = Page(signed_in.get("/admin/kept/"))
    (shown,) = offered.main.iter("dl")
    words = " ".join(" ".join(shown.itertext()).split())
    for each in ["hidden 7", "Made up Ticked", "Made up 12", "x total forms 3"]:
        assert each.lower() in words.lower()
    assert "seats" not in words.lower()
    assert "Left empty:" in offered.text
    assert page in offered.text


def test_neither_files_nor_passwords_are_kept_for_later(signed_in):
    token = opened(signed_in, make_document())[1]["csrfmiddlewaretoken"]
    sign_out(signed_in)
    sent = {
        "file": SimpleUploadedFile("people.csv", b"in the file"),
        "reason": TYPED,
        "old_password": "my secret",
        "csrfmiddlewaretoken": token,
    }
    assert signed_in.post("/admin/imports/people.person/", sent).status_code == 302
    kept = KeptForm.objects.get()
    assert kept.fields == [["reason", TYPED]]
    assert kept.left_out
    sign_in_as(signed_in)
    page = Page(signed_in.get("/admin/kept/"))
    assert "Files and passwords are not kept: the form asks for them again." in page.text


def test_a_form_that_is_sent_again_with_an_error_in_it_is_shown_and_no_longer_kept(signed_in):
    document = make_document()
    page, form = opened(signed_in, document)
    sign_out(signed_in)
    signed_in.post(page, {**form, "reason": ""})
    sign_in_as(signed_in)
    answer = press(signed_in, Page(signed_in.get("/admin/kept/")), "Send what you typed")
    assert answer.status_code == 200
    assert "Typed with care" in answer.content.decode()
    assert not KeptForm.objects.exists()


def test_a_form_that_is_refused_when_sent_again_stays_kept(signed_in):
    typed_too_late(signed_in, make_document())
    sign_in_as(signed_in)
    offered = Page(signed_in.get("/admin/kept/"))
    User.objects.update(is_superuser=False)
    assert press(signed_in, offered, "Send what you typed").status_code == 403
    assert KeptForm.objects.count() == 1


def test_whoever_is_signed_out_again_keeps_it_once(signed_in):
    typed_too_late(signed_in, make_document())
    sign_in_as(signed_in)
    offered = Page(signed_in.get("/admin/kept/"))
    sign_out(signed_in)
    assert press(signed_in, offered, "Send what you typed").status_code == 302
    assert KeptForm.objects.count() == 1


def test_few_forms_are_kept_for_a_day_and_none_that_is_very_large(signed_in):
    document = make_document()
    for number in range(MOST + 2):
        page, form = opened(signed_in, document)
        sign_out(signed_in)
        signed_in.post(page, {**form, "note": f"Number {number}"})
        sign_in_as(signed_in)
    assert KeptForm.objects.count() == MOST
    assert ["note", "Number 0"] not in KeptForm.objects.last().fields
    page, form = opened(signed_in, document)
    sign_out(signed_in)
    large = Page(signed_in.post(page, {**form, "note": "a" * LARGEST}))
    assert large.status == 403  # in which it is kept, as ever
    assert KeptForm.objects.count() == MOST

    KeptForm.objects.update(kept_at=F("kept_at") - KEPT_FOR - datetime.timedelta(seconds=1))
    assert sign_in_as(signed_in).headers["Location"] == "/admin/"
    call_command("clearsessions")
    assert not KeptForm.objects.exists()


def test_whoever_has_to_choose_a_password_first_is_offered_it_then(signed_in):
    typed_too_late(signed_in, make_document())
    PasswordToChange.objects.create(user=User.objects.get())
    sign_in_as(signed_in)
    assert signed_in.get("/admin/kept/").headers["Location"] == "/admin/password_change/"
    page = signed_in.get("/admin/password_change/").content.decode()
    answer = signed_in.post(
        "/admin/password_change/",
        {
            "old_password": "a long password",
            "new_password1": "quiet-harbour-71",
            "new_password2": "quiet-harbour-71",
            "csrfmiddlewaretoken": FormReader(page).values["csrfmiddlewaretoken"][0],
        },
    )
    assert answer.headers["Location"] == "/admin/kept/"


def test_what_another_site_sends_is_not_kept_for_anybody(signed_in):
    page, form = opened(signed_in, make_document())
    sign_out(signed_in)
    signed_in.defaults.pop("HTTP_ORIGIN")
    answer = signed_in.post(page, form, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert not KeptForm.objects.exists()
