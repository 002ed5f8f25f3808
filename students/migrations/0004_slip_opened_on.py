"""When a family opened its slip first stands on the slip, for the log, which told it alone, is pruned."""

from itertools import islice

from django.db import migrations, models
from django.db.models import Min
from django.utils.timezone import localdate


def fill(apps, schema_editor):
    """From the openings in the log by nobody of the staff."""
    slips = apps.get_model('students', 'FamilySlip').objects
    opened = (
        apps.get_model('accounts', 'AuditEntry')
        .objects.filter(target_type='students.familyslip', verb='open_slip', user=None)
        .order_by()
        .values_list('target_id')
        .annotate(first=Min('at'))
    )
    days = {key: localdate(first) for key, first in opened.iterator()}
    keys = iter(sorted(days))
    while part := list(islice(keys, 500)):
        known = list(slips.filter(pk__in=part))
        for slip in known:
            slip.opened_on = days[slip.pk]
        slips.bulk_update(known, ['opened_on'])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_read'),
        ('students', '0003_slip_life'),
    ]

    operations = [
        migrations.AddField(
            model_name='familyslip',
            name='opened_on',
            field=models.DateField(blank=True, null=True, verbose_name='第一次打开'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
