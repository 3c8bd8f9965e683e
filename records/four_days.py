"""How an upgrade gives each table of periods, and its history, four days in place of two.

A migration calls `work_out` with the models of before, and `reshape` with those of after. A table
is made again once on SQLite, where Django's own operations would make it again eighteen times.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from records.reshaping import make_again

FOUR_DAYS = ("earliest_start", "latest_start", "earliest_end", "latest_end")

# As `Period.worked_out_days` has it, of starts and ends that are on a day or by it.
DAYS = """
    earliest_start = CASE WHEN start_date IS NULL OR start_qualifier = 'by'
        THEN {earliest} ELSE start_date END,
    latest_start = {least}(coalesce(end_date, {latest}), CASE
        WHEN start_date IS NULL THEN {latest}
        WHEN start_precision = 'year' THEN {last_of_year}
        WHEN start_precision = 'month' THEN {last_of_month}
        ELSE start_date END),
    earliest_end = CASE WHEN end_date IS NULL THEN {latest} ELSE
        {greatest}(coalesce(start_date, {earliest}), CASE
            WHEN end_qualifier = 'by' THEN {earliest}
            WHEN end_precision = 'year' THEN {first_of_year}
            WHEN end_precision = 'month' THEN {first_of_month}
            ELSE end_date END) END,
    latest_end = coalesce(end_date, {latest})
"""

WORDS = {
    "sqlite": {
        "earliest": "'0001-01-01'",
        "latest": "'9999-12-31'",
        "least": "min",
        "greatest": "max",
        "last_of_year": "date(start_date, 'start of year', '+1 year', '-1 day')",
        "last_of_month": "date(start_date, 'start of month', '+1 month', '-1 day')",
        "first_of_year": "date(end_date, 'start of year')",
        "first_of_month": "date(end_date, 'start of month')",
    },
    "postgresql": {
        "earliest": "date '0001-01-01'",
        "latest": "date '9999-12-31'",
        "least": "least",
        "greatest": "greatest",
        "last_of_year": "(date_trunc('year', start_date) + interval '1 year - 1 day')::date",
        "last_of_month": "(date_trunc('month', start_date) + interval '1 month - 1 day')::date",
        "first_of_year": "date_trunc('year', end_date)::date",
        "first_of_month": "date_trunc('month', end_date)::date",
    },
}


def work_out(apps: StateApps, editor: BaseDatabaseSchemaEditor, *, label: str) -> None:
    """Add the four days to the tables of an app, and fill them."""
    vendor = editor.connection.vendor
    for model in _having(apps, label, "certain_from"):
        table = model._meta.db_table
        if vendor == "postgresql":
            for constraint in model._meta.constraints:
                editor.remove_constraint(model, constraint)
            for index in model._meta.indexes:
                editor.remove_index(model, index)
        for day in FOUR_DAYS:
            editor.execute(f"ALTER TABLE {table} ADD COLUMN {day} date NULL")
        editor.execute(f"UPDATE {table} SET {DAYS.format(**WORDS[vendor])}")
    if vendor == "postgresql":  # which alters no table whose triggers are still to run
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def reshape(apps: StateApps, editor: BaseDatabaseSchemaEditor, *, label: str) -> None:
    """Give the tables of an app the columns, constraints and indexes that its models have now."""
    for model in _having(apps, label, "latest_end"):
        table = model._meta.db_table
        if editor.connection.vendor == "sqlite":
            make_again(editor, model)
            continue
        changes = [
            *(f"ALTER COLUMN {day} SET NOT NULL" for day in FOUR_DAYS),
            *(f"ALTER COLUMN {which}_qualifier TYPE varchar(10)" for which in ("start", "end")),
            # With the overlap rules on them, which are made again after the migrate.
            *(f"DROP COLUMN {day} CASCADE" for day in ("certain_from", "certain_to")),
        ]
        editor.execute(f"ALTER TABLE {table} {', '.join(changes)}")
        for constraint in model._meta.constraints:
            editor.add_constraint(model, constraint)
        for index in model._meta.indexes:
            editor.add_index(model, index)


def _having(apps: StateApps, label: str, name: str) -> list[Any]:
    """The models of an app, history included, that have a field `name`."""
    return [
        model
        for model in apps.get_app_config(label).get_models()
        if any(field.name == name for field in model._meta.local_fields)
    ]
