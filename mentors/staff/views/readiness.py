"""德育室's page about the teachers: who mentors, who does not yet, and who takes part in training first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.saving import form_saved, show_form
from mentors.enums import ReadinessState
from mentors.staff.forms.care import CaseForm, ReasonForm, StepForm
from mentors.staff.models import ReadinessCase
from mentors.staff.queries.readiness import (
    SHOW,
    cases_visible_to,
    open_case_of,
    past_cases,
    present_teachers,
    readiness_of,
    readiness_rows,
    readiness_teachers,
)
from mentors.staff.services.readiness import begin_training, edit_reason, mark_ready, open_case, step_days
from schools.days import past_days
from schools.enums import Module

PAGE_SIZE = 50
FILTERS = (("", "全部老师"), ("without", "还没有担任导师"), ("training", "先参加培训"), ("mentors", "导师"))


@page_for(Role.MORAL_OFFICE)
def teachers(request: ActorRequest) -> HttpResponse:
    """All present teachers, paged: those who take part in training first, then those who do not mentor yet."""
    year = request.actor.calendar.year
    show = request.GET.get("show", "")
    school = request.actor.school
    has_readiness = school is not None and Module.READINESS in school.in_use
    show = show if show in SHOW and (has_readiness or show != "training") else ""
    text = request.GET.get("q", "").strip()[:40]
    found = readiness_teachers(request.actor, year, show=show, text=text, sort=request.GET.get("sort", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "staff/readiness/list.html",
        {
            "overview": readiness_of(request.actor, year),
            "page_obj": page,
            "rows": readiness_rows(list(page.object_list)),
            "show": show,
            "text": text,
            "filters": [one for one in FILTERS if has_readiness or one[0] != "training"],
            "has_readiness": has_readiness,
            "columns": f"老师:name|任教|导师{'|准备情况|(操作)' if has_readiness else ''}",
        },
    )


@form_for(Role.MORAL_OFFICE)
def new_case(request: ActorRequest, pk: int) -> HttpResponse:
    """A teacher takes part in training first, from a day on; one who does so already has a page for it."""
    teacher = get_object_or_404(present_teachers(request.actor), pk=pk)
    there = open_case_of(request.actor, teacher)
    if there is not None:
        return redirect("readiness:case", pk=there.pk)
    days = past_days(request.actor.calendar.this_year(), request.actor.today)
    form = CaseForm(days, request.POST or None, initial={"starts_on": request.actor.today})
    if done := form_saved(form, lambda: open_case(actor=request.actor, teacher=teacher, **form.cleaned_data)):
        messages.success(request, f"已登记：{teacher.name}老师先参加培训，准备好了再带学生。")
        return redirect("readiness:case", pk=done.value.pk)
    past = past_cases(request.actor, teacher)
    return show_form(request, "staff/readiness/new.html", form, teacher=teacher, past=past)


@form_for(Role.MORAL_OFFICE)
def case(request: ActorRequest, pk: int) -> HttpResponse:
    """One case: its dates, the private reason, and the next step. Opening it is logged."""
    found = get_visible_or_404(cases_visible_to, request.actor, pk=pk)
    step = request.POST.get("step", "")
    reason_form = ReasonForm(request.POST if step == "reason" else None, initial=ReasonForm.initial_of(found))
    days = step_days(request.actor, found, ready=step == ReadinessState.READY)
    taken = request.POST if step in (ReadinessState.TRAINING, ReadinessState.READY) else None
    step_form = StepForm(days, taken, initial={"on": request.actor.today})
    form: forms.Form = reason_form if step == "reason" else step_form
    if form_saved(form, lambda: _take(request, found, step, form.cleaned_data)):
        return redirect("readiness:list") if step == ReadinessState.READY else redirect("readiness:case", pk=pk)
    audit(actor=request.actor, verb="open_readiness_case", target=found, kind=AuditKind.READ)
    return show_form(
        request,
        "staff/readiness/case.html",
        form,
        case=found,
        teacher=found.teacher,
        reason_form=reason_form,
        step_form=step_form,
        is_ready=found.state == ReadinessState.READY,
        in_training=found.state == ReadinessState.TRAINING,
        past=[c for c in past_cases(request.actor, found.teacher) if c.pk != found.pk],
    )


def _take(request: ActorRequest, found: ReadinessCase, step: str, data: dict[str, Any]) -> None:
    name = found.teacher.name
    if step == "reason":
        edit_reason(actor=request.actor, case=found, reason=data["reason"])
        messages.success(request, "已保存。")
    elif step == ReadinessState.TRAINING:
        begin_training(actor=request.actor, case=found, on=data["on"])
        messages.success(request, f"已登记：{name}老师开始参加培训。")
    else:
        mark_ready(actor=request.actor, case=found, on=data["on"])
        messages.success(request, f"{name}老师已经准备好，可以担任导师了。")
