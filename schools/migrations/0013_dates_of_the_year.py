from django.db import migrations, models
from django.db.models.deletion import CASCADE

KINDS = [("exam", "重要考试"), ("holiday", "放假"), ("workday", "调休上课")]


class Migration(migrations.Migration):
    """Named days belong to a year, for holidays lie between the terms too; the next migration says to which one."""

    dependencies = [
        ("schools", "0012_modules"),
    ]

    operations = [
        migrations.AddField(
            model_name="schoolyear",
            name="official_until",
            field=models.DateField(blank=True, null=True, verbose_name="法定放假核对到"),
        ),
        migrations.AddField(
            model_name="keydate",
            name="year",
            field=models.ForeignKey(null=True, on_delete=CASCADE, related_name="key_dates", to="schools.schoolyear"),
        ),
        # Only for the way back: days that lie in no term stand without one until the next migration finds it.
        migrations.AlterField(
            model_name="keydate",
            name="term",
            field=models.ForeignKey(null=True, on_delete=CASCADE, related_name="key_dates", to="schools.term"),
        ),
        migrations.RemoveConstraint(model_name="keydate", name="keydate_kind_known"),
        migrations.AlterField(
            model_name="keydate",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="类别"),
        ),
        migrations.AddConstraint(
            model_name="keydate",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=["exam", "holiday", "workday"]), name="keydate_kind_known"
            ),
        ),
    ]
