"""Hours of training 学时: of every teacher in a year, one's own, and the certificate 培训证明 of either."""

from collections.abc import Sequence

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, get_visible_or_404, page_for
from accounts.services import audit
from core.errors import DomainError
from core.text import small_number
from core.unprintable import said_first, unprintable_names
from mentors.queries.people import years_of_school
from mentors.staff.documents.training_certificate import TITLE, render_training_certificates
from mentors.staff.printing import training_certificates
from mentors.staff.queries.training import (
    YearTraining,
    own_training,
    sessions_visible_to,
    teachers_with_training,
    training_of,
)
from mentors.staff.views.training import EVERYBODY
from schools.models import SchoolYear

PAGE_SIZE = 50
#: A page with a short table sets in a twentieth of a second: more would hold a web process for long.
MOST = 150


@page_for(Role.MORAL_OFFICE)
def people(request: ActorRequest) -> HttpResponse:
    """Which trainings each teacher attended and how many hours; `?year=` names which, `?sort=` in which order."""
    years = years_of_school(request.actor)
    year = _year(request, years)
    found = teachers_with_training(request.actor, year, sort=request.GET.get("sort", "")) if year is not None else ()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [training_of(teacher, year) for teacher in page] if year is not None else []
    # Nobody is led to a paper of which there is none.
    trained = any(row.sessions for row in rows)
    context = {"year": year, "years": years, "rows": rows, "page_obj": page, "trained": trained}
    return render(request, "staff/training/people.html", context)


@page_for(*EVERYBODY)
def mine(request: ActorRequest) -> HttpResponse:
    """What oneself attended, by year."""
    return render(request, "staff/training/mine.html", {"years": own_training(request.actor)})


@page_for(*EVERYBODY)
def own_certificate(request: ActorRequest) -> HttpResponse:
    """The own certificate of a year: `?year=` names which."""
    asked = small_number(request.GET.get("year"))
    return _print(request, [row for row in own_training(request.actor) if row.year.start_year == asked])


@page_for(Role.MORAL_OFFICE)
def certificates(request: ActorRequest) -> HttpResponse:
    """Certificates as one PDF: of all who attended in `?year=`, of one `?teacher=`, or of one `?session=` alone."""
    actor, year = request.actor, _year(request, years_of_school(request.actor))
    teacher, session = (small_number(request.GET.get(name)) for name in ("teacher", "session"))
    if session is not None:
        one = get_visible_or_404(sessions_visible_to, actor, pk=session)
        people = one.teachers.order_by("number", "pk")
        return _print(request, [YearTraining(person, one.term.year, (one,)) for person in people])
    if year is None:
        return _print(request, [])
    found = teachers_with_training(actor, year, teacher_id=teacher)
    return _print(request, [row for one in found if (row := training_of(one, year)).sessions])


def _print(request: ActorRequest, rows: Sequence[YearTraining]) -> HttpResponse:
    if not rows:
        raise DomainError("nothing_to_print", "还没有登记参加的培训，没有可以打印的培训证明。")
    if len(rows) > MOST:
        raise DomainError("too_many", f"培训证明超过 {MOST} 张，请按一次培训或一位老师打印。")
    if stop := said_first(request, unprintable_names(row.teacher.name for row in rows)):
        return stop
    audit(actor=request.actor, verb="print_training", kind=AuditKind.READ, detail={"certificates": len(rows)})
    pdf = render_training_certificates(training_certificates(rows, request.actor.today))
    name = f"{rows[0].teacher.name}-{TITLE}.pdf" if len(rows) == 1 else f"{rows[0].year}-{TITLE}.pdf"
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _year(request: ActorRequest, years: Sequence[SchoolYear]) -> SchoolYear | None:
    """The year that the address names by where it starts; the present one for none, and for one that there is not."""
    asked = small_number(request.GET.get("year"))
    return next((year for year in years if year.start_year == asked), request.actor.calendar.year)
