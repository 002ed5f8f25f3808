"""Records that were brought in from paper say so, and so does their first version."""

from typing import Any, ClassVar

from django.db import migrations, models

ACTS = [
    ("created", "登记"),
    ("updated", "修改"),
    ("deleted", "删除"),
    ("restored", "恢复"),
    ("proofed", "德育室修改"),
    ("paper", "纸质补录"),
]
FLAG = models.BooleanField(default=False, editable=False, verbose_name="纸质补录")


def call_it_created(apps: Any, schema_editor: Any) -> None:
    """Going back: the former code knows no such act."""
    apps.get_model("records", "RecordVersion").objects.filter(act="paper").update(act="created")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("records", "0013_plan_document")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="recordversion", name="recordversion_act_known"),
        migrations.RunPython(migrations.RunPython.noop, call_it_created),
        *(
            migrations.AddField(model_name=name, name="from_paper", field=FLAG.clone())
            for name in ("growthletter", "hearttalk", "homevisit")
        ),
        migrations.AlterField(
            model_name="recordversion", name="act", field=models.CharField(choices=ACTS, max_length=8)
        ),
        migrations.AddConstraint(
            model_name="recordversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", [act for act, _word in ACTS])), name="recordversion_act_known"
            ),
        ),
    ]
