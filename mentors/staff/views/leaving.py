"""A teacher leaves, or comes back: what will happen, then the button."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404
from core.saving import button_done, form_saved, show_form
from mentors.models.slots import Teacher
from mentors.queries.people import all_teachers
from mentors.staff.forms.pupils import LeavingForm
from mentors.staff.services.transfers import draw_leaving, leaving_days, reinstate_teacher, retire_teacher
from mentors.team.services.handover import ask_for_notes


@form_for(Role.SCHOOL_ADMIN)
def leave(request: ActorRequest, pk: int) -> HttpResponse:
    """The roles that end, the pupils who need another mentor, and who takes them over."""
    teacher = _teacher(request, pk)
    if teacher.left_on is not None:
        return redirect("manage:person", pk=pk)
    leaving = draw_leaving(actor=request.actor, teacher=teacher)
    form = LeavingForm(leaving, leaving_days(request.actor), request.POST or None)
    # "重新计算" only shows the loads again, for browsers that do not reckon them while one chooses.
    if "reckon" not in request.POST and form_saved(
        form,
        lambda: retire_teacher(
            actor=request.actor,
            teacher=teacher,
            left_on=form.cleaned_data["left_on"],
            successor=form.chosen(),
            places=form.places(),
        ),
    ):
        handed = len(leaving.open_pupils) if form.chosen() is not None else len(form.places())
        messages.success(request, _said(teacher, handed, len(leaving.open_pupils) - handed))
        return redirect("manage:person", pk=pk)
    return show_form(request, "staff/manage/leave.html", form, teacher=teacher, leaving=leaving)


def _said(teacher: Teacher, handed: int, left_over: int) -> str:
    said = f"{teacher.name}老师已办理离职"
    if handed:
        said += f"，{handed} 名学生已交给新的导师"
    if left_over:
        said += f"，还有 {left_over} 名学生没有导师，请班主任或德育室安排"
    return f"{said}。"


@action_for(Role.SCHOOL_ADMIN)
def ask_notes(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask a teacher who is about to leave for hand-over notes."""
    teacher = _teacher(request, pk)
    if done := button_done(request, lambda: ask_for_notes(actor=request.actor, teacher=teacher)):
        name = teacher.name
        messages.success(request, f"已提醒{name}老师写交接说明。" if done.value else f"今天已经提醒过{name}老师了。")
    return redirect("manage:leave", pk=pk)


@action_for(Role.SCHOOL_ADMIN)
def come_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a leaving back."""
    teacher = _teacher(request, pk)
    if button_done(request, lambda: reinstate_teacher(actor=request.actor, teacher=teacher)):
        messages.success(request, f"{teacher.name}老师已恢复在职，账号可以登录。角色和学生请重新安排。")
    return redirect("manage:person", pk=pk)


def _teacher(request: ActorRequest, pk: int) -> Teacher:
    return get_visible_or_404(all_teachers, request.actor, None, pk=pk)
