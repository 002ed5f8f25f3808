"""What surrounds the matching: mentor cards, readiness, training, case meetings, hand-over notes, quiet wishes."""

import secrets
from decimal import Decimal
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from mentors.enums import ReadinessState, TrainingKind, WishState
from mentors.models.slots import Teacher
from mentors.staff.querysets import (
    MentorCardQuerySet,
    MentorWishQuerySet,
    ReadinessCaseQuerySet,
    TrainingFileQuerySet,
    TrainingSessionQuerySet,
)
from schools.models import SchoolYear, Term
from schools.owned import SchoolOwned
from students.models import Pupil

#: How long one training may be, in hours 学时: half an hour, or a week of full days.
LEAST_HOURS: Final = Decimal("0.5")
MOST_HOURS: Final = Decimal(60)


def new_card_key() -> str:
    """An unguessable public key of a mentor card, for the code on the badge."""
    return secrets.token_urlsafe(9)


class MentorCard(SchoolOwned):
    """Mentor card 导师名片: how a teacher shows themselves to the pupils who choose; all of it optional."""

    teacher = models.OneToOneField(Teacher, models.CASCADE, related_name="mentor_card")
    key = models.CharField(max_length=24, unique=True, default=new_card_key)
    hobbies = models.CharField("我的“B面”", max_length=120, blank=True)
    sentence = models.CharField("想对同学说的一句话", max_length=120, blank=True)
    # A re-encoded JPEG without any of the camera's data.
    photo = models.FileField("照片", upload_to="mentor-cards/%Y/", blank=True)
    # Whether the code on the badge 导师证 opens the card for people without an account.
    is_shared = models.BooleanField("扫导师证上的二维码可以看到这张名片", default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MentorCardQuerySet.as_manager()

    def __str__(self) -> str:
        return f"card of teacher {self.teacher_id}"


class ReadinessCase(SchoolOwned):
    """A teacher not yet fit to mentor 暂不适合 → training → ready (Wuhu plan 五(二)); only 德育室 sees it."""

    teacher = models.ForeignKey(Teacher, models.CASCADE, related_name="readiness_cases")
    state = models.CharField(max_length=8, choices=ReadinessState, default=ReadinessState.PAUSED)
    reason = models.TextField("原因", max_length=500, blank=True)
    starts_on = models.DateField("开始日期")
    training_on = models.DateField("开始培训", null=True, blank=True)
    ready_on = models.DateField("可以担任", null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ReadinessCaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["teacher"], condition=~Q(state=ReadinessState.READY), name="readiness_one_open_case"
            ),
            models.CheckConstraint(
                condition=Q(state=ReadinessState.READY, ready_on__isnull=False)
                | (~Q(state=ReadinessState.READY) & Q(ready_on__isnull=True)),
                name="readiness_ready_dated",
            ),
            models.CheckConstraint(
                condition=Q(ready_on__isnull=True) | Q(ready_on__gte=F("starts_on")), name="readiness_dates_ordered"
            ),
            one_of("state", ReadinessState, name="readiness_state_known"),
        ]

    def __str__(self) -> str:
        return f"readiness case {self.pk}"


class TrainingSession(SchoolOwned):
    """A training session 研训 of the mentors, at least one a term (Guyi plan 四(四)1)."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="training_sessions")
    date = models.DateField("日期")
    topic = models.CharField("主题", max_length=80)
    speaker = models.CharField("主讲人", max_length=60, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    # Empty for sessions from before the form was asked for.
    kind = models.CharField("形式", max_length=8, choices=TrainingKind, blank=True)
    # In steps of half an hour; None where nobody has said.
    hours = models.DecimalField("学时", max_digits=3, decimal_places=1, null=True, blank=True)
    teachers: "models.ManyToManyField[Teacher, models.Model]" = models.ManyToManyField(
        Teacher, related_name="training_sessions", blank=True
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(topic=""), name="training_topic_given"),
            models.CheckConstraint(condition=Q(kind__in=["", *TrainingKind.values]), name="training_kind_known"),
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gte=LEAST_HOURS, hours__lte=MOST_HOURS),
                name="training_hours_bounded",
            ),
        ]

    def __str__(self) -> str:
        return f"training {self.pk}"


class TrainingFile(SchoolOwned):
    """Material 材料 of a training session; taken away it can be brought back for 30 days."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="files")
    file = models.FileField(upload_to="training/%Y/")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TrainingFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"file {self.pk} of training {self.session_id}"


class MentorWish(SchoolOwned):
    """A pupil's quiet wish for another mentor, handed in by slip; 德育室 alone reads it."""

    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="mentor_wishes")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    text = models.CharField("想说的话", max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=WishState, default=WishState.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    # What 德育室 lets the pupil know.
    answer = models.CharField("答复", max_length=200, blank=True)
    handled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)

    objects = MentorWishQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pupil"], condition=Q(state=WishState.OPEN), name="wish_one_open"),
            models.CheckConstraint(
                condition=Q(state=WishState.OPEN, handled_at__isnull=True)
                | Q(state=WishState.HANDLED, handled_at__isnull=False),
                name="wish_handled_dated",
            ),
            one_of("state", WishState, name="wish_state_known"),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk}"
