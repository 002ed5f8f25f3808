"""The switch of terms on a mentor's own pages: earlier pupils are read, of the years in which they were one's own."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.models.slots import Assignment
from schools.calendar import YearCalendar
from schools.models import Term


@dataclass(frozen=True, slots=True)
class TermChoice:
    """One entry of the switch: its `?term=`, what it is called, whether it is what the page shows."""

    key: str
    label: str
    is_shown: bool = False


def address_in(term: Term, url: str) -> str:
    """`url` in `term`, for a link that is kept: it names the year, which is the present one only for a time."""
    return f"{url}?term={term.year.start_year}-{term.number}"


def own_terms(actor: Actor, calendar: YearCalendar, *, everything: str = "", narrowed: bool = True) -> list[TermChoice]:
    """The terms of the year that is looked at, and the near years in which the actor had pupils.

    `everything` is the word for all terms together, where a page shows them; it does unless it is `narrowed` to one.
    One query, two where there is another year.
    """
    held = set(_held_years(actor))
    is_alone = calendar.year.is_current and held <= {calendar.year.pk}
    years = [] if is_alone else calendar.other_years(held)
    # Where the page has no heading of its own for the term, its year is told here.
    year = str(calendar.year) if everything and not calendar.year.is_current else ""
    shown = [TermChoice(t.key, year + t.short_name, narrowed and t.pk == calendar.term.pk) for t in calendar.terms]
    if everything:
        # The present year, which has no key of its own, is within everything.
        return [TermChoice("", everything, not narrowed), *(TermChoice(*year) for year in years if year[0]), *shown]
    return [*(TermChoice(*year) for year in years), *shown]


@kept
def _held_years(actor: Actor) -> QuerySet[Assignment, int]:
    return Assignment.objects.held_by(actor).order_by().values_list("year_id", flat=True).distinct()
