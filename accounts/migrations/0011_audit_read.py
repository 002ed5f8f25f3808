"""The audit has a page: its indexes, and the role 数据负责人 of whoever reads it besides 管理员."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_back(apps, schema_editor):
    """Going back, nobody holds a role that is not there."""
    apps.get_model('accounts', 'RoleGrant').objects.filter(role='data_officer').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_mails_on'),
        ('schools', '0018_whole_schools'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='grant_role_known',
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='school',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='user',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='rolegrant',
            name='role',
            field=models.CharField(choices=[('mentor', '导师'), ('homeroom', '班主任'), ('moral_office', '德育室'), ('counsellor', '心理老师'), ('leader', '领导小组'), ('school_admin', '管理员'), ('data_officer', '数据负责人'), ('bureau', '教育局')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['school', 'verb', '-at'], name='audit_school_verb_at'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['user', '-at'], name='audit_user_at'),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['mentor', 'homeroom', 'moral_office', 'counsellor', 'leader', 'school_admin', 'data_officer', 'bureau'])), name='grant_role_known'),
        ),
        migrations.RunPython(migrations.RunPython.noop, take_back),
    ]
