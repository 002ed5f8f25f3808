"""A pupil's mentors: the present ones, and all there have been."""

from dataclasses import dataclass

from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, Mentor, TeamMember
from mentors.queries.people import mentors_for_choice
from schools.models import SchoolClass
from students.models import Enrolment


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A pupil's present main and supporting mentors, and the history of all years, the latest first."""

    enrolment: Enrolment
    main: Assignment | None
    supporting: list[Assignment]
    history: list[Assignment]


def find_enrolment(school_class: SchoolClass, pupil_id: int) -> Enrolment | None:
    """The pupil's present place in this class."""
    return Enrolment.objects.for_class_list(school_class).filter(pupil_id=pupil_id).first()


def arrangement_of(enrolment: Enrolment) -> Arrangement:
    """Who is and was the pupil's mentor. Three queries whatever the number of years."""
    rows = list(
        Assignment.objects.filter(pupil_id=enrolment.pupil_id)
        .select_related("year", "assigned_by", "mentor")
        .prefetch_related("mentor__members__teacher")
        .order_by("-starts_on", "-pk")
    )
    present = [row for row in rows if row.ends_on is None and row.year_id == enrolment.year_id]
    return Arrangement(
        enrolment,
        next((row for row in present if row.kind == AssignmentKind.MAIN), None),
        [row for row in present if row.kind == AssignmentKind.SUPPORTING],
        rows,
    )


def mentors_near(school_class: SchoolClass) -> tuple[list[Mentor], list[Mentor]]:
    """The mentors of the class's team in its order, and all others of the year who have not left."""
    order = dict(TeamMember.objects.filter(school_class=school_class).values_list("mentor_id", "position"))
    mentors = mentors_for_choice(school_class.year)
    team = sorted((m for m in mentors if m.pk in order), key=lambda m: (order[m.pk], m.pk))
    return team, [m for m in mentors if m.pk not in order]
