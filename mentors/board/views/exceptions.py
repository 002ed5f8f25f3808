"""Exceptions from the cap 超额: 德育室 grants and withdraws them (原则上不超过 1:15)."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.saving import attempt, form_saved, show_form
from core.text import small_number
from mentors.board.forms.board import ExceptionForm
from mentors.models.slots import CapException
from mentors.queries.people import cap_exceptions, classes_visible_to, mentors_for_choice
from mentors.services.slots import grant_exception, revoke_exception
from schools.models import SchoolClass


@page_for(Role.MORAL_OFFICE)
def exceptions(request: ActorRequest) -> HttpResponse:
    """The exceptions of this year, the valid ones first, the withdrawn ones as history."""
    return _list(request)


def _list(request: ActorRequest, *, problem: DomainError | None = None, at: int | None = None) -> HttpResponse:
    actor = request.actor
    year = actor.calendar.year
    rows = cap_exceptions(actor, year) if year is not None else []
    rules = actor.calendar.of(year).plan_on(actor.today) if year is not None else None
    context = {
        "valid": [e for e in rows if e.revoked_at is None],
        "withdrawn": [e for e in rows if e.revoked_at is not None],
        "cap": rules.plan.cap if rules is not None else None,
        "problem": problem,
        "problem_at": at,
    }
    return render(request, "board/exceptions.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else 200)


@form_for(Role.MORAL_OFFICE)
def grant(request: ActorRequest) -> HttpResponse:
    """Grant one; `?mentor=` chooses the mentor beforehand, `?class=` leads back to that class's board."""
    actor = request.actor
    year = actor.calendar.year
    mentors = mentors_for_choice(year) if year is not None else []
    school_class = _class_to_return_to(request)
    asked = request.GET.get("mentor", "")
    chosen = next((m for m in mentors if str(m.pk) == asked), None)
    initial = {"mentor": chosen.pk, "limit": chosen.capacity + 1} if chosen is not None else {}
    form = ExceptionForm(mentors, request.POST or None, initial=initial)
    back = reverse("board:detail", args=[school_class.pk]) if school_class is not None else reverse("board:exceptions")
    if form_saved(
        form,
        lambda: grant_exception(
            actor=actor,
            mentor=form.chosen(),
            limit=form.cleaned_data["limit"],
            reason=form.cleaned_data["reason"],
        ),
    ):
        limit = form.cleaned_data["limit"]
        messages.success(request, f"已批准{form.chosen().names}老师最多带 {limit} 名学生。")
        return redirect(back)
    return show_form(request, "board/grant.html", form, school_class=school_class, back_url=back)


def _class_to_return_to(request: ActorRequest) -> SchoolClass | None:
    return classes_visible_to(request.actor).filter(pk=small_number(request.GET.get("class")) or 0).first()


@action_for(Role.MORAL_OFFICE)
def revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """Withdraw one; refused at its row while the mentor has more pupils than the plan's cap."""
    exception = get_visible_or_404(CapException, request.actor, pk=pk)
    done = attempt(lambda: revoke_exception(actor=request.actor, exception=exception))
    if isinstance(done, DomainError):
        return _list(request, problem=done, at=pk)
    messages.success(request, "已撤销这条超额，上限恢复为方案规定的名额。")
    return redirect("board:exceptions")
