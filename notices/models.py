"""Inbox notices (站内信), the outbox of messages that leave the house, and by whom and when they may."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.clock import now
from core.constraints import one_of
from core.sealed import SealedField
from notices.enums import ROBOTS, WHAT_TO_DO, Channel, OutboxState, Trouble
from notices.querysets import NoticeQuerySet, OutboxQuerySet, RobotQuerySet
from schools.models import School
from schools.owned import SchoolOwned


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


class Robot(SchoolOwned):
    """A robot 群机器人 of a group in 企业微信, 钉钉 or 飞书: it says there that something waits, never what or whose.

    Its address opens the group to whoever knows it, so it is sealed. A robot that was taken away keeps its row, for the
    messages that it sent, without the address.
    """

    kind = models.CharField("类型", max_length=10, choices=[(channel.value, channel.label) for channel in ROBOTS])
    name = models.CharField("名称", max_length=40)
    address = SealedField("地址", blank=True)
    is_on = models.BooleanField("启用", default=True)
    # What its service said at last that no further try will change; empty while it works.
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = RobotQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=[*ROBOTS]), name="robot_kind_known"),
            models.CheckConstraint(condition=Q(trouble="") | Q(trouble__in=Trouble.values), name="robot_trouble_known"),
            models.UniqueConstraint(fields=["school", "name"], condition=Q(removed_at=None), name="robot_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} robot {self.pk}"

    @property
    def what_to_do(self) -> str:
        """What 管理员 does about its trouble."""
        return WHAT_TO_DO[Trouble(self.trouble)] if self.trouble else ""


class PushHours(SchoolOwned):
    """When a school lets messages go out; what comes at other times waits. Without a row: as the defaults say."""

    opens_at = models.TimeField("从", default=datetime.time(7, 30))
    closes_at = models.TimeField("到", default=datetime.time(18, 30))
    school_days_only = models.BooleanField("只在上学日", default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school"], name="push_hours_once"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="push_hours_in_order"),
        ]

    def __str__(self) -> str:
        return f"push hours of school {self.school_id}"


class OutboxMessage(models.Model):
    """An outgoing message and what became of it: to the person of a notice, saved with that, or by a robot to a group.

    It says how many things wait and where to look, never a pupil's name or a text. `about` is what a robot says once.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, null=True, blank=True, related_name="messages")
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, blank=True, related_name="messages")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    about = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    # Empty for a robot, whose address stays with it.
    to_address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=100)
    body = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)
    # Not held back until the school's hours: somebody waits for it at this very moment.
    at_once = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Set just before the server is asked, until its answer is written: who dies in between has perhaps sent it.
    handed_over_at = models.DateTimeField(null=True, blank=True)
    # Also the claim: who takes a message pushes this into the future before sending.
    next_try_at = models.DateTimeField()
    # By which process (core.processes), so that a claim ends with one that was killed. By the database too: an older
    # version, still at work in an upgrade, names nobody.
    claimed_by = models.CharField(max_length=100, default="", db_default="", blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state=OutboxState.WAITING),
                name="outbox_due",
            ),
            models.Index(fields=["school", "-created_at"], name="outbox_school_created"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "channel"], name="outbox_once_per_channel"),
            models.UniqueConstraint(
                fields=["robot", "about"], condition=Q(robot__isnull=False), name="outbox_once_per_robot"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.EMAIL, notice__isnull=False, robot=None)
                | (~Q(channel=Channel.EMAIL) & Q(notice=None, robot__isnull=False, school__isnull=False)),
                name="outbox_by_mail_or_robot",
            ),
            models.CheckConstraint(
                condition=Q(trouble="") | Q(trouble__in=Trouble.values, state=OutboxState.FAILED),
                name="outbox_trouble_known",
            ),
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

    @property
    def to_whom(self) -> str:
        """The name of its person, or of its robot."""
        if self.robot is not None:
            return self.robot.name
        return self.notice.recipient.name if self.notice is not None else ""
