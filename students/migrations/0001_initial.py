import django.db.models.deletion
import students.models
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pupil",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("pinyin", models.CharField(blank=True, max_length=200)),
                ("initials", models.CharField(blank=True, max_length=120)),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("male", "男"), ("female", "女"), ("", "未填")],
                        max_length=6,
                        verbose_name="性别",
                    ),
                ),
                ("student_number", models.CharField(blank=True, max_length=30, verbose_name="学籍号")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("student_number", ""), _negated=True),
                        fields=("school", "student_number"),
                        name="pupil_number_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="pupil_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("gender__in", ["male", "female", ""])), name="pupil_gender_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Guardian",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="guardians", to="students.pupil"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="姓名")),
                ("relation", models.CharField(blank=True, max_length=20, verbose_name="关系")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="联系电话")),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("pupil", "position"), name="guardian_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 3)), name="guardian_up_to_three"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), ("phone", ""), _negated=True), name="guardian_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilySlip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slips", to="students.pupil"
                    ),
                ),
                ("key", models.CharField(default=students.models.new_slip_key, max_length=24, unique=True)),
                ("nonce", models.CharField(default=students.models.new_slip_key, max_length=24)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("pupil",), name="slip_one_valid"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="enrolments", to="students.pupil"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="schools.schoolyear"
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="schools.schoolclass"
                    ),
                ),
                ("seat_number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="序号")),
                ("brief", models.CharField(blank=True, max_length=200, verbose_name="学生情况简述")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("class_change", "转班"),
                            ("transfer_out", "转出"),
                            ("promoted", "升级"),
                            ("graduated", "毕业"),
                            ("", "在读"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["school_class", "seat_number"], name="enrolment_class_seat")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("pupil", "year"),
                        name="enrolment_one_open_per_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="enrolment_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_reason__in", ["class_change", "transfer_out", "promoted", "graduated", ""])
                        ),
                        name="enrolment_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ends_on__isnull", True)),
                            models.Q(("ends_on__isnull", False), models.Q(("end_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="enrolment_end_has_reason",
                    ),
                ],
            },
        ),
    ]
