"""Writes the dump of a seeded and edited register, by the code that is checked out.

    python -m tests.upgrades.making FILE.sql.xz

into an empty database that DATABASE_URL names. See README.md.
"""

import lzma
import os
import subprocess
import sys
from pathlib import Path

import django


def write_postgresql(connection) -> str:
    options = ["--column-inserts", "--no-owner", "--no-privileges"]
    address = connection.settings_dict
    program = Path(os.environ.get("POSTGRESQL_PROGRAMS", "")) / "pg_dump"
    called = [str(program), *options, f"--host={address['HOST']}", f"--username={address['USER']}",
              address["NAME"]]  # fmt: skip
    written = subprocess.run(called, check=True, capture_output=True, text=True).stdout
    # Two lines are for the program psql alone, and no SQL.
    lines = written.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))


def write_sqlite(connection) -> str:
    """The SQL of the tables with their rows, and then of the indexes and triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        made = cursor.fetchall()
        lines = []
        for kind, name, sql in made:
            if kind == "table" and not name.startswith("sqlite_"):
                lines += [f"{sql};", *inserts(cursor, name)]
        lines += ['DELETE FROM "sqlite_sequence";', *inserts(cursor, "sqlite_sequence")]
        lines += [f"{sql};" for kind, _, sql in made if kind in ("index", "trigger")]
    lines = ["PRAGMA foreign_keys = OFF;", "BEGIN;", *lines, "COMMIT;"]
    return "".join(f"{line}\n" for line in lines)


def inserts(cursor, table: str) -> list[str]:
    """An INSERT for every row of a table, with column names, and values quoted by SQLite."""
    cursor.execute(f'PRAGMA table_info("{table}")')
    columns = [name for _, name, *_ in cursor.fetchall()]
    names = ", ".join(f'"{name}"' for name in columns)
    values = " || ', ' || ".join(f'quote("{name}")' for name in columns)
    cursor.execute(f'SELECT {values} FROM "{table}" ORDER BY rowid')
    return [f'INSERT INTO "{table}" ({names}) VALUES ({row});' for (row,) in cursor.fetchall()]


def set_up() -> None:
    os.environ["REGISTER_DEVELOPMENT"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "ics_register.settings"
    django.setup()


def default_to_the_clock() -> None:
    """Let the defaults that Django bound to `timezone.now` at start call the patched clock."""
    from django.contrib.admin.models import LogEntry
    from django.contrib.auth.models import User
    from django.utils import timezone

    for field in (LogEntry._meta.get_field("action_time"), User._meta.get_field("date_joined")):
        field.default = lambda: timezone.now()


def main(target: Path) -> None:
    set_up()
    default_to_the_clock()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection

    from records.models import StaffSession
    from tests.upgrades.edits import make_register

    call_command("migrate", verbosity=0)
    make_register()
    StaffSession.objects.all().delete()
    assert not any(user.has_usable_password() for user in User.objects.all())
    write = write_sqlite if connection.vendor == "sqlite" else write_postgresql
    target.write_bytes(lzma.compress(write(connection).encode(), preset=9))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
