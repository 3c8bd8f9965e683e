"""Accounts for tests, and how they are changed in a browser."""

import re

from django.contrib.auth.models import Group, User
from django.test import Client

from tests.admin_urls import left_as_it_is
from tests.pages.reading import Page

PASSWORD = "a long password"
ACCOUNTS = "/admin/auth/user/"


def make_user(name: str, *groups: str, **fields) -> User:
    user = User.objects.create_user(name, password=PASSWORD, **{"is_staff": True, **fields})
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def signed_in(user: User, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post("/admin/login/", {"username": user.username, "password": password})
    assert browser.get("/admin/").status_code == 200
    return browser


def is_shown_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def page_of(user: User, page: str = "change") -> str:
    return f"{ACCOUNTS}{user.pk}/{page}/"


def give_new_password(browser: Client, user: User):
    """Open the page that makes a new password, and make it."""
    page = page_of(user, "password")
    return browser.post(page, left_as_it_is(browser.get(page)))


def password_on(page: Page) -> str:
    return re.search("([a-z2-9]{4}-){3}[a-z2-9]{4}", page.text)[0]


def send_account(browser, user, **changes):
    """Open an account's page, type in `changes` and save. None takes a field away."""
    page = page_of(user)
    sent = {**left_as_it_is(browser.get(page)), **changes}
    return browser.post(page, {name: value for name, value in sent.items() if value is not None})
