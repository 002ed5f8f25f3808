"""Plans copied from presets for 完全中学 and twelve-year schools."""

from django.db import migrations, models

# What such a plan says it came from once the new presets are taken back; nothing hangs on it.
FORMER = {"complete": "junior_termly", "twelve_year": "nine_year_termly"}
PRESETS = [
    "primary_termly",
    "junior_termly",
    "nine_year_termly",
    "complete",
    "twelve_year",
    "senior_yearly",
    "vocational_yearly",
    "blank",
]


def former_presets(apps, schema_editor):
    """On the way back: only the six presets that there were."""
    plans = apps.get_model("schools", "Plan").objects
    for preset, former in FORMER.items():
        plans.filter(preset=preset).update(preset=former)


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0017_began_on"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="plan", name="plan_preset_known"),
        migrations.AlterField(
            model_name="plan",
            name="preset",
            field=models.CharField(
                choices=[
                    ("primary_termly", "小学版（按学期，一、五年级试点）"),
                    ("junior_termly", "初中版（按学期，全体年级，学生选导师）"),
                    ("nine_year_termly", "九年一贯版（按学期，小学一、五年级试点，初中全体年级）"),
                    ("complete", "完全中学版（初中按学期，高中按学年，全体年级）"),
                    ("twelve_year", "十二年一贯版（小学、初中按学期，高中按学年，小学一、五年级试点）"),
                    ("senior_yearly", "普通高中版（按学年，全体年级）"),
                    ("vocational_yearly", "中职版（按学年，全体年级）"),
                    ("blank", "空白方案（年级和动作由学校自己填）"),
                ],
                max_length=20,
                verbose_name="来源",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, former_presets, elidable=True),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(condition=models.Q(("preset__in", PRESETS)), name="plan_preset_known"),
        ),
    ]
