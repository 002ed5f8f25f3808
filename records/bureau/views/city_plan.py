"""The city's plan: published by the bureau, taken over by schools as far as they want."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.saving import button_done, form_saved, show_form
from records.bureau.forms import CityPlanForm
from records.bureau.models import CityPlan
from records.bureau.queries.city_plan import own_takings, part_texts, rule_lines, standing_plan
from records.bureau.queries.commendations import standing_commendations
from records.bureau.services.city_plan import (
    own_differences,
    publish_city_plan,
    take_rules,
    take_texts,
    takings,
    withdraw_city_plan,
)
from records.setup.services.school import KEEPERS

#: Who of a school looks at what its bureau publishes.
READERS = (*KEEPERS, Role.LEADER)


@page_for(Role.BUREAU)
def city_plan(request: ActorRequest) -> HttpResponse:
    """The plan that stands, and what each school has made of it: facts, by name."""
    plan = standing_plan(request.actor)
    context = {"plan": plan} if plan is None else _of(plan) | {"rows": takings(request.actor, plan)}
    return render(request, "bureau/city_plan.html", context)


def _of(plan: CityPlan) -> dict[str, object]:
    return {"plan": plan, "rules": rule_lines(plan.rules), "parts": part_texts(plan)}


@form_for(Role.BUREAU)
def new_city_plan(request: ActorRequest) -> HttpResponse:
    """Write and publish the next version."""
    form = CityPlanForm(request.actor, standing_plan(request.actor), request.POST or None)
    if done := form_saved(form, lambda: publish_city_plan(actor=request.actor, data=form.plan)):
        messages.success(request, f"全市方案第 {done.value.version} 版已发布，各校在“方案”页可以看到并采用。")
        return redirect("bureau:city_plan")
    return show_form(request, "bureau/city_plan_form.html", form)


@action_for(Role.BUREAU)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a version back."""
    plan = get_visible_or_404(CityPlan, request.actor, pk=pk)
    if button_done(request, lambda: withdraw_city_plan(actor=request.actor, plan=plan)):
        messages.success(request, f"全市方案第 {plan.version} 版已撤回。学校已经采用的内容不变。")
    return redirect("bureau:city_plan")


@page_for(*READERS)
def for_school(request: ActorRequest) -> HttpResponse:
    """What the school's bureau publishes: its plan, what it would change here, and the commendations given."""
    actor = request.actor
    plan = standing_plan(actor)
    context: dict[str, object] = {
        "plan": plan,
        "commendations": standing_commendations(actor),
        "may_take_rules": actor.has(Role.SCHOOL_ADMIN),
        "may_take_texts": actor.has(*KEEPERS),
    }
    if plan is not None:
        context |= _of(plan) | {"taken": own_takings(actor, plan)}
        if actor.calendar.present is not None:
            context["differs"] = own_differences(actor, plan)
    return render(request, "bureau/for_school.html", context)


def _plan_or_404(request: ActorRequest) -> CityPlan:
    plan = standing_plan(request.actor)
    if plan is None:
        raise Http404
    return plan


@action_for(Role.SCHOOL_ADMIN)
def adopt_rules(request: ActorRequest) -> HttpResponse:
    """Take over the rules."""
    plan = _plan_or_404(request)
    if done := button_done(request, lambda: take_rules(actor=request.actor, plan=plan)):
        messages.success(request, f"已按全市方案生成本校方案第 {done.value.version} 版，请再按本校情况修改。")
        return redirect("plan:detail")
    return redirect("city:plan")


@action_for(*KEEPERS)
def adopt_texts(request: ActorRequest) -> HttpResponse:
    """Take over the texts."""
    plan = _plan_or_404(request)
    if button_done(request, lambda: take_texts(actor=request.actor, plan=plan)):
        messages.success(request, "已采用全市方案的正文，请再按本校情况修改。")
        return redirect("plan:document_edit")
    return redirect("city:plan")
