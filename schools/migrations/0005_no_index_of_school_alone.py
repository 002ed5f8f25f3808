from typing import ClassVar

from django.db import migrations

from core.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("schools", "0004_paper_settings"),
    ]

    operations: ClassVar = [
        DropForeignKeyIndex(
            "school",
            [
                "grade",
                "keydate",
                "period",
                "plan",
                "planaction",
                "plangrade",
                "schoolclass",
                "schoolyear",
                "term",
            ],
        ),
    ]
