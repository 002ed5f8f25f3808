"""Wrong tries at all doors in one table instead of django-axes' three, and an end of first passwords."""

import datetime
from typing import ClassVar

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

_TABLES = ("accessattemptexpiration", "accessattempt", "accesslog", "accessfailurelog")


def drop_axes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop its tables, and forget that they were made: a former release, put back, makes them anew."""
    connection = schema_editor.connection
    present = connection.introspection.table_names()
    for name in _TABLES:
        table = f"axes_{name}"
        if table in present:
            schema_editor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
    MigrationRecorder(connection).migration_qs.filter(app="axes").delete()


def end_first_passwords(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """First passwords that lie about unused open for as long as new ones do, from today on."""
    until = timezone.now() + datetime.timedelta(days=settings.FIRST_PASSWORD_DAYS)
    apps.get_model("accounts", "User").objects.filter(must_change_password=True).update(first_password_until=until)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="user", name="first_password_until", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.CreateModel(
            name="DoorTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("sign_in", "登录"),
                            ("slip", "家长凭条"),
                            ("slip_phone", "凭条的手机号"),
                            ("card", "树洞暗号"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["door", "source", "at"], name="door_try_source"),
                    models.Index(fields=["door", "subject", "at"], name="door_try_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("door__in", ["sign_in", "slip", "slip_phone", "card"])),
                        name="door_try_door_known",
                    )
                ],
            },
        ),
        migrations.RunPython(end_first_passwords, migrations.RunPython.noop),
        migrations.RunPython(drop_axes, migrations.RunPython.noop),
    ]
