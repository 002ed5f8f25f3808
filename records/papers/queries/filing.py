"""Where a record book is filed and in which order the books of a school are handed out."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from core.kept import kept
from mentors.models.slots import Assignment, Mentor, TeamMember
from schools.models import SchoolClass, SchoolYear
from students.querysets import lasting

#: The leader of a class comes first, who is in no team last.
LEADER, TEAMLESS = -1, 10**4


@dataclass(frozen=True, slots=True)
class Filing:
    """The class under which a slot's book is filed, and its place there."""

    school_class: SchoolClass
    position: int


def filed_under(year: SchoolYear, *, mentor: Mentor | None = None) -> dict[int, Filing]:
    """By slot (`mentor` alone, if given): the class it leads, else its first team's, else its first pupil's.

    Slots without any are left out.
    A query for the teams, one for the pupils' classes, which count where a slot is in no team, and one for those.
    """
    places: dict[int, Filing] = {}
    assigned = Assignment.objects.lasting(year).main()
    if mentor is not None:
        assigned = assigned.filter(mentor=mentor)
    for member in _members(year, mentor.pk if mentor is not None else None):
        filing = Filing(member.school_class, LEADER if member.is_leader else member.position)
        places.setdefault(member.mentor_id, filing)
    held = dict(
        assigned.filter(lasting(year, "pupil__enrolments__"), pupil__enrolments__year=year)
        .exclude(mentor__in=places)
        .order_by("-pupil__enrolments__school_class__grade__number", "-pupil__enrolments__school_class__number")
        .values_list("mentor_id", "pupil__enrolments__school_class")
    )
    if held:
        classes = SchoolClass.objects.of_year(year).select_related("grade").in_bulk(list(held.values()))
        places |= {slot: Filing(classes[key], TEAMLESS) for slot, key in held.items()}
    return places


@kept
def _members(year: SchoolYear, mentor_id: int | None) -> QuerySet[TeamMember]:
    members = TeamMember.objects.filter(school_class__year=year)
    if mentor_id is not None:
        members = members.filter(mentor_id=mentor_id)
    return members.select_related("school_class__grade").order_by(
        "-is_leader", "school_class__grade__number", "school_class__number", "position"
    )


def filing_rank(mentor: Mentor, places: Mapping[int, Filing]) -> tuple[bool, int, int, int, int]:
    """The key by which books stand for handing out: class by class in teaching order, each in its team's order."""
    filing = places.get(mentor.pk)
    if filing is None:
        return True, 0, 0, 0, mentor.pk
    place = filing.school_class
    return False, place.grade.number, place.number, filing.position, mentor.pk
