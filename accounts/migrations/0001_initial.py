import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=60, unique=True, verbose_name="账号")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="邮箱")),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="schools.school",
                    ),
                ),
                ("must_change_password", models.BooleanField(default=False, verbose_name="下次登录须改密码")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("username", ""), _negated=True), name="user_name_given")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("change", "修改"), ("read", "查阅"), ("account", "账号")], max_length=10
                    ),
                ),
                ("verb", models.CharField(max_length=40)),
                ("target_type", models.CharField(max_length=40)),
                ("target_id", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["school", "-at"], name="audit_school_at"),
                    models.Index(fields=["target_type", "target_id"], name="audit_target"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["change", "read", "account"])), name="audit_kind_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("mentor", "导师"),
                            ("homeroom", "班主任"),
                            ("moral_office", "德育室"),
                            ("counsellor", "心理老师"),
                            ("leader", "领导小组"),
                            ("school_admin", "管理员"),
                            ("bureau", "教育局"),
                        ],
                        max_length=20,
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
                (
                    "bureau",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.bureau",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="homeroom_grants",
                        to="schools.schoolclass",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "mentor",
                                    "homeroom",
                                    "moral_office",
                                    "counsellor",
                                    "leader",
                                    "school_admin",
                                    "bureau",
                                ],
                            )
                        ),
                        name="grant_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="grant_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bureau__isnull", False), ("role", "bureau"), ("school__isnull", True)),
                            models.Q(
                                models.Q(("role", "bureau"), _negated=True),
                                ("bureau__isnull", True),
                                ("school__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="grant_scope_fits_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", "homeroom"), ("school_class__isnull", False)),
                            models.Q(models.Q(("role", "homeroom"), _negated=True), ("school_class__isnull", True)),
                            _connector="OR",
                        ),
                        name="grant_class_for_homeroom_only",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None), models.Q(("role", "homeroom"), _negated=True)),
                        fields=("user", "role", "school"),
                        name="grant_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None), ("role", "homeroom")),
                        fields=("school_class",),
                        name="grant_one_homeroom",
                    ),
                ],
            },
        ),
    ]
