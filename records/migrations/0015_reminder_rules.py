import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Concat, Length, Substr

# The points of a window had numbers; schools choose them now, so they are named by their days before its end.
NAMES = {"2": "d7", "3": "d2"}


def name_points(apps, schema_editor):
    rename(apps, NAMES)


def number_points(apps, schema_editor):
    rename(apps, {name: number for number, name in NAMES.items()})


def rename(apps, names):
    rows = apps.get_model("records", "Reminder").objects
    for old, new in names.items():
        start = Length("key") - len(old)
        rows.filter(key__regex=rf"^(visit|talk|letter):[0-9]+:[0-9]{{4}}-[0-9]{{4}}:{old}$").update(
            key=Concat(Substr("key", 1, start), Value(new))
        )


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0002_outbox_handed_over'),
        ('records', '0014_from_paper'),
        ('schools', '0017_began_on'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='从')),
                ('ends_on', models.DateField(verbose_name='到')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='原因')),
            ],
        ),
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('visit', '家访'), ('talk', '谈心'), ('letter', '书面反馈'), ('card', '心灵树洞卡')], max_length=10)),
                ('is_on', models.BooleanField(default=True, verbose_name='提醒')),
                ('first_day', models.BooleanField(default=True, verbose_name='第一天')),
                ('early_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='结束前几天')),
                ('late_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='结束前几天')),
                ('when_over', models.BooleanField(default=True, verbose_name='过期后每周')),
                ('to_mentors', models.BooleanField(default=True, verbose_name='导师')),
                ('to_homeroom', models.BooleanField(default=False, verbose_name='班主任')),
                ('to_office', models.BooleanField(default=False, verbose_name='德育室')),
            ],
        ),
        migrations.CreateModel(
            name='ReminderSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school_days_only', models.BooleanField(default=True, verbose_name='只在上学日提醒')),
            ],
        ),
        migrations.AddField(
            model_name='reminder',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notices.notice'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['school', 'sent_on'], name='reminder_school_day'),
        ),
        migrations.AddField(
            model_name='reminderpause',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='reminderpause',
            name='set_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminderpause',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminderrule',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='remindersettings',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddIndex(
            model_name='reminderpause',
            index=models.Index(fields=['school', 'ends_on'], name='reminderpause_school_end'),
        ),
        migrations.AddConstraint(
            model_name='reminderpause',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='reminderpause_in_order'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.UniqueConstraint(fields=('school', 'action'), name='reminderrule_once'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['visit', 'talk', 'letter', 'card'])), name='reminderrule_action_known'),
        ),
        migrations.AddConstraint(
            model_name='reminderrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('early_days', None), ('early_days__lte', 60), _connector='OR'), models.Q(('late_days', None), ('late_days__lte', 60), _connector='OR'), models.Q(('early_days', None), ('late_days', None), ('early_days__gt', models.F('late_days')), _connector='OR')), name='reminderrule_points_in_order'),
        ),
        migrations.AddConstraint(
            model_name='remindersettings',
            constraint=models.UniqueConstraint(fields=('school',), name='remindersettings_once'),
        ),
        migrations.RunPython(name_points, number_points),
    ]
