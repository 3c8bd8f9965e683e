"""Rules, held by the database, that certain records may not overlap in time.

On PostgreSQL a rule is an exclusion constraint, on SQLite two triggers. They are put in place after
every migrate rather than in a migration: SQLite drops triggers without a word whenever Django
rebuilds a table. A rule that is no longer declared is dropped. A rule that changes needs a new
name, or a migration that drops it.

A record without a recorded start certainly held on its last day. The rules leave it out all the
same: sources often give the first day out of office for the last.
"""

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q

from records.days import NO_LATEST
from records.locks import locked

if TYPE_CHECKING:
    from records.dated import Dated


@dataclass(frozen=True)
class NoOverlap:
    """A rule that no two records that share `columns` may certainly hold on one day.

    Held by an exclusion constraint on PostgreSQL and by two triggers on SQLite, which are
    made after every migrate (see `records.apps`), and told to people by `validate`.

    `condition` is SQL that limits the rule to some records, with `{row}` before each of its
    columns; `only` says the same as a queryset filter. `blame` is the field the error is
    shown on. `locks` is the field whose record is locked while the rule is checked, so that
    of two people saving at once the second is told what the first did. Without it nothing is
    locked here, and it is the database that refuses the second.

    A column that holds nothing, a key left empty, is shared with no other record.
    """

    name: str
    columns: tuple[str, ...]
    message: str
    locks: str = ""
    condition: str = "true"
    only: Q = field(default_factory=Q)
    blame: str = "start_date"

    def validate(self, record: "Dated") -> None:
        """Raise ValidationError, naming the other record, if `record` breaks the rule."""
        if days_of(record) is None or not self._applies_to(record):
            return
        fields: list[Any] = [record._meta.get_field(column) for column in self.columns]
        values = {field.attname: getattr(record, field.attname) for field in fields}
        if None in values.values():
            return
        self.lock(record)
        others = type(record)._default_manager.filter(self.only, overlapping(record), **values)
        other = others.exclude(pk=record.pk).first()
        if other is not None:
            # In words now: what it names may be undone by the time that the error is shown.
            params = {"other": str(other), "key": other.pk}
            error = ValidationError(self.message, code=self.name, params=params)
            raise ValidationError({self.blame: error})

    def _applies_to(self, record: "Dated") -> bool:
        return all(_holds(record, node) for node in self.only.children)

    def lock(self, record: "Dated") -> None:
        """Wait for whoever else is checking this rule, until the transaction ends."""
        if self.locks:
            field: Any = record._meta.get_field(self.locks)
            list(locked(field.related_model).filter(pk=getattr(record, field.attname)))


def _holds(record: "Dated", lookup: Any) -> bool:
    name, value = lookup
    if name.endswith("__in"):
        return getattr(record, name.removesuffix("__in")) in value
    if name.endswith("__gt"):
        held = getattr(record, name.removesuffix("__gt"))
        return bool(held is not None and held > value)
    return bool(getattr(record, name) == value)


def days_of(record: "Dated") -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of a record that the rules know; None if there is no such day."""
    is_ruled = record.start_date is not None and record.latest_start is not None
    return record.certain_days() if is_ruled else None


def overlapping(record: "Dated") -> Q:
    """A filter: the records that share a day with `record`, which has one, by the rules."""
    first, last = record.latest_start, record.earliest_end
    ruled = Q(start_date__isnull=False, latest_start__lte=F("earliest_end"))
    shared = Q(latest_start__lte=last, earliest_end__gte=first)
    return ruled & shared & Q(latest_start__lt=NO_LATEST)


POSTGRESQL_EXISTS = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"

POSTGRESQL_RULES = (
    "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = %s::regclass"
)

POSTGRESQL_RULE = """
ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (
    {columns}, daterange(latest_start, earliest_end, '[]') WITH &&
) WHERE ({certain} AND ({condition}))
"""

# The writes that SQLite holds a rule against, each with a trigger.
EVENTS = ("insert", "update")

SQLITE_RULE = """
CREATE TRIGGER {name}_{event} BEFORE {event} ON {table}
WHEN {new_certain} AND ({new_condition})
BEGIN
    SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
        SELECT 1 FROM {table} AS other
        WHERE {columns} AND other.id IS NOT NEW.id
        AND {other_certain} AND ({other_condition})
        AND other.latest_start <= NEW.earliest_end AND NEW.latest_start <= other.earliest_end
    );
END
"""

# Whether a row has a day that the rules know.
CERTAIN = (
    "{row}start_date IS NOT NULL AND {row}latest_start <= {row}earliest_end "
    "AND {row}latest_start < '9999-12-31'"
)


def names_of(app_config: AppConfig, vendor: str) -> set[str]:
    """The names of what `put_in_place` makes."""
    names = {
        rule.name for model in app_config.get_models() for rule in getattr(model, "no_overlaps", ())
    }
    if vendor == "postgresql":
        return names
    return {f"{name}_{event}" for name in names for event in EVENTS}


def put_in_place(app_config: AppConfig, connection: BaseDatabaseWrapper) -> None:
    """Give a database the rules of an app's models, and take from it those not declared."""
    for model in app_config.get_models():
        if not hasattr(model, "no_overlaps") or not has_columns(connection, model):
            continue
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _drop_undeclared(cursor, model)
                for rule in model.no_overlaps:
                    _on_postgresql(cursor, model, rule)
            elif connection.vendor == "sqlite":
                _drop_triggers(cursor, model)
                for rule in model.no_overlaps:
                    _on_sqlite(cursor, model, rule)


def has_columns(connection: BaseDatabaseWrapper, model: type[models.Model]) -> bool:
    """Whether the table has all its columns. Part-way through migrations it may not."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        # Django's own description parses the table's SQL on SQLite, which takes 0.1 s for each.
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} LIMIT 0")
        present = {column[0] for column in cursor.description}
    return present.issuperset(field.column for field in model._meta.concrete_fields)


def _columns(model: type[models.Model], rule: NoOverlap) -> list[str]:
    fields: list[Any] = [model._meta.get_field(name) for name in rule.columns]
    return [field.column for field in fields]


def _drop_undeclared(cursor: CursorWrapper, model: type[Any]) -> None:
    declared = {rule.name for rule in model.no_overlaps}
    cursor.execute(POSTGRESQL_RULES, [model._meta.db_table])
    for (name,) in cursor.fetchall():
        if name not in declared:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}")


def _drop_triggers(cursor: CursorWrapper, model: type[models.Model]) -> None:
    table = model._meta.db_table
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
    )
    for (name,) in cursor.fetchall():
        # Other modules make these.
        if not name.startswith(f"{table}_version_") and "_not_before_" not in name:
            cursor.execute(f"DROP TRIGGER {name}")


def _on_postgresql(cursor: CursorWrapper, model: type[models.Model], rule: NoOverlap) -> None:
    table = model._meta.db_table
    cursor.execute(POSTGRESQL_EXISTS, [rule.name, table])
    if cursor.fetchone():
        return
    cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    cursor.execute(
        POSTGRESQL_RULE.format(
            table=table,
            name=rule.name,
            columns=", ".join(f"{column} WITH =" for column in _columns(model, rule)),
            certain=CERTAIN.format(row=""),
            condition=rule.condition.format(row=""),
        )
    )


def _on_sqlite(cursor: CursorWrapper, model: type[models.Model], rule: NoOverlap) -> None:
    table = model._meta.db_table
    for event in EVENTS:
        cursor.execute(
            SQLITE_RULE.format(
                table=table,
                name=rule.name,
                event=event,
                columns=" AND ".join(f"other.{c} = NEW.{c}" for c in _columns(model, rule)),
                new_certain=CERTAIN.format(row="NEW."),
                new_condition=rule.condition.format(row="NEW."),
                other_certain=CERTAIN.format(row="other."),
                other_condition=rule.condition.format(row="other."),
            )
        )
