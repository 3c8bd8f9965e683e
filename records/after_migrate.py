"""What a database holds that migrations cannot give it. Put in place after every `migrate`."""

import logging

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from records import folded_text, overlap_rules, start_rules, version

logger = logging.getLogger(__name__)

THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT conname FROM pg_constraint WHERE contype = 'x'
        UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    """,
}


def take_triggers_away(
    app_config: AppConfig, using: str, plan: list | None = None, **kwargs: object
) -> None:
    """Receive Django's signal that an app is about to be migrated.

    SQLite takes no column away that a trigger names. `put_in_place` makes the triggers again.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan or app_config.name != "records":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def put_in_place(
    app_config: AppConfig, using: str, plan: list | None = None, **kwargs: object
) -> None:
    """Receive Django's signal that an app has been migrated."""
    if plan is None:
        return  # The signal after a flush, which removes rows and leaves tables as they are.
    connection = connections[using]
    # For every app: the apps above have records too.
    overlap_rules.put_in_place(app_config, connection)
    start_rules.put_in_place(app_config, connection)
    version.put_in_place(app_config, connection)
    if app_config.name == "records":
        folded_text.put_in_place(connection)


def put_back(using: str) -> None:
    """Give a database that a migrate failed on what it held before, as far as its tables allow."""
    for app_config in apps.get_app_configs():
        put_in_place(app_config, using=using, plan=[])


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The rules and triggers that the database should hold and does not."""
    declared = {
        name
        for app_config in apps.get_app_configs()
        for part in (overlap_rules, start_rules, version)
        for name in part.names_of(app_config, connection.vendor)
    }
    with connection.cursor() as cursor:
        cursor.execute(THERE[connection.vendor])
        return sorted(declared - {name for (name,) in cursor.fetchall()})


def warn_of_missing(connection: BaseDatabaseWrapper) -> None:
    """Log an error if the database lacks a rule, as after a migrate that was killed."""
    if names := missing(connection):
        logger.error(
            "The database lacks %s of the rules and triggers that the register relies on, %s among "
            "them. It takes changes that it should refuse. Run “manage.py migrate”, which makes "
            "them again.",
            len(names),
            names[0],
        )
