from typing import ClassVar

from django.db import migrations

from core.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("records", "0007_book_handling"),
        ("schools", "0005_no_index_of_school_alone"),
    ]

    operations: ClassVar = [
        DropForeignKeyIndex(
            "school",
            [
                "attachment",
                "bookhandling",
                "carddoor",
                "draft",
                "growthletter",
                "hearttalk",
                "homevisit",
                "letterreply",
                "reading",
                "recordversion",
                "referral",
                "reminder",
                "tick",
                "treeholecard",
                "visitplan",
                "visitwish",
            ],
        ),
    ]
