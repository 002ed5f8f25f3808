"""A pupil's page 导师安排与变动: the main mentor, supporting ones, and the history (Wuhu plan 五(二))."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404
from core.errors import DomainError
from core.saving import attempt
from mentors.board.forms.arrangement import MentorForm
from mentors.board.queries.arrangement import Arrangement, arrangement_of, find_enrolment, mentors_near
from mentors.board.services.supporting import add_supporting, end_supporting, move_pupil
from mentors.queries.people import classes_visible_to
from mentors.rules import CapReached, can_assign, can_grant_exception
from schools.models import SchoolClass

MAIN, SUPPORTING = "main", "supporting"
ARRANGERS = (Role.HOMEROOM, Role.MORAL_OFFICE)


@form_for(*ARRANGERS)
def pupil(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """The page; a post moves the pupil to another main mentor from today on."""
    found = _arrangement(request, pk, pupil)
    if request.method != "POST":
        return _page(request, found)
    return _take(request, found, MAIN, move_pupil, "{pupil}的导师：{mentor}，从今天起。")


@action_for(*ARRANGERS)
def add(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Add a supporting mentor from today on."""
    found = _arrangement(request, pk, pupil)
    return _take(request, found, SUPPORTING, add_supporting, "{mentor}老师从今天起是{pupil}的辅助导师。")


def _take(
    request: ActorRequest,
    found: Arrangement,
    place: str,
    service: Callable[..., object],
    said: str,
) -> HttpResponse:
    """Give the pupil the mentor chosen in the form at `place`; a refusal stands there."""
    forms, pupil = _forms(found, request, place), found.enrolment.pupil
    form = forms[place]
    if not form.is_valid():
        return _page(request, found, forms)
    mentor = form.chosen()
    done = attempt(lambda: service(actor=request.actor, pupil=pupil, mentor=mentor, reason=form.cleaned_data["reason"]))
    if isinstance(done, DomainError):
        return _page(request, found, forms, problem=done, problem_at=place, full=mentor.pk)
    messages.success(request, said.format(mentor=mentor.names, pupil=pupil.name))
    return redirect("arrangement:pupil", pk=found.enrolment.school_class_id, pupil=pupil.pk)


@action_for(*ARRANGERS)
def end(request: ActorRequest, pk: int, pupil: int, assignment: int) -> HttpResponse:
    """End a supporting assignment today."""
    found = _arrangement(request, pk, pupil)
    row = next((a for a in found.history if a.pk == assignment), None)
    if row is None:
        raise Http404
    done = attempt(lambda: end_supporting(actor=request.actor, assignment=row))
    if isinstance(done, DomainError):
        return _page(request, found, problem=done)
    messages.success(request, f"{row.mentor.names}老师的辅助到今天结束，以前的记录都保留着。")
    return redirect("arrangement:pupil", pk=pk, pupil=pupil)


def _class(request: ActorRequest, pk: int) -> SchoolClass:
    school_class = get_visible_or_404(classes_visible_to, request.actor, pk=pk)
    if not can_assign(request.actor, school_class):
        raise PermissionDenied
    return school_class


def _arrangement(request: ActorRequest, pk: int, pupil: int) -> Arrangement:
    school_class = _class(request, pk)
    enrolment = find_enrolment(school_class, pupil)
    if enrolment is None:
        raise Http404
    enrolment.school_class = school_class
    return arrangement_of(enrolment)


def _forms(found: Arrangement, request: ActorRequest, sent: str = "") -> dict[str, MentorForm]:
    """Both forms of the page; the one named `sent` holds what was posted."""
    team, others = mentors_near(found.enrolment.school_class)
    main = [found.main.mentor_id] if found.main is not None else []
    taken = {MAIN: main, SUPPORTING: main + [row.mentor_id for row in found.supporting]}
    return {
        which: MentorForm(
            team,
            others,
            request.POST if which == sent else None,
            label=label,
            taken=taken[which],
            prefix=which,
        )
        for which, label in ((MAIN, "新的导师" if main else "导师"), (SUPPORTING, "加一位导师"))
    }


def _page(
    request: ActorRequest,
    found: Arrangement,
    forms: dict[str, MentorForm] | None = None,
    *,
    problem: DomainError | None = None,
    problem_at: str = SUPPORTING,
    full: int | None = None,
) -> HttpResponse:
    school_class = found.enrolment.school_class
    rules = request.actor.calendar.of(school_class.year).plan_on(request.actor.today)
    forms = forms or _forms(found, request)
    wrong = problem is not None or any(form.errors for form in forms.values())
    return render(
        request,
        "board/arrangement/pupil.html",
        {
            "found": found,
            "pupil": found.enrolment.pupil,
            "school_class": school_class,
            "main_form": forms[MAIN],
            "supporting_form": forms[SUPPORTING],
            "plan": rules.plan if rules is not None else None,
            "problem": problem,
            "problem_at": problem_at,
            "grant_for": full if isinstance(problem, CapReached) and can_grant_exception(request.actor) else None,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )
