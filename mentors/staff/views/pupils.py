"""The admin's pages about pupils: the list, one pupil's data, transfers in and out, change of class."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from core.saving import form_saved, show_form
from core.text import clean_text, small_number
from mentors.queries.people import (
    GONE,
    PRESENT,
    all_pupils,
    classes_visible_to,
    enrolment_history,
    find_pupils,
    namesakes,
)
from mentors.rules import can_assign
from mentors.services.assignments import withdraw_pupil
from mentors.staff.forms.pupils import ClassForm, PupilForm
from mentors.staff.queries.pages import pupils_of_page
from mentors.staff.services.transfers import change_class, uncovered_classes
from schools.models import SchoolClass
from students.enums import EndReason
from students.models import Enrolment, Pupil
from students.services import add_pupil, edit_pupil, reinstate_pupil

PAGE_SIZE = 50
STATES = ((PRESENT, "在册"), (GONE, "不在册"), ("all", "全部"))


@page_for(Role.SCHOOL_ADMIN)
def pupils(request: ActorRequest) -> HttpResponse:
    """All pupils, paged; `?q=` searches, `?class=` and `?state=` filter."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if state not in dict(STATES):
        state = PRESENT
    classes = _classes(request)
    chosen = next((c for c in classes if str(c.pk) == request.GET.get("class", "")), None)
    found = find_pupils(
        request.actor, year=request.actor.calendar.year, text=text, class_id=chosen.pk if chosen else None, state=state
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    page = pupils_of_page(request.actor, page)
    context = {
        "page": page,
        "text": text,
        "state": state,
        "states": STATES,
        "classes": classes,
        "chosen": chosen,
        "narrowed": bool(text or chosen or state != PRESENT),
    }
    return render(request, "staff/manage/pupils.html", context)


@form_for(Role.SCHOOL_ADMIN)
def pupil(request: ActorRequest, pk: int) -> HttpResponse:
    """One pupil's data and guardians, to be corrected; where they are and were."""
    found = _pupil(request, pk)
    form = PupilForm(request.POST or None, initial=PupilForm.about(found))
    if form_saved(form, lambda: edit_pupil(actor=request.actor, pupil=found, data=form.pupil_data())):
        messages.success(request, "已保存。")
        return redirect("manage:pupil", pk=pk)
    about = _about(found)
    may_arrange = about["place"] is not None and can_assign(request.actor, about["place"].school_class)
    history = enrolment_history(found)
    return show_form(request, "staff/manage/pupil.html", form, **about, history=history, may_arrange=may_arrange)


@form_for(Role.SCHOOL_ADMIN)
def new_pupil(request: ActorRequest) -> HttpResponse:
    """Transfer in: a pupil whom no roster brought."""
    form = PupilForm(
        request.POST or None,
        classes=_classes(request),
        namesakes=namesakes(request.actor, clean_text(request.POST.get("name", ""))),
        initial={"school_class": small_number(request.GET.get("class"))},
    )
    if done := form_saved(
        form,
        lambda: add_pupil(
            actor=request.actor,
            school_class=form.chosen_class(),
            data=form.pupil_data(),
            seat_number=form.cleaned_data["seat_number"],
        ),
    ):
        messages.success(request, f"{done.value.pupil.name}已转入{form.chosen_class().label}。")
        return redirect("manage:pupil", pk=done.value.pupil_id)
    return show_form(request, "staff/manage/pupil_new.html", form)


@form_for(Role.SCHOOL_ADMIN)
def move_pupil(request: ActorRequest, pk: int) -> HttpResponse:
    """Change of class within the year; the mentor stays or is chosen anew."""
    found = _pupil(request, pk)
    about = _about(found)
    place: Enrolment | None = about["place"]
    if place is None:
        return redirect("manage:reinstate", pk=pk)
    others = [c for c in _classes(request) if c.pk != place.school_class_id]
    uncovered = uncovered_classes(request.actor, others)
    form = ClassForm(others, request.POST or None, mentor=about["mentor"], uncovered=uncovered)
    if form_saved(
        form,
        lambda: change_class(
            actor=request.actor, pupil=found, school_class=form.chosen_class(), keep_mentor=form.keeps_mentor()
        ),
    ):
        messages.success(request, f"{found.name}已由{place.school_class.label}转到{form.chosen_class().label}。")
        if about["mentor"] and form.chosen_class().pk in uncovered:
            messages.info(request, f"{form.chosen_class().label}不在方案内，{about['mentor']}老师的名额已空出。")
        return redirect("manage:pupil", pk=pk)
    return show_form(request, "staff/manage/pupil_move.html", form, **about)


@form_for(Role.SCHOOL_ADMIN)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Transfer out: what will happen, then the button."""
    found = _pupil(request, pk)
    about = _about(found)
    year = request.actor.calendar.year
    if about["place"] is None or year is None:
        return redirect("manage:pupil", pk=pk)
    if request.method == "POST":
        withdraw_pupil(actor=request.actor, pupil=found, year=year, reason=EndReason.TRANSFER_OUT)
        messages.success(request, f"{found.name}已转出。以前的记录都保留着。")
        return redirect("manage:pupil", pk=pk)
    return render(request, "staff/manage/pupil_withdraw.html", about)


@form_for(Role.SCHOOL_ADMIN)
def reinstate(request: ActorRequest, pk: int) -> HttpResponse:
    """A pupil who had left comes back."""
    found = _pupil(request, pk)
    about = _about(found)
    if about["place"] is not None:
        return redirect("manage:pupil", pk=pk)
    history = enrolment_history(found)
    classes = _classes(request)
    last = next((row.school_class_id for row in history), None)
    form = ClassForm(classes, request.POST or None, initial={"school_class": last})
    if form_saved(form, lambda: reinstate_pupil(actor=request.actor, pupil=found, school_class=form.chosen_class())):
        messages.success(request, f"{found.name}已回到{form.chosen_class().label}。")
        return redirect("manage:pupil", pk=pk)
    return show_form(request, "staff/manage/pupil_reinstate.html", form, **about, history=history)


def _classes(request: ActorRequest) -> list[SchoolClass]:
    year = request.actor.calendar.year
    return list(classes_visible_to(request.actor).filter(year=year)) if year is not None else []


def _pupil(request: ActorRequest, pk: int) -> Pupil:
    return get_visible_or_404(all_pupils, request.actor, request.actor.calendar.year, pk=pk)


def _about(pupil: Pupil) -> dict[str, Any]:
    """The pupil with place and mentor of this year, as `find_pupils` brought them."""
    places: list[Enrolment] = getattr(pupil, "places", [])
    mains: list[Any] = getattr(pupil, "mains", [])
    return {
        "pupil": pupil,
        "place": places[0] if places else None,
        "mentor": mains[0].mentor.names if mains else "",
    }
