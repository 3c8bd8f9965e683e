"""Writes many records and their history, as as many saves over the years would have left them."""

import datetime
import json
import random
import uuid
from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

from django.core.management.color import no_style
from django.db import connection, models

from records.history import Nature, Recorded
from records.names import FoldedField


class BookEntry(NamedTuple):
    """When something was written into the register, in what way and why, and with what else."""

    at: datetime.datetime
    nature: Nature
    reason: str
    step: str
    batch: uuid.UUID


class BookTable:
    """The rows of one kind of record, and of its history, on their way into the database."""

    def __init__(self, model: type[Recorded]):
        self.model, self.history = model, model.history.model
        fields = model._meta.concrete_fields
        self.folded = [field for field in fields if isinstance(field, FoldedField)]
        self.attributes = attrgetter(*[field.attname for field in fields])
        self.has_json = any(isinstance(field, models.JSONField) for field in fields)
        self.insert = insert_into(model, [field.column for field in fields])
        tracked = {field.attname: field for field in self.history.tracked_fields}
        kept = [self.history._meta.get_field(field.name) for field in fields]
        if set(tracked) != {field.attname for field in fields}:
            raise TypeError(f"The history of {model.__name__} leaves fields out.")
        self.insert_history = insert_into(
            self.history,
            [
                *(field.column for field in kept),
                *("history_id", "history_type", "history_date", "history_nature"),
                *("history_change_reason", "history_step", "history_batch", "history_user_id"),
            ],
        )
        self.records: list[Recorded] = []
        self.rows: list[tuple] = []
        self.last_key = self.last_row = 0

    def values(self, record: Recorded) -> tuple:
        """What the columns of a record hold."""
        values = self.attributes(record)
        if not self.has_json:
            return values
        return tuple(json.dumps(each) if isinstance(each, dict) else each for each in values)


def insert_into(model: type[models.Model], columns: list[str]) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"


class Book:
    """A register being written from its first day on.

    Records are added, and changed until they are put down; then the database has each as it is
    now, and its history has every version of it. The statements are plain ones: `bulk_create`
    takes twice as long, and there are more than a million rows. The register must be empty.
    """

    # Rows of history that wait before they are sent.
    CHUNK = 5_000

    def __init__(self, chance: random.Random, user: models.Model, wrote: Callable[[int], None]):
        self.chance, self.user, self.wrote = chance, user, wrote
        self.tables: dict[type[Recorded], BookTable] = {}
        self.waiting = 0
        self.records = self.versions = 0
        self.uuid_field = models.UUIDField()

    def entry(
        self, at: datetime.datetime, nature: Nature, reason: str, step: str = ""
    ) -> BookEntry:
        batch = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        return BookEntry(at, nature, reason, step, batch)

    def table(self, model: type[Recorded]) -> BookTable:
        if model not in self.tables:
            self.tables[model] = BookTable(model)
        return self.tables[model]

    def key_for(self, model: type[Recorded]) -> int:
        """A key for a record that is added later and referred to before."""
        table = self.table(model)
        table.last_key += 1
        return table.last_key

    def add(self, record: Recorded, entry: BookEntry) -> Recorded:
        if record.pk is None:
            record.pk = self.key_for(type(record))
        record.written_at = entry.at
        self.versions_of(record, "+", entry)
        return record

    def change(self, record: Recorded, entry: BookEntry, **fields) -> None:
        for name, value in fields.items():
            setattr(record, name, value)
        self.versions_of(record, "~", entry)

    def versions_of(self, record: Recorded, kind: str, entry: BookEntry) -> None:
        table = self.table(type(record))
        record.prepare()
        for field in table.folded:
            field.pre_save(record, add=kind == "+")
        table.last_row += 1
        told = (table.last_row, kind, self.moment(entry.at), entry.nature.value)
        why = (entry.reason, entry.step, self.batch(entry.batch), self.user.pk)
        table.rows.append(table.values(record) + told + why)
        self.versions += 1
        self.waiting += 1

    def moment(self, at: datetime.datetime):
        return connection.ops.adapt_datetimefield_value(at)

    def batch(self, batch: uuid.UUID):
        return self.uuid_field.get_db_prep_value(batch, connection)

    def put_down(self, *records: Recorded) -> None:
        """Send records to the database as they now are; they are not changed again."""
        for record in records:
            self.table(type(record)).records.append(record)
        self.records += len(records)
        self.waiting += len(records)
        if self.waiting >= self.CHUNK:
            self.send()

    def send(self) -> None:
        with connection.cursor() as cursor:
            for table in self.tables.values():
                if table.records:
                    cursor.executemany(table.insert, [table.values(r) for r in table.records])
                if table.rows:
                    cursor.executemany(table.insert_history, table.rows)
                table.records, table.rows = [], []
        self.wrote(self.waiting)
        self.waiting = 0

    def close(self) -> None:
        """Send what waits, and let the next records of the register have the keys after these."""
        self.send()
        models_written = [m for t in self.tables.values() for m in (t.model, t.history)]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models_written):
                cursor.execute(statement)
