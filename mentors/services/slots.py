"""Mentor slots, class teams, and exceptions from the cap."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import audit, grant_role
from core.clock import now
from core.errors import DomainError
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember, Teacher, TeamMember
from mentors.rules import can_grant_exception, check_arranges
from schools.calendar import YearCalendar
from schools.models import Plan, SchoolClass, SchoolYear


def plan_today(year: SchoolYear, actor: Actor) -> Plan:
    """The plan version in force today. Raises DomainError `no_plan`."""
    # Read within the transaction: another request may have changed the plan since the page was begun.
    rules = YearCalendar(year, actor.today).plan_on(actor.today)
    if rules is None:
        raise DomainError("no_plan", "本学年还没有方案，请管理员先建立方案。")
    return rules.plan


def _base_capacity(year: SchoolYear, actor: Actor, members: int) -> int:
    return plan_today(year, actor).places(members)


@transaction.atomic
def create_mentor(*, actor: Actor, year: SchoolYear, teachers: Sequence[Teacher]) -> Mentor:
    """A mentor slot of `year` held by one teacher or shared by two; all with an account get the role.

    The slot that exactly these teachers already hold is returned as it is.
    Raises DomainError `other_school`, `not_allowed`, `no_teacher`, `slot_taken`, `no_plan`.
    """
    check_arranges(actor, year.school_id)
    if any(t.school_id != actor.school_id for t in teachers) or year.school_id != actor.school_id:
        raise DomainError("other_school", "有教师不属于本校。")
    if not 1 <= len(teachers) <= 2:
        raise DomainError("no_teacher", "一个导师名额由一位教师担任，或由两位教师共同担任。")
    # Locked, so that two people who add one teacher to two classes find the one slot.
    list(Teacher.objects.select_for_update().filter(pk__in=[t.pk for t in teachers]).order_by("pk").values_list("pk"))
    held = list(MentorMember.objects.filter(year=year, teacher__in=teachers).select_related("teacher"))
    if held:
        slots = {m.mentor_id for m in held}
        if len(slots) == 1 and MentorMember.objects.filter(mentor_id__in=slots).count() == len(teachers) == len(held):
            return Mentor.objects.get(pk=slots.pop())
        raise DomainError(
            "slot_taken",
            f"{held[0].teacher.name}老师本学年已经担任导师，请先调整原来的安排。",
        )
    mentor = Mentor.objects.create(
        school_id=year.school_id,
        year=year,
        capacity=_base_capacity(year, actor, len(teachers)),
    )
    MentorMember.objects.bulk_create(
        MentorMember(
            school_id=year.school_id,
            mentor=mentor,
            year=year,
            teacher=teacher,
            position=position,
        )
        for position, teacher in enumerate(teachers, start=1)
    )
    for user in User.objects.filter(teacher__in=teachers):
        grant_role(actor=actor, user=user, role=Role.MENTOR, school=year.school)
    audit(
        actor=actor,
        verb="create_mentor",
        target=mentor,
        detail={"teachers": [t.pk for t in teachers]},
    )
    return mentor


@transaction.atomic
def set_team(
    *,
    actor: Actor,
    school_class: SchoolClass,
    mentors: Sequence[Mentor],
    leader: Mentor | None,
) -> None:
    """The class's team 导师团 becomes `mentors`; `leader` is its 团长.

    Raises DomainError `other_school`, `not_allowed`.
    """
    check_arranges(actor, school_class.school_id)
    if school_class.school_id != actor.school_id or any(m.school_id != actor.school_id for m in mentors):
        raise DomainError("other_school", "有导师或班级不属于本校。")
    TeamMember.objects.filter(school_class=school_class).delete()
    TeamMember.objects.bulk_create(
        TeamMember(
            school_id=school_class.school_id,
            school_class=school_class,
            mentor=mentor,
            is_leader=leader is not None and mentor.pk == leader.pk,
            position=position,
        )
        for position, mentor in enumerate(mentors, start=1)
    )
    audit(
        actor=actor,
        verb="set_team",
        target=school_class,
        detail={"mentors": [m.pk for m in mentors]},
    )


@transaction.atomic
def grant_exception(*, actor: Actor, mentor: Mentor, limit: int, reason: str) -> CapException:
    """Let `mentor` have up to `limit` pupils for the stated reason; an earlier exception is replaced.

    Raises DomainError `other_school`, `not_allowed`, `reason_missing`, `limit_too_low`, `limit_too_high`.
    """
    if mentor.school_id != actor.school_id:
        raise DomainError("other_school", "这位导师不属于本校。")
    if not can_grant_exception(actor) or actor.user_id is None:
        raise DomainError("not_allowed", "只有德育室可以批准超额。")
    if not reason.strip():
        raise DomainError("reason_missing", "请写明批准超额的理由。")
    locked = Mentor.objects.select_for_update().select_related("year").get(pk=mentor.pk)
    base = _base_capacity(locked.year, actor, locked.members.count())
    if limit <= base or limit < locked.load:
        raise DomainError(
            "limit_too_low",
            f"新的上限要大于方案规定的 {base} 名，也不能少于现有的 {locked.load} 名学生。",
        )
    if limit > 2 * base:
        raise DomainError("limit_too_high", f"新的上限不能超过 {2 * base} 名，请改为增加导师。")
    CapException.objects.filter(mentor=locked, revoked_at=None).update(revoked_at=now())
    exception = CapException.objects.create(
        school_id=locked.school_id,
        mentor=locked,
        limit=limit,
        reason=reason.strip(),
        granted_by_id=actor.user_id,
    )
    locked.capacity = limit
    locked.save(update_fields=["capacity"])
    audit(actor=actor, verb="grant_exception", target=locked, detail={"limit": limit})
    return exception


@transaction.atomic
def revoke_exception(*, actor: Actor, exception: CapException) -> None:
    """Take an exception back.

    Raises DomainError `other_school`, `not_allowed`, `already_revoked`, `load_above_cap`.
    """
    if exception.school_id != actor.school_id:
        raise DomainError("other_school", "这条超额不属于本校。")
    if not can_grant_exception(actor):
        raise DomainError("not_allowed", "只有德育室可以撤销超额。")
    mentor = Mentor.objects.select_for_update().select_related("year").get(pk=exception.mentor_id)
    # Read again under the lock: a newer exception may have replaced this one, and its limit must stay.
    if not CapException.objects.valid().filter(pk=exception.pk).exists():
        raise DomainError("already_revoked", "这条超额已经撤销或更新过了，请刷新页面看看。")
    base = _base_capacity(mentor.year, actor, mentor.members.count())
    if mentor.load > base:
        raise DomainError(
            "load_above_cap",
            f"这位导师现有 {mentor.load} 名学生，超过 {base} 名。请先把学生调给其他导师，再撤销超额。",
        )
    CapException.objects.filter(pk=exception.pk, revoked_at=None).update(revoked_at=now())
    mentor.capacity = base
    mentor.save(update_fields=["capacity"])
    audit(actor=actor, verb="revoke_exception", target=mentor)


@transaction.atomic
def apply_plan_cap(*, actor: Actor, year: SchoolYear) -> int:
    """Bring all capacities and loads in line with the plan in force; exceptions above it stay. How many changed.

    The loads change where the plan now counts supporting mentors, or no longer does.
    Raises DomainError `other_school`, `not_allowed`, `load_above_cap` when a mentor already has more pupils than the
    plan allows.
    """
    check_arranges(actor, year.school_id)
    granted = dict(CapException.objects.valid().filter(mentor__year=year).values_list("mentor_id", "limit"))
    plan = plan_today(year, actor)
    changed = []
    mentors = list(Mentor.objects.select_for_update().filter(year=year).order_by("pk"))
    # A slot whose teacher left keeps its name and has no places.
    members = MentorMember.objects.filter(year=year, teacher__left_on=None)
    sizes = dict(members.values_list("mentor_id").annotate(n=Count("pk")))
    supporting = Assignment.objects.active().supporting().filter(year=year)
    differing = supporting.exclude(counts_in_load=plan.supporting_counts)
    shifts = Counter(differing.values_list("mentor_id", flat=True))
    for mentor in mentors:
        wanted = max(plan.places(sizes.get(mentor.pk, 0)), granted.get(mentor.pk, 0))
        load = mentor.load + (shifts[mentor.pk] if plan.supporting_counts else -shifts[mentor.pk])
        if load > wanted:
            together = "（连同辅助指导的学生）" if shifts[mentor.pk] and plan.supporting_counts else ""
            raise DomainError(
                "load_above_cap",
                f"有导师现有 {load} 名学生{together}，超过新的上限 {wanted} 名。请先调整学生或批准超额，再修改方案。",
            )
        if (mentor.capacity, mentor.load) != (wanted, load):
            mentor.capacity, mentor.load = wanted, load
            changed.append(mentor)
    if shifts:
        differing.update(counts_in_load=plan.supporting_counts)
    # Both in one statement, so that the database's own check holds at every step.
    Mentor.objects.bulk_update(changed, ["capacity", "load"], batch_size=500)
    if changed:
        audit(
            actor=actor,
            verb="apply_plan_cap",
            target=year,
            detail={"changed": len(changed)},
        )
    return len(changed)
