"""Merging two entries of one person: choose the other entry, read what will happen, confirm. It cannot be undone."""

from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.errors import DomainError
from core.saving import attempt
from core.text import small_number
from mentors.queries.people import find_pupils, find_teachers
from records.merging.services import draw_pupil_merge, draw_teacher_merge, merge_pupils, merge_teachers

SHOWN = 20
M = TypeVar("M", bound=models.Model)


@form_for(Role.SCHOOL_ADMIN)
def pupils(request: ActorRequest, pk: int) -> HttpResponse:
    """Keep pupil `pk`, merge `?other=` into it; without `other`, look for it by name."""
    year = request.actor.calendar.year
    everybody = find_pupils(request.actor, year=year)
    kept = get_visible_or_404(everybody, request.actor, pk=pk)
    text = request.GET.get("q", kept.name)
    context: dict[str, Any] = {"kept": kept, "text": text, "problem": ""}
    other_pk = _other(request)
    if other_pk is None:
        context["candidates"] = _some(find_pupils(request.actor, year=year, text=text), pk)
        return render(request, "merging/pupils.html", context)
    other = get_visible_or_404(everybody, request.actor, pk=other_pk)
    status = HTTPStatus.OK
    if request.method == "POST":
        letters = small_number(request.POST.get("letters"))
        done = attempt(lambda: merge_pupils(actor=request.actor, kept=kept, other=other, keep_letters_of=letters))
        if not isinstance(done, DomainError):
            messages.success(request, f"{kept.name}的两条登记已合并。")
            return redirect("manage:pupil", pk=pk)
        context["problem"], status = done.message, HTTPStatus.UNPROCESSABLE_ENTITY
    context["merge"] = draw_pupil_merge(actor=request.actor, kept=kept, other=other)
    context["other"] = other
    return render(request, "merging/pupils.html", context, status=status)


@form_for(Role.SCHOOL_ADMIN)
def teachers(request: ActorRequest, pk: int) -> HttpResponse:
    """Keep teacher `pk`, merge `?other=` into it; without `other`, look for it by name."""
    year = request.actor.calendar.year
    everybody = find_teachers(request.actor, year=year)
    kept = get_visible_or_404(everybody, request.actor, pk=pk)
    text = request.GET.get("q", kept.name)
    context: dict[str, Any] = {"kept": kept, "text": text, "problem": ""}
    other_pk = _other(request)
    if other_pk is None:
        context["candidates"] = _some(find_teachers(request.actor, year=year, text=text), pk)
        return render(request, "merging/teachers.html", context)
    other = get_visible_or_404(everybody, request.actor, pk=other_pk)
    status = HTTPStatus.OK
    if request.method == "POST":
        done = attempt(lambda: merge_teachers(actor=request.actor, kept=kept, other=other))
        if not isinstance(done, DomainError):
            messages.success(request, f"{kept.name}老师的两条登记已合并。")
            return redirect("manage:person", pk=pk)
        context["problem"], status = done.message, HTTPStatus.UNPROCESSABLE_ENTITY
    context["merge"] = draw_teacher_merge(actor=request.actor, kept=kept, other=other)
    context["other"] = other
    return render(request, "merging/teachers.html", context, status=status)


def _other(request: ActorRequest) -> int | None:
    return small_number(request.POST.get("other") or request.GET.get("other"))


def _some(rows: models.QuerySet[M], pk: int) -> list[M]:
    return list(rows.exclude(pk=pk)[:SHOWN])
