from django.db import migrations


def move(apps, schema_editor):
    """Each action's grades and its one window become rows of their own."""
    action, grade, window = (
        apps.get_model("schools", name) for name in ("PlanAction", "PlanActionGrade", "PlanWindow")
    )
    rows = list(action.objects.order_by("pk"))
    grade.objects.bulk_create(
        (
            grade(school_id=row.school_id, rule=row, plan_id=row.plan_id, action=row.action, grade_id=pk)
            for row in rows
            for pk in row.grades.order_by("number").values_list("pk", flat=True)
        ),
        batch_size=500,
    )
    window.objects.bulk_create(
        (
            window(
                school_id=row.school_id,
                rule=row,
                anchor=row.anchor,
                # The whole year has no days, whatever was stored beside it.
                opens_days=0 if row.anchor == "year" else row.opens_days,
                due_days=0 if row.anchor == "year" else row.due_days,
            )
            for row in rows
        ),
        batch_size=500,
    )


def move_back(apps, schema_editor):
    """The former columns again: the first window of each, and its grades."""
    for row in apps.get_model("schools", "PlanAction").objects.prefetch_related("windows", "grade_rows"):
        row.grades.set([of_grade.grade_id for of_grade in row.grade_rows.all()])
        window = next(iter(row.windows.all()), None)
        if window is not None:
            row.anchor, row.opens_days, row.due_days = window.anchor, window.opens_days, window.due_days
            row.save(update_fields=["anchor", "opens_days", "due_days"])
    apps.get_model("schools", "PlanActionGrade").objects.all().delete()
    apps.get_model("schools", "PlanWindow").objects.all().delete()


class Migration(migrations.Migration):
    """The grades and the window of each action of a plan move into the tables made for them."""

    dependencies = [
        ("schools", "0007_rules_by_grade"),
    ]

    operations = [migrations.RunPython(move, move_back)]
