"""The mentor's desk: the roster table, a pupil's page, and what all its views share."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.text import small_number
from core.undo import offer_undo
from mentors.rounds.queries.clubs import led_clubs
from mentors.rounds.queries.marks import mark_tasks
from mentors.team.queries.meetings import team_classes
from records.desk.forms.records import BriefForm
from records.desk.queries.choices import own_enrolment, school_pupils
from records.desk.queries.drafts import draft_lines
from records.desk.queries.pupil_file import Asked, PupilFile, pupil_file
from records.desk.queries.pupil_help import pupil_help
from records.desk.queries.roster import find_desk
from records.desk.services.briefs import write_brief
from records.desk.services.readings import note_readings
from records.models.records import Note
from records.querysets.records import pupils_in_reach
from records.rules import can_read_text, can_see_pupil_records, may_log_for, with_may_log
from schools.calendar import YearCalendar
from students.models import Pupil

#: Who may open a pupil's page, and who may record; 德育室 reads, it does not record.
READERS = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE)
RECORDERS = (Role.MENTOR, Role.HOMEROOM)
#: After saving one of these with one pupil, 需要心理老师帮助 is offered.
HELP_AFTER = ("visit", "visit_edit", "talk", "talk_edit")


@page_for(Role.MENTOR)
def home(request: ActorRequest) -> HttpResponse:
    """The record book's roster table of the slot that the actor holds or shares; `?q=` searches it."""
    calendar = request.actor.calendar.present
    desk = find_desk(request.actor, calendar) if calendar is not None else None
    query = request.GET.get("q", "").strip()[:40]
    return render(
        request,
        "desk/home.html",
        {
            "calendar": calendar,
            "desk": desk,
            "rows": desk.matching(query) if desk is not None else [],
            "query": query,
            "drafts": draft_lines(request.actor),
            "many_classes": desk is not None and len(desk.classes) > 1,
            "team_classes": team_classes(request.actor),
            "mark_tasks": mark_tasks(request.actor),
            "clubs": led_clubs(request.actor, calendar.year) if calendar is not None else [],
        },
    )


@page_for(*READERS)
def pupil(request: ActorRequest, pk: int) -> HttpResponse:
    """A pupil's page 一生一表; opening it is logged."""
    calendar = request.actor.calendar.now
    reach = with_may_log(pupils_in_reach(request.actor), request.actor, calendar.year)
    found = get_visible_or_404(reach, request.actor, pk=pk)
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


def pupil_to_record(request: ActorRequest, pk: int) -> Pupil:
    """The pupil, if the actor may record for them this year; else 403, and 404 for another school's pupil."""
    found = get_visible_or_404(school_pupils(request.actor), request.actor, pk=pk)
    if not may_log_for(request.actor, [found.pk], request.actor.calendar.now.year):
        raise PermissionDenied
    return found


def file_of(request: ActorRequest, found: Pupil, calendar: YearCalendar) -> PupilFile:
    """The pupil's page as the actor may see it."""

    def may_read(note: Note) -> bool:
        return can_read_text(request.actor, note)

    may_log = getattr(found, "may_log", None)
    if may_log is None:
        may_log = may_log_for(request.actor, [found.pk], calendar.year)
    return pupil_file(request.actor, found, calendar, may_log=may_log, may_read=may_read, asked=_asked(request))


def _asked(request: ActorRequest) -> Asked:
    term, page = small_number(request.GET.get("term")), small_number(request.GET.get("page"))
    return Asked(request.GET.get("show", ""), term or 0, page or 1)


def file_context(request: ActorRequest, file: PupilFile) -> dict[str, Any]:
    """What the page's template and its replaceable part need."""
    return {
        "file": file,
        "pupil": file.pupil,
        "is_mentor": request.actor.has(Role.MENTOR),
        "help": pupil_help(request.actor, file.pupil, may_log=file.may_log),
    }


def back_url(request: ActorRequest, found: Pupil) -> str:
    """Where a form came from: the pupil's page or the roster table. Who is no mentor has the page only."""
    if request.GET.get("back") == "pupil" or not request.actor.has(Role.MENTOR):
        return reverse("desk:pupil", args=[found.pk])
    return reverse("desk:home")


def came_from(request: ActorRequest, pupils: list[Pupil]) -> Pupil:
    """Of those whom a record concerns the one whose page it was reached from (`?pupil=`), else the first in sight.

    The links on a pupil's page carry it along, so that what concerns several never ends on another child's file.
    """
    chosen = [pupil for pupil in pupils if len(pupils) == 1 or str(pupil.pk) == request.GET.get("pupil")]
    if chosen:
        return chosen[0]
    return next((pupil for pupil in pupils if can_see_pupil_records(request.actor, pupil)), pupils[0])


def render_form(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form as a page or in the panel; with errors, or with a refusal told beside it, it answers 422."""
    form = context["form"]
    context["back_url"] = back_url(request, context["pupil"])
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def saved(request: ActorRequest, pupils: list[Pupil], message: str, *, undo: str = "") -> HttpResponse:
    """After saving: for htmx the pieces of the page behind the panel that changed, else back to that page.

    `undo` is where a button beside the message posts to.
    """
    offer_undo(request, message, undo)
    target = back_url(request, pupils[0])
    if not request.htmx:
        return redirect(target)
    calendar = request.actor.calendar.now
    if target == reverse("desk:pupil", args=[pupils[0].pk]):
        file = file_of(request, pupils[0], calendar)
        return render(request, "desk/_saved_file.html", file_context(request, file))
    desk = find_desk(request.actor, calendar)
    changed = {p.pk for p in pupils}
    rows = [r for r in desk.rows if r.pupil.pk in changed] if desk is not None else []
    context: dict[str, Any] = {"desk": desk, "rows": rows, "drafts": draft_lines(request.actor)}
    if len(rows) == 1 and request.resolver_match and request.resolver_match.url_name in HELP_AFTER:
        context["help_for"] = rows[0].pupil
    return render(request, "desk/_saved_rows.html", context)
