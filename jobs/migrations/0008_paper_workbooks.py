"""Two more workbooks: what was done on paper this term, and letters that were handed out on paper."""

from typing import Any, ClassVar

from django.db import migrations, models

KINDS = [
    ("students", "学生名册"),
    ("teachers", "教师名册"),
    ("mentors", "导师匹配表"),
    ("done", "本学期已完成"),
    ("letters", "已发寄语"),
]
CONSTRAINTS = (("columnmapping", "column_mapping_kind_known"), ("importbatch", "import_kind_known"))


def forget(apps: Any, schema_editor: Any) -> None:
    """Going back: the former code knows no such workbooks. What they brought in stays."""
    for name in ("ColumnMapping", "ImportBatch"):
        apps.get_model("jobs", name).objects.filter(kind__in=["done", "letters"]).delete()


class Migration(migrations.Migration):
    dependencies: ClassVar = [("jobs", "0007_rests")]

    operations: ClassVar = [
        *(migrations.RemoveConstraint(model_name=model, name=name) for model, name in CONSTRAINTS),
        migrations.RunPython(migrations.RunPython.noop, forget),
        *(
            migrations.AlterField(
                model_name=model,
                name="kind",
                field=models.CharField(choices=KINDS, max_length=10, verbose_name="名册"),
            )
            for model, _name in CONSTRAINTS
        ),
        *(
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(
                    condition=models.Q(("kind__in", [kind for kind, _word in KINDS])), name=name
                ),
            )
            for model, name in CONSTRAINTS
        ),
    ]
