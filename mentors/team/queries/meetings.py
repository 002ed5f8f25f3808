"""Reads about case meetings 小教研 of the classes' teams (Guyi plan 四(四)1)."""

import datetime

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.clock import now
from core.kept import kept
from mentors.models.slots import Teacher, TeamMember
from mentors.team.models import CaseMeeting
from mentors.team.queries.places import MeetingPlace
from mentors.team.querysets import CaseMeetingQuerySet
from schools.models import SchoolClass
from students.models import Enrolment

#: As long as a deleted meeting can come back.
UNDO = datetime.timedelta(days=30)


def _of_place(actor: Actor, place: MeetingPlace) -> CaseMeetingQuerySet:
    rows = CaseMeeting.objects.visible_to(actor)
    if place.school_class is not None:
        return rows.filter(school_class=place.school_class)
    return rows.filter(circle=place.circle, grade=place.grade, year=place.year)


def meetings_of(actor: Actor, place: MeetingPlace) -> QuerySet[CaseMeeting]:
    """The meetings of the place that the actor may read, the latest first, pupils and teachers at hand."""
    rows = _of_place(actor, place).present().select_related("created_by")
    return rows.prefetch_related("pupils", "teachers")


def deleted_meetings(actor: Actor, place: MeetingPlace) -> list[CaseMeeting]:
    """Meetings of the place that can still come back, the latest deleted first."""
    return _deleted(actor, place, now() - UNDO)


@kept
def _deleted(actor: Actor, place: MeetingPlace, since: datetime.datetime) -> QuerySet[CaseMeeting]:
    rows = _of_place(actor, place).filter(deleted_at__gte=since)
    return rows.select_related("created_by").order_by("-deleted_at")


def meetings_visible_to(actor: Actor) -> QuerySet[CaseMeeting]:
    """The meetings that the actor may read, deleted ones too, place and author at hand."""
    return CaseMeeting.objects.visible_to(actor).select_related(
        "school_class__grade", "school_class__year", "grade", "year", "created_by"
    )


def usual_teachers(actor: Actor, place: MeetingPlace) -> list[Teacher]:
    """Who is offered as having taken part: a class's or a grade's teams, leaders first, and the actor; else everybody.

    The actor may be a homeroom teacher only.
    """
    if place.school_class is None and place.grade is None:
        return list(Teacher.objects.visible_to(actor).present().order_by("pinyin", "number", "pk"))
    of_place = (
        Q(school_class=place.school_class)
        if place.school_class is not None
        else Q(school_class__grade=place.grade, school_class__year=place.year)
    )
    seats = TeamMember.objects.filter(of_place).select_related("mentor").prefetch_related("mentor__members__teacher")
    team = [member.teacher for seat in seats for member in seat.mentor.members.all()]
    own = list(Teacher.objects.visible_to(actor).filter(user_id=actor.user_id)) if actor.user_id is not None else []
    return list({teacher.pk: teacher for teacher in (*team, *own)}.values())


def class_list(school_class: SchoolClass) -> list[Enrolment]:
    """The present pupils of the class by seat."""
    return list(Enrolment.objects.for_class_list(school_class))


@kept
def team_classes(actor: Actor) -> QuerySet[SchoolClass]:
    """The classes of the current year in whose team the actor is, in teaching order. One query."""
    if actor.user_id is None or actor.school_id is None:
        return SchoolClass.objects.none()
    classes = SchoolClass.objects.visible_to(actor).filter(
        year__is_current=True,
        pk__in=TeamMember.objects.filter(mentor__members__teacher__user_id=actor.user_id).values("school_class_id"),
    )
    return classes.select_related("grade").order_by("grade__number", "number")
