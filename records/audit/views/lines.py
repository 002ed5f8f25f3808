"""使用记录: who did what in the school, in sentences, and its way out."""

import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.actors import Actor
from accounts.enums import AUDITORS, Role
from accounts.http import ActorRequest, action_for, page_for
from core.errors import DomainError
from jobs.lists import taken_out
from records.audit.enums import DeedKind
from records.audit.queries.lines import MOST, LineFilter, find_lines, lines_of, lines_out
from records.audit.queries.unusual import LOOKED_BACK, ManyOpened, many_opened

PAGE_SIZE = 50


@page_for(*AUDITORS)
def lines(request: ActorRequest) -> HttpResponse:
    """The lines, the newest first, paged: `?kind=`, `?day=`, `?who=` and `?pupil=` filter."""
    wanted, school = LineFilter.of(request.GET), request.actor.school
    found = find_lines(request.actor, wanted)
    is_first = wanted == LineFilter() and "page" not in request.GET
    page = Paginator(found.rows[:MOST], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted,
        "problem": found.problem,
        "kinds": DeedKind,
        "page": page,
        "lines": lines_of(page.object_list),
        "months": school.audit_months if school is not None and request.actor.has(Role.SCHOOL_ADMIN) else None,
        "many": _many(request.actor) if is_first else [],
        "is_cut": page.paginator.count == MOST,
    }
    return render(request, "audit/lines.html", context)


def _many(actor: Actor) -> list[ManyOpened]:
    first = actor.today - datetime.timedelta(days=LOOKED_BACK)
    return many_opened(actor.school_id or 0, first, actor.today)


@action_for(*AUDITORS)
def export(request: ActorRequest) -> HttpResponseBase:
    """The lines of the same filter as a workbook or on paper."""
    wanted = LineFilter.of(request.POST)
    found = find_lines(request.actor, wanted)
    if found.problem:
        raise DomainError("too_many", found.problem)
    return taken_out(request, lines_out(found.rows, wanted))
