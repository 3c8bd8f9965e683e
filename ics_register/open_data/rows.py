"""Reads the gathered data back, a few rows at a time."""

import sqlite3
from collections.abc import Iterator


class Gathered:
    """The data gathered into a SQLite file."""

    def __init__(self, database: sqlite3.Connection):
        database.row_factory = sqlite3.Row
        self.database = database
        self.about = dict(database.execute("SELECT word, words FROM about"))
        # Documents are few, and every fact names one.
        self._titles = dict(database.execute("SELECT id, short_title FROM documents"))

    def rows(self, table: str, where: str = "", *values) -> Iterator[sqlite3.Row]:
        clause = f"WHERE {where}" if where else ""
        return self.database.execute(f'SELECT * FROM "{table}" {clause} ORDER BY rowid', values)

    @property
    def told(self) -> str:
        """A condition on appointments and memberships: those to tell in formats that have no word
        for perhaps. It leaves out of the file of a day those that another record refers to."""
        return "in_force IS NOT NULL" if self.about["periods"] == "all" else "in_force"

    @property
    def perhaps_held(self) -> int:
        """How many appointments and memberships perhaps held on the day: formats that have no word
        for that leave them out and say how many."""
        count = "SELECT count(*) FROM {} WHERE in_force IS NULL"
        return sum(
            self.database.execute(count.format(table)).fetchone()[0]
            for table in ("appointments", "memberships")
        )

    def foreseen(self, *tables: str) -> int:
        """How many records of `tables` are told though a source only foresaw their start or end."""
        count = "SELECT count(*) FROM {} WHERE {} AND (start_foreseen OR end_foreseen)"
        return sum(
            self.database.execute(count.format(table, self.told)).fetchone()[0] for table in tables
        )

    def sources(self, row: sqlite3.Row) -> list[tuple[str, str]]:
        """The documents that a fact rests on, as (id, what it says there and where)."""
        found = [(row["document_id"], f"{self._titles[row['document_id']]}, {row['locator']}")]
        for use, words in (("end", "The end"), ("confirmed", "Confirmed against")):
            key = f"{use}_document_id"
            if key in row.keys() and row[key]:  # noqa: SIM118  (a row is no dictionary)
                where = f"{self._titles[row[key]]}, {row[f'{use}_locator']}"
                found.append((row[key], f"{words}: {where}"))
        return found
