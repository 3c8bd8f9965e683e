"""Sessions: who sees them, and who ends them."""

import pytest
from axes.models import AccessLog
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editing.groups import AUDITOR
from editing.sessions import browser_in_words, name_of
from records.models import StaffSession
from tests.editing.accounts import PASSWORD, browser_of, is_shown_in, make_user, page_of
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


def signed_in(user, agent=FIREFOX, address="198.51.100.1") -> Client:
    browser = Client(REMOTE_ADDR=address, headers={"user-agent": agent})
    answer = browser.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def key_of(browser: Client) -> str:
    return browser.cookies["sessionid"].value


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on an iPhone"),
        (EDGE.partition(" Edg/")[0], "Chrome on Windows"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_session_names_its_browser_in_words(agent, words):
    assert browser_in_words(agent) == words


def test_a_session_knows_whose_it_is_and_when_where_and_in_what_it_began(ann):
    before = timezone.now()
    browser = signed_in(ann, EDGE)
    browser.post("/admin/jsi18n/", {})
    session = StaffSession.objects.get()
    assert session.pk == key_of(browser)
    assert (session.account, session.browser) == (ann, "Edge on Windows")
    assert session.address == "198.51.100.1" == AccessLog.objects.get().ip_address
    assert before <= session.began_at <= timezone.now()


def test_a_session_that_is_saved_again_began_when_it_did(ann):
    browser = signed_in(ann)
    began = StaffSession.objects.get().began_at
    session = browser.session
    session["something"] = "else"
    session.save()
    saved = StaffSession.objects.get()
    assert (saved.began_at, saved.account) == (began, ann)


def test_signing_in_writes_only_what_it_must(ann):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        signed_in(ann)
    written = [
        query["sql"].split()[:3]
        for query in captured
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    tables = sorted(name for words in written for name in words if name.startswith('"'))
    session = '"records_staffsession"'  # made with its key, and filled at the end of the request
    assert tables == ['"auth_user"', '"axes_accesslog"', session, session]


def test_a_user_sees_their_own_sessions_and_nobody_elses(ann, meg):
    browser = signed_in(ann)
    signed_in(ann, IPHONE, "203.0.113.9")
    signed_in(meg, EDGE)
    page = Page(browser.get("/admin/sessions/"))
    assert "Firefox on Linux (this session)" in page.text
    assert "Safari on an iPhone since" in page.text
    assert "from 203.0.113.9" in page.text
    assert "Edge" not in page.text
    for session in StaffSession.objects.all():
        assert session.pk not in page.source
    assert "/admin/sessions/" in browser.get("/admin/").content.decode()


def test_a_user_ends_one_session_or_all_others(ann):
    here, phone, office = signed_in(ann), signed_in(ann, IPHONE), signed_in(ann, EDGE)
    answer = here.post("/admin/sessions/", {"session": name_of(key_of(phone))}, follow=True)
    assert "1 session was ended." in Page(answer).text
    assert [is_shown_in(each) for each in (here, phone, office)] == [True, False, True]
    third = signed_in(ann)
    answer = here.post("/admin/sessions/", follow=True)
    assert "2 sessions were ended." in Page(answer).text
    assert "You are signed in nowhere else." in Page(answer).text
    assert [is_shown_in(each) for each in (here, office, third)] == [True, False, False]


def test_nobody_ends_the_session_of_another_or_one_that_does_not_exist(ann, meg):
    browser, hers = signed_in(ann), signed_in(meg)
    for name in (name_of(key_of(hers)), name_of(key_of(browser)), "nothing"):
        answer = Page(browser.post("/admin/sessions/", {"session": name}, follow=True))
        assert "There was no such session any more." in answer.text
    assert is_shown_in(hers)
    assert is_shown_in(browser)


def test_changing_a_password_ends_the_other_sessions_of_the_user(ann):
    here, elsewhere = signed_in(ann), signed_in(ann)
    new = {"new_password1": "quiet-harbour-71", "new_password2": "quiet-harbour-71"}
    here.post("/admin/password_change/", {"old_password": PASSWORD, **new})
    assert StaffSession.objects.get(account=ann).pk == key_of(here)
    assert [is_shown_in(each) for each in (here, elsewhere)] == [True, False]


def test_a_manager_sees_how_many_sessions_an_account_has_and_ends_them(megs_browser, meg, ann):
    assert "Sign out everywhere" not in Page(megs_browser.get(page_of(ann))).text
    browsers = [signed_in(ann), signed_in(ann, IPHONE)]
    shown = Page(megs_browser.get(page_of(ann)))
    assert "Its owner is signed in, in 2 browsers." in shown.text
    assert megs_browser.get(page_of(ann, "sign-out")).status_code == 302
    assert all(is_shown_in(each) for each in browsers)

    answer = megs_browser.post(page_of(ann, "sign-out"), follow=True)
    assert "“Ann” is signed out: 2 sessions ended." in Page(answer).text
    assert not any(is_shown_in(each) for each in browsers)
    assert is_shown_in(megs_browser)
    (entry,) = LogEntry.objects.filter(object_id=str(ann.pk))
    assert entry.get_change_message() == "Signed out: 2 sessions ended."
    answer = megs_browser.post(page_of(ann, "sign-out"), follow=True)
    assert "“Ann” was not signed in." in Page(answer).text


def test_nobody_else_ends_the_sessions_of_an_account(meg, ann, admin_user):
    browser = signed_in(ann)
    for who, whose in [(make_user("Ida", AUDITOR), ann), (meg, admin_user), (meg, meg)]:
        assert browser_of(who).post(page_of(whose, "sign-out")).status_code == 403
    assert is_shown_in(browser)


def test_a_session_that_is_over_is_not_listed_and_is_cleared_away(ann):
    browser = signed_in(ann)
    signed_in(ann, IPHONE)
    StaffSession.objects.filter(browser="Safari on an iPhone").update(expire_date=timezone.now())
    assert "iPhone" not in Page(browser.get("/admin/sessions/")).text
    call_command("clearsessions")
    assert [each.pk for each in StaffSession.objects.all()] == [key_of(browser)]


def test_a_public_page_asks_nothing_of_sessions(ann):
    browser = signed_in(ann)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/forums/").status_code == 200
    assert not any("session" in query["sql"] for query in captured)
