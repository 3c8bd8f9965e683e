"""Streamed responses that the reader abandons."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editing.spreadsheets.columns import SpreadsheetColumn
from ics_register import urls
from ics_register.open_data.files import FORMATS
from ics_register.pages import data, formats
from people.models import Person
from records.history import Nature, writing
from tests.builders import make_person, source
from tests.pages.reading import Page
from tests.sheets import checked, csv_of, manager
from tests.stepping import signed_in

pytestmark = pytest.mark.django_db

LISTS = sorted(
    pattern.name
    for pattern in urls.urlpatterns
    if getattr(pattern, "default_args", {}).get("form") == "csv" and "<" not in str(pattern.pattern)
)


def test_there_are_lists():
    assert {"chairs.csv", "recorded.csv", "people.csv"} <= set(LISTS)


@pytest.fixture
def people(monkeypatch):
    """People who are fetched one at a time, each with a change."""
    monkeypatch.setattr(formats, "CHUNK", 1)
    for number in range(4):
        person = make_person(name=f"Person {number}")
        with writing(Nature.CORRECTED, reason="A slip."):
            person.note = "Corrected."
            person.save()


def told(response) -> str:
    """The words of an answer: its whole text if it is no page."""
    text = response.content.decode()
    return text if "<h1" not in text else Page(response).text


def asks_nothing_more(response) -> bool:
    """Whether an answer, once closed, has ended and sends no query."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response.close()
        assert not connection.execute_wrappers
    with contextlib.suppress(ValueError):
        assert list(response) == []
    return not queries.captured_queries


def served(method: str, address: str):
    """An answer as a server handles it: a server reads it to the end after HEAD too, and Django's
    test client does not."""
    return WSGIHandler().get_response(RequestFactory().generic(method, address))


@pytest.mark.parametrize("name", LISTS)
def test_nothing_of_a_list_is_read_for_a_head_request(name, people):
    response = served("HEAD", reverse(name))
    with CaptureQueriesContext(connection) as queries:
        assert b"".join(response) == b""
        response.close()
    assert response.status_code == 200
    assert queries.captured_queries == []


@pytest.mark.parametrize("address", ["/", "/chairs.json", "/nowhere/", "/admin/login/"])
def test_after_the_head_of_a_page_no_body_is_sent(address, db):
    page, head = served("GET", address), served("HEAD", address)
    assert head.content == b""
    lengths = [each.headers["Content-Length"] for each in (page, head)]
    assert lengths == [str(len(page.content))] * 2


@pytest.mark.parametrize("name", LISTS)
def test_nothing_more_of_a_list_is_read_once_the_reader_has_gone(name, client, people):
    response = client.get(reverse(name))
    lines = iter(response)
    next(lines), next(lines)
    assert asks_nothing_more(response)


@pytest.mark.parametrize("name", ["people.csv", "recorded.csv"])
def test_a_list_is_read_as_far_as_it_is_taken(name, client, people):
    response = client.get(reverse(name))
    lines = iter(response)
    for _ in range(3):
        next(lines)
    with CaptureQueriesContext(connection) as taken:
        next(lines)
    with CaptureQueriesContext(connection) as rest:
        for _ in lines:
            pass
    assert 0 < len(taken) <= len(rest)


@pytest.mark.parametrize("name", ["people.csv", "chairs.csv"])
def test_nothing_more_of_a_past_list_is_read_once_the_reader_has_gone(name, client, people):
    response = client.get(reverse(name), {"recorded": timezone.localdate().isoformat()})
    lines = iter(response)
    next(lines), next(lines)
    assert asks_nothing_more(response)


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_export_of_the_admin_stops_when_the_reader_goes(method, people, monkeypatch):
    read = set()

    def one_by_one(self, record):
        read.add(record)
        return "cell"

    monkeypatch.setattr(SpreadsheetColumn, "export", one_by_one)
    response = getattr(signed_in(), method)("/admin/export/people/person.csv")
    lines = iter(response)
    if method == "get":
        next(lines), next(lines), next(lines)
    assert asks_nothing_more(response)
    assert list(lines) == []
    assert len(read) == (1 if method == "get" else 0)


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_reader_has_gone_changes_nothing():
    source()
    mona = manager()
    content = csv_of(["Name", "Source document", "Locator"], ["Ann Lee", "Board paper", "page 1"])
    upload = checked(mona, Person, content)
    response = mona.post(
        f"/admin/uploads/{upload.pk}/load/",
        {"seen": upload.outcome["fingerprint"]},
        headers={"accept": "application/x-ndjson"},
    )
    lines = iter(response)
    next(lines)
    response.close()
    assert list(lines) == []
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_the_head_of_a_file_is_that_of_the_file_but_for_its_length_and_nothing_is_built(
    name, client, people, monkeypatch
):
    whole = client.get(f"/data/{name}?as_at=2020-01-01")
    assert len(whole.getvalue()) == int(whole.headers["Content-Length"])
    monkeypatch.delattr(data, "write")
    monkeypatch.delattr(data, "gathered_file")
    head = client.head(f"/data/{name}?as_at=2020-01-01")
    told = dict(whole.headers)
    del told["Content-Length"]
    assert (head.status_code, dict(head.headers), head.getvalue()) == (200, told, b"")


@pytest.mark.parametrize("asked", ["csv.rar", "csv.zip?periods=some", "csv.zip?as_at=2019-02-30"])
def test_the_head_of_no_file_is_refused_as_the_file_would_be(asked, client, people):
    head, whole = client.head(f"/data/{asked}"), client.get(f"/data/{asked}")
    assert head.status_code == whole.status_code >= 400


# Where a file has no room


@pytest.fixture
def no_room(monkeypatch):
    """A folder for temporary files with no room in it."""

    def full(*args, **kwargs):
        return Path("/dev/full").open("r+b")

    monkeypatch.setattr("tempfile.TemporaryFile", full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_a_file_of_the_data_without_room_is_a_page_that_says_so(name, client, people, no_room):
    client.raise_request_exception = False
    response = client.get(f"/data/{name}")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "The register’s disk is full" in told(response)


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
def test_data_that_cannot_be_gathered_for_want_of_room_is_a_page_that_says_so(
    name, client, people, monkeypatch
):
    connect = sqlite3.connect

    def small(file, **options):
        database = connect(file, **options)
        database.execute("PRAGMA max_page_count = 1")
        return database

    monkeypatch.setattr("ics_register.open_data.export.sqlite3.connect", small)
    client.raise_request_exception = False
    response = client.get(f"/data/{name}")
    assert response.status_code == 503
    assert "The register’s disk is full" in told(response)
