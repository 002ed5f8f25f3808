"""Questions about one actor and the meetings of a place, or a hand-over note 交接说明."""

from collections.abc import Callable
from functools import cache

from accounts.actors import Actor
from accounts.enums import Role
from mentors.enums import MeetingCircle
from mentors.team.models import CaseMeeting
from mentors.team.queries.handover import held_lately, is_in_team
from mentors.team.queries.places import MeetingPlace, own_grades, place_of, wider_places
from schools.models import SchoolClass, SchoolYear
from students.models import Enrolment, Pupil

#: Who lead the system: they read and write what is wider than a class.
_LEADING = (Role.MORAL_OFFICE, Role.LEADER)


def readable_places(actor: Actor) -> list[MeetingPlace]:
    """Those of the `wider_places` whose meetings the actor may read. Three queries, however many grades there are."""
    grades_once = cache(own_grades)
    return [place for place in wider_places(actor) if can_read_meetings(actor, place, grades_once)]


def can_read_meetings(
    actor: Actor, place: MeetingPlace, grades_of: Callable[[Actor, SchoolYear], set[int]] = own_grades
) -> bool:
    """Of a class its present team, its homeroom teacher, and 德育室; of a grade those of its classes; see `word`.

    `grades_of` is asked for the actor's own grades, where many places are asked about.
    """
    if actor.school_id != place.year.school_id:
        return False
    if place.school_class is not None:
        return actor.has(Role.MORAL_OFFICE) or can_hold_meetings(actor, place)
    if place.circle == MeetingCircle.SCHOOL or actor.has(*_LEADING):
        return True
    if place.grade is None or not actor.has(Role.MENTOR, Role.HOMEROOM):
        return False
    return place.grade.pk in grades_of(actor, place.year)


def can_hold_meetings(actor: Actor, place: MeetingPlace) -> bool:
    """Who write the notes: a class's team and homeroom teacher; a grade's homeroom teachers; 德育室 and 领导小组."""
    if actor.school_id != place.year.school_id:
        return False
    if place.school_class is not None:
        return _is_of_class(actor, place.school_class)
    return actor.has(*_LEADING) or (place.grade is not None and _leads_class_of(actor, place))


def can_edit_meeting(actor: Actor, meeting: CaseMeeting) -> bool:
    """Its author, while of those who write there, and the class's homeroom teacher, or 德育室 for what is wider."""
    if actor.user_id is None or actor.school_id != meeting.school_id:
        return False
    if meeting.school_class_id is not None and meeting.school_class_id in actor.homeroom_class_ids:
        return True
    if meeting.school_class_id is None and actor.has(Role.MORAL_OFFICE):
        return True
    return meeting.created_by_id == actor.user_id and can_hold_meetings(actor, place_of(meeting))


def can_write_handover(actor: Actor, pupil: Pupil) -> bool:
    """A present mentor, one of this or last year, and the homeroom teacher."""
    if actor.school_id != pupil.school_id:
        return False
    in_class = Enrolment.objects.active().filter(pupil=pupil, school_class_id__in=actor.homeroom_class_ids)
    return in_class.exists() or held_lately(actor, pupil)


def _is_of_class(actor: Actor, school_class: SchoolClass) -> bool:
    if school_class.pk in actor.homeroom_class_ids:
        return True
    return actor.has(Role.MENTOR) and is_in_team(actor, school_class)


def _leads_class_of(actor: Actor, place: MeetingPlace) -> bool:
    led = SchoolClass.objects.filter(pk__in=actor.homeroom_class_ids, grade=place.grade, year=place.year)
    return bool(actor.homeroom_class_ids) and led.exists()
