"""States of what runs the product."""

from django.db import models


class BackupState(models.TextChoices):
    """Where a backup stands."""

    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class PulseKind(models.TextChoices):
    """Whose sign of life it is."""

    WORKER = "worker", "后台进程"
    TASK = "task", "定时任务"


class Standing(models.TextChoices):
    """How a part stands that the product needs; the values are what `/readyz` says."""

    OK = "ok", "正常"
    WARNING = "warning", "请留意"
    FAILED = "failed", "有问题"
    UNKNOWN = "unknown", "看不到"
