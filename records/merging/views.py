"""Merging two entries of one person: choose the other entry, read what will happen, confirm. It cannot be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.actors import Actor
from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.errors import DomainError
from core.saving import attempt
from core.text import small_number
from mentors.models.slots import Teacher
from mentors.queries.people import all_pupils, all_teachers, find_pupils, find_teachers
from records.merging.services import draw_pupil_merge, draw_teacher_merge, merge_pupils, merge_teachers
from schools.models import SchoolYear
from students.models import Pupil

SHOWN = 20
M = TypeVar("M", Pupil, Teacher)


@dataclass(frozen=True, slots=True)
class Merging(Generic[M]):
    """Whom a page merges: how they are found, what a merge would do, what it does, and the words of the page."""

    find: Callable[..., models.QuerySet[M]]
    #: All among whom it finds, by actor and year.
    everybody: Callable[[Actor, SchoolYear | None], models.QuerySet[M]]
    draw: Callable[..., Any]
    merge: Callable[..., M]
    template: str
    page: str
    #: What they are called behind their name, and what they are looked for by.
    title: str
    sought: str


@form_for(Role.SCHOOL_ADMIN)
def pupils(request: ActorRequest, pk: int) -> HttpResponse:
    """Keep pupil `pk`, merge `?other=` into it; without `other`, look for it by name."""
    merge = partial(merge_pupils, keep_letters_of=small_number(request.POST.get("letters")))
    merging = Merging(
        find_pupils, all_pupils, draw_pupil_merge, merge, "merging/pupils.html", "manage:pupil", "", "学籍号"
    )
    return _merge_page(request, merging, pk)


@form_for(Role.SCHOOL_ADMIN)
def teachers(request: ActorRequest, pk: int) -> HttpResponse:
    """Keep teacher `pk`, merge `?other=` into it; without `other`, look for it by name."""
    template, page = "merging/teachers.html", "manage:person"
    merging = Merging(find_teachers, all_teachers, draw_teacher_merge, merge_teachers, template, page, "老师", "工号")
    return _merge_page(request, merging, pk)


def _merge_page(request: ActorRequest, merging: Merging[M], pk: int) -> HttpResponse:
    actor, year = request.actor, request.actor.calendar.year
    kept = get_visible_or_404(merging.everybody, actor, year, pk=pk)
    text = request.GET.get("q", kept.name)
    context: dict[str, Any] = {"kept": kept, "text": text, "problem": "", "sought": merging.sought}
    other_pk = small_number(request.POST.get("other") or request.GET.get("other"))
    if other_pk is None:
        context["candidates"] = list(merging.find(actor, year=year, text=text).exclude(pk=pk)[:SHOWN])
        return render(request, merging.template, context)
    other = get_visible_or_404(merging.everybody, actor, year, pk=other_pk)
    status = HTTPStatus.OK
    if request.method == "POST":
        done = attempt(lambda: merging.merge(actor=actor, kept=kept, other=other))
        if not isinstance(done, DomainError):
            messages.success(request, f"{kept.name}{merging.title}的两条登记已合并。")
            return redirect(merging.page, pk=pk)
        context["problem"], status = done.message, HTTPStatus.UNPROCESSABLE_ENTITY
    context |= {"merge": merging.draw(actor=actor, kept=kept, other=other), "other": other}
    return render(request, merging.template, context, status=status)
