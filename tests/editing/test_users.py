"""Accounts and groups: who manages them, and what nobody can do with them."""

import datetime

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from editing.groups import AUDITOR, EDITOR, IN_WORDS, MANAGER, permissions_of_groups
from records.models import StaffSession
from tests.admin_pages import errors_of
from tests.editing.accounts import (
    ACCOUNTS,
    PASSWORD,
    browser_of,
    is_shown_in,
    make_user,
    page_of,
    password_on,
    send_account,
    signed_in,
)
from tests.pages.reading import Page

pytestmark = pytest.mark.django_db


def held(group: Group) -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in group.permissions.select_related("content_type")
    }


# The three groups


def test_the_three_groups_are_there_from_the_start_and_hold_what_the_register_says():
    assert {group.name: held(group) for group in Group.objects.all()} == permissions_of_groups()
    assert set(IN_WORDS) == set(permissions_of_groups())


def test_each_group_may_do_what_its_words_say():
    may = permissions_of_groups()
    assert all(".view_" in name for name in may[AUDITOR])
    assert not any(".delete_" in name or "_user" in name for name in may[EDITOR])
    # Otherwise a register manager could not put people into each of the three.
    assert may[EDITOR] | may[AUDITOR] < may[MANAGER]
    assert {name for name in may[EDITOR] if ".view_" in name} < may[AUDITOR]
    assert not any(name.endswith("delete_user") for name in may[MANAGER])


def test_every_permission_of_ours_that_is_not_the_librarys_belongs_to_a_group():
    own = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _ in model._meta.permissions
    }
    assert own <= permissions_of_groups()[MANAGER]
    assert not own & permissions_of_groups()[EDITOR]


def test_migrating_mends_the_three_groups_and_leaves_their_members_and_other_groups_alone(ann):
    own = Group.objects.create(name="board secretaries")
    own.permissions.set(Permission.objects.filter(codename="view_forum"))
    Group.objects.get(name=EDITOR).permissions.set(
        Permission.objects.filter(codename__in=["delete_forum", "view_seat"])
    )
    Group.objects.get(name=AUDITOR).delete()
    call_command("migrate", verbosity=0)
    assert held(own) == {"forums.view_forum"}
    assert held(Group.objects.get(name=EDITOR)) == permissions_of_groups()[EDITOR]
    assert held(Group.objects.get(name=AUDITOR)) == permissions_of_groups()[AUDITOR]
    assert [group.name for group in ann.groups.all()] == [EDITOR]


def test_the_three_groups_are_fixed_and_the_page_of_each_says_so(admin_client):
    for name, words in IN_WORDS.items():
        group = Group.objects.get(name=name)
        page = f"/admin/auth/group/{group.pk}/"
        shown = admin_client.get(f"{page}change/").content.decode()
        assert words in shown
        assert "comes with the register and cannot be changed" in shown
        assert 'name="_save"' not in shown
        assert admin_client.post(f"{page}change/", {"name": "mine"}).status_code == 403
        assert admin_client.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_other_groups_are_for_superusers_to_make(admin_client, megs_browser):
    sent = {"name": "board secretaries"}
    assert megs_browser.post("/admin/auth/group/add/", sent).status_code == 403
    assert admin_client.post("/admin/auth/group/add/", sent).status_code == 302
    group = Group.objects.get(name="board secretaries")
    page = f"/admin/auth/group/{group.pk}/change/"
    assert megs_browser.post(page, {"name": "mine"}).status_code == 403


# Keeping accounts


def test_a_register_manager_makes_an_account_that_can_be_signed_in_with(megs_browser):
    group = Group.objects.get(name=EDITOR)
    who = {"username": "bo", "first_name": "Bo", "last_name": "Ek", "email": "bo@example.nhs.uk"}
    form = megs_browser.get(f"{ACCOUNTS}add/").content.decode()
    assert "checked" in form  # staff
    assert 'type="password"' not in form
    sent = {**who, "is_staff": "on", "groups": [group.pk]}
    shown = Page(megs_browser.post(f"{ACCOUNTS}add/", sent))
    assert "Tell Bo Ek, in person" in shown.text
    assert "go to http://testserver/admin/, user name bo, password" in shown.text
    assert "They choose their own when they first sign in." in shown.text
    bo = User.objects.get(username="bo")
    assert (bo.get_full_name(), bo.email, bo.is_staff) == ("Bo Ek", "bo@example.nhs.uk", True)
    assert [each.name for each in bo.groups.all()] == [EDITOR]
    password = password_on(shown)
    assert (
        Client().post("/admin/login/", {"username": "bo", "password": password}).status_code == 302
    )
    again = Page(megs_browser.post(f"{ACCOUNTS}add/", sent))
    assert "A user with that username already exists." in again.text
    assert User.objects.filter(username__iexact="bo").count() == 1


def test_a_user_name_that_differs_only_in_case_is_refused(megs_browser, ann):
    response = megs_browser.post(f"{ACCOUNTS}add/", {"username": "ANN", "is_staff": "on"})
    assert list(errors_of(response)) == ["username"]


def test_a_register_manager_gives_groups_and_takes_them_away(megs_browser, ann):
    both = list(Group.objects.filter(name__in=[AUDITOR, MANAGER]).values_list("pk", flat=True))
    assert send_account(megs_browser, ann, groups=both).status_code == 302
    assert {group.name for group in ann.groups.all()} == {AUDITOR, MANAGER}
    assert send_account(megs_browser, ann, groups=None).status_code == 302
    assert not ann.groups.exists()


@pytest.fixture
def beyond():
    """A group with permissions that no register manager has."""
    group = Group.objects.create(name="keepers of groups")
    group.permissions.set(Permission.objects.filter(codename="change_group"))
    return group


def test_nobody_gives_more_than_they_have(megs_browser, ann, beyond):
    for page in [page_of(ann), f"{ACCOUNTS}add/"]:
        offered = megs_browser.get(page).context["adminform"].form.fields["groups"].queryset
        assert {group.name for group in offered} == {AUDITOR, EDITOR, MANAGER}
    rights = Permission.objects.get(codename="change_group")
    response = send_account(megs_browser, ann, groups=[beyond.pk])
    assert "groups" in errors_of(response)
    send_account(megs_browser, ann, is_superuser="on", user_permissions=[rights.pk])
    ann.refresh_from_db()
    assert not ann.is_superuser
    assert not ann.user_permissions.exists()
    assert [group.name for group in ann.groups.all()] == [EDITOR]


def test_nobody_takes_over_an_account_that_may_do_more(megs_browser, beyond, admin_user):
    in_group = make_user("Bea", beyond.name)
    by_itself = make_user("Cal")
    by_itself.user_permissions.set(Permission.objects.filter(codename="change_group"))
    asleep = make_user("Dot", beyond.name, is_active=False)
    passwords = {"password1": "quiet-harbour-71", "password2": "quiet-harbour-71"}
    for user in [in_group, by_itself, asleep, admin_user]:
        kept = user.password
        assert megs_browser.get(page_of(user)).status_code == 200
        assert megs_browser.post(page_of(user), {"username": "x"}).status_code == 403
        assert megs_browser.post(page_of(user, "password"), passwords).status_code == 403
        user.refresh_from_db()
        assert user.password == kept


def test_whoever_keeps_accounts_does_not_shut_themselves_out(megs_browser, meg):
    attempts = {"is_active": None, "is_staff": None, "groups": None}
    for name in attempts:
        response = send_account(megs_browser, meg, **{name: None})
        errors = {name: ["Ask another register manager to change your own account."]}
        assert errors_of(response) == errors
    meg.refresh_from_db()
    assert meg.is_active
    assert meg.is_staff
    assert [group.name for group in meg.groups.all()] == [MANAGER]
    assert send_account(megs_browser, meg, first_name="Megan").status_code == 302


def test_a_superuser_does_not_shut_themselves_out(admin_client, admin_user):
    for name in ["is_active", "is_staff", "is_superuser"]:
        response = send_account(admin_client, admin_user, **{name: None})
        assert list(errors_of(response)) == [name]


@pytest.mark.parametrize("who", ["Meg", "admin"])
def test_no_account_is_deleted(who, meg, admin_user, ann):
    browser = browser_of(User.objects.get(username=who))
    assert browser.get(page_of(ann, "delete")).status_code == 403
    assert browser.post(page_of(ann, "delete"), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [ann.pk], "post": "yes"}
    browser.post(ACCOUNTS, bulk)
    assert User.objects.filter(pk=ann.pk).exists()


def test_what_was_done_to_an_account_is_kept_and_an_auditor_reads_it(megs_browser, ann):
    send_account(megs_browser, ann, is_active=None)
    assert LogEntry.objects.filter(object_id=str(ann.pk)).count() == 1
    auditor = browser_of(make_user("Ida", AUDITOR))
    page = auditor.get(page_of(ann, "history"))
    assert "Meg" in page.content.decode()
    assert "Active" in page.content.decode()


def test_the_list_of_accounts_costs_the_same_however_many_there_are(
    megs_browser, django_assert_max_num_queries
):
    for number in range(25):
        make_user(f"user{number}", EDITOR, AUDITOR)
    with django_assert_max_num_queries(12):
        page = megs_browser.get(ACCOUNTS).content.decode()
    assert "auditor, editor" in page


def test_times_are_written_alike_on_the_page_and_in_the_list(megs_browser, ann):
    ann.last_login = datetime.datetime(2026, 11, 29, 21, 7, tzinfo=datetime.UTC)
    ann.save()
    for page in (page_of(ann), ACCOUNTS):
        shown = Page(megs_browser.get(page)).text
        assert "29 November 2026, 21:07" in shown
        assert "p.m." not in shown


# Sessions


def test_deactivating_an_account_ends_its_sessions_at_once(megs_browser, ann):
    browser = signed_in(ann)
    assert send_account(megs_browser, ann, is_active=None).status_code == 302
    assert not is_shown_in(browser)
    again = Client().post("/admin/login/", {"username": "Ann", "password": PASSWORD})
    assert again.status_code == 200
    assert "Please enter the correct" in again.content.decode()


def test_taking_a_group_away_takes_hold_at_once(megs_browser, ann):
    browser = signed_in(ann)
    assert browser.get("/admin/forums/forum/add/").status_code == 200
    send_account(megs_browser, ann, groups=None)
    assert browser.get("/admin/forums/forum/add/").status_code == 403


def test_signing_out_ends_the_session_and_not_the_cookie_alone(ann):
    browser = signed_in(ann)
    stolen = Client()
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert is_shown_in(stolen)
    browser.post("/admin/logout/")
    assert not is_shown_in(stolen)


def test_signing_in_begins_another_session_than_the_one_that_was_there(ann):
    browser = Client()
    session = browser.session
    session["planted"] = "yes"
    session.save()
    browser.cookies["sessionid"] = session.session_key
    browser.post("/admin/login/", {"username": "Ann", "password": PASSWORD})
    assert browser.cookies["sessionid"].value != session.session_key


def test_a_session_ends_with_the_browser_and_after_eight_hours(ann):
    browser = signed_in(ann)
    cookie = browser.cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    session = StaffSession.objects.get(session_key=cookie.value)
    left = session.expire_date - timezone.now()
    assert datetime.timedelta(hours=7.9) < left <= datetime.timedelta(hours=8)
    session.expire_date = timezone.now()
    session.save()
    assert not is_shown_in(browser)


# Who tried to sign in


def test_an_auditor_reads_who_signed_in_and_cannot_clear_it_away(ann):
    signed_in(ann)
    Client().post("/admin/login/", {"username": "Ann", "password": "wrong"})
    log, attempt = AccessLog.objects.get(username="Ann"), AccessAttempt.objects.get()
    auditor = browser_of(make_user("Ida", AUDITOR))
    attempt.attempt_time = timezone.now() - datetime.timedelta(days=2)
    attempt.save()
    assert "Ann" in auditor.get("/admin/axes/accesslog/").content.decode()
    clean = {"action": "cleanup_expired_attempts", "_selected_action": [attempt.pk]}
    auditor.post("/admin/axes/accessattempt/", clean)
    auditor.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})
    auditor.post(f"/admin/axes/accesslog/{log.pk}/delete/", {"post": "yes"})
    assert AccessAttempt.objects.filter(pk=attempt.pk).exists()
    assert AccessLog.objects.filter(pk=log.pk).exists()


def test_nothing_but_the_page_of_an_account_says_whether_it_is_locked(admin_client):
    for _ in range(4):
        Client().post("/admin/login/", {"username": "Ann", "password": "wrong"})
    page = admin_client.get("/admin/axes/accessattempt/").content.decode()
    assert "Ann" in page
    assert "locked" not in page.lower()
    assert "Status" not in page
    assert "/admin/axes/accessfailurelog/" not in admin_client.get("/admin/").content.decode()


def test_a_password_that_was_tried_is_not_kept():
    Client().post("/admin/login/", {"username": "Ann", "password": "my other password"})
    attempt = AccessAttempt.objects.get()
    assert "my other password" not in f"{attempt.post_data} {attempt.get_data}"


# Messages to people who sign in and out


def test_whoever_is_in_no_group_is_told_whom_to_ask():
    page = Page(browser_of(make_user("Stan")).get("/admin/"))
    assert "Your account is in no group yet. Ask a register manager to put you into one." in (
        page.text
    )
    assert "permission" not in page.text


def test_signing_in_and_out_are_called_so(ann):
    browser = signed_in(ann)
    assert ">Sign out</button>" in browser.get("/admin/").content.decode()
    assert ">Sign out</button>" in browser.get("/admin/password_change/").content.decode()
    signed_out = Page(browser.post("/admin/logout/"))
    assert "You are signed out." in signed_out.text
    assert signed_out.all("a", href="/admin/login/")
    sign_in = Page(browser.get("/admin/login/"))
    assert sign_in.title.startswith("Sign in")
    assert sign_in.all("input", value="Sign in")
    for page in (signed_out, sign_in):
        assert "log in" not in page.source.lower()


def test_whoever_may_not_open_a_page_is_told_so_at_the_sign_in():
    nora = make_user("Nora", is_staff=False)
    page = Page(browser_of(nora).get("/admin/", follow=True))
    assert "You are signed in as Nora, who may not open this page." in page.text


@pytest.mark.parametrize(
    ("asked", "status"), [("/admin/auth/user/add/", 403), ("/admin/nothing/", 404)]
)
def test_pages_that_refuse_lead_back_to_the_records(asked, status, ann):
    page = Page(browser_of(ann).get(asked))
    assert page.status == status
    assert page.main.find(".//li/a").get("href") == "/admin/"
    assert "Back to the records" in page.text


def test_a_public_page_that_is_not_there_does_not_lead_to_the_records(client):
    assert "Back to the records" not in Page(client.get("/nothing/")).text


def test_whoever_is_locked_is_led_to_the_sign_in():
    for _ in range(6):
        page = Page(
            Client().post("/admin/login/?next=/admin/auth/", {"username": "x", "password": "y"})
        )
    assert page.status == 429
    link = page.main.find(".//li/a")
    assert link.get("href") == "/admin/login/?next=/admin/auth/"
    assert link.text == "Try to sign in again"


# Caches


@pytest.mark.parametrize(
    "asked",
    [
        "/admin/",
        "/admin/login/",
        "/admin/forums",
        "/admin/nothing/",
        "/admin/forums/forum/99999/change/",
        "/admin/forums/forum/%00/change/",
        "/admin/auth/user/",
        "/admin/jsi18n/",
        "/admin/autocomplete/",
    ],
)
@pytest.mark.parametrize("name", ["", "Ann"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_of_the_admin_is_kept_by_a_cache(asked, name, method, ann):
    browser = Client(enforce_csrf_checks=True)
    if name:
        browser.force_login(ann)
    answer = getattr(browser, method)(asked)
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


def test_public_pages_may_be_kept(client):
    assert "no-store" not in client.get("/forums/").headers.get("Cache-Control", "")
