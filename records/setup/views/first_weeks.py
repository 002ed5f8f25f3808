"""The page 第一周 of 管理员 and 德育室: nine steps, each with what is missing and the way to where it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import button_done
from records.setup.queries.first_weeks import Step, StepKey, first_weeks
from records.setup.services.first_weeks import check_plan, set_first_weeks
from records.setup.services.school import KEEPERS
from schools.models import School
from schools.queries import schools_visible_to

_Press = Callable[[Actor, School], object]
#: What the buttons of the page do, each with the sentence that follows.
_PRESSES: Final[dict[str, tuple[_Press, str]]] = {
    "away": (
        lambda actor, school: set_first_weeks(actor=actor, school=school, shown=False),
        "第一周已收起。以后可以在“方案”里的“学校信息”再打开。",
    ),
    "open": (lambda actor, school: set_first_weeks(actor=actor, school=school, shown=True), "第一周又显示了。"),
    "plan": (lambda actor, school: check_plan(actor=actor, school=school), "记下了：方案看过，就用这一版。"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A step as the page shows it: the address, or who can open the place that the actor cannot."""

    step: Step
    url: str
    who: str
    can_tick: bool


@form_for(*KEEPERS)
def first_weeks_page(request: ActorRequest) -> HttpResponse:
    """The steps; its buttons put the page away, take it out again, and say that the plan is right as it is."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    if request.method == "POST" and (press := _PRESSES.get(request.POST.get("do", ""))):
        if button_done(request, lambda: press[0](actor, school)):
            messages.success(request, press[1])
        return redirect("setup:first_weeks")
    steps = first_weeks(actor)
    lines = [_line(actor, step) for step in steps]
    done = sum(step.is_done for step in steps)
    context = {"lines": lines, "done": done, "all_done": done == len(steps), "state": school.first_weeks}
    return render(request, "setup/first_weeks.html", context)


def _line(actor: Actor, step: Step) -> Line:
    address = reverse(step.place)
    roles: frozenset[Role] = getattr(resolve(address).func, "required_roles", frozenset())
    may = not roles or actor.has(*roles)
    who = "" if may else "或".join(str(role.label) for role in KEEPERS if role in roles)
    return Line(
        step,
        f"{address}?{step.query}" if step.query and may else address if may else "",
        who,
        step.key == StepKey.PLAN and not step.is_done,
    )
