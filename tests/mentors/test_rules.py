"""Who may do what in `mentors`: each rule asked for everybody of the cast, and of the other school; and the cap."""

from collections.abc import Callable
from typing import Final

import pytest

from accounts.actors import Actor
from core.errors import DomainError
from mentors import rules
from mentors.models.slots import Mentor
from mentors.rules import CapReached, check_arranges, validate_cap
from schools.models import SchoolClass
from tests.cast import SchoolCast

Rule = Callable[[Actor, SchoolClass], bool]


def arranges(actor: Actor, school_class: SchoolClass) -> bool:
    try:
        check_arranges(actor, school_class.school_id)
    except DomainError:
        return False
    return True


#: Rule → who passes for the class of `homeroom`.
TABLE: Final[dict[str, tuple[Rule, set[str]]]] = {
    "assign": (rules.can_assign, {"office", "homeroom"}),
    "enter choices": (rules.can_enter_choices, {"office", "homeroom"}),
    "grant an exception": (lambda actor, _: rules.can_grant_exception(actor), {"office"}),
    "run rounds": (lambda actor, _: rules.can_run_rounds(actor), {"office"}),
    "keep readiness": (lambda actor, _: rules.can_keep_readiness(actor), {"office"}),
    "keep training": (lambda actor, _: rules.can_keep_training(actor), {"office"}),
    "edit a team": (lambda actor, _: rules.can_edit_team(actor), {"office", "admin"}),
    "keep the roster": (lambda actor, _: rules.can_keep_roster(actor), {"admin"}),
    "arrange": (arranges, {"office", "admin"}),
}


@pytest.mark.parametrize("name", TABLE)
def test_everybody_may_what_the_table_says(qingzhu: SchoolCast, name: str) -> None:
    rule, wanted = TABLE[name]
    passed = {part for part, user in qingzhu.people.items() if rule(qingzhu.actor(user), qingzhu.class_one)}
    assert passed == wanted


def test_a_class_of_another_school_or_of_a_colleague_is_nobodys(qingzhu: SchoolCast, other: SchoolCast) -> None:
    of_a_class = (rules.can_assign, rules.can_enter_choices, arranges)
    passed = [
        (rule.__name__, part)
        for rule in of_a_class
        for part, user in other.people.items()
        if rule(other.actor(user), qingzhu.class_one)
    ]
    assert passed == []
    assert not rules.can_assign(qingzhu.actor(qingzhu.homeroom), qingzhu.class_five)


def test_what_whoever_may_not_arrange_is_told(qingzhu: SchoolCast, other: SchoolCast) -> None:
    said = []
    for actor in (other.actor(other.office), qingzhu.actor(qingzhu.homeroom)):
        with pytest.raises(DomainError) as refusal:
            check_arranges(actor, qingzhu.school.pk)
        said.append((refusal.value.code, refusal.value.message))
    assert said == [
        ("other_school", "有导师、班级或学年不属于本校。"),
        ("not_allowed", "只有德育室和管理员可以安排导师名额和导师团。"),
    ]


def cap(mentor: Mentor, **more: int) -> str | None:
    try:
        validate_cap(mentor, **more)
    except CapReached as error:
        return error.message if error.code == "cap_reached" else error.code
    return None


def test_the_cap_is_reached_with_one_too_many_and_says_who_has_room(qingzhu: SchoolCast) -> None:
    Mentor.objects.filter(pk=qingzhu.slot.pk).update(load=14)
    Mentor.objects.filter(pk=qingzhu.slot_colleague.pk).update(load=13)
    Mentor.objects.filter(pk=qingzhu.slot_homeroom.pk).update(load=15)
    mentor = Mentor.objects.get(pk=qingzhu.slot.pk)
    assert [cap(mentor), cap(mentor, additional=0), cap(mentor, additional=1)] == [None] * 3
    others = "请改选其他导师（苏禾老师还有 2 个名额），或请德育室批准超额。"
    assert cap(mentor, additional=2) == f"林小满老师只剩 1 个名额，放不下 2 名学生。{others}"
    mentor.load = 15
    assert cap(mentor) == f"林小满老师已有 15 名学生，达到上限 15 名。{others}"
    assert cap(mentor, additional=0) is None
    Mentor.objects.filter(pk=qingzhu.slot_colleague.pk).update(load=15)
    assert cap(mentor) == (
        "林小满老师已有 15 名学生，达到上限 15 名。本班导师团已没有名额，请增加一位导师，或请德育室批准超额。"
    )
