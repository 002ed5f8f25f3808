"""Teachers, mentor slots, class teams, assignments and the cap."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of, ordered
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.querysets.slots import (
    AssignmentQuerySet,
    CapExceptionQuerySet,
    MentorQuerySet,
    RollOverQuerySet,
    TeacherQuerySet,
)
from schools.models import SchoolClass, SchoolYear
from schools.owned import SchoolOwned
from students.models import Pupil


class Teacher(SchoolOwned):
    """Teacher 教师 of a school, with or without an account."""

    user = models.OneToOneField(User, models.SET_NULL, null=True, blank=True, related_name="teacher")
    number = models.CharField("工号", max_length=30)
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=120, blank=True)
    phone = models.CharField("手机号", max_length=20, blank=True)
    subject = models.CharField("任教学科", max_length=40, blank=True)
    duty = models.CharField("职务", max_length=60, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)

    objects = TeacherQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "number"], name="teacher_number_once"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(number=""),
                name="teacher_name_and_number_given",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Mentor(SchoolOwned):
    """A mentor slot 导师 of one school year: one teacher, or two who share it (`甲/乙`, Guyi plan, grade 5).

    `capacity` is what the plan allows its members together, or what an exception grants; `load` counts the open
    assignments that count (`Assignment.counts_in_load`). Both are kept by `mentors.services`, and the database
    refuses a load above the capacity.
    """

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="mentors")
    capacity = models.PositiveSmallIntegerField()
    load = models.PositiveSmallIntegerField(default=0)

    objects = MentorQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(load__lte=F("capacity")), name="mentor_load_within_capacity"),
        ]

    def __str__(self) -> str:
        return f"mentor {self.pk}"

    @property
    def names(self) -> str:
        """The names of all who share the slot, as the papers print them: 甲/乙 (wants `with_names()`)."""
        return "/".join(member.teacher.name for member in self.members.all())

    @property
    def free(self) -> int:
        """Places left."""
        return self.capacity - self.load


class MentorMember(SchoolOwned):
    """A teacher who holds or shares a mentor slot; one slot per teacher and year."""

    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="members")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="memberships")
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "teacher"], name="member_one_slot_per_year"),
            models.UniqueConstraint(fields=["mentor", "position"], name="member_position_once"),
        ]

    def __str__(self) -> str:
        return f"teacher {self.teacher_id} in mentor {self.mentor_id}"


class TeamMember(SchoolOwned):
    """A mentor in a class's team 导师团; the leader 团长 is the homeroom teacher (Guyi plan 四(二))."""

    school_class = models.ForeignKey(SchoolClass, models.CASCADE, related_name="team")
    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="teams")
    is_leader = models.BooleanField("团长", default=False)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-is_leader", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school_class", "mentor"], name="team_member_once"),
            models.UniqueConstraint(
                fields=["school_class"],
                condition=Q(is_leader=True),
                name="team_one_leader",
            ),
        ]

    def __str__(self) -> str:
        return f"mentor {self.mentor_id} of class {self.school_class_id}"


class Assignment(SchoolOwned):
    """A pupil's mentor for a span of days; at most one open main mentor per pupil and year."""

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="assignments")
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="assignments")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=10, choices=AssignmentKind, default=AssignmentKind.MAIN)
    origin = models.CharField(max_length=10, choices=AssignmentOrigin)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    assigned_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # A main pupil always takes one of the mentor's places, a supported one only if the plan says so. Kept here, so
    # that ending an assignment gives back what it took even where the plan has changed in between.
    counts_in_load = models.BooleanField(default=True)
    # Why a pupil was moved to this mentor in the course of the year; for 德育室 and the homeroom teacher.
    reason = models.CharField("调整原因", max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "year"],
                condition=Q(ends_on=None, kind=AssignmentKind.MAIN),
                name="assignment_one_main",
            ),
            models.UniqueConstraint(
                fields=["pupil", "mentor"],
                condition=Q(ends_on=None),
                name="assignment_mentor_once",
            ),
            models.CheckConstraint(
                condition=Q(counts_in_load=True) | ~Q(kind=AssignmentKind.MAIN), name="assignment_main_counts"
            ),
            ordered("starts_on", "ends_on", name="assignment_dates_ordered"),
            one_of("kind", AssignmentKind, name="assignment_kind_known"),
            one_of("origin", AssignmentOrigin, name="assignment_origin_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["mentor", "ends_on"], name="assignment_mentor_open")]

    def __str__(self) -> str:
        return f"pupil {self.pupil_id} with mentor {self.mentor_id}"


class CapException(SchoolOwned):
    """An exception 超额 from the cap: 原则上不超过 1:15 (Guyi plan 四(二), Wuhu plan 五(二)), granted by 德育室."""

    mentor = models.ForeignKey(Mentor, models.CASCADE, related_name="exceptions")
    limit = models.PositiveSmallIntegerField("新的上限")
    reason = models.CharField("理由", max_length=200)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = CapExceptionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-granted_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mentor"],
                condition=Q(revoked_at=None),
                name="exception_one_valid",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exception_reason_given"),
            models.CheckConstraint(
                condition=Q(limit__gte=1, limit__lte=120),
                name="exception_limit_sensible",
            ),
        ]

    def __str__(self) -> str:
        return f"mentor {self.mentor_id} up to {self.limit}"


class RollOver(SchoolOwned):
    """That a school year was rolled over into the next one, by whom, and what an undo needs to know.

    One per year, so that a second click finds the first one's work. An undo removes the row with the new year.
    """

    from_year = models.OneToOneField(SchoolYear, models.PROTECT, related_name="rolled_over")
    to_year = models.OneToOneField(SchoolYear, models.CASCADE, related_name="rolled_from")
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(auto_now_add=True)
    # What the new year looked like right afterwards: equal means that nothing was changed since.
    digest = models.CharField(max_length=64)
    # Counts for the page.
    summary = models.JSONField(default=dict)
    # Keys of the assignments and 班主任 roles of the former year that were ended.
    ended_assignments = models.JSONField(default=list)
    ended_grants = models.JSONField(default=list)

    objects = RollOverQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.from_year_id} to {self.to_year_id}"
