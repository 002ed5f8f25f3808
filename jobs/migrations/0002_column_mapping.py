import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
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
    ]
