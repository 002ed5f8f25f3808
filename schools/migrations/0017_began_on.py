"""Since when a school writes here; those that are there already have always done so."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("schools", "0016_first_weeks")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="school",
            name="began_on",
            field=models.DateField(blank=True, null=True, verbose_name="开始使用本系统的日期"),
        )
    ]
