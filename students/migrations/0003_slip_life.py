"""A slip has an end and names the key of its code; wrong tries are counted in `accounts.DoorTry`."""

from typing import ClassVar

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.keyring import PAPER
from core.papercodes import mark_of


def keep_the_key(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The codes of printed slips hang on SECRET_KEY: it is kept beside the new key, and the papers stay valid."""
    slips = apps.get_model("students", "FamilySlip").objects.filter(key_mark="")
    if slips.exists():
        PAPER.adopt(settings.SECRET_KEY)
        slips.update(key_mark=mark_of(settings.SECRET_KEY))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("students", "0002_no_index_of_school_alone")]

    operations: ClassVar = [
        migrations.AddField("familyslip", "key_mark", models.CharField(blank=True, max_length=12, default=""), False),
        migrations.AddField("familyslip", "ends_on", models.DateField("有效期至", blank=True, null=True)),
        migrations.RemoveField("familyslip", "failures"),
        migrations.RemoveField("familyslip", "locked_until"),
        migrations.RunPython(keep_the_key, migrations.RunPython.noop),
    ]
