"""Case meetings 小教研 of a class's team, and those of a grade, the school, the working group: lists, one, its form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.paging import list_page
from core.saving import form_saved, record_changed, show_form
from mentors.queries.people import classes_visible_to
from mentors.team.forms import MeetingForm
from mentors.team.models import CaseMeeting
from mentors.team.queries.meetings import (
    class_list,
    deleted_meetings,
    meetings_of,
    meetings_visible_to,
    usual_teachers,
)
from mentors.team.queries.places import MeetingPlace, class_place, find_place, place_of
from mentors.team.rules import can_edit_meeting, can_hold_meetings, can_read_meetings, readable_places
from mentors.team.services.meetings import delete_meeting, hold_meeting, restore_meeting, update_meeting

READERS = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE)
WRITERS = (Role.MENTOR, Role.HOMEROOM)
PAGE_SIZE = 20
# Of grades, school and working group.
WIDER_READERS = tuple(role for role in Role if role != Role.BUREAU)
WIDER_WRITERS = (Role.HOMEROOM, Role.MORAL_OFFICE, Role.LEADER)


@page_for(*WIDER_READERS)
def places(request: ActorRequest) -> HttpResponse:
    """The meetings that are wider than a class's: of which grades, the school, the working group."""
    found = readable_places(request.actor)
    return render(request, "team/meetings/places.html", {"places": found, "year": request.actor.calendar.year})


@page_for(*READERS)
def meetings(request: ActorRequest, pk: int) -> HttpResponse:
    """The class's meetings by day, without their texts."""
    return _list(request, _class(request, pk))


@page_for(*WIDER_READERS)
def wider_meetings(request: ActorRequest, key: str) -> HttpResponse:
    """The meetings of a grade, the school or the working group."""
    return _list(request, _wider(request, key))


@page_for(*READERS)
def detail(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """One meeting with its text; opening it is logged."""
    return _detail(request, _meeting(request, meeting, school_class_id=pk))


@page_for(*WIDER_READERS)
def wider_detail(request: ActorRequest, key: str, meeting: int) -> HttpResponse:
    """One meeting of what is wider, likewise."""
    return _detail(request, _of_key(request, key, meeting))


@form_for(*WRITERS)
def new(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down a meeting; the team is ticked already."""
    return _new(request, _class(request, pk))


@form_for(*WIDER_WRITERS)
def wider_new(request: ActorRequest, key: str) -> HttpResponse:
    """Write down a meeting of what is wider."""
    return _new(request, _wider(request, key))


@form_for(*WRITERS)
def edit(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Change a meeting; when somebody else did so meanwhile, both texts stand on the page."""
    return _edit(request, _meeting(request, meeting, school_class_id=pk))


@form_for(*WIDER_WRITERS)
def wider_edit(request: ActorRequest, key: str, meeting: int) -> HttpResponse:
    """Change a meeting of what is wider, likewise."""
    return _edit(request, _of_key(request, key, meeting))


@action_for(*WRITERS)
def delete(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Take a meeting out of the list."""
    return _delete(request, _meeting(request, meeting, school_class_id=pk))


@action_for(*WIDER_WRITERS)
def wider_delete(request: ActorRequest, key: str, meeting: int) -> HttpResponse:
    """Take a meeting of what is wider out of the list."""
    return _delete(request, _of_key(request, key, meeting))


@action_for(*WRITERS)
def restore(request: ActorRequest, pk: int, meeting: int) -> HttpResponse:
    """Bring a deleted meeting back."""
    return _restore(request, _meeting(request, meeting, deleted=True, school_class_id=pk))


@action_for(*WIDER_WRITERS)
def wider_restore(request: ActorRequest, key: str, meeting: int) -> HttpResponse:
    """Bring a deleted meeting of what is wider back."""
    return _restore(request, _of_key(request, key, meeting, deleted=True))


def _list(request: ActorRequest, place: MeetingPlace) -> HttpResponse:
    actor = request.actor
    page = list_page(request, PAGE_SIZE, meetings_of, actor, place)
    writes = can_hold_meetings(actor, place)
    deleted = deleted_meetings(actor, place) if writes else []
    context = {
        "place": place,
        "page_obj": page,
        "writes": writes,
        "deleted": [meeting for meeting in deleted if _may_restore(request, meeting)],
    }
    return render(request, "team/meetings/list.html", context)


def _may_restore(request: ActorRequest, meeting: CaseMeeting) -> bool:
    """As `can_edit_meeting`, for whoever writes in the place, without a query."""
    if meeting.created_by_id == request.actor.user_id:
        return True
    if meeting.school_class_id is not None:
        return meeting.school_class_id in request.actor.homeroom_class_ids
    return request.actor.has(Role.MORAL_OFFICE)


def _detail(request: ActorRequest, found: CaseMeeting) -> HttpResponse:
    audit(actor=request.actor, verb="open_meeting", target=found, kind=AuditKind.READ)
    prefetch_related_objects([found], "pupils", "teachers")
    context = {"meeting": found, "place": place_of(found), "may_edit": can_edit_meeting(request.actor, found)}
    return render(request, "team/meetings/detail.html", context)


def _new(request: ActorRequest, place: MeetingPlace) -> HttpResponse:
    actor = request.actor
    if not can_hold_meetings(actor, place):
        raise PermissionDenied
    team = usual_teachers(actor, place)
    form = MeetingForm(
        request.POST or None,
        pupils=class_list(place.school_class) if place.school_class is not None else (),
        teachers=team,
        year=place.year,
        today=actor.today,
        # Of the whole school hardly everybody was there.
        initial={"date": actor.today, "teachers": [t.pk for t in team] if place.school_class is not None else []},
    )
    if form.is_valid():
        day = form.cleaned_data["date"]
        form.ask_about(
            meetings_of(actor, place).filter(date=day),
            place.word,
            on=day,
            today=actor.today,
            seen_at=lambda there: place.url("detail", there),
        )
    if form_saved(
        form,
        lambda: hold_meeting(
            actor=actor, place=place, data=form.meeting_data(), submission=form.cleaned_data["submission"]
        ),
        same=form.is_what,
    ):
        messages.success(request, f"已保存这次{place.word}。")
        return redirect(place.url("list"))
    return show_form(request, "team/meetings/form.html", form, place=place)


def _edit(request: ActorRequest, found: CaseMeeting) -> HttpResponse:
    actor, place = request.actor, place_of(found)
    if not can_edit_meeting(actor, found):
        raise PermissionDenied
    pupils = class_list(place.school_class) if place.school_class is not None else []
    present = {e.pupil_id for e in pupils}
    took_part = list(found.teachers.all())
    team = list({t.pk: t for t in (*usual_teachers(actor, place), *took_part)}.values())
    form = MeetingForm(
        request.POST or None,
        pupils=pupils,
        teachers=team,
        former=[p for p in found.pupils.all() if p.pk not in present],
        year=place.year,
        today=actor.today,
        initial=MeetingForm.initial_of(found),
    )
    if record_changed(
        form,
        found,
        lambda: update_meeting(
            actor=actor, meeting=found, version=form.cleaned_data["version"], data=form.meeting_data()
        ),
    ):
        messages.success(request, f"已保存这次{place.word}。")
        return redirect(place.url("detail", found))
    context: dict[str, Any] = {"stored": found} if form.conflicts else {}
    return show_form(request, "team/meetings/form.html", form, place=place, meeting=found, **context)


def _delete(request: ActorRequest, found: CaseMeeting) -> HttpResponse:
    if not can_edit_meeting(request.actor, found):
        raise PermissionDenied
    delete_meeting(actor=request.actor, meeting=found)
    messages.success(request, "已删除。30 天内可以在本页下方恢复。")
    return redirect(place_of(found).url("list"))


def _restore(request: ActorRequest, found: CaseMeeting) -> HttpResponse:
    if not can_edit_meeting(request.actor, found):
        raise PermissionDenied
    restore_meeting(actor=request.actor, meeting=found)
    messages.success(request, "已恢复。")
    return redirect(place_of(found).url("list"))


def _class(request: ActorRequest, pk: int) -> MeetingPlace:
    place = class_place(get_visible_or_404(classes_visible_to, request.actor, pk=pk))
    if not can_read_meetings(request.actor, place):
        raise PermissionDenied
    return place


def _wider(request: ActorRequest, key: str) -> MeetingPlace:
    place = find_place(request.actor, key)
    if place is None:
        raise Http404
    if not can_read_meetings(request.actor, place):
        raise PermissionDenied
    return place


def _of_key(request: ActorRequest, key: str, meeting: int, *, deleted: bool = False) -> CaseMeeting:
    found = _meeting(request, meeting, deleted=deleted, school_class_id=None)
    if place_of(found).key != key:
        raise Http404
    return found


def _meeting(request: ActorRequest, pk: int, *, deleted: bool = False, school_class_id: int | None) -> CaseMeeting:
    return get_visible_or_404(
        meetings_visible_to,
        request.actor,
        pk=pk,
        school_class_id=school_class_id,
        **({} if deleted else {"deleted_at": None}),
    )
