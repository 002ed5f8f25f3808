"""A teacher's own card was reached as `card`, beside `cards` of pupils; no column changes."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("mentors", "0005_no_index_of_school_alone"),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="mentorcard",
            name="teacher",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentor_card", to="mentors.teacher"
            ),
        ),
    ]
