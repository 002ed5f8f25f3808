"""The states of background work and of imports."""

from django.db import models


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


class ImportState(models.TextChoices):
    """Where an import batch stands."""

    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待确认"
    REFUSED = "refused", "有错误"
    DONE = "done", "已导入"
    CANCELLED = "cancelled", "已放弃"
    UNDONE = "undone", "已撤销"
