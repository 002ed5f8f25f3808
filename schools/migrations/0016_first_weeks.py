"""Whether a school's first weeks are shown: those that are there already have them behind them."""

from django.db import migrations, models

CHOICES = [("open", "显示"), ("away", "收起"), ("done", "做完")]


class Migration(migrations.Migration):

    dependencies = [
        ("schools", "0015_drop_dates_of_a_term"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="first_weeks",
            field=models.CharField(choices=CHOICES, default="away", max_length=4, verbose_name="第一周"),
        ),
        migrations.AlterField(
            model_name="school",
            name="first_weeks",
            field=models.CharField(choices=CHOICES, default="open", max_length=4, verbose_name="第一周"),
        ),
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_weeks__in", ["open", "away", "done"])), name="school_first_weeks_known"
            ),
        ),
    ]
