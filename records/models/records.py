"""Visits, talks, letters and the ticks that follow from them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.constraints import one_of
from mentors.models.slots import Mentor, Teacher
from records.enums import LetterState, Occasion, TalkForm, TickState, VisitForm
from records.querysets.records import (
    GrowthLetterQuerySet,
    HeartTalkQuerySet,
    HomeVisitQuerySet,
    TickQuerySet,
)
from schools.enums import ActionKind, NoteVisibility, VisitOutcome
from schools.models import Period, Term
from schools.owned import SchoolOwned
from students.models import Pupil


class Record(SchoolOwned):
    """Base of all records. `term` is the term that the record counts for: a visit before it starts counts too.

    `submission` is the form's own key: a double post finds the row already there. `version` goes up with each edit.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    # Done on paper before the school wrote it here, and brought in by an import.
    from_paper = models.BooleanField("纸质补录", default=False, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_restricted(self) -> bool:
        """Whether the text stays out of lists, exports and print."""
        return False


class Note(Record):
    """Base of records with a private text."""

    date = models.DateField("日期")
    text = models.TextField("内容", max_length=5000, blank=True)
    visibility = models.CharField("谁可以看", max_length=10, choices=NoteVisibility)
    follow_up_on = models.DateField("后续跟进日期", null=True, blank=True)

    # How many others have opened it; filled for its author's pages (records.desk.queries.timeline).
    reader_count = 0
    # Whether the same form had saved it before; told by the service that found it.
    sent_before = False

    class Meta:
        abstract = True

    @property
    def is_restricted(self) -> bool:
        """Whether the text stays out of lists, exports and print."""
        return self.visibility != NoteVisibility.TEAM


class HomeVisit(Note):
    """Home visit 家访: one record, credited to every teacher who took part (Guyi plan 四(三)1)."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="visits", verbose_name="学生")
    form = models.CharField("方式", max_length=10, choices=VisitForm, default=VisitForm.HOME)
    outcome = models.CharField("结果", max_length=10, choices=VisitOutcome, default=VisitOutcome.COMPLETED)
    teachers: "models.ManyToManyField[Teacher, models.Model]" = models.ManyToManyField(
        Teacher, related_name="visits", blank=True, verbose_name="参加的老师"
    )
    guardians_met = models.CharField("见到的家长", max_length=60, blank=True)
    agreement = models.TextField("与家长的约定", max_length=1000, blank=True)

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        verbose_name = "家访"
        ordering: ClassVar = ["-date", "-pk"]
        constraints: ClassVar = [
            one_of("form", VisitForm, name="visit_form_known"),
            one_of("outcome", VisitOutcome, name="visit_outcome_known"),
            one_of("visibility", NoteVisibility, name="visit_visibility_known"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class HeartTalk(Note):
    """Talk 谈心谈话 with one or several pupils; date and pupil alone are a valid record."""

    pupils: "models.ManyToManyField[Pupil, models.Model]" = models.ManyToManyField(
        Pupil, related_name="talks", verbose_name="学生"
    )
    form = models.CharField("方式", max_length=10, choices=TalkForm, default=TalkForm.FACE)
    occasion = models.CharField("时机", max_length=12, choices=Occasion, default=Occasion.EVERYDAY)
    place = models.CharField("地点", max_length=40, blank=True)
    strategies = models.JSONField("策略", default=list, blank=True)
    home_contacted = models.BooleanField("已与家长沟通", default=False)

    objects = HeartTalkQuerySet.as_manager()

    class Meta:
        verbose_name = "谈心谈话"
        ordering: ClassVar = ["-date", "-pk"]
        constraints: ClassVar = [
            one_of("form", TalkForm, name="talk_form_known"),
            one_of("occasion", Occasion, name="talk_occasion_known"),
            one_of("visibility", NoteVisibility, name="talk_visibility_known"),
        ]

    def __str__(self) -> str:
        return f"talk {self.pk}"


class GrowthLetter(Record):
    """Growth letter 成长寄语, one per pupil and term; it fills the letter, the card and the record book."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="letters", verbose_name="学生")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="letters")
    body = models.TextField("正文", max_length=4000, blank=True)
    advice = models.TextField("成长建议", max_length=1000, blank=True)
    state = models.CharField("状态", max_length=10, choices=LetterState, default=LetterState.DRAFT)
    return_reason = models.CharField("退回说明", max_length=200, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField("家长首次阅读", null=True, blank=True)
    # Written by hand on a lined print-out: no text here, perhaps a scan.
    handwritten = models.BooleanField("手写", default=False)
    # Proof-read by 德育室; an edit of theirs is kept in the record's versions.
    accepted_at = models.DateTimeField("校对通过", null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField("德育室修改", null=True, blank=True)
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # When it is to reach the family, if 德育室 set a time.
    release_at = models.DateTimeField("定时发布", null=True, blank=True)
    # After the family had read it: when 德育室 last changed the text that they see.
    corrected_at = models.DateTimeField("发布后更正", null=True, blank=True)
    # Codes of what the checks found in the text that was handed in, one for each place; None: nobody has looked yet.
    findings = models.JSONField(null=True, blank=True, editable=False)
    # Keys of the findings that the mentor has seen and waved aside (records.letters.queries.findings).
    known_findings = models.JSONField(default=list, blank=True, editable=False)
    # What likeness is searched by (records.letters.checks); empty while there is no text.
    signature = models.BinaryField(default=b"", editable=False)

    objects = GrowthLetterQuerySet.as_manager()

    class Meta:
        verbose_name = "成长寄语"
        ordering: ClassVar = ["-term__starts_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "term"],
                condition=Q(deleted_at=None),
                name="letter_one_per_term",
            ),
            one_of("state", LetterState, name="letter_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[LetterState.DRAFT, LetterState.RETURNED]) | ~Q(body="") | Q(handwritten=True),
                name="letter_handed_in_has_text",
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.RELEASED) | Q(released_at__isnull=False),
                name="letter_release_dated",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "term", "state"], name="letter_term_state"),
            models.Index(
                fields=["release_at"],
                condition=Q(state=LetterState.HANDED_IN, release_at__isnull=False),
                name="letter_release_due",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"

    @property
    def is_out_on_paper(self) -> bool:
        """Whether the family got it on paper before the school wrote here, and nobody has written on it since."""
        return self.from_paper and self.state == LetterState.HANDED_IN and self.accepted_at is not None

    @property
    def may_go_out(self) -> bool:
        """Whether 德育室 has found the text good, or the family has it already: what mentors print of their own."""
        return self.state == LetterState.RELEASED or (
            self.state == LetterState.HANDED_IN and self.accepted_at is not None
        )


class Tick(SchoolOwned):
    """A tick of the roster table: what the records of one pupil, period and action amount to under the plan.

    Written only together with the records (`records.services.ticks`); no row means nothing was recorded yet.
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="ticks")
    period = models.ForeignKey(Period, models.CASCADE, related_name="ticks")
    action = models.CharField(max_length=6, choices=ActionKind)
    state = models.CharField(max_length=8, choices=TickState)
    done_count = models.PositiveSmallIntegerField(default=0)
    # The day on which the action was fulfilled; empty while it is open or planned.
    done_on = models.DateField(null=True, blank=True)

    objects = TickQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pupil", "period", "action"], name="tick_once"),
            one_of("action", ActionKind, name="tick_action_known"),
            one_of("state", TickState, name="tick_state_known"),
            models.CheckConstraint(
                condition=Q(state=TickState.DONE, done_on__isnull=False)
                | (~Q(state=TickState.DONE) & Q(done_on__isnull=True)),
                name="tick_done_has_date",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["period", "action", "state"], name="tick_period_action")]

    def __str__(self) -> str:
        return f"tick {self.action} of pupil {self.pupil_id}"
