"""Questions about one actor and a case meeting 小教研 or a hand-over note 交接说明."""

from accounts.actors import Actor
from accounts.enums import Role
from mentors.team.models import CaseMeeting
from mentors.team.queries.handover import held_lately, is_in_team
from schools.models import SchoolClass
from students.models import Enrolment, Pupil


def can_read_meetings(actor: Actor, school_class: SchoolClass) -> bool:
    """The class's present team, its homeroom teacher, and 德育室."""
    if actor.school_id != school_class.school_id:
        return False
    return actor.has(Role.MORAL_OFFICE) or can_hold_meetings(actor, school_class)


def can_hold_meetings(actor: Actor, school_class: SchoolClass) -> bool:
    """The team and the homeroom teacher write the notes of their case meetings."""
    if actor.school_id != school_class.school_id:
        return False
    if school_class.pk in actor.homeroom_class_ids:
        return True
    return actor.has(Role.MENTOR) and is_in_team(actor, school_class)


def can_edit_meeting(actor: Actor, meeting: CaseMeeting) -> bool:
    """Its author, while in the team, and the homeroom teacher."""
    if actor.user_id is None or actor.school_id != meeting.school_id:
        return False
    if meeting.school_class_id in actor.homeroom_class_ids:
        return True
    return meeting.created_by_id == actor.user_id and can_hold_meetings(actor, meeting.school_class)


def can_write_handover(actor: Actor, pupil: Pupil) -> bool:
    """A present mentor, one of this or last year, and the homeroom teacher."""
    if actor.school_id != pupil.school_id:
        return False
    in_class = Enrolment.objects.active().filter(pupil=pupil, school_class_id__in=actor.homeroom_class_ids)
    return in_class.exists() or held_lately(actor, pupil)
