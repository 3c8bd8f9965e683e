"""Registers that stand for many tests, which read them, and are taken down afterwards."""

import contextlib
from collections.abc import Iterator

from django.db import transaction


@contextlib.contextmanager
def standing(django_db_blocker) -> Iterator[None]:
    """What is recorded inside stands until the end, and leaves nothing behind.

    For a fixture of a whole package. Tests on it ask for no database of their own, neither by
    mark nor by fixture: pytest-django would close the connection under it.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def changes_undone() -> Iterator[None]:
    """What one test changes in a standing register is not there for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
