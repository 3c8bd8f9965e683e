"""The register refuses a database of another release, and says why."""

import sqlite3
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from records.compatibility import UnknownSchema, refuse_unknown_schema
from tests import slow
from tests.browser.served_register import PROJECT, environment


@pytest.fixture
def applied(db, settings):
    """An empty table of applied migrations. Each test fills in those of a release."""
    settings.MIGRATION_MODULES = {}
    recorder = MigrationRecorder(connection)
    number = "integer" if connection.vendor == "sqlite" else "serial"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS django_migrations (id {number} PRIMARY KEY, "
            "app varchar(255), name varchar(255), applied timestamp with time zone)"
        )
    recorder.flush()
    return recorder


def folded() -> list[tuple[str, str]]:
    """The migrations of releases before each app's were squashed into one."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return [key for each in loader.disk_migrations.values() for key in each.replaces]


def test_each_app_of_the_register_folds_its_earlier_migrations(applied):
    assert {app for app, _ in folded()} == {"records", "organisations", "people", "forums"}


def test_an_empty_database_is_taken(applied):
    refuse_unknown_schema(connection)


def test_a_database_of_the_last_release_before_the_folding_is_taken(applied):
    for key in folded():
        applied.record_applied(*key)
    refuse_unknown_schema(connection)


def test_a_migrated_database_is_taken(applied):
    for app in ("records", "organisations", "people", "forums"):
        applied.record_applied(app, "0001_register")
    refuse_unknown_schema(connection)


def test_a_half_migrated_database_is_refused_whichever_migration_is_missing(applied):
    for missing in folded():
        alone = [key for key in folded() if key[0] == missing[0]] == [missing]
        assert not alone, "an app with one old migration cannot be half migrated"
        applied.flush()
        for key in folded():
            if key != missing:
                applied.record_applied(*key)
        with pytest.raises(UnknownSchema, match=".".join(missing)):
            refuse_unknown_schema(connection)


def test_a_database_of_a_newer_release_is_refused(applied):
    applied.record_applied("forums", "0001_register")
    applied.record_applied("forums", "9999_of_tomorrow")
    with pytest.raises(UnknownSchema, match=r"newer release .* forums\.9999_of_tomorrow"):
        refuse_unknown_schema(connection)


def test_migrations_of_an_app_that_is_no_longer_installed_refuse_nothing(applied):
    applied.record_applied("of_long_ago", "0001_initial")
    refuse_unknown_schema(connection)


def test_migrate_refuses_with_the_sentence(applied):
    applied.record_applied("forums", "9999_of_tomorrow")
    with pytest.raises(CommandError, match="Install that release again"):
        call_command("migrate")


@slow.SERVER
@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "migrate"],
        ["manage.py", "runserver", "--noreload", "127.0.0.1:0"],
        ["-c", "import ics_register.wsgi"],
    ],
    ids=["migrate", "the development server", "the server"],
)
def test_a_process_that_meets_a_newer_database_ends_with_the_sentence(command, tmp_path):
    file = tmp_path / "register.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute(
            "CREATE TABLE django_migrations "
            "(id integer PRIMARY KEY, app text, name text, applied text)"
        )
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('forums', '9999_of_tomorrow', '2030-01-01')"
        )
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment(file),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "A newer release of the register has migrated this database" in ended.stderr
    assert "KeyError" not in ended.stderr
