"""Reads that span teachers, mentors, classes and pupils."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from accounts.actors import Actor
from accounts.enums import Role
from mentors.enums import AssignmentKind
from mentors.models import Assignment, Mentor, TeamMember
from schools.models import SchoolClass, SchoolYear
from students.models import Enrolment
from students.querysets import WHOLE_SCHOOL, EnrolmentQuerySet


def enrolments_visible_to(actor: Actor) -> EnrolmentQuerySet:
    """Pupils (by enrolment) whom the actor may see by name: own ones, own class, or the whole school by role."""
    rows = Enrolment.objects.in_school(actor)
    if actor.has(*WHOLE_SCHOOL):
        return rows
    own = Assignment.objects.none()
    if actor.user_id is not None:
        own = Assignment.objects.filter(
            school_id=actor.school_id, mentor__members__teacher__user_id=actor.user_id
        )
    return rows.filter(
        Q(school_class_id__in=actor.homeroom_class_ids)
        | Q(pupil_id__in=own.values("pupil_id"))
    )


def mentor_of(actor: Actor, year: SchoolYear) -> Mentor | None:
    """The slot that the actor holds or shares in `year`, with its names."""
    return Mentor.objects.of_year(year).of_user(actor.user_id).with_names().first()


def homeroom_classes(actor: Actor, year: SchoolYear) -> list[SchoolClass]:
    """The classes that the actor leads in `year`."""
    return list(
        SchoolClass.objects.of_year(year).filter(pk__in=actor.homeroom_class_ids)
    )


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A pupil on the class board and the mentor they have, if any."""

    enrolment: Enrolment
    mentor_id: int | None


@dataclass(frozen=True, slots=True)
class ClassBoard:
    """The class board 班主任协商: the team's mentors across, the pupils down."""

    school_class: SchoolClass
    mentors: list[Mentor]
    rows: list[BoardRow]

    @property
    def unassigned(self) -> int:
        """Pupils without a mentor."""
        return sum(1 for row in self.rows if row.mentor_id is None)


def class_board(school_class: SchoolClass) -> ClassBoard:
    """The board of one class: four queries whatever its size. Mentors of other classes who hold a pupil come last."""
    enrolments = list(Enrolment.objects.for_class_list(school_class))
    held = dict(
        Assignment.objects.active()
        .filter(
            year_id=school_class.year_id,
            kind=AssignmentKind.MAIN,
            pupil_id__in=[e.pupil_id for e in enrolments],
        )
        .values_list("pupil_id", "mentor_id")
    )
    mentors = list(Mentor.objects.for_board(school_class))
    guests = set(held.values()) - {m.pk for m in mentors}
    if guests:
        mentors += Mentor.objects.filter(pk__in=guests).with_names().order_by("pk")
    return ClassBoard(
        school_class, mentors, [BoardRow(e, held.get(e.pupil_id)) for e in enrolments]
    )


def teams_of_year(year: SchoolYear) -> dict[int, list[TeamMember]]:
    """The teams 导师团 of all classes of `year`, leader first, by class key. Three queries."""
    teams: dict[int, list[TeamMember]] = defaultdict(list)
    for member in (
        TeamMember.objects.filter(school_class__year=year)
        .select_related("mentor")
        .prefetch_related("mentor__members__teacher")
    ):
        teams[member.school_class_id].append(member)
    return dict(teams)


def colleagues_with_room(mentor: Mentor, *, limit: int = 3) -> list[Mentor]:
    """Mentors in a common team with free places, the emptiest first: whom to ask when `mentor` is full."""
    teams = TeamMember.objects.filter(mentor=mentor).values("school_class_id")
    near = (
        Mentor.objects.filter(teams__school_class_id__in=teams)
        .exclude(pk=mentor.pk)
        .with_names()
        .distinct()
    )
    return sorted((m for m in near if m.free > 0), key=lambda m: (-m.free, m.pk))[
        :limit
    ]


def may_see_whole_school(actor: Actor) -> bool:
    """Whether the actor's roles open all pupils' names."""
    return actor.has(Role.MORAL_OFFICE, Role.LEADER, Role.SCHOOL_ADMIN)
