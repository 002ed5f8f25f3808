"""What concerns single teachers: 导师工作证明, and the list for the personnel office."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.unprintable import said_first, unprintable_names
from jobs.keeping import kept_pdf
from jobs.lists import taken_out
from mentors.models.slots import Teacher
from records.office.views.dashboard import calendar_or_stop, chosen_calendar
from records.papers.views.orders import pdf_response
from records.settling.documents.service_certificate import TITLE, certificates_manuscript
from records.settling.enums import Material
from records.settling.forms import MaterialForm
from records.settling.printing import note_certificates
from records.settling.queries.certificates import certificates, mentors_of, own_teacher
from records.settling.queries.tables import staff_out
from records.settling.rules import LISTERS
from schools.calendar import YearCalendar

PAGE_SIZE = 50
NOT_YET = "系统里还没有担任导师、指导学生的记录。有学生以后就可以打印。"


@page_for(Role.MORAL_OFFICE)
def certificate_list(request: ActorRequest) -> HttpResponse:
    """The mentors of a year, each with the certificate, by name; all of them as a job."""
    calendar = chosen_calendar(request)
    found = mentors_of(request.actor, calendar.year if calendar is not None else None)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    form = MaterialForm([Material.CERTIFICATES])
    return render(request, "settling/certificates.html", {"calendar": calendar, "page_obj": page, "form": form})


@page_for(Role.MORAL_OFFICE)
def certificate(request: ActorRequest, pk: int) -> HttpResponse:
    """One teacher's certificate as of the year."""
    teacher = get_visible_or_404(Teacher, request.actor, pk=pk)
    return _certificate(request, calendar_or_stop(request), teacher)


@page_for(Role.MENTOR, Role.HOMEROOM)
def my_certificate(request: ActorRequest) -> HttpResponse:
    """One's own certificate as of the present year."""
    teacher = own_teacher(request.actor)
    if teacher is None:
        raise DomainError("nothing_to_print", NOT_YET)
    return _certificate(request, request.actor.calendar.now, teacher)


def _certificate(request: ActorRequest, calendar: YearCalendar, teacher: Teacher) -> HttpResponse:
    found = certificates(request.actor, calendar.year, [teacher])
    if not found:
        raise DomainError("nothing_to_print", NOT_YET)
    names = [teacher.name, *(name for year in found[0].years for name in year.shared_with)]
    if stop := said_first(request, unprintable_names(names, place="教师姓名")):
        return stop
    note_certificates(request.actor, calendar, 1, of=teacher)
    pdf = kept_pdf(certificates_manuscript(found), school_id=teacher.school_id)
    return pdf_response(pdf, f"{TITLE}-{teacher.name}.pdf")


@page_for(*LISTERS)
def staff(request: ActorRequest) -> HttpResponse:
    """What the list for the personnel office holds, and the way to take it out."""
    calendar = chosen_calendar(request)
    count = mentors_of(request.actor, calendar.year).count() if calendar is not None else 0
    return render(request, "settling/staff.html", {"calendar": calendar, "count": count})


@action_for(*LISTERS)
def export_staff(request: ActorRequest) -> HttpResponseBase:
    """The list as a workbook or on paper, with a reason."""
    return taken_out(request, staff_out(request.actor, calendar_or_stop(request)))
