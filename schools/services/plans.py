"""The only writers of plans 一校一策 and their versions."""

import datetime

from django.db import transaction

from core.clock import cn_full_day, now
from core.errors import DomainError
from schools.days import plan_days
from schools.enums import ActionKind, MatchingMode, PeriodKind, Preset
from schools.models import Grade, Plan, PlanAction, PlanGrade, SchoolYear
from schools.presets import PRESETS


@transaction.atomic
def create_plan(*, year: SchoolYear, preset: Preset) -> Plan:
    """The first plan of `year`, copied from `preset`; it holds from the first of July, so that early visits count."""
    source = PRESETS[preset]
    grades = {g.number: g for g in Grade.objects.filter(school_id=year.school_id)}
    plan = Plan.objects.create(
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
    PlanGrade.objects.bulk_create(
        PlanGrade(school_id=year.school_id, plan=plan, grade=grades[number], matching=mode)
        for number, mode in source.matching.items()
        if number in grades
    )
    for item in source.actions:
        action = PlanAction.objects.create(
            school_id=year.school_id,
            plan=plan,
            action=item.action,
            period=item.period,
            required=item.required,
            anchor=item.anchor,
            opens_days=item.opens_days,
            due_days=item.due_days,
            accepted_outcomes=list(item.accepted_outcomes),
        )
        action.grades.set(grades[number] for number in item.grades if number in grades)
    return plan


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
    for old in source.actions.prefetch_related("grades"):
        action = PlanAction.objects.create(
            school_id=year.school_id,
            plan=plan,
            action=old.action,
            period=old.period,
            count=old.count,
            required=old.required,
            anchor=old.anchor,
            opens_days=old.opens_days,
            due_days=old.due_days,
            accepted_outcomes=old.accepted_outcomes,
        )
        action.grades.set(old.grades.all())
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
    matching: dict[int, MatchingMode],
    periods: dict[ActionKind, PeriodKind],
    counts: dict[ActionKind, int],
    accepted_outcomes: list[str],
    windows: dict[ActionKind, tuple[int, int]] | None = None,
    supporting_counts: bool | None = None,
    supporting_owes: bool | None = None,
    shared_counts_once: bool | None = None,
) -> Plan:
    """A new version of the plan of `year`, taking over what is not named; the former one stays as history.

    `matching` maps grade keys that are covered; the required actions then hold for exactly these grades.
    `windows` gives the days from the action's anchor to the window's first and last day.
    Raises DomainError `no_plan`, `date_out_of_range`.
    """
    versions = Plan.objects.select_for_update().filter(year=year)
    former = versions.filter(withdrawn_at=None).order_by("-version").first()
    if former is None:
        raise DomainError("no_plan", "本学年还没有方案。")
    plan_days(year, former.effective_from).check(effective_from)
    last = max(versions.values_list("version", flat=True))
    former_actions = list(former.actions.prefetch_related("grades"))
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
        letter_blocking=former.letter_blocking,
        supporting_counts=former.supporting_counts if supporting_counts is None else supporting_counts,
        supporting_owes=former.supporting_owes if supporting_owes is None else supporting_owes,
        shared_counts_once=former.shared_counts_once if shared_counts_once is None else shared_counts_once,
    )
    PlanGrade.objects.bulk_create(
        PlanGrade(school_id=year.school_id, plan=plan, grade_id=grade_id, matching=mode)
        for grade_id, mode in matching.items()
    )
    for old in former_actions:
        kind = ActionKind(old.action)
        opens_days, due_days = (windows or {}).get(kind, (old.opens_days, old.due_days))
        action = PlanAction.objects.create(
            school_id=year.school_id,
            plan=plan,
            action=kind,
            period=periods.get(kind, PeriodKind(old.period)),
            count=counts.get(kind, old.count),
            required=old.required,
            anchor=old.anchor,
            opens_days=opens_days,
            due_days=due_days,
            accepted_outcomes=accepted_outcomes if kind == ActionKind.VISIT else old.accepted_outcomes,
        )
        action.grades.set(list(matching) if old.required else [g.pk for g in old.grades.all()])
    return plan


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
