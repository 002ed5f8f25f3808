"""德育室's dashboard: school → grade → class → mentor → pupil, figures and ticks, no texts."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.errors import DomainError
from jobs.lists import picked_keys, taken_out
from mentors.models.slots import Mentor
from records.office.forms.office import PupilFilterForm
from records.office.queries.dashboard import covered_classes, find_dashboard, grades_of
from records.office.queries.pupils import (
    SHOW,
    PupilRow,
    Reminded,
    find_class,
    find_mentor,
    may_be_reminded,
    page_overdue,
    people_in,
    people_of,
    pupils_out,
    pupils_to_show,
    rows_of,
    school_classes,
    school_mentor,
)
from records.rules import handles_books, may_look_at_class, may_open_class
from schools.calendar import YearCalendar
from schools.models import SchoolClass, SchoolYear
from students.querysets import EnrolmentQuerySet

WATCHERS = (Role.MORAL_OFFICE, Role.LEADER)
PAGE_SIZE = 50


def chosen_calendar(request: ActorRequest) -> YearCalendar | None:
    """The year and term that `?term=` names (`YearCalendar.key`), else today's."""
    return request.actor.calendar.at(request.GET.get("term", "") or request.POST.get("term", ""))


def calendar_or_stop(request: ActorRequest) -> YearCalendar:
    """As `chosen_calendar`. Raises DomainError `not_set_up` while there is none."""
    return chosen_calendar(request) or request.actor.calendar.now


def calendar_of_year(request: ActorRequest, year: SchoolYear) -> YearCalendar:
    """The year of a class or a slot, in the term of it that `?term=` names.

    A year without terms or plan is looked at by the present one's. Raises DomainError `not_set_up`.
    """
    chosen = calendar_or_stop(request)
    if chosen.year.pk == year.pk:
        return chosen
    number = (request.GET.get("term", "") or request.POST.get("term", ""))[-1:]
    calendar = request.actor.calendar.of(year).in_term(int(number) if number in ("1", "2") else None)
    return calendar if calendar.is_set_up else request.actor.calendar.now


def class_or_stop(request: ActorRequest, pk: int, *roles: Role) -> SchoolClass:
    """The class, for `roles` and its own homeroom teacher; else 403, and 404 for another school's class."""
    found = get_visible_or_404(school_classes, request.actor, pk=pk)
    if not may_open_class(request.actor, found, *roles):
        raise PermissionDenied
    return found


@page_for(*WATCHERS)
def dashboard(request: ActorRequest) -> HttpResponse:
    """The term of the whole school; `?term=` switches it."""
    calendar = chosen_calendar(request)
    context: dict[str, Any] = {"calendar": calendar, "grade": None, "handles_books": handles_books(request.actor)}
    if calendar is not None:
        context["dashboard"] = find_dashboard(request.actor, calendar)
        context["may_bring_in"] = request.actor.has(Role.MORAL_OFFICE)
    return render(request, "office/dashboard.html", context)


@page_for(*WATCHERS)
def grade(request: ActorRequest, pk: int) -> HttpResponse:
    """The term of one grade."""
    found = get_visible_or_404(grades_of, request.actor, pk=pk)
    calendar = calendar_or_stop(request)
    context = {
        "dashboard": find_dashboard(request.actor, calendar, grade_id=found.pk),
        "list_place": f"g{found.pk}",
    }
    return render(request, "office/dashboard.html", context | {"calendar": calendar, "grade": found})


@page_for(Role.MENTOR, Role.HOMEROOM, *WATCHERS)
def class_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One class: mentors in team order, pupils with their ticks; `?show=` keeps the open ones.

    Whoever led it in a former year looks at it; its papers and the pupils' files are for those who may open it now.
    """
    found = get_visible_or_404(school_classes, request.actor, pk=pk)
    if not may_look_at_class(request.actor, found, *WATCHERS):
        raise PermissionDenied
    watches = request.actor.has(*WATCHERS)
    calendar = calendar_of_year(request, found.year)
    page = find_class(calendar, found)
    opens = may_open_class(request.actor, found, Role.MORAL_OFFICE)
    return render(
        request,
        "office/class.html",
        {
            "calendar": calendar,
            "page": page,
            "overdue": page_overdue(page),
            **_kept(request, calendar, page.rows, ("place", f"c{found.pk}")),
            "filters": _filters(calendar),
            "watches": watches,
            "opens_files": opens,
            "prints": opens,
            "sums_up": may_open_class(request.actor, found, *WATCHERS),
        },
    )


def mentor_or_404(request: ActorRequest, pk: int) -> Mentor:
    """A mentor slot of the actor's school, names and year at hand; 404 for all others."""
    for found in school_mentor(request.actor, pk):
        return found
    raise Http404


@page_for(*WATCHERS)
def mentor(request: ActorRequest, pk: int) -> HttpResponse:
    """One mentor slot and its pupils with their ticks; `?show=` keeps the open ones."""
    found = mentor_or_404(request, pk)
    calendar = calendar_of_year(request, found.year)
    page = find_mentor(request.actor, calendar, found)
    return render(
        request,
        "office/mentor.html",
        {
            "calendar": calendar,
            "page": page,
            "overdue": page_overdue(page),
            **_kept(request, calendar, page.rows, ("mentor", str(found.pk))),
            "filters": [one for one in _filters(calendar) if one[0] != "no_mentor"],
            "opens_files": request.actor.has(Role.MORAL_OFFICE),
            "prints": request.actor.has(Role.MORAL_OFFICE),
        },
    )


@page_for(*WATCHERS)
def pupils(request: ActorRequest) -> HttpResponse:
    """Pupils of the school by what is still open, paged: `?show=none`, `no_mentor`, or an action."""
    calendar, form = _pupil_filter(request, request.GET)
    found = _pupils_of(request, calendar, form, request.GET)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "office/pupils.html",
        {
            "calendar": calendar,
            "form": form,
            "page_obj": page,
            "rows": rows_of(calendar, list(page.object_list)),
            "reminded": _reminded_list(request, calendar, form.show, found),
            "opens_files": request.actor.has(Role.MORAL_OFFICE),
        },
    )


@action_for(*WATCHERS)
def export_pupils(request: ActorRequest) -> HttpResponseBase:
    """The pupils of the same filter, or the ticked ones, as a workbook or on paper."""
    calendar, form = _pupil_filter(request, request.POST)
    if not form.is_valid():
        # A page that falls back to the whole is harmless; a file of the whole school that nobody asked for is not.
        raise DomainError("filter_unclear", "没有看清要导出哪些学生，请回到列表重新筛选。")
    found = _pupils_of(request, calendar, form, request.POST)
    if (keys := picked_keys(request.POST)) is not None:
        found = found.filter(pupil__in=keys)
    term = f"{calendar.year.start_year}-{calendar.term.number}"
    where = {"term": term, "show": form.show, "place": form.place}
    return taken_out(request, pupils_out(calendar, found, about=form.in_words, where=where))


def _pupils_of(
    request: ActorRequest, calendar: YearCalendar, form: PupilFilterForm, asked: QueryDict
) -> EnrolmentQuerySet:
    return pupils_to_show(
        request.actor,
        calendar,
        show=form.show,
        class_id=form.class_id,
        grade_id=form.grade_id,
        sort=asked.get("sort", ""),
    )


def _pupil_filter(request: ActorRequest, asked: QueryDict) -> tuple[YearCalendar, PupilFilterForm]:
    calendar = calendar_or_stop(request)
    data = asked.copy()
    data["term"] = calendar.key
    return calendar, PupilFilterForm(data, calendar=calendar, classes=covered_classes(request.actor, calendar))


def _kept(
    request: ActorRequest, calendar: YearCalendar, rows: Iterable[PupilRow], where: tuple[str, str]
) -> dict[str, Any]:
    """The rows that `?show=` keeps, and whether their mentors can be reminded; `where` names the list to the button."""
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    kept = [row for row in rows if row.matches(show)]
    reminded = None
    if may_be_reminded(request.actor, calendar, show):
        reminded = Reminded(people_in(kept), (("show", show), where, ("term", calendar.key)))
    return {"show": show, "rows": kept, "reminded": reminded}


def _reminded_list(
    request: ActorRequest, calendar: YearCalendar, show: str, rows: EnrolmentQuerySet
) -> Reminded | None:
    return Reminded(people_of(rows, calendar.year)) if may_be_reminded(request.actor, calendar, show) else None


def _filters(calendar: YearCalendar) -> list[tuple[str, str]]:
    """The filters of a class's or a mentor's pupils with their words."""
    actions = [(str(a), f"{calendar.label(a)}未完成") for a in calendar.rules.required]
    return [("", "全部"), ("none", "一项都没有完成"), ("no_mentor", "还没有导师"), *actions]
