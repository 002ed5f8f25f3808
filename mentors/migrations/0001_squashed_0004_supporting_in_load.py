# The files named in `replaces` stay for databases that have applied only some of them.

import django.db.models.deletion
import mentors.staff.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("mentors", "0001_initial"),
        ("mentors", "0002_rollover"),
        ("mentors", "0003_rounds"),
        ("mentors", "0004_supporting_in_load"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("schools", "0004_paper_settings"),
        ("students", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardSave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="board_saves",
                        to="schools.schoolclass",
                    ),
                ),
                ("moves", models.JSONField(default=list)),
                (
                    "saved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-saved_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MatchingRound",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="schools.schoolyear"
                    ),
                ),
                (
                    "grade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.grade"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("homeroom", "班主任与学生协商"),
                            ("choice", "学生自主选择（意向征询）"),
                            ("two_sided", "双向选择"),
                            ("club", "依托社团"),
                            ("carry_on", "沿用上一学年的导师"),
                        ],
                        max_length=10,
                        verbose_name="匹配方式",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("setup", "准备中"),
                            ("open", "征询中"),
                            ("published", "已公布"),
                            ("cancelled", "已取消"),
                        ],
                        default="setup",
                        max_length=10,
                    ),
                ),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="开始时间")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="截止时间")),
                ("max_choices", models.PositiveSmallIntegerField(default=3, verbose_name="每人最多选几位")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("satisfaction", "总体满意度最高"),
                            ("lottery", "抽签顺序依次选"),
                            ("stable", "双向稳定匹配"),
                            ("given", "按名单"),
                        ],
                        max_length=12,
                        verbose_name="匹配规则",
                    ),
                ),
                (
                    "tie_break",
                    models.CharField(
                        choices=[("lottery", "抽签"), ("roster", "按班级和座号")],
                        default="lottery",
                        max_length=8,
                        verbose_name="条件相同时",
                    ),
                ),
                ("seed", models.PositiveIntegerField(verbose_name="抽签种子")),
                ("keep_former", models.BooleanField(default=False, verbose_name="先沿用上一学年的导师")),
                ("rematch", models.BooleanField(default=False, verbose_name="已有导师的学生也重新匹配")),
                ("fill", models.BooleanField(default=True, verbose_name="没选上的学生均匀安排到有名额的导师")),
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
                ("drafted_at", models.DateTimeField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_by",
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
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["setup", "open"])),
                        fields=("year", "grade"),
                        name="round_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode", "homeroom"), _negated=True), name="round_mode_has_rounds"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="round_name_given"),
                    models.CheckConstraint(
                        condition=models.Q(("max_choices__gte", 1), ("max_choices__lte", 10)),
                        name="round_choices_sensible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at__isnull", True),
                            ("opens_at__isnull", True),
                            ("closes_at__gt", models.F("opens_at")),
                            _connector="OR",
                        ),
                        name="round_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "open"), _negated=True),
                            models.Q(("closes_at__isnull", False), ("opens_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="round_open_has_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="round_publication_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["homeroom", "choice", "two_sided", "club", "carry_on"])),
                        name="round_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["setup", "open", "published", "cancelled"])),
                        name="round_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["satisfaction", "lottery", "stable", "given"])),
                        name="round_rule_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tie_break__in", ["lottery", "roster"])), name="round_tie_break_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChoiceSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sheets", to="mentors.matchinground"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choice_sheets", to="students.pupil"
                    ),
                ),
                ("source", models.CharField(choices=[("slip", "凭条填写"), ("paper", "纸质录入")], max_length=5)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("submitted_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "pupil"), name="sheet_one_per_pupil"),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["slip", "paper"])), name="sheet_source_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mentor",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="mentors", to="schools.schoolyear"
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField()),
                ("load", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("load__lte", models.F("capacity"))), name="mentor_load_within_capacity"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOverNote",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="hand_over_notes", to="students.pupil"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.schoolyear"
                    ),
                ),
                (
                    "from_mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mentors.mentor"
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="交接说明")),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("written_at", models.DateTimeField(auto_now_add=True)),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ],
            options={
                "ordering": ["-written_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="handover_text_given")
                ],
            },
        ),
        migrations.CreateModel(
            name="Club",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="clubs", to="schools.schoolyear"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="社团名称")),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clubs", to="mentors.mentor"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "name"), name="club_name_once"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="club_name_given"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="mentors.choicesheet"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mentors.mentor"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(blank=True, max_length=100, verbose_name="理由")),
            ],
            options={
                "ordering": ["rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "rank"), name="choice_rank_once"),
                    models.UniqueConstraint(fields=("sheet", "mentor"), name="choice_mentor_once"),
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1), ("rank__lte", 10)), name="choice_rank_sensible"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exceptions", to="mentors.mentor"
                    ),
                ),
                ("limit", models.PositiveSmallIntegerField(verbose_name="新的上限")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("granted_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-granted_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("mentor",), name="exception_one_valid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="exception_reason_given"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit__gte", 1), ("limit__lte", 120)), name="exception_limit_sensible"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="schools.schoolyear"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="students.pupil"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="mentors.mentor"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("main", "导师"), ("supporting", "辅助导师")], default="main", max_length=10
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("homeroom", "班主任协商"),
                            ("choice", "学生选择"),
                            ("two_sided", "双向选择"),
                            ("club", "依托社团"),
                            ("carry_on", "沿用上一学年"),
                            ("import", "名册导入"),
                            ("office", "德育室安排"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "assigned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("counts_in_load", models.BooleanField(default=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="调整原因")),
            ],
            options={
                "indexes": [models.Index(fields=["mentor", "ends_on"], name="assignment_mentor_open")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None), ("kind", "main")),
                        fields=("pupil", "year"),
                        name="assignment_one_main",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)), fields=("pupil", "mentor"), name="assignment_mentor_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counts_in_load", True), models.Q(("kind", "main"), _negated=True), _connector="OR"
                        ),
                        name="assignment_main_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="assignment_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["main", "supporting"])), name="assignment_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("origin__in", ["homeroom", "choice", "two_sided", "club", "carry_on", "import", "office"])
                        ),
                        name="assignment_origin_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorWish",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentor_wishes", to="students.pupil"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.schoolyear"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="想说的话")),
                (
                    "state",
                    models.CharField(choices=[("open", "待处理"), ("handled", "已处理")], default="open", max_length=8),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="答复")),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("pupil",), name="wish_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at__isnull", True), ("state", "open")),
                            models.Q(("handled_at__isnull", False), ("state", "handled")),
                            _connector="OR",
                        ),
                        name="wish_handled_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "handled"])), name="wish_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="placements",
                        to="mentors.matchinground",
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="placements", to="students.pupil"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements",
                        to="mentors.mentor",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("choice", "按意向"),
                            ("kept", "沿用原导师"),
                            ("pinned", "手动安排"),
                            ("fill", "均匀安排"),
                            ("none", "还没有导师"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("choices_full", "所选导师都已满额"),
                            ("no_choice", "没有提交意向"),
                            ("not_accepted", "所选导师都标了不合适"),
                            ("not_open", "所选导师不面向本班"),
                            ("no_place", "可选的导师都没有名额了"),
                        ],
                        max_length=14,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "pupil"), name="placement_one_per_pupil"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", "none"), ("mentor__isnull", True)),
                            models.Q(models.Q(("how", "none"), _negated=True), ("mentor__isnull", False)),
                            _connector="OR",
                        ),
                        name="placement_how_fits_mentor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["choice", "kept", "pinned", "fill", "none"])),
                        name="placement_how_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "from_year",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rolled_over", to="schools.schoolyear"
                    ),
                ),
                (
                    "to_year",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rolled_from", to="schools.schoolyear"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_at", models.DateTimeField(auto_now_add=True)),
                ("digest", models.CharField(max_length=64)),
                ("summary", models.JSONField(default=dict)),
                ("ended_assignments", models.JSONField(default=list)),
                ("ended_grants", models.JSONField(default=list)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoundMentor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="candidates",
                        to="mentors.matchinground",
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="candidacies", to="mentors.mentor"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="编号")),
                ("whole_grade", models.BooleanField(default=False, verbose_name="面向全年级")),
                ("classes", models.ManyToManyField(blank=True, related_name="+", to="schools.schoolclass")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "mentor"), name="roundmentor_once"),
                    models.UniqueConstraint(fields=("round", "number"), name="roundmentor_number_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="mentors.roundmentor"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentor_marks", to="students.pupil"
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        choices=[("preferred", "优先"), ("acceptable", "均可"), ("unsuitable", "不合适")], max_length=10
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "marked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("marked_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("candidate", "pupil"), name="mark_one_per_pupil"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("position__isnull", True), models.Q(("mark", "unsuitable"), _negated=True), _connector="OR"
                        ),
                        name="mark_ranked_is_suitable",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["preferred", "acceptable", "unsuitable"])),
                        name="mark_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Teacher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="teacher",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("number", models.CharField(max_length=30, verbose_name="工号")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("pinyin", models.CharField(blank=True, max_length=200)),
                ("initials", models.CharField(blank=True, max_length=120)),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="手机号")),
                ("subject", models.CharField(blank=True, max_length=40, verbose_name="任教学科")),
                ("duty", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="离职日期")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("school", "number"), name="teacher_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("number", ""), _negated=True)
                        ),
                        name="teacher_name_and_number_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadinessCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readiness_cases",
                        to="mentors.teacher",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("paused", "暂不适合"), ("training", "培训中"), ("ready", "可以担任")],
                        default="paused",
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True, max_length=500, verbose_name="原因")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("training_on", models.DateField(blank=True, null=True, verbose_name="开始培训")),
                ("ready_on", models.DateField(blank=True, null=True, verbose_name="可以担任")),
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
            ],
            options={
                "ordering": ["-starts_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ready"), _negated=True),
                        fields=("teacher",),
                        name="readiness_one_open_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ready_on__isnull", False), ("state", "ready")),
                            models.Q(models.Q(("state", "ready"), _negated=True), ("ready_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="readiness_ready_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ready_on__isnull", True), ("ready_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="readiness_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["paused", "training", "ready"])), name="readiness_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="mentors.mentor"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.schoolyear"
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="mentors.teacher"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "teacher"), name="member_one_slot_per_year"),
                    models.UniqueConstraint(fields=("mentor", "position"), name="member_position_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MentorCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "teacher",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="card", to="mentors.teacher"
                    ),
                ),
                ("key", models.CharField(default=mentors.staff.models.new_card_key, max_length=24, unique=True)),
                ("hobbies", models.CharField(blank=True, max_length=120, verbose_name="我的“B面”")),
                ("sentence", models.CharField(blank=True, max_length=120, verbose_name="想对同学说的一句话")),
                ("photo", models.FileField(blank=True, upload_to="mentor-cards/%Y/", verbose_name="照片")),
                ("is_shared", models.BooleanField(default=False, verbose_name="扫导师证上的二维码可以看到这张名片")),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CaseMeeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_meetings",
                        to="schools.schoolclass",
                    ),
                ),
                ("date", models.DateField(verbose_name="日期")),
                ("topic", models.CharField(max_length=80, verbose_name="主题")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="讨论记录")),
                ("follow_up_on", models.DateField(blank=True, null=True, verbose_name="后续跟进日期")),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("pupils", models.ManyToManyField(blank=True, related_name="case_meetings", to="students.pupil")),
                ("teachers", models.ManyToManyField(blank=True, related_name="case_meetings", to="mentors.teacher")),
            ],
            options={
                "ordering": ["-date", "-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("topic", ""), _negated=True), name="meeting_topic_given")
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="team", to="schools.schoolclass"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="teams", to="mentors.mentor"
                    ),
                ),
                ("is_leader", models.BooleanField(default=False, verbose_name="团长")),
                ("position", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "ordering": ["-is_leader", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("school_class", "mentor"), name="team_member_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_leader", True)), fields=("school_class",), name="team_one_leader"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="training_sessions", to="schools.term"
                    ),
                ),
                ("date", models.DateField(verbose_name="日期")),
                ("topic", models.CharField(max_length=80, verbose_name="主题")),
                ("speaker", models.CharField(blank=True, max_length=60, verbose_name="主讲人")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
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
                (
                    "teachers",
                    models.ManyToManyField(blank=True, related_name="training_sessions", to="mentors.teacher"),
                ),
            ],
            options={
                "ordering": ["-date", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("topic", ""), _negated=True), name="training_topic_given"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClubMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "club",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="mentors.club"
                    ),
                ),
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schools.schoolyear"
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="club_memberships",
                        to="students.pupil",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("year", "pupil"), name="clubmember_one_club_per_year")],
            },
        ),
    ]
