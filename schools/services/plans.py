"""The only writers of plans 一校一策 and their versions."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction

from core.clock import cn_full_day, now
from core.errors import DomainError
from schools.days import plan_days
from schools.enums import ActionKind, Anchor, Check, MatchingMode, Preset, SchoolSystem
from schools.models import Grade, Plan, PlanAction, PlanActionGrade, PlanGrade, PlanWindow, SchoolYear
from schools.plan_rules import read_plans
from schools.presets import PRESETS, rules_of
from schools.queries import OwedAction

#: How often an action can be asked for in a period: 谈心 monthly is four or five times a term.
MOST_TIMES: Final = 20
#: How many days a window can lie from its anchor.
FARTHEST: Final = 180


def create_plan(*, year: SchoolYear, preset: Preset) -> Plan:
    """The first plan of `year`, copied from `preset`; it holds from the first of July, so that early visits count.

    Of the preset's grades those that the school has.
    """
    return create_plans(years=[(year, preset)])[0]


@transaction.atomic
def create_plans(*, years: Sequence[tuple[SchoolYear, Preset]]) -> list[Plan]:
    """`create_plan` for the years of many schools, each with its preset. Six queries whatever their number."""
    of_school: dict[int, list[Grade]] = defaultdict(list)
    for grade in Grade.objects.filter(school__in={year.school_id for year, _preset in years}):
        of_school[grade.school_id].append(grade)
    plans = Plan.objects.bulk_create(
        Plan(
            school_id=year.school_id,
            year=year,
            version=1,
            effective_from=datetime.date(year.start_year, 7, 1),
            title=source.title,
            preset=preset,
            cap=source.cap,
            letter_label=source.letter_label,
            letter_tone=source.letter_tone,
        )
        for year, preset, source in ((year, preset, PRESETS[preset]) for year, preset in years)
    )
    covered, ruled = list[PlanGrade](), list[tuple[Plan, list[OwedAction]]]()
    for plan, (year, preset) in zip(plans, years, strict=True):
        source, system = PRESETS[preset], SchoolSystem(year.school.system)
        grades = [(grade, rules_of(grade.number, system)) for grade in of_school[year.school_id]]
        covered += [
            PlanGrade(school_id=year.school_id, plan=plan, grade=grade, matching=source.matching[number])
            for grade, number in grades
            if number in source.matching
        ]
        rules = [
            OwedAction(
                action=item.action,
                period=item.period,
                count=item.count,
                required=item.required,
                windows=item.windows,
                accepted_outcomes=frozenset(item.accepted_outcomes),
                grade_ids=frozenset(grade.pk for grade, number in grades if number in item.grades),
            )
            for item in source.actions
        ]
        ruled.append((plan, [rule for rule in rules if rule.grade_ids]))
    PlanGrade.objects.bulk_create(covered)
    _write_rules(ruled)
    return plans


@transaction.atomic
def copy_plan(*, year: SchoolYear, source: Plan) -> Plan:
    """The first plan of `year`: the same rules as `source`, the plan of an earlier year of the same school.

    It holds from the first of July, so that early visits count.
    """
    plan = Plan.objects.create(
        school_id=year.school_id,
        year=year,
        version=1,
        effective_from=min(datetime.date(year.start_year, 7, 1), year.starts_on),
        title=source.title,
        preset=source.preset,
        cap=source.cap,
        letter_label=source.letter_label,
        letter_tone=source.letter_tone,
        note_visibility=source.note_visibility,
        letter_blocking=source.letter_blocking,
        supporting_counts=source.supporting_counts,
        supporting_owes=source.supporting_owes,
        shared_counts_once=source.shared_counts_once,
    )
    PlanGrade.objects.bulk_create(
        PlanGrade(school_id=year.school_id, plan=plan, grade_id=row.grade_id, matching=row.matching)
        for row in source.plan_grades.all()
    )
    held = read_plans(Plan.objects.filter(pk=source.pk))[source.year_id][0]
    _write_rules([(plan, held.actions)])
    return plan


@transaction.atomic
def revise_plan(
    *,
    year: SchoolYear,
    effective_from: datetime.date,
    title: str,
    cap: int,
    letter_label: str,
    letter_tone: str,
    note_visibility: str,
    matching: Mapping[int, MatchingMode],
    actions: Sequence[OwedAction],
    letter_blocking: Collection[str] | None = None,
    supporting_counts: bool | None = None,
    supporting_owes: bool | None = None,
    shared_counts_once: bool | None = None,
) -> Plan:
    """A new version of the plan of `year`, taking over what is not named; the former one stays as history.

    `matching` maps grade keys that are covered; `actions` are all rules of the new version.
    Raises DomainError `no_plan`, `date_out_of_range`, and as `check_rules`.
    """
    versions = Plan.objects.select_for_update().filter(year=year)
    former = versions.filter(withdrawn_at=None).order_by("-version").first()
    if former is None:
        raise DomainError("no_plan", "本学年还没有方案。")
    plan_days(year, former.effective_from).check(effective_from)
    blocking = former.letter_blocking if letter_blocking is None else letter_blocking
    check_rules(actions, covered=matching, grades=Grade.objects.filter(school_id=year.school_id))
    last = max(versions.values_list("version", flat=True))
    plan = Plan.objects.create(
        school_id=year.school_id,
        year=year,
        version=last + 1,
        effective_from=effective_from,
        title=title,
        preset=former.preset,
        cap=cap,
        letter_label=letter_label,
        letter_tone=letter_tone,
        note_visibility=note_visibility,
        letter_blocking=[check.value for check in Check if check in blocking],
        supporting_counts=former.supporting_counts if supporting_counts is None else supporting_counts,
        supporting_owes=former.supporting_owes if supporting_owes is None else supporting_owes,
        shared_counts_once=former.shared_counts_once if shared_counts_once is None else shared_counts_once,
    )
    PlanGrade.objects.bulk_create(
        PlanGrade(school_id=year.school_id, plan=plan, grade_id=grade_id, matching=mode)
        for grade_id, mode in matching.items()
    )
    _write_rules([(plan, actions)])
    return plan


def check_rules(actions: Sequence[OwedAction], *, covered: Collection[int], grades: Iterable[Grade]) -> None:
    """Refuse rules that contradict each other, in words that name the action; `covered`: grades that have mentors.

    Raises DomainError `unknown_grade`, `no_grades`, `grade_twice`, `grade_not_covered`, `no_window`,
    `window_backwards`, `window_far`, `whole_and_more`, `count_out_of_range`, `no_outcomes`.
    """
    names = {grade.pk: grade.name for grade in grades}
    asked: set[tuple[ActionKind, int]] = set()
    for rule in actions:
        what = rule.action.label
        if not rule.grade_ids:
            raise DomainError("no_grades", f"请为{what}选择年级，不需要这一项的话请把它去掉。")
        if not rule.grade_ids <= names.keys():
            raise DomainError("unknown_grade", f"{what}选中的年级不属于本校，请重新选择。")
        for pk in sorted(rule.grade_ids):
            if (rule.action, pk) in asked:
                raise DomainError("grade_twice", f"{names[pk]}的{what}写了两次，请只在一处勾选{names[pk]}。")
            if rule.required and pk not in covered:
                raise DomainError(
                    "grade_not_covered", f"{names[pk]}不在方案内，不能要求{what}。请先为{names[pk]}选择匹配方式。"
                )
            asked.add((rule.action, pk))
        if not 1 <= rule.count <= MOST_TIMES:
            raise DomainError("count_out_of_range", f"{what}的次数在 1 到 {MOST_TIMES} 之间。")
        if rule.action == ActionKind.VISIT and not rule.accepted_outcomes:
            raise DomainError("no_outcomes", "请至少选择一种视为完成的家访结果。")
        _check_windows(rule)


def _check_windows(rule: OwedAction) -> None:
    what = rule.action.label
    if not rule.windows:
        raise DomainError("no_window", f"请为{what}写明时间。")
    if len(rule.windows) > 1 and any(window.anchor == Anchor.YEAR for window in rule.windows):
        raise DomainError("whole_and_more", f"{what}已经是全程都可以做，请去掉其他的时间。")
    for window in rule.windows:
        if window.opens_days > window.due_days:
            raise DomainError("window_backwards", f"{what}的截止时间早于开始时间，请调整。")
        if not -FARTHEST <= window.opens_days <= window.due_days <= FARTHEST:
            raise DomainError("window_far", f"{what}的时间离{window.anchor.label}太远，前后都在 {FARTHEST} 天以内。")


def _write_rules(plans: Iterable[tuple[Plan, Iterable[OwedAction]]]) -> None:
    """The rules of new versions, with their grades and windows. Three queries."""
    wanted = [(plan, rule) for plan, rules in plans for rule in rules]
    rows = PlanAction.objects.bulk_create(
        PlanAction(
            school_id=plan.school_id,
            plan=plan,
            action=rule.action,
            period=rule.period,
            count=rule.count,
            required=rule.required,
            accepted_outcomes=sorted(rule.accepted_outcomes),
        )
        for plan, rule in wanted
    )
    written = [(plan, rule, row) for (plan, rule), row in zip(wanted, rows, strict=True)]
    PlanActionGrade.objects.bulk_create(
        PlanActionGrade(school_id=plan.school_id, rule=row, plan=plan, action=rule.action, grade_id=pk)
        for plan, rule, row in written
        for pk in sorted(rule.grade_ids)
    )
    PlanWindow.objects.bulk_create(
        PlanWindow(
            school_id=plan.school_id,
            rule=row,
            anchor=window.anchor,
            opens_days=window.opens_days,
            due_days=window.due_days,
        )
        for plan, rule, row in written
        for window in dict.fromkeys(rule.windows)
    )


@transaction.atomic
def withdraw_plan(*, plan: Plan, on: datetime.date) -> Plan:
    """Take a version back that has not taken effect by `on`; it stays as history. Twice is once.

    Raises DomainError `in_force`.
    """
    locked = Plan.objects.select_for_update().get(pk=plan.pk)
    if locked.withdrawn_at is not None:
        return locked
    if locked.effective_from <= on:
        raise DomainError(
            "in_force",
            f"第 {locked.version} 版从{cn_full_day(locked.effective_from)}起已经生效，不能撤回。请修改方案。",
        )
    locked.withdrawn_at = now()
    locked.save(update_fields=["withdrawn_at"])
    return locked
