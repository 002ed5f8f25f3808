"""A mentor's marks in a two-sided round 双向选择, on a phone: three buttons a pupil, saved at once."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.saving import attempt
from mentors.enums import MentorMarkKind
from mentors.rounds.models import RoundMentor
from mentors.rounds.queries.marks import can_be_marked, candidacies_in_full, mark_sheet, mark_tasks
from mentors.rounds.services.marks import mark_pupil, order_preferred

MARKERS = (Role.MENTOR, Role.MORAL_OFFICE)


@page_for(*MARKERS)
def tasks(request: ActorRequest) -> HttpResponse:
    """The rounds in which the actor may mark now."""
    return render(request, "rounds/marks/list.html", {"tasks": mark_tasks(request.actor)})


@page_for(*MARKERS)
def sheet(request: ActorRequest, pk: int) -> HttpResponse:
    """One mentor's list; `?q=` finds pupils who did not name the mentor."""
    return _sheet(request, _candidate(request, pk))


@action_for(*MARKERS)
def mark(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Say 优先, 均可 or 不合适 of one pupil."""
    candidate = _candidate(request, pk)
    said = request.POST.get("mark", "")
    if said not in MentorMarkKind.values:
        return HttpResponseBadRequest()
    kind = MentorMarkKind(said)
    return _saved(
        request, candidate, lambda: mark_pupil(actor=request.actor, candidate=candidate, pupil_id=pupil, kind=kind)
    )


@action_for(*MARKERS)
def order(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Move one preferred pupil up or down in the mentor's order; `way=none` gives the order up."""
    candidate = _candidate(request, pk)
    ranking = [row.pupil_id for row in mark_sheet(candidate).preferred]
    way = request.POST.get("way", "")
    if way not in ("up", "down", "none"):
        return HttpResponseBadRequest()
    if way == "none":
        ranking = []
    elif pupil in ranking:
        at = ranking.index(pupil)
        ranking.insert(max(at + (-1 if way == "up" else 1), 0), ranking.pop(at))
    return _saved(
        request, candidate, lambda: order_preferred(actor=request.actor, candidate=candidate, ranking=ranking)
    )


def _candidate(request: ActorRequest, pk: int) -> RoundMentor:
    return get_visible_or_404(candidacies_in_full, request.actor, pk=pk)


def _saved(request: ActorRequest, candidate: RoundMentor, service: Callable[[], object]) -> HttpResponse:
    """The list after `service`, or with its refusal."""
    done = attempt(service)
    if isinstance(done, DomainError):
        return _sheet(request, candidate, problem=done)
    if request.htmx:
        return _sheet(request, candidate)
    search = _search(request)
    query = f"?{urlencode({'q': search})}" if search else ""
    return redirect(f"{reverse('marks:sheet', args=[candidate.pk])}{query}")


def _search(request: ActorRequest) -> str:
    return (request.GET.get("q") or request.POST.get("q") or "").strip()[:40]


def _sheet(request: ActorRequest, candidate: RoundMentor, *, problem: DomainError | None = None) -> HttpResponse:
    search = _search(request)
    template = "rounds/marks/_sheet.html" if request.htmx and request.method == "POST" else "rounds/marks/sheet.html"
    return render(
        request,
        template,
        {
            "candidate": candidate,
            "round": candidate.round,
            "sheet": mark_sheet(candidate, search=search),
            "open": can_be_marked(candidate.round),
            "search": search,
            "kinds": list(MentorMarkKind),
            "problem": problem,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
    )
