"""状态: what did not get through, what waits, how the server is, and what to do about it."""

import datetime
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from core.clock import now
from jobs.enums import JobState
from jobs.models import Job
from notices.enums import Channel, OutboxState, Trouble
from notices.models import OutboxMessage, Robot
from tests.cast import SchoolCast
from upkeep import selfcheck
from upkeep.enums import PulseKind, Standing
from upkeep.models import Pulse
from upkeep.queries.schedule import SWEEP
from upkeep.queries.status import Status, ago

PAGE = reverse("upkeep:status")
#: Session, user, roles, school and unread notices are five; schools are counted, then signs of life, the last backup
#: (three where there is none), two looks for missing keys, jobs, messages, and the jobs that failed.
QUERIES = 14
ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However full the machine is that tests, and whatever it lacks."""
    usage = SimpleNamespace(free=50 * 1024**3, total=100 * 1024**3)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    monkeypatch.setattr(selfcheck, "font_file", lambda name: name)


@pytest.fixture
def alive(db: None) -> None:
    """A worker was seen, and the sweep has run."""
    moment = now()
    Pulse.objects.create(kind=PulseKind.WORKER, name="one@host", queues="default mail papers", seen_at=moment)
    Pulse.objects.create(kind=PulseKind.TASK, name=SWEEP, seen_at=moment, done_at=moment)


def shown(client: Client) -> Status:
    """What the page says."""
    answer = client.get(PAGE)
    assert answer.status_code == 200
    found: Status = answer.context["status"]
    return found


def words(found: Status) -> dict[str, tuple[str, str]]:
    """The lines of work and server: standing and words by their label."""
    return {line.label: (line.standing, line.words) for line in (*found.work, *found.server)}


def job(cast: SchoolCast, state: JobState, age: datetime.timedelta, **values: object) -> Job:
    """A job of the school that was asked for so long ago."""
    at = now() - age
    made = Job.objects.create(
        school=cast.school, kind="letters", title="成长寄语", state=state, created_by=cast.office,
        expires_at=now() + datetime.timedelta(days=7), finished_at=at if state == JobState.FAILED else None,
        **values,
    )  # fmt: skip
    Job.objects.filter(pk=made.pk).update(created_at=at)
    return made


def message(cast: SchoolCast, robot: Robot, state: OutboxState, age: datetime.timedelta) -> None:
    """A robot's message that was to go out so long ago."""
    OutboxMessage.objects.create(
        robot=robot, school=cast.school, channel=Channel.WECOM, about=f"open:{age}:{state}", subject="待办",
        body="待办", state=state, trouble=Trouble.GONE if state == OutboxState.FAILED else "", created_at=now() - age,
        next_try_at=now(),
    )  # fmt: skip


def test_all_is_well(qingzhu: SchoolCast, client_of: ClientOf, alive: None) -> None:
    assert words(shown(client_of(qingzhu.admin))) == {
        "后台任务": ("ok", "没有在等的"),
        "没有完成的任务": ("ok", "最近 30 天没有"),
        "邮件和群消息": ("ok", "没有在等的"),
        "没有送达的消息": ("ok", "最近 30 天没有"),
        "后台进程": ("ok", "1 个在工作"),
        "定时检查": ("ok", "上一次：刚刚"),
        "定时任务": ("ok", "都按时完成了"),
        "磁盘空间": ("ok", "还有 50.0 GB，共 100.0 GB"),
        "备份": ("ok", "还没有备份过"),
    }


def test_what_failed_and_what_waits_too_long_is_counted_with_its_age(
    qingzhu: SchoolCast, client_of: ClientOf, alive: None
) -> None:
    hour = datetime.timedelta(hours=1)
    failed = job(qingzhu, JobState.FAILED, 3 * hour, message="所有项目都没有完成")
    job(qingzhu, JobState.FAILED, 40 * 24 * hour)
    job(qingzhu, JobState.QUEUED, hour)
    job(qingzhu, JobState.RUNNING, hour / 60)
    job(qingzhu, JobState.DONE, hour, total=2, done_count=1, failed_count=1)
    robot = Robot.objects.create(school=qingzhu.school, kind=Channel.WECOM, name="教师群")
    message(qingzhu, robot, OutboxState.WAITING, 4 * 24 * hour)
    message(qingzhu, robot, OutboxState.FAILED, 5 * hour)
    found = shown(client_of(qingzhu.admin))
    told = words(found)
    assert {label: told[label] for label in ("后台任务", "没有完成的任务", "只完成一部分的任务")} == {
        "后台任务": ("warning", "2 项在排队或进行中，最早的：1 小时前"),
        "没有完成的任务": ("warning", "最近 30 天 1 项，最近一项：3 小时前"),
        "只完成一部分的任务": ("warning", "1 项"),
    }
    assert {label: told[label] for label in ("邮件和群消息", "没有送达的消息")} == {
        "邮件和群消息": ("warning", "1 条待发送，最早的：4 天前"),
        "没有送达的消息": ("warning", "最近 30 天 1 条，最近一条：5 小时前"),
    }
    assert [one.pk for one in found.failed_jobs] == [failed.pk]
    assert all(line.todo for line in found.work if line.standing != Standing.OK)


def test_a_server_without_workers_and_beat_is_told_with_what_to_do(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Pulse.objects.create(
        kind=PulseKind.TASK, name="records.purge", seen_at=now(), failures=2, trouble="OperationalError"
    )
    found = shown(client_of(qingzhu.admin))
    told = words(found)
    assert {label: told[label] for label in ("后台进程", "定时检查", "定时任务")} == {
        "后台进程": ("failed", "一个也没有看到"),
        "定时检查": ("failed", "还没有过"),
        "定时任务": ("warning", "没有完成：清理过期的记录"),
    }
    assert all(line.todo for line in found.server if line.standing != Standing.OK)


def test_work_that_no_worker_takes_is_named(qingzhu: SchoolCast, client_of: ClientOf, alive: None) -> None:
    """Seen: one of three workers was down, and all looked well."""
    Pulse.objects.filter(kind=PulseKind.WORKER).update(queues="default mail")
    told = words(shown(client_of(qingzhu.admin)))["后台进程"]
    assert told == ("failed", "1 个在工作，没有进程处理：打印")


def test_a_school_among_others_sees_the_server_and_not_what_its_keeper_lacks(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "font_file", lambda name: None)
    found = shown(client_of(qingzhu.admin))
    assert (found.keeps_server, len(found.server), found.warnings) == (False, 5, [])
    # No worker and no sweep.
    assert found.open_count == 2
    job(other, JobState.FAILED, datetime.timedelta(hours=1))
    assert words(shown(client_of(qingzhu.admin)))["没有完成的任务"] == ("ok", "最近 30 天没有")


def test_the_bureau_sees_the_server_and_the_work_of_all_as_counts(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf, alive: None
) -> None:
    for cast in (qingzhu, other):
        job(cast, JobState.FAILED, datetime.timedelta(hours=1))
    found = shown(client_of(qingzhu.bureau_user))
    assert words(found)["没有完成的任务"] == ("warning", "最近 30 天 2 项，最近一项：1 小时前")
    assert ([*found.failed_jobs], found.keeps_server) == ([], True)
    assert [label for label, _version in found.versions] == ["本产品", "数据库", "Django", "Python"]


def test_what_checks_say_stands_there_with_what_to_do(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selfcheck, "font_file", lambda name: None if "Symbola" in name else name)
    page = client_of(qingzhu.admin).get(PAGE).content.decode()
    assert len(re.findall("缺少打印用的字体：Symbola", page)) == 1
    assert len(re.findall("请安装 fonts-lxgw-wenkai", page)) == 1


def test_the_page_costs_the_same_however_much_failed(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    alive: None,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of(qingzhu.admin)
    for count in (1, 2):
        for _ in range(count):
            job(qingzhu, JobState.FAILED, datetime.timedelta(hours=1))
        with django_assert_num_queries(QUERIES):
            client.get(PAGE)


@pytest.mark.parametrize(
    "minutes, said",
    [(-5, "刚刚"), (0, "刚刚"), (59, "59 分钟前"), (60, "1 小时前"), (47 * 60, "47 小时前"), (48 * 60, "2 天前")],
)
def test_ages_are_said_as_one_says_them(minutes: int, said: str) -> None:
    moment = now()
    assert ago(moment - datetime.timedelta(minutes=minutes), moment) == said
