"""Registers that earlier code dumped, each in its own database beside the test database."""

import contextlib
import itertools
import lzma
import os
import sqlite3
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.rows import dict_row

FOLDER = Path(__file__).parent
# The days on which registers were dumped: two files each.
DUMPED_ON = sorted({path.name[9:19] for path in FOLDER.glob("register-*.sql.xz")})

_numbers = itertools.count(1)


def dump(day: str) -> str:
    """The SQL of the register dumped on a day, for the kind of database under test."""
    path = FOLDER / f"register-{day}.{connection.vendor}.sql.xz"
    return lzma.decompress(path.read_bytes()).decode()


class Database:
    """A database that exists for some tests. Django knows it only by its address."""

    url: str

    def run(self, sql: str) -> None:
        """Run a whole script of SQL."""
        raise NotImplementedError

    def ask(self, query: str) -> list[dict]:
        """The rows of a query, each as a dictionary by column."""
        raise NotImplementedError

    def tables(self) -> list[str]:
        return [row["name"] for row in self.ask(self.tables_query)]

    tables_query = ""

    def rows(self, table: str) -> list[dict]:
        return self.ask(f'SELECT * FROM "{table}"')

    def content(self) -> dict[str, list[dict]]:
        return {table: self.rows(table) for table in self.tables()}

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` on this database. Gives its output."""
        return self.python(str(settings.BASE_DIR / "manage.py"), *arguments)

    def python(self, *arguments: str) -> str:
        """Run a Python program with this as the register's database. Gives its output."""
        environment = {**os.environ, "REGISTER_DEVELOPMENT": "1", "DATABASE_URL": self.url}
        environment.pop("DATABASE_REPLICA_URL", None)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


class Sqlite(Database):
    tables_query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )

    def __init__(self, path: Path):
        self.path, self.url = path, f"sqlite:///{path}"

    def run(self, sql):
        with contextlib.closing(sqlite3.connect(self.path)) as opened:
            opened.executescript(sql)

    def ask(self, query):
        with contextlib.closing(sqlite3.connect(self.path)) as opened:
            opened.row_factory = sqlite3.Row
            return [dict(row) for row in opened.execute(query)]


class Postgresql(Database):
    tables_query = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"

    def __init__(self, name: str):
        self.name = name
        address = connection.settings_dict
        self.server = {
            "host": address["HOST"] or None,
            "port": address["PORT"] or None,
            "user": address["USER"] or None,
            "password": address["PASSWORD"] or None,
        }
        user, password, host = (
            urllib.parse.quote(address[part], safe="") for part in ("USER", "PASSWORD", "HOST")
        )
        who = f"{user}:{password}" if password else user
        port = f":{address['PORT']}" if address["PORT"] else ""
        self.url = f"postgres://{who}@{host}{port}/{name}"

    def opened(self, name: str = "") -> psycopg.Connection:
        return psycopg.connect(dbname=name or self.name, autocommit=True, **self.server)

    def create(self) -> None:
        with self.opened("postgres") as opened:
            opened.execute(f'CREATE DATABASE "{self.name}"')

    def drop(self) -> None:
        with self.opened("postgres") as opened:
            opened.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def run(self, sql):
        with self.opened() as opened:
            opened.execute(sql)

    def ask(self, query):
        with self.opened() as opened:
            return opened.cursor(row_factory=dict_row).execute(query).fetchall()


@contextlib.contextmanager
def empty_database(folder: Path) -> Iterator[Database]:
    """Make an empty database of the kind under test, and remove it afterwards."""
    name = f"upgraded_{os.getpid()}_{next(_numbers)}"
    if connection.vendor == "sqlite":
        yield Sqlite(folder / f"{name}.sqlite3")
        return
    database = Postgresql(name)
    database.create()
    try:
        yield database
    finally:
        database.drop()
