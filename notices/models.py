"""Inbox notices (站内信) and the outbox of messages that leave the house."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.constraints import one_of
from notices.enums import Channel, OutboxState
from notices.querysets import NoticeQuerySet, OutboxQuerySet
from schools.models import School


class Notice(models.Model):
    """A message to one person. `dedup_key` makes sending it twice impossible: a day's digest has one key."""

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.SlugField(max_length=40)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("内容", max_length=4000, blank=True)
    # A path of this site, opened when the notice is read.
    link = models.CharField(max_length=200, blank=True)
    dedup_key = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-created_at"], name="notice_recipient_created"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "dedup_key"], name="notice_once"),
            models.CheckConstraint(condition=~Q(dedup_key=""), name="notice_key_given"),
            # One slash and not two: a link never leads to another site.
            models.CheckConstraint(
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
                name="notice_link_is_path",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} notice {self.pk}"


class OutboxMessage(models.Model):
    """An outgoing message, saved in one transaction with its notice and sent by a worker.

    It says how many things wait and where to look, never a pupil's name or a text.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    to_address = models.CharField(max_length=254)
    subject = models.CharField(max_length=100)
    body = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Set just before the mail server is asked, until its answer is written: who dies in between has perhaps sent it.
    handed_over_at = models.DateTimeField(null=True, blank=True)
    # Also the claim: who takes a message pushes this into the future before sending.
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state=OutboxState.WAITING),
                name="outbox_due",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "channel"], name="outbox_once_per_channel"),
            one_of("channel", Channel, name="outbox_channel_known"),
            one_of("state", OutboxState, name="outbox_state_known"),
            models.CheckConstraint(
                condition=Q(state=OutboxState.SENT, sent_at__isnull=False)
                | (~Q(state=OutboxState.SENT) & Q(sent_at__isnull=True)),
                name="outbox_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} message {self.pk}"
