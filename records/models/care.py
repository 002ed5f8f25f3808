"""What reaches the counsellor and the trusted teacher: referrals 转介 and 心灵树洞卡."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from mentors.models.slots import Teacher
from records.enums import HomeContact, ReferralState, TreeHoleSubject, TreeHoleWish
from records.querysets.care import ReferralQuerySet, TreeHoleCardQuerySet
from schools.models import Term
from schools.owned import SchoolOwned
from students.models import Pupil


class Referral(SchoolOwned):
    """A pupil who needs the counsellor 需要心理老师帮助: the message carries no content, this row does."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="referrals")
    text = models.TextField("想让心理老师知道的", max_length=2000, blank=True)
    state = models.CharField("状态", max_length=12, choices=ReferralState, default=ReferralState.OPEN)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="referrals")
    created_at = models.DateTimeField(auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # A short word of the counsellor to whoever referred.
    answer = models.CharField("回复", max_length=300, blank=True)
    # The counsellor's own notes; nobody else's.
    notes = models.TextField("心理老师的记录", max_length=5000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = "转介"
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=ReferralState.OPEN, acknowledged_at__isnull=True)
                | (~Q(state=ReferralState.OPEN) & Q(acknowledged_at__isnull=False)),
                name="referral_acknowledgement_dated",
            ),
            models.CheckConstraint(
                condition=Q(state=ReferralState.CLOSED, closed_at__isnull=False)
                | (~Q(state=ReferralState.CLOSED) & Q(closed_at__isnull=True)),
                name="referral_close_dated",
            ),
            one_of("state", ReferralState, name="referral_state_known"),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"


class TreeHoleCard(SchoolOwned):
    """Tree-hole card 心灵树洞卡: a pupil gives it to any teacher they trust (Guyi plan 四(三)2)."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="cards")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="cards")
    subject = models.CharField("关于", max_length=7, choices=TreeHoleSubject)
    text = models.TextField("想说的话", max_length=2000)
    wish = models.CharField("希望老师怎么回应", max_length=6, choices=TreeHoleWish)
    # The pupil's wish about home; safety alone may override it, with a reason.
    may_tell_home = models.BooleanField("可以告诉家长", default=False)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    handed_in_at = models.DateTimeField()
    # The teacher who typed a paper card in; empty when the pupil handed it in by slip.
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField("老师首次阅读", null=True, blank=True)
    answer = models.TextField("回复", max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    met_on = models.DateField("约谈日期", null=True, blank=True)
    home_contact = models.CharField("家长", max_length=9, choices=HomeContact, default=HomeContact.OPEN)
    home_reason = models.CharField("说明", max_length=200, blank=True)
    home_decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TreeHoleCardQuerySet.as_manager()

    class Meta:
        verbose_name = "心灵树洞卡"
        ordering: ClassVar = ["-handed_in_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="card_text_given"),
            models.CheckConstraint(
                condition=~Q(home_contact=HomeContact.NOT_CONTACTED) | ~Q(home_reason=""),
                name="card_silence_has_reason",
            ),
            # Telling home against the pupil's wish wants a reason.
            models.CheckConstraint(
                condition=~Q(home_contact=HomeContact.CONTACTED) | Q(may_tell_home=True) | ~Q(home_reason=""),
                name="card_wish_overridden_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("handed_in_at")),
                name="card_dates_ordered",
            ),
            one_of("subject", TreeHoleSubject, name="card_subject_known"),
            one_of("wish", TreeHoleWish, name="card_wish_known"),
            one_of("home_contact", HomeContact, name="card_home_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["teacher", "answered_at"], name="card_teacher_open")]

    def __str__(self) -> str:
        return f"card {self.pk}"
