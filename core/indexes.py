"""Migrations of many tables' indexes at once."""

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class DropForeignKeyIndex(Operation):
    """Take the index off the foreign key `name` of each of `models`, as `db_index=False` does; reversible.

    One `AlterField` for each would make every table of SQLite anew and the models of all apps too: half a minute for
    fifty tables, full or empty. An index can simply be dropped.
    """

    reversible = True

    def __init__(self, name: str, models: list[str]) -> None:
        self.name, self.models = name, models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Tell the state; its models are made anew once, when somebody asks for them."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            field = state.models[app_label, model].fields[self.name].clone()
            field.db_index = False
            state.alter_field(app_label, model, self.name, field, preserve_default=True)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop whatever plain index stands on that column alone."""
        for name in self.models:
            model = from_state.apps.get_model(app_label, name)
            column = model._meta.get_field(self.name).column
            for index in schema_editor._constraint_names(model, [column], index=True, unique=False, primary_key=False):
                schema_editor.execute(schema_editor._delete_index_sql(model, index))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make them again, named as Django names them."""
        for name in self.models:
            model = to_state.apps.get_model(app_label, name)
            schema_editor.execute(schema_editor._create_index_sql(model, fields=[model._meta.get_field(self.name)]))

    def describe(self) -> str:
        """For the output of `migrate`."""
        return f"Drop the index of {self.name} alone on {len(self.models)} tables"
