import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.school",
                    ),
                ),
                ("kind", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("body", models.TextField(blank=True, max_length=4000, verbose_name="内容")),
                ("link", models.CharField(blank=True, max_length=200)),
                ("dedup_key", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["recipient", "-created_at"], name="notice_recipient_created"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["recipient"], name="notice_unread"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "dedup_key"), name="notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("dedup_key", ""), _negated=True), name="notice_key_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link", ""),
                            models.Q(("link__startswith", "/"), models.Q(("link__startswith", "//"), _negated=True)),
                            _connector="OR",
                        ),
                        name="notice_link_is_path",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="notices.notice"
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "邮件")], default="email", max_length=10)),
                ("to_address", models.CharField(max_length=254)),
                ("subject", models.CharField(max_length=100)),
                ("body", models.TextField(max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发送"), ("sent", "已发送"), ("failed", "未送达")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["next_try_at"], name="outbox_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "channel"), name="outbox_once_per_channel"),
                    models.CheckConstraint(condition=models.Q(("channel__in", ["email"])), name="outbox_channel_known"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "sent", "failed"])), name="outbox_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="outbox_sent_has_time",
                    ),
                ],
            },
        ),
    ]
