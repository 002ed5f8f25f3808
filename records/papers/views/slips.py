"""家长凭条 of a class and of one pupil: printed, renewed, revoked, ended; when they were opened, and tried wrongly."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.saving import button_done, form_saved, show_form
from core.unprintable import said_first
from records.office.views.dashboard import class_or_stop
from records.papers.documents.slips import render_slips
from records.papers.forms.slips import SlipEndForm
from records.papers.queries import unprintable
from records.papers.queries.print_lists import pupils_for_slips, slip_contexts
from records.papers.views.orders import pdf_response
from schools.models import SchoolClass
from students.models import Enrolment, FamilySlip, Pupil
from students.queries import SlipUse, place_of, present_slip, present_slips, uses_of_slips
from students.rules import pupils_with_kept_slips
from students.services import end_slip_on, issue_slips, renew_slip, revoke_slip

KEEPERS = (Role.HOMEROOM, Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One pupil of a class with their slip."""

    enrolment: Enrolment
    slip: FamilySlip | None
    use: SlipUse


@page_for(*KEEPERS)
def class_slips(request: ActorRequest, pk: int) -> HttpResponse:
    """The pupils of a class with their slips: valid until when, opened when, tried wrongly how often."""
    school_class = class_or_stop(request, pk, Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
    enrolments = pupils_for_slips(request.actor, school_class)
    slips = present_slips([enrolment.pupil_id for enrolment in enrolments])
    uses = uses_of_slips(slips.values())
    rows = []
    for enrolment in enrolments:
        held = slips.get(enrolment.pupil_id)
        rows.append(SlipRow(enrolment, held, uses.get(held.pk, SlipUse()) if held is not None else SlipUse()))
    context = {"school_class": school_class, "rows": rows, "today": request.actor.today}
    return render(request, "papers/class_slips.html", context)


@action_for(*KEEPERS)
def print_class(request: ActorRequest, pk: int) -> HttpResponse:
    """The family slips of a class; printing again gives the same codes. It issues them, so a link cannot."""
    school_class = class_or_stop(request, pk, Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
    enrolments = pupils_for_slips(request.actor, school_class)
    if not enrolments:
        raise DomainError("nothing_to_print", "这个班还没有学生。请先导入学生名册，再打印凭条。")
    return printed_slips(request, school_class, enrolments, f"{school_class.code}-家长凭条.pdf")


@form_for(*KEEPERS)
def slip(request: ActorRequest, pk: int) -> HttpResponse:
    """One pupil's slip; the form sets its last day."""
    pupil = _pupil(request, pk)
    held = present_slip(pupil)
    initial = {"ends_on": held.ends_on if held is not None else None}
    form = SlipEndForm(request.POST or None, today=request.actor.today, initial=initial)
    if held is not None and form_saved(
        form, lambda: end_slip_on(actor=request.actor, slip=held, ends_on=form.cleaned_data["ends_on"])
    ):
        messages.success(request, "有效期已改。凭条上印的日期是旧的，需要时请重新打印。")
        return redirect("papers:slip", pk=pk)
    context = {
        "pupil": pupil,
        "place": place_of(pupil),
        "slip": held,
        "use": uses_of_slips([held]).get(held.pk, SlipUse()) if held is not None else SlipUse(),
        "today": request.actor.today,
    }
    return show_form(request, "papers/slip.html", form, **context)


@action_for(*KEEPERS)
def print_slip(request: ActorRequest, pk: int) -> HttpResponse:
    """One pupil's slip alone, issued if there is none."""
    pupil = _pupil(request, pk)
    place = place_of(pupil)
    if place is None:
        raise DomainError("not_here", "这位学生已经不在册，不能再发凭条。")
    return printed_slips(request, place.school_class, [place], f"{place.school_class.code}-{pupil.name}-家长凭条.pdf")


@action_for(*KEEPERS)
def renew(request: ActorRequest, pk: int) -> HttpResponse:
    """A new code; the old paper opens nothing from now on."""
    held = present_slip(_pupil(request, pk))
    if held is None:
        messages.warning(request, "现在没有有效的凭条，直接打印就会有新的。")
    elif button_done(request, lambda: renew_slip(actor=request.actor, slip=held)):
        messages.success(request, "已换发。旧凭条现在打不开了，请打印新的交给家长。")
    return redirect("papers:slip", pk=pk)


@action_for(*KEEPERS)
def revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """The paper opens nothing from now on, and there is no new one until somebody prints it."""
    held = present_slip(_pupil(request, pk))
    if held is not None and button_done(request, lambda: revoke_slip(actor=request.actor, slip=held)):
        messages.success(request, "已作废，这张凭条现在打不开了。")
    return redirect("papers:slip", pk=pk)


def _pupil(request: ActorRequest, pk: int) -> Pupil:
    return get_visible_or_404(pupils_with_kept_slips, request.actor, pk=pk)


def printed_slips(
    request: ActorRequest, school_class: SchoolClass, enrolments: list[Enrolment], name: str
) -> HttpResponse:
    """The slips of these pupils, issued where there are none. Not kept among the set papers: their codes open."""
    for enrolment in enrolments:
        enrolment.school_class = school_class
    if stop := said_first(request, unprintable.in_names(enrolments)):
        return stop
    slips = issue_slips(actor=request.actor, pupils=[enrolment.pupil for enrolment in enrolments])
    contexts = slip_contexts(school_class.year.school, school_class, enrolments, slips)
    return pdf_response(render_slips(contexts), name)
