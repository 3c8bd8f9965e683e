"""PostgreSQL as Django knows it, but that nobody waits for a silent server longer than the work in
hand allows (see `records.waiting`).

Every exchange is bounded: a query, the next rows of one that is read bit by bit, and the end of a
transaction. A server that let a connection or a first question wait in vain is left alone for a
while: otherwise each reader in turn would wait for it, and no worker would be free.
"""

import contextlib
import functools
import logging
import time

import psycopg
from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql import base
from psycopg._preparing import PrepareManager
from psycopg.abc import PQGen

from records import outcome, waiting
from records.troubles import NotKnownWhetherSaved, is_certainly_not_saved

logger = logging.getLogger(__name__)

# How long a connection may take to be refused before the server is left alone, in seconds.
AT_ONCE = 0.5

# Until when each database is left alone, by the clock of time.monotonic().
resting_until: dict[str, float] = {}


class DoesNotAnswer(psycopg.errors.ConnectionTimeout):
    """The server has refused nothing, and said nothing."""


class KeptOverRollbacks(PrepareManager):
    """What a connection has prepared, which PostgreSQL keeps when a transaction is rolled back.

    psycopg discards all of it at each rollback, to a savepoint too, because a table made in the
    transaction is gone. The register makes no tables, and rolls back each preview of a step.
    """

    # The public pages ask 130 queries, and psycopg would keep 100.
    prepared_max = 200

    def _should_discard(self, prep, results, *rest):
        kept = [result for result in results if result.command_status != b"ROLLBACK"]
        return super()._should_discard(prep, kept, *rest)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        began = time.monotonic()
        if began < resting_until.get(self.alias, 0):
            raise DoesNotAnswer("The server did not answer a moment ago, and is not asked yet.")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            if time.monotonic() - began > AT_ONCE:
                self.leave_alone()
            raise
        prepared = KeptOverRollbacks()
        prepared.prepare_threshold = connection.prepare_threshold
        connection._prepared = prepared
        # All that psycopg waits for, once it is connected, it waits for by this.
        connection.wait = functools.partial(self._wait, connection)
        return connection

    def is_usable(self):
        with waiting.first_question():
            return super().is_usable()

    def commit(self):
        try:
            super().commit()
        except (OperationalError, InterfaceError) as error:
            if is_certainly_not_saved(error):
                raise
            outcome.may_be_saved()
            raise NotKnownWhetherSaved(*error.args) from error.__cause__
        outcome.may_be_saved()

    def leave_alone(self) -> None:
        resting_until[self.alias] = time.monotonic() + waiting.REST
        logger.warning(
            "The database “%s” does not answer, and is not asked again for %d seconds.",
            self.alias,
            waiting.REST,
        )

    def _wait(self, connection: psycopg.Connection, exchange, *args, **kwargs):
        patience = waiting.patience()
        if patience is not None:
            exchange = self._bounded(exchange, patience)
        began = time.monotonic()
        try:
            return type(connection).wait(connection, exchange, *args, **kwargs)
        except DoesNotAnswer:
            # To roll back or to close a cursor would be to ask it again.
            connection.close()
            # A request that had hardly any time left shows nothing about the server.
            if patience.is_first_question and time.monotonic() - began > AT_ONCE:
                self.leave_alone()
            raise

    def _bounded(self, exchange: PQGen, patience: waiting.Patience) -> PQGen:
        """The exchange, which raises DoesNotAnswer when patience is over.

        psycopg drives an exchange as `psycopg.generators` says: it sends what the socket is ready
        for and, each tenth of a second in which nothing came, that it is ready for nothing. Only
        then is time looked at. So an answer that has come is never given up, however late it is
        read, and each error of the server or of libpq is raised as it is.
        """
        began = looked = time.monotonic()
        ready = None
        while True:
            try:
                awaited = exchange.send(ready)
            except StopIteration as end:
                return end.value
            ready = yield awaited
            now = time.monotonic()
            if ready or now < min(looked + patience.seconds, patience.until):
                continue
            if now >= patience.until or not (patience.watched and self._answers_others()):
                raise DoesNotAnswer(f"The server did not answer within {now - began:.1f} seconds.")
            looked = time.monotonic()

    def _answers_others(self) -> bool:
        """Whether the server takes a connection or refuses one: either way it is alive."""
        params = {**self.get_connection_params(), "connect_timeout": waiting.FIRST_QUESTION}
        try:
            with contextlib.closing(psycopg.connect(**params)):
                return True
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            return True
