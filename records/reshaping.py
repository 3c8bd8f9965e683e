"""Operations of migrations that change many fields and constraints of many tables at once.

For each of them Django makes a table of SQLite again, and all models: a minute for a new database.
"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.state import ProjectState


class ChangeModels(SeparateDatabaseAndState):
    """As Django's, without making all models again after each operation."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)


class ChangeTables(ChangeModels):
    """Fields added or altered and constraints, for which SQLite makes each table again once."""

    def __init__(self, operations: Iterable[Any]):
        self.together = list(operations)
        super().__init__(database_operations=self.together, state_operations=self.together)

    def deconstruct(self) -> tuple[str, list[list[Any]], dict[str, Any]]:
        return type(self).__qualname__, [self.together], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        for name in dict.fromkeys(operation.model_name for operation in self.together):
            before = from_state.apps.get_model(app_label, name)
            after = to_state.apps.get_model(app_label, name)
            add_columns(schema_editor, before, after)
            make_again(schema_editor, after)


def add_columns(editor: BaseDatabaseSchemaEditor, before: Any, after: Any) -> None:
    """Give the table of a model on SQLite the columns that it did not have, with their defaults."""
    table = editor.quote_name(after._meta.db_table)
    present = {field.column for field in before._meta.local_concrete_fields}
    for field in after._meta.local_concrete_fields:
        if field.column not in present:
            column, default = editor.quote_name(field.column), field.get_default()
            kind = field.db_type(editor.connection)
            editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} NULL")
            if default is not None:
                editor.execute(f"UPDATE {table} SET {column} = %s", [default])


def make_again(editor: BaseDatabaseSchemaEditor, model: Any) -> None:
    """Make the table of a model on SQLite again, as the model has it. It has all columns."""
    field = next(
        field
        for field in model._meta.local_concrete_fields
        if not (field.null or field.primary_key or field.remote_field)
    )
    nullable = field.clone()
    nullable.null, nullable.model = True, model
    nullable.set_attributes_from_name(field.name)
    editor.alter_field(model, nullable, field)
