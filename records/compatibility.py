"""Whether this release of the register can work with the tables that a database holds.

Django accepts a database that another release has migrated, or that stopped half-way through
migrations since folded into one, without a word; a later migration then fails with a KeyError.
So `migrate` and the server look at the table of applied migrations before Django does.
"""

import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger(__name__)


class UnknownSchema(ImproperlyConfigured):
    """The database's tables belong to another release; the message says which and what to do."""


def refuse_unknown_schema(connection) -> None:
    """Raise UnknownSchema if this release cannot migrate or serve the database."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    applied = {
        key
        for key in MigrationRecorder(connection).applied_migrations()
        if key[0] in loader.migrated_apps
    }
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    if newer := sorted(applied - set(loader.disk_migrations) - replaced):
        raise UnknownSchema(
            f"A newer release of the register has migrated this database: it holds "
            f"{_in_words(newer)}, which this release does not have. Nothing was changed. Install "
            "that release again, or restore a backup that was made before it."
        )
    for key, migration in sorted(loader.disk_migrations.items()):
        missing = sorted(set(migration.replaces) - applied)
        if key not in applied and missing and len(missing) < len(migration.replaces):
            raise UnknownSchema(
                f"This database stopped half-way through an earlier release: it lacks "
                f"{_in_words(missing)}, which this release no longer holds one by one. Nothing "
                "was changed. Install the last release that holds them, run “manage.py migrate” "
                "with it, and then install this release again."
            )


def refuse_unknown_schema_at_start() -> None:
    """Raise UnknownSchema if the server would serve tables of another release, and log an error if
    they lack rules.

    If the database does not answer, nothing is refused: the server starts, and tells its readers.
    """
    from records.after_migrate import warn_of_missing  # Models are not loaded before.

    try:
        refuse_unknown_schema(connection)
        warn_of_missing(connection)
    except (OperationalError, InterfaceError) as error:
        logger.warning("The database does not answer, so its release is not known: %s", error)
    finally:
        connection.close()


def _in_words(migrations: list[tuple[str, str]]) -> str:
    return ", ".join(".".join(key) for key in migrations)
