"""Supporting mentors 多对一 (Wuhu plan 五(二)), and moving a pupil to another main mentor with a reason."""

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rules import validate_cap
from mentors.services.assignments import assign_pupil, end_assignment, lock_enrolment, lock_mentors
from mentors.services.slots import plan_today
from students.models import Enrolment, Pupil

REASON_LENGTH = 200


def _origin(actor: Actor, enrolment: Enrolment) -> AssignmentOrigin:
    own = enrolment.school_class_id in actor.homeroom_class_ids
    return AssignmentOrigin.HOMEROOM if own else AssignmentOrigin.OFFICE


@transaction.atomic
def move_pupil(*, actor: Actor, pupil: Pupil, mentor: Mentor, reason: str = "") -> Assignment:
    """Make `mentor` the pupil's main mentor from today on, and keep why; the former one stays in the history.

    The same mentor again changes nothing. Raises DomainError `other_school`, `not_enrolled`, `not_allowed`,
    `cap_reached` (`mentors.rules.CapReached`).
    """
    if mentor.school_id != actor.school_id:
        raise DomainError("other_school", "这位导师不属于本校。")
    enrolment = lock_enrolment(actor, pupil, mentor.year_id)
    return assign_pupil(
        actor=actor,
        pupil=pupil,
        mentor=mentor,
        origin=_origin(actor, enrolment),
        reason=reason.strip()[:REASON_LENGTH],
    )


@transaction.atomic
def add_supporting(*, actor: Actor, pupil: Pupil, mentor: Mentor, reason: str = "") -> Assignment:
    """Give a pupil with special needs a supporting mentor beside the main one, from today on.

    It takes a place if the plan counts supporting mentors. The same one again changes nothing.
    Raises DomainError `other_school`, `not_enrolled`, `not_allowed`, `is_main`, `mentor_left`, `no_plan`,
    `cap_reached` (`mentors.rules.CapReached`).
    """
    if mentor.school_id != actor.school_id:
        raise DomainError("other_school", "这位导师不属于本校。")
    enrolment = lock_enrolment(actor, pupil, mentor.year_id)
    locked = lock_mentors(mentor.pk)[mentor.pk]
    held = Assignment.objects.active().filter(pupil=pupil, mentor=locked).first()
    if held is not None and held.kind == AssignmentKind.MAIN:
        raise DomainError("is_main", f"{locked.names}老师已经是这位同学的导师，请另选一位作为辅助导师。")
    if held is not None:
        return held
    if not locked.members.filter(teacher__left_on=None).exists():
        raise DomainError("mentor_left", f"{locked.names}老师已经离职，请另选一位导师。")
    # Read under the mentor's lock: a new version of the plan locks the mentors, too.
    counts = plan_today(locked.year, actor).supporting_counts
    if counts:
        validate_cap(locked)
        locked.load += 1
        locked.save(update_fields=["load"])
    assignment = Assignment.objects.create(
        school_id=pupil.school_id,
        year_id=locked.year_id,
        pupil=pupil,
        mentor=locked,
        kind=AssignmentKind.SUPPORTING,
        counts_in_load=counts,
        origin=_origin(actor, enrolment),
        starts_on=actor.today,
        assigned_by_id=actor.user_id,
        reason=reason.strip()[:REASON_LENGTH],
    )
    audit(actor=actor, verb="add_supporting", target=pupil, detail={"mentor": locked.pk})
    return assignment


@transaction.atomic
def end_supporting(*, actor: Actor, assignment: Assignment) -> None:
    """End a supporting assignment today; one that has ended already stays as it is.

    Raises DomainError `other_school`, `not_supporting`, `not_enrolled`, `not_allowed`.
    """
    if assignment.school_id != actor.school_id:
        raise DomainError("other_school", "这位导师不属于本校。")
    if assignment.kind != AssignmentKind.SUPPORTING:
        raise DomainError("not_supporting", "这位是主要导师。要换导师，请直接选定新的导师。")
    lock_enrolment(actor, assignment.pupil, assignment.year_id)
    lock_mentors(assignment.mentor_id)
    held = Assignment.objects.active().filter(pk=assignment.pk).first()
    if held is None:
        return
    end_assignment(held, actor)
    audit(actor=actor, verb="end_supporting", target=held.pupil, detail={"mentor": held.mentor_id})
