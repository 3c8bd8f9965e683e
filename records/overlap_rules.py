"""Rules, held by the database, that certain records may not overlap in time.

On PostgreSQL a rule is an exclusion constraint, on SQLite two triggers. They are put in place after
every migrate rather than in a migration: SQLite drops triggers without a word whenever Django
rebuilds a table. A rule that changes needs a new name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from records.locks import locked

if TYPE_CHECKING:
    from records.periods import Dated


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
        if record.certain_from is None or not self._applies_to(record):
            return
        fields: list[Any] = [record._meta.get_field(column) for column in self.columns]
        values = {field.attname: getattr(record, field.attname) for field in fields}
        if None in values.values():
            return
        self.lock(record)
        others = (
            type(record)
            ._default_manager.filter(self.only, **values)
            .filter(
                Q(certain_to__isnull=True) | Q(certain_to__gte=record.certain_from),
                certain_from__isnull=False,
            )
        )
        if record.certain_to is not None:
            others = others.filter(certain_from__lte=record.certain_to)
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


def most_at_once(records: Iterable["Dated"]) -> int:
    """How many of `records` certainly hold on the day on which most of them do."""
    certain: list[Any] = [record for record in records if record.certain_from is not None]
    # The fullest day is one on which the time of one of them begins.
    return max(
        (
            sum(
                other.certain_from <= record.certain_from
                and (other.certain_to is None or record.certain_from <= other.certain_to)
                for other in certain
            )
            for record in certain
        ),
        default=0,
    )


POSTGRESQL_EXISTS = "SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass"

POSTGRESQL_RULE = """
ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (
    {columns}, daterange(certain_from, certain_to, '[]') WITH &&
) WHERE (certain_from IS NOT NULL AND ({condition}))
"""

SQLITE_RULE = """
CREATE TRIGGER {name}_{event} BEFORE {event} ON {table}
WHEN NEW.certain_from IS NOT NULL AND ({new_condition})
BEGIN
    SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
        SELECT 1 FROM {table} AS other
        WHERE {columns} AND other.id IS NOT NEW.id
        AND other.certain_from IS NOT NULL AND ({other_condition})
        AND other.certain_from <= coalesce(NEW.certain_to, '9999-12-31')
        AND NEW.certain_from <= coalesce(other.certain_to, '9999-12-31')
    );
END
"""


def put_in_place(app_config: AppConfig, connection: BaseDatabaseWrapper) -> None:
    """Give a database the rules of an app's models that it does not hold yet."""
    for model in app_config.get_models():
        rules = getattr(model, "no_overlaps", ())
        if not rules or not _has_columns(connection, model):
            continue
        with connection.cursor() as cursor:
            for rule in rules:
                if connection.vendor == "postgresql":
                    _on_postgresql(cursor, model, rule)
                elif connection.vendor == "sqlite":
                    _on_sqlite(cursor, model, rule)


def _has_columns(connection: BaseDatabaseWrapper, model: type[models.Model]) -> bool:
    """Whether the table has all its columns. Part-way through migrations it may not."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        description = connection.introspection.get_table_description(cursor, table)
    present = {column.name for column in description}
    return present.issuperset(field.column for field in model._meta.concrete_fields)


def _columns(model: type[models.Model], rule: NoOverlap) -> list[str]:
    fields: list[Any] = [model._meta.get_field(name) for name in rule.columns]
    return [field.column for field in fields]


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
            condition=rule.condition.format(row=""),
        )
    )


def _on_sqlite(cursor: CursorWrapper, model: type[models.Model], rule: NoOverlap) -> None:
    table = model._meta.db_table
    for event in ("insert", "update"):
        cursor.execute(f"DROP TRIGGER IF EXISTS {rule.name}_{event}")
        cursor.execute(
            SQLITE_RULE.format(
                table=table,
                name=rule.name,
                event=event,
                columns=" AND ".join(f"other.{c} = NEW.{c}" for c in _columns(model, rule)),
                new_condition=rule.condition.format(row="NEW."),
                other_condition=rule.condition.format(row="other."),
            )
        )
