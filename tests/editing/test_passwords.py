"""Passwords: which are refused, who chooses them, and how a register manager helps somebody who has
forgotten theirs or is locked out."""

import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from editing.groups import AUDITOR, EDITOR
from editing.passwords import made_at_random
from records.models import PasswordToChange, StaffSession
from tests import builders
from tests.admin_urls import left_as_it_is
from tests.editing.accounts import (
    ACCOUNTS,
    PASSWORD,
    browser_of,
    give_new_password,
    is_shown_in,
    make_user,
    page_of,
    password_on,
    signed_in,
)
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("eleven-char", "at least 12 characters"),
        ("109283746501", "entirely numeric"),
        ("aaaabbbbxkqzd", "This password is easy to guess. Use three"),
        ("annabel-lee-poe", "too similar to the username"),
        ("aaaaaaaaaaaa", "it repeats the same characters"),
        ("passwordpassword", "it repeats the same characters"),
        ("qwerty123456", "it is a common word, name or password"),
        ("P@ssw0rd2026!!", "it is a common word, name or password"),
        ("Worcestershire", "of a day or month, or of words of this register"),
        ("Governance2026!", "of a day or month, or of words of this register"),
        ("Charlotte-Brontë", "too similar to the first name"),
        ("abcdefghijklm", "its characters follow each other"),
        ("qwertyuiop[]", "next to each other on the keyboard"),
        ("1986-1986-1986", "easy to guess"),
        ("passwordpassword" * 20, "it repeats the same characters"),
    ],
)
def test_a_password_that_could_be_guessed_is_refused_and_told_why(password, words):
    user = make_user("annabel-lee-po", first_name="Charlotte", last_name="Brontë")
    browser = browser_of(user)
    sent = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    response = browser.post("/admin/password_change/", sent)
    assert response.status_code == 200
    assert words in response.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "January February March",
        "monday tuesday wednesday",
        "MondayTuesdayWednesday",
        "20 March 1979 x",
        "Wye Valley NHS Trust",
        "One Herefordshire Alliance",
        "Integrated Care Board",
        "Chief Executive 2026",
        "Priya loves Tom",
    ],
)
def test_a_password_of_names_and_dates_is_refused(password, ann):
    builders.make_organisation(name="Wye Valley NHS Trust")
    builders.make_post(
        title="Chief Executive",
        organisation=builders.make_organisation(name="The Integrated Care Board"),
    )
    builders.make_forum(name="One Herefordshire Alliance")
    priya = User(username="priya.nair", first_name="Priya", last_name="Nair")
    with pytest.raises(ValidationError, match="easy to guess: it is made of"):
        validate_password(password, priya)
    validate_password("lemon tractor visit", priya)


def test_what_is_wrong_with_a_password_is_said_once_and_at_the_first_box(ann):
    browser = browser_of(ann)
    page = Page(browser.get("/admin/password_change/"))
    (help_text,) = page.all("div", id="id_new_password1_helptext")
    assert "".join(help_text.itertext()) == (
        "At least 12 characters. Names, dates, known passwords and rows of keys are easy to guess."
    )
    sent = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    errors = browser.post("/admin/password_change/", sent).context["form"].errors
    assert list(errors) == ["new_password1"]
    assert len(errors["new_password1"]) == 1
    assert "too short" in errors["new_password1"][0]


@pytest.mark.parametrize(
    "password",
    ["lemon tractor visit", "quiet-harbour-71", "żółw-ściana-mgła", "lemon tractor visit " * 20],
)
def test_a_password_that_is_hard_to_guess_is_taken(password, ann):
    browser = browser_of(ann)
    sent = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert browser.post("/admin/password_change/", sent).status_code == 302
    ann.refresh_from_db()
    assert ann.check_password(password)


def test_a_user_changes_their_password_by_giving_the_old_one(ann):
    browser = signed_in(ann)
    new = {"new_password1": "quiet-harbour-71", "new_password2": "quiet-harbour-71"}
    wrong = browser.post("/admin/password_change/", {"old_password": "guessed", **new})
    assert wrong.status_code == 200
    right = browser.post("/admin/password_change/", {"old_password": PASSWORD, **new})
    assert right.status_code == 302
    assert is_shown_in(browser)
    ann.refresh_from_db()
    assert ann.check_password("quiet-harbour-71")


def test_the_old_password_is_refused_as_a_new_one(ann):
    ann.set_password("quiet-harbour-71")
    ann.save()
    browser = signed_in(ann, "quiet-harbour-71")
    same = dict.fromkeys(("old_password", "new_password1", "new_password2"), "quiet-harbour-71")
    answer = browser.post("/admin/password_change/", same)
    assert "This is your old password. Choose another." in answer.content.decode()


def test_what_the_register_makes_is_itself_hard_to_guess():
    for _ in range(50):
        password = made_at_random()
        assert re.fullmatch("([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password)
        validate_password(password)


# Passwords that a register manager set


NEW = {"new_password1": "quiet-harbour-71", "new_password2": "quiet-harbour-71"}


def with_first_password() -> User:
    bo = make_user("bo")
    PasswordToChange.objects.create(user=bo)
    return bo


def sign_in(name: str, password: str) -> Client:
    browser = Client()
    answer = browser.post("/admin/login/", {"username": name, "password": password})
    assert answer.status_code == 302
    return browser


@pytest.mark.parametrize(
    "asked", ["/admin/", "/admin/forums/forum/", "/admin/nothing/", "/admin/jsi18n/"]
)
def test_whoever_has_a_first_password_is_led_to_change_it(megs_browser, asked):
    with_first_password()
    browser = sign_in("bo", PASSWORD)
    for method in (browser.get, browser.post):
        assert method(asked).headers["Location"] == "/admin/password_change/"
    page = Page(browser.get("/admin/password_change/"))
    assert "A register manager set this password. Choose your own to go on." in page.text
    assert "The password you were given" in page.text


def test_whoever_has_changed_a_first_password_goes_on_and_is_not_asked_again():
    bo = with_first_password()
    browser = sign_in("bo", PASSWORD)
    changed = browser.post("/admin/password_change/", {"old_password": PASSWORD, **NEW})
    assert changed.headers["Location"] == "/admin/"
    assert "Your password is changed." in Page(browser.get("/admin/")).text
    page = Page(browser.get("/admin/password_change/"))
    assert "A register manager set" not in page.text
    assert is_shown_in(sign_in("bo", "quiet-harbour-71"))
    assert not PasswordToChange.objects.filter(user=bo).exists()


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        ("/admin/forums/forum/?q=board", "/admin/forums/forum/?q=board"),
        ("/admin/password_change/", "/admin/"),
    ],
)
def test_whoever_has_changed_a_first_password_goes_on_to_what_they_asked_for(asked, then):
    with_first_password()
    browser = Client()
    sent = {"username": "bo", "password": PASSWORD, "next": asked}
    assert browser.post("/admin/login/", sent).headers["Location"] == asked
    changed = browser.post("/admin/password_change/", {"old_password": PASSWORD, **NEW})
    assert changed.headers["Location"] == then


def test_a_first_password_that_is_refused_is_still_to_be_changed():
    with_first_password()
    browser = sign_in("bo", PASSWORD)
    sent = {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"}
    assert browser.post("/admin/password_change/", sent).status_code == 200
    assert not is_shown_in(browser)


def test_whoever_has_a_first_password_can_sign_out():
    with_first_password()
    browser = sign_in("bo", PASSWORD)
    assert browser.post("/admin/logout/").status_code == 200
    assert "/admin/login/" in browser.get("/admin/").headers["Location"]


def test_a_user_who_chose_their_own_password_is_not_asked_to_change_it(ann, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser", interactive=False, username="sue", email="", verbosity=0, stdout=None
    )
    assert is_shown_in(sign_in("sue", PASSWORD))
    assert is_shown_in(signed_in(ann))


def test_at_the_upgrade_those_who_never_signed_in_are_asked_and_superusers_are_not(ann, meg):
    make_user("Sue", is_superuser=True)
    meg.last_login = timezone.now()
    meg.save()
    migration = import_module("records.migrations.0005_passwordtochange")
    migration.ask_those_who_never_signed_in(apps, SimpleNamespace(connection=connection))
    assert [each.user for each in PasswordToChange.objects.all()] == [ann]


# A new password


def test_a_manager_gives_a_new_password_which_is_shown_once(megs_browser, ann):
    elsewhere = signed_in(ann)
    asked = Page(megs_browser.get(page_of(ann, "password")))
    assert "whoever is signed in with it is signed out at once" in asked.text
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)

    given = Page(give_new_password(megs_browser, ann))
    password = password_on(given)
    assert "It is not shown again." in given.text
    assert "no-store" in given.response.headers["Cache-Control"]
    assert not StaffSession.objects.filter(account=ann).exists()
    assert not is_shown_in(elsewhere)
    browser = sign_in("Ann", password)
    assert browser.get("/admin/").headers["Location"] == "/admin/password_change/"
    browser.post("/admin/password_change/", {"old_password": password, **NEW})
    assert is_shown_in(browser)

    (entry,) = LogEntry.objects.filter(object_id=str(ann.pk))
    assert (entry.user.username, entry.get_change_message()) == (
        "Meg",
        "Given a new password, to be changed at sign-in.",
    )
    assert password not in Page(megs_browser.get(page_of(ann, "password"))).text


def test_a_form_for_a_new_password_that_is_sent_again_makes_no_other(megs_browser, ann):
    page = page_of(ann, "password")
    sent = left_as_it_is(megs_browser.get(page))
    password = password_on(Page(megs_browser.post(page, sent)))
    again = Page(megs_browser.post(page, sent))
    assert "it was shown already and is not shown again. Make another?" in again.text
    assert LogEntry.objects.count() == 1
    sign_in("Ann", password)
    another = Page(megs_browser.post(page, left_as_it_is(again.response)))
    assert password_on(another) != password


def test_a_new_password_lets_somebody_in_who_was_locked(megs_browser, ann):
    fail("Ann", 6)
    given = Page(give_new_password(megs_browser, ann))
    sign_in("Ann", password_on(given))


@pytest.mark.parametrize("where", ["change", "password"])
def test_nothing_is_offered_that_this_register_does_not_have(megs_browser, ann, where):
    for asked in (page_of(ann, where), f"{ACCOUNTS}add/", "/admin/password_change/"):
        shown = megs_browser.get(asked).content.decode()
        for words in ("LDAP", "Single Sign-On", "usable_password", "Reset password", "Raw passw"):
            assert words not in shown
    megs_browser.post(page_of(ann, where), {"usable_password": "false", "unset-password": "1"})
    ann.refresh_from_db()
    assert ann.has_usable_password()


# Unlocking


def fail(name: str, times: int, **browser) -> None:
    for _ in range(times):
        Client(**browser).post("/admin/login/", {"username": name, "password": "wrong"})


def test_a_manager_sees_what_counts_against_an_account_and_unlocks_it(megs_browser, ann):
    shown = Page(megs_browser.get(page_of(ann)))
    assert "No failed sign-in counts against this account." in shown.text
    assert "Unlock" not in shown.text
    fail("Ann", 5)
    fail("Ann", 2, REMOTE_ADDR="198.51.100.1")
    shown = Page(megs_browser.get(page_of(ann)))
    assert "7 failed sign-ins count against this account." in shown.text
    assert re.search(
        r"It is locked until \d\d:\d\d for whoever tries from 127\.0\.0\.1\.", shown.text
    )

    answer = megs_browser.post(page_of(ann, "unlock"), follow=True)
    assert answer.redirect_chain == [(page_of(ann), 302)]
    assert "Ann can sign in again now. 7 failed sign-ins no longer count." in (Page(answer).text)
    sign_in("Ann", PASSWORD)
    (entry,) = LogEntry.objects.filter(object_id=str(ann.pk))
    assert entry.get_change_message() == "Unlocked: 7 failed sign-ins no longer counted."


def test_an_account_that_all_addresses_wait_for_is_said_to_be_locked_and_is_unlocked(
    megs_browser, ann
):
    for number in range(20):
        fail("Ann", 1, REMOTE_ADDR=f"203.0.113.{number}")
    assert re.search(
        r"locked until \d\d:\d\d, except where its owner has signed in lately",
        Page(megs_browser.get(page_of(ann))).text,
    )
    megs_browser.post(page_of(ann, "unlock"))
    sign_in("Ann", PASSWORD)


def test_unlocking_takes_nothing_from_other_accounts_and_nothing_from_nothing(megs_browser, ann):
    fail("Bo", 3)
    answer = Page(megs_browser.post(page_of(ann, "unlock"), follow=True))
    assert "Nothing was locked" in answer.text
    assert AccessAttempt.objects.get().failures_since_start == 3
    assert not LogEntry.objects.exists()
    assert megs_browser.get(page_of(ann, "unlock")).headers["Location"] == page_of(ann)


@pytest.mark.parametrize("where", ["unlock", "password"])
def test_nobody_else_unlocks_or_gives_passwords(where, meg, ann, admin_user):
    fail("Ann", 5)
    fail("admin", 5)
    tries = [
        (make_user("Ida", AUDITOR), ann),
        (make_user("Eve", EDITOR), ann),
        (meg, admin_user),  # who may do more
        (meg, meg),  # for whom there is "Change password"
    ]
    for who, whose in tries:
        browser = browser_of(who)
        assert browser.get(page_of(whose, where)).status_code == 403
        assert browser.post(page_of(whose, where)).status_code == 403
        assert "New password" not in browser.get(page_of(whose)).content.decode()
    assert AccessAttempt.objects.count() == 2
    assert browser_of(meg).get(f"{ACCOUNTS}99999/{where}/").status_code == 404
