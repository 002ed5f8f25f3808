"""How many pupils each mentor carries."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.http import ActorRequest, action_for, page_for
from core.errors import DomainError
from jobs.lists import picked_keys, taken_out
from records.office.queries.mentors import MENTOR_SHOW, loads, matching, mentor_lines, mentors_out
from records.office.views.dashboard import PAGE_SIZE, WATCHERS, calendar_or_stop

FILTERS = (
    ("", "全部导师"),
    ("over", "超过上限"),
    ("exception", "同意超额"),
    ("full", "已满"),
    ("free", "还有空余"),
    ("none", "还没有学生"),
)


@page_for(*WATCHERS)
def mentors(request: ActorRequest) -> HttpResponse:
    """The mentors of the year by name; `?show=` filters, `?sort=` orders, `?term=` names the year."""
    calendar = calendar_or_stop(request)
    show = request.GET.get("show", "")
    show = show if show in MENTOR_SHOW else ""
    found = loads(request.actor, calendar)
    kept = matching(found, show, request.GET.get("sort", ""))
    page = Paginator(kept, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "calendar": calendar,
        "page_obj": page,
        "rows": mentor_lines(request.actor, list(page.object_list)),
        "show": show,
        "filters": [(value, label, len(matching(found, value))) for value, label in FILTERS],
    }
    return render(request, "office/mentors.html", context)


@action_for(*WATCHERS)
def export_mentors(request: ActorRequest) -> HttpResponseBase:
    """The mentors of the same filter, or the ticked ones, as a workbook or on paper."""
    calendar = calendar_or_stop(request)
    show = request.POST.get("show", "")
    if show not in MENTOR_SHOW:
        raise DomainError("filter_unclear", "没有看清要导出哪些导师，请回到列表重新筛选。")
    kept = matching(loads(request.actor, calendar), show, request.POST.get("sort", ""))
    if (keys := picked_keys(request.POST)) is not None:
        kept = [one for one in kept if one.mentor_id in set(keys)]
    about = f"{calendar.year}　{dict(FILTERS)[show]}"
    where = {"year": calendar.year.start_year, "show": show}
    return taken_out(request, mentors_out(request.actor, calendar, kept, about=about, where=where))
