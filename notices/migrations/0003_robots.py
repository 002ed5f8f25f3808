"""Robots of groups, the hours in which messages go out, and in the outbox what became of each."""

import core.sealed
import datetime
import django.db.models.deletion
import core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0002_outbox_handed_over'),
        ('schools', '0017_began_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='PushHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opens_at', models.TimeField(default=datetime.time(7, 30), verbose_name='从')),
                ('closes_at', models.TimeField(default=datetime.time(18, 30), verbose_name='到')),
                ('school_days_only', models.BooleanField(default=True, verbose_name='只在上学日')),
            ],
        ),
        migrations.CreateModel(
            name='Robot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('wecom', '企业微信'), ('dingtalk', '钉钉'), ('feishu', '飞书')], max_length=10, verbose_name='类型')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('address', core.sealed.SealedField(blank=True, verbose_name='地址')),
                ('is_on', models.BooleanField(default=True, verbose_name='启用')),
                ('trouble', models.CharField(blank=True, choices=[('refused', '对方邮箱退回'), ('too_long', '三天都没有发出去'), ('unsure', '不能确定是否送达'), ('gone', '机器人已不在群里或已停用'), ('secured', '机器人的安全设置没有放行'), ('sealed', '机器人的地址打不开')], max_length=10)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='outboxmessage',
            name='outbox_channel_known',
        ),
        migrations.RemoveConstraint(
            model_name='outboxmessage',
            name='outbox_state_known',
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='about',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='at_once',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='created_at',
            field=models.DateTimeField(default=core.clock.now),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='school',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='trouble',
            field=models.CharField(blank=True, choices=[('refused', '对方邮箱退回'), ('too_long', '三天都没有发出去'), ('unsure', '不能确定是否送达'), ('gone', '机器人已不在群里或已停用'), ('secured', '机器人的安全设置没有放行'), ('sealed', '机器人的地址打不开')], max_length=10),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='channel',
            field=models.CharField(choices=[('email', '邮件'), ('wecom', '企业微信'), ('dingtalk', '钉钉'), ('feishu', '飞书')], default='email', max_length=10),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='notices.notice'),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='state',
            field=models.CharField(choices=[('waiting', '待发送'), ('sent', '已发送'), ('failed', '没有送达'), ('dropped', '不再发送')], default='waiting', max_length=10),
        ),
        migrations.AlterField(
            model_name='outboxmessage',
            name='to_address',
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='pushhours',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='robot',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school'),
        ),
        migrations.AddField(
            model_name='outboxmessage',
            name='robot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='notices.robot'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(fields=['school', '-created_at'], name='outbox_school_created'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('robot__isnull', False)), fields=('robot', 'about'), name='outbox_once_per_robot'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'email'), ('notice__isnull', False), ('robot', None)), models.Q(models.Q(('channel', 'email'), _negated=True), ('notice', None), ('robot__isnull', False), ('school__isnull', False)), _connector='OR'), name='outbox_by_mail_or_robot'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(('trouble', ''), models.Q(('state', 'failed'), ('trouble__in', ['refused', 'too_long', 'unsure', 'gone', 'secured', 'sealed'])), _connector='OR'), name='outbox_trouble_known'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'wecom', 'dingtalk', 'feishu'])), name='outbox_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'failed', 'dropped'])), name='outbox_state_known'),
        ),
        migrations.AddConstraint(
            model_name='pushhours',
            constraint=models.UniqueConstraint(fields=('school',), name='push_hours_once'),
        ),
        migrations.AddConstraint(
            model_name='pushhours',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='push_hours_in_order'),
        ),
        migrations.AddConstraint(
            model_name='robot',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['wecom', 'dingtalk', 'feishu'])), name='robot_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='robot',
            constraint=models.CheckConstraint(condition=models.Q(('trouble', ''), ('trouble__in', ['refused', 'too_long', 'unsure', 'gone', 'secured', 'sealed']), _connector='OR'), name='robot_trouble_known'),
        ),
        migrations.AddConstraint(
            model_name='robot',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('school', 'name'), name='robot_name_once'),
        ),
    ]
