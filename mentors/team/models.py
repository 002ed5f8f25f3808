"""Case meetings 小教研 and hand-over notes 交接说明."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from mentors.enums import MeetingCircle
from mentors.models.slots import Mentor, Teacher
from mentors.team.querysets import CaseMeetingQuerySet, HandOverNoteQuerySet
from schools.models import Grade, SchoolClass, SchoolYear
from schools.owned import SchoolOwned
from students.models import Pupil


class CaseMeeting(SchoolOwned):
    """Case meeting 小教研 of a class's team on pupils in difficulty (Guyi plan 四(四)1); its notes are the team's.

    A grade, the school and the working group meet too (W22): in a year, and on no pupil, for more people read it.
    """

    circle = models.CharField("谁的研讨", max_length=8, choices=MeetingCircle, default=MeetingCircle.CLASS)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True, related_name="case_meetings")
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, blank=True, related_name="+")
    # Of a class its own says it.
    year = models.ForeignKey(SchoolYear, models.PROTECT, null=True, blank=True, related_name="+")
    date = models.DateField("日期")
    topic = models.CharField("主题", max_length=80)
    text = models.TextField("讨论记录", max_length=5000, blank=True)
    follow_up_on = models.DateField("后续跟进日期", null=True, blank=True)
    pupils: "models.ManyToManyField[Pupil, models.Model]" = models.ManyToManyField(
        Pupil, related_name="case_meetings", blank=True
    )
    teachers: "models.ManyToManyField[Teacher, models.Model]" = models.ManyToManyField(
        Teacher, related_name="case_meetings", blank=True
    )
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CaseMeetingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(topic=""), name="meeting_topic_given"),
            models.CheckConstraint(
                condition=Q(circle=MeetingCircle.CLASS, school_class__isnull=False, grade=None, year=None)
                | Q(circle=MeetingCircle.GRADE, school_class=None, grade__isnull=False, year__isnull=False)
                | Q(
                    circle__in=(MeetingCircle.SCHOOL, MeetingCircle.GROUP),
                    school_class=None,
                    grade=None,
                    year__isnull=False,
                ),
                name="meeting_place_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"case meeting {self.pk}"


class HandOverNote(SchoolOwned):
    """Hand-over note 交接说明 from one mentor of a pupil to the next."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="hand_over_notes")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    from_mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="+")
    text = models.TextField("交接说明", max_length=2000)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    objects = HandOverNoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(text=""), name="handover_text_given")]

    def __str__(self) -> str:
        return f"hand-over note {self.pk}"
