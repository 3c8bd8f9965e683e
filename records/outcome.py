"""Whether anything that the request in hand wrote may stand. The page of an error says so."""

import sqlite3
from contextvars import ContextVar

_may_be_saved = ContextVar("may_be_saved", default=False)


def begin() -> None:
    """A new request has saved nothing yet."""
    _may_be_saved.set(False)


def may_be_saved() -> None:
    """A transaction has ended well, or nobody knows how it ended."""
    _may_be_saved.set(True)


def is_maybe_saved() -> bool:
    return _may_be_saved.get()


class SQLiteConnection(sqlite3.Connection):
    """A connection that notes each transaction that ends well. `records.postgresql` does so for
    PostgreSQL."""

    def commit(self) -> None:
        super().commit()
        may_be_saved()
