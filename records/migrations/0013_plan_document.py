"""The plan as a document 方案全文: versions of its texts, the leading group, files beside it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0012_one_door'),
        ('schools', '0015_drop_dates_of_a_term'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='plans/%Y/')),
                ('name', models.CharField(max_length=100)),
                ('content_type', models.CharField(max_length=40)),
                ('size', models.PositiveIntegerField()),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
            options={
                'ordering': ['added_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='版本')),
                ('parts', models.JSONField(default=dict, verbose_name='正文')),
                ('saved_at', models.DateTimeField(verbose_name='保存时间')),
                ('saved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
            options={
                'ordering': ['version'],
            },
        ),
        migrations.CreateModel(
            name='DocumentMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('place', models.CharField(choices=[('head', '组长'), ('deputy', '副组长'), ('member', '组员')], max_length=6, verbose_name='组内职务')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('office', models.CharField(blank=True, max_length=30, verbose_name='职务')),
                ('duties', models.CharField(blank=True, max_length=200, verbose_name='分工')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='records.plandocument')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddConstraint(
            model_name='plandocument',
            constraint=models.UniqueConstraint(fields=('school', 'version'), name='plandocument_version_once'),
        ),
        migrations.AddConstraint(
            model_name='documentmember',
            constraint=models.UniqueConstraint(fields=('document', 'position'), name='documentmember_position_once'),
        ),
        migrations.AddConstraint(
            model_name='documentmember',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ['head', 'deputy', 'member'])), name='documentmember_place_known'),
        ),
    ]
