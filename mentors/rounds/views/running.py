"""The matching rounds of 德育室: overview, setting up, and a round's home with what is to be done now."""

import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from core.clock import now
from core.errors import DomainError
from core.saving import form_saved, show_form
from mentors.enums import MatchRule, MatchTieBreak, RoundState
from mentors.rounds.forms.settings import RULES_SAID, TIE_BREAKS_SAID, ProlongForm, RoundForm, initial_of
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.overview import GradeLine, draft_counts, grade_lines
from mentors.rounds.queries.running import Phase, count_handed_in, phase, rounds_visible_to
from mentors.rounds.queries.shortage import expected_shortage
from mentors.rounds.services.publish import draft_outdated
from mentors.rounds.services.running import create_round, mode_of_plan, update_round
from mentors.rounds.services.settings import RULES, default_settings, new_seed
from schools.enums import MatchingMode
from schools.queries import grades_of

#: Hours of a school's day.
WORK_BEGINS, WORK_ENDS = 7, 18


def find_round(request: ActorRequest, pk: int) -> MatchingRound:
    """The round behind `pk`: 404 for another school's, 403 for one that the actor may not see."""
    actor = request.actor
    return get_visible_or_404(rounds_visible_to, actor, pk=pk)


@page_for(Role.MORAL_OFFICE)
def round_list(request: ActorRequest) -> HttpResponse:
    """The grades of the plan, each with its running round or the way to one, and the finished rounds."""
    actor = request.actor
    year = actor.calendar.year
    lines: list[GradeLine] = grade_lines(actor, year, at=now()) if year is not None else []
    return render(request, "rounds/list.html", {"year": year, "lines": lines})


@form_for(Role.MORAL_OFFICE)
def new(request: ActorRequest) -> HttpResponse:
    """Set a round up: `?grade=` says for whom, `?mode=` how, if not as in the plan."""
    actor, year = request.actor, request.actor.calendar.this_year()
    grade = next((g for g in grades_of(year.school) if str(g.pk) == request.GET.get("grade", "")), None)
    if grade is None:
        return redirect("rounds:list")
    planned = mode_of_plan(year, grade, on=actor.today)
    asked = request.GET.get("mode", "")
    mode = next((m for m in RULES if m == (asked or planned)), MatchingMode.CHOICE)
    moment = timezone.localtime(now()).replace(second=0, microsecond=0)
    morning, at_work = moment.replace(hour=8, minute=0), WORK_BEGINS <= moment.hour < WORK_ENDS
    initial = initial_of(
        default_settings(mode, grade),
        seed=new_seed(),
        # Whoever sets it up during the day means now; before work this morning, after work the next one.
        opens_at=moment if at_work else morning + datetime.timedelta(days=moment.hour >= WORK_ENDS),
        closes_at=morning.replace(hour=20) + datetime.timedelta(days=7),
    )
    form = RoundForm(mode, year, request.POST or None, initial=initial)
    if done := form_saved(
        form, lambda: create_round(actor=actor, year=year, grade=grade, mode=mode, settings=form.settings())
    ):
        messages.success(request, f"{done.value.name}已经建好，候选导师按各班导师团列好了，请看一看。")
        return redirect("rounds:detail", pk=done.value.pk)
    return show_form(request, "rounds/new.html", form, grade=grade, mode=mode, planned=planned, modes=list(RULES))


@form_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change the settings of a round that is not finished."""
    row = find_round(request, pk)
    fixed = [
        *(["max_choices"] if row.state == RoundState.OPEN else []),
        *(["seed"] if draft_counts(row).total else []),
    ]
    form = RoundForm(MatchingMode(row.mode), row.year, request.POST or None, initial=initial_of(row), fixed=fixed)
    if form_saved(form, lambda: update_round(actor=request.actor, round=row, settings=form.settings())):
        messages.success(request, "已保存设置。")
        return redirect("rounds:detail", pk=pk)
    return show_form(request, "rounds/edit.html", form, round=row)


@page_for(Role.MORAL_OFFICE)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """The round's home."""
    return show_detail(request, find_round(request, pk))


def show_detail(
    request: ActorRequest, row: MatchingRound, *, problem: DomainError | None = None, prolong: ProlongForm | None = None
) -> HttpResponse:
    """The round's home; a refused action stands above what is to be done, status 422."""
    stage = phase(row)
    running = row.state in (RoundState.SETUP, RoundState.OPEN)
    total, handed_in = count_handed_in(row)
    context: dict[str, Any] = {
        "round": row,
        "phase": stage.value,
        "opens_later": row.opens_at is not None and row.opens_at > now(),
        "steps": _steps(row, stage, drafted=row.drafted_at is not None),
        "candidates": row.candidates.count(),
        "shortage": expected_shortage(row, request.actor) if running else None,
        "total": total,
        "handed_in": handed_in,
        "counts": draft_counts(row),
        "outdated": draft_outdated(row) if stage not in (Phase.PUBLISHED, Phase.CANCELLED) else [],
        "rule_said": RULES_SAID[MatchRule(row.rule)],
        "tie_break_said": TIE_BREAKS_SAID[MatchTieBreak(row.tie_break)],
        "prolong_form": prolong or ProlongForm(row.year, initial={"closes_at": _a_day_later(row)}),
        "problem": problem,
    }
    failed = problem is not None or (prolong is not None and bool(prolong.errors))
    return render(
        request, "rounds/detail.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    )


def _a_day_later(row: MatchingRound) -> datetime.datetime | None:
    if row.closes_at is None:
        return None
    return timezone.localtime(max(row.closes_at, now()) + datetime.timedelta(days=1)).replace(second=0)


def _steps(row: MatchingRound, stage: Phase, *, drafted: bool) -> list[tuple[str, str]]:
    """The round's steps with `done`, `now` or nothing for each."""
    names = ["准备", "征询", "草案", "公布"] if row.asks_pupils else ["准备", "草案", "公布"]
    if stage is Phase.PUBLISHED:
        return [(name, "done") for name in names]
    at = {Phase.SETUP: "准备", Phase.WAITING: "征询", Phase.CHOOSING: "征询", Phase.OVER: "草案"}.get(stage, "")
    if drafted and stage in (Phase.SETUP, Phase.OVER):
        at = "公布"
    here = names.index(at) if at else -1
    return [(name, "done" if place < here else "now" if place == here else "") for place, name in enumerate(names)]
