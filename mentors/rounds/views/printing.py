"""The Guyi matrix as a PDF, made on the spot: of a round's grade, or of any grade outside of rounds."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, page_for
from accounts.services import audit
from core.clock import cn_full_day
from core.unprintable import Unprintable, said_first, unprintable_names
from mentors.rounds.documents.matrix import Matrix, MatrixClass, MatrixMentor, render_matrix
from mentors.rounds.queries.matrix_lists import ClassList, class_lists, grades_visible_to
from mentors.rounds.views.running import find_round
from schools.models import Grade, SchoolYear
from schools.queries import paper_style
from students.models import Enrolment


@page_for(Role.MORAL_OFFICE)
def round_matrix(request: ActorRequest, pk: int) -> HttpResponse:
    """The matrix of the round's grade as it stands now; `?class=` for one class."""
    row = find_round(request, pk)
    return _matrix(request, row.year, row.grade)


@page_for(Role.MORAL_OFFICE)
def grade_matrix(request: ActorRequest, pk: int) -> HttpResponse:
    """The matrix of a grade of this year; `?class=` for one class."""
    grade = next((g for g in grades_visible_to(request.actor) if g.pk == pk), None)
    if grade is None:
        raise Http404
    return _matrix(request, request.actor.calendar.this_year(), grade)


def _matrix(request: ActorRequest, year: SchoolYear, grade: Grade) -> HttpResponse:
    lists = class_lists(year, grade)
    wanted = request.GET.get("class", "")
    if wanted:
        lists = [c for c in lists if str(c.school_class.pk) == wanted]
        if not lists:
            raise Http404
    if not lists:
        messages.warning(request, f"{grade.name}还没有班级，没有可以打印的匹配表。")
        return redirect("rounds:list")
    if stop := said_first(request, [found for c in lists for found in _unprintable(c)]):
        return stop
    title = f"{year}{grade.name}导师匹配表"
    paper = Matrix(
        school=paper_style(year.school).head,
        title=title,
        date=cn_full_day(request.actor.today),
        classes=[_class(c) for c in lists],
        with_grid=not wanted,
    )
    pupils = sum(len(c.enrolments) for c in lists)
    audit(actor=request.actor, verb="print_matrix", target=grade, kind=AuditKind.READ, detail={"pupils": pupils})
    name = f"{lists[0].school_class.code}导师匹配名单.pdf" if wanted else f"{title}.pdf"
    response = HttpResponse(render_matrix(paper), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _unprintable(found: ClassList) -> list[Unprintable]:
    names = [*(e.pupil.name for e in found.enrolments), *(m.mentor.names for m in found.mentors)]
    return unprintable_names(names, found.school_class.label)


def _class(found: ClassList) -> MatrixClass:
    return MatrixClass(
        label=found.school_class.label,
        size=len(found.enrolments),
        mentors=[MatrixMentor(m.mentor.names, _names(m.enrolments), m.is_leader, m.from_class) for m in found.mentors],
        open=_names(found.open),
    )


def _names(enrolments: Sequence[Enrolment]) -> list[tuple[int | None, str]]:
    return [(e.seat_number, e.pupil.name) for e in enrolments]
