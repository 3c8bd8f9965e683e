"""A browser, and a seeded register for it to visit.

`page.goto("/chairs/")` reads a register that all these tests share. A test that changes records
asks for `own_register` and visits that address.
"""

import os

import pytest

from tests.browser import chromium, served_register
from tests.browser.staff import log_in

# Playwright keeps an event loop running in the thread of the tests. Django would take their
# database calls for asynchronous code and refuse them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if chromium.EXECUTABLE is None:
        pytest.skip("Chromium is not installed (Debian and Ubuntu: apt-get install chromium)")
    return {**browser_type_launch_args, **chromium.LAUNCH}


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory):
    database = tmp_path_factory.mktemp("seeded") / "register.sqlite3"
    served_register.make_seeded_database(database)
    return database


@pytest.fixture(scope="session")
def base_url(seeded_database, tmp_path_factory):
    with served_register.served(seeded_database, tmp_path_factory.mktemp("shared")) as address:
        yield address


@pytest.fixture
def own_register(seeded_database, tmp_path):
    """The address of a seeded register that this test may change."""
    with served_register.served(seeded_database, tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def staff_server(seeded_database, browser, tmp_path_factory):
    """A register that a member of staff has signed in to: its address, the session's cookies, its
    database, and a copy of the database as it was then."""
    directory = tmp_path_factory.mktemp("staff")
    database, as_it_was = directory / "register.sqlite3", directory / "as-it-was.sqlite3"
    with_minutes = directory / "with-minutes.sqlite3"
    served_register.copy(seeded_database, with_minutes)
    served_register.add_minutes(with_minutes)
    with served_register.served(with_minutes, directory) as address:
        context = browser.new_context()
        log_in(context.new_page(), address)
        cookies = context.cookies()
        context.close()
        served_register.copy(database, as_it_was)
        yield address, cookies, database, as_it_was


@pytest.fixture
def staff_register(staff_server, context):
    """The address of a seeded register, signed in to, that this test may change. Each test begins
    with the same register."""
    address, cookies, database, as_it_was = staff_server
    served_register.copy(as_it_was, database)
    context.add_cookies(cookies)
    return address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture
def page(page):
    """A page on which no script failed and the Content Security Policy had nothing to block."""
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    assert complaints == []
