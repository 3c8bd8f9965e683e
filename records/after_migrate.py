"""What a database holds that migrations cannot give it. Put in place after every `migrate`."""

from django.apps import AppConfig
from django.db import connections

from records import folded_text, overlap_rules, version


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
    version.put_in_place(app_config, connection)
    if app_config.name == "records":
        folded_text.put_in_place(connection)
