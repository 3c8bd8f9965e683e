"""Registers that many tests read, made once and removed afterwards."""

import contextlib
from collections.abc import Iterator

from django.db import transaction


@contextlib.contextmanager
def standing(django_db_blocker) -> Iterator[None]:
    """Keep what is recorded inside until the end, and then remove it.

    For a fixture of a whole package. Its tests must not ask for a database themselves, by mark or
    by fixture: pytest-django would close the connection.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def changes_undone() -> Iterator[None]:
    """Undo what a test changes in a standing register, so that the next test does not see it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
