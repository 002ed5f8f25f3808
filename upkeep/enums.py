"""States of what runs the product."""

from django.db import models


class BackupState(models.TextChoices):
    """Where a backup stands."""

    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
