"""The team 导师团 of a class: who is in it, who leads it, who shares a slot."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.errors import DomainError
from core.saving import attempt
from core.text import small_number
from mentors.queries.people import classes_visible_to, find_teachers, mentors_visible_to
from mentors.services.teams import add_to_team, choose_leader, remove_from_team
from schools.models import SchoolClass

SHOWN = 30


@form_for(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
def team(request: ActorRequest, pk: int) -> HttpResponse:
    """The team of one class, and a search (`?q=`) for teachers to add. Each button is one step.

    Buttons: `add` (teachers, a slot each), `share` (two teachers, one slot), `lead` and `remove` (a mentor's key).
    """
    school_class = get_visible_or_404(classes_visible_to, request.actor, pk=pk)
    problem: DomainError | None = None
    if request.method == "POST":
        said = attempt(lambda: _step(request, school_class))
        if not isinstance(said, DomainError):
            messages.success(request, said)
            return redirect("board:team", pk=pk)
        problem = said
    text = request.GET.get("q", "").strip()
    mentors = list(mentors_visible_to(request.actor).for_board(school_class))
    found = find_teachers(request.actor, year=school_class.year, text=text, present_only=True)
    # One more than shown tells whether there are more, without a count.
    teachers = list(found.exclude(memberships__mentor__teams__school_class=school_class)[: SHOWN + 1])
    office = request.actor.has(Role.MORAL_OFFICE)
    return render(
        request,
        "board/team.html",
        {
            "school_class": school_class,
            "mentors": mentors,
            "teachers": teachers[:SHOWN],
            "has_more": len(teachers) > SHOWN,
            "text": text,
            "problem": problem,
            "ticked": set(request.POST.getlist("teacher")),
            "office": office,
            "list_url": reverse("board:list") if office else reverse("manage:classes"),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
    )


def _step(request: ActorRequest, school_class: SchoolClass) -> str:
    """Do what the pressed button says; the sentence to show."""
    actor = request.actor
    for button, act in (("lead", choose_leader), ("remove", remove_from_team)):
        if button in request.POST:
            mentor = get_visible_or_404(mentors_visible_to, actor, pk=small_number(request.POST[button]))
            act(actor=actor, school_class=school_class, mentor=mentor)
            return f"{mentor.names}老师现在是团长。" if button == "lead" else f"已把{mentor.names}老师移出导师团。"
    keys = [small_number(text) or 0 for text in request.POST.getlist("teacher")]
    teachers = list(find_teachers(actor, year=None, present_only=True).filter(pk__in=keys))
    added = add_to_team(actor=actor, school_class=school_class, teachers=teachers, shared="share" in request.POST)
    return f"导师团增加了 {len(added)} 个名额。" if added else "所选教师已经在导师团里。"
