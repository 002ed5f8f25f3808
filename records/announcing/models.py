"""Announcements 公告: their texts in editions, their files, and who has read and confirmed them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from core.constraints import one_of, ordered
from records.announcing.enums import AnnouncementState, Audience
from records.announcing.querysets import AnnouncementQuerySet, ReceiptQuerySet
from schools.models import Bureau, Grade, School, SchoolClass
from schools.owned import SchoolOwned
from students.models import Pupil


class Announcement(models.Model):
    """One announcement 公告 of a school, or of a bureau to its schools. Written by `services.announcements` alone."""

    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    audience = models.CharField("发给", max_length=8, choices=Audience)
    # Of `Audience.ROLES` which: "|mentor|homeroom|".
    roles = models.CharField(max_length=120, blank=True)
    # Of `Audience.SCHOOLS` which, as keys: "|3|17|"; empty for all of the bureau.
    schools = models.TextField(blank=True)
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, blank=True, related_name="+")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("标题", max_length=40)
    text = models.TextField("正文", max_length=2000)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    needs_receipt = models.BooleanField("需要确认", default=False)
    state = models.CharField(max_length=9, choices=AnnouncementState, default=AnnouncementState.DRAFT)
    # How often its text went out: 0 while it is a draft, 2 after the first correction.
    edition = models.PositiveSmallIntegerField("版次", default=0)
    # Every save: who changes it says which one they saw.
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    # When its notices went into the inboxes; those of one that begins later go out on its first day.
    told_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=100, blank=True)

    # What `with_own_receipt` and `with_receipt` put beside it.
    is_addressed: bool
    is_read: bool
    is_confirmed: bool
    was_confirmed: bool

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["school", "-starts_on"], name="announcement_school_day"),
            models.Index(fields=["bureau", "-starts_on"], name="announcement_bureau_day"),
        ]
        constraints: ClassVar = [
            one_of("audience", Audience, name="announcement_audience_known"),
            one_of("state", AnnouncementState, name="announcement_state_known"),
            ordered("starts_on", "ends_on", name="announcement_days_ordered"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="announcement_says_something"),
            models.CheckConstraint(
                condition=Q(audience=Audience.SCHOOLS, bureau__isnull=False, school__isnull=True)
                | (~Q(audience=Audience.SCHOOLS) & Q(bureau__isnull=True, school__isnull=False)),
                name="announcement_owner_fits",
            ),
            models.CheckConstraint(
                condition=(Q(audience=Audience.GRADE) & Q(grade__isnull=False))
                | (~Q(audience=Audience.GRADE) & Q(grade__isnull=True)),
                name="announcement_grade_fits",
            ),
            models.CheckConstraint(
                condition=(Q(audience=Audience.CLASS) & Q(school_class__isnull=False))
                | (~Q(audience=Audience.CLASS) & Q(school_class__isnull=True)),
                name="announcement_class_fits",
            ),
            models.CheckConstraint(
                condition=(Q(audience=Audience.ROLES) & ~Q(roles="")) | (~Q(audience=Audience.ROLES) & Q(roles="")),
                name="announcement_roles_fit",
            ),
            models.CheckConstraint(
                condition=Q(audience=Audience.SCHOOLS) | Q(schools=""), name="announcement_schools_fit"
            ),
            models.CheckConstraint(
                condition=Q(state=AnnouncementState.DRAFT, edition=0, published_at__isnull=True)
                | (~Q(state=AnnouncementState.DRAFT) & Q(edition__gte=1, published_at__isnull=False)),
                name="announcement_out_has_edition",
            ),
            models.CheckConstraint(
                condition=(Q(state=AnnouncementState.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""))
                | (~Q(state=AnnouncementState.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_reason="")),
                name="announcement_withdrawn_why",
            ),
        ]

    def __str__(self) -> str:
        return f"announcement {self.pk}"

    @property
    def address(self) -> str:
        """The page of it."""
        return reverse("announcements:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether nobody but its writer has seen it."""
        return self.state == AnnouncementState.DRAFT

    @property
    def is_out(self) -> bool:
        """Whether it is published and not withdrawn."""
        return self.state == AnnouncementState.PUBLISHED

    @property
    def for_families(self) -> bool:
        """Whether it is read with slips."""
        return Audience(self.audience).is_families

    @property
    def role_list(self) -> list[Role]:
        """The roles that it speaks to, of `Audience.ROLES`."""
        return [Role(value) for value in self.roles.strip("|").split("|") if value]

    @property
    def school_ids(self) -> list[int]:
        """The chosen schools that it speaks to, of `Audience.SCHOOLS`; none where it speaks to all."""
        return [int(key) for key in self.schools.strip("|").split("|") if key]

    @property
    def to_whom(self) -> str:
        """The audience in words (wants grade and class at hand): 一年级家长, 班主任、导师."""
        if self.grade is not None:
            return f"{self.grade.name}家长"
        if self.school_class is not None:
            return f"{self.school_class.label}家长"
        if self.roles:
            return "、".join(role.label for role in self.role_list)
        if self.schools:
            return f"{len(self.school_ids)} 所学校的德育室和管理员"
        return Audience(self.audience).label


class Edition(models.Model):
    """One text of an announcement as it went out; a correction adds the next one."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=40)
    text = models.TextField(max_length=2000)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "number"], name="edition_once"),
        ]

    def __str__(self) -> str:
        return f"edition {self.number} of announcement {self.announcement_id}"


class AnnouncementFile(models.Model):
    """A picture or PDF beside an announcement, at most three."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="files")
    file = models.FileField(upload_to="announcements/%Y/")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"file {self.pk} of announcement {self.announcement_id}"


class Receipt(SchoolOwned):
    """That somebody has opened an announcement, and confirmed it: a person with an account, or a pupil's family."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="receipts")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    pupil = models.ForeignKey(Pupil, models.CASCADE, null=True, blank=True, related_name="+")
    read_edition = models.PositiveSmallIntegerField()
    read_at = models.DateTimeField()
    confirmed_edition = models.PositiveSmallIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["announcement", "user"], condition=Q(user__isnull=False), name="receipt_once_per_user"
            ),
            models.UniqueConstraint(
                fields=["announcement", "pupil"], condition=Q(pupil__isnull=False), name="receipt_once_per_pupil"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, pupil__isnull=True) | Q(user__isnull=True, pupil__isnull=False),
                name="receipt_of_one",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_edition__isnull=True, confirmed_at__isnull=True)
                | Q(
                    confirmed_edition__isnull=False,
                    confirmed_at__isnull=False,
                    confirmed_edition__lte=F("read_edition"),
                ),
                name="receipt_confirmed_is_read",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk} of announcement {self.announcement_id}"
