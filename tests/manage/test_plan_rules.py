"""Rules of a plan: what the service refuses, what the database holds, what a copy keeps."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from core.errors import DomainError
from schools.calendar import YearCalendar
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, MatchingMode, PeriodKind
from schools.models import Plan, PlanAction, PlanActionGrade, PlanWindow
from schools.queries import OwedAction, grades_of
from schools.services import check_rules, copy_plan, open_year
from tests.cast import TODAY, SchoolCast
from tests.plans import ask_also

START, END = WindowRule(Anchor.TERM_START, -21, 14), WindowRule(Anchor.TERM_END, -21, 0)
WHOLE = WindowRule(Anchor.YEAR)


def refused(cast: SchoolCast, *changes: dict[str, Any]) -> tuple[str, str] | None:
    """What is said of visits of grade 1 with each of `changes`; grades 1 and 5 have mentors."""
    one = cast.class_one.grade
    usual = OwedAction(
        ActionKind.VISIT, PeriodKind.TERM, 1, True, (START,), frozenset(["completed"]), frozenset([one.pk])
    )
    covered = {cast.class_one.grade_id: MatchingMode.HOMEROOM, cast.class_five.grade_id: MatchingMode.CHOICE}
    try:
        check_rules([replace(usual, **change) for change in changes], covered=covered, grades=grades_of(cast.school))
    except DomainError as refusal:
        return refusal.code, refusal.message
    return None


def test_rules_that_contradict_each_other_are_refused_by_name(qingzhu: SchoolCast, other: SchoolCast) -> None:
    five = frozenset([qingzhu.class_five.grade_id])
    two = frozenset(grade.pk for grade in grades_of(qingzhu.school) if grade.number == 2)
    assert refused(qingzhu, {}, {"grade_ids": five, "count": 20, "windows": (START, END)}) is None
    assert (
        refused(qingzhu, {}, {"action": ActionKind.TALK, "accepted_outcomes": frozenset(), "windows": (WHOLE,)}) is None
    )
    assert refused(qingzhu, {"grade_ids": two, "required": False}) is None
    wrong: list[tuple[dict[str, Any], ...]] = [
        ({}, {}),
        ({"grade_ids": frozenset()},),
        ({"grade_ids": two},),
        ({"grade_ids": frozenset([other.class_one.grade_id])},),
        ({"windows": ()},),
        ({"windows": (START, WHOLE)},),
        ({"windows": (WindowRule(Anchor.EXAMS, 1, 0),)},),
        ({"windows": (WindowRule(Anchor.EXAMS, -181, 0),)},),
        ({"count": 21},),
        ({"accepted_outcomes": frozenset()},),
    ]
    said = dict(refused(qingzhu, *changes) or ("", "") for changes in wrong)
    assert said == {
        "grade_twice": "一年级的家访写了两次，请只在一处勾选一年级。",
        "no_grades": "请为家访选择年级，不需要这一项的话请把它去掉。",
        "grade_not_covered": "二年级不在方案内，不能要求家访。请先为二年级选择匹配方式。",
        "unknown_grade": "家访选中的年级不属于本校，请重新选择。",
        "no_window": "请为家访写明时间。",
        "whole_and_more": "家访已经是全程都可以做，请去掉其他的时间。",
        "window_backwards": "家访的截止时间早于开始时间，请调整。",
        "window_far": "家访的时间离重要考试太远，前后都在 180 天以内。",
        "count_out_of_range": "家访的次数在 1 到 20 之间。",
        "no_outcomes": "请至少选择一种视为完成的家访结果。",
    }


def test_the_database_holds_one_rule_for_a_grade_and_windows_that_make_sense(qingzhu: SchoolCast) -> None:
    rule = PlanAction.objects.get(plan__year=qingzhu.year, action="visit")
    own = {"school": qingzhu.school, "rule": rule}
    for row in (
        PlanActionGrade(**own, plan=rule.plan, action="visit", grade=qingzhu.class_one.grade),
        PlanWindow(**own, anchor="term_start", opens_days=-21, due_days=14),
        PlanWindow(**own, anchor="exams", opens_days=1, due_days=0),
        PlanWindow(**own, anchor="year", opens_days=0, due_days=7),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_next_years_plan_keeps_every_rule_and_window(qingzhu: SchoolCast) -> None:
    ask_also(qingzhu.year, "visit", qingzhu.class_five.grade, count=2, windows=(START, END))
    held = YearCalendar(qingzhu.year, TODAY).rules
    year = open_year(school=qingzhu.school, start_year=2027)
    copy_plan(year=year, source=Plan.objects.get(year=qingzhu.year))
    copied = YearCalendar(year, TODAY).versions[0]
    assert (copied.actions, len(copied.of(ActionKind.VISIT))) == (held.actions, 2)
    assert copied.of(ActionKind.VISIT)[1].windows == (START, END)


def test_the_way_back_stops_where_something_would_be_lost(qingzhu: SchoolCast) -> None:
    check_fits = import_module("schools.migrations.0009_drop_single_window").check_fits
    check_fits(apps, None)
    ask_also(qingzhu.year, "visit", qingzhu.class_five.grade, count=2)
    with pytest.raises(ValueError, match="it cannot go back"):
        check_fits(apps, None)
