"""A seeded register, served by gunicorn in another process, as in production."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent

USERNAME = "editor"
PASSWORD = "a password for tests only"


def environment(database: Path) -> dict[str, str]:
    return {
        **os.environ,
        "REGISTER_DEVELOPMENT": "1",
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "ics_register.settings",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }


def make_seeded_database(database: Path) -> None:
    """Make a SQLite file with the seed in it, and a superuser."""
    for command in (
        ["migrate", "--verbosity=0"],
        ["seed"],
        ["createsuperuser", "--noinput", f"--username={USERNAME}", "--email=", "--verbosity=0"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=environment(database),
            stdout=subprocess.DEVNULL,
            check=True,
        )


def add_minutes(database: Path) -> None:
    """Add minutes that speak as of a day after all that tests record: a paper from before could
    only have foreseen it."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.row_factory = sqlite3.Row
        [pack] = connection.execute(
            "SELECT * FROM records_document WHERE short_title = 'Briefing pack 2021'"
        )
        names = dict.fromkeys(("title", "short_title"), "Minutes 2026")
        day = {"as_of": "2026-11-01", "as_of_precision": "day"}
        columns = {
            **dict(pack),
            **names,
            **day,
            "slug": "minutes",
            "folded": "minutes 2026",
            "id": None,
        }
        connection.execute(
            f"INSERT INTO records_document ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))})",
            list(columns.values()),
        )


def copy(database: Path, to: Path) -> None:
    """Copy a database over another, if there is one. Either may be in use."""
    with (
        contextlib.closing(sqlite3.connect(database)) as source,
        contextlib.closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)


def files_of(directory: Path) -> Path:
    """The folder in which the register served from `directory` keeps whole lists."""
    return directory / "files"


@contextlib.contextmanager
def served(seeded_database: Path, directory: Path) -> Iterator[str]:
    """Serve a copy of the database from `directory`. Gives the register's address."""
    database = directory / "register.sqlite3"
    shutil.copyfile(seeded_database, database)
    # Already listening when gunicorn gets it: no port to guess and nothing to wait for.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = subprocess.Popen(
            [
                sys.executable,
                *("-m", "gunicorn", "ics_register.wsgi", "--workers=2"),
                *("--log-level=warning", "--no-control-socket"),
                f"--bind=fd://{listener.fileno()}",
            ],
            cwd=PROJECT,
            env={**environment(database), "KEPT_FILES": str(files_of(directory))},
            pass_fds=[listener.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait(timeout=30)
