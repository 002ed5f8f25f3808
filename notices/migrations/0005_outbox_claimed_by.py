"""A message notes which process has taken it, so that one that was killed holds up nothing. Those of before name none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0004_outbox_of_school"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="claimed_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
