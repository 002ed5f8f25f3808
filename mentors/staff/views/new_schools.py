"""A bureau opens many schools: list → preview → confirm → the account slips of their administrators."""

import uuid
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, page_for
from core.errors import DomainError
from core.importlog import ImportLog
from core.saving import attempt, form_saved, show_form
from core.unprintable import said_first, unprintable_names
from core.workbooks import Limits, read_workbook
from mentors.staff.forms.new_schools import SchoolListForm
from mentors.staff.imports.new_schools import Known, as_kept, blank_list, of_kept, read_schools
from mentors.staff.printing import make_first_slips
from mentors.staff.queries.new_schools import codes_taken, names_seen, usernames_taken, waiting_admins
from mentors.staff.services.new_schools import SchoolToOpen, open_schools
from schools.days import start_year_of

#: In the session: the list that was looked at and not confirmed yet.
_KEPT: Final = "new_schools"
_SHOWN: Final = 200
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@form_for(Role.BUREAU)
def new_schools(request: ActorRequest) -> HttpResponse:
    """Takes the list; what is wrong in it is shown here, what is right on the next page."""
    form = SchoolListForm(request.POST or None, request.FILES or None)
    done = form_saved(form, lambda: _read(request, form))
    if done is None:
        return show_form(request, "staff/bureau/new_schools.html", form)
    rows, log = done.value
    if log.has_errors:
        context = {"form": SchoolListForm(), "findings": log.folded(limit=_SHOWN)}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "staff/bureau/new_schools.html", context, status=status)
    request.session[_KEPT] = {
        "rows": [as_kept(row) for row in rows],
        "findings": [
            (found.first.message, found.first.sheet, found.rows_text)
            for found in log.folded(limit=_SHOWN)
            if found.first.level != "info"
        ],
    }
    return redirect("bureau:check_schools")


def _read(request: ActorRequest, form: SchoolListForm) -> tuple[list[SchoolToOpen], ImportLog]:
    upload = form.cleaned_data["file"]
    limits = Limits(file_bytes=settings.ROSTER_MAX_BYTES)
    workbook = read_workbook(upload.read(), file_name=upload.name, limits=limits)
    known = Known(codes_taken(), names_seen(request.actor), usernames_taken)
    return read_schools(workbook, known=known, start_year=start_year_of(request.actor.today))


@form_for(Role.BUREAU)
def check_schools(request: ActorRequest) -> HttpResponse:
    """What would be opened; the button opens all or nothing."""
    kept = request.session.get(_KEPT)
    if kept is None:
        return redirect("bureau:new_schools")
    rows = [of_kept(row) for row in kept["rows"]]
    problem: DomainError | None = None
    if request.method == "POST":
        done = attempt(lambda: open_schools(actor=request.actor, schools=rows))
        if not isinstance(done, DomainError):
            del request.session[_KEPT]
            messages.success(request, f"已开通 {len(done)} 所学校。请打印管理员的账号条，交给各校。")
            return redirect("bureau:first_slips")
        problem = done
    context = {"rows": rows, "findings": kept["findings"], "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/bureau/check_schools.html", context, status=status)


@form_for(Role.BUREAU)
def first_slips(request: ActorRequest) -> HttpResponse:
    """Who is waited for at the schools; the button answers with the PDF of their slips. A GET writes nothing."""
    people = waiting_admins(request.actor)
    problem: DomainError | None = None
    if request.method == "POST":
        names = [name for user in people for name in (user.name, user.school.name if user.school else "")]
        if stop := said_first(request, unprintable_names(names)):
            return stop
        done = attempt(lambda: make_first_slips(actor=request.actor, seed=request.POST.get("seed", "")))
        if not isinstance(done, DomainError):
            response = HttpResponse(done, content_type="application/pdf")
            response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote('管理员账号条.pdf')}"
            return response
        problem = done
    context = {"people": people, "seed": uuid.uuid4().hex, "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/bureau/first_slips.html", context, status=status)


@page_for(Role.BUREAU)
def school_list(_request: ActorRequest) -> HttpResponse:
    """The blank list to fill in."""
    answer = HttpResponse(blank_list(), content_type=_XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('学校名单模板.xlsx')}"
    return answer
