# The files named in `replaces` stay for databases that have applied only some of them.

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("records", "0001_initial"),
        ("records", "0002_reminder"),
        ("records", "0003_desk"),
        ("records", "0004_draft_stamp"),
        ("records", "0005_card_door"),
        ("records", "0006_keep_plans_and_wishes"),
        ("records", "0007_book_handling"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("mentors", "0004_supporting_in_load"),
        ("schools", "0004_paper_settings"),
        ("students", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardDoor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "slip",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="card_door", to="students.familyslip"
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("first_failed_at", models.DateTimeField(blank=True, null=True)),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GrowthLetter",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
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
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="students.pupil"
                    ),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="mentors.mentor"
                    ),
                ),
                ("body", models.TextField(blank=True, max_length=4000, verbose_name="正文")),
                ("advice", models.TextField(blank=True, max_length=1000, verbose_name="成长建议")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("handed_in", "已交"),
                            ("returned", "退回修改"),
                            ("released", "已发布"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("return_reason", models.CharField(blank=True, max_length=200, verbose_name="退回说明")),
                ("handed_in_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="家长首次阅读")),
                ("handwritten", models.BooleanField(default=False, verbose_name="手写")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="校对通过")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="德育室修改")),
                (
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("release_at", models.DateTimeField(blank=True, null=True, verbose_name="定时发布")),
                ("signature", models.BinaryField(default=b"")),
            ],
            options={
                "ordering": ["-term__starts_on", "pk"],
                "indexes": [
                    models.Index(fields=["school", "term", "state"], name="letter_term_state"),
                    models.Index(
                        condition=models.Q(("release_at__isnull", False), ("state", "handed_in")),
                        fields=["release_at"],
                        name="letter_release_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at", None)), fields=("pupil", "term"), name="letter_one_per_term"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "handed_in", "returned", "released"])),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "returned"]),
                            models.Q(("body", ""), _negated=True),
                            ("handwritten", True),
                            _connector="OR",
                        ),
                        name="letter_handed_in_has_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "released"), _negated=True),
                            ("released_at__isnull", False),
                            _connector="OR",
                        ),
                        name="letter_release_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeartTalk",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
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
                ("date", models.DateField(verbose_name="日期")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="内容")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("team", "导师团"),
                            ("office", "德育室"),
                            ("counsellor", "心理老师"),
                            ("author", "仅本人"),
                        ],
                        max_length=10,
                        verbose_name="谁可以看",
                    ),
                ),
                ("follow_up_on", models.DateField(blank=True, null=True, verbose_name="后续跟进日期")),
                (
                    "form",
                    models.CharField(
                        choices=[("face", "面对面"), ("phone", "电话"), ("online", "网络")],
                        default="face",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("term_start", "开学前后"),
                            ("before_exam", "考试前"),
                            ("after_exam", "考试后"),
                            ("upheaval", "重大变故"),
                            ("everyday", "日常"),
                            ("card", "树洞卡"),
                        ],
                        default="everyday",
                        max_length=12,
                        verbose_name="时机",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=40, verbose_name="地点")),
                ("strategies", models.JSONField(blank=True, default=list, verbose_name="策略")),
                ("home_contacted", models.BooleanField(default=False, verbose_name="已与家长沟通")),
                ("pupils", models.ManyToManyField(related_name="talks", to="students.pupil")),
            ],
            options={
                "ordering": ["-date", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["face", "phone", "online"])), name="talk_form_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "occasion__in",
                                ["term_start", "before_exam", "after_exam", "upheaval", "everyday", "card"],
                            )
                        ),
                        name="talk_occasion_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["team", "office", "counsellor", "author"])),
                        name="talk_visibility_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HomeVisit",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
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
                ("date", models.DateField(verbose_name="日期")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="内容")),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("team", "导师团"),
                            ("office", "德育室"),
                            ("counsellor", "心理老师"),
                            ("author", "仅本人"),
                        ],
                        max_length=10,
                        verbose_name="谁可以看",
                    ),
                ),
                ("follow_up_on", models.DateField(blank=True, null=True, verbose_name="后续跟进日期")),
                (
                    "pupil",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="students.pupil"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("home", "上门"),
                            ("school", "到校"),
                            ("place", "约定地点"),
                            ("phone", "电话"),
                            ("video", "视频"),
                        ],
                        default="home",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("completed", "已完成"), ("declined", "家长婉拒"), ("postponed", "改约")],
                        default="completed",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("guardians_met", models.CharField(blank=True, max_length=60, verbose_name="见到的家长")),
                ("agreement", models.TextField(blank=True, max_length=1000, verbose_name="约定")),
                ("teachers", models.ManyToManyField(blank=True, related_name="visits", to="mentors.teacher")),
            ],
            options={
                "ordering": ["-date", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["home", "school", "place", "phone", "video"])),
                        name="visit_form_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["completed", "declined", "postponed"])),
                        name="visit_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visibility__in", ["team", "office", "counsellor", "author"])),
                        name="visit_visibility_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="records.homevisit",
                    ),
                ),
                (
                    "talk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="records.hearttalk",
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="records.growthletter",
                    ),
                ),
                ("file", models.FileField(upload_to="attachments/%Y/%m/")),
                ("name", models.CharField(max_length=100)),
                ("content_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("letter__isnull", True), ("talk__isnull", True), ("visit__isnull", False)),
                            models.Q(("letter__isnull", True), ("talk__isnull", False), ("visit__isnull", True)),
                            models.Q(("letter__isnull", False), ("talk__isnull", True), ("visit__isnull", True)),
                            _connector="OR",
                        ),
                        name="attachment_of_one_record",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reply", to="records.growthletter"
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="回音")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="导师首次阅读")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="reply_text_given"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_at__isnull", True), ("created_at__lte", models.F("read_at")), _connector="OR"
                        ),
                        name="reply_dates_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
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
                        choices=[
                            ("visit", "家访"),
                            ("talk", "谈心"),
                            ("letter", "书面反馈"),
                            ("card", "心灵树洞卡"),
                            ("referral", "转介"),
                        ],
                        max_length=8,
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-last_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "record_id", "user"), name="reading_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["visit", "talk", "letter", "card", "referral"])),
                        name="reading_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordVersion",
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
                        choices=[
                            ("visit", "家访"),
                            ("talk", "谈心"),
                            ("letter", "书面反馈"),
                            ("card", "心灵树洞卡"),
                            ("referral", "转介"),
                        ],
                        max_length=8,
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("created", "登记"),
                            ("updated", "修改"),
                            ("deleted", "删除"),
                            ("restored", "恢复"),
                            ("proofed", "德育室修改"),
                        ],
                        max_length=8,
                    ),
                ),
                ("fields", models.JSONField(default=dict)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-version", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "record_id", "version"), name="recordversion_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["visit", "talk", "letter", "card", "referral"])),
                        name="recordversion_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("act__in", ["created", "updated", "deleted", "restored", "proofed"])),
                        name="recordversion_act_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="referrals", to="students.pupil"
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="想让心理老师知道的")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "等待接收"), ("acknowledged", "已接收"), ("closed", "已结束")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="给转介老师的话")),
                ("notes", models.TextField(blank=True, max_length=5000, verbose_name="心理老师的记录")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("acknowledged_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referral_acknowledgement_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="referral_close_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "acknowledged", "closed"])),
                        name="referral_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                ("sent_on", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="reminder_once")],
            },
        ),
        migrations.CreateModel(
            name="Tick",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="ticks", to="students.pupil"
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ticks", to="schools.period"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("visit", "家访"), ("talk", "谈心"), ("letter", "书面反馈"), ("card", "心灵树洞卡")],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未完成"), ("planned", "进行中"), ("done", "已完成")], max_length=8
                    ),
                ),
                ("done_count", models.PositiveSmallIntegerField(default=0)),
                ("done_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["period", "action", "state"], name="tick_period_action")],
                "constraints": [
                    models.UniqueConstraint(fields=("pupil", "period", "action"), name="tick_once"),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["visit", "talk", "letter", "card"])),
                        name="tick_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "planned", "done"])), name="tick_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="tick_done_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TreeHoleCard",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="cards", to="students.pupil"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="mentors.teacher"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("thought", "思想"),
                            ("study", "学习"),
                            ("mind", "心理"),
                            ("life", "生活"),
                            ("mood", "情绪"),
                        ],
                        max_length=7,
                        verbose_name="关于",
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="想说的话")),
                (
                    "wish",
                    models.CharField(
                        choices=[("talk", "想和老师当面聊聊"), ("write", "想收到老师的回信"), ("listen", "只想说一说")],
                        max_length=6,
                        verbose_name="希望老师怎么回应",
                    ),
                ),
                ("may_tell_home", models.BooleanField(default=False, verbose_name="可以告诉家长")),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("handed_in_at", models.DateTimeField()),
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
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="老师首次阅读")),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="回信")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("met_on", models.DateField(blank=True, null=True, verbose_name="约谈日期")),
                (
                    "home_contact",
                    models.CharField(
                        choices=[("open", "还没决定"), ("contacted", "已与家长沟通"), ("none", "没有联系家长")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("home_reason", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("home_decided_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["-handed_in_at", "-pk"],
                "indexes": [models.Index(fields=["teacher", "answered_at"], name="card_teacher_open")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="card_text_given"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("home_contact", "none"), _negated=True),
                            models.Q(("home_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="card_silence_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("home_contact", "contacted"), _negated=True),
                            ("may_tell_home", True),
                            models.Q(("home_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="card_wish_overridden_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            ("answered_at__gte", models.F("handed_in_at")),
                            _connector="OR",
                        ),
                        name="card_dates_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject__in", ["thought", "study", "mind", "life", "mood"])),
                        name="card_subject_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wish__in", ["talk", "write", "listen"])), name="card_wish_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("home_contact__in", ["open", "contacted", "none"])), name="card_home_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitPlan",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="visit_plans", to="students.pupil"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visit_plans", to="schools.term"
                    ),
                ),
                ("date", models.DateField(verbose_name="日期")),
                ("time", models.TimeField(blank=True, null=True, verbose_name="时间")),
                ("remark", models.CharField(blank=True, max_length=100, verbose_name="备注")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "已约定"), ("done", "已完成"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=9,
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="plan",
                        to="records.homevisit",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("teachers", models.ManyToManyField(blank=True, related_name="visit_plans", to="mentors.teacher")),
            ],
            options={
                "ordering": ["date", "time", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "planned")), fields=("pupil", "term"), name="visitplan_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "done", "cancelled"])),
                        name="visitplan_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitWish",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="visit_wishes", to="students.pupil"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
                ("text", models.CharField(max_length=200, verbose_name="方便的时间和方式")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("pupil", "term"), name="visitwish_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="visitwish_text_given"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookHandling",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.term"),
                ),
                (
                    "mentor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="book_handlings", to="mentors.mentor"
                    ),
                ),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="下发日期")),
                ("collected_on", models.DateField(blank=True, null=True, verbose_name="收回日期")),
                ("checked_on", models.DateField(blank=True, null=True, verbose_name="检查日期")),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mentor", "term"), name="book_once_per_term"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("collected_on__isnull", True),
                            models.Q(("collected_on__gte", models.F("issued_on")), ("issued_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="book_collected_after_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_on__isnull", True),
                            models.Q(("checked_on__gte", models.F("collected_on")), ("collected_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="book_checked_after_collection",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by__isnull", True), ("checked_on__isnull", False), _connector="OR"
                        ),
                        name="book_checker_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit", "家访"),
                            ("talk", "谈心"),
                            ("letter", "书面反馈"),
                            ("card", "心灵树洞卡"),
                            ("referral", "转介"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                (
                    "pupil",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.pupil",
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                ("base_version", models.PositiveIntegerField(default=0)),
                ("stamp", models.CharField(default="", max_length=48)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-updated_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="draft_one_per_form"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["visit", "talk", "letter", "card", "referral"])),
                        name="draft_kind_known",
                    ),
                ],
            },
        ),
    ]
