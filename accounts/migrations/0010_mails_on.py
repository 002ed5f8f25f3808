"""Whether reminders go to the own e-mail address, too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_first_visits'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='mails_on',
            field=models.BooleanField(default=True, verbose_name='收提醒邮件'),
        ),
    ]
