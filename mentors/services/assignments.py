"""Giving pupils their mentor. Every writer locks the pupil's enrolment first and the mentors by key after it."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, F, Q

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from core.journal import note_changing, note_created
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.rules import can_assign, can_keep_roster, validate_cap
from schools.models import SchoolYear
from students.enums import EndReason
from students.models import Enrolment, Pupil


def lock_enrolment(actor: Actor, pupil: Pupil, year_id: int, *, roster: bool = False) -> Enrolment:
    """The pupil's place, locked for the caller's transaction, if the actor may arrange their mentors.

    Raises DomainError `other_school`, `not_enrolled`, `not_allowed`.
    """
    if pupil.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("school_class")
        .filter(pupil=pupil, year_id=year_id, ends_on=None)
        .first()
    )
    if enrolment is None:
        raise DomainError("not_enrolled", "这位学生本学年不在册，请先在名册里登记。")
    if not can_assign(actor, enrolment.school_class) and not (roster and can_keep_roster(actor)):
        raise DomainError("not_allowed", "只有本班班主任和德育室可以安排导师。")
    return enrolment


def lock_mentors(*keys: int) -> dict[int, Mentor]:
    """The slots with these keys, locked for the caller's transaction, by key."""
    # In key order, so that two writers never wait for each other.
    return {m.pk: m for m in Mentor.objects.select_for_update().filter(pk__in=keys).order_by("pk")}


@transaction.atomic
def assign_pupil(
    *, actor: Actor, pupil: Pupil, mentor: Mentor, origin: AssignmentOrigin, reason: str = ""
) -> Assignment:
    """Make `mentor` the pupil's main mentor from today on; a former one of the year ends today.

    Idempotent: the same mentor again changes nothing. Raises DomainError `other_school`, `not_enrolled`,
    `not_allowed`, `cap_reached` (`mentors.rules.CapReached`).
    """
    if mentor.school_id != actor.school_id:
        raise DomainError("other_school", "这位导师不属于本校。")
    lock_enrolment(actor, pupil, mentor.year_id)
    former = Assignment.objects.filter(
        pupil=pupil, year_id=mentor.year_id, ends_on=None, kind=AssignmentKind.MAIN
    ).first()
    if former is not None and former.mentor_id == mentor.pk:
        return former
    locked = lock_mentors(mentor.pk, *([former.mentor_id] if former else []))
    # A supporting mentor who becomes the main one stops being a supporting one.
    supporting = Assignment.objects.active().supporting().filter(pupil=pupil, mentor=mentor).first()
    if supporting is not None:
        end_assignment(supporting, actor)
        locked[mentor.pk].load -= supporting.counts_in_load
    validate_cap(locked[mentor.pk])
    if former is not None:
        end_assignment(former, actor)
    assignment = Assignment.objects.create(
        school_id=pupil.school_id,
        year_id=mentor.year_id,
        pupil=pupil,
        mentor=mentor,
        origin=origin,
        starts_on=actor.today,
        assigned_by_id=actor.user_id,
        reason=reason,
    )
    Mentor.objects.filter(pk=mentor.pk).update(load=F("load") + 1)
    mentor.load = locked[mentor.pk].load + 1
    audit(
        actor=actor,
        verb="assign_pupil",
        target=pupil,
        detail={"mentor": mentor.pk, "origin": origin},
    )
    return assignment


@transaction.atomic
def assign_pupils(*, actor: Actor, year: SchoolYear, pairs: Sequence[tuple[int, int]], origin: AssignmentOrigin) -> int:
    """Give many pupils their main mentor at once: `pairs` of pupil key and mentor key, all of `year`. All or nothing.

    Pupils who have that mentor already are left as they are; how many were changed. A constant number of queries per
    500 pupils. Raises DomainError `other_school`, `twice`, `not_enrolled`, `not_allowed`, `cap_reached`.
    """
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有德育室和管理员可以批量安排导师。")
    wanted = dict(pairs)
    if len(wanted) != len(pairs):
        raise DomainError("twice", "有学生在名单里出现了两次，请每位学生只保留一行。")
    enrolled = set(
        Enrolment.objects.select_for_update()
        .active()
        .of_year(year)
        .filter(pupil_id__in=wanted)
        .order_by("pk")
        .values_list("pupil_id", flat=True)
    )
    if len(enrolled) != len(wanted):
        raise DomainError("not_enrolled", "有学生本学年不在册，请先在名册里登记。")
    former = list(Assignment.objects.active().main().filter(year=year, pupil_id__in=wanted))
    same = {a.pupil_id for a in former if wanted[a.pupil_id] == a.mentor_id}
    moved = [a for a in former if a.pupil_id not in same]
    fresh = {pupil: mentor for pupil, mentor in wanted.items() if pupil not in same}
    locked = lock_mentors(*fresh.values(), *(a.mentor_id for a in moved))
    if any(m not in locked or locked[m].year_id != year.pk for m in fresh.values()):
        raise DomainError("other_school", "有导师不属于本校本学年。")
    # A supporting mentor who becomes the main one stops being a supporting one.
    supporting = [
        a
        for a in Assignment.objects.active().supporting().filter(year=year, pupil_id__in=fresh)
        if fresh[a.pupil_id] == a.mentor_id
    ]
    ended = [*moved, *supporting]
    left, joined = Counter(a.mentor_id for a in ended if a.counts_in_load), Counter(fresh.values())
    for mentor in locked.values():
        mentor.load -= left[mentor.pk]
        validate_cap(mentor, additional=joined[mentor.pk])
        mentor.load += joined[mentor.pk]
    for assignment in ended:
        assignment.ends_on = max(actor.today, assignment.starts_on)
    note_changing(Assignment, [assignment.pk for assignment in ended])
    note_changing(Mentor, list(locked))
    Assignment.objects.bulk_update(ended, ["ends_on"], batch_size=500)
    created = Assignment.objects.bulk_create(
        (
            Assignment(
                school_id=year.school_id,
                year=year,
                pupil_id=pupil,
                mentor_id=mentor,
                origin=origin,
                starts_on=actor.today,
                assigned_by_id=actor.user_id,
            )
            for pupil, mentor in fresh.items()
        ),
        batch_size=500,
    )
    note_created(Assignment, [assignment.pk for assignment in created])
    Mentor.objects.bulk_update(locked.values(), ["load"], batch_size=500)
    audit(actor=actor, verb="assign_pupils", target=year, detail={"count": len(fresh), "origin": origin})
    return len(fresh)


@transaction.atomic
def unassign_pupil(*, actor: Actor, pupil: Pupil, year: SchoolYear) -> None:
    """End the pupil's main assignment of `year` today; without one, nothing happens.

    Raises DomainError `other_school`, `not_enrolled`, `not_allowed`.
    """
    lock_enrolment(actor, pupil, year.pk)
    former = Assignment.objects.filter(pupil=pupil, year=year, ends_on=None, kind=AssignmentKind.MAIN).first()
    if former is None:
        return
    lock_mentors(former.mentor_id)
    end_assignment(former, actor)
    audit(
        actor=actor,
        verb="unassign_pupil",
        target=pupil,
        detail={"mentor": former.mentor_id},
    )


def end_assignment(assignment: Assignment, actor: Actor) -> None:
    """End an open assignment today and give its place back; the caller holds the lock of the mentor."""
    assignment.ends_on = max(actor.today, assignment.starts_on)
    assignment.save(update_fields=["ends_on"])
    if assignment.counts_in_load:
        Mentor.objects.filter(pk=assignment.mentor_id).update(load=F("load") - 1)


@transaction.atomic
def withdraw_pupil(*, actor: Actor, pupil: Pupil, year: SchoolYear, reason: EndReason) -> None:
    """A pupil leaves the school: the enrolment and all assignments of `year` end today.

    Raises DomainError `other_school`, `not_enrolled`, `not_allowed`.
    """
    enrolment = lock_enrolment(actor, pupil, year.pk, roster=True)
    open_ones = list(Assignment.objects.filter(pupil=pupil, year=year, ends_on=None))
    lock_mentors(*(a.mentor_id for a in open_ones))
    for assignment in open_ones:
        end_assignment(assignment, actor)
    enrolment.ends_on = max(actor.today, enrolment.starts_on)
    enrolment.end_reason = reason
    enrolment.save(update_fields=["ends_on", "end_reason"])
    audit(actor=actor, verb="withdraw_pupil", target=pupil, detail={"reason": reason})


@transaction.atomic
def recount_loads(*, year: SchoolYear, check: bool = False) -> list[int]:
    """Compare each mentor's load with the assignments and mend it unless `check`; keys of those that differed."""
    different = list(
        Mentor.objects.select_for_update()
        .filter(
            pk__in=Mentor.objects.of_year(year)
            .annotate(
                real=Count(
                    "assignments",
                    filter=Q(assignments__ends_on=None, assignments__counts_in_load=True),
                )
            )
            .exclude(real=F("load"))
            .values("pk")
        )
        .order_by("pk")
    )
    if not check:
        for mentor in different:
            mentor.load = Assignment.objects.in_load().filter(mentor=mentor).count()
            mentor.save(update_fields=["load"])
    return [m.pk for m in different]
