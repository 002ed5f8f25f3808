"""Questions about one actor and one object, and the one validator of the cap."""

from accounts.actors import Actor
from accounts.enums import Role
from core.errors import DomainError
from mentors.models.slots import Mentor
from mentors.queries.people import colleagues_with_room
from schools.models import SchoolClass


def can_assign(actor: Actor, school_class: SchoolClass) -> bool:
    """The homeroom teacher for the own class (Guyi plan 四(二)1), 德育室 for every class."""
    if actor.school_id != school_class.school_id:
        return False
    return actor.has(Role.MORAL_OFFICE) or school_class.pk in actor.homeroom_class_ids


def can_grant_exception(actor: Actor) -> bool:
    """德育室 alone grants exceptions from the cap."""
    return actor.has(Role.MORAL_OFFICE)


def check_arranges(actor: Actor, school_id: int) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless the actor makes slots and teams there: 德育室, 管理员."""
    if school_id != actor.school_id:
        raise DomainError("other_school", "有导师、班级或学年不属于本校。")
    if not actor.has(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有德育室和管理员可以安排导师名额和导师团。")


def can_run_rounds(actor: Actor) -> bool:
    """德育室 prepares, drafts, adjusts and publishes matching rounds."""
    return actor.has(Role.MORAL_OFFICE)


def can_enter_choices(actor: Actor, school_class: SchoolClass) -> bool:
    """Who types paper forms in: the homeroom teacher for the own class, 德育室 for every class."""
    return can_assign(actor, school_class)


def can_edit_team(actor: Actor) -> bool:
    """Who composes the classes' teams: 德育室, which builds them (Guyi plan 四(二)), and the roster's admin."""
    return actor.has(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


def can_keep_roster(actor: Actor) -> bool:
    """Who enters transfers, class changes and leavings: the admin, who keeps the roster."""
    return actor.has(Role.SCHOOL_ADMIN)


def can_keep_readiness(actor: Actor) -> bool:
    """德育室 alone keeps, and knows of, teachers who take part in training first (Wuhu plan 五(二))."""
    return actor.has(Role.MORAL_OFFICE)


def can_keep_training(actor: Actor) -> bool:
    """德育室 enters training sessions and who attended."""
    return actor.has(Role.MORAL_OFFICE)


class CapReached(DomainError):
    """The mentor has as many pupils as the plan or an exception allows (1:15, Guyi plan 四(二); Wuhu plan 五(二))."""

    def __init__(self, mentor: Mentor, additional: int = 1) -> None:
        others = "、".join(f"{m.names}老师还有 {m.free} 个名额" for m in colleagues_with_room(mentor))
        choose = f"请改选其他导师（{others}）" if others else "本班导师团已没有名额，请增加一位导师"
        reached = f"已有 {mentor.load} 名学生，达到上限 {mentor.capacity} 名"
        if 0 < mentor.free < additional:
            reached = f"只剩 {mentor.free} 个名额，放不下 {additional} 名学生"
        super().__init__("cap_reached", f"{mentor.names}老师{reached}。{choose}，或请德育室批准超额。")


def validate_cap(mentor: Mentor, *, additional: int = 1) -> None:
    """The one validator of the cap, for forms, imports, matching and services alike. Raises `CapReached`.

    Ask it with the mentor's row locked, or be told later by the database's own check.
    """
    if mentor.load + additional > mentor.capacity:
        raise CapReached(mentor, additional)
