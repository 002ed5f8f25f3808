"""Training sessions 研训: everybody in the school sees them, 德育室 enters them and who attended."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.saving import form_saved, show_form
from core.text import small_number
from mentors.rules import can_keep_training
from mentors.staff.forms.care import AttendanceForm, TrainingForm
from mentors.staff.models import TrainingSession
from mentors.staff.queries.training import attendance_of, sessions_visible_to, training_by_term
from mentors.staff.services.training import (
    create_session,
    delete_session,
    set_attendance,
    training_days,
    update_session,
)
from schools.calendar import term_on

EVERYBODY = (
    Role.MENTOR,
    Role.HOMEROOM,
    Role.MORAL_OFFICE,
    Role.COUNSELLOR,
    Role.LEADER,
    Role.SCHOOL_ADMIN,
)


@page_for(*EVERYBODY)
def sessions(request: ActorRequest) -> HttpResponse:
    """This year's sessions by term; those that the actor attended are marked."""
    year = request.actor.calendar.year
    terms = request.actor.calendar.of(year).terms if year is not None else ()
    current = term_on(terms, request.actor.today, lead_days=45) if terms else None
    return render(
        request,
        "staff/training/list.html",
        {
            "year": year,
            "blocks": training_by_term(request.actor, terms, current) if current is not None else [],
            "may_edit": can_keep_training(request.actor),
            "today": request.actor.today,
        },
    )


@form_for(Role.MORAL_OFFICE)
def new(request: ActorRequest) -> HttpResponse:
    """Enter a session; then tick who came."""
    calendar = request.actor.calendar
    days = training_days(calendar.of(calendar.this_year()))
    form = TrainingForm(days, request.POST or None, initial={"date": request.actor.today})
    if form.is_valid():
        day = form.cleaned_data["date"]
        form.ask_about(
            sessions_visible_to(request.actor).filter(date=day),
            "培训",
            on=day,
            today=request.actor.today,
            seen_at=lambda _there: reverse("training:list"),
        )
    is_another = "once_more" in form.data
    if done := form_saved(
        form, lambda: create_session(actor=request.actor, data=form.training_data(), is_another=is_another)
    ):
        if done.value.date > request.actor.today:
            messages.success(request, "已登记。到当天可以勾选参加的老师。")
            return redirect("training:list")
        messages.success(request, "已登记，请勾选参加的老师。")
        return redirect("training:attendance", pk=done.value.pk)
    return show_form(request, "staff/training/form.html", form, session=None)


@form_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a session."""
    session = _session(request, pk)
    days = training_days(request.actor.calendar.of(session.term.year))
    form = TrainingForm(days, request.POST or None, initial=TrainingForm.initial_of(session))
    if form_saved(form, lambda: update_session(actor=request.actor, session=session, data=form.training_data())):
        messages.success(request, "已保存。")
        return redirect("training:list")
    return show_form(request, "staff/training/form.html", form, session=session)


@action_for(Role.MORAL_OFFICE)
def delete(request: ActorRequest, pk: int) -> HttpResponse:
    """Remove a session with its attendance."""
    delete_session(actor=request.actor, session=_session(request, pk))
    messages.success(request, "已删除这次培训。")
    return redirect("training:list")


@form_for(Role.MORAL_OFFICE)
def attendance(request: ActorRequest, pk: int) -> HttpResponse:
    """Tick who came: all mentors at once, the other teachers beneath."""
    session = _session(request, pk)
    people = attendance_of(session, session.term.year)
    form = AttendanceForm([p.teacher for p in people], request.POST or None)
    ticked = {p.teacher.pk for p in people if p.came}
    shown = ",".join(str(p.teacher.pk) for p in people if p.came)
    if done := form_saved(form, lambda: _keep(request, session, form)):
        messages.success(request, f"已保存，{done.value} 位老师参加。")
        return redirect("training:list")
    if request.method == "POST":
        ticked = {small_number(text) or 0 for text in request.POST.getlist("came")}
        shown = request.POST.get("shown", "")
    return show_form(
        request,
        "staff/training/attendance.html",
        form,
        session=session,
        people=people,
        ticked=ticked,
        shown=shown,
        today=request.actor.today,
    )


def _keep(request: ActorRequest, session: TrainingSession, form: AttendanceForm) -> int:
    came, stayed_away = form.changes()
    return set_attendance(actor=request.actor, session=session, came=came, stayed_away=stayed_away)


def _session(request: ActorRequest, pk: int) -> TrainingSession:
    return get_visible_or_404(sessions_visible_to, request.actor, pk=pk)
