"""Requests that no browser would send, to every address of the admin.

None of them causes a server error, and nothing is written by people who may not write.
"""

import pytest
from django.test import Client
from django.utils.http import urlencode

from editing.groups import AUDITOR, EDITOR, MANAGER
from tests import slow
from tests.admin_pages import address
from tests.admin_urls import (
    ANONYMOUS,
    NO_GROUP,
    NOT_STAFF,
    OF_RECORDS,
    READING,
    SUPERUSER,
    WHO,
    ask,
    every_page,
    left_as_it_is,
    make_cast,
    names_on_forms,
    patterns,
    ways_to_fill,
)
from tests.builders import BUILDERS
from tests.standing import changes_undone, standing

MODELS = sorted(BUILDERS, key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)


@pytest.fixture(scope="module")
def standing_admin(django_db_setup, django_db_blocker):
    with standing(django_db_blocker):
        yield make_cast()


@pytest.fixture
def cast(standing_admin):
    with changes_undone():
        yield standing_admin


@pytest.fixture(scope="module")
def forms(standing_admin):
    """Every page with a form, before anybody has sent one."""
    with changes_undone():
        return pages_with_forms(standing_admin, standing_admin.browser(SUPERUSER))


@pytest.fixture
def quiet(caplog):
    """Keep thousands of refusals out of the log."""
    caplog.set_level("CRITICAL")


# Without a token that shows that the form was ours


@slow.WALK
@pytest.mark.parametrize("who", WHO)
def test_nothing_that_comes_from_another_site_is_done(who, cast, quiet):
    browser = cast.browser(who, enforce_csrf_checks=True)
    done = []
    for page in every_page(cast, who):
        # Where a file is sent, who may send one is asked first.
        answer = ask(browser, "post", page.address, {"reason": "Test.", "post": "yes"})
        if not answer.refused or answer.writes:
            done.append(f"{page} answers {answer.status}")
    assert not done, "\n".join(done)


# Addresses with keys that are none

ODD_KEYS = ["abc", "-1", "9" * 30, "%00", "%3Cscript%3E", "987654321", "a%2Fb"]


@slow.WALK
@pytest.mark.parametrize("odd", ODD_KEYS)
def test_a_key_that_cannot_be_one_is_answered_with_a_page(odd, cast, quiet):
    browser = cast.browser(SUPERUSER)
    faults = []
    for pattern in patterns():
        ways = ways_to_fill(cast, SUPERUSER, pattern)
        if not ways:
            continue
        _, values = ways[0]
        for name in pattern.arguments:
            place = pattern.filled({**values, name: odd})
            for method in ("get", "post"):
                answer = ask_even_if_it_fails(browser, method, place)
                if answer is None or answer.status >= 500 or answer.writes:
                    faults.append(f"{method.upper()} {place}")
    assert not faults, "\n".join(faults)


def ask_even_if_it_fails(browser, method, place, data=None):
    """The answer, or None if it is a server error."""
    browser.raise_request_exception = False
    answer = ask(browser, method, place, data)
    return None if answer.status >= 500 else answer


# Forms filled in as no browser would

# Sent in every field at once.
ODD_TEXTS = {
    "null bytes": "\x00",
    "markup": "<script>alert(1)</script>",
    "a very long text": "x" * 20_000,
    "a word twice": ["abc", "abc"],
}
# Sent where a record, a number or a day is chosen, in a form that is otherwise in order: what is
# wrong in one field would keep the others from being read as far.
ODD_CHOICES = {
    "a word": "abc",
    "a number that is too long": "9" * 30,
    "a key of nothing": "-1",
    "another record": "1",
    "the last of days": "9999-12-31",
    "the first of days": "0001-01-01",
}
# What pages read besides the fields of their forms.
ALWAYS_SENT = ["version", "seen", "next", "action", "_selected_action", "_to_field", "reason"]
BUTTONS = {"post": "yes", "_save": "1", "_confirm": "1"}


@slow.WALK
@pytest.mark.parametrize("what", ODD_TEXTS)
def test_no_form_can_be_filled_in_so_that_it_fails(what, cast, forms, quiet):
    browser = cast.browser(SUPERUSER)
    faults = []
    for page in forms:
        sent = dict.fromkeys([*page.names, *ALWAYS_SENT], ODD_TEXTS[what])
        if ask_even_if_it_fails(browser, "post", page.address, {**sent, **BUTTONS}) is None:
            faults.append(page.address)
    assert not faults, "\n".join(faults)


@slow.WALK
@pytest.mark.parametrize("what", ODD_CHOICES)
def test_no_choice_can_be_made_so_that_a_form_fails(what, cast, forms, quiet):
    browser = cast.browser(SUPERUSER)
    faults = []
    for page in forms:
        sent = in_order(page, cast)
        for name in page.names:
            value = str(page.values.get(name, [""])[0])
            is_day = "date" in name or name.endswith(("_on", "_ends"))
            is_key = value.isdecimal() or name in ("person", "document", "other", "organisation")
            if is_day if "days" in what else is_key:
                sent[name] = ODD_CHOICES[what]
        if ask_even_if_it_fails(browser, "post", page.address, sent) is None:
            faults.append(f"{page.address}: {urlencode(sent, doseq=True)[:500]}")
    assert not faults, "\n".join(faults)


class PageWithForm:
    """A page with a form, and what a browser would send from it."""

    def __init__(self, page, response):
        self.kind = page.kind
        self.address = page.address
        self.values = left_as_it_is(response)
        self.names = names_on_forms(response)


def pages_with_forms(cast, browser) -> list[PageWithForm]:
    found = []
    for page in every_page(cast, SUPERUSER):
        if page.kind in READING or page.kind in ("Sign out", "Sign in"):
            continue
        opened = ask(browser, "get", page.address)
        if opened.status == 200:
            found.append(PageWithForm(page, opened.response))
    return found


# Forms in order, sent by whoever may not


def in_order(page: PageWithForm, cast) -> dict:
    """The form of a page, filled in so that a superuser could save most of them."""
    document = cast.records[MODELS_BY_NAME["document"]][0][1]
    filled = {
        "date": "2026-11-01",
        "precision": "day",
        "qualifier": "on",
        "document": document.pk,
        "locator": "page 9",
        "note": "Crafted.",
        "first_name": "Crafted",
    }
    wanted = {name: value for name, value in filled.items() if name in page.names}
    return {**page.values, **wanted, **BUTTONS, "reason": "Crafted."}


MODELS_BY_NAME = {model._meta.model_name: model for model in BUILDERS}


@slow.WALK
def test_whoever_may_not_write_writes_nothing_even_with_a_form_in_order(cast, forms, quiet):
    bodies = [in_order(page, cast) for page in forms]
    superuser = cast.browser(SUPERUSER)
    written = {
        page.address
        for page, body in zip(forms, bodies, strict=True)
        if ask(superuser, "post", page.address, body).writes
    }
    # Otherwise this would show nothing: most of these forms are such as to be done.
    kinds = [OF_RECORDS["<path:object_id>/change/"], OF_RECORDS["<path:object_id>/delete/"]]
    done = [page for page in forms if page.kind in kinds and page.address in written]
    assert len(done) > len(BUILDERS)
    faults = []
    for who in [ANONYMOUS, NOT_STAFF, NO_GROUP, AUDITOR, EDITOR, MANAGER]:
        browser = cast.browser(who)
        for page, body in zip(forms, bodies, strict=True):
            answer = ask(browser, "post", page.address, body)
            may_write = who in (EDITOR, MANAGER) and not answer.refused
            if answer.writes and not may_write:
                faults.append(f"{who} writes by {page.kind} ({page.address})")
    assert not faults, "\n".join(faults)


# Versions that are not of the record, or no longer the last


@pytest.fixture
def staff(admin_user):
    staff = Client()
    staff.force_login(admin_user)
    return staff


@every_model
@pytest.mark.django_db
def test_a_version_of_another_record_is_not_found_under_this_one(model, staff, quiet):
    record = BUILDERS[model]()
    version = BUILDERS[model]().history.latest().history_id
    past = address(model, "simple_history", record.pk, version)
    assert ask(staff, "get", past).status == 404
    answer = ask(staff, "post", f"{past}restore/", {"reason": "Crafted."})
    assert answer.status == 404
    assert not answer.writes


@slow.WALK
@every_model
@pytest.mark.django_db
def test_a_form_opened_on_another_version_is_not_saved(model, staff, quiet):
    record = BUILDERS[model]()
    page = address(model, "change", record.pk)
    values = left_as_it_is(ask(staff, "get", page).response)
    body = {**values, "note": "Crafted.", "reason": "Crafted."}
    assert ask(staff, "post", page, body).writes  # the form would otherwise be saved
    elsewhere = BUILDERS[model]().history.latest().history_id
    for version in ["", "0", "abc", "-1", "9" * 30, "\x00", "<script>", str(elsewhere)]:
        answer = ask_even_if_it_fails(staff, "post", page, {**body, "version": version})
        assert answer is not None, f"version {version!r}"
        assert not answer.writes, f"version {version!r}"
    without = {name: value for name, value in body.items() if name != "version"}
    assert not ask(staff, "post", page, without).writes
    record.note = "What somebody else found meanwhile."
    record.save()
    assert not ask(staff, "post", page, body).writes
