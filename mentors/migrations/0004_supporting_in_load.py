"""Each assignment says itself whether it counts in the mentor's load; so far supporting ones never did."""

from typing import ClassVar

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def leave_supporting_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The stored loads count main pupils only."""
    apps.get_model("mentors", "Assignment").objects.filter(kind="supporting").update(counts_in_load=False)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("mentors", "0003_rounds"),
        ("schools", "0002_plan_settings_of_matching"),
        ("students", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="assignment",
            name="counts_in_load",
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counts_in_load", True), models.Q(("kind", "main"), _negated=True), _connector="OR"
                ),
                name="assignment_main_counts",
            ),
        ),
        migrations.RunPython(leave_supporting_out, migrations.RunPython.noop),
    ]
