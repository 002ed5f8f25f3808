"""Who can be chosen in a round, and by whom."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from core.text import small_number
from mentors.enums import RoundState
from mentors.models.slots import Mentor
from mentors.rounds.forms.settings import CandidatesForm, candidates_initial
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.overview import other_mentors, paused_names
from mentors.rounds.queries.running import candidates as candidates_of
from mentors.rounds.queries.running import grade_team, rooms, round_classes, taking_part
from mentors.rounds.services.running import set_candidates
from mentors.rounds.views.running import find_round


@form_for(Role.MORAL_OFFICE)
def candidates(request: ActorRequest, pk: int) -> HttpResponse:
    """The candidates with number, openness, load and places; `scope` opens all the ticked ones alike.

    By whom a mentor can be chosen is said in words; the button `edit` with the mentor's key shows the boxes and saves
    nothing: htmx gets them alone, a browser without it the page with all that was typed.
    """
    row = find_round(request, pk)
    if request.htmx and request.method == "GET":
        return _boxes(request, row)
    rows = candidates_of(row)
    others = other_mentors(row)
    present = [c.mentor for c in rows]
    classes = round_classes(row)
    team = grade_team(row.year, row.grade)
    fixed = row.state == RoundState.OPEN
    form = CandidatesForm(
        [*present, *others], classes, request.POST or None, fixed=fixed, initial=candidates_initial(rows)
    )
    scope = request.POST.get("scope", "")
    if "edit" not in request.POST and form_saved(
        form,
        lambda: set_candidates(actor=request.actor, round=row, candidates=form.chosen(scope=scope, team=team)),
    ):
        messages.success(request, f"已保存 {len(form.chosen(scope=scope, team=team))} 位候选导师。")
        return redirect("rounds:candidates", pk=pk)
    space = rooms(row, [*present, *others])
    lines = [(line, space[line.mentor.pk]) for line in form.lines()]
    context = {
        "round": row,
        "lines": lines[: len(present)],
        "other_lines": lines[len(present) :],
        "classes": classes,
        "participants": taking_part(row).count(),
        "places": sum(space[m.pk].places for m in present),
        "paused": paused_names([*present, *(m for m in others if m.pk in team)], row.year),
        "finished": row.state in (RoundState.PUBLISHED, RoundState.CANCELLED),
        "edited": small_number(request.POST.get("edit")),
    }
    return show_form(request, "rounds/candidates.html", form, **context)


def _boxes(request: ActorRequest, row: MatchingRound) -> HttpResponse:
    """The boxes of the mentor `edit`, ticked as the line was."""
    key = small_number(request.GET.get("edit")) or 0
    mentor = get_visible_or_404(Mentor, request.actor, pk=key, year=row.year_id)
    name = f"open-{mentor.pk}"
    form = CandidatesForm([mentor], round_classes(row), fixed=True, initial={name: request.GET.getlist(name)})
    return render(request, "rounds/_candidate_open.html", {"line": form.line(mentor), "edited": mentor.pk})
