"""家长通知: after a release the text for a class's group, and which families it has not reached."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, page_for
from core.errors import DomainError
from core.unprintable import said_first
from jobs.lists import picked_keys, taken_out
from records.announcing.forms import ToldForm
from records.announcing.queries.told import families_of, not_reached, told_by_class, told_classes, told_out
from records.office.views.dashboard import calendar_or_stop
from records.papers.printing import order_slips
from records.papers.queries import unprintable
from records.papers.queries.group_texts import letters_told
from records.papers.views.slips import printed_slips
from schools.calendar import YearCalendar
from schools.models import SchoolClass
from students.querysets import EnrolmentQuerySet

PAGE_SIZE = 50
TELLERS = (Role.HOMEROOM, Role.MORAL_OFFICE)


@page_for(*TELLERS)
def families(request: ActorRequest) -> HttpResponse:
    """The text, the classes with how many were not reached, and who they are: `?place=`, `?show=`, `?term=`."""
    calendar, form, classes = _filter(request, request.GET)
    rows = families_of(calendar, classes)
    figures = told_by_class(rows, classes)
    page = Paginator(not_reached(form.within(rows), form.show), PAGE_SIZE).get_page(request.GET.get("page"))
    place = form.place_label if form.place else ""
    context: dict[str, Any] = {
        "calendar": calendar,
        "form": form,
        "place": form.place,
        "figures": figures,
        "page_obj": page,
        "rows": list(page.object_list),
        "copied": letters_told(request.actor, calendar, place) if any(one.letters for one in figures) else "",
    }
    return render(request, "announcing/families.html", context)


@action_for(*TELLERS)
def export_families(request: ActorRequest) -> HttpResponseBase:
    """The families of the same filter, or the ticked ones, as a workbook or on paper."""
    calendar, form, found = _asked(request)
    term = f"{calendar.year.start_year}-{calendar.term.number}"
    where = {"term": term, "show": form.show, "place": form.place}
    return taken_out(request, told_out(found, about=form.in_words, where=where))


@action_for(*TELLERS)
def families_slips(request: ActorRequest) -> HttpResponse:
    """The slips of these families alone: those of a class at once, of more as a job; none of a former year."""
    calendar, form, found = _asked(request)
    if not calendar.year.is_current:
        raise DomainError("former_year", "以前学年的凭条不再打印，请换到现在的学期。")
    enrolments = list(found)
    if not enrolments:
        raise DomainError("nothing_to_print", "这里没有要打印的凭条。")
    places = {row.school_class_id: row.school_class for row in enrolments}
    if len(places) == 1:
        (school_class,) = places.values()
        school_class.year = calendar.year
        return printed_slips(request, school_class, enrolments, f"{school_class.code}-家长凭条.pdf")
    if stop := said_first(request, unprintable.in_names(enrolments)):
        return stop
    if not request.actor.has(Role.MORAL_OFFICE):
        raise PermissionDenied
    only = {row.pupil_id for row in enrolments}
    job = order_slips(actor=request.actor, year=calendar.year, bundle=form.bundle, only=only)
    return redirect("jobs:detail", pk=job.pk)


def _asked(request: ActorRequest) -> tuple[YearCalendar, ToldForm, EnrolmentQuerySet]:
    """Which families a post means. Raises DomainError `filter_unclear`."""
    calendar, form, classes = _filter(request, request.POST)
    if not form.is_valid():
        # A page that falls back to the whole is harmless; a file of the whole school that nobody asked for is not.
        raise DomainError("filter_unclear", "没有看清要哪些家庭，请回到列表重新筛选。")
    found = not_reached(form.within(families_of(calendar, classes)), form.show)
    keys = picked_keys(request.POST)
    return calendar, form, found if keys is None else found.filter(pupil__in=keys)


def _filter(request: ActorRequest, asked: QueryDict) -> tuple[YearCalendar, ToldForm, list[SchoolClass]]:
    calendar = calendar_or_stop(request)
    classes = told_classes(request.actor, calendar)
    data = asked.copy()
    data["term"] = calendar.key
    return calendar, ToldForm(data, calendar=calendar, classes=classes), classes
