"""Pupils, their enrolment by year, guardians and the paper slips of their families."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.constraints import one_of, ordered
from schools.models import SchoolClass, SchoolYear
from schools.owned import SchoolOwned
from students.enums import EndReason, Gender
from students.querysets import EnrolmentQuerySet, FamilySlipQuerySet, PupilQuerySet


class Pupil(SchoolOwned):
    """Pupil 学生. Identified by key or 学籍号, never by name: classes do hold two children of one name."""

    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField(max_length=200, blank=True)
    # Every reading of the name's initials between blanks, for search: " zml zcl ".
    initials = models.CharField(max_length=120, blank=True)
    gender = models.CharField("性别", max_length=6, choices=Gender, blank=True)
    student_number = models.CharField("学籍号", max_length=30, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)

    objects = PupilQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "student_number"],
                condition=~Q(student_number=""),
                name="pupil_number_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="pupil_name_given"),
            one_of("gender", Gender, name="pupil_gender_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Enrolment(SchoolOwned):
    """A pupil's place in a class of one year. A change of class ends one and begins another."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="enrolments")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="enrolments")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="enrolments")
    seat_number = models.PositiveSmallIntegerField("序号", null=True, blank=True)
    # 学生情况简述 of the record book, written by the mentor; where empty, the roster's remark stands in.
    brief = models.CharField("学生情况简述", max_length=200, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pupil", "year"],
                condition=Q(ends_on=None),
                name="enrolment_one_open_per_year",
            ),
            ordered("starts_on", "ends_on", name="enrolment_dates_ordered"),
            one_of("end_reason", EndReason, name="enrolment_end_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, end_reason="") | (Q(ends_on__isnull=False) & ~Q(end_reason="")),
                name="enrolment_end_has_reason",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school_class", "seat_number"], name="enrolment_class_seat")]

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.school_class_id}"

    @property
    def situation(self) -> str:
        """学生情况简述: the mentor's words, else the roster's remark (needs `pupil` at hand)."""
        return self.brief or self.pupil.remark


class Guardian(SchoolOwned):
    """Guardian 家长 of a pupil, up to three, the first one rung first."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="guardians")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField("姓名", max_length=60, blank=True)
    relation = models.CharField("关系", max_length=20, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pupil", "position"], name="guardian_position_once"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=3),
                name="guardian_up_to_three",
            ),
            models.CheckConstraint(condition=~Q(name="", phone=""), name="guardian_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name or self.relation

    @property
    def masked_phone(self) -> str:
        """138****0000: enough to recognise, not to dial."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 9 else "****" if self.phone else ""


def new_slip_key() -> str:
    """An unguessable public key of a slip, for its link."""
    return secrets.token_urlsafe(9)


class FamilySlip(SchoolOwned):
    """Paper slip 家长凭条 that opens a pupil's family page together with the guardian's phone.

    The printed code is not stored: it is derived from `nonce` and a key that lies apart (`core.papercodes`), so that a
    slip can be printed again and a stolen table opens nothing. Valid are `FamilySlip.objects.valid()` alone.
    """

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="slips")
    key = models.CharField(max_length=24, unique=True, default=new_slip_key)
    nonce = models.CharField(max_length=24, default=new_slip_key)
    created_at = models.DateTimeField(auto_now_add=True)
    # Which key the code was made with; see `core.papercodes.mark_of`.
    key_mark = models.CharField(max_length=12, blank=True)
    # The last day on which it opens, as printed on it; slips of former times have none.
    ends_on = models.DateField("有效期至", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When the family opened it first, not somebody of the staff who helped: the log, which tells the same, is pruned.
    opened_on = models.DateField("第一次打开", null=True, blank=True)

    objects = FamilySlipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pupil"], condition=Q(revoked_at=None), name="slip_one_valid"),
        ]

    def __str__(self) -> str:
        return f"slip {self.pk}"
