from django.db import migrations, models
from django.db.models import Count

ANCHORS = [("term_start", "开学"), ("exams", "重要考试"), ("term_end", "期末"), ("year", "全学年")]


def check_fits(apps, schema_editor):
    """Back means: one rule for an action and one window for a rule. What says more would be lost, so it stops here."""
    action = apps.get_model("schools", "PlanAction")
    twice = action.objects.values("plan", "action").annotate(n=Count("pk")).filter(n__gt=1).order_by()
    several = action.objects.annotate(n=Count("windows")).filter(n__gt=1)
    if twice.exists() or several.exists():
        raise ValueError("A plan asks different things of different grades or has several windows: it cannot go back.")


class Migration(migrations.Migration):
    """An action's own columns for one window and its grades are not read any more."""

    dependencies = [
        ("schools", "0008_move_rules_by_grade"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="planaction", name="planaction_once"),
        migrations.RemoveConstraint(model_name="planaction", name="planaction_window_ordered"),
        migrations.RemoveConstraint(model_name="planaction", name="planaction_anchor_known"),
        # Only for the way back: a filled table gets the column again.
        migrations.AlterField(
            model_name="planaction",
            name="anchor",
            field=models.CharField(choices=ANCHORS, default="year", max_length=10, verbose_name="时间节点"),
        ),
        migrations.RemoveField(model_name="planaction", name="anchor"),
        migrations.RemoveField(model_name="planaction", name="due_days"),
        migrations.RemoveField(model_name="planaction", name="opens_days"),
        migrations.RemoveField(model_name="planaction", name="grades"),
        migrations.RunPython(migrations.RunPython.noop, check_fits),
    ]
