"""How long a teacher has been a mentor, and of how many pupils (Wuhu plan 五(五): 专业发展、职称晋升)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from accounts.actors import Actor
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, MentorMember, Teacher
from records.settling.contexts import ServiceCertificate, ServiceYear
from schools.models import SchoolYear
from schools.queries import paper_style
from students.models import Enrolment


@dataclass(slots=True)
class _Held:
    """The pupils of a slot, whenever in its year, as main and as supporting mentor, and the classes they were in."""

    main: set[int] = field(default_factory=set)
    supported: set[int] = field(default_factory=set)
    classes: dict[str, tuple[int, int]] = field(default_factory=dict)


def mentors_of(actor: Actor, year: SchoolYear | None) -> QuerySet[Teacher]:
    """Teachers who held or shared a slot of `year` with pupils, by name; nobody without a year."""
    if year is None:
        return Teacher.objects.none()
    held = _assignments(actor).filter(year=year).values("mentor")
    return (
        Teacher.objects.visible_to(actor)
        .filter(pk__in=MentorMember._default_manager.filter(year=year, mentor__in=held).values("teacher"))
        .order_by("pinyin", "name", "number")
    )


def own_teacher(actor: Actor) -> Teacher | None:
    """Who acts, as a teacher of the school. One query."""
    return Teacher.objects.visible_to(actor).filter(user=actor.user_id).first()


def certificates(actor: Actor, year: SchoolYear, teachers: Collection[Teacher]) -> list[ServiceCertificate]:
    """What is certified to each of `teachers` as of `year`, in their order; who had no pupils yet is left out.

    Whether the actor may have them is the caller's question. The same number of queries whatever their number.
    """
    members = list(
        MentorMember._default_manager.filter(
            school_id=actor.school_id or 0, teacher__in=teachers, year__start_year__lte=year.start_year
        )
        .select_related("year", "mentor")
        .prefetch_related("mentor__members__teacher")
        .order_by("year__start_year")
    )
    held = _held(actor, {member.mentor_id for member in members})
    by_teacher: dict[int, list[MentorMember]] = defaultdict(list)
    for member in members:
        if held[member.mentor_id].main or held[member.mentor_id].supported:
            by_teacher[member.teacher_id].append(member)
    head = paper_style(year.school).head
    return [
        ServiceCertificate(
            school=head,
            name=teacher.name,
            years=tuple(_year(member, held[member.mentor_id]) for member in own),
            pupils=len(set().union(*(held[member.mentor_id].main for member in own))),
            lasts=own[-1].year.is_current and teacher.left_on is None,
            on=actor.today,
        )
        for teacher in teachers
        if (own := by_teacher[teacher.pk])
    ]


def _assignments(actor: Actor) -> QuerySet[Assignment]:
    """One that ended on the day it began was a slip of the finger."""
    return Assignment.objects.filter(school_id=actor.school_id or 0).exclude(ends_on=F("starts_on"))


def _held(actor: Actor, slots: Collection[int]) -> dict[int, _Held]:
    """By slot. Two queries."""
    rows = list(
        _assignments(actor).filter(mentor__in=slots).values_list("mentor_id", "year_id", "pupil_id", "kind").distinct()
    )
    places: dict[tuple[int, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    there = Enrolment.objects.in_school(actor).filter(
        pupil__in={pupil for _, _, pupil, _ in rows}, year__in={year for _, year, _, _ in rows}
    )
    for place in there.select_related("school_class__grade"):
        room = place.school_class
        places[place.pupil_id, place.year_id][room.label] = (room.grade.number, room.number)
    found: dict[int, _Held] = defaultdict(_Held)
    for slot, year, pupil, kind in rows:
        one = found[slot]
        (one.main if kind == AssignmentKind.MAIN else one.supported).add(pupil)
        one.classes |= places[pupil, year]
    for one in found.values():
        one.supported -= one.main
    return found


def _year(member: MentorMember, held: _Held) -> ServiceYear:
    others = (other.teacher for other in member.mentor.members.all() if other.teacher_id != member.teacher_id)
    return ServiceYear(
        year=str(member.year),
        classes=tuple(sorted(held.classes, key=lambda label: held.classes[label])),
        pupils=len(held.main),
        supported=len(held.supported),
        shared_with=tuple(other.name for other in others),
    )
