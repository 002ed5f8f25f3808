"""Training sessions 研训: everybody in the school sees them, 德育室 enters them and who attended."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.text import small_number
from mentors.forms.care import AttendanceForm, TrainingForm
from mentors.models import TrainingSession
from mentors.queries.training import attendance_of, sessions_visible_to, teachers_with_training, training_by_term
from mentors.rules import can_keep_training
from mentors.services.training import create_session, delete_session, set_attendance, update_session
from schools.queries import term_on

EVERYBODY = (
    Role.MENTOR,
    Role.HOMEROOM,
    Role.MORAL_OFFICE,
    Role.COUNSELLOR,
    Role.LEADER,
    Role.SCHOOL_ADMIN,
)
PAGE_SIZE = 50
FIELD_OF = {"date_out_of_range": "date", "attended": "date", "topic_missing": "topic"}


@page_for(*EVERYBODY)
def sessions(request: ActorRequest) -> HttpResponse:
    """This year's sessions by term; those that the actor attended are marked."""
    year = request.actor.calendar.year
    terms = request.actor.calendar.of(year).terms if year is not None else ()
    current = term_on(terms, request.actor.today, lead_days=45) if terms else None
    return render(
        request,
        "training/list.html",
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
    form = TrainingForm(request.POST or None, initial={"date": request.actor.today})
    if request.method == "POST" and form.is_valid():
        try:
            session = create_session(actor=request.actor, data=form.training_data())
        except DomainError as error:
            form.add_error(FIELD_OF.get(error.code), error.message)
        else:
            if session.date > request.actor.today:
                messages.success(request, "已登记。到当天可以勾选参加的老师。")
                return redirect("training:list")
            messages.success(request, "已登记，请勾选参加的老师。")
            return redirect("training:attendance", pk=session.pk)
    return render(request, "training/form.html", {"form": form, "session": None}, status=_status(form))


@form_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a session."""
    session = _session(request, pk)
    form = TrainingForm(request.POST or None, initial=TrainingForm.initial_of(session))
    if request.method == "POST" and form.is_valid():
        try:
            update_session(actor=request.actor, session=session, data=form.training_data())
        except DomainError as error:
            form.add_error(FIELD_OF.get(error.code), error.message)
        else:
            messages.success(request, "已保存。")
            return redirect("training:list")
    return render(request, "training/form.html", {"form": form, "session": session}, status=_status(form))


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
    if request.method == "POST":
        if form.is_valid():
            came, stayed_away = form.changes()
            try:
                count = set_attendance(actor=request.actor, session=session, came=came, stayed_away=stayed_away)
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, f"已保存，{count} 位老师参加。")
                return redirect("training:list")
        ticked = {small_number(text) or 0 for text in request.POST.getlist("came")}
        shown = request.POST.get("shown", "")
    return render(
        request,
        "training/attendance.html",
        {
            "session": session,
            "people": people,
            "ticked": ticked,
            "shown": shown,
            "form": form,
            "today": request.actor.today,
        },
        status=_status(form),
    )


@page_for(Role.MORAL_OFFICE)
def people(request: ActorRequest) -> HttpResponse:
    """Which trainings of the year each teacher attended, in the order of their numbers."""
    year = request.actor.calendar.year
    found = teachers_with_training(request.actor, year) if year is not None else ()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "training/people.html", {"year": year, "page_obj": page})


def _session(request: ActorRequest, pk: int) -> TrainingSession:
    return get_visible_or_404(sessions_visible_to(request.actor), request.actor, pk=pk)


def _status(form: TrainingForm | AttendanceForm) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
