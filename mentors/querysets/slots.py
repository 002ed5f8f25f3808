"""Querysets of teachers, mentors and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet, OpenInSchoolQuerySet
from core.rowwise import of_row
from mentors.enums import AssignmentKind
from students.models import Enrolment
from students.querysets import ROLLED_OVER

if TYPE_CHECKING:
    from mentors.models.slots import Assignment, CapException, Mentor, RollOver, Teacher  # noqa: F401  # named in quotes below
    from schools.models import SchoolClass, SchoolYear


def is_own_member(actor: Actor) -> Q:
    """Of a member of a slot: it is the actor, or somebody on leave for whom they act today, in the present year."""
    own = Q(teacher__user_id=actor.user_id or 0)
    if actor.stands_for:
        own |= Q(teacher__user_id__in=actor.stands_for, year__is_current=True)
    return own


def is_own_slot(actor: Actor, slot: str = "mentor") -> Q:
    """Of a row with a slot at the path `slot` (of a slot itself: without one): it has a member as `is_own_member` says.

    Only whoever acts for others is asked of the members: all others keep the plain join.
    """
    if not actor.stands_for:
        return Q((f"{slot}__members__teacher__user_id" if slot else "members__teacher__user_id", actor.user_id or 0))
    members: type[models.Model] = apps.get_model("mentors", "MentorMember")
    return Q(Exists(members._default_manager.filter(is_own_member(actor), mentor=OuterRef(slot or "pk"))))


class TeacherQuerySet(OpenInSchoolQuerySet["Teacher"]):
    def present(self) -> Self:
        """Teachers who have not left."""
        return self.filter(left_on=None)


class MentorQuerySet(OpenInSchoolQuerySet["Mentor"]):
    def of_year(self, year: SchoolYear) -> Self:
        """The mentor slots of `year`."""
        return self.filter(year=year)

    def of_user(self, user_id: int | None) -> Self:
        """The slots that the person behind `user_id` holds or shares."""
        return self.filter(members__teacher__user_id=user_id) if user_id is not None else self.none()

    def of_actor(self, actor: Actor) -> Self:
        """As `of_user`, and those of whom the actor acts for today. Each comes once."""
        return self.filter(is_own_slot(actor, "")) if actor.user_id is not None else self.none()

    def with_names(self) -> Self:
        """Members and their teachers at hand, so that `names` costs no query."""
        return self.prefetch_related("members__teacher")

    def for_board(self, school_class: SchoolClass) -> Self:
        """The class's team, leader first, names at hand."""
        return (
            self.filter(teams__school_class=school_class)
            .annotate(is_leader=models.F("teams__is_leader"))
            .order_by("-teams__is_leader", "teams__position", "pk")
            .with_names()
        )


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, actor: Actor) -> Self:
        """Own pupils, own class, or the whole school, by role."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE, Role.LEADER, Role.SCHOOL_ADMIN):
            return rows
        own = is_own_slot(actor) if actor.user_id is not None else Q(pk=None)
        own_class = Q(
            pupil__enrolments__school_class_id__in=actor.homeroom_class_ids,
            pupil__enrolments__ends_on=None,
        )
        return rows.filter(of_row(self, own | own_class))

    def held_by(self, actor: Actor) -> Self:
        """Assignments, past ones too, to the slots that the actor holds or shares, and in the place of others 代理.

        One that ended on the day it began was a slip of the finger: it opens nothing.
        """
        if actor.school_id is None or actor.user_id is None:
            return self.none()
        rows = self.filter(is_own_slot(actor), school_id=actor.school_id)
        return rows.exclude(ends_on=models.F("starts_on"))

    def active(self) -> Self:
        """Assignments that have not ended."""
        return self.filter(ends_on=None)

    def lasting(self, year: SchoolYear) -> Self:
        """Those of `year` that have not ended, or of a former year those that only the roll-over ended.

        Of a pupil who changed the main mentor on the very day of the roll-over, the last one counts.
        """
        rows = self.filter(year=year)
        if year.is_current:
            return rows.active()
        rolled = Enrolment.objects.of_year(year).filter(
            pupil=OuterRef("pupil"), end_reason__in=ROLLED_OVER, ends_on__lte=OuterRef("ends_on")
        )
        main = type(self)(self.model).filter(year=year, kind=AssignmentKind.MAIN, pupil=OuterRef("pupil"))
        followed = Q(Exists(main.filter(starts_on__gte=OuterRef("ends_on"), pk__gt=OuterRef("pk"))))
        return rows.filter(Q(ends_on=None) | Q(Exists(rolled))).exclude(Q(kind=AssignmentKind.MAIN) & followed)

    def main(self) -> Self:
        """Main mentors only."""
        return self.filter(kind=AssignmentKind.MAIN)

    def supporting(self) -> Self:
        """Supporting mentors only."""
        return self.filter(kind=AssignmentKind.SUPPORTING)

    def in_load(self) -> Self:
        """The open assignments that a mentor's load counts: main ones, and supporting ones if the plan says so."""
        return self.active().filter(counts_in_load=True)


class CapExceptionQuerySet(OpenInSchoolQuerySet["CapException"]):
    def valid(self) -> Self:
        """Exceptions that were not withdrawn."""
        return self.filter(revoked_at=None)


class RollOverQuerySet(OfSchoolQuerySet["RollOver"]):
    def visible_to(self, actor: Actor) -> Self:
        """The roll-overs of one's own school, for its admins."""
        if actor.school_id is None or not actor.has(Role.SCHOOL_ADMIN):
            return self.none()
        return self.filter(school_id=actor.school_id)
