"""Honours 表彰 and experience notes 经验分享. Nothing here is counted up or compared."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.constraints import one_of
from mentors.models.slots import Teacher
from records.recognition.enums import NominatedBy, NoteState
from records.recognition.querysets import (
    AwardQuerySet,
    AwardRoundQuerySet,
    ExperienceNoteQuerySet,
    NominationQuerySet,
)
from schools.models import SchoolYear
from schools.owned import SchoolOwned


class AwardRound(SchoolOwned):
    """A round 表彰 (W31): colleagues nominate until a day, people decide, and it is announced when it is published.

    `criteria` is the school's own rubric 评价表, each line a text to be answered in words; a school need not have one.
    """

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    title = models.CharField("表彰名称", max_length=60)
    award = models.CharField("称号", max_length=30)
    about = models.TextField("说明", max_length=1000, blank=True)
    until = models.DateField("推荐截止")
    nominators = models.CharField("谁可以推荐", max_length=12, choices=NominatedBy, default=NominatedBy.ALL)
    criteria = models.JSONField("评价表", default=list, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AwardRoundQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-until", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(award=""), name="award_round_named"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(withdrawn_at__isnull=True), name="award_round_not_both"
            ),
            one_of("nominators", NominatedBy, name="award_round_nominators_known"),
        ]

    def __str__(self) -> str:
        return f"award round {self.pk}"


class Nomination(SchoolOwned):
    """One colleague's word for another, with the reason; one each and person."""

    round = models.ForeignKey(AwardRound, models.CASCADE, related_name="nominations")
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField("推荐理由", max_length=500)
    written_at = models.DateTimeField(auto_now=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "teacher", "by"], name="nomination_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="nomination_reason_given"),
        ]

    def __str__(self) -> str:
        return f"nomination {self.pk}"


class RubricSheet(SchoolOwned):
    """What one of those who decide has noted about a nominee, a text for each criterion of the round; no sum."""

    round = models.ForeignKey(AwardRound, models.CASCADE, related_name="sheets")
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    notes = models.JSONField(default=list)
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "teacher", "author"], name="rubric_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"rubric sheet {self.pk}"


class Award(SchoolOwned):
    """That a teacher is honoured in a round, decided by people; `citation` 颁奖词 stands on the 奖状."""

    round = models.ForeignKey(AwardRound, models.CASCADE, related_name="awards")
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="+")
    citation = models.CharField("颁奖词", max_length=120, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["teacher__pinyin", "teacher__number", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "teacher"], name="award_once")]

    def __str__(self) -> str:
        return f"award {self.pk}"


class ExperienceNote(SchoolOwned):
    """An anonymous case 经验分享 (W24, W27): what the situation was, what was done, what helped. No pupil is named.

    德育室 reads it before the colleagues do; with its author's consent it may be passed on to the bureau. Its author
    withdraws it at any time.
    """

    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    title = models.CharField("题目", max_length=60)
    situation = models.TextField("当时的情况", max_length=2000)
    done = models.TextField("老师做了什么", max_length=2000)
    helped = models.TextField("什么起了作用", max_length=2000)
    is_signed = models.BooleanField("署我的名字", default=False)
    may_pass_on = models.BooleanField("同意学校推荐给教育局", default=False)
    state = models.CharField(max_length=10, choices=NoteState, default=NoteState.DRAFT)
    # What 德育室 asks for on returning it.
    remark = models.CharField("修改意见", max_length=300, blank=True)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)
    passed_on_at = models.DateTimeField(null=True, blank=True)

    objects = ExperienceNoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-updated_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="experience_note_titled"),
            models.CheckConstraint(
                condition=Q(state=NoteState.PUBLISHED, published_at__isnull=False)
                | (~Q(state=NoteState.PUBLISHED) & Q(published_at__isnull=True)),
                name="experience_note_published_dated",
            ),
            models.CheckConstraint(
                condition=Q(passed_on_at__isnull=True) | Q(state=NoteState.PUBLISHED, may_pass_on=True),
                name="experience_note_passed_on_with_consent",
            ),
            one_of("state", NoteState, name="experience_note_state_known"),
        ]

    def __str__(self) -> str:
        return f"experience note {self.pk}"
