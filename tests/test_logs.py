"""The log, as somebody who runs the register reads it."""

import io
import logging
import logging.config

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client

from tests.builders import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(monkeypatch):
    """The lines of the log, as the handler in the settings writes them."""
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    configurator.configure()
    (handler,) = [each for each in logging.getLogger().handlers if each.name == "console"]
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    yield lambda: written.getvalue().splitlines()
    logging.getLogger().removeHandler(handler)


def failing(monkeypatch, error: Exception) -> Client:
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("ics_register.pages.people.page_of", fail)
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/people/person/1/step/nothing/", 404),
        ("/people/?as_at=nonsense", 400),
        ("/admin/auth/group/add/", 403),
        ("/admin/forums/seat/?forum__document__publisher=x", 400),
    ],
)
def test_what_is_refused_is_one_line(address, status, log, client, django_user_model):
    make_person(pk=1)
    client.force_login(django_user_model.objects.create_user("stan", is_staff=True))
    if status != 403:
        django_user_model.objects.update(is_superuser=True)
    assert client.get(address).status_code == status
    (line,) = log()
    assert line.startswith("2")
    assert "Traceback" not in line


def test_a_refusal_says_why_in_its_line(log, monkeypatch):
    client = failing(monkeypatch, PermissionDenied("Not for you."))
    assert client.get("/people/").status_code == 403
    (line,) = log()
    assert "Forbidden (Permission denied): /people/: PermissionDenied: Not for you." in line


def test_a_fault_of_ours_is_logged_with_its_traceback(log, monkeypatch):
    client = failing(monkeypatch, RuntimeError("A slip."))
    assert client.get("/people/").status_code == 500
    assert "Traceback (most recent call last):" in log()
    assert log()[-1] == "RuntimeError: A slip."


def test_a_lost_database_takes_a_line_and_not_one_for_each_request(log, monkeypatch):
    error = OperationalError("connection refused\n\tIs the server running?")
    error.__cause__ = psycopg.OperationalError()
    client = failing(monkeypatch, error)
    for _ in range(20):
        assert client.get("/people/").status_code == 503
    (line,) = log()
    assert "OperationalError: connection refused Is the server running?" in line

    monkeypatch.setattr("ics_register.logs.REST", 0)
    client.get("/people/")
    assert len(log()) == 2
    assert "(and 19 more since the last line)" in log()[1]


def test_another_cause_is_told_at_once(log, monkeypatch):
    lost = OperationalError("lost")
    lost.__cause__ = psycopg.OperationalError()
    failing(monkeypatch, lost).get("/people/")
    failing(monkeypatch, OSError(28, "No space left on device")).get("/people/")
    assert [line.rpartition(": ")[2] for line in log()] == [
        "lost",
        "[Errno 28] No space left on device",
    ]
