import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables for rules that differ by grade and have several windows; the next migration fills them."""

    dependencies = [
        ("schools", "0006_plan_withdrawn"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanActionGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("visit", "家访"),
                            ("talk", "谈心"),
                            ("letter", "书面反馈"),
                            ("card", "心灵树洞卡"),
                        ],
                        max_length=6,
                        verbose_name="动作",
                    ),
                ),
                (
                    "grade",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.grade"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="schools.plan"),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grade_rows",
                        to="schools.planaction",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "action", "grade"), name="planaction_once_a_grade"),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["visit", "talk", "letter", "card"])),
                        name="planactiongrade_action_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanWindow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="windows", to="schools.planaction"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "anchor", "opens_days", "due_days"), name="planwindow_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens_days__lte", models.F("due_days"))), name="planwindow_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anchor", "year"), _negated=True),
                            models.Q(("due_days", 0), ("opens_days", 0)),
                            _connector="OR",
                        ),
                        name="planwindow_whole_has_no_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("anchor__in", ["term_start", "exams", "term_end", "year"])),
                        name="planwindow_anchor_known",
                    ),
                ],
            },
        ),
    ]
