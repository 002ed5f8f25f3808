"""The school year: its terms, the roll-over with its preview, and the undo."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.saving import attempt, refuse, show_form
from core.text import small_number
from mentors.queries.people import rollovers_visible_to, years_of_school
from mentors.year.forms import RollOverForm
from mentors.year.services.draft import draw_rollover
from mentors.year.services.rollover import roll_over, undo_rollover
from schools.calendar import YearCalendar
from schools.official import usual_dates
from schools.queries import prepared_year


@page_for(Role.SCHOOL_ADMIN)
def overview(request: ActorRequest) -> HttpResponse:
    """The school's years with their terms, and the last roll-over."""
    years = years_of_school(request.actor)
    current = next((year for year in years if year.is_current), None)
    return render(
        request,
        "year/overview.html",
        {
            "year": current,
            # One that is prepared has nothing but its calendar yet.
            "former": [year for year in years if current is not None and year.start_year < current.start_year],
            "last": rollovers_visible_to(request.actor).first(),
            "today": request.actor.today,
        },
    )


@form_for(Role.SCHOOL_ADMIN)
def roll(request: ActorRequest) -> HttpResponse:
    """What rolling over would do, grade by grade; then the button. A second click finds the first one's work."""
    year = request.actor.calendar.this_year()
    posted = small_number(request.POST.get("year"))
    done = rollovers_visible_to(request.actor).filter(from_year_id=posted or 0).first()
    if done is not None:
        return redirect("year:overview")
    draft = draw_rollover(actor=request.actor, year=year)
    dates = usual_dates(year.start_year + 1)
    prepared = prepared_year(request.actor, year.start_year + 1)
    if prepared is not None:
        dates = YearCalendar(prepared, prepared.starts_on).dates.terms
    form = RollOverForm(draft, dates, request.POST or None)
    if form.is_valid():
        chosen, basis = form.chosen(), form.cleaned_data["basis"]
        row = attempt(lambda: roll_over(actor=request.actor, year=year, choices=chosen, basis=basis))
        if not isinstance(row, DomainError):
            messages.success(request, f"已升入{row.to_year}。{row.summary['promoted']} 名学生升级。")
            return redirect("year:overview")
        # What was chosen stays; the preview beside it is the new one.
        form = RollOverForm(draft, dates, request.POST.dict() | {"basis": draft.basis})
        refuse(form, row)
    steps = [(step, form.grade_field(step.target.pk) if step.target else None) for step in draft.steps]
    context = {
        "year": year,
        "next_year": year.start_year + 1,
        "draft": draft,
        "steps": steps,
        "classes": sum(step.classes for step in draft.steps if step.target),
        "unmatched": sum(step.unmatched for step in draft.steps),
        "later": [
            rules.plan
            for rules in request.actor.calendar.of(year).versions
            if rules.plan.effective_from > request.actor.today
        ],
        "early": request.actor.today < year.ends_on,
    }
    return show_form(request, "year/roll.html", form, **context)


@form_for(Role.SCHOOL_ADMIN)
def undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a roll-over back, while nothing was written in the new year."""
    row = get_visible_or_404(rollovers_visible_to, request.actor, pk=pk)
    problem = ""
    if request.method == "POST":
        year = attempt(lambda: undo_rollover(actor=request.actor, rollover=row))
        if not isinstance(year, DomainError):
            messages.success(request, f"已撤销升级，现在回到{year}。")
            return redirect("year:overview")
        problem = year.message
    status = HTTPStatus.CONFLICT if problem else HTTPStatus.OK
    return render(request, "year/undo.html", {"row": row, "problem": problem}, status=status)
