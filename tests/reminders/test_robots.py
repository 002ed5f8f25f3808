"""A group hears how many were reminded, once a day, whatever runs again."""

import datetime

from notices.models import OutboxMessage
from notices.services import add_robot
from records.reminding.models import Reminder
from records.reminding.services.sending import send_digests
from tests.cast import SchoolCast

DAY = datetime.date(2026, 8, 24)
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh"


def send(cast: SchoolCast) -> int:
    return sum(1 for _ in send_digests(on=DAY, schools=[cast.school]))


def said() -> list[str]:
    return [body.split("\n")[0] for body in OutboxMessage.objects.exclude(robot=None).values_list("body", flat=True)]


def test_the_group_hears_how_many_were_reminded_and_no_name(qingzhu: SchoolCast) -> None:
    add_robot(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, name="全体导师群", address=WECOM)
    told = send(qingzhu)
    assert told > 1
    assert (send(qingzhu), said()) == (0, [f"【全员导师制】有 {told} 位老师还有待办，请登录查看。"])


def test_a_run_that_was_cut_off_is_counted_whole_by_the_next(qingzhu: SchoolCast) -> None:
    """The first run had told some when the machine went down: the group heard of the rest alone."""
    told = send(qingzhu)
    add_robot(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, name="全体导师群", address=WECOM)
    assert (send(qingzhu), said()) == (0, [f"【全员导师制】有 {told} 位老师还有待办，请登录查看。"])


def test_where_nobody_has_anything_open_the_group_is_left_alone(qingzhu: SchoolCast) -> None:
    add_robot(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, name="全体导师群", address=WECOM)
    assert sum(1 for _ in send_digests(on=datetime.date(2026, 7, 20), schools=[qingzhu.school])) == 0
    assert (said(), Reminder.objects.count()) == ([], 0)
