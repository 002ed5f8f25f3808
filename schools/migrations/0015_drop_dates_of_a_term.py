from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    """Which term a named day lies in follows from the day."""

    dependencies = [
        ("schools", "0014_fill_dates_of_the_year"),
    ]

    operations = [
        migrations.AlterField(
            model_name="keydate",
            name="year",
            field=models.ForeignKey(on_delete=CASCADE, related_name="key_dates", to="schools.schoolyear"),
        ),
        migrations.RemoveField(model_name="keydate", name="term"),
    ]
