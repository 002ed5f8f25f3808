"""群机器人 and the hours in which messages go out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404
from core.saving import button_done, form_saved, show_form
from notices.forms import PushHoursForm, RobotForm
from notices.models import Robot
from notices.queries import push_hours, robots_of
from notices.services import add_robot, remove_robot, set_push_hours, switch_robot, try_robot
from schools.queries import schools_visible_to


@form_for(Role.SCHOOL_ADMIN)
def robots(request: ActorRequest) -> HttpResponse:
    """The school's robots with what they said last; the form adds one."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    form = RobotForm(request.POST or None)
    if done := form_saved(form, lambda: add_robot(actor=actor, school=school, **form.cleaned_data)):
        messages.success(request, f"已添加“{done.value.name}”。请发一条测试消息，看群里能不能收到。")
        return redirect("channels:list")
    return show_form(request, "notices/robots.html", form, lines=robots_of(actor))


@form_for(Role.SCHOOL_ADMIN, Role.MORAL_OFFICE)
def hours(request: ActorRequest) -> HttpResponse:
    """When mails and robots' messages go out."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    now = push_hours(school.pk)
    initial = {name: getattr(now, name) for name in ("opens_at", "closes_at", "school_days_only")}
    form = PushHoursForm(request.POST or None, initial=initial)
    if form_saved(form, lambda: set_push_hours(actor=actor, school=school, **form.cleaned_data)):
        messages.success(request, "发送时间已保存。")
        return redirect("channels:hours")
    return show_form(request, "notices/hours.html", form, keeps=actor.has(Role.SCHOOL_ADMIN))


@action_for(Role.SCHOOL_ADMIN)
def try_out(request: ActorRequest, pk: int) -> HttpResponse:
    """Have the robot say that it is tried."""
    robot = _robot(request, pk)
    if button_done(request, lambda: try_robot(actor=request.actor, robot=robot)):
        messages.success(request, "测试消息正在发送，一般一分钟内会到群里。刷新本页可以看结果。")
    return redirect("channels:list")


@action_for(Role.SCHOOL_ADMIN)
def switch(request: ActorRequest, pk: int) -> HttpResponse:
    """Switch the robot off, or on again."""
    robot = _robot(request, pk)
    is_on = request.POST.get("on") == "1"
    if button_done(request, lambda: switch_robot(actor=request.actor, robot=robot, is_on=is_on)):
        messages.success(request, f"已{'启用' if is_on else '停用'}“{robot.name}”。")
    return redirect("channels:list")


@action_for(Role.SCHOOL_ADMIN)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the robot away with its address."""
    robot = _robot(request, pk)
    if button_done(request, lambda: remove_robot(actor=request.actor, robot=robot)):
        messages.success(request, f"已删除“{robot.name}”，它的地址不再保存。")
    return redirect("channels:list")


def _robot(request: ActorRequest, pk: int) -> Robot:
    return get_visible_or_404(Robot, request.actor, pk=pk)
