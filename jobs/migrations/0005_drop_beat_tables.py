"""The tables of django-celery-beat, which kept a schedule that stands in the settings. They may be absent."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder

# Those that point at others come first.
_TABLES = ("periodictask", "periodictasks", "crontabschedule", "intervalschedule", "solarschedule", "clockedschedule")


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them, and forget that they were made: a former release, put back, makes them anew."""
    connection = schema_editor.connection
    present = connection.introspection.table_names()
    for name in _TABLES:
        table = f"django_celery_beat_{name}"
        if table in present:
            schema_editor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
    MigrationRecorder(connection).migration_qs.filter(app="django_celery_beat").delete()


class Migration(migrations.Migration):
    dependencies: ClassVar = [("jobs", "0004_kept_documents")]

    operations: ClassVar = [migrations.RunPython(drop, migrations.RunPython.noop)]
