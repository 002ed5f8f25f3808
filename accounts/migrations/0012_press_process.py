"""A press notes which process does it, so that one that was killed holds up nobody. Presses of before name none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_read'),
    ]

    operations = [
        migrations.AddField(
            model_name='press',
            name='process',
            field=models.CharField(db_default='', default='', max_length=100),
        ),
    ]
