"""Roles end, they are never deleted: whoever held one is still on record."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.services import NewGrant, end_role, grant_role, grant_roles
from core.errors import DomainError
from tests.cast import SINCE, TODAY, SchoolCast

SignIn = Callable[[User], Client]
DAY = datetime.timedelta(days=1)
TOMORROW = TODAY + DAY


def of_class(cast: SchoolCast) -> list[tuple[User, datetime.date, datetime.date | None]]:
    """Everybody who was or will be homeroom teacher of class one."""
    rows = RoleGrant.objects.filter(school_class=cast.class_one).order_by("pk").select_related("user")
    return [(grant.user, grant.starts_on, grant.ends_on) for grant in rows]


def give(cast: SchoolCast, user: User, starts_on: datetime.date) -> RoleGrant:
    return grant_role(
        actor=cast.actor(cast.admin), user=user, role=Role.HOMEROOM, school=cast.school,
        school_class=cast.class_one, starts_on=starts_on,
    )  # fmt: skip


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code, refused.value.message


def test_the_former_homeroom_teacher_ends_the_day_before_and_both_are_audited(qingzhu: SchoolCast) -> None:
    give(qingzhu, qingzhu.mentor, TOMORROW)
    assert of_class(qingzhu) == [(qingzhu.homeroom, SINCE, TODAY), (qingzhu.mentor, TOMORROW, None)]
    entries = AuditEntry.objects.filter(user=qingzhu.admin, verb__in=["end_role", "grant_role"]).order_by("pk")
    detail = {"role": "homeroom", "class": qingzhu.class_one.pk}
    assert [(e.verb, e.target_id, e.detail) for e in entries] == [
        ("end_role", qingzhu.homeroom.pk, detail),
        ("grant_role", qingzhu.mentor.pk, detail),
    ]


@pytest.mark.parametrize("day", [SINCE, SINCE - DAY])
def test_nobody_takes_a_role_from_the_day_on_which_another_began(qingzhu: SchoolCast, day: datetime.date) -> None:
    """班主任 given from 1990 on deleted the former one's role, without history or audit."""
    before = of_class(qingzhu)
    code, sentence = refusal(lambda: give(qingzhu, qingzhu.mentor, day))
    assert (code, sentence) == (
        "before_former",
        "现任班主任何知秋从2026年9月1日起担任。角色只会结束，不会抹掉，请填2026年9月2日或以后的日期。",
    )
    assert of_class(qingzhu) == before


@pytest.mark.parametrize("day", [datetime.date(1990, 1, 1), datetime.date(2099, 1, 1)])
def test_a_role_begins_in_its_school_year(qingzhu: SchoolCast, client_of: SignIn, day: datetime.date) -> None:
    before = of_class(qingzhu)
    assert refusal(lambda: give(qingzhu, qingzhu.mentor, day))[0] == "date_out_of_range"
    data = {"role": "homeroom", "school_class": qingzhu.class_one.pk, "starts_on": day.isoformat()}
    answer = client_of(qingzhu.admin).post(reverse("manage:give_role", args=[qingzhu.mentor.pk]), data)
    assert answer.context["role_form"].errors == {
        "starts_on": [f"这里不能填{day.year}年1月1日，请填2026年6月1日到2027年8月31日之间的日期。"]
    }
    assert of_class(qingzhu) == before


def test_the_form_names_the_present_holder(qingzhu: SchoolCast, client_of: SignIn) -> None:
    address = reverse("manage:person", args=[qingzhu.mentor.teacher.pk])
    form = client_of(qingzhu.admin).get(address).context["role_form"]
    assert [label for _key, label in form.fields["school_class"].choices] == [
        "—",
        "一（1）班（现任：何知秋，2026年9月1日起）",
        "五（1）班",
    ]


def test_a_role_given_and_ended_on_one_day_stays_on_record(qingzhu: SchoolCast, client_of: SignIn) -> None:
    give(qingzhu, qingzhu.mentor, TODAY)
    give(qingzhu, qingzhu.colleague, TODAY)
    assert of_class(qingzhu) == [
        (qingzhu.homeroom, SINCE, TODAY - DAY),
        (qingzhu.mentor, TODAY, TODAY - DAY),
        (qingzhu.colleague, TODAY, None),
    ]
    assert not RoleGrant.objects.active(TODAY).filter(user=qingzhu.mentor, role=Role.HOMEROOM).exists()
    page = client_of(qingzhu.admin).get(reverse("manage:person", args=[qingzhu.mentor.teacher.pk]))
    assert "没有生效（原定2026年11月18日起）" in page.content.decode()


def test_a_role_that_was_to_begin_later_can_be_taken_back(qingzhu: SchoolCast) -> None:
    grant = grant_role(
        actor=qingzhu.actor(qingzhu.admin), user=qingzhu.mentor, role=Role.LEADER, school=qingzhu.school,
        starts_on=TOMORROW,
    )  # fmt: skip
    end_role(actor=qingzhu.actor(qingzhu.admin), grant=grant)
    grant.refresh_from_db()
    assert (grant.starts_on, grant.ends_on) == (TOMORROW, TODAY - DAY)
    assert [RoleGrant.objects.active(day).filter(pk=grant.pk).exists() for day in (TODAY, TOMORROW)] == [False, False]


def test_an_import_ends_the_former_ones_too(qingzhu: SchoolCast) -> None:
    give(qingzhu, qingzhu.mentor, TODAY)
    wanted = [NewGrant(qingzhu.colleague.pk, Role.HOMEROOM, qingzhu.class_one.pk)]
    grant_roles(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, grants=wanted)
    assert of_class(qingzhu)[1:] == [(qingzhu.mentor, TODAY, TODAY - DAY), (qingzhu.colleague, TODAY, None)]
    assert AuditEntry.objects.get(verb="end_roles").detail == {"homeroom": 1}
