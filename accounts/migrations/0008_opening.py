"""The door of the opening code 开通码."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_tries(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A former release knows no such door; tries are kept for two days anyway."""
    apps.get_model("accounts", "DoorTry").objects.filter(door="opening").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_acting_roles'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='doortry',
            name='door_try_door_known',
        ),
        migrations.AlterField(
            model_name='doortry',
            name='door',
            field=models.CharField(choices=[('sign_in', '登录'), ('slip', '家长凭条'), ('slip_phone', '凭条的手机号'), ('card', '树洞暗号'), ('account_slip', '账号条'), ('forgotten', '忘记密码'), ('opening', '开通码')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='doortry',
            constraint=models.CheckConstraint(condition=models.Q(('door__in', ['sign_in', 'slip', 'slip_phone', 'card', 'account_slip', 'forgotten', 'opening'])), name='door_try_door_known'),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_tries, elidable=True),
    ]
