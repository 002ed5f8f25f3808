"""Changing a class's team 导师团 one step at a time, as the team page does it."""

from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor
from core.errors import DomainError
from mentors.models.slots import Assignment, Mentor, Teacher, TeamMember
from mentors.rules import can_edit_team
from mentors.services.slots import create_mentor, set_team
from schools.models import SchoolClass


def _lock_team(actor: Actor, school_class: SchoolClass) -> list[TeamMember]:
    if school_class.school_id != actor.school_id:
        raise DomainError("other_school", "这个班级不属于本校。")
    if not can_edit_team(actor):
        raise DomainError("not_allowed", "只有德育室和管理员可以调整导师团。")
    # The class's row is the lock: two people who change one team wait for each other.
    SchoolClass.objects.select_for_update().get(pk=school_class.pk)
    return list(
        TeamMember.objects.filter(school_class=school_class)
        .select_related("mentor")
        .prefetch_related("mentor__members__teacher")
    )


def _leader(team: list[TeamMember]) -> Mentor | None:
    return next((member.mentor for member in team if member.is_leader), None)


def _in_team(team: list[TeamMember], mentor: Mentor) -> Mentor:
    for member in team:
        if member.mentor_id == mentor.pk:
            return member.mentor
    raise DomainError("not_in_team", "这位导师已经不在本班导师团里，请刷新页面看看。")


@transaction.atomic
def add_to_team(
    *, actor: Actor, school_class: SchoolClass, teachers: Sequence[Teacher], shared: bool = False
) -> list[Mentor]:
    """Put `teachers` into the team: each with a slot of their own, or two of them sharing one (`shared`).

    Teachers who already are mentors join with the slot they have. The team's first mentor becomes its leader.
    Raises DomainError `other_school`, `not_allowed`, `no_teacher`, `not_two`, `slot_taken`, `no_plan`.
    """
    team = _lock_team(actor, school_class)
    if not teachers:
        raise DomainError("no_teacher", "请先勾选要加入的教师。")
    if shared and len(teachers) != 2:
        raise DomainError("not_two", "共用一个名额请正好勾选两位教师。")
    if shared:
        added = [create_mentor(actor=actor, year=school_class.year, teachers=teachers)]
    else:
        added = [_slot_of(actor, school_class, teacher) for teacher in teachers]
    present = [member.mentor for member in team]
    known = {mentor.pk for mentor in present}
    fresh = list({mentor.pk: mentor for mentor in added if mentor.pk not in known}.values())
    if fresh:
        mentors = [*present, *fresh]
        set_team(actor=actor, school_class=school_class, mentors=mentors, leader=_leader(team) or mentors[0])
    return fresh


def _slot_of(actor: Actor, school_class: SchoolClass, teacher: Teacher) -> Mentor:
    held = Mentor.objects.of_year(school_class.year).filter(members__teacher=teacher).first()
    if held is not None and teacher.school_id == actor.school_id:
        return held
    return create_mentor(actor=actor, year=school_class.year, teachers=[teacher])


@transaction.atomic
def remove_from_team(*, actor: Actor, school_class: SchoolClass, mentor: Mentor) -> None:
    """Take `mentor` out of the team; the slot itself stays. A leader's place goes to the next in the list.

    Raises DomainError `other_school`, `not_allowed`, `not_in_team`, `has_pupils`.
    """
    team = _lock_team(actor, school_class)
    leaving = _in_team(team, mentor)
    pupils = (
        Assignment.objects.active()
        .main()
        .filter(
            mentor=leaving,
            pupil__enrolments__school_class=school_class,
            pupil__enrolments__ends_on=None,
        )
        .count()
    )
    if pupils:
        raise DomainError(
            "has_pupils",
            f"{leaving.names}老师还带着本班 {pupils} 名学生。请先在“安排导师”里把学生调给其他导师，再移出导师团。",
        )
    rest = [member.mentor for member in team if member.mentor_id != leaving.pk]
    leader = _leader(team)
    if leader is not None and leader.pk == leaving.pk:
        leader = rest[0] if rest else None
    set_team(actor=actor, school_class=school_class, mentors=rest, leader=leader)


@transaction.atomic
def choose_leader(*, actor: Actor, school_class: SchoolClass, mentor: Mentor) -> None:
    """Make `mentor` the team's leader 团长 (Guyi plan 四(二): usually the homeroom teacher).

    Raises DomainError `other_school`, `not_allowed`, `not_in_team`.
    """
    team = _lock_team(actor, school_class)
    leader = _in_team(team, mentor)
    set_team(actor=actor, school_class=school_class, mentors=[member.mentor for member in team], leader=leader)
