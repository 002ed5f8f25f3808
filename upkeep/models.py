"""What runs the product remembers of itself. No row belongs to a school."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.clock import now
from core.constraints import one_of
from upkeep.enums import BackupState, PulseKind


class Backup(models.Model):
    """One backup 备份 that was tried, wherever its file lies: every machine on the database knows of it."""

    started_at = models.DateTimeField("开始", default=now)
    finished_at = models.DateTimeField("完成", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=BackupState, default=BackupState.RUNNING)
    # The whole path on the machine that made it.
    path = models.CharField("文件", max_length=400)
    size = models.PositiveBigIntegerField("大小", default=0)
    encrypted = models.BooleanField("加密", default=False)
    nightly = models.BooleanField("每晚", default=False)
    # Why it failed, as a sentence.
    message = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-finished_at"], condition=Q(state=BackupState.DONE), name="backup_done"),
        ]
        constraints: ClassVar = [
            one_of("state", BackupState, name="backup_state_known"),
            models.CheckConstraint(
                condition=Q(state=BackupState.RUNNING, finished_at=None)
                | (~Q(state=BackupState.RUNNING) & Q(finished_at__isnull=False)),
                name="backup_finished_once_over",
            ),
        ]

    def __str__(self) -> str:
        return f"backup {self.pk} ({self.state})"


class Pulse(models.Model):
    """A sign of life: when a worker was seen last, or how a task of `CELERY_BEAT_SCHEDULE` went last.

    Beat keeps nothing: what ran last stands here, where every machine on the database sees it.
    """

    kind = models.CharField(max_length=10, choices=PulseKind)
    # The worker's node name (`one@host`), or the task's name.
    name = models.CharField(max_length=120)
    # Which queues a worker takes messages from, with blanks between them.
    queues = models.CharField(max_length=200, blank=True)
    # A worker's last sign; when a task began last. Of a task that never ran: when it was looked for first.
    seen_at = models.DateTimeField()
    # When a task was through without a failure.
    done_at = models.DateTimeField(null=True, blank=True)
    # How often in a row it failed, and with what kind of error. The error's words may quote a name.
    failures = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)
    # When a worker sent for it, because beat had not.
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="pulse_once"),
            one_of("kind", PulseKind, name="pulse_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
