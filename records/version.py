"""The version of the register: a word that is another one after every change, whoever makes it.

The database moves it itself, in the transaction of the change, so that a raw save, an import and
a statement typed into the database's own shell move it alike. It is a word by chance and not a
number that is counted: a number could come again, with another content, when a backup is restored.

On PostgreSQL it is moved as a transaction ends: two that change different things wait for each
other no longer than that, and cannot each hold what the other waits for.
"""

import secrets

from django.apps import AppConfig
from django.db import connections
from django.db.models import QuerySet

from records.history import Recorded
from records.models import RegisterVersion
from records.prepared import prepared
from records.waiting import first_question

EVENTS = ("insert", "update", "delete")

SQLITE_TRIGGER = """
CREATE TRIGGER {table}_version_{event} AFTER {event} ON {table}
BEGIN
    INSERT OR REPLACE INTO {version} (id, word) VALUES (1, lower(hex(randomblob(16))));
END
"""

# Once for a transaction, however many rows it changes.
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION move_register_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('register.moved', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM set_config('register.moved', pg_current_xact_id()::text, true);
        INSERT INTO {version} (id, word) VALUES (1, replace(gen_random_uuid()::text, '-', ''))
        ON CONFLICT (id) DO UPDATE SET word = excluded.word;
    END IF;
    RETURN NULL;
END $$
"""

POSTGRESQL_EXISTS = "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass"

POSTGRESQL_TRIGGERS = {
    "rows": """
        CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_register_version()
    """,
    "whole": """
        CREATE TRIGGER {name} AFTER TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION move_register_version()
    """,
}


def tables_of(app_config) -> list[str]:
    """The tables of an app's records and of their history."""
    models = [model for model in app_config.get_models() if issubclass(model, Recorded)]
    return [each._meta.db_table for model in models for each in (model, model.history.model)]


def names_of(app_config: AppConfig, vendor: str) -> set[str]:
    """The names of the triggers that `put_in_place` makes."""
    kinds = POSTGRESQL_TRIGGERS if vendor == "postgresql" else EVENTS
    return {f"{table}_version_{kind}" for table in tables_of(app_config) for kind in kinds}


def put_in_place(app_config, connection) -> None:
    """Let every change to an app's records move the version. After every migrate: SQLite drops
    triggers without a word when Django rebuilds a table."""
    version = RegisterVersion._meta.db_table
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
        tables = [table for table in tables_of(app_config) if table in present]
        if not tables or version not in present:
            return
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION.format(version=version))
            for table in tables:
                for kind, trigger in POSTGRESQL_TRIGGERS.items():
                    name = f"{table}_version_{kind}"
                    cursor.execute(POSTGRESQL_EXISTS, [name, table])
                    if not cursor.fetchone():
                        cursor.execute(trigger.format(name=name, table=table))
        else:
            for table in tables:
                for event in EVENTS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_version_{event}")
                    cursor.execute(SQLITE_TRIGGER.format(table=table, event=event, version=version))
        _begin(cursor, tables, RegisterVersion.objects.using(connection.alias))


def _begin(cursor, tables: list[str], versions: QuerySet) -> None:
    """Give a first version to a register that is older than the triggers, which only its next
    change would move."""
    if versions.exists():
        return
    for table in tables:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
        if cursor.fetchone()[0]:
            versions.create(pk=1, word=secrets.token_hex(16))
            return


def register_version() -> str | None:
    """The version as it is now; None where nothing was ever recorded, and inside a transaction,
    in which what is read may not be what it will be."""
    connection = connections[RegisterVersion.objects.db]
    if connection.in_atomic_block:
        return None
    with first_question():
        return next(iter(_words()), None)


@prepared
def _words() -> QuerySet:
    return RegisterVersion.objects.values_list("word", flat=True)
