from typing import ClassVar

from django.db import migrations

from core.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("jobs", "0005_drop_beat_tables"),
        ("schools", "0005_no_index_of_school_alone"),
    ]

    operations: ClassVar = [
        DropForeignKeyIndex(
            "school",
            [
                "columnmapping",
                "importbatch",
                "keptdocument",
            ],
        ),
    ]
