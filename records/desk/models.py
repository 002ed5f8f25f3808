"""What surrounds the records: drafts, versions, readings, attachments, planned visits, families' replies."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.constraints import one_of, ordered
from mentors.models.slots import Teacher
from records.desk.querysets import (
    AttachmentQuerySet,
    DraftQuerySet,
    LetterReplyQuerySet,
    ReadingQuerySet,
    RecordVersionQuerySet,
    VisitPlanQuerySet,
)
from records.enums import RecordKind, VersionAct, VisitPlanState
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.models import Term
from schools.owned import SchoolOwned
from students.models import Pupil


class Draft(SchoolOwned):
    """What somebody was typing and has not saved yet; theirs alone, on any device, until it is saved or dropped."""

    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    # Empty: the form makes no record.
    kind = models.CharField(max_length=8, choices=RecordKind, blank=True)
    # Which form: "talk/new/12" is a new talk with pupil 12, "visit/5" the visit 5.
    key = models.CharField(max_length=60)
    pupil = models.ForeignKey(Pupil, models.CASCADE, null=True, blank=True, related_name="+")
    # The form's fields as they were typed.
    content = models.JSONField(default=dict)
    # The version of the record that the form showed; 0 for a new one.
    base_version = models.PositiveIntegerField(default=0)
    # Which open page wrote it last, and that page's how-manieth: "3f9c….4". Another page may not write over it unseen.
    stamp = models.CharField(max_length=48, default="")
    updated_at = models.DateTimeField(auto_now=True)
    # Dropped drafts stay a day, so that dropping one can be taken back.
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="draft_one_per_form"),
            models.CheckConstraint(condition=Q(kind__in=["", *RecordKind.values]), name="draft_kind_known"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class RecordVersion(SchoolOwned):
    """One version of a visit, talk, letter or card: who, when, and all its fields as they were from then on."""

    kind = models.CharField(max_length=8, choices=RecordKind)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    act = models.CharField(max_length=8, choices=VersionAct)
    fields = models.JSONField(default=dict)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    objects = RecordVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-version", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "record_id", "version"], name="recordversion_once"),
            one_of("kind", RecordKind, name="recordversion_kind_known"),
            one_of("act", VersionAct, name="recordversion_act_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} version {self.version}"


class Reading(SchoolOwned):
    """That a person other than the author has opened a record's text, first and last; the author sees it."""

    kind = models.CharField(max_length=8, choices=RecordKind)
    record_id = models.BigIntegerField()
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-last_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "record_id", "user"], name="reading_once"),
            one_of("kind", RecordKind, name="reading_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} read by {self.user_id}"


class Attachment(SchoolOwned):
    """A photo or paper beside a visit or talk, or the scan of a letter written by hand; always optional.

    Pictures are encoded anew, so that the camera's data (place, device) are gone.
    """

    visit = models.ForeignKey(HomeVisit, models.CASCADE, null=True, blank=True, related_name="attachments")
    talk = models.ForeignKey(HeartTalk, models.CASCADE, null=True, blank=True, related_name="attachments")
    letter = models.ForeignKey(GrowthLetter, models.CASCADE, null=True, blank=True, related_name="attachments")
    file = models.FileField(upload_to="attachments/%Y/%m/")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(visit__isnull=False, talk__isnull=True, letter__isnull=True)
                | Q(visit__isnull=True, talk__isnull=False, letter__isnull=True)
                | Q(visit__isnull=True, talk__isnull=True, letter__isnull=False),
                name="attachment_of_one_record",
            ),
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class VisitWish(SchoolOwned):
    """When a family would like to be visited, handed in by slip; one per pupil and term."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="visit_wishes")
    # Taking a roll-over back must not take a family's words along.
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    text = models.CharField("方便的时间和方式", max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pupil", "term"], name="visitwish_once"),
            models.CheckConstraint(condition=~Q(text=""), name="visitwish_text_given"),
        ]

    def __str__(self) -> str:
        return f"visit wish of pupil {self.pupil_id}"


class VisitPlan(SchoolOwned):
    """A visit that the homeroom teacher planned: who, when, with whom (Guyi plan 四(三)1: 由班主任指导和联合导师)."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="visit_plans")
    term = models.ForeignKey(Term, models.PROTECT, related_name="visit_plans")
    date = models.DateField("日期")
    time = models.TimeField("时间", null=True, blank=True)
    teachers: "models.ManyToManyField[Teacher, models.Model]" = models.ManyToManyField(
        Teacher, related_name="visit_plans", blank=True
    )
    remark = models.CharField("备注", max_length=100, blank=True)
    state = models.CharField(max_length=9, choices=VisitPlanState, default=VisitPlanState.PLANNED)
    visit = models.OneToOneField(HomeVisit, models.SET_NULL, null=True, blank=True, related_name="plan")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisitPlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["date", "time", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "term"], condition=Q(state=VisitPlanState.PLANNED), name="visitplan_one_open"
            ),
            one_of("state", VisitPlanState, name="visitplan_state_known"),
        ]

    def __str__(self) -> str:
        return f"visit plan {self.pk}"


class LetterReply(SchoolOwned):
    """A family's short reply 家长回音 to a released letter; the mentor reads it."""

    letter = models.OneToOneField(GrowthLetter, models.CASCADE, related_name="reply")
    text = models.CharField("回音", max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    read_at = models.DateTimeField("导师首次阅读", null=True, blank=True)

    objects = LetterReplyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="reply_text_given"),
            ordered("created_at", "read_at", name="reply_dates_ordered"),
        ]

    def __str__(self) -> str:
        return f"reply to letter {self.letter_id}"
