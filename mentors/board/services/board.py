"""The class board's joint save 班主任协商 and its undo: many pupils at once, all or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, TeamMember
from mentors.rounds.models import BoardSave
from mentors.rules import can_assign, validate_cap
from mentors.services.assignments import lock_mentors
from schools.models import SchoolClass
from students.models import Enrolment, Pupil

# More names than this are counted, not listed.
NAMED = 5


class ChangedMeanwhile(DomainError):
    """Somebody else gave these pupils another mentor since the board was opened or saved."""

    def __init__(self, code: str, pupils: Sequence[Pupil], advice: str) -> None:
        self.pupil_ids = frozenset(pupil.pk for pupil in pupils)
        names = "、".join(pupil.name for pupil in pupils[:NAMED])
        more = f"等 {len(pupils)} 位同学" if len(pupils) > NAMED else ""
        super().__init__(code, f"{names}{more}的导师刚由别人调整过。{advice}")


def _check(actor: Actor, school_class: SchoolClass) -> None:
    if school_class.school_id != actor.school_id:
        raise DomainError("other_school", "这个班级不属于本校。")
    if not can_assign(actor, school_class):
        raise DomainError("not_allowed", "只有本班班主任和德育室可以安排导师。")


def _lock_pupils(school_class: SchoolClass, keys: Collection[int]) -> dict[int, Pupil]:
    """The present pupils of the class among `keys`; their places are locked for the caller's transaction."""
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("pupil").active()
    return {e.pupil_id: e.pupil for e in rows.filter(school_class=school_class, pupil_id__in=keys).order_by("pk")}


def _held(school_class: SchoolClass, keys: Collection[int]) -> dict[int, Assignment]:
    """The open main assignment by pupil."""
    rows = Assignment.objects.active().main().filter(year_id=school_class.year_id, pupil_id__in=keys)
    return {assignment.pupil_id: assignment for assignment in rows}


def _mentor_key(assignment: Assignment | None) -> int | None:
    return assignment.mentor_id if assignment is not None else None


def _set_loads(ended: Sequence[Assignment], joined: Counter[int]) -> None:
    """Lock the mentors whom a change concerns and keep their loads. Raises `CapReached` where the sum is too much."""
    left = Counter(a.mentor_id for a in ended if a.counts_in_load)
    locked = lock_mentors(*left, *joined)
    # Who leaves makes room first: two full mentors may swap pupils.
    for mentor in locked.values():
        mentor.load -= left[mentor.pk]
        if joined[mentor.pk]:
            validate_cap(mentor, additional=joined[mentor.pk])
        mentor.load += joined[mentor.pk]
    Mentor.objects.bulk_update(locked.values(), ["load"], batch_size=500)


def _end(actor: Actor, assignments: Sequence[Assignment]) -> None:
    for assignment in assignments:
        assignment.ends_on = max(actor.today, assignment.starts_on)
    Assignment.objects.bulk_update(assignments, ["ends_on"], batch_size=500)


@transaction.atomic
def save_board(
    *,
    actor: Actor,
    school_class: SchoolClass,
    base: Mapping[int, int | None],
    wanted: Mapping[int, int | None],
) -> BoardSave | None:
    """Write the differences between `base`, the mentor by pupil that the page showed, and `wanted`; all or nothing.

    None if nothing was left to write, as after a double click. A former mentor ends today, the new one begins today.
    Raises DomainError `other_school`, `not_allowed`, `not_in_class`, `changed_meanwhile` (`ChangedMeanwhile`),
    `not_in_team`, `cap_reached` (`mentors.rules.CapReached`).
    """
    _check(actor, school_class)
    asked = {pupil: mentor for pupil, mentor in wanted.items() if base.get(pupil) != mentor}
    pupils = _lock_pupils(school_class, asked)
    if gone := len(asked.keys() - pupils.keys()):
        raise DomainError("not_in_class", f"有 {gone} 位同学已经不在本班。您的其他调整还在，请看过再保存。")
    held = _held(school_class, asked)
    now_with = {pupil: _mentor_key(held.get(pupil)) for pupil in asked}
    others = [pupils[p] for p, mentor in asked.items() if now_with[p] not in (base.get(p), mentor)]
    if others:
        raise ChangedMeanwhile("changed_meanwhile", others, "页面上已是最新的安排，您的其他调整还在，请看过再保存。")
    moves = {pupil: mentor for pupil, mentor in asked.items() if now_with[pupil] != mentor}
    if not moves:
        return None
    joined = Counter(mentor for mentor in moves.values() if mentor is not None)
    _check_team(school_class, joined)
    # A supporting mentor who becomes the main one stops being a supporting one.
    supporting = Assignment.objects.active().supporting().filter(year_id=school_class.year_id, pupil_id__in=moves)
    ended = [held[p] for p in moves if p in held] + [a for a in supporting if moves[a.pupil_id] == a.mentor_id]
    _set_loads(ended, joined)
    _end(actor, ended)
    own = school_class.pk in actor.homeroom_class_ids
    Assignment.objects.bulk_create(
        (
            Assignment(
                school_id=school_class.school_id,
                year_id=school_class.year_id,
                pupil_id=pupil,
                mentor_id=mentor,
                origin=AssignmentOrigin.HOMEROOM if own else AssignmentOrigin.OFFICE,
                starts_on=actor.today,
                assigned_by_id=actor.user_id,
            )
            for pupil, mentor in moves.items()
            if mentor is not None
        ),
        batch_size=500,
    )
    save = BoardSave.objects.create(
        school_id=school_class.school_id,
        school_class=school_class,
        moves=[
            [pupil, now_with[pupil], mentor, [a.pk for a in ended if a.pupil_id == pupil]]
            for pupil, mentor in moves.items()
        ],
        saved_by_id=actor.user_id,
    )
    audit(actor=actor, verb="save_board", target=school_class, detail={"save": save.pk, "count": len(moves)})
    return save


def _check_team(school_class: SchoolClass, chosen: Collection[int]) -> None:
    """New pupils go to the class's team, or to a mentor from outside who has one of the class already."""
    team = set(TeamMember.objects.filter(school_class=school_class).values_list("mentor_id", flat=True))
    if set(chosen) <= team:
        return
    places = Enrolment.objects.active().filter(school_class=school_class)
    guests = (
        Assignment.objects.active().main().filter(year_id=school_class.year_id, pupil_id__in=places.values("pupil_id"))
    )
    if not set(chosen) <= team | set(guests.values_list("mentor_id", flat=True)):
        raise DomainError(
            "not_in_team", "有导师已经不在本班导师团里，选了这位导师的同学放回了原处。请改选其他导师，再保存。"
        )


@transaction.atomic
def undo_board_save(*, actor: Actor, save: BoardSave) -> None:
    """Take a joint save back: what it began ends today, what it ended goes on as if nothing had been.

    Only on the same day, and only the latest save of the class that was not taken back. Idempotent.
    Raises DomainError `other_school`, `not_allowed`, `not_latest`, `too_late`, `not_in_class`, `changed_since`
    (`ChangedMeanwhile`), `cap_reached`.
    """
    school_class = save.school_class
    _check(actor, school_class)
    moves: dict[int, tuple[int | None, int | None, list[int]]] = {p: (b, a, e) for p, b, a, e in save.moves}
    pupils = _lock_pupils(school_class, moves)
    # Read under the locks: a double click waits for the first one here.
    latest = BoardSave.objects.filter(school_class=school_class, undone_at=None).first()
    if BoardSave.objects.filter(pk=save.pk).exclude(undone_at=None).exists():
        return
    if latest is None or latest.pk != save.pk:
        raise DomainError("not_latest", "之后又保存过新的调整，请先撤销较晚的那一次。")
    if timezone.localdate(save.saved_at) != actor.today:
        raise DomainError("too_late", "只能撤销当天保存的调整。请直接移动卡片，再保存。")
    if gone := len(moves.keys() - pupils.keys()):
        raise DomainError("not_in_class", f"有 {gone} 位同学已经不在本班，不能整体撤销。请直接移动卡片，再保存。")
    held = _held(school_class, moves)
    others = [pupils[p] for p, (_, after, _) in moves.items() if _mentor_key(held.get(p)) != after]
    if others:
        raise ChangedMeanwhile("changed_since", others, "不能整体撤销，请直接移动卡片，再保存。")
    begun = [held[p] for p in moves if p in held]
    ended = list(Assignment.objects.filter(pk__in=[key for _, _, keys in moves.values() for key in keys]))
    # Whose former mentor has become a supporting one since cannot have them twice.
    supporting = Assignment.objects.active().supporting().filter(pupil_id__in=moves)
    taken = set(supporting.values_list("pupil_id", "mentor_id"))
    if twice := [pupils[a.pupil_id] for a in ended if (a.pupil_id, a.mentor_id) in taken]:
        raise ChangedMeanwhile("changed_since", twice, "不能整体撤销，请直接移动卡片，再保存。")
    _set_loads(begun, Counter(a.mentor_id for a in ended if a.counts_in_load))
    _end(actor, begun)
    for assignment in ended:
        assignment.ends_on = None
    Assignment.objects.bulk_update(ended, ["ends_on"], batch_size=500)
    save.undone_at = now()
    save.save(update_fields=["undone_at"])
    audit(actor=actor, verb="undo_board_save", target=school_class, detail={"save": save.pk})
