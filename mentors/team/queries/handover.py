"""Reads about hand-over notes, and who belongs to whom."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.models.slots import Assignment, TeamMember
from mentors.team.models import HandOverNote
from schools.models import SchoolClass, SchoolYear
from students.models import Pupil


def is_in_team(actor: Actor, school_class: SchoolClass) -> bool:
    """Whether the actor holds or shares a slot of the class's team 导师团. One query."""
    if actor.user_id is None:
        return False
    return TeamMember.objects.filter(
        school_class=school_class, mentor__members__teacher__user_id=actor.user_id
    ).exists()


def holds_now(actor: Actor, pupil: Pupil) -> bool:
    """Whether the actor is one of the pupil's mentors today. One query."""
    return Assignment.objects.held_by(actor).active().filter(pupil=pupil).exists()


def held_lately(actor: Actor, pupil: Pupil) -> bool:
    """Whether the actor is or was a mentor of the pupil in the current school year or the one before. One query."""
    current = SchoolYear.objects.current().filter(school_id=actor.school_id or 0)
    held = Assignment.objects.held_by(actor).filter(pupil=pupil)
    return held.filter(Exists(current.filter(start_year__lte=OuterRef("year__start_year") + 1))).exists()


def handovers_of(actor: Actor, pupil: Pupil) -> list[HandOverNote]:
    """The hand-over notes of the pupil that the actor may read, the latest first, author and year at hand."""
    return _handovers(actor, pupil.pk)


@kept
def _handovers(actor: Actor, pupil_id: int) -> QuerySet[HandOverNote]:
    rows = HandOverNote.objects.visible_to(actor).filter(pupil_id=pupil_id)
    return rows.select_related("written_by", "year")


def school_pupils(actor: Actor) -> QuerySet[Pupil]:
    """All pupils of the actor's school; the caller asks a rule before anything of them is shown."""
    return Pupil.objects.in_school(actor)
