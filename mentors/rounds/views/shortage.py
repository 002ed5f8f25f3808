"""The ways out when places do not suffice: a button for each, and the draft is made again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for
from core.saving import button_done, form_saved, show_form
from core.text import small_number
from mentors.rounds.forms.settings import AddMentorsForm, ExceptionsForm
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.draft import draft_view, proposed_exceptions
from mentors.rounds.queries.overview import choice_counts, draft_counts, free_teachers
from mentors.rounds.queries.shortage import draft_shortage, expected_shortage
from mentors.rounds.services.places import add_round_mentors, grant_exceptions, open_mentors
from mentors.rounds.views.running import find_round


def _back(row: MatchingRound) -> str:
    return "rounds:draft" if draft_counts(row).total else "rounds:detail"


@form_for(Role.MORAL_OFFICE)
def add_mentors(request: ActorRequest, pk: int) -> HttpResponse:
    """再增几位导师: teachers who hold no slot."""
    row = find_round(request, pk)
    teachers = free_teachers(row.year)
    form = AddMentorsForm(teachers, request.POST or None)
    if done := form_saved(form, lambda: add_round_mentors(actor=request.actor, round=row, teachers=form.chosen())):
        messages.success(request, f"已增加 {len(done.value)} 位导师，面向全年级{_redrawn(row)}。")
        return redirect(_back(row), pk=pk)
    short = draft_shortage(row, request.actor) or expected_shortage(row, request.actor)
    return show_form(
        request, "rounds/add_mentors.html", form, round=row, shortage=short, teachers=teachers, back=_back(row)
    )


@form_for(Role.MORAL_OFFICE)
def exceptions(request: ActorRequest, pk: int) -> HttpResponse:
    """批准几个超额: proposed for the mentors most wanted, evenly; numbers and reason can be changed."""
    row = find_round(request, pk)
    view = draft_view(row, request.actor)
    short = view.shortage or expected_shortage(row, request.actor)
    mentors = [c.mentor for c in view.asked.candidates if c.mentor.capacity > 0]
    proposed = proposed_exceptions(view, short.exceptions) if short is not None else {}
    form = ExceptionsForm(
        mentors, request.POST or None, initial={f"extra-{m.pk}": proposed.get(m.pk, 0) for m in mentors}
    )
    if done := form_saved(
        form,
        lambda: grant_exceptions(
            actor=request.actor, round=row, extra=form.extra(), reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, f"已为 {len(done.value)} 位导师批准超额{_redrawn(row)}。")
        return redirect(_back(row), pk=pk)
    wanted = choice_counts(row)
    loads = {load.mentor.pk: load for load in view.loads}
    lines = [(mentor, field, wanted[mentor.pk], loads[mentor.pk]) for mentor, field in form.lines()]
    return show_form(request, "rounds/exceptions.html", form, round=row, lines=lines, shortage=short, back=_back(row))


@action_for(Role.MORAL_OFFICE)
def open_up(request: ActorRequest, pk: int) -> HttpResponse:
    """Open the mentors with free places to the whole grade."""
    row = find_round(request, pk)
    keys = [key for text in request.POST.getlist("mentor") if (key := small_number(text)) is not None]
    if done := button_done(request, lambda: open_mentors(actor=request.actor, round=row, mentor_ids=keys)):
        messages.success(request, f"已让 {done.value} 位导师面向全年级{_redrawn(row)}。")
    return redirect(_back(row), pk=pk)


def _redrawn(row: MatchingRound) -> str:
    return "，草案已重新生成" if draft_counts(row).total else ""
