"""Planning a class's visits, and the visits of one's own: planned ones and those one took part in."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.paging import list_page
from core.saving import form_saved, show_form
from core.templatetags.words import names
from core.undo import offer_undo
from mentors.models.slots import Teacher
from records.desk.forms.visits import VisitPlanForm
from records.desk.models import VisitPlan
from records.desk.queries.form_start import visit_team
from records.desk.queries.visits import (
    MOST_PLANS,
    class_team,
    joined_visits,
    led_classes,
    my_plans,
    open_plans,
    plan_rows,
    school_plans,
)
from records.desk.services.visit_plans import cancel_visit_plan, change_visit_plan, plan_visits, restore_visit_plan
from records.desk.views.form_page import RECORDERS, only_term, pupil_to_record
from records.rules import classes_led_formerly, may_plan_for, planned_by
from schools.days import coming_days

PAGE_SIZE: Final = 20


@page_for(*RECORDERS)
def visits(request: ActorRequest) -> HttpResponse:
    """家访安排: what is planned with me or for my pupils, and 我参加的家访, those of all terms or of `?term=`."""
    calendar = request.actor.calendar.now
    plans = my_plans(request.actor, calendar.year)
    term, terms = only_term(request)
    page = list_page(request, PAGE_SIZE, joined_visits, request.actor, term)
    context = {
        "plans": plans[:MOST_PLANS],
        "has_more_plans": len(plans) > MOST_PLANS,
        "page_obj": page,
        "terms": terms,
        "led_formerly": classes_led_formerly(request.actor),
        "may_plan": bool(request.actor.homeroom_class_ids),
        "own": planned_by(request.actor, {plan.pupil_id for plan in plans}),
        "is_mentor": request.actor.has(Role.MENTOR),
        "today": request.actor.today,
    }
    return render(request, "desk/visits.html", context)


@form_for(Role.HOMEROOM)
def plan(request: ActorRequest) -> HttpResponse:
    """The class's visits: who is done, planned or open, the families' wishes; several are planned at once."""
    calendar = request.actor.calendar.now
    classes = led_classes(request.actor, calendar)
    if not classes:
        raise DomainError("no_class", "本学年还没有您带的班级，请联系学校管理员。")
    chosen = next((c for c in classes if str(c.pk) == request.GET.get("class")), classes[0])
    rows = plan_rows(request.actor, calendar, chosen)
    team = class_team(request.actor, chosen)
    form = VisitPlanForm(
        request.POST or None,
        teachers=_pairs(team),
        days=coming_days(calendar.year, request.actor.today),
        initial={"teachers": [t.pk for t in team if t.user_id == request.actor.user_id]},
    )
    keys = set(request.POST.getlist("pupils"))
    pupils = [row.pupil for row in rows if str(row.pupil.pk) in keys]
    if form.is_valid() and len(pupils) != len(keys):
        raise PermissionDenied
    if form_saved(
        form,
        lambda: plan_visits(actor=request.actor, term=calendar.term, pupils=pupils, **_agreed(team, form)),
    ):
        messages.success(request, f"已约好{names(pupils)}的家访。")
        return redirect(f"{reverse('desk:visit_plan')}?class={chosen.pk}")
    return show_form(
        request,
        "desk/visit_plan.html",
        form,
        calendar=calendar,
        classes=classes,
        chosen=chosen,
        rows=rows,
        checked=keys,
        open_count=sum(row.tick.is_open for row in rows),
        done_count=sum(not row.tick.is_open for row in rows),
        today=request.actor.today,
    )


@form_for(*RECORDERS)
def plan_one(request: ActorRequest, pk: int) -> HttpResponse:
    """A visit of one pupil, planned by the mentor or the homeroom teacher; the open one is moved."""
    pupil, calendar = pupil_to_record(request, pk), request.actor.calendar.now
    if not may_plan_for(request.actor, [pupil.pk]):
        raise PermissionDenied
    team = visit_team(request.actor, calendar, pupil)
    form = VisitPlanForm(
        request.POST or None,
        teachers=_pairs(team),
        days=coming_days(calendar.year, request.actor.today),
        initial={"teachers": [t.pk for t in team if t.user_id == request.actor.user_id]},
    )
    back = reverse("desk:visits")
    if form_saved(
        form, lambda: plan_visits(actor=request.actor, term=calendar.term, pupils=[pupil], **_agreed(team, form))
    ):
        messages.success(request, f"已约好{pupil.name}的家访。")
        return redirect(back)
    return show_form(request, "desk/visit_plan_edit.html", form, pupil=pupil, back_url=back)


@form_for(*RECORDERS)
def plan_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Move one planned visit to another day, time or company."""
    found = _plan(request, pk)
    calendar = request.actor.calendar.now
    team = visit_team(request.actor, calendar, found.pupil)
    team = list({t.pk: t for t in (*team, *found.teachers.all())}.values())
    form = VisitPlanForm(
        request.POST or None,
        teachers=_pairs(team),
        days=coming_days(found.term.year, request.actor.today),
        initial=VisitPlanForm.initial_of(found),
    )
    back = _list_of(request, found)
    if form_saved(form, lambda: change_visit_plan(actor=request.actor, plan=found, **_agreed(team, form))):
        messages.success(request, f"已改好{found.pupil.name}的家访安排。")
        return redirect(back)
    return show_form(request, "desk/visit_plan_edit.html", form, plan=found, pupil=found.pupil, back_url=back)


@action_for(*RECORDERS)
def plan_cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """Call a planned visit off; the message offers to take it back."""
    found = _plan(request, pk)
    cancel_visit_plan(actor=request.actor, plan=found)
    undo = reverse("desk:visit_plan_restore", args=[found.pk])
    offer_undo(request, f"已取消{found.pupil.name}的家访安排。", undo)
    return redirect(_list_of(request, found))


@action_for(*RECORDERS)
def plan_restore(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a cancelling back."""
    found = _plan(request, pk, cancelled=True)
    restore_visit_plan(actor=request.actor, plan=found)
    messages.success(request, f"已恢复{found.pupil.name}的家访安排。")
    return redirect(_list_of(request, found))


def _plan(request: ActorRequest, pk: int, *, cancelled: bool = False) -> VisitPlan:
    """A plan for the own class or an own pupil; else 403, and 404 for another school's."""
    rows = school_plans(request.actor) if cancelled else open_plans(request.actor)
    found = get_visible_or_404(rows.select_related("pupil"), request.actor, pk=pk)
    if not may_plan_for(request.actor, [found.pupil_id]):
        raise PermissionDenied
    return found


def _list_of(request: ActorRequest, found: VisitPlan) -> str:
    """The class's plans for its homeroom teacher, else one's own."""
    classes = led_classes(request.actor, request.actor.calendar.now)
    keys = set(found.pupil.enrolments.filter(ends_on=None).values_list("school_class_id", flat=True))
    own = next((c for c in classes if c.pk in keys), None)
    return f"{reverse('desk:visit_plan')}?class={own.pk}" if own is not None else reverse("desk:visits")


def _pairs(teachers: list[Teacher]) -> list[tuple[int, str]]:
    return [(t.pk, t.name) for t in teachers]


def _agreed(team: list[Teacher], form: VisitPlanForm) -> dict[str, Any]:
    """What a valid form says of a visit: day, time, remark, and who of `team` comes along."""
    data = form.cleaned_data
    return {**data, "teachers": [t for t in team if t.pk in set(data["teachers"])]}
