"""The base of commands that scripts rely on: a database that is not ready is a sentence, not a traceback."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


class HouseCommand(BaseCommand):
    """Runs against a migrated database. `makes_tables`: an empty database is migrated first, an older one never."""

    makes_tables = False

    def execute(self, *args: Any, **options: Any) -> Any:
        """Look at the database first. Raises CommandError when it does not answer or is not migrated."""
        try:
            empty = not connection.introspection.table_names()
            if empty and self.makes_tables:
                call_command("migrate", verbosity=0, interactive=False)
            executor = MigrationExecutor(connection)
            behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except DatabaseError as error:
            raise CommandError("数据库连不上，请检查 DATABASE_URL。") from error
        if behind:
            raise CommandError("数据库还没有建好或需要升级，请先运行 manage.py migrate。")
        return super().execute(*args, **options)
