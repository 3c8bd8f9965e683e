"""Rules, held by the database, that certain records may not overlap in time.

On PostgreSQL a rule is an exclusion constraint, on SQLite two triggers. They are put in place after
every migrate rather than in a migration: SQLite drops triggers without a word whenever Django
rebuilds a table. A rule that changes needs a new name.
"""

from django.apps import AppConfig
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from records.periods import NoOverlap

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
    return [model._meta.get_field(name).column for name in rule.columns]


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
