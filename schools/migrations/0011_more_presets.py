"""Plans copied from presets for junior, nine-year and vocational schools, and from none."""

from django.db import migrations, models

# What a plan of each new preset says it came from once the new presets are taken back; nothing hangs on it.
FORMER = {
    "junior_termly": "primary_termly",
    "nine_year_termly": "primary_termly",
    "vocational_yearly": "senior_yearly",
    "blank": "primary_termly",
}
PRESETS = ["primary_termly", "junior_termly", "nine_year_termly", "senior_yearly", "vocational_yearly", "blank"]


def former_presets(apps, schema_editor):
    """On the way back: only the two presets that there were."""
    plans = apps.get_model("schools", "Plan").objects
    for preset, former in FORMER.items():
        plans.filter(preset=preset).update(preset=former)


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0010_school_system"),
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
            constraint=models.CheckConstraint(
                condition=models.Q(("preset__in", PRESETS)), name="plan_preset_known"
            ),
        ),
    ]
