"""The pages under /help/ and a family's, with the same texts as papers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, page_for
from core.clock import today
from core.errors import DomainError
from core.pdf import set_pdf
from core.unprintable import said_first
from records.guides.contexts import GUIDES, Facts, Guide, PupilNamed
from records.guides.documents.papers import LETTER, guide_pdf, letter_manuscript
from records.guides.printing import class_letters, order_letters
from records.guides.queries import facts_for, facts_of, pupil_named, pupils_named
from records.guides.rules import guides_of, may_read
from records.office.views.dashboard import class_or_stop
from records.papers.forms.orders import BundledForm
from records.papers.queries import unprintable
from records.papers.queries.print_lists import pupils_for_slips, pupils_with_slips
from records.papers.views.orders import pdf_response
from schools.calendar import SchoolCalendar
from students.family import private, with_slip
from students.models import FamilySlip
from students.queries import place_of


@page_for(*Role)
def index(request: ActorRequest) -> HttpResponse:
    """The texts: first those for the person's own roles."""
    own, others = guides_of(request.actor)
    return render(request, "guides/index.html", {"own": own, "others": others})


@page_for(*Role)
def text(request: ActorRequest, key: str) -> HttpResponse:
    """One text as a page."""
    guide = _guide(request, key)
    return render(request, "guides/text.html", {"guide": guide, "school": facts_for(request.actor)})


@page_for(*Role)
def paper(request: ActorRequest, key: str) -> HttpResponse:
    """The same text as a PDF."""
    guide = _guide(request, key)
    facts = facts_for(request.actor)
    return pdf_response(guide_pdf(guide, facts), f"{guide.title}-{facts.name}.pdf")


def _guide(request: ActorRequest, key: str) -> Guide:
    guide = GUIDES.get(key)
    if guide is None or not may_read(request.actor, guide):
        raise Http404
    return guide


@page_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def class_pile(request: ActorRequest, pk: int) -> HttpResponse:
    """告家长书 for the pupils of one class, by name and with their mentor."""
    school_class = class_or_stop(request, pk, Role.MORAL_OFFICE)
    if stop := said_first(request, unprintable.in_names(pupils_for_slips(request.actor, school_class))):
        return stop
    pupils = pupils_named(request.actor, school_class)
    if not pupils:
        raise DomainError("nothing_to_print", "这个班还没有学生。请先导入学生名册，再打印告家长书。")
    return pdf_response(class_letters(request.actor, school_class, pupils), f"{school_class.code}-{LETTER.title}.pdf")


@action_for(Role.MORAL_OFFICE)
def all_letters(request: ActorRequest) -> HttpResponse:
    """Start the job that makes 告家长书 of all classes, by name."""
    form = BundledForm(request.POST)
    if not form.is_valid():
        raise DomainError("form_stale", "这个页面已经过期，请刷新后再提交。")
    year = request.actor.calendar.now.year
    found = unprintable.in_names(pupils_with_slips(request.actor, year)) + unprintable.in_teachers(request.actor)
    if stop := said_first(request, found):
        return stop
    job = order_letters(
        actor=request.actor, year=year, bundle=form.cleaned_data["bundle"], job_id=form.cleaned_data["job"]
    )
    return redirect("jobs:detail", pk=job.pk)


@private
@require_safe
@with_slip
def family_page(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """How to use the slip's pages, and 告家长书."""
    facts, pupil = _of_family(opened)
    context = {"slip": opened, "school": facts, "pupil": pupil, "guide": GUIDES["family"], "letter": LETTER}
    return render(request, "guides/family.html", context)


@private
@require_safe
@with_slip
def family_letter(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """告家长书 of the slip's pupil as a PDF."""
    facts, pupil = _of_family(opened)
    response = HttpResponse(
        set_pdf(letter_manuscript(facts, (pupil,) if pupil is not None else ())), content_type="application/pdf"
    )
    response["Content-Disposition"] = content_disposition_header(True, f"{LETTER.title}.pdf") or "attachment"
    return response


def _of_family(opened: FamilySlip) -> tuple[Facts, PupilNamed | None]:
    """What the texts say to one family: the actions of the pupil's grade alone."""
    facts = facts_of(opened.school, SchoolCalendar(opened.school_id, today()))
    place = place_of(opened.pupil)
    if place is None:
        return facts, None
    return facts.for_grade(place.school_class.grade_id), pupil_named(opened.pupil, place)
