"""Roles by list, given to several at once, and 代理: somebody acts for a holder on leave, for a span of days."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import actor_for
from accounts.services import act_for, end_role, grant_role
from core.errors import DomainError
from mentors.queries.people import class_overviews
from notices.models import Notice
from tests.cast import SINCE, TODAY, SchoolCast

SignIn = Callable[[User], Client]
DAY = datetime.timedelta(days=1)


def homeroom_grant(cast: SchoolCast) -> RoleGrant:
    return RoleGrant.objects.get(role=Role.HOMEROOM, school_class=cast.class_one, acting_for=None)


def acts(
    cast: SchoolCast, user: User, grant: RoleGrant, *, first: int = 0, last: int = 7, by: User | None = None
) -> Any:
    actor = cast.actor(by or cast.admin)
    return act_for(actor=actor, grant=grant, user=user, starts_on=TODAY + first * DAY, ends_on=TODAY + last * DAY)


def test_whoever_acts_sees_what_the_role_sees_in_that_span_and_the_holder_stays(qingzhu: SchoolCast) -> None:
    acting = acts(qingzhu, qingzhu.colleague, homeroom_grant(qingzhu), first=1, last=3)
    seen = [actor_for(qingzhu.colleague, scope_key=None, on=TODAY + day * DAY).homeroom_class_ids for day in range(5)]
    assert seen == [frozenset(), *[{qingzhu.class_one.pk}] * 3, frozenset()]
    assert qingzhu.actor(qingzhu.homeroom).homeroom_class_ids == {qingzhu.class_one.pk}
    overview = class_overviews(qingzhu.year, on=TODAY + DAY, class_ids=[qingzhu.class_one.pk])
    assert [one.homeroom for one in overview] == ["何知秋"]
    assert (acting.acting_for, acting.ends_on) == (qingzhu.homeroom, TODAY + 3 * DAY)


def test_acting_for_the_office_is_told_like_the_role(qingzhu: SchoolCast) -> None:
    acts(qingzhu, qingzhu.mentor, RoleGrant.objects.get(user=qingzhu.office))
    told = Notice.objects.filter(title="林小满得到“德育室”").order_by("recipient__name")
    assert {notice.recipient.name for notice in told} == {"林小满", "德育韩", "温言", "程远"}
    assert "2026年11月18日到2026年11月25日代理" in told[0].body


def test_nobody_acts_for_the_counsellor_by_their_own_word(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refusal:
        acts(qingzhu, qingzhu.admin, RoleGrant.objects.get(user=qingzhu.counsellor))
    assert refusal.value.code == "own_power"


@pytest.mark.parametrize(
    "part, first, last, code",
    [
        ("office", 3, 2, "ends_before"),
        ("office", -5, -1, "ends_before"),
        ("office", 0, 400, "date_out_of_range"),
    ],
)
def test_what_cannot_be_acted_for_is_refused(qingzhu: SchoolCast, part: str, first: int, last: int, code: str) -> None:
    grant = RoleGrant.objects.get(user=qingzhu.people[part])
    with pytest.raises(DomainError) as refusal:
        acts(qingzhu, qingzhu.colleague, grant, first=first, last=last)
    assert refusal.value.code == code


def test_who_acts_already_is_not_asked_twice_and_the_same_again_changes_nothing(qingzhu: SchoolCast) -> None:
    grant = homeroom_grant(qingzhu)
    once, again = (acts(qingzhu, qingzhu.colleague, grant) for _ in range(2))
    assert once.pk == again.pk
    for other, first in ((grant, 3), (once, 0)):
        with pytest.raises(DomainError) as refusal:
            acts(qingzhu, qingzhu.colleague, other, first=first)
        assert refusal.value.code == {grant.pk: "acts_already", once.pk: "already_ended"}[other.pk]


def test_acting_ends_early_and_never_leaves_the_class_without_its_holder(qingzhu: SchoolCast) -> None:
    acting = acts(qingzhu, qingzhu.colleague, homeroom_grant(qingzhu), first=-3)
    end_role(actor=qingzhu.actor(qingzhu.admin), grant=acting)
    acting.refresh_from_db()
    assert (acting.ends_on, homeroom_grant(qingzhu).ends_on) == (TODAY - DAY, None)
    with pytest.raises(DomainError, match="已经结束了"):
        end_role(actor=qingzhu.actor(qingzhu.admin), grant=acting)


def test_whoever_acts_for_the_only_admin_can_be_ended_and_the_admin_cannot(qingzhu: SchoolCast) -> None:
    grant = RoleGrant.objects.get(user=qingzhu.admin)
    acting = acts(qingzhu, qingzhu.leader, grant)
    with pytest.raises(DomainError) as refusal:
        end_role(actor=qingzhu.actor(qingzhu.admin), grant=grant)
    assert refusal.value.code == "last_admin"
    end_role(actor=qingzhu.actor(qingzhu.admin), grant=acting)


# --- The pages --------------------------------------------------------------------------------------------------------
def test_the_list_names_who_holds_what_and_who_acts(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(6):
        client.get(reverse("manage:roles"))
    for user in (qingzhu.mentor, qingzhu.colleague):
        acts(qingzhu, user, homeroom_grant(qingzhu))
    with django_assert_num_queries(6):
        page = client.get(reverse("manage:roles"))
    held = {found.role: [grant.user.name for grant in found.grants] for found in page.context["lists"]}
    assert held[Role.HOMEROOM] == ["何知秋", "林小满", "苏禾"]
    assert (held[Role.MORAL_OFFICE], held[Role.MENTOR]) == (["德育韩"], [])
    assert page.content.decode().count("（代理何知秋）") == 2


def test_one_role_is_given_to_all_who_are_ticked(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    users = [qingzhu.mentor, qingzhu.colleague]
    body: Any = {"who": [user.teacher.pk for user in users], "role": "leader", "starts_on": TODAY}
    assert client.post(reverse("manage:give_roles"), body)["Location"] == reverse("manage:roles")
    given = RoleGrant.objects.filter(role=Role.LEADER, starts_on=TODAY).values_list("user_id", flat=True)
    assert set(given) == {user.pk for user in users}
    # 班主任 belongs to one class: it is given on the person's own page.
    assert client.post(reverse("manage:give_roles"), body | {"role": "homeroom"}).status_code == 422


def test_an_admin_asks_somebody_to_act_and_a_refusal_stands_at_its_field(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.admin)
    page = reverse("manage:acting", args=[homeroom_grant(qingzhu).pk])
    body = {"user": qingzhu.colleague.pk, "starts_on": TODAY, "ends_on": TODAY - DAY}
    answer = client.post(page, body)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"ends_on": ["最后一天不能早于开始那天，也不能早于今天。"]}
    client.post(page, body | {"ends_on": TODAY + DAY})
    acting = RoleGrant.objects.exclude(acting_for=None).get()
    assert (acting.user, acting.acting_for) == (qingzhu.colleague, qingzhu.homeroom)
    person = client.get(reverse("manage:person", args=[qingzhu.colleague.teacher.pk])).content.decode()
    assert "代理何知秋" in person
    assert "代理" in client.get(reverse("manage:people")).content.decode()


def test_the_last_leader_of_a_class_is_not_who_acted_there(qingzhu: SchoolCast) -> None:
    """Who acted for a week would have opened the class in later years, and its homeroom teacher not."""
    from records.rules import led_formerly  # noqa: PLC0415  # beside its one use

    acts(qingzhu, qingzhu.colleague, homeroom_grant(qingzhu))
    qingzhu.year.is_current = False
    qingzhu.year.save()
    led = [list(led_formerly(qingzhu.actor(user))) for user in (qingzhu.homeroom, qingzhu.colleague)]
    assert led == [[qingzhu.class_one], []]


def test_a_role_that_nobody_gave_twice_stays_one(qingzhu: SchoolCast) -> None:
    grant_role(actor=qingzhu.system, user=qingzhu.mentor, role=Role.LEADER, school=qingzhu.school, starts_on=SINCE)
    with pytest.raises(DomainError) as refusal:
        acts(qingzhu, qingzhu.mentor, RoleGrant.objects.get(user=qingzhu.leader))
    assert refusal.value.code == "acts_already"
