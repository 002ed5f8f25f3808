"""Which first words to a role each person has closed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_opening'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='first_visits',
            field=models.JSONField(blank=True, default=list),
        ),
    ]
