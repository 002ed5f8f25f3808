"""Rules of a plan for tests: in force (without a new version), or in what the next version says."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor
from schools.models import Grade, PlanAction, PlanActionGrade, PlanWindow, SchoolYear
from schools.queries import OwedAction

AT_ANY_TIME = (WindowRule(Anchor.YEAR),)


def ask(
    year: SchoolYear,
    *actions: str,
    grades: Iterable[Grade] | None = None,
    windows: Iterable[WindowRule] | None = None,
    **columns: Any,
) -> None:
    """Let the plan ask otherwise for `actions` (all without any): of other grades, in other windows, other columns."""
    for rule in PlanAction.objects.filter(plan__year=year, action__in=actions or ActionKind.values):
        if columns:
            PlanAction.objects.filter(pk=rule.pk).update(**columns)
        if grades is not None:
            rule.grade_rows.all().delete()
            _of_grades(rule, grades)
        if windows is not None:
            rule.windows.all().delete()
            _in_windows(rule, windows)


def ask_also(
    year: SchoolYear, action: str, *grades: Grade, windows: Iterable[WindowRule] | None = None, **columns: Any
) -> PlanAction:
    """Another rule for `action`: `grades` leave the one that holds for them and have this one instead."""
    former = PlanAction.objects.get(plan__year=year, action=action)
    PlanActionGrade.objects.filter(rule=former, grade__in=grades).delete()
    held = [WindowRule(Anchor(w.anchor), w.opens_days, w.due_days) for w in former.windows.all()]
    rule = PlanAction.objects.get(pk=former.pk)
    rule.pk = None
    for name, value in columns.items():
        setattr(rule, name, value)
    rule.save()
    _of_grades(rule, grades)
    _in_windows(rule, held if windows is None else windows)
    return rule


def _of_grades(rule: PlanAction, grades: Iterable[Grade]) -> None:
    PlanActionGrade.objects.bulk_create(
        PlanActionGrade(school_id=rule.school_id, rule=rule, plan_id=rule.plan_id, action=rule.action, grade=grade)
        for grade in grades
    )


def _in_windows(rule: PlanAction, windows: Iterable[WindowRule]) -> None:
    PlanWindow.objects.bulk_create(
        PlanWindow(
            school_id=rule.school_id,
            rule=rule,
            anchor=window.anchor,
            opens_days=window.opens_days,
            due_days=window.due_days,
        )
        for window in windows
    )


def with_rule(actions: Iterable[OwedAction], *kinds: ActionKind, **changes: Any) -> tuple[OwedAction, ...]:
    """The rules of `actions`, those for `kinds` (all required ones without any) with `changes`."""
    return tuple(replace(a, **changes) if a.action in kinds or (not kinds and a.required) else a for a in actions)
