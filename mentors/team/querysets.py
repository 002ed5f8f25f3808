"""Querysets of case meetings and hand-over notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.actors import Actor
from accounts.enums import Role
from core.ofschool import OfSchoolQuerySet
from core.rowwise import of_row
from mentors.enums import MeetingCircle
from mentors.models.slots import Assignment
from schools.models import SchoolClass

if TYPE_CHECKING:
    from mentors.team.models import CaseMeeting, HandOverNote  # noqa: F401  # named in quotes below


class CaseMeetingQuerySet(OfSchoolQuerySet["CaseMeeting"]):
    def visible_to(self, actor: Actor) -> Self:
        """Of a class its team 导师团, its homeroom teacher, and 德育室.

        Of a grade its teams and homeroom teachers of that year, of the school everybody, of the working group nobody
        but 德育室 and 领导小组, who read these three.
        """
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        read = Q(school_class_id__in=actor.homeroom_class_ids) | Q(circle=MeetingCircle.SCHOOL)
        if actor.has(Role.LEADER):
            read |= Q(circle__in=(MeetingCircle.GRADE, MeetingCircle.GROUP))
        if actor.homeroom_class_ids:
            led = SchoolClass.objects.filter(pk__in=actor.homeroom_class_ids)
            read |= Q(Exists(led.filter(grade=OuterRef("grade"), year=OuterRef("year"))))
        if actor.user_id is None or not actor.has(Role.MENTOR):
            return rows.filter(read)
        mine = SchoolClass.objects.filter(team__mentor__members__teacher__user_id=actor.user_id)
        read |= Q(Exists(mine.filter(grade=OuterRef("grade"), year=OuterRef("year"))))
        team = Q(school_class__team__mentor__members__teacher__user_id=actor.user_id)
        return rows.filter(of_row(self, read | team))

    def present(self) -> Self:
        """Without the deleted ones."""
        return self.filter(deleted_at=None)

    def of_classes(self) -> Self:
        """Those of the classes' teams 小教研, which are about pupils."""
        return self.filter(circle=MeetingCircle.CLASS)


class HandOverNoteQuerySet(models.QuerySet["HandOverNote"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whoever wrote it, the pupil's present mentors, and 德育室."""
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        if actor.user_id is None:
            return self.none()
        # A pupil has several assignments, and one note must come once.
        present = Assignment.objects.held_by(actor).active().filter(pupil=OuterRef("pupil"))
        return rows.filter(Q(written_by_id=actor.user_id) | Q(Exists(present)))
