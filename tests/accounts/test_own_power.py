"""Nobody opens to themselves what is closed: one administrator read everything alone by taking 心理老师."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.services import NewGrant, create_user, grant_role, grant_roles
from core.errors import DomainError
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import check_roster, import_roster
from mentors.models.slots import Teacher
from records.merging.services import draw_teacher_merge
from tests.cast import SINCE, TODAY, SchoolCast, TeacherFactory
from tests.imports.conftest import book

SignIn = Callable[[User], Client]
BY_ANOTHER = "不能给自己“{}”角色，请另一位管理员（德育韩）来设置。"
ALONE = "不能给自己“心理老师”角色，因为心理老师能读到以前的转介。请先指定另一位管理员，再由对方来设置。"


def second_admin(cast: SchoolCast) -> None:
    grant_role(actor=cast.system, user=cast.office, role=Role.SCHOOL_ADMIN, school=cast.school, starts_on=SINCE)


def own_roles(cast: SchoolCast) -> set[str]:
    return set(RoleGrant.objects.filter(user=cast.admin, ends_on=None).values_list("role", flat=True))


@pytest.mark.parametrize(
    "role,is_alone,sentence",
    [
        (Role.COUNSELLOR, False, BY_ANOTHER.format("心理老师")),
        (Role.MORAL_OFFICE, False, BY_ANOTHER.format("德育室")),
        (Role.COUNSELLOR, True, ALONE),
    ],
)
def test_a_role_that_opens_more_is_given_by_a_second_person(
    qingzhu: SchoolCast, role: Role, is_alone: bool, sentence: str
) -> None:
    if not is_alone:
        second_admin(qingzhu)
    actor = qingzhu.actor(qingzhu.admin)
    for act in (
        lambda: grant_role(actor=actor, user=qingzhu.admin, role=role, school=qingzhu.school),
        lambda: grant_roles(actor=actor, school=qingzhu.school, grants=[NewGrant(qingzhu.admin.pk, role)]),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert (refused.value.code, refused.value.message) == ("own_power", sentence)
    assert own_roles(qingzhu) == {"school_admin"}


@pytest.mark.parametrize("role,is_alone", [(Role.MORAL_OFFICE, True), (Role.LEADER, False), (Role.SCHOOL_ADMIN, False)])
def test_what_opens_no_more_or_what_nobody_else_can_give_is_given(
    qingzhu: SchoolCast, role: Role, is_alone: bool
) -> None:
    """The only administrator begins somewhere; a role that is held already is no new one."""
    if not is_alone:
        second_admin(qingzhu)
    grant_role(actor=qingzhu.actor(qingzhu.admin), user=qingzhu.admin, role=role, school=qingzhu.school)
    assert own_roles(qingzhu) == {"school_admin", role}


def test_the_form_says_it_at_the_role(qingzhu: SchoolCast, client_of: SignIn) -> None:
    second_admin(qingzhu)
    answer = client_of(qingzhu.admin).post(
        reverse("manage:give_role", args=[qingzhu.admin.pk]), {"role": "counsellor", "starts_on": TODAY.isoformat()}
    )
    assert answer.status_code == 422
    assert answer.context["role_form"].errors == {"role": [BY_ANOTHER.format("心理老师")]}


def test_a_roster_proposes_it_for_everybody_but_for_whoever_imports(qingzhu: SchoolCast) -> None:
    """The ticks of a teachers' roster were another way to the same role."""
    Teacher.objects.create(school=qingzhu.school, number="A1", name="管一鸣", user=qingzhu.admin)
    actor = qingzhu.actor(qingzhu.admin)
    data = book(("工号", "姓名", "职务"), ("A1", "管一鸣", "心理教师"), ("A2", "新老师", "心理教师"))
    given: dict[str, Any] = {"actor": actor, "year": qingzhu.year, "kind": ImportKind.TEACHERS, "data": data}
    given |= {"file_name": "教师.xlsx", "options": ImportOptions()}
    report = check_roster(**given)
    assert [choice.key for choice in report.choices if choice.key.startswith("counsellor")] == ["counsellor:A2"]
    assert [(f.code, f.row, f.message) for f in report.log.findings if f.code == "own_power"] == [
        ("own_power", 2, ALONE)
    ]
    import_roster(**given, accepted=["counsellor:A1", "counsellor:A2"])
    assert own_roles(qingzhu) == {"school_admin"}


def test_merging_an_entry_into_the_own_one_brings_no_power(qingzhu: SchoolCast) -> None:
    second_admin(qingzhu)
    own = TeacherFactory.create(school=qingzhu.school, name="管一鸣", user=qingzhu.admin)
    user = create_user(actor=qingzhu.system, username="guan2", name="管一鸣", school=qingzhu.school)
    grant_role(actor=qingzhu.system, user=user, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    twin = TeacherFactory.create(school=qingzhu.school, name="管一鸣", user=user)
    merge = draw_teacher_merge(actor=qingzhu.actor(qingzhu.admin), kept=own, other=twin)
    assert merge.refusal == BY_ANOTHER.format("德育室")
