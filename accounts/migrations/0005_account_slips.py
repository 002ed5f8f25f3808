"""Account slips 账号条, and the door at which their codes are tried."""

import accounts.models
import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_tries(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A former release knows no such door; tries are kept for two days anyway."""
    apps.get_model("accounts", "DoorTry").objects.filter(door="account_slip").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_presses'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountSlip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=accounts.models.new_slip_key, max_length=24, unique=True)),
                ('code_hash', models.CharField(max_length=64)),
                ('valid_until', models.DateTimeField()),
                ('issued_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='doortry',
            name='door_try_door_known',
        ),
        migrations.AlterField(
            model_name='doortry',
            name='door',
            field=models.CharField(choices=[('sign_in', '登录'), ('slip', '家长凭条'), ('slip_phone', '凭条的手机号'), ('card', '树洞暗号'), ('account_slip', '账号条')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='doortry',
            constraint=models.CheckConstraint(condition=models.Q(('door__in', ['sign_in', 'slip', 'slip_phone', 'card', 'account_slip'])), name='door_try_door_known'),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_tries, elidable=True),
        migrations.AddField(
            model_name='accountslip',
            name='issued_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountslip',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slips', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='accountslip',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('used_at', None)), fields=('user',), name='account_slip_one_lives'),
        ),
    ]
