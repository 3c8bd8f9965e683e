"""Responses to readers and staff while the database cannot be reached.

tests/test_sick_servers.py does the same with real servers that are frozen, stopped or full.
"""

import contextlib
import datetime
import sqlite3
import time
from unittest import mock

import psycopg
import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from forums.models import Forum
from ics_register import database_down
from ics_register.open_data.files import FORMATS
from ics_register.replicas import REPLICA
from records import waiting
from records.models import Document
from records.troubles import Trouble
from tests.admin_pages import address, typed
from tests.builders import make_document, make_forum
from tests.pages.reading import Page
from tests.records.test_troubles import as_django, of_sqlite
from tests.stepping import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/forums/board/"
client = Client(headers={"host": "localhost"}, raise_request_exception=False)


def refused(words: str) -> Exception:
    """The error that psycopg raises if the server refuses a connection."""
    own = psycopg.OperationalError(f"connection failed: FATAL:  {words}")
    return as_django(OperationalError, own)


GONE = refused("no such file")
TROUBLES = [
    (GONE, Trouble.GONE),
    (as_django(OperationalError, psycopg.errors.ConnectionTimeout("expired")), Trouble.SILENT),
    (refused("the database system is starting up"), Trouble.STARTING),
    (refused("the database system is shutting down"), Trouble.STARTING),
    (refused("the database system is in recovery mode"), Trouble.STARTING),
    (refused("sorry, too many clients already"), Trouble.CROWDED),
    (refused("remaining connection slots are reserved for roles"), Trouble.CROWDED),
    (of_sqlite(OperationalError, sqlite3.SQLITE_CANTOPEN, "unable to open"), Trouble.GONE),
    (of_sqlite(OperationalError, sqlite3.SQLITE_NOTADB, "not a database"), Trouble.FAILING),
]


@contextlib.contextmanager
def down(error: Exception = GONE):
    """Let the database refuse every connection."""
    connection.close()
    with mock.patch.object(connection, "get_new_connection", side_effect=error) as connect:
        yield connect


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(database_down, "last_known", None)
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def board():
    return make_forum(slug="board", name="Board")


@contextlib.contextmanager
def at(moment: datetime.datetime):
    with mock.patch.object(timezone, "now", return_value=moment):
        yield


NOON = datetime.datetime(2026, 11, 29, 12, 5, tzinfo=datetime.UTC)


def test_a_page_that_was_kept_is_shown_and_says_of_when_it_is(board):
    with at(NOON):
        client.get(PAGE)
    with at(NOON + datetime.timedelta(minutes=20)):
        client.get("/forums/")  # by which the register is known to be the same still
    with at(NOON + datetime.timedelta(minutes=30)), down():
        answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "Board" in answer.text
    assert (
        "The register’s database cannot be reached. This page is as it was at 12:25 on 29 November "
        "2026 and may be out of date."
    ) in Page(answer).text
    assert answer["Age"] == "600"
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


@pytest.mark.parametrize("form", ["json", "csv", "docx"])
def test_each_format_that_was_kept_is_sent_with_its_age(board, form):
    page = {"csv": "/forums.csv", "docx": "/forums/board/terms.docx"}.get(
        form, "/forums/board.json"
    )
    made = client.get(page).getvalue()
    with down():
        answer = client.get(page)
    assert (answer.status_code, answer.getvalue()) == (200, made)
    assert int(answer["Age"]) >= 0
    assert answer["Cache-Control"] == "no-store"


def test_whoever_has_the_page_already_is_sent_it_with_its_age(board):
    tag = client.get(PAGE)["ETag"]
    with down():
        assert "out of date" in client.get(PAGE, headers={"if-none-match": tag}).text


def test_a_page_that_was_not_kept_is_the_page_of_an_error(board):
    client.get(PAGE)
    with down():
        answer = client.get("/people/")
    assert answer.status_code == 503
    assert Page(answer).headings == [Trouble.GONE.heading]
    assert answer["Cache-Control"] == "no-store"


def test_no_page_is_shown_more_than_an_hour_after_the_database_last_answered(board):
    with at(NOON):
        client.get(PAGE)
    with down():
        with at(NOON + datetime.timedelta(minutes=59)):
            assert client.get(PAGE).status_code == 200
        with at(NOON + datetime.timedelta(minutes=61)):
            assert client.get(PAGE).status_code == 503


def test_no_page_is_shown_that_a_change_has_made_old(board):
    client.get(PAGE)
    board.name = "Another"
    board.save()
    client.get("/forums/")
    with down():
        assert client.get(PAGE).status_code == 503


def test_no_page_of_yesterday_is_shown_for_one_of_today(board, monkeypatch):
    client.get(PAGE)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)
    with down():
        assert client.get(PAGE).status_code == 503


def test_a_database_that_fails_in_the_middle_of_a_page_is_answered_for_too(board, monkeypatch):
    client.get("/people/")

    def fail(*args, **kwargs):
        raise GONE

    monkeypatch.setattr(
        "ics_register.kept_pages.caches", {"pages": mock.Mock(get=lambda tag: None)}
    )
    monkeypatch.setattr("ics_register.pages.people.page_of", fail)
    assert "may be out of date" in client.get("/people/").text


def test_when_the_database_is_back_pages_are_new_again(board):
    client.get(PAGE)
    with down():
        client.get(PAGE)
    answer = client.get(PAGE)
    assert "out of date" not in answer.text
    assert "Age" not in answer
    assert "ETag" in answer


@pytest.mark.parametrize("path", ["/robots.txt", "/static/register.css", "/static/nothing.css"])
def test_robots_and_styles_need_no_database(path):
    with down() as connect:
        answer = client.get(path)
        answer.close()
    assert answer.status_code == (404 if "nothing" in path else 200)
    connect.assert_not_called()


@pytest.mark.parametrize(("error", "trouble"), TROUBLES, ids=str)
def test_the_admin_says_what_is_the_matter(error, trouble):
    document = make_document()
    staff = signed_in()
    staff.raise_request_exception = False
    page = address(Document, "change", document.pk)
    form = {**typed(staff.get(page)), "reason": "Told so."}
    with down(error):
        answers = [
            staff.get("/admin/"),
            staff.get(page),
            staff.post(page, form),
            staff.post("/admin/logout/"),
            Client(raise_request_exception=False).post(
                "/admin/login/", {"username": "mona", "password": "any"}
            ),
        ]
    for answer in answers:
        assert (answer.status_code, Page(answer).headings) == (503, [trouble.heading])
        assert "no-store" in answer["Cache-Control"]
    assert "Nothing was changed" in answers[2].text


@pytest.fixture
def patience_for():
    """A function that gives the patience of a request for a path."""

    def asked(path: str) -> waiting.Patience:
        seen = []

        def respond(request):
            seen.append(waiting.patience())
            return HttpResponse()

        database_down.answer_without_database(respond)(RequestFactory().get(path))
        return seen[0]

    yield asked
    waiting.wait_for_ever()


FILES = [f"/data/{form.name}" for form in FORMATS]
LISTS = ["/forums.csv", "/forums/board.csv"]


@pytest.mark.parametrize("path", [*FILES, *LISTS, "/admin/"])
def test_files_lists_and_the_admin_may_take_as_long_as_the_database_works(patience_for, path):
    assert patience_for(path).until == float("inf")


@pytest.mark.parametrize("path", [PAGE, "/forums/board.json", "/data/", "/data/none.zip"])
def test_a_page_may_not_take_as_long_as_the_database_works(patience_for, path):
    assert patience_for(path).until < time.monotonic() + 60


@pytest.mark.parametrize("path", [PAGE, FILES[1], LISTS[0]])
def test_a_replica_that_answers_is_given_as_much_time_as_a_primary(
    patience_for, settings, monkeypatch, path
):
    of_primary = patience_for(path)
    patiences = []

    def last_change(replica):
        patiences.append(waiting.patience())
        return timezone.now()

    def respond(request):
        patiences.append(waiting.patience())
        request.trouble = Trouble.SILENT if len(patiences) == 1 else None
        return HttpResponse()

    monkeypatch.setitem(settings.DATABASES, REPLICA, {})
    monkeypatch.setattr(database_down, "connections", {REPLICA: connection})
    monkeypatch.setattr(database_down, "last_change_of_replica", last_change)
    database_down.answer_without_database(respond)(RequestFactory().get(path))
    primary, first_question, replica = patiences
    assert first_question.until < primary.until
    assert replica.seconds == of_primary.seconds
    assert replica.until >= of_primary.until


def test_what_fails_after_something_was_saved_does_not_say_that_nothing_was(board, monkeypatch):
    staff = signed_in()
    staff.raise_request_exception = False
    page = address(Forum, "change", board.pk)
    form = {**typed(staff.get(page)), "reason": "Told so.", "name": "Another"}

    def fail(self, request, response):
        raise GONE

    monkeypatch.setattr(
        "django.contrib.messages.middleware.MessageMiddleware.process_response", fail
    )
    answer = staff.post(page, form)
    assert Forum.objects.get().name == "Another"
    assert Page(answer).headings == [Trouble.GONE.heading]
    assert "may have been saved" in Page(answer).text
    assert "Nothing was" not in Page(answer).text


# PostgreSQL alone is an exchange away.

needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL only: SQLite is no exchange away"
)


@needs_postgresql
def test_a_change_whose_end_was_not_answered_may_be_saved_or_not(board):
    staff = signed_in()
    staff.raise_request_exception = False
    page = address(Forum, "change", board.pk)
    form = {**typed(staff.get(page)), "reason": "Told so.", "name": "Another"}
    commit = connection.connection.commit

    def save_and_say_nothing():
        commit()
        raise psycopg.OperationalError("the connection is lost")

    with mock.patch.object(connection.connection, "commit", save_and_say_nothing):
        answer = staff.post(page, form)
    assert Trouble.NOT_KNOWN.heading in Page(answer).text
    assert Trouble.NOT_KNOWN.remedy in Page(answer).text
    assert "Nothing was" not in Page(answer).text
    assert Forum.objects.get().name == "Another"
