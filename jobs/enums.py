"""The states of background work and of imports."""

from collections.abc import Mapping
from typing import Final

from django.db import models

from accounts.enums import Role


class JobState(models.TextChoices):
    """Where a job stands; the row itself is the job, the broker only wakes workers."""

    QUEUED = "queued", "等待中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


class ItemState(models.TextChoices):
    """Where one item of a job stands."""

    WAITING = "waiting", "等待中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class ImportKind(models.TextChoices):
    """What a roster workbook holds."""

    STUDENTS = "students", "学生名册"
    TEACHERS = "teachers", "教师名册"
    MENTORS = "mentors", "导师匹配表"
    DONE = "done", "本学期已完成"
    LETTERS = "letters", "已发寄语"


#: Who brings in which workbook. 管理员 keeps the rosters and reads no letter; what was done is 德育室's as well.
IMPORTERS: Final[Mapping[ImportKind, frozenset[Role]]] = {
    ImportKind.STUDENTS: frozenset({Role.SCHOOL_ADMIN}),
    ImportKind.TEACHERS: frozenset({Role.SCHOOL_ADMIN}),
    ImportKind.MENTORS: frozenset({Role.SCHOOL_ADMIN}),
    ImportKind.DONE: frozenset({Role.SCHOOL_ADMIN, Role.MORAL_OFFICE}),
    ImportKind.LETTERS: frozenset({Role.MORAL_OFFICE}),
}
#: What may be of a former year: its rosters are closed, and what went home in it can still be brought in.
OF_FORMER_YEARS: Final = frozenset({ImportKind.LETTERS})
#: Whose the pages of imports are; which kinds each of them finds there, `IMPORTERS` says.
ALL_IMPORTERS: Final = (Role.SCHOOL_ADMIN, Role.MORAL_OFFICE)


class ImportState(models.TextChoices):
    """Where an import batch stands."""

    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待确认"
    REFUSED = "refused", "有错误"
    DONE = "done", "已导入"
    CANCELLED = "cancelled", "已放弃"
    UNDONE = "undone", "已撤销"


class ListShape(models.TextChoices):
    """As what a list is taken out; the value is the ending of the file's name."""

    XLSX = "xlsx", "Excel 表格"
    PDF = "pdf", "打印稿（PDF）"


class TakenFor(models.TextChoices):
    """What a list that names children is taken out for; kept in the audit."""

    CHECK = "check", "与班主任、导师核对"
    MEETING = "meeting", "学校或年级会议"
    REPORT = "report", "按要求上报"
    ARCHIVE = "archive", "学校存档"
    OTHER = "other", "其他"
