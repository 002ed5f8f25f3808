"""The list of classes, and the class board as a table: pupils × mentors, one tap per pupil."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.clock import now
from core.errors import DomainError
from core.saving import attempt
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor
from mentors.queries.people import BoardRow, ClassBoard, class_board, class_overviews, classes_visible_to
from mentors.rounds.queries.running import running_rounds
from mentors.rules import CapReached, can_assign, can_edit_team, can_grant_exception
from mentors.services.assignments import assign_pupil, unassign_pupil
from schools.models import SchoolClass

OPEN_ONLY = "open"


@page_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def class_list(request: ActorRequest) -> HttpResponse:
    """The classes that the actor may match: the own ones, or all by grade for 德育室."""
    actor = request.actor
    year = actor.calendar.year
    summaries = []
    if year is not None:
        whole_school = actor.has(Role.MORAL_OFFICE)
        summaries = class_overviews(year, on=actor.today, class_ids=None if whole_school else actor.homeroom_class_ids)
    # A class outside of the plan has nothing to match, unless it got mentors under an earlier version.
    shown = [s for s in summaries if s.covered or s.team or s.assigned]
    outside = list(
        dict.fromkeys(s.school_class.grade.name for s in summaries if not (s.covered or s.team or s.assigned))
    )
    return render(
        request,
        "board/list.html",
        {
            "year": year,
            "summaries": shown,
            "outside": outside,
            "pupils": sum(s.pupils for s in shown),
            "unassigned": sum(s.unassigned for s in shown),
            "without_team": sum(1 for s in shown if not s.team),
            "whole_school": actor.has(Role.MORAL_OFFICE),
            "running_rounds": running_rounds(actor, year, at=now()) if year is not None else [],
        },
    )


@page_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def table(request: ActorRequest, pk: int) -> HttpResponse:
    """The table of one class; `?show=open` leaves only the pupils without a mentor."""
    board = class_board(class_to_match(request, pk))
    return render(request, "board/table.html", _board_context(request, board))


@action_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def assign(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Give one pupil of the class the mentor of the pressed button; an empty `mentor` takes theirs away.

    htmx gets the pupil's row and the load bars, a plain form the table. A refusal stands at the row, status 422.
    """
    school_class = class_to_match(request, pk)
    board = class_board(school_class)
    row = next((r for r in board.rows if r.enrolment.pupil_id == pupil), None)
    if row is None:
        raise Http404
    mentor = _pressed_mentor(request, board)
    done = attempt(lambda: _give(request, school_class, row, mentor))
    problem = done if isinstance(done, DomainError) else None
    # Read again: whoever else assigned meanwhile shows in the same answer.
    context = _board_context(request, class_board(school_class)) | {"changed_id": pupil, "problem": problem}
    context["full_mentor"] = mentor if isinstance(problem, CapReached) else None
    context["said"] = _said(row, mentor)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    if request.htmx:
        context["row"] = next(r for r in context["board"].rows if r.enrolment.pupil_id == pupil)
        return render(request, "board/_changed.html", context, status=status)
    if problem:
        return render(request, "board/table.html", context, status=status)
    messages.success(request, context["said"])
    query = f"?show={OPEN_ONLY}" if context["open_only"] else ""
    return redirect(f"{reverse('board:table', args=[pk])}{query}#pupil-{pupil}")


def _give(request: ActorRequest, school_class: SchoolClass, row: BoardRow, mentor: Mentor | None) -> None:
    if mentor is None:
        unassign_pupil(actor=request.actor, pupil=row.enrolment.pupil, year=school_class.year)
        return
    own = school_class.pk in request.actor.homeroom_class_ids
    origin = AssignmentOrigin.HOMEROOM if own else AssignmentOrigin.OFFICE
    assign_pupil(actor=request.actor, pupil=row.enrolment.pupil, mentor=mentor, origin=origin)


def _said(row: BoardRow, mentor: Mentor | None) -> str:
    name = row.enrolment.pupil.name
    return f"已取消{name}的导师安排。" if mentor is None else f"{name}的导师：{mentor.names}。"


def _pressed_mentor(request: HttpRequest, board: ClassBoard) -> Mentor | None:
    pressed = request.POST.get("mentor", "")
    if not pressed:
        return None
    for mentor in board.mentors:
        if str(mentor.pk) == pressed:
            return mentor
    # The team may have changed since the page was opened.
    raise DomainError("not_in_team", "这位导师已经不在本班导师团里，请刷新页面再选。")


def class_to_match(request: ActorRequest, pk: int) -> SchoolClass:
    """The class `pk` if the actor may arrange its mentors; 404 for another school's, 403 for the others."""
    school_class = get_visible_or_404(classes_visible_to, request.actor, pk=pk)
    if not can_assign(request.actor, school_class):
        raise PermissionDenied
    return school_class


def _board_context(request: ActorRequest, board: ClassBoard) -> dict[str, Any]:
    open_only = OPEN_ONLY in (request.GET.get("show"), request.POST.get("show"))
    total = len(board.rows)
    free = sum(max(m.free, 0) for m in board.mentors)
    return {
        "board": board,
        "rows": [r for r in board.rows if r.mentor_id is None] if open_only else board.rows,
        "open_only": open_only,
        "total": total,
        "assigned": total - board.unassigned,
        "free": free,
        "shortage": max(board.unassigned - free, 0),
        # Only members of the team carry the annotation.
        "guest_ids": {m.pk for m in board.mentors if not hasattr(m, "is_leader")},
        "may_edit_team": can_edit_team(request.actor),
        "may_grant": can_grant_exception(request.actor),
    }
