"""The school's plan 一校一策 as teachers read it, its history, and the form of the next version."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.clock import cn_full_day
from core.saving import button_done, form_saved, show_form
from records.office.forms.plan import PlanForm
from records.office.services import PLANNERS, change_plan, take_back_plan
from schools.calendar import SchoolCalendar, YearCalendar
from schools.enums import MatchingMode, PeriodKind, VisitOutcome
from schools.models import Plan, School
from schools.queries import (
    OwedAction,
    PlanRules,
    Window,
    grades_of,
    kinds_of,
    schools_of_bureau,
    schools_visible_to,
)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """When an action is to be done: 第一学期, and one window or one for each exam."""

    label: str
    windows: list[Window]


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action of the plan in words."""

    label: str
    required: bool
    grades: str
    often: str
    lines: list[WindowLine]
    anchor: str
    accepted: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the history, and what it changed."""

    rules: PlanRules
    in_force: bool
    shown: bool
    changes: list[str]


@page_for(*Role)
def detail(request: ActorRequest) -> HttpResponse:
    """The own school's plan; bureau users, who have several, get the list of their schools."""
    actor = request.actor
    if actor.bureau_id is not None:
        schools = schools_of_bureau(actor.bureau_id)
        kinds = kinds_of(schools)
        return render(request, "office/plan/schools.html", {"schools": [(s, kinds[s.pk]) for s in schools]})
    return _plan_page(request, get_visible_or_404(schools_visible_to(actor), actor, pk=actor.school_id))


@page_for(*Role)
def of_school(request: ActorRequest, pk: int) -> HttpResponse:
    """The plan of one school that the actor may see: the own one, or one of the bureau's."""
    return _plan_page(request, get_visible_or_404(schools_visible_to(request.actor), request.actor, pk=pk))


def _plan_page(request: ActorRequest, school: School) -> HttpResponse:
    actor = request.actor
    calendar = SchoolCalendar(school.pk, actor.today)
    year = calendar.year
    versions = calendar.of(year).versions if year is not None else ()
    in_force = calendar.of(year).plan_on(actor.today) if year is not None else None
    if year is None or in_force is None:
        return render(request, "office/plan/detail.html", {"plan_school": school, "year": year})
    asked = request.GET.get("version", "")
    shown = next((v for v in versions if str(v.plan.version) == asked), in_force)
    if asked and str(shown.plan.version) != asked:
        raise Http404
    grades = grades_of(school)
    names = {grade.pk: grade.name for grade in grades}
    return render(
        request,
        "office/plan/detail.html",
        {
            "plan_school": school,
            "year": year,
            "plan": shown.plan,
            "in_force": shown is in_force,
            "later": shown.plan.effective_from > actor.today and shown is not in_force,
            "covered": [(grade, shown.matching[grade.pk].label) for grade in grades if shown.covers(grade.pk)],
            "uncovered": [grade.name for grade in grades if not shown.covers(grade.pk)],
            "actions": [_action_line(a, names, calendar.of(year)) for a in shown.actions],
            "history": _history(versions, names, in_force=in_force, shown=shown),
            "may_withdraw": actor.has(*PLANNERS) and actor.school_id == school.pk,
            "may_edit": actor.has(Role.SCHOOL_ADMIN) and actor.school_id == school.pk,
        },
    )


def _action_line(action: OwedAction, names: dict[int, str], calendar: YearCalendar) -> ActionLine:
    if action.any_day:
        lines = [WindowLine("全学年", [Window(calendar.year.starts_on, calendar.year.ends_on)])]
    else:
        lines = [WindowLine(t.short_name, calendar.term_windows(action, t)) for t in calendar.terms]
    outcomes = [VisitOutcome(value).label for value in VisitOutcome.values if value in action.accepted_outcomes]
    return ActionLine(
        label=action.action.label,
        required=action.required,
        grades="、".join(name for pk, name in names.items() if pk in action.grade_ids) or "—",
        often=f"{action.period.label} {action.count} 次",
        lines=lines,
        anchor=_anchor_words(action),
        accepted="、".join(outcomes),
    )


def _anchor_words(action: OwedAction) -> str:
    if action.any_day:
        return "全学年都可以"

    def days(number: int) -> str:
        return f"{'前' if number < 0 else '后'} {abs(number)} 天" if number else "当天"

    return "；".join(f"{w.anchor.label}{days(w.opens_days)}到{days(w.due_days)}" for w in action.windows)


def _history(
    versions: Sequence[PlanRules], names: dict[int, str], *, in_force: PlanRules, shown: PlanRules
) -> list[VersionLine]:
    lines = [
        VersionLine(
            rules,
            rules is in_force,
            rules is shown,
            plan_changes(versions[index - 1], rules, names) if index else [],
        )
        for index, rules in enumerate(versions)
    ]
    return lines[::-1]


def plan_changes(old: PlanRules, new: PlanRules, grade_names: dict[int, str]) -> list[str]:
    """What version `new` changed against `old`, one short sentence each, for the history."""
    pairs = [
        ("方案名称", old.plan.title, new.plan.title),
        ("每位导师的上限", f"{old.plan.cap} 名", f"{new.plan.cap} 名"),
        ("两位教师共用的名额", _shared(old), _shared(new)),
        ("辅助导师", _counting(old), _counting(new)),
        ("辅助导师的规定动作", _owing(old), _owing(new)),
        ("书面反馈的名称", old.plan.letter_label, new.plan.letter_label),
        ("书面反馈的导向", old.plan.get_letter_tone_display(), new.plan.get_letter_tone_display()),
        ("记录默认可见范围", old.plan.get_note_visibility_display(), new.plan.get_note_visibility_display()),
    ]
    for pk, name in grade_names.items():
        pairs.append((name, _mode(old.matching.get(pk)), _mode(new.matching.get(pk))))
    for action in new.actions:
        before = next(iter(old.of(action.action)), None)
        if before is not None:
            pairs += [
                (action.action.label, _often(before), _often(action)),
                (f"{action.action.label}时间", _anchor_words(before), _anchor_words(action)),
                (f"视为完成的{action.action.label}", _outcomes(before), _outcomes(action)),
            ]
    return [f"{label}：{before} → {after}" for label, before, after in pairs if before != after]


def _mode(mode: MatchingMode | None) -> str:
    return mode.label if mode is not None else "不在方案内"


def _shared(rules: PlanRules) -> str:
    return "合计按一位计上限" if rules.plan.shared_counts_once else "按两位计上限"


def _counting(rules: PlanRules) -> str:
    return "计入上限" if rules.plan.supporting_counts else "不计入上限"


def _owing(rules: PlanRules) -> str:
    return "也承担" if rules.plan.supporting_owes else "不承担"


def _often(action: OwedAction) -> str:
    return f"{PeriodKind(action.period).label} {action.count} 次"


def _outcomes(action: OwedAction) -> str:
    return "、".join(o.label for o in VisitOutcome if o.value in action.accepted_outcomes) or "无"


@form_for(Role.SCHOOL_ADMIN)
def edit(request: ActorRequest) -> HttpResponse:
    """The form of the next version; what the domain refuses stands at the form, and what was typed stays."""
    actor = request.actor
    year = actor.calendar.year
    versions = actor.calendar.of(year).versions if year is not None else ()
    if year is None or not versions:
        raise Http404
    # The newest version is edited, even if it is yet to take effect.
    newest = max(versions, key=lambda rules: rules.plan.version)
    form = PlanForm(newest, grades_of(year.school), year, actor.today, request.POST or None)
    if done := form_saved(
        form,
        lambda: change_plan(actor=actor, year=year, seen_version=form.cleaned_data["version"], change=form.change()),
    ):
        messages.success(request, _saved_words(done.value.version, done.value.effective_from, actor.today))
        return redirect("plan:detail")
    return show_form(request, "office/plan/edit.html", form, plan=newest.plan, year=year)


@action_for(*PLANNERS)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back a version that has not taken effect."""
    plan = get_visible_or_404(Plan, request.actor, pk=pk)
    if button_done(request, lambda: take_back_plan(actor=request.actor, plan=plan)):
        messages.success(request, f"方案第 {plan.version} 版已撤回，仍按现行版本执行。")
    return redirect("plan:detail")


def _saved_words(version: int, effective_from: datetime.date, today: datetime.date) -> str:
    when = f"{cn_full_day(effective_from)}起生效" if effective_from > today else "已经生效"
    return f"方案第 {version} 版已保存，{when}。各项完成情况已按新版重新计算。"
