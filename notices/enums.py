"""Channels and states of outgoing messages."""

from django.db import models


class Channel(models.TextChoices):
    """How a message leaves the house."""

    EMAIL = "email", "邮件"


class OutboxState(models.TextChoices):
    """Where an outgoing message stands."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "未送达"
