"""What people were reminded of, and what a school says about it: its rules, and when nobody is told anything."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from notices.models import Notice
from records.reminding.querysets import PauseQuerySet
from schools.enums import ActionKind
from schools.owned import SchoolOwned

#: No window is announced longer before it ends.
MOST_DAYS_BEFORE = 60


class Reminder(SchoolOwned):
    """That a person was reminded of one action at one point of its window; the same point is never told twice."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    # Action, term, window and point: "visit:12:0811-0914:1", "…:d7"; of a class that one leads "c5:visit:…", of the
    # school "s:…"; or a referral that waits: "referral:7"; or a word of 德育室, once a day: "nudge:2026-11-18".
    key = models.CharField(max_length=60)
    sent_on = models.DateField()
    # What it said; rows of before this was kept have none.
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="reminder_once")]
        indexes: ClassVar = [models.Index(fields=["school", "sent_on"], name="reminder_school_day")]

    def __str__(self) -> str:
        return f"{self.key} to {self.user_id}"


class ReminderRule(SchoolOwned):
    """When and whom a school reminds of one action; a school that has said nothing has no row."""

    action = models.CharField(max_length=10, choices=ActionKind)
    is_on = models.BooleanField("提醒", default=True)
    first_day = models.BooleanField("第一天", default=True)
    # Days before the end of a window, the earlier point and the last one; None: not told then.
    early_days = models.PositiveSmallIntegerField("结束前几天", null=True, blank=True)
    late_days = models.PositiveSmallIntegerField("结束前几天", null=True, blank=True)
    when_over = models.BooleanField("过期后每周", default=True)
    to_mentors = models.BooleanField("导师", default=True)
    to_homeroom = models.BooleanField("班主任", default=False)
    to_office = models.BooleanField("德育室", default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "action"], name="reminderrule_once"),
            one_of("action", ActionKind, name="reminderrule_action_known"),
            models.CheckConstraint(
                condition=(Q(early_days=None) | Q(early_days__lte=MOST_DAYS_BEFORE))
                & (Q(late_days=None) | Q(late_days__lte=MOST_DAYS_BEFORE))
                & (Q(early_days=None) | Q(late_days=None) | Q(early_days__gt=F("late_days"))),
                name="reminderrule_points_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"rule of {self.action} in school {self.school_id}"


class ReminderSettings(SchoolOwned):
    """What holds for all reminders of a school; a school that has said nothing has no row."""

    school_days_only = models.BooleanField("只在上学日提醒", default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["school"], name="remindersettings_once")]

    def __str__(self) -> str:
        return f"reminders of school {self.school_id}"


class ReminderPause(SchoolOwned):
    """Days on which a person 不提醒某人, or without one everybody 全部暂停, is told nothing. 德育室 alone reads why."""

    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    starts_on = models.DateField("从")
    ends_on = models.DateField("到")
    reason = models.CharField("原因", max_length=60, blank=True)
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="reminderpause_in_order"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "ends_on"], name="reminderpause_school_end")]

    def __str__(self) -> str:
        return f"pause {self.pk} of school {self.school_id}"
