"""The mentor's desk: the roster table, a pupil's page, the line about a pupil."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.text import small_number
from records.desk.forms.records import BriefForm
from records.desk.queries.beside import find_beside
from records.desk.queries.form_start import own_enrolment
from records.desk.queries.roster import find_desk
from records.desk.queries.years import own_terms
from records.desk.services.briefs import write_brief
from records.desk.services.readings import note_readings
from records.desk.views.form_page import (
    READERS,
    RECORDERS,
    chosen_term,
    file_context,
    file_of,
    pupil_to_record,
    render_form,
    saved,
)
from records.querysets.records import pupils_in_reach
from records.rules import the_one_in_reach


@page_for(Role.MENTOR)
def home(request: ActorRequest) -> HttpResponse:
    """The record book's roster table of the slot that the actor holds or shares.

    `?q=` searches it, `?open=talk` keeps the pupils for whom that is still to be done. `?term=` shows another term, a
    former year's too: there it is only read. `?slot=` shows the pupils of somebody on leave for whom the actor acts.
    """
    calendar = chosen_term(request) if request.actor.calendar.present is not None else None
    slot = small_number(request.GET.get("slot"))
    desk = find_desk(request.actor, calendar, slot=slot) if calendar is not None else None
    query = request.GET.get("q", "").strip()[:40]
    still = desk.still(request.GET.get("open", "")) if desk is not None else None
    context = {
        "calendar": calendar,
        "desk": desk,
        "rows": desk.matching(query, still) if desk is not None else [],
        "still": still,
        "query": query,
        "many_classes": desk is not None and len(desk.classes) > 1,
        "looks_back": calendar.key if calendar is not None and calendar.at else "",
    }
    if request.htmx.target == "roster":
        return render(request, "desk/_roster.html", context)
    beside = find_beside(request.actor, calendar.year if calendar is not None else None)
    return render(
        request,
        "desk/home.html",
        context
        | {
            "terms": own_terms(request.actor, calendar) if calendar is not None else [],
            "led_formerly": beside.led_formerly,
            "drafts": beside.drafts,
            "team_classes": beside.team_classes,
            "mark_tasks": beside.mark_tasks,
            "clubs": beside.clubs,
        },
    )


@page_for(*READERS)
def pupil(request: ActorRequest, pk: int) -> HttpResponse:
    """A pupil's page 一生一表; opening it is logged."""
    calendar = request.actor.calendar.now
    seen = the_one_in_reach(request.actor, calendar.year, pk)
    found = seen[0] if seen else get_visible_or_404(pupils_in_reach, request.actor, pk=pk)
    file = file_of(request, found, calendar)
    audit(actor=request.actor, verb="open_pupil", target=found, kind=AuditKind.READ)
    note_readings(actor=request.actor, records=file.shown)
    return render(request, "desk/pupil.html", file_context(request, file))


@form_for(*RECORDERS)
def brief(request: ActorRequest, pk: int) -> HttpResponse:
    """The mentor's own line 学生情况简述."""
    found = pupil_to_record(request, pk)
    enrolment = own_enrolment(request.actor, request.actor.calendar.now, found)
    if enrolment is None:
        raise PermissionDenied
    form = BriefForm(request.POST or None, initial={"brief": enrolment.brief})
    form.fields["brief"].widget.attrs["placeholder"] = found.remark
    if request.method == "POST" and form.is_valid():
        write_brief(actor=request.actor, enrolment=enrolment, text=form.cleaned_data["brief"])
        return saved(request, [found], f"已保存{found.name}的情况简述。")
    return render_form(request, "desk/brief.html", {"pupil": found, "form": form})
