# The files named in `replaces` stay for databases that have applied only some of them.

import django.db.models.deletion
import django.db.models.expressions
import jobs.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("jobs", "0001_initial"),
        ("jobs", "0002_column_mapping"),
        ("jobs", "0003_import_undo"),
        ("jobs", "0004_kept_documents"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("schools", "0004_paper_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                ("title", models.CharField(max_length=80, verbose_name="任务")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "等待中"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("failed", "未完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总数")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="已完成")),
                ("failed_count", models.PositiveIntegerField(default=0, verbose_name="未完成")),
                ("params", models.JSONField(blank=True, default=dict)),
                ("message", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
                ("woken_at", models.DateTimeField(blank=True, null=True)),
                ("finish_claimed_at", models.DateTimeField(blank=True, null=True)),
                ("finish_attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["school", "-created_at"], name="job_school_created"),
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["state"],
                        name="job_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed", "cancelled"])),
                        name="job_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "done_count__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "-", models.F("failed_count")
                                ),
                            )
                        ),
                        name="job_counts_within_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.schoolyear"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("students", "学生名册"), ("teachers", "教师名册"), ("mentors", "导师匹配表")],
                        max_length=10,
                        verbose_name="名册",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "正在核对"),
                            ("checked", "待确认"),
                            ("refused", "有错误"),
                            ("done", "已导入"),
                            ("cancelled", "已放弃"),
                            ("undone", "已撤销"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("file", models.FileField(blank=True, max_length=120, upload_to=jobs.models.import_path)),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("parsed", models.FileField(blank=True, max_length=120, upload_to=jobs.models.import_path)),
                ("parsed_sha256", models.CharField(blank=True, max_length=64)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("basis", models.CharField(blank=True, max_length=64)),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("findings", models.JSONField(blank=True, default=list)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["school", "-created_at"], name="import_school_created")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["students", "teachers", "mentors"])), name="import_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["checking", "checked", "refused", "done", "cancelled", "undone"])
                        ),
                        name="import_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("state__in", ("done", "undone"))),
                            models.Q(
                                models.Q(("state__in", ("done", "undone")), _negated=True),
                                ("confirmed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="import_done_is_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "undone"), ("undone_at__isnull", False)),
                            models.Q(models.Q(("state", "undone"), _negated=True), ("undone_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="import_undone_has_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="jobs.job"),
                ),
                ("position", models.PositiveIntegerField()),
                ("payload", models.JSONField(blank=True, default=dict)),
                ("label", models.CharField(blank=True, max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等待中"), ("done", "已完成"), ("failed", "未完成")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("message", models.CharField(blank=True, max_length=200)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position"],
                "indexes": [models.Index(fields=["job", "state", "claimed_at"], name="jobitem_claim")],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "position"), name="jobitem_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "failed"])), name="jobitem_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("file", models.FileField(max_length=120, upload_to=jobs.models.kept_path)),
                ("used_on", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["used_on"], name="kept_used_on")],
                "constraints": [models.UniqueConstraint(fields=("school", "digest"), name="kept_digest_once")],
            },
        ),
        migrations.CreateModel(
            name="ResultFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "job",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="files", to="jobs.job"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="jobs.jobitem",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("file", models.FileField(blank=True, max_length=120, upload_to=jobs.models.result_path)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("content_type", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("final", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "created_at"],
                "indexes": [models.Index(fields=["expires_at"], name="result_expires")],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "name"), name="result_item_name_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("item", None)), fields=("job", "name"), name="result_job_name_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("students", "学生名册"), ("teachers", "教师名册"), ("mentors", "导师匹配表")],
                        max_length=10,
                        verbose_name="名册",
                    ),
                ),
                ("header", models.CharField(max_length=100, verbose_name="表头")),
                ("field", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("school", "kind", "header"), name="column_mapping_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["students", "teachers", "mentors"])),
                        name="column_mapping_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="journal", to="jobs.importbatch"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("act", models.CharField(max_length=10)),
                ("table", models.CharField(max_length=60)),
                ("columns", models.JSONField(default=list)),
                ("rows", models.BinaryField()),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "position"), name="import_change_position_once")
                ],
            },
        ),
    ]
