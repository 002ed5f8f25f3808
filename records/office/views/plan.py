"""The school's plan 一校一策 as teachers read it, its history, and the form of the next version."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.clock import cn_full_day
from core.saving import button_done, form_saved, show_form
from records.office.forms.plan import PlanForm
from records.office.queries.plan_effects import find_effects
from records.office.queries.plan_words import action_line, blocking_words, plan_changes
from records.office.services import PLANNERS, PlanChange, as_rules, change_plan, rehearse_plan, take_back_plan
from schools.calendar import SchoolCalendar, YearCalendar
from schools.models import Grade, Plan, School
from schools.queries import PlanRules, grades_of, schools_visible_to

#: Of the form's first submission what the second, which is sure, does not repeat.
NOT_ASKED_AGAIN: Final = frozenset({"csrfmiddlewaretoken", "press", "sure", "again"})


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
        return redirect("plan:schools")
    return _plan_page(request, get_visible_or_404(schools_visible_to, actor, pk=actor.school_id))


@page_for(*Role)
def of_school(request: ActorRequest, pk: int) -> HttpResponse:
    """The plan of one school that the actor may see: the own one, or one of the bureau's."""
    return _plan_page(request, get_visible_or_404(schools_visible_to, request.actor, pk=pk))


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
            "actions": [action_line(a, names, calendar.of(year)) for a in shown.actions],
            "history": _history(versions, names, in_force=in_force, shown=shown),
            "blocking": blocking_words(shown),
            "own_calendar": reverse("setup:calendar") if actor.school_id == school.pk else "",
            "may_withdraw": actor.has(*PLANNERS) and actor.school_id == school.pk,
            "may_see_bureau": school.bureau_id is not None
            and actor.school_id == school.pk
            and actor.has(*PLANNERS, Role.LEADER),
            "may_edit": actor.has(Role.SCHOOL_ADMIN) and actor.school_id == school.pk,
        },
    )


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


@form_for(Role.SCHOOL_ADMIN)
def edit(request: ActorRequest) -> HttpResponse:
    """The form of the next version. First what the change does is told; once that is said to be right, it is saved.

    What the domain refuses stands at the form, at the first submission too, and what was typed stays.
    """
    actor = request.actor
    year = actor.calendar.year
    versions = actor.calendar.of(year).versions if year is not None else ()
    if year is None or not versions:
        raise Http404
    # The newest version is edited, even if it is yet to take effect.
    newest = max(versions, key=lambda rules: rules.plan.version)
    grades = grades_of(year.school)
    form = PlanForm(newest, grades, year, actor.today, request.POST or None)
    if "again" in request.POST or not form.is_valid():
        return show_form(request, "office/plan/edit.html", form, plan=newest.plan, parts=form.parts)
    if form.makes_no_change:
        messages.info(request, "方案没有改动，没有保存新的版本。")
        return redirect("plan:detail")
    change, seen = form.change(), form.cleaned_data["version"]
    if "sure" in request.POST:
        if done := form_saved(form, lambda: change_plan(actor=actor, year=year, seen_version=seen, change=change)):
            messages.success(request, _saved_words(done.value.version, done.value.effective_from, actor.today))
            return redirect("plan:detail")
    elif form_saved(form, lambda: rehearse_plan(actor=actor, year=year, seen_version=seen, change=change)):
        return _ask(request, calendar=actor.calendar.of(year), seen=newest, change=change, grades=grades)
    return show_form(request, "office/plan/edit.html", form, plan=newest.plan, parts=form.parts)


def _ask(
    request: ActorRequest, *, calendar: YearCalendar, seen: PlanRules, change: PlanChange, grades: Sequence[Grade]
) -> HttpResponse:
    """What the change does, and the same form once more with `sure`."""
    new = as_rules(seen, calendar.year, change)
    effects = find_effects(request.actor, calendar, new, grades, seen=seen)
    again = [(n, v) for n, values in request.POST.lists() for v in values if n not in NOT_ASKED_AGAIN]
    context = {
        "plan": new.plan,
        "effects": effects,
        "again": again,
        "later": new.plan.effective_from > request.actor.today,
    }
    return render(request, "office/plan/confirm.html", context)


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
