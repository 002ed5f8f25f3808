"""The only writer of robots 群机器人, and of what they are to say."""

import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from notices.enums import OutboxState, Saying
from notices.models import OutboxMessage, Robot
from notices.webhooks import pasted_address
from schools.models import School

#: As many groups as a large school has; each is sent to one after the other.
MOST_ROBOTS: Final = 20
_OPENING: Final = "【全员导师制】"


@transaction.atomic
def add_robot(*, actor: Actor, school: School, name: str, address: str, secret: str = "") -> Robot:
    """Add the robot whose https address was pasted; `secret` is the one with which 钉钉 wants messages signed.

    Raises DomainError `other_school`, `not_allowed`, `name_missing`, `name_taken`, `robot_known`, `too_many_robots`,
    SealBroken, and as `pasted_address`.
    """
    _check_keeps(actor, school.pk)
    found = pasted_address(address, secret)
    name = name.strip()
    if not name:
        raise DomainError("name_missing", "请写上这个机器人在哪个群，如“全体导师群”。")
    # Locked, so that two who add the same at once are counted one after the other.
    School.objects.select_for_update().get(pk=school.pk)
    present = list(Robot.objects.present().filter(school=school))
    if any(robot.name == name for robot in present):
        raise DomainError("name_taken", f"已经有一个叫“{name}”的机器人，请换一个名称。")
    if any(robot.address.split("@")[-1].endswith(f"/{found.key}/") or robot.address == found.kept for robot in present):
        raise DomainError("robot_known", "这个机器人已经添加过了。")
    if len(present) >= MOST_ROBOTS:
        raise DomainError("too_many_robots", f"最多 {MOST_ROBOTS} 个机器人，请先删除不用的。")
    robot = Robot.objects.create(school=school, kind=found.kind, name=name, address=found.kept)
    audit(actor=actor, verb="add_robot", target=robot)
    return robot


@transaction.atomic
def switch_robot(*, actor: Actor, robot: Robot, is_on: bool) -> None:
    """Let the robot say what there is to say, or not; switched on, it is tried anew whatever was wrong before.

    Raises DomainError `other_school`, `not_allowed`.
    """
    _check_keeps(actor, robot.school_id)
    Robot.objects.filter(pk=robot.pk).update(is_on=is_on, trouble="")
    audit(actor=actor, verb="switch_robot", target=robot, detail={"on": is_on})


@transaction.atomic
def remove_robot(*, actor: Actor, robot: Robot) -> None:
    """Take the robot away, and its address for good; what it said stays in the list of messages.

    Raises DomainError `other_school`, `not_allowed`.
    """
    _check_keeps(actor, robot.school_id)
    Robot.objects.filter(pk=robot.pk).update(removed_at=now(), is_on=False, address="")
    _waiting(robot).update(state=OutboxState.DROPPED)
    audit(actor=actor, verb="remove_robot", target=robot)


@transaction.atomic
def try_robot(*, actor: Actor, robot: Robot) -> None:
    """Have it say 这是一条测试消息, at once and whatever was wrong before.

    Raises DomainError `other_school`, `not_allowed`, `test_waits`.
    """
    _check_keeps(actor, robot.school_id)
    if _waiting(robot).filter(about__startswith=f"{Saying.TEST}:").exists():
        raise DomainError("test_waits", "上一条测试消息还在发送，请过一会儿刷新页面看结果。")
    _say(robot, Saying.TEST, uuid.uuid4().hex, Saying.TEST.label, at_once=True).save()
    audit(actor=actor, verb="try_robot", target=robot)


def tell_robots(*, school: School, saying: Saying, key: str, count: Callable[[], int] = lambda: 0) -> int:
    """Let the school's robots say one of the house's sentences, once for each `key`; how many were new to it.

    `key` names the day of a digest or what was announced. `count` says how many people have open work, and is asked
    only where there is somebody to say it; of nobody nothing is said.
    """
    robots = list(Robot.objects.speaking().filter(school=school).defer("address"))
    said = OutboxMessage.objects.filter(robot__in=robots, about=f"{saying}:{key}")
    known = set(said.values_list("robot_id", flat=True))
    new = [robot for robot in robots if robot.pk not in known]
    people = count() if new else 0
    if saying == Saying.OPEN_WORK and not people:
        return 0
    wanted = [_say(robot, saying, key, saying.label.format(count=people)) for robot in new]
    # Another process may have said it in between.
    OutboxMessage.objects.bulk_create(wanted, ignore_conflicts=True)
    return len(wanted)


def _say(robot: Robot, saying: Saying, key: str, text: str, *, at_once: bool = False) -> OutboxMessage:
    where = f"\n{settings.SITE_URL}{reverse('home')}"
    return OutboxMessage(
        robot=robot,
        school_id=robot.school_id,
        about=f"{saying}:{key}",
        channel=robot.kind,
        body=f"{_OPENING}{text}{where}",
        at_once=at_once,
        next_try_at=now(),
    )


def _waiting(robot: Robot) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(robot=robot, state=OutboxState.WAITING)


def _check_keeps(actor: Actor, school_id: int) -> None:
    if school_id != actor.school_id:
        raise DomainError("other_school", "只能管理自己学校的机器人。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以管理群机器人。")
