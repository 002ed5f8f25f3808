"""Case meetings 小教研 of a class's team: the list, one meeting, and its form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.saving import form_saved, record_changed, show_form
from mentors.queries.people import classes_visible_to
from mentors.team.forms import MeetingForm
from mentors.team.models import CaseMeeting
from mentors.team.queries.meetings import (
    class_list,
    deleted_meetings,
    meetings_of,
    meetings_visible_to,
    team_teachers,
)
from mentors.team.rules import can_edit_meeting, can_hold_meetings, can_read_meetings
from mentors.team.services.meetings import delete_meeting, hold_meeting, restore_meeting, update_meeting
from schools.models import SchoolClass

READERS = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE)
WRITERS = (Role.MENTOR, Role.HOMEROOM)
PAGE_SIZE = 20


@page_for(*READERS)
def meetings(request: ActorRequest, pk: int) -> HttpResponse:
    """The class's meetings by day, without their texts."""
    school_class = _class(request, pk)
    page = Paginator(meetings_of(request.actor, school_class), PAGE_SIZE).get_page(request.GET.get("page"))
    writes = can_hold_meetings(request.actor, school_class)
    return render(
        request,
        "team/meetings/list.html",
        {
            "school_class": school_class,
            "page_obj": page,
            "writes": writes,
            "deleted": [
                m
                for m in (deleted_meetings(request.actor, school_class) if writes else [])
                if school_class.pk in request.actor.homeroom_class_ids or m.created_by_id == request.actor.user_id
            ],
        },
    )


@page_for(*READERS)
def detail(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """One meeting with its text; opening it is logged."""
    found = _meeting(request, pk, meeting)
    audit(actor=request.actor, verb="open_meeting", target=found, kind=AuditKind.READ)
    context = {
        "meeting": found,
        "school_class": found.school_class,
        "may_edit": can_edit_meeting(request.actor, found),
    }
    return render(request, "team/meetings/detail.html", context)


@form_for(*WRITERS)
def new(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down a meeting; the team is ticked already."""
    school_class = _class(request, pk)
    if not can_hold_meetings(request.actor, school_class):
        raise PermissionDenied
    team = team_teachers(request.actor, school_class)
    form = MeetingForm(
        request.POST or None,
        pupils=class_list(school_class),
        teachers=team,
        year=school_class.year,
        today=request.actor.today,
        initial={"date": request.actor.today, "teachers": [t.pk for t in team]},
    )
    if form.is_valid():
        day = form.cleaned_data["date"]
        form.ask_about(
            meetings_of(request.actor, school_class).filter(date=day),
            "小教研",
            on=day,
            today=request.actor.today,
            seen_at=lambda there: reverse("meetings:detail", args=[pk, there.pk]),
        )
    if form_saved(
        form,
        lambda: hold_meeting(
            actor=request.actor,
            school_class=school_class,
            data=form.meeting_data(),
            submission=form.cleaned_data["submission"],
        ),
        same=form.is_what,
    ):
        messages.success(request, "已保存这次小教研。")
        return redirect("meetings:list", pk=pk)
    return show_form(request, "team/meetings/form.html", form, school_class=school_class)


@form_for(*WRITERS)
def edit(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Change a meeting; when somebody else did so meanwhile, both texts stand on the page."""
    found = _meeting(request, pk, meeting)
    if not can_edit_meeting(request.actor, found):
        raise PermissionDenied
    pupils = class_list(found.school_class)
    present = {e.pupil_id for e in pupils}
    took_part = list(found.teachers.all())
    team = list({t.pk: t for t in (*team_teachers(request.actor, found.school_class), *took_part)}.values())
    form = MeetingForm(
        request.POST or None,
        pupils=pupils,
        teachers=team,
        former=[p for p in found.pupils.all() if p.pk not in present],
        year=found.school_class.year,
        today=request.actor.today,
        initial=MeetingForm.initial_of(found),
    )
    if record_changed(
        form,
        found,
        lambda: update_meeting(
            actor=request.actor, meeting=found, version=form.cleaned_data["version"], data=form.meeting_data()
        ),
    ):
        messages.success(request, "已保存这次小教研。")
        return redirect("meetings:detail", pk=pk, meeting=meeting)
    context: dict[str, Any] = {"stored": found} if form.conflicts else {}
    return show_form(
        request, "team/meetings/form.html", form, school_class=found.school_class, meeting=found, **context
    )


@action_for(*WRITERS)
def delete(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Take a meeting out of the list."""
    found = _meeting(request, pk, meeting)
    if not can_edit_meeting(request.actor, found):
        raise PermissionDenied
    delete_meeting(actor=request.actor, meeting=found)
    messages.success(request, "已删除。30 天内可以在本页下方恢复。")
    return redirect("meetings:list", pk=pk)


@action_for(*WRITERS)
def restore(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Bring a deleted meeting back."""
    found = _meeting(request, pk, meeting, deleted=True)
    if not can_edit_meeting(request.actor, found):
        raise PermissionDenied
    restore_meeting(actor=request.actor, meeting=found)
    messages.success(request, "已恢复。")
    return redirect("meetings:list", pk=pk)


def _class(request: ActorRequest, pk: int) -> SchoolClass:
    school_class = get_visible_or_404(classes_visible_to(request.actor), request.actor, pk=pk)
    if not can_read_meetings(request.actor, school_class):
        raise PermissionDenied
    return school_class


def _meeting(request: ActorRequest, pk: int, meeting: int, *, deleted: bool = False) -> CaseMeeting:
    return get_visible_or_404(
        meetings_visible_to(request.actor),
        request.actor,
        pk=meeting,
        school_class_id=pk,
        **({} if deleted else {"deleted_at": None}),
    )
