"""Public pages may be read from a replica of the database that has every change.

A page is read from the replica if that has the register's version of the primary, and else from the
primary: so no page is older than it would be without one, and staff see their own change at once.
A replica that fails is left alone for a while, and the page that it failed is made again.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connections,
)
from django.http import HttpRequest, HttpResponse

from records.version import register_version

logger = logging.getLogger(__name__)

REPLICA = "replica"
# The last is of a table or column that the release needs and the replica does not have yet.
FAILURES = (OperationalError, InterfaceError, InternalError, ProgrammingError)

# For how many seconds a replica that failed is left alone. To find one frozen takes two of them.
REST = 30

_read_from = ContextVar("read_from", default=DEFAULT_DB_ALIAS)


class Router:
    """Reads what a public page reads from where it is to be read, and all else from the primary."""

    def db_for_read(self, model, **hints) -> str:
        return _read_from.get()

    def db_for_write(self, model, **hints) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *records, **hints) -> bool:
        return True  # They are the same records.

    def allow_migrate(self, db: str, *args, **hints) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextlib.contextmanager
def reading_from(alias: str) -> Iterator[None]:
    before = _read_from.set(alias)
    try:
        yield
    finally:
        _read_from.reset(before)


class ReadFromReplica:
    """Middleware: public pages are made from the replica. It stands behind `keep_pages`, which
    asks the primary for the version and answers for what has not changed."""

    def __init__(self, get_response):
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.rests_until = 0.0
        self.told_at = -REST

    def __call__(self, request: HttpRequest) -> HttpResponse:
        version = getattr(request, "register_version", None)
        if _read_from.get() == REPLICA:
            return self.get_response(request)  # The primary cannot be asked (`database_down`).
        if version is None or time.monotonic() < self.rests_until:
            return self.get_response(request)
        request.replica_failed, request.may_be_made_anew = None, True
        with reading_from(REPLICA):
            response = self.made_from_replica(request, version)
        request.may_be_made_anew = False
        if response is None:
            response = self.get_response(request)
        return response

    def made_from_replica(self, request: HttpRequest, version: str) -> HttpResponse | None:
        """The page, or None if the replica cannot make it."""
        try:
            if register_version() != version:
                self.tell("The replica is behind: pages are read from the primary until it is not.")
                return None
            response = self.get_response(request)
        except FAILURES as error:
            request.replica_failed = error
        if request.replica_failed is None:
            return response
        self.rests_until = time.monotonic() + REST
        # The broken connection may not answer again.
        connections[REPLICA].close()
        logger.warning(
            "The replica failed, and is left alone for %d seconds: pages are read from the "
            "primary. %s",
            REST,
            " ".join(str(request.replica_failed).split()),
        )
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Treat a failure of the replica as no fault of the page, which is made again."""
        if not getattr(request, "may_be_made_anew", False) or not isinstance(error, FAILURES):
            return None
        request.replica_failed = error
        return HttpResponse(status=503)  # Nobody is sent it.

    def tell(self, words: str) -> None:
        """Log it, but no more often than a replica rests."""
        if time.monotonic() >= self.told_at + REST:
            self.told_at = time.monotonic()
            logger.warning(words)
