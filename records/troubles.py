"""The troubles of a database that refuses something although it breaks no rule, in words.

The database's own code tells which: PostgreSQL's SQLSTATE, or SQLite's error code.
"""

import sqlite3
from enum import Enum

import psycopg
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

# The errors that the database raises because of a rule, somebody quicker or its own state.
REFUSALS = (IntegrityError, OperationalError, ProgrammingError, InterfaceError)


class NotKnownWhetherSaved(OperationalError):
    """The database did not answer the end of a transaction, which may have been saved or not."""


class Trouble(Enum):
    """A state of the database: the heading of a page about it, and what to do about it."""

    BUSY = (
        "The register is busy",
        "Somebody else changed something at the same moment. Look again, and try once more.",
    )
    FULL = (
        "The register’s disk is full",
        "Keep what you typed, tell whoever runs the register, and try again when there is room.",
    )
    GONE = (
        "The register’s database cannot be reached",
        "Keep what you typed, and try again in a few minutes. Tell whoever runs the register.",
    )
    SILENT = (
        "The register’s database does not answer",
        "Keep what you typed, and try again in a few minutes. Tell whoever runs the register.",
    )
    STARTING = (
        "The register’s database is starting or stopping",
        "Keep what you typed, and try again in a minute.",
    )
    CROWDED = (
        "The register’s database has as many connections as it takes",
        "Keep what you typed, and try again in a minute. Tell whoever runs the register.",
    )
    NOT_KNOWN = (
        "It is not known whether your change was saved",
        "The database failed while saving. Look whether the change is there before you send it.",
    )
    READ_ONLY = (
        "The register takes no changes at present",
        "Keep what you typed, and ask whoever runs the register until when.",
    )
    OTHER_RELEASE = (
        "The register’s software and its database are of different releases",
        "It may be being updated. Keep what you typed, and try again in a few minutes.",
    )
    FAILING = (
        "The register’s database cannot be read or written",
        "Keep what you typed, and tell whoever runs the register.",
    )

    def __init__(self, heading: str, remedy: str):
        self.heading = heading
        self.remedy = remedy


_OF_SQLSTATES = {
    "40001": Trouble.BUSY,  # `serialization_failure`
    "40P01": Trouble.BUSY,  # deadlock
    "55P03": Trouble.BUSY,  # lock not available
    "57014": Trouble.BUSY,  # cancelled, as for taking too long
    "53300": Trouble.CROWDED,
    "53100": Trouble.FULL,
    "25006": Trouble.READ_ONLY,
    "57P01": Trouble.GONE,  # shut down
    "57P02": Trouble.GONE,  # crashed
    "57P03": Trouble.STARTING,
    "3D000": Trouble.GONE,  # no such database
    "42P01": Trouble.OTHER_RELEASE,  # no such table
    "42703": Trouble.OTHER_RELEASE,  # no such column
    # This release gives every column of its own a value.
    "23502": Trouble.OTHER_RELEASE,
    "53200": Trouble.FAILING,  # out of memory
    "58030": Trouble.FAILING,  # input or output
    "XX001": Trouble.FAILING,  # corrupted
    "XX002": Trouble.FAILING,
}
_OF_CLASSES = {"08": Trouble.GONE, "28": Trouble.GONE}  # connection; who may connect

# libpq gives no SQLSTATE for a connection that the server refuses.
_OF_REFUSED_CONNECTIONS = {
    "starting up": Trouble.STARTING,
    "shutting down": Trouble.STARTING,
    "in recovery mode": Trouble.STARTING,
    "not yet accepting connections": Trouble.STARTING,
    "not accepting connections": Trouble.STARTING,
    "too many clients": Trouble.CROWDED,
    "too many connections": Trouble.CROWDED,
    "connection slots are reserved": Trouble.CROWDED,
}

_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.GONE,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.FAILING,
    sqlite3.SQLITE_CORRUPT: Trouble.FAILING,
    sqlite3.SQLITE_NOTADB: Trouble.FAILING,
}
# SQLite has no code of its own for these.
_MISSING = ("no such table", "no such column", "has no column named")


def trouble_of(error: BaseException | None) -> Trouble | None:
    """The state of the database that an error shows; None if it shows none, such as the breach of a
    rule."""
    if isinstance(error, NotKnownWhetherSaved):
        return Trouble.NOT_KNOWN
    own = error if isinstance(error, sqlite3.Error) else getattr(error, "__cause__", None)
    if isinstance(own, sqlite3.Error):
        return _trouble_of_sqlite(own)
    if not isinstance(error, REFUSALS) or own is None:
        return None
    state = getattr(own, "sqlstate", None)
    if state is None:
        return _trouble_without_sqlstate(error, own)
    return _OF_SQLSTATES.get(state) or _OF_CLASSES.get(state[:2])


def _trouble_without_sqlstate(error: BaseException, own: BaseException) -> Trouble | None:
    """PostgreSQL could not be reached, or went away."""
    if isinstance(own, psycopg.errors.ConnectionTimeout):
        return Trouble.SILENT
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    said = str(own)
    found = (trouble for words, trouble in _OF_REFUSED_CONNECTIONS.items() if words in said)
    return next(found, Trouble.GONE)


def is_certainly_not_saved(error: BaseException) -> bool:
    """Whether the database itself refused a transaction. If it was shut down or lost in between,
    the transaction may have been saved."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return bool(state) and not state.startswith(("08", "57P"))


def _trouble_of_sqlite(error: sqlite3.Error) -> Trouble | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_CONSTRAINT_NOTNULL:
        return Trouble.OTHER_RELEASE
    if code == sqlite3.SQLITE_ERROR and any(words in str(error) for words in _MISSING):
        return Trouble.OTHER_RELEASE
    return _OF_SQLITE.get(code & 0xFF)


def refused_in_words(error: BaseException, done: str) -> str:
    """Why nothing was `done` ("saved", "changed", "loaded"), and what to do. If the database did
    not answer the end of the transaction, that nobody knows whether it was."""
    trouble = trouble_of(error)
    if trouble is None and isinstance(error, IntegrityError):
        # The check found no breach, so somebody else was quicker.
        trouble = Trouble.BUSY
    if trouble is None:
        return (
            f"Nothing was {done}. The database refused it for a reason that the register does not "
            "know, which has been logged. Keep what you typed, and tell whoever runs the register."
        )
    if trouble is Trouble.NOT_KNOWN:
        return f"{trouble.heading}. {trouble.remedy}"
    if trouble is Trouble.BUSY:
        return f"Nothing was {done}. {trouble.remedy}"
    return f"Nothing was {done}. {trouble.heading}. {trouble.remedy}"
