"""System checks: settings that would quietly cost data or speed."""

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.database)
def sqlite_takes_its_write_lock_at_once(**kwargs):
    """SQLite must begin transactions as IMMEDIATE and never wrap every request in one."""
    errors = []
    for alias, database in settings.DATABASES.items():
        if not database.get("ENGINE", "").endswith("sqlite3"):
            continue
        if database.get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE":
            errors.append(
                Error(
                    f"DATABASES[{alias!r}] would lose writes that race with each other.",
                    hint='Set OPTIONS["transaction_mode"] to "IMMEDIATE".',
                    id="records.E001",
                )
            )
        if database.get("ATOMIC_REQUESTS"):
            errors.append(
                Error(
                    f"DATABASES[{alias!r}] would take the write lock for every page read.",
                    hint="Leave ATOMIC_REQUESTS out; actions are atomic themselves.",
                    id="records.E002",
                )
            )
    return errors
