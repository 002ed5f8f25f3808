"""What a school uses: until now everything there was."""

import schools.enums
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0011_more_presets"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="modules",
            field=models.JSONField(blank=True, default=schools.enums.all_modules, verbose_name="使用的模块"),
        ),
    ]
