"""What migrations do with the columns of folded names when folding has changed.

Folded columns are worked out from others, so that the change writes no history. The rows of history
are folded again too, because pages as recorded on another day search them and sort by them.
"""

from django.db import models

from records.names import FoldedField

AT_ONCE = 2_000  # rows


def order_alike(apps, schema_editor, label: str) -> None:
    """Make PostgreSQL order the folded columns of an app as SQLite does. A new database
    orders them so from the start."""
    if schema_editor.connection.vendor != "postgresql":
        return
    quote = schema_editor.quote_name
    for model, fields in _folded(apps, label):
        for field in fields:
            kept = field.db_parameters(schema_editor.connection)
            schema_editor.execute(
                f"ALTER TABLE {quote(model._meta.db_table)} ALTER COLUMN {quote(field.column)} "
                f"TYPE {kept['type']} COLLATE {quote(kept['collation'])}"
            )


def fold_anew(apps, schema_editor, label: str) -> None:
    """Work the folded columns of an app out again, in its records and in their history."""
    for model, fields in _folded(apps, label):
        rows = models.QuerySet(model, using=schema_editor.connection.alias).order_by("pk")
        last = None
        while part := list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE]):
            last = part[-1].pk
            changed = [row for row in part if _is_changed(row, fields)]
            rows.bulk_update(changed, [field.name for field in fields], batch_size=200)


def _folded(apps, label: str) -> list[tuple[type[models.Model], list[FoldedField]]]:
    """The models of an app, and of its history, that have folded columns."""
    found = []
    for model in apps.get_app_config(label).get_models():
        fields = [f for f in model._meta.concrete_fields if isinstance(f, FoldedField)]
        if fields:
            found.append((model, fields))
    return found


def _is_changed(row: models.Model, fields: list[FoldedField]) -> bool:
    before = [getattr(row, field.attname) for field in fields]
    return before != [field.pre_save(row, add=False) for field in fields]
