"""PostgreSQL as Django knows it, except that nobody waits for it for ever.

A machine that is frozen, or behind a cut cable, refuses nothing, and no setting of PostgreSQL's
bounds how long a client waits for what it asked. Here every exchange is bounded: a query, the next
rows of one that is read bit by bit, and the end of a transaction.
"""

import functools

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

# In seconds.
PATIENCE = 5


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        # All that psycopg waits for, once it is connected, it waits for by this.
        connection.wait = functools.partial(_wait, connection)
        return connection


def _wait(connection: psycopg.Connection, exchange, *args, **kwargs):
    try:
        return type(connection).wait(connection, exchange, *args, timeout=PATIENCE, **kwargs)
    except psycopg.OperationalError:
        if connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            # It has not answered. To roll back or to close a cursor would be to ask it again.
            connection.close()
        raise
