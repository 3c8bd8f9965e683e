"""When a database refuses something although no rule is broken, people are told its own reason."""

import sqlite3

import psycopg
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from editing import step_pages
from people.models import Person
from records.history import Nature, writing
from records.models import Document
from records.troubles import Trouble, trouble_of
from tests.admin_pages import address, errors_of, typed
from tests.builders import make_document, make_membership, source
from tests.pages.reading import Page
from tests.sheets import checked, csv_of, manager
from tests.stepping import preview


def as_django(kind: type, own: Exception) -> Exception:
    """An error as Django raises it, with the driver's own as its cause."""
    error = kind(*own.args)
    error.__cause__ = own
    return error


def of_sqlite(kind: type, code: int, words: str) -> Exception:
    own = getattr(sqlite3, kind.__name__)(words)
    own.sqlite_errorcode = code
    return as_django(kind, own)


def of_postgresql(kind: type, name: str) -> Exception:
    return as_django(kind, getattr(psycopg.errors, name)("as PostgreSQL says it"))


TOLD = [
    (of_sqlite(OperationalError, sqlite3.SQLITE_BUSY, "database is locked"), Trouble.BUSY),
    (of_sqlite(OperationalError, sqlite3.SQLITE_FULL, "database or disk is full"), Trouble.FULL),
    (of_sqlite(OperationalError, sqlite3.SQLITE_CANTOPEN, "unable to open"), Trouble.GONE),
    (of_sqlite(OperationalError, sqlite3.SQLITE_READONLY, "readonly"), Trouble.READ_ONLY),
    (of_sqlite(OperationalError, sqlite3.SQLITE_IOERR_WRITE, "disk I/O error"), Trouble.FAILING),
    (of_postgresql(OperationalError, "DeadlockDetected"), Trouble.BUSY),
    (of_postgresql(OperationalError, "QueryCanceled"), Trouble.BUSY),
    (of_postgresql(OperationalError, "DiskFull"), Trouble.FULL),
    (of_postgresql(OperationalError, "OutOfMemory"), Trouble.FAILING),
    (of_postgresql(OperationalError, "AdminShutdown"), Trouble.GONE),
    (of_postgresql(OperationalError, "ConnectionFailure"), Trouble.GONE),
    (as_django(OperationalError, psycopg.OperationalError("no connection")), Trouble.GONE),
    (as_django(InterfaceError, psycopg.InterfaceError("it is closed")), Trouble.GONE),
    (of_postgresql(OperationalError, "ReadOnlySqlTransaction"), Trouble.READ_ONLY),
    (of_postgresql(ProgrammingError, "UndefinedColumn"), Trouble.OTHER_RELEASE),
    (of_postgresql(ProgrammingError, "UndefinedTable"), Trouble.OTHER_RELEASE),
    (of_postgresql(IntegrityError, "NotNullViolation"), Trouble.OTHER_RELEASE),
    (of_postgresql(IntegrityError, "UniqueViolation"), None),
    (of_postgresql(ProgrammingError, "SyntaxError"), None),
    (of_sqlite(OperationalError, sqlite3.SQLITE_ERROR, "too many SQL variables"), None),
]


@pytest.mark.parametrize(("error", "trouble"), TOLD, ids=str)
def test_the_error_of_a_database_names_the_trouble(error, trouble):
    assert trouble_of(error) is trouble


@pytest.mark.django_db
def test_a_table_or_column_of_another_release_is_told_by_this_database():
    """An old release reads columns that a new schema lacks, and leaves out new ones."""
    table = Document._meta.db_table
    for sql in (
        f"SELECT of_old FROM {table}",
        f"INSERT INTO {table} (of_old) VALUES (1)",
        f"UPDATE {table} SET of_old = 1",
        "SELECT 1 FROM of_old",
        f"INSERT INTO {table} (id) VALUES (1)",
    ):
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            connection.cursor().execute(sql)
        assert trouble_of(refusal.value) is Trouble.OTHER_RELEASE, sql


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
def test_a_full_disk_is_told_by_this_database():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            with pytest.raises(OperationalError) as refusal, transaction.atomic():
                for number in range(2_000):
                    make_document(title=f"{number} {'x' * 200}")
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert trouble_of(refusal.value) is Trouble.FULL


NOT_RIVALS = [error for error, trouble in TOLD if trouble not in (None, Trouble.BUSY)]


def is_told_truly(words: str, error: Exception) -> bool:
    trouble = trouble_of(error)
    return trouble.heading in words and trouble.remedy in words and "Somebody else" not in words


@pytest.mark.django_db
@pytest.mark.parametrize("error", NOT_RIVALS, ids=str)
def test_a_refusal_by_the_database_is_not_blamed_on_another_editor(
    error, admin_client, monkeypatch
):
    document = make_document()

    def refuse(self, *args, **kwargs):
        raise error

    page = address(Document, "change", document.pk)
    form = {**typed(admin_client.get(page)), "reason": "Told so.", "title": "Typed with care"}
    with writing(Nature.CORRECTED, reason="Before."):
        document.note = "Another"
        document.save()
    changed = document.history.latest()
    monkeypatch.setattr(Document, "save", refuse)
    monkeypatch.setattr(Document, "delete", refuse)

    response = admin_client.post(page, {**form, "version": str(changed.history_id)})
    assert "Typed with care" in response.content.decode()
    assert is_told_truly(errors_of(response)["__all__"][0], error)

    removed = address(Document, "delete", document.pk)
    answer = admin_client.post(removed, {"post": "yes", "reason": "Told so."}, follow=True)
    assert is_told_truly(Page(answer).text, error)

    first = document.history.earliest()
    restored = f"{address(Document, 'history', document.pk)}{first.history_id}/restore/"
    answer = admin_client.post(restored, {"reason": "Told so."})
    assert is_told_truly(Page(answer).text, error)

    undone = f"/admin/together/{changed.history_batch}/"
    answer = admin_client.post(undone, {"reason": "Told so."})
    if isinstance(error, IntegrityError):
        assert (
            "Nothing was changed" in Page(answer).text or "cannot be put back" in Page(answer).text
        )
    else:
        assert is_told_truly(Page(answer).text, error)


@pytest.mark.django_db
@pytest.mark.parametrize("error", NOT_RIVALS, ids=str)
def test_a_step_and_an_import_say_what_the_database_says(error, monkeypatch):
    def refuse(*args, **kwargs):
        raise error

    membership = make_membership()
    with monkeypatch.context() as patch:
        patch.setattr(step_pages, "take", refuse)
        answer = preview(membership, "end", date="2019-05-01")
    assert is_told_truly(Page(answer).text, error)

    source()
    mona = manager()
    upload = checked(mona, Person, csv_of(["Name", "Source document", "Locator"], ["Ann", "", ""]))
    monkeypatch.setattr("editing.uploads.UploadPages.run", refuse)
    answer = mona.post(f"/admin/uploads/{upload.pk}/check/", follow=True)
    assert is_told_truly(Page(answer).text, error)


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "trouble"), TOLD, ids=str)
def test_a_page_that_cannot_be_made_says_what_the_database_says(
    error, trouble, client, monkeypatch
):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("ics_register.pages.people.page_of", fail)
    client.raise_request_exception = False
    page = Page(client.get("/people/"))
    if trouble is None:
        assert (page.status, page.headings) == (500, ["Something went wrong"])
    else:
        assert (page.status, page.headings) == (503, [trouble.heading])
        assert page.response["Retry-After"]
        assert ("saving much" in page.text) == (trouble is Trouble.BUSY)
