"""What the paper matrix of a grade shows: each class with its team and every pupil at their mentor."""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.actors import Actor
from mentors.models.slots import Assignment, Mentor
from mentors.queries.people import teams_of_year
from schools.models import Grade, SchoolClass, SchoolYear
from students.models import Enrolment


@dataclass(frozen=True, slots=True)
class MentorList:
    """A mentor with the class's pupils."""

    mentor: Mentor
    is_leader: bool
    # The class in whose team the mentor is, if it is not this one.
    from_class: str
    enrolments: list[Enrolment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClassList:
    """A class with its team, its further mentors, and who has none."""

    school_class: SchoolClass
    enrolments: list[Enrolment]
    mentors: list[MentorList]
    open: list[Enrolment]


def class_lists(year: SchoolYear, grade: Grade, *, only: SchoolClass | None = None) -> list[ClassList]:
    """The classes of `grade` (or one of them) with their pupils by mentor. Nine queries whatever their number."""
    classes = [
        c
        for c in SchoolClass.objects.filter(year=year, grade=grade).select_related("grade")
        if only is None or c.pk == only.pk
    ]
    enrolments: dict[int, list[Enrolment]] = defaultdict(list)
    rows = Enrolment.objects.active().filter(school_class__in=classes).select_related("pupil").in_list_order()
    for enrolment in rows:
        enrolments[enrolment.school_class_id].append(enrolment)
    pupil_ids = [e.pupil_id for some in enrolments.values() for e in some]
    held = dict(
        Assignment.objects.active()
        .main()
        .filter(year=year, pupil__enrolments__school_class__in=classes, pupil__enrolments__ends_on=None)
        .values_list("pupil_id", "mentor_id")
    )
    mentors = {
        m.pk: m for m in Mentor.objects.filter(pk__in={held[key] for key in pupil_ids if key in held}).with_names()
    }
    teams = teams_of_year(year)
    labels = {c.pk: c.label for c in SchoolClass.objects.of_year(year)}
    home: dict[int, str] = {}
    for class_id, members in teams.items():
        for member in members:
            home.setdefault(member.mentor_id, labels[class_id])
    found = []
    for school_class in classes:
        lists = {m.mentor_id: MentorList(m.mentor, m.is_leader, "") for m in teams.get(school_class.pk, [])}
        left = []
        for enrolment in enrolments[school_class.pk]:
            key = held.get(enrolment.pupil_id)
            if key is None:
                left.append(enrolment)
                continue
            guest = lists.setdefault(key, MentorList(mentors[key], False, home.get(key, "其他")))
            guest.enrolments.append(enrolment)
        found.append(ClassList(school_class, enrolments[school_class.pk], list(lists.values()), left))
    return found


def grades_visible_to(actor: Actor) -> list[Grade]:
    """The grades of the actor's school."""
    return list(Grade.objects.filter(school_id=actor.school_id)) if actor.school_id is not None else []
