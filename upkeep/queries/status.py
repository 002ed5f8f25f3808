"""The page 状态: how the work of a school and the server under it go, line by line, with what to do."""

import datetime
import platform
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import django
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.urls import reverse

from accounts.actors import Actor
from core.clock import now
from core.watching import HOUSE
from jobs.enums import JobState
from jobs.models import Job
from schools.models import School
from upkeep.contexts import LastBackup, StatusLine
from upkeep.enums import Standing
from upkeep.health import FULL_BYTES, LOW_BYTES
from upkeep.models import Pulse
from upkeep.queries import last_backup
from upkeep.queries.pulses import last_sweep, pulses, queues_without_worker, sweep_standing, workers_seen
from upkeep.queries.schedule import late_tasks
from upkeep.queries.work import DAYS, Counts, work_of
from upkeep.version import product_version

#: Work that waits for longer than this does not go on by itself; a mail may wait for a weekend.
WAITS_TOO_LONG: Final = datetime.timedelta(minutes=15)
MAIL_WAITS_TOO_LONG: Final = datetime.timedelta(days=3)
FAILED_SHOWN: Final = 5
#: What the queues are for.
QUEUES: Final = {"papers": "打印", "mail": "发送消息", "default": "定时任务和名册核对"}
#: What scheduled tasks are called; others keep their name.
TASKS: Final = {
    "jobs.sweep": "接续没做完的任务",
    "notices.send_outbox": "发送邮件和群消息",
    "records.remind": "每天的提醒",
    "mentors.remind_rounds": "匹配的提醒",
    "records.follow_plans": "启用新版方案",
    "records.finish_first_weeks": "收起“第一周”",
    "records.release_due_letters": "按时发布寄语",
    "records.recount": "更新各校数字",
    "records.recount_all": "每晚核对各校数字",
    "records.tell_announcements": "通知公告",
    "records.check_letters": "检查寄语",
    "records.purge": "清理过期的记录",
    "records.prune_audit": "清理过期的使用记录",
    "records.point_out_readings": "提示集中查看",
    "accounts.forget_tries": "清理登录记录",
    "accounts.forget_presses": "清理提交记录",
    "notices.forget_messages": "清理旧消息",
    "core.clear_sessions": "清理过期的登录",
    "core.refresh_statistics": "整理数据库",
    "jobs.remove_expired": "清理过期的文件",
}


@dataclass(frozen=True, slots=True)
class Status:
    """What the page says. What an installation lacks (`warnings`) is for whoever keeps the server."""

    work: Sequence[StatusLine]
    server: Sequence[StatusLine]
    versions: Sequence[tuple[str, str]]
    warnings: Sequence[CheckMessage]
    failed_jobs: Sequence[Job]
    keeps_server: bool

    @property
    def open_count(self) -> int:
        """How many lines want somebody's hand."""
        lines = [*self.work, *self.server]
        return sum(line.standing != Standing.OK for line in lines) + len(self.warnings)


def status(actor: Actor) -> Status:
    """The work of the actor's school (for a bureau: of all as counts), and the server.

    The server is kept by the bureau, or by the school where it is the only one.
    """
    moment = now()
    keeps_server = actor.school_id is None or School.objects.count() == 1
    return Status(
        work=list(_work_lines(actor, moment)),
        server=list(_server_lines(pulses(), last_backup(), moment)),
        versions=_versions(),
        warnings=_warnings() if keeps_server else [],
        failed_jobs=_failed_jobs(actor, moment),
        keeps_server=keeps_server,
    )


def _warnings() -> list[CheckMessage]:
    return run_checks(tags=[HOUSE], include_deployment_checks=True, databases=["default"])


def ago(at: datetime.datetime, moment: datetime.datetime) -> str:
    """How long before `moment` something was, as one says it: 3 分钟前."""
    minutes = max(0, int((moment - at).total_seconds() // 60))
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 48 * 60 else f"{minutes // (24 * 60)} 天前"


def _work_lines(actor: Actor, moment: datetime.datetime) -> Iterator[StatusLine]:
    work = work_of(actor.school_id, moment)
    jobs, messages = work.jobs, work.messages
    of_jobs = reverse("jobs:list") if actor.school_id is not None else ""
    yield _waiting("后台任务", "项在排队或进行中", jobs, moment, WAITS_TOO_LONG, of_jobs)
    yield _failed("没有完成的任务", "项", jobs, moment, "请打开任务看原因，改好后重新提交。", of_jobs)
    if jobs.partly:
        todo = "请打开任务，看是哪几项，改好后重新提交。"
        yield StatusLine("只完成一部分的任务", f"{jobs.partly} 项", Standing.WARNING, todo, of_jobs)
    of_mails = reverse("sending:messages") if actor.school_id is not None else ""
    yield _waiting("邮件和群消息", "条待发送", messages, moment, MAIL_WAITS_TOO_LONG, of_mails)
    yield _failed("没有送达的消息", "条", messages, moment, "请看原因，核对地址后再发一次。", of_mails)


def _waiting(
    label: str, words: str, found: Counts, moment: datetime.datetime, patience: datetime.timedelta, href: str
) -> StatusLine:
    if found.oldest is None:
        return StatusLine(label, "没有在等的", Standing.OK, "", href)
    told = f"{found.waiting} {words}，最早的：{ago(found.oldest, moment)}"
    if moment - found.oldest <= patience:
        return StatusLine(label, told, Standing.OK, "", href)
    return StatusLine(label, told, Standing.WARNING, "等得太久了。请看下面的后台进程和磁盘是否正常。", href)


def _failed(label: str, unit: str, found: Counts, moment: datetime.datetime, todo: str, href: str) -> StatusLine:
    if not found.failed:
        return StatusLine(label, f"最近 {DAYS} 天没有", Standing.OK, "", href)
    told = f"最近 {DAYS} 天 {found.failed} {unit}，最近一{unit}：{ago(found.last or moment, moment)}"
    return StatusLine(label, told, Standing.WARNING, todo, href)


def _failed_jobs(actor: Actor, moment: datetime.datetime) -> list[Job]:
    if actor.school_id is None:
        return []
    since = moment - datetime.timedelta(days=DAYS)
    failed = Job.objects.visible_to(actor).filter(state=JobState.FAILED, created_at__gte=since)
    return list(failed.order_by("-created_at", "-pk")[:FAILED_SHOWN])


def _server_lines(found: Sequence[Pulse], backup: LastBackup, moment: datetime.datetime) -> Iterator[StatusLine]:
    yield _workers(found, moment)
    yield _sweep(found, moment)
    yield _tasks(found, moment)
    yield _disk()
    yield _backup(backup, moment)


def _workers(found: Sequence[Pulse], moment: datetime.datetime) -> StatusLine:
    seen, missing = workers_seen(found, moment), queues_without_worker(found, moment)
    if not missing:
        return StatusLine("后台进程", f"{len(seen)} 个在工作", Standing.OK)
    todo = "请启动后台进程（systemctl start mentorship-worker@papers 等，或 script/server）。没有它，这些事要等着。"
    if not seen:
        return StatusLine("后台进程", "一个也没有看到", Standing.FAILED, todo)
    work = "、".join(QUEUES.get(queue, queue) for queue in missing)
    return StatusLine("后台进程", f"{len(seen)} 个在工作，没有进程处理：{work}", Standing.FAILED, todo)


def _sweep(found: Sequence[Pulse], moment: datetime.datetime) -> StatusLine:
    last = last_sweep(found)
    words = f"上一次：{ago(last, moment)}" if last is not None else "还没有过"
    standing = sweep_standing(found, moment)
    todo = "" if standing == Standing.OK else "定时进程可能停了。后台进程会替它补上；请看定时进程（beat）和消息队列。"
    return StatusLine("定时检查", words, standing, todo)


def _tasks(found: Iterable[Pulse], moment: datetime.datetime) -> StatusLine:
    by_task = {pulse.name: pulse for pulse in found}
    late = [plan.task for plan, _pulse in late_tasks(by_task, moment)]
    wrong = sorted({*late, *(pulse.name for pulse in by_task.values() if pulse.failures)})
    if not wrong:
        return StatusLine("定时任务", "都按时完成了", Standing.OK)
    told = "、".join(TASKS.get(task, task) for task in wrong)
    todo = "会自动再试几次。一直这样的话，请看后台进程的日志，或请技术人员看。"
    return StatusLine("定时任务", f"没有完成：{told}", Standing.WARNING, todo)


def _disk() -> StatusLine:
    usage = shutil.disk_usage(settings.VAR_DIR)
    words = f"还有 {_size(usage.free)}，共 {_size(usage.total)}"
    if usage.free >= LOW_BYTES:
        return StatusLine("磁盘空间", words, Standing.OK)
    standing = Standing.WARNING if usage.free >= FULL_BYTES else Standing.FAILED
    return StatusLine(
        "磁盘空间", words, standing, "空间快用完了：请移走旧的备份，或换大一些的磁盘。满了以后什么都保存不了。"
    )


def _backup(backup: LastBackup, moment: datetime.datetime) -> StatusLine:
    if backup.at is None:
        words = "还没有备份过"
    else:
        sealed = "已加密" if backup.encrypted else "没有加密"
        words = f"{ago(backup.at, moment)}，{_size(backup.size)}，{sealed}"
    if not backup.overdue and not backup.trouble:
        return StatusLine("备份", words, Standing.OK)
    cause = f"上一次没有成功：{backup.trouble}" if backup.trouble else "超过 36 小时没有备份。"
    return StatusLine("备份", words, Standing.WARNING, f"{cause}请在服务器上运行 manage.py backup，并看每晚的备份。")


def _size(size: int) -> str:
    return f"{size / 1024**3:.1f} GB" if size >= 1024**3 else f"{size / 1024**2:.0f} MB"


def _versions() -> list[tuple[str, str]]:
    if connection.vendor == "postgresql":
        number = cast("Any", connection).pg_version
        database = f"PostgreSQL {number // 10000}.{number % 10000}"
    else:
        database = f"SQLite {sqlite3.sqlite_version}"
    return [
        ("本产品", product_version() or "没有标明"),
        ("数据库", database),
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
    ]
