"""A pupil changes class; a teacher leaves or comes back. Pupils are handed over within the cap, or left open."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Prefetch

from accounts.actors import Actor
from accounts.models import RoleGrant
from accounts.services import audit, end_role, set_account_active
from core.clock import now
from core.days import Days
from core.errors import DomainError
from mentors.matching.spread import Seeker, propose
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember, Teacher, TeamMember
from mentors.rules import can_keep_roster, validate_cap
from mentors.services.assignments import end_assignment, lock_mentors
from schools.calendar import YearCalendar
from schools.days import year_days
from schools.models import SchoolClass, SchoolYear
from students.enums import EndReason
from students.models import Enrolment, Pupil


@transaction.atomic
def change_class(*, actor: Actor, pupil: Pupil, school_class: SchoolClass, keep_mentor: bool) -> Enrolment:
    """Move `pupil` into `school_class` of the same year; the mentor stays, or the place is released.

    The seat number stays behind; 学生情况简述 goes along. The same class again changes nothing.
    Raises DomainError `other_school`, `not_allowed`, `not_enrolled`, `not_covered` (no mentors in the new grade).
    """
    if pupil.school_id != actor.school_id or school_class.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生或这个班级不属于本校。")
    if not can_keep_roster(actor):
        raise DomainError("not_allowed", "只有管理员可以办理转班。")
    former = (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pupil=pupil, year_id=school_class.year_id, ends_on=None)
        .first()
    )
    if former is None:
        raise DomainError("not_enrolled", "这位学生本学年不在册，请先办理转入。")
    if former.school_class_id == school_class.pk:
        return former
    if keep_mentor and uncovered_classes(actor, [school_class]):
        raise DomainError("not_covered", f"{school_class.label}所在的年级不在方案内，不配导师。请选“空出名额”。")
    former.ends_on = max(actor.today, former.starts_on)
    former.end_reason = EndReason.CLASS_CHANGE
    former.save(update_fields=["ends_on", "end_reason"])
    enrolment = Enrolment.objects.create(
        school_id=former.school_id,
        year_id=former.year_id,
        pupil=pupil,
        school_class=school_class,
        brief=former.brief,
        starts_on=former.ends_on,
    )
    if not keep_mentor:
        _release(actor, list(Assignment.objects.active().filter(pupil=pupil, year_id=former.year_id)))
    audit(
        actor=actor,
        verb="change_class",
        target=pupil,
        detail={"from": former.school_class_id, "to": school_class.pk, "keep_mentor": keep_mentor},
    )
    return enrolment


def uncovered_classes(actor: Actor, classes: Sequence[SchoolClass]) -> set[int]:
    """Keys of those of `classes`, all of one year, whose pupils have no mentors under the plan that holds."""
    rules = actor.calendar.of(classes[0].year).plan_on(actor.today) if classes else None
    return {c.pk for c in classes if rules is not None and not rules.covers(c.grade_id)}


def _release(actor: Actor, assignments: list[Assignment]) -> None:
    lock_mentors(*(assignment.mentor_id for assignment in assignments))
    for assignment in assignments:
        end_assignment(assignment, actor)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What it would mean if a teacher left: the slot of this year and its pupils, who of them stays, the roles."""

    teacher: Teacher
    mentor: Mentor | None
    # Pupils who need another mentor; with a shared slot only those above the partner's own capacity.
    open_pupils: list[Enrolment]
    staying: int
    partner: str
    roles: list[RoleGrant]
    # Colleagues with places for all of them, those of the same team first.
    successors: list[Mentor]
    # Colleagues with at least one place, in the same order, and where each pupil fits: own team first, evenly.
    receivers: list[Mentor] = field(default_factory=list)
    proposal: dict[int, int | None] = field(default_factory=dict)


def draw_leaving(*, actor: Actor, teacher: Teacher) -> Leaving:
    """What `retire_teacher` would do today. Raises DomainError `other_school`, `not_allowed`."""
    if teacher.school_id != actor.school_id:
        raise DomainError("other_school", "这位教师不属于本校。")
    if not can_keep_roster(actor):
        raise DomainError("not_allowed", "只有管理员可以办理离职。")
    roles = list(
        RoleGrant.objects.filter(user_id=teacher.user_id, school_id=teacher.school_id, ends_on=None)
        .select_related("school_class__grade")
        .order_by("role", "pk")
        if teacher.user_id is not None
        else []
    )
    year = actor.calendar.year
    slot = Mentor.objects.of_year(year).filter(members__teacher=teacher).with_names().first() if year else None
    if year is None or slot is None:
        return Leaving(teacher, None, [], 0, "", roles, [])
    partners = [member.teacher.name for member in slot.members.all() if member.teacher_id != teacher.pk]
    leaving = _who_needs_another(slot, year, _capacity_without(slot, year, actor, len(partners)))
    held = Enrolment.objects.active().of_year(year).filter(pupil_id__in=[a.pupil_id for a in leaving])
    pupils = list(held.select_related("pupil", "school_class__grade").in_list_order())
    receivers = _with_room(year, slot) if pupils else []
    successors = [mentor for mentor in receivers if mentor.free >= len(pupils)]
    staying = Assignment.objects.active().main().filter(mentor=slot).count() - len(leaving)
    return Leaving(
        teacher, slot, pupils, staying, "、".join(partners), roles, successors, receivers, _proposal(pupils, receivers)
    )


def _proposal(pupils: list[Enrolment], receivers: list[Mentor]) -> dict[int, int | None]:
    """A mentor for each pupil: of the own class's team, else of the same grade; None where no place is left."""
    classes = {m.pk: {seat.school_class_id for seat in m.teams.all()} for m in receivers}
    grades = {m.pk: {seat.school_class.grade_id for seat in m.teams.all()} for m in receivers}
    seekers = []
    for row in pupils:
        team = frozenset(key for key, held in classes.items() if row.school_class_id in held)
        near = frozenset(key for key, held in grades.items() if row.school_class.grade_id in held)
        seekers.append(Seeker(row.pupil_id, team, near - team))
    return propose(seekers, {m.pk: (m.load, m.capacity) for m in receivers})


def _with_room(year: SchoolYear, slot: Mentor) -> list[Mentor]:
    near = set(TeamMember.objects.filter(mentor=slot).values_list("school_class_id", flat=True))
    mentors = (
        Mentor.objects.of_year(year)
        .exclude(pk=slot.pk)
        .with_names()
        .prefetch_related(Prefetch("teams", TeamMember.objects.select_related("school_class__grade")))
    )
    free = [m for m in mentors if m.free > 0]

    def colleagues_first(mentor: Mentor) -> tuple[bool, int, int]:
        return (near.isdisjoint(seat.school_class_id for seat in mentor.teams.all()), -mentor.free, mentor.pk)

    return sorted(free, key=colleagues_first)


def _capacity_without(slot: Mentor, year: SchoolYear, actor: Actor, partners: int) -> int:
    rules = YearCalendar(year, actor.today).plan_on(actor.today)
    return rules.plan.places(partners) if rules is not None else 0


def _who_needs_another(slot: Mentor, year: SchoolYear, capacity: int) -> list[Assignment]:
    """The pupils of `slot` beyond `capacity`, the last of the class lists first to go.

    Those whom it only supports stay while there is a place; they take one if the plan says so.
    """
    capacity = max(capacity - Assignment.objects.in_load().supporting().filter(mentor=slot).count(), 0)
    held = {a.pupil_id: a for a in Assignment.objects.active().main().filter(mentor=slot)}
    order = Enrolment.objects.active().of_year(year).filter(pupil_id__in=held).in_list_order()
    listed = [held.pop(pupil_id) for pupil_id in order.values_list("pupil_id", flat=True)]
    return (listed + list(held.values()))[capacity:]


def leaving_days(actor: Actor) -> Days:
    """When somebody can have left: in this school year or the one before."""
    year = actor.calendar.this_year()
    return Days(year_days(year.start_year - 1).first, actor.today)


@transaction.atomic
def retire_teacher(
    *,
    actor: Actor,
    teacher: Teacher,
    left_on: datetime.date,
    successor: Mentor | None = None,
    places: Mapping[int, int] | None = None,
) -> Teacher:
    """A teacher leaves: pupils go to `successor`, or as `places` says, or stay open; roles end, the account closes.

    `places` has the key of the next mentor by the pupil's key; pupils whom it leaves out stay open. A slot held alone
    is emptied and keeps its name for history; of a shared one only the partner remains. Raises DomainError
    `other_school`, `not_allowed`, `already_left`, `date_out_of_range`, `own_account`, `last_admin`, `cap_reached`,
    `pupils_changed`.
    """
    if teacher.school_id != actor.school_id or (successor is not None and successor.school_id != actor.school_id):
        raise DomainError("other_school", "这位教师不属于本校。")
    if not can_keep_roster(actor):
        raise DomainError("not_allowed", "只有管理员可以办理离职。")
    leaving_days(actor).check(left_on)
    locked = Teacher.objects.select_for_update(of=("self",)).select_related("user").get(pk=teacher.pk)
    if locked.left_on is not None:
        raise DomainError("already_left", "这位教师已经办理过离职。")
    if locked.user_id is not None and locked.user_id == actor.user_id:
        raise DomainError("own_account", "不能给自己办理离职，请由另一位管理员办理。")
    going, handed = _give_up_slot(actor, locked, successor, places or {})
    roles = 0
    for grant in RoleGrant.objects.filter(user_id=locked.user_id, ends_on=None) if locked.user_id else []:
        end_role(actor=actor, grant=grant)
        roles += 1
    if locked.user is not None:
        set_account_active(actor=actor, user=locked.user, active=False)
    locked.left_on = left_on
    locked.save(update_fields=["left_on"])
    audit(
        actor=actor,
        verb="retire_teacher",
        target=locked,
        detail={"pupils": going, "handed": handed, "successor": successor.pk if successor else None, "roles": roles},
    )
    return locked


def _give_up_slot(
    actor: Actor, teacher: Teacher, successor: Mentor | None, places: Mapping[int, int]
) -> tuple[int, int]:
    """Empty or shrink this year's slot; how many pupils had to go, and how many of them have a mentor again."""
    year = actor.calendar.year
    member = MentorMember.objects.filter(year=year, teacher=teacher).first() if year is not None else None
    if year is None or member is None:
        return 0, 0
    chosen = {successor.pk} if successor is not None else set(places.values())
    # The pupils' places first, as every writer does: who is getting another mentor right now is waited for.
    held = Assignment.objects.active().filter(mentor_id=member.mentor_id)
    places_held = Enrolment.objects.select_for_update().active().of_year(year)
    list(places_held.filter(pupil_id__in=held.values("pupil_id")).order_by("pk").values_list("pk"))
    # One lock for all, in the order of the keys: two leavings at once wait for each other.
    locked = lock_mentors(member.mentor_id, *chosen)
    if any(key not in locked or locked[key].year_id != year.pk or key == member.mentor_id for key in chosen):
        raise DomainError("other_school", "接手的导师不属于本校本学年。")
    slot = locked[member.mentor_id]
    partners = slot.members.exclude(pk=member.pk).count()
    capacity = _capacity_without(slot, year, actor, partners)
    leaving = _who_needs_another(slot, year, capacity)
    next_ones = {a.pupil_id: successor.pk for a in leaving} if successor is not None else dict(places)
    if not {a.pupil_id for a in leaving}.issuperset(next_ones):
        raise DomainError("pupils_changed", "这位导师的学生刚才有变动，请刷新页面，核对后再确认。")
    for key, count in Counter(next_ones.values()).items():
        validate_cap(locked[key], additional=count)
    for assignment in leaving:
        end_assignment(assignment, actor)
    supporting = Assignment.objects.active().supporting().filter(mentor=slot).order_by("-pk")
    counted = sum(assignment.counts_in_load for assignment in supporting)
    for assignment in supporting:
        # Without a partner nobody goes on supporting; with one, as many as there are places for.
        if not partners or (assignment.counts_in_load and counted > capacity):
            end_assignment(assignment, actor)
            counted -= assignment.counts_in_load
    for key in sorted(set(next_ones.values())):
        _hand_over(actor, locked[key], [a for a in leaving if next_ones.get(a.pupil_id) == key])
    slot.refresh_from_db()
    CapException.objects.valid().filter(mentor=slot).update(revoked_at=now())
    slot.capacity = capacity
    slot.save(update_fields=["capacity"])
    if partners:
        member.delete()
    else:
        _leave_teams(slot)
    return len(leaving), len(next_ones)


def _hand_over(actor: Actor, successor: Mentor, leaving: list[Assignment]) -> None:
    pupils = [assignment.pupil_id for assignment in leaving]
    # A supporting mentor who becomes the main one stops being a supporting one.
    for assignment in Assignment.objects.active().filter(mentor=successor, pupil_id__in=pupils):
        end_assignment(assignment, actor)
    Assignment.objects.bulk_create(
        Assignment(
            school_id=old.school_id,
            year_id=old.year_id,
            pupil_id=old.pupil_id,
            mentor=successor,
            origin=old.origin,
            starts_on=actor.today,
            assigned_by_id=actor.user_id,
        )
        for old in leaving
    )
    Mentor.objects.filter(pk=successor.pk).update(load=F("load") + len(leaving))


def _leave_teams(slot: Mentor) -> None:
    """Take the slot out of its teams; where it led, the next in the list leads."""
    led = list(TeamMember.objects.filter(mentor=slot, is_leader=True).values_list("school_class_id", flat=True))
    TeamMember.objects.filter(mentor=slot).delete()
    for class_id in led:
        heir = TeamMember.objects.filter(school_class_id=class_id).order_by("position", "pk").first()
        if heir is not None:
            heir.is_leader = True
            heir.save(update_fields=["is_leader"])


@transaction.atomic
def reinstate_teacher(*, actor: Actor, teacher: Teacher) -> Teacher:
    """Take a leaving back: the teacher is present and the account open again; roles and pupils are given anew.

    Raises DomainError `other_school`, `not_allowed`, `still_here`.
    """
    if teacher.school_id != actor.school_id:
        raise DomainError("other_school", "这位教师不属于本校。")
    if not can_keep_roster(actor):
        raise DomainError("not_allowed", "只有管理员可以恢复在职。")
    locked = Teacher.objects.select_for_update(of=("self",)).select_related("user").get(pk=teacher.pk)
    if locked.left_on is None:
        raise DomainError("still_here", "这位教师现在就在职。")
    locked.left_on = None
    locked.save(update_fields=["left_on"])
    if locked.user is not None:
        set_account_active(actor=actor, user=locked.user, active=True)
    year = actor.calendar.year
    rules = YearCalendar(year, actor.today).plan_on(actor.today) if year is not None else None
    emptied = Mentor.objects.of_year(year).filter(members__teacher=locked, capacity=0).first() if year else None
    if emptied is not None and rules is not None:
        emptied.capacity = rules.plan.places(1)
        emptied.save(update_fields=["capacity"])
    audit(actor=actor, verb="reinstate_teacher", target=locked)
    return locked
