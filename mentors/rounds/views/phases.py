"""Running a round: opening, ending, a longer time, cancelling, who has handed in, publishing."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, page_for
from core.clock import now
from core.errors import DomainError
from core.saving import attempt, button_done
from core.templatetags.words import cn_moment
from mentors.enums import RoundState
from mentors.rounds.forms.settings import ProlongForm
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.overview import draft_counts
from mentors.rounds.queries.running import phase, progress
from mentors.rounds.services.choices import remind_round
from mentors.rounds.services.publish import draft_outdated, publish_round
from mentors.rounds.services.running import cancel_round, close_round, open_round, prolong_round
from mentors.rounds.views.running import find_round, show_detail


def _act(request: ActorRequest, pk: int, act: Callable[[MatchingRound], object], said: str | None) -> HttpResponse:
    """Do it and go back to the round; a refusal is shown there. Without `said`, what `act` returns is said."""
    row = find_round(request, pk)
    done = attempt(lambda: act(row))
    if isinstance(done, DomainError):
        return show_detail(request, find_round(request, pk), problem=done)
    messages.success(request, str(done) if said is None else said)
    return redirect("rounds:detail", pk=pk)


@action_for(Role.MORAL_OFFICE)
def open_now(request: ActorRequest, pk: int) -> HttpResponse:
    """Let the pupils choose in the dates that are set, or from now on (`now`); the message says since when."""

    def act(row: MatchingRound) -> str:
        opened = open_round(actor=request.actor, round=row, at_once="now" in request.POST)
        if opened.opens_at is None or opened.opens_at <= now():
            return "征询已经开始，同学们现在就可以用凭条填写。"
        return f"已经安排好，{cn_moment(opened.opens_at)}开始征询，到时同学们可以用凭条填写。"

    return _act(request, pk, act, None)


@action_for(Role.MORAL_OFFICE)
def close_now(request: ActorRequest, pk: int) -> HttpResponse:
    """现在截止."""
    return _act(request, pk, lambda row: close_round(actor=request.actor, round=row), "征询已经截止。")


@action_for(Role.MORAL_OFFICE)
def cancel(request: ActorRequest, pk: int) -> HttpResponse:
    """Give the round up."""
    return _act(request, pk, lambda row: cancel_round(actor=request.actor, round=row), "已取消这轮匹配。")


@action_for(Role.MORAL_OFFICE)
def prolong(request: ActorRequest, pk: int) -> HttpResponse:
    """A later end."""
    found = find_round(request, pk)
    form = ProlongForm(found.year, request.POST)
    if not form.is_valid():
        return show_detail(request, found, prolong=form)
    until = form.cleaned_data["closes_at"]
    return _act(
        request, pk, lambda row: prolong_round(actor=request.actor, round=row, closes_at=until), "截止时间已经改好。"
    )


@page_for(Role.MORAL_OFFICE)
def progress_page(request: ActorRequest, pk: int) -> HttpResponse:
    """Who has handed in, by class; the names of those who have not are folded away."""
    row = find_round(request, pk)
    classes = progress(row)
    total = sum(c.total for c in classes)
    handed_in = sum(c.handed_in for c in classes)
    context = {
        "round": row,
        "phase": phase(row).value,
        "classes": classes,
        "total": total,
        "handed_in": handed_in,
        "open": total - handed_in,
    }
    return render(request, "rounds/progress.html", context)


@action_for(Role.MORAL_OFFICE)
def remind(request: ActorRequest, pk: int) -> HttpResponse:
    """Tell the homeroom teachers how many are missing."""
    row = find_round(request, pk)
    if done := button_done(request, lambda: remind_round(actor=request.actor, round=row)):
        said = f"已提醒 {done.value} 位班主任。" if done.value else "今天已经提醒过，或各班都交齐了。"
        messages.success(request, said)
    return redirect("rounds:progress", pk=pk)


@form_for(Role.MORAL_OFFICE)
def publish(request: ActorRequest, pk: int) -> HttpResponse:
    """What publishing will do, in numbers, and the button that does it."""
    row = find_round(request, pk)
    problem: DomainError | None = None
    if request.method == "POST":
        published = attempt(lambda: publish_round(actor=request.actor, round=row))
        if isinstance(published, DomainError):
            problem = published
        else:
            placed = draft_counts(published)
            rest = f"还有 {placed.open} 位同学没有导师，列在记录里。" if placed.open else "每位同学都有了导师。"
            messages.success(request, f"已公布：{placed.placed} 位同学有了导师。{rest}")
            return redirect("rounds:detail", pk=pk)
    if row.state == RoundState.PUBLISHED:
        return redirect("rounds:detail", pk=pk)
    context = {
        "round": row,
        "phase": phase(row).value,
        "counts": draft_counts(row),
        "outdated": draft_outdated(row),
        "problem": problem,
    }
    return render(request, "rounds/publish.html", context, status=422 if problem else 200)
