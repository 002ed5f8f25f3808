# The files named in `replaces` stay for databases that have applied only some of them.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("schools", "0001_initial"),
        ("schools", "0002_plan_settings_of_matching"),
        ("schools", "0003_letter_blocking"),
        ("schools", "0004_paper_settings"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Bureau",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
            ],
        ),
        migrations.CreateModel(
            name="School",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="校名")),
                (
                    "stage",
                    models.CharField(
                        choices=[("primary", "小学"), ("junior", "初中"), ("senior", "高中")],
                        max_length=10,
                        verbose_name="学段",
                    ),
                ),
                (
                    "bureau",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schools",
                        to="schools.bureau",
                    ),
                ),
                (
                    "book_title",
                    models.CharField(default="人人都有“好朋友”老师", max_length=40, verbose_name="记录本标题"),
                ),
                (
                    "emergency_card",
                    models.TextField(
                        default="本系统不是危机干预系统。情况紧急时请立即联系心理老师和德育室，必要时拨打 110、120 或心理援助热线 12356。",
                        max_length=500,
                        verbose_name="紧急联系卡",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["primary", "junior", "senior"])), name="school_stage_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="年级")),
                ("name", models.CharField(max_length=10, verbose_name="名称")),
                ("short_name", models.CharField(max_length=6, verbose_name="简称")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("school", "number"), name="grade_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 12)), name="grade_number_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SchoolYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                ("start_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(verbose_name="结束日期")),
                ("is_current", models.BooleanField(default=False, verbose_name="当前学年")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("school", "start_year"), name="schoolyear_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("school",), name="schoolyear_one_current"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="schoolyear_dates_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="plans", to="schools.schoolyear"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                ("effective_from", models.DateField(verbose_name="生效日期")),
                ("title", models.CharField(max_length=80, verbose_name="方案名称")),
                (
                    "preset",
                    models.CharField(
                        choices=[
                            ("primary_termly", "小学版（按学期，一、五年级试点）"),
                            ("senior_yearly", "普通高中版（按学年，全体年级）"),
                        ],
                        max_length=20,
                        verbose_name="来源",
                    ),
                ),
                ("cap", models.PositiveSmallIntegerField(default=15, verbose_name="每位导师的学生数上限")),
                ("letter_label", models.CharField(default="成长寄语", max_length=20, verbose_name="书面反馈的名称")),
                (
                    "letter_tone",
                    models.CharField(
                        choices=[("positive", "积极肯定"), ("with_advice", "积极肯定并提供成长建议")],
                        max_length=12,
                        verbose_name="书面反馈的导向",
                    ),
                ),
                (
                    "note_visibility",
                    models.CharField(
                        choices=[
                            ("team", "导师团"),
                            ("office", "德育室"),
                            ("counsellor", "心理老师"),
                            ("author", "仅本人"),
                        ],
                        default="team",
                        max_length=10,
                        verbose_name="记录默认可见范围",
                    ),
                ),
                ("letter_blocking", models.JSONField(blank=True, default=list, verbose_name="交稿前必须处理的检查")),
                ("supporting_counts", models.BooleanField(default=False, verbose_name="辅助导师计入上限")),
                ("supporting_owes", models.BooleanField(default=False, verbose_name="辅助导师也承担规定动作")),
                (
                    "shared_counts_once",
                    models.BooleanField(default=False, verbose_name="两位教师共用的名额合计按一位计上限"),
                ),
            ],
            options={
                "ordering": ["effective_from", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "version"), name="plan_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("cap__gte", 1), ("cap__lte", 60)), name="plan_cap_sensible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("letter_tone__in", ["positive", "with_advice"])),
                        name="plan_letter_tone_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note_visibility__in", ["team", "office", "counsellor", "author"])),
                        name="plan_visibility_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("preset__in", ["primary_termly", "senior_yearly"])),
                        name="plan_preset_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plan_grades", to="schools.plan"
                    ),
                ),
                (
                    "grade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.grade"
                    ),
                ),
                (
                    "matching",
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
            ],
            options={
                "ordering": ["grade__number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "grade"), name="plangrade_once"),
                    models.CheckConstraint(
                        condition=models.Q(("matching__in", ["homeroom", "choice", "two_sided", "club", "carry_on"])),
                        name="plangrade_matching_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="actions", to="schools.plan"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("visit", "家访"), ("talk", "谈心"), ("letter", "书面反馈"), ("card", "心灵树洞卡")],
                        max_length=6,
                        verbose_name="动作",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("term", "每学期"), ("year", "每学年")], max_length=4, verbose_name="周期"
                    ),
                ),
                ("count", models.PositiveSmallIntegerField(default=1, verbose_name="次数")),
                ("required", models.BooleanField(default=True, verbose_name="规定动作")),
                (
                    "anchor",
                    models.CharField(
                        choices=[
                            ("term_start", "开学"),
                            ("exams", "重要考试"),
                            ("term_end", "期末"),
                            ("year", "全学年"),
                        ],
                        max_length=10,
                        verbose_name="时间节点",
                    ),
                ),
                ("opens_days", models.SmallIntegerField(default=0, verbose_name="提前或推后几天开始")),
                ("due_days", models.SmallIntegerField(default=0, verbose_name="节点后几天截止")),
                ("accepted_outcomes", models.JSONField(blank=True, default=list, verbose_name="视为完成的家访结果")),
                ("grades", models.ManyToManyField(related_name="+", to="schools.grade")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "action"), name="planaction_once"),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1), ("count__lte", 20)), name="planaction_count_sensible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens_days__lte", models.F("due_days"))), name="planaction_window_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["visit", "talk", "letter", "card"])),
                        name="planaction_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__in", ["term", "year"])), name="planaction_period_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("anchor__in", ["term_start", "exams", "term_end", "year"])),
                        name="planaction_anchor_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paper_settings", to="schools.school"
                    ),
                ),
                ("logo", models.FileField(blank=True, max_length=120, upload_to="logos/%Y/", verbose_name="校徽")),
                ("colour", models.CharField(default="#2f6b4f", max_length=7, verbose_name="主色")),
                ("book_subtitle", models.CharField(default="导师记录本", max_length=20, verbose_name="记录本副标题")),
                ("salutation", models.CharField(default="{姓名}同学：", max_length=30, verbose_name="称呼")),
                ("closing", models.CharField(blank=True, max_length=30, verbose_name="落款前的一句话")),
                ("card_title", models.CharField(default="成长激励卡", max_length=20, verbose_name="激励卡标题")),
                (
                    "card_motto",
                    models.CharField(
                        blank=True, default="每一点进步，老师都看在眼里", max_length=30, verbose_name="激励卡上的一句话"
                    ),
                ),
                ("tree_hole_title", models.CharField(default="心灵树洞卡", max_length=20, verbose_name="树洞卡标题")),
                (
                    "tree_hole_intro",
                    models.CharField(
                        blank=True,
                        default="写给你信任的老师。老师会保守秘密，和你一起想办法。",
                        max_length=60,
                        verbose_name="树洞卡说明",
                    ),
                ),
                (
                    "slip_note",
                    models.CharField(
                        blank=True,
                        default="请您和孩子一起读老师写的寄语。",
                        max_length=40,
                        verbose_name="凭条上的一句话",
                    ),
                ),
                ("appointment_title", models.CharField(default="聘书", max_length=20, verbose_name="聘书标题")),
                (
                    "appointment",
                    models.TextField(
                        default="兹聘请{姓名}老师担任{学年}{班级}学生成长导师。愿您以爱育人，做学生的良师益友。",
                        max_length=300,
                        verbose_name="聘书正文",
                    ),
                ),
                ("signed_by_hand", models.BooleanField(default=False, verbose_name="导师手写签名")),
                ("family_code", models.BooleanField(default=False, verbose_name="寄语上印家长页二维码")),
                (
                    "design",
                    models.CharField(
                        blank=True,
                        choices=[("lower", "小学低年级（大字）"), ("upper", "小学高年级"), ("senior", "中学")],
                        max_length=10,
                        verbose_name="版式",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("design__in", ["", "lower", "upper", "senior"])), name="paper_design_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour__regex", "^#[0-9a-f]{6}$")), name="paper_colour_is_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SchoolClass",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="classes", to="schools.schoolyear"
                    ),
                ),
                (
                    "grade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="classes", to="schools.grade"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="班号")),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="next_classes",
                        to="schools.schoolclass",
                    ),
                ),
            ],
            options={
                "ordering": ["grade__number", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "grade", "number"), name="class_once"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="class_number_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Term",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="schools.schoolyear"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="学期")),
                ("starts_on", models.DateField(verbose_name="开学日期")),
                ("ends_on", models.DateField(verbose_name="结束日期")),
            ],
            options={
                "ordering": ["starts_on"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "number"), name="term_once"),
                    models.CheckConstraint(condition=models.Q(("number__in", [1, 2])), name="term_number_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="term_dates_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Period",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="periods", to="schools.schoolyear"
                    ),
                ),
                (
                    "term",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="period",
                        to="schools.term",
                    ),
                ),
                ("kind", models.CharField(choices=[("term", "每学期"), ("year", "每学年")], max_length=4)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("term", None)), fields=("year",), name="period_one_per_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "term"), ("term__isnull", False)),
                            models.Q(("kind", "year"), ("term__isnull", True)),
                            _connector="OR",
                        ),
                        name="period_kind_fits_term",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyDate",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="key_dates", to="schools.term"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("exam", "重要考试"), ("holiday", "放假")], max_length=10, verbose_name="类别"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(verbose_name="结束日期")),
            ],
            options={
                "ordering": ["starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["exam", "holiday"])), name="keydate_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("starts_on__lte", models.F("ends_on")), _connector="OR"
                        ),
                        name="keydate_dates_ordered",
                    ),
                ],
            },
        ),
    ]
