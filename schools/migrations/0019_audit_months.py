"""How long a school keeps the log of who did what."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0018_whole_schools'),
    ]

    operations = [
        migrations.AddField(
            model_name='school',
            name='audit_months',
            field=models.PositiveSmallIntegerField(default=24, verbose_name='使用记录保留几个月'),
        ),
        migrations.AddConstraint(
            model_name='school',
            constraint=models.CheckConstraint(condition=models.Q(('audit_months__gte', 6), ('audit_months__lte', 120)), name='school_audit_months_possible'),
        ),
    ]
