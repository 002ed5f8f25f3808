from typing import ClassVar

from django.db import migrations

from core.indexes import DropForeignKeyIndex


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("mentors", "0004_supporting_in_load"),
        ("schools", "0005_no_index_of_school_alone"),
    ]

    operations: ClassVar = [
        DropForeignKeyIndex(
            "school",
            [
                "assignment",
                "boardsave",
                "capexception",
                "casemeeting",
                "choice",
                "choicesheet",
                "club",
                "clubmember",
                "handovernote",
                "matchinground",
                "mentor",
                "mentorcard",
                "mentormark",
                "mentormember",
                "mentorwish",
                "placement",
                "readinesscase",
                "rollover",
                "roundmentor",
                "teacher",
                "teammember",
                "trainingsession",
            ],
        ),
    ]
