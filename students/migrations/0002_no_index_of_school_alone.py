from typing import ClassVar

from django.db import migrations

from core.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("schools", "0005_no_index_of_school_alone"),
        ("students", "0001_initial"),
    ]

    operations: ClassVar = [
        DropForeignKeyIndex(
            "school",
            [
                "enrolment",
                "familyslip",
                "guardian",
                "pupil",
            ],
        ),
    ]
