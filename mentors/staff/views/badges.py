"""Printing the badges 导师证 and the certificates 聘书: all, one class's, or one teacher's."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from accounts.services import audit
from core.errors import DomainError
from core.text import small_number
from core.unprintable import Unprintable, said_first, unprintable
from mentors.queries.people import classes_visible_to
from mentors.staff.printing import APPOINTMENTS, BADGES, ON_THE_SPOT, TeacherPaper, make_papers, order_papers
from mentors.staff.queries.badges import BadgeHolder, badge_holders, classes_with_teams
from mentors.staff.queries.readiness import present_teachers
from schools.days import year_days


@page_for(Role.MORAL_OFFICE)
def index(request: ActorRequest) -> HttpResponse:
    """Which badges can be printed: everybody's, a class's, or a single teacher's."""
    return render(request, "staff/badges/index.html", _page(request))


@page_for(Role.MORAL_OFFICE)
def appointments(request: ActorRequest) -> HttpResponse:
    """Which certificates can be printed; `?on=` is the day that stands on them."""
    on = _day(request, request.GET.get("on"))
    return render(request, "staff/badges/appointments.html", _page(request) | {"on": on.isoformat()})


@page_for(Role.MORAL_OFFICE)
def print_badges(request: ActorRequest) -> HttpResponse:
    """A PDF on the spot: `?class=` or `?teacher=` names whose, without either it is everybody's."""
    return _print(request, BADGES, verb="print_badges", counted="badges")


@page_for(Role.MORAL_OFFICE)
def print_appointments(request: ActorRequest) -> HttpResponse:
    """A PDF on the spot, as `print_badges`, dated `?on=`."""
    return _print(request, APPOINTMENTS, verb="print_appointments", counted="appointments")


@action_for(Role.MORAL_OFFICE)
def print_all(request: ActorRequest) -> HttpResponse:
    """Everybody's badges as a background job."""
    return _order(request, BADGES)


@action_for(Role.MORAL_OFFICE)
def all_appointments(request: ActorRequest) -> HttpResponse:
    """Everybody's certificates as a background job."""
    return _order(request, APPOINTMENTS)


def _page(request: ActorRequest) -> dict[str, Any]:
    year = request.actor.calendar.year
    holders = badge_holders(request.actor, year) if year is not None else []
    by_class: dict[int, list[BadgeHolder]] = {}
    for holder in holders:
        for school_class in holder.classes:
            by_class.setdefault(school_class.pk, []).append(holder)
    classes = list(classes_with_teams(request.actor, year)) if year is not None else []
    return {
        "year": year,
        "total": len(holders),
        "with_photo": sum(bool(h.mentor_card and h.mentor_card.photo) for h in holders),
        "with_code": sum(bool(h.mentor_card and h.mentor_card.is_shared) for h in holders),
        "classes": [(c, by_class.get(c.pk, [])) for c in classes],
        "others": [h for h in holders if not h.classes],
        "as_job": len(holders) > ON_THE_SPOT,
        "job": uuid.uuid4(),
    }


def _print(request: ActorRequest, paper: TeacherPaper, *, verb: str, counted: str) -> HttpResponse:
    year = request.actor.calendar.this_year()
    class_id, teacher_id = small_number(request.GET.get("class")), small_number(request.GET.get("teacher"))
    name = paper.name
    if class_id is not None:
        school_class = get_visible_or_404(classes_visible_to, request.actor, pk=class_id)
        name = f"{school_class.code}-{name}"
    elif teacher_id is not None:
        teacher = get_object_or_404(present_teachers(request.actor), pk=teacher_id)
        name = f"{teacher.name}-{name}"
    holders = badge_holders(request.actor, year, class_id=class_id, teacher_id=teacher_id)
    if len(holders) > ON_THE_SPOT:
        message = f"{paper.name}超过 {ON_THE_SPOT} 张，请在“{paper.name}”页上点“生成全部{paper.name}”。"
        raise DomainError("too_many", message)
    if stop := said_first(request, _unprintable(holders)):
        return stop
    pdf = make_papers(paper, year, holders, _day(request, request.GET.get("on")))
    audit(actor=request.actor, verb=verb, kind=AuditKind.READ, detail={counted: len(holders)})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or "inline"
    return response


def _order(request: ActorRequest, paper: TeacherPaper) -> HttpResponse:
    try:
        key = uuid.UUID(request.POST.get("job", ""))
    except ValueError as error:
        raise DomainError("form_stale", "这个页面已经过期，请刷新后再提交。") from error
    on, year = _day(request, request.POST.get("on")), request.actor.calendar.this_year()
    if stop := said_first(request, _unprintable(badge_holders(request.actor, year))):
        return stop
    job = order_papers(paper, actor=request.actor, year=year, on=on, job_id=key)
    return redirect("jobs:detail", pk=job.pk)


def _unprintable(holders: Sequence[BadgeHolder]) -> list[Unprintable]:
    return [
        found
        for holder in holders
        for place, text in (("姓名", holder.teacher.name), ("学科", holder.teacher.subject))
        for found in unprintable(holder.teacher.name, "、".join(c.label for c in holder.classes), place, text)
    ]


def _day(request: ActorRequest, text: str | None) -> datetime.date:
    """The day asked for; today for none, and for what is no day. Raises DomainError `date_out_of_range`, `no_year`."""
    try:
        day = parse_date(text or "")
    except ValueError:
        # Well formed and yet no day: 2026-02-30.
        day = None
    if day is not None:
        year_days(request.actor.calendar.this_year().start_year).check(day)
    return day or request.actor.today
