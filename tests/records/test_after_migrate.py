"""A migrate that failed leaves the database its rules; the server says if one is missing."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import DatabaseError, connection

from records.after_migrate import THERE, missing, put_back, take_triggers_away
from records.compatibility import refuse_unknown_schema_at_start


def there() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(THERE[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def take_away() -> None:
    """Take the rules away as migrations do, or as they may on PostgreSQL."""
    if connection.vendor == "sqlite":
        records = apps.get_app_config("records")
        take_triggers_away(records, using="default", plan=["a migration"])
        return
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE forums_seat DROP CONSTRAINT forums_seat_one_chair")
        cursor.execute("DROP TRIGGER people_person_version_rows ON people_person")


@pytest.mark.django_db
def test_nothing_is_missing_after_a_migrate():
    assert missing(connection) == []


@pytest.mark.django_db
def test_what_is_missing_is_found_whatever_made_it():
    before = there()
    take_away()

    assert set(missing(connection)) == before - there() != set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [DatabaseError, KeyboardInterrupt])
def test_a_migrate_that_fails_puts_the_rules_back(monkeypatch, error):
    before = there()

    def fail(self, **options):
        take_away()
        raise error

    monkeypatch.setattr(migrate.Command, "handle", fail)
    try:
        with pytest.raises(error):
            call_command("migrate", verbosity=0)
        assert there() == before
    finally:
        put_back("default")


@pytest.mark.django_db
def test_a_server_that_starts_without_rules_says_so_and_what_to_do(monkeypatch, caplog):
    monkeypatch.setattr(connection, "close", lambda: None)  # which would end the test's transaction
    refuse_unknown_schema_at_start()
    assert caplog.text == ""

    take_away()
    refuse_unknown_schema_at_start()

    assert "of the rules and triggers that the register relies on" in caplog.text
    assert "Run “manage.py migrate”" in caplog.text
