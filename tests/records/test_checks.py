"""System checks: settings that would quietly cost data or speed."""

from types import SimpleNamespace

import pytest

from records import checks
from records.checks import sqlite_takes_its_write_lock_at_once

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE"},
}


@pytest.fixture
def errors(monkeypatch):
    """The errors that a database with these settings gets."""

    def of(**database):
        settings = SimpleNamespace(DATABASES={"default": database})
        monkeypatch.setattr(checks, "settings", settings)
        return [error.id for error in sqlite_takes_its_write_lock_at_once()]

    return of


def test_sqlite_that_takes_its_write_lock_at_once_is_well(errors):
    assert errors(**SQLITE) == []


def test_sqlite_that_waits_with_its_write_lock_is_an_error(errors):
    assert errors(**SQLITE | {"OPTIONS": {"transaction_mode": "DEFERRED"}}) == ["records.E001"]
    assert errors(ENGINE="django.db.backends.sqlite3") == ["records.E001"]


def test_sqlite_that_locks_for_every_request_is_an_error(errors):
    assert errors(**SQLITE, ATOMIC_REQUESTS=True) == ["records.E002"]


def test_both_errors_are_told_at_once(errors):
    assert errors(ENGINE="django.db.backends.sqlite3", ATOMIC_REQUESTS=True) == [
        "records.E001",
        "records.E002",
    ]


def test_postgresql_needs_neither(errors):
    assert errors(ENGINE="django.db.backends.postgresql", ATOMIC_REQUESTS=True) == []


def test_the_registers_own_settings_are_well():
    assert sqlite_takes_its_write_lock_at_once() == []
