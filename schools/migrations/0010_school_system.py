"""A school is a set of grades and a system: the stage that it had is told by its grades."""

from django.db import migrations, models


def stage_by_grades(apps, schema_editor):
    """On the way back: a stage for every school, as its first grade says."""
    first = dict(apps.get_model("schools", "Grade").objects.values_list("school_id").annotate(models.Min("number")))
    School = apps.get_model("schools", "School")
    School.objects.filter(pk__in=[pk for pk, number in first.items() if 7 <= number <= 9]).update(stage="junior")
    School.objects.filter(pk__in=[pk for pk, number in first.items() if number >= 10]).update(stage="senior")


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0009_drop_single_window"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="system",
            field=models.CharField(
                choices=[("63", "六三学制"), ("54", "五四学制")], default="63", max_length=2, verbose_name="学制"
            ),
        ),
        migrations.AddField(
            model_name="school",
            name="naming",
            field=models.CharField(
                choices=[
                    ("usual", "初一、初二、初三，高一"),
                    ("numbered", "七年级、八年级、九年级，高一"),
                    ("full", "初中一年级，高中一年级"),
                    ("four_junior", "初一至初四（五四学制）"),
                    ("vocational", "职一、职二、职三（中职）"),
                ],
                default="usual",
                max_length=12,
                verbose_name="年级叫法",
            ),
        ),
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                condition=models.Q(("system__in", ["63", "54"])), name="school_system_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                condition=models.Q(("naming__in", ["usual", "numbered", "full", "four_junior", "vocational"])),
                name="school_naming_known",
            ),
        ),
        # A default, so that the column can come back into a table with schools in it.
        migrations.AlterField(
            model_name="school",
            name="stage",
            field=models.CharField(
                choices=[("primary", "小学"), ("junior", "初中"), ("senior", "高中")],
                default="primary",
                max_length=10,
                verbose_name="学段",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, stage_by_grades, elidable=True),
        migrations.RemoveConstraint(model_name="school", name="school_stage_known"),
        migrations.RemoveField(model_name="school", name="stage"),
    ]
