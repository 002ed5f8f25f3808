"""The lists of the school's people, exported and printed."""

from django.http import HttpResponseBase

from accounts.enums import SCHOOL_ROLES, AccountState, Role
from accounts.http import ActorRequest, action_for
from core.errors import DomainError
from jobs.lists import picked_keys, taken_out
from mentors.queries.people import find_teachers, years_of_school
from mentors.staff.queries.accounts import NEW, in_state, with_account_state
from mentors.staff.queries.lists import mentorship_out, people_out, training_out
from mentors.staff.queries.readiness import readiness_teachers
from mentors.staff.queries.training import teachers_with_training
from mentors.staff.views.accounts import PRINTERS
from mentors.staff.views.readiness import FILTERS

UNCLEAR = DomainError("filter_unclear", "没有看清要导出哪些老师，请回到列表重新筛选。")


@action_for(Role.MORAL_OFFICE)
def mentorship(request: ActorRequest) -> HttpResponseBase:
    """导师队伍 by the page's filter; who takes part in training first is for the page alone."""
    show = request.POST.get("show", "")
    words = dict(FILTERS)
    if show not in words:
        raise UNCLEAR
    if show == "training":
        raise DomainError("page_only", "谁先参加培训只在页面上看，不导出、不打印。")
    text = request.POST.get("q", "").strip()[:40]
    # By number: in the page's order those who are not ready would stand on top.
    found = readiness_teachers(request.actor, request.actor.calendar.year, show=show, text=text).order_by(
        "number", "pk"
    )
    return taken_out(request, mentorship_out(found, about=words[show], where={"show": show}))


@action_for(*PRINTERS)
def people(request: ActorRequest) -> HttpResponseBase:
    """The teachers by the page's filters, or the ticked ones."""
    actor = request.actor
    state, role = request.POST.get("state", ""), request.POST.get("role", "")
    words = {"": "全部教师", NEW: "还没登录过", **dict(AccountState.choices)}
    if state not in words or (role and role not in SCHOOL_ROLES):
        raise UNCLEAR
    text = request.POST.get("q", "").strip()
    found = with_account_state(find_teachers(actor, year=actor.calendar.year, text=text, role=role))
    if state:
        found = in_state(found, state)
    if (keys := picked_keys(request.POST)) is not None:
        found = found.filter(pk__in=keys)
    return taken_out(request, people_out(found, about=str(words[state]), where={"state": state, "role": role}))


@action_for(Role.MORAL_OFFICE)
def training(request: ActorRequest) -> HttpResponseBase:
    """培训学时 of the year that the page names."""
    years = years_of_school(request.actor)
    asked = request.POST.get("year", "")
    year = next((one for one in years if str(one.start_year) == asked), None) or request.actor.calendar.this_year()
    return taken_out(request, training_out(teachers_with_training(request.actor, year), year))
