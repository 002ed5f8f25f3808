"""Somebody acts 代理 for the holder of a role, for a span of days."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_email_verified'),
        ('schools', '0012_modules'),
    ]

    operations = [
        migrations.AddField(
            model_name='rolegrant',
            name='acting_for',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('acting_for', None), models.Q(('ends_on__isnull', False), models.Q(('acting_for', models.F('user')), _negated=True)), _connector='OR'), name='grant_acting_has_end'),
        ),
    ]
