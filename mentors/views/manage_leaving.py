"""A teacher leaves, or comes back: what will happen, then the button."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from core.errors import DomainError
from mentors.forms.pupils import LeavingForm
from mentors.models import Teacher
from mentors.queries import find_teachers
from mentors.services import draw_leaving, reinstate_teacher, retire_teacher


@roles_required(Role.SCHOOL_ADMIN)
@require_http_methods(["GET", "POST"])
def leave(request: ActorRequest, pk: int) -> HttpResponse:
    """The roles that end, the pupils who need another mentor, and who takes them over."""
    teacher = _teacher(request, pk)
    if teacher.left_on is not None:
        return redirect("manage:person", pk=pk)
    leaving = draw_leaving(actor=request.actor, teacher=teacher)
    form = LeavingForm(leaving.successors, request.actor.today, request.POST or None, pupils=len(leaving.open_pupils))
    if request.method == "POST" and form.is_valid():
        try:
            retire_teacher(
                actor=request.actor, teacher=teacher, left_on=form.cleaned_data["left_on"], successor=form.chosen()
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{teacher.name}老师已办理离职。")
            return redirect("manage:person", pk=pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "manage/leave.html", {"teacher": teacher, "leaving": leaving, "form": form}, status=status)


@roles_required(Role.SCHOOL_ADMIN)
@require_POST
def come_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a leaving back."""
    teacher = _teacher(request, pk)
    try:
        reinstate_teacher(actor=request.actor, teacher=teacher)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, f"{teacher.name}老师已恢复在职，账号可以登录。角色和学生请重新安排。")
    return redirect("manage:person", pk=pk)


def _teacher(request: ActorRequest, pk: int) -> Teacher:
    return get_visible_or_404(find_teachers(request.actor, year=None), request.actor, pk=pk)
