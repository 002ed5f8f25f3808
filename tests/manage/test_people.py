"""The admin's pages about people: finding them, their dated roles, and a first password that is shown once."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import AccountSlip, AuditEntry, DoorTry, Press, RoleGrant, User
from accounts.services import create_user, grant_role, issue_account_slips, use_account_slip
from accounts.services.door import SIGN_IN, Visitor, knock, subject_of
from jobs.models import Job, KeptDocument
from mentors.models.slots import Teacher
from mentors.services.slots import create_mentor, set_team
from tests.cast import SINCE, TODAY, SchoolCast, TeacherFactory

SignIn = Callable[[User], Client]


def new_teacher(cast: SchoolCast, name: str) -> Teacher:
    """A teacher with an account, a role and a slot in class five's team."""
    user = create_user(actor=cast.system, username=f"u-{name}", name=name, school=cast.school)
    teacher = TeacherFactory.create(school=cast.school, name=name, user=user)
    slot = create_mentor(actor=cast.system, year=cast.year, teachers=[teacher])
    set_team(actor=cast.system, school_class=cast.class_five, mentors=[slot], leader=None)
    return teacher


def roles(user: User) -> list[tuple[str, datetime.date, datetime.date | None]]:
    return [(g.role, g.starts_on, g.ends_on) for g in RoleGrant.objects.filter(user=user).order_by("pk")]


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_shows_the_own_schools_teachers_only(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    page = client_of(qingzhu.admin).get(reverse("manage:people"))
    assert {t.name for t in page.context["page"]} == {"何知秋", "林小满", "苏禾", "陶然", "石磊"}
    assert {t.school_id for t in page.context["page"]} == {qingzhu.school.pk}
    assert {u.username for u in page.context["others"]} == {
        "qingzhu-admin",
        "qingzhu-office",
        "qingzhu-counsellor",
        "qingzhu-leader",
    }
    assert "一（1）班 班主任" in page.content.decode()


def test_the_list_is_in_the_order_that_is_asked_for_and_who_has_left_stands_last(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client, leaver = client_of(qingzhu.admin), Teacher.objects.order_by("number").filter(school=qingzhu.school)[0]
    Teacher.objects.filter(pk=leaver.pk).update(left_on=TODAY)

    def names(sort: str) -> list[str]:
        return [t.name for t in client.get(reverse("manage:people"), {"sort": sort}).context["page"]]

    by_name = ["何知秋", "林小满", "苏禾", "陶然", "石磊"]
    assert (names("name"), names("-name")) == (by_name, by_name[::-1])
    assert names("")[-1] == leaver.name
    assert names("nonsense") == names("number") == names("")


def test_search_and_role_narrow_the_list(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    found = client.get(reverse("manage:people"), {"q": "小满"})
    assert [t.name for t in found.context["page"]] == ["林小满"]
    homerooms = client.get(reverse("manage:people"), {"role": "homeroom"})
    assert [t.name for t in homerooms.context["page"]] == ["何知秋"]
    nobody = client.get(reverse("manage:people"), {"q": "没有这个人"})
    assert "没有找到教师" in nobody.content.decode()


def test_the_list_is_paged(qingzhu: SchoolCast, client_of: SignIn) -> None:
    TeacherFactory.create_batch(50, school=qingzhu.school)
    page = client_of(qingzhu.admin).get(reverse("manage:people"), {"page": 2})
    assert len(page.context["page"].object_list) == 5
    assert "共 55 条" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_teacher_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        new_teacher(qingzhu, f"唐{number}")
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(18):
        page = client.get(reverse("manage:people"), {"q": "唐"})
    assert len(page.context["page"].object_list) == count


@pytest.mark.parametrize("part", ["homeroom", "mentor", "office", "counsellor", "leader", "bureau_user"])
def test_people_are_the_admins_alone(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    user = qingzhu.mentor
    # 德育室 prints account slips from the list, and opens nobody's page.
    listed = client.get(reverse("manage:people")).status_code
    assert listed == (200 if part == "office" else 403)
    for name, args in (("person", [user.teacher.pk]), ("account", [user.pk]), ("classes", []), ("activity", [])):
        assert client.get(reverse(f"manage:{name}", args=args)).status_code == 403
    for name in ("password", "give_role"):
        assert client.post(reverse(f"manage:{name}", args=[user.pk])).status_code == 403
    assert not User.objects.get(pk=user.pk).must_change_password


def test_people_of_another_school_are_unknown(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    theirs = other.mentor
    grant = RoleGrant.objects.get(user=theirs)
    assert client.get(reverse("manage:person", args=[theirs.teacher.pk])).status_code == 404
    assert client.get(reverse("manage:account", args=[theirs.pk])).status_code == 404
    for name, args in (
        ("password", [theirs.pk]),
        ("give_role", [theirs.pk]),
        ("take_role", [theirs.pk, grant.pk]),
        ("take_role", [qingzhu.mentor.pk, grant.pk]),
        ("open_account", [theirs.teacher.pk]),
    ):
        assert client.post(reverse(f"manage:{name}", args=args)).status_code == 404
    assert roles(theirs) == [("mentor", SINCE, None)]


# --- Roles ------------------------------------------------------------------------------------------------------------
def test_a_role_begins_on_its_day(qingzhu: SchoolCast, client_of: SignIn) -> None:
    user = qingzhu.mentor
    answer = client_of(qingzhu.admin).post(
        reverse("manage:give_role", args=[user.pk]), {"role": "counsellor", "starts_on": "2026-12-01"}
    )
    assert answer["Location"] == reverse("manage:person", args=[user.teacher.pk])
    assert roles(user) == [("mentor", SINCE, None), ("counsellor", datetime.date(2026, 12, 1), None)]
    assert not qingzhu.actor(user).has(Role.COUNSELLOR)


def test_a_new_homeroom_teacher_relieves_the_former_one(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client_of(qingzhu.admin).post(
        reverse("manage:give_role", args=[qingzhu.mentor.pk]),
        {"role": "homeroom", "school_class": qingzhu.class_one.pk, "starts_on": TODAY},
    )
    assert qingzhu.actor(qingzhu.mentor).homeroom_class_ids == {qingzhu.class_one.pk}
    former = RoleGrant.objects.get(user=qingzhu.homeroom, role=Role.HOMEROOM)
    assert former.ends_on == TODAY - datetime.timedelta(days=1)


@pytest.mark.parametrize(
    "data, field, message",
    [
        ({"role": "homeroom", "starts_on": "2026-09-01"}, "school_class", "请选择这位班主任所带的班级。"),
        ({"role": "", "starts_on": "2026-09-01"}, "role", "请选择一个角色。"),
        ({"role": "leader", "starts_on": "九月"}, "starts_on", "日期不对，请按“2026-09-03”的样子填写。"),
    ],
)
def test_an_incomplete_role_is_refused_at_its_field(
    qingzhu: SchoolCast, client_of: SignIn, data: dict[str, str], field: str, message: str
) -> None:
    answer = client_of(qingzhu.admin).post(reverse("manage:give_role", args=[qingzhu.mentor.pk]), data)
    assert answer.status_code == 422
    assert answer.context["role_form"].errors == {field: [message]}
    assert roles(qingzhu.mentor) == [("mentor", SINCE, None)]


def test_nobody_in_a_school_can_grant_the_bureaus_role(qingzhu: SchoolCast, client_of: SignIn) -> None:
    url = reverse("manage:give_role", args=[qingzhu.mentor.pk])
    assert client_of(qingzhu.admin).post(url, {"role": "bureau", "starts_on": TODAY}).status_code == 422


def test_a_class_of_another_school_cannot_be_given(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.admin).post(
        reverse("manage:give_role", args=[qingzhu.mentor.pk]),
        {"role": "homeroom", "school_class": other.class_one.pk, "starts_on": TODAY},
    )
    assert answer.status_code == 422


def test_ending_a_role_keeps_it_as_history(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    grant = RoleGrant.objects.get(user=qingzhu.mentor)
    client.post(reverse("manage:take_role", args=[qingzhu.mentor.pk, grant.pk]))
    assert roles(qingzhu.mentor) == [("mentor", SINCE, TODAY - datetime.timedelta(days=1))]
    page = client.get(reverse("manage:person", args=[qingzhu.mentor.teacher.pk]))
    assert [g.pk for g in page.context["past"]] == [grant.pk]
    assert page.context["present"] == []


def test_the_last_admin_stays(qingzhu: SchoolCast, client_of: SignIn) -> None:
    grant = RoleGrant.objects.get(user=qingzhu.admin)
    answer = client_of(qingzhu.admin).post(reverse("manage:take_role", args=[qingzhu.admin.pk, grant.pk]))
    assert answer.status_code == 422
    assert "这是本校唯一的管理员，请先指定另一位管理员。" in answer.content.decode()
    assert roles(qingzhu.admin) == [("school_admin", SINCE, None)]


def test_the_page_costs_the_same_for_one_role_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = reverse("manage:person", args=[qingzhu.mentor.teacher.pk])
    client = client_of(qingzhu.admin)
    with django_assert_num_queries(15):
        client.get(url)
    for role in (Role.COUNSELLOR, Role.LEADER):
        grant_role(actor=qingzhu.system, user=qingzhu.mentor, role=role, school=qingzhu.school)
    with django_assert_num_queries(15):
        client.get(url)


# --- Accounts ---------------------------------------------------------------------------------------------------------
def test_a_first_password_is_shown_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Loading the page again issued another password and killed the first."""
    client = client_of(qingzhu.admin)
    user = qingzhu.mentor
    issue = reverse("manage:password", args=[user.pk])
    answers = [client.post(issue) for _ in range(2)]
    page = reverse("manage:person", args=[user.teacher.pk])
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 2
    shown, again = client.get(page), client.get(page)
    password = shown.context["first_password"]
    assert [f">{password}</code>" in one.content.decode() for one in (shown, again)] == [True, False]
    assert [("no-store" in one["Cache-Control"], password in str(dict(client.session))) for one in (shown, again)] == [
        (True, False)
    ] * 2
    user.refresh_from_db()
    assert (user.check_password(password), user.must_change_password) == (True, True)
    entry = AuditEntry.objects.get(verb="issue_password", user_id=qingzhu.admin.pk)
    assert (entry.target_id, entry.detail) == (user.pk, {})


def test_a_teacher_without_account_gets_one_with_its_password(qingzhu: SchoolCast, client_of: SignIn) -> None:
    teacher = TeacherFactory.create(school=qingzhu.school, name="顾盼", number="077")
    client = client_of(qingzhu.admin)
    page = client.get(reverse("manage:person", args=[teacher.pk]))
    assert page.context["account_form"]["username"].value() == "qingzhu-077"
    url = reverse("manage:open_account", args=[teacher.pk])
    taken = client.post(url, {"username": "qingzhu-mentor"})
    assert taken.status_code == 422
    assert taken.context["account_form"].errors == {"username": ["账号“qingzhu-mentor”已经有人使用，请换一个。"]}
    opened = client.post(url, {"username": "qingzhu-077"}, follow=True)
    assert "no-store" in opened["Cache-Control"]
    teacher.refresh_from_db()
    assert teacher.user is not None
    assert teacher.user.check_password(opened.context["first_password"])


def test_an_account_of_a_teacher_leads_to_the_teacher(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    answer = client.get(reverse("manage:account", args=[qingzhu.mentor.pk]))
    assert answer["Location"] == reverse("manage:person", args=[qingzhu.mentor.teacher.pk])
    assert client.get(reverse("manage:account", args=[qingzhu.office.pk])).status_code == 200


# --- The accounts of many ---------------------------------------------------------------------------------------------
def chips(page: Any) -> dict[str, int | str]:
    return {key: count for key, _label, count in page.context["tabs"]}


def test_the_list_tells_how_far_each_teacher_is_and_filters_by_it(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Who had signed in stood on 55 pages, one for each teacher."""
    client = client_of(qingzhu.admin)
    issue_account_slips(actor=qingzhu.actor(qingzhu.admin), users=[qingzhu.mentor])
    User.objects.filter(pk=qingzhu.colleague.pk).update(last_login=timezone.now())
    User.objects.filter(pk=qingzhu.sharer.pk).update(is_active=False)
    expected = {"none": "石磊", "waiting": "何知秋", "printed": "林小满", "signed": "苏禾", "closed": "陶然"}
    for state, name in expected.items():
        page = client.get(reverse("manage:people"), {"state": state})
        assert [teacher.name for teacher in page.context["page"]] == [name]
    new = client.get(reverse("manage:people"), {"state": "new"})
    assert sorted(t.name for t in new.context["page"]) == sorted(["石磊", "何知秋", "林小满"])
    assert chips(new) == {"": "", "new": 3, **dict.fromkeys(expected, 1), "locked": 0}


def test_slips_of_all_who_never_signed_in_take_two_presses(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    former = issue_account_slips(actor=qingzhu.actor(qingzhu.admin), users=[qingzhu.mentor])
    page = client.get(reverse("manage:slips"), {"state": "new"})
    plan = page.context["plan"]
    told = {row.name: (row.former is not None, row.opens_account) for row in plan.rows}
    assert told == {
        "何知秋": (False, False),
        "林小满": (True, False),
        "苏禾": (False, False),
        "陶然": (False, False),
        "石磊": (False, True),
    }
    # Looking does nothing yet.
    assert AccountSlip.objects.get(key=former[0].key).ended_at is None
    body = {"seed": page.context["seed"], "who": [teacher.pk for teacher in plan.chosen.teachers]}
    pdf, again = client.post(reverse("manage:slips"), body), client.post(reverse("manage:slips"), body)
    assert (pdf["Content-Type"], again.content == pdf.content) == ("application/pdf", True)
    assert AccountSlip.objects.filter(ended_at=None).count() == 5
    assert AccountSlip.objects.get(key=former[0].key).ended_at is not None
    assert (KeptDocument.objects.count(), Job.objects.count()) == (0, 0)


def test_a_page_that_was_printed_revives_no_used_code(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Back and 生成 once more would have printed the same codes, and paper that was used would have opened again."""
    client = client_of(qingzhu.admin)
    body = {"seed": "one page", "who": [qingzhu.mentor.teacher.pk]}
    client.post(reverse("manage:slips"), body)
    use_account_slip(slip=AccountSlip.objects.get(), password="窗台-松鼠-星期三")
    Press.objects.all().delete()
    again = client.post(reverse("manage:slips"), body)
    assert (again.status_code, again.context["problem"].code) == (422, "form_stale")


def test_the_office_prints_for_plain_teachers_and_is_told_of_the_others(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    stone = Teacher.objects.get(name="石磊")
    asked: dict[str, Any] = {"who": [qingzhu.mentor.teacher.pk, stone.pk], "account": qingzhu.counsellor.pk}
    page = client.get(reverse("manage:slips"), asked)
    assert [row.name for row in page.context["plan"].rows] == ["林小满"]
    assert page.context["plan"].left_out == [
        ("石磊", "还没有账号，请管理员打印"),
        ("温言", "有管理员、德育室或心理老师角色，请管理员打印"),
    ]
    listed = client.get(reverse("manage:people"))
    assert (listed.status_code, reverse("manage:person", args=[stone.pk]) in listed.content.decode()) == (200, False)


def test_ticked_accounts_are_closed_and_opened_together_but_never_the_own(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.admin)
    who: Any = [qingzhu.mentor.teacher.pk, qingzhu.colleague.teacher.pk]
    asked = client.get(reverse("manage:activity"), {"do": "close", "who": who})
    assert [user.name for user in asked.context["chosen"].users] == ["苏禾", "林小满"]
    client.post(reverse("manage:activity"), {"do": "close", "who": who})
    pair = User.objects.filter(pk__in=[qingzhu.mentor.pk, qingzhu.colleague.pk])
    assert list(pair.values_list("is_active", flat=True)) == [False, False]
    own = client.post(reverse("manage:activity"), {"do": "close", "account": qingzhu.admin.pk})
    assert (own.status_code, own.context["problem"].code) == (422, "own_account")
    client.post(reverse("manage:activity"), {"do": "open", "who": who})
    assert list(pair.values_list("is_active", flat=True)) == [True, True]


def test_whoever_typed_wrong_too_often_is_listed_and_many_are_unlocked_at_once(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    """A teacher who could not sign in looked like all others on the list, and waited."""

    def tries(user: User, source: str, times: int) -> None:
        for _ in range(times):
            visitor = Visitor(source)
            knock(SIGN_IN, subject=subject_of(user.username), visitor=visitor, is_right=lambda: False)

    tries(qingzhu.mentor, "phone", 8)
    tries(qingzhu.sharer, "phone", 7)
    tries(other.mentor, "phone of another", 8)
    for number in range(50):
        tries(qingzhu.colleague, f"stranger {number}", 1)
    client = client_of(qingzhu.admin)
    page = client.get(reverse("manage:people"), {"state": "locked"})
    assert ([t.name for t in page.context["page"]], chips(page)["locked"]) == (["苏禾", "林小满"], 2)
    assert page.content.decode().count("已锁定") == 3
    who: Any = [t.pk for t in page.context["page"]]
    asked = client.get(reverse("manage:activity"), {"do": "unlock", "who": who})
    assert "解锁 2 个账号" in asked.content.decode()
    done = client.post(reverse("manage:activity"), {"do": "unlock", "who": who}, follow=True)

    assert "已解锁 2 个账号。" in done.content.decode()
    assert (chips(done)["locked"], DoorTry.objects.values("subject").distinct().count()) == (0, 2)
    entry = AuditEntry.objects.get(verb="unlock_accounts")
    assert set(entry.detail["users"]) == {qingzhu.mentor.pk, qingzhu.colleague.pk}


def test_people_of_another_school_cannot_be_ticked(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    asked = {"who": other.mentor.teacher.pk, "account": other.admin.pk}
    for name in ("slips", "activity"):
        page = client_of(qingzhu.admin).get(reverse(f"manage:{name}"), asked)
        chosen = page.context["plan"].chosen if name == "slips" else page.context["chosen"]
        assert len(chosen) == 0
