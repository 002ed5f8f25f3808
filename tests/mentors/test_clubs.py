"""Clubs 社团: who keeps them, whom a typed line means, and what the leader's places mean for the members."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.rounds.models import Club, ClubMember
from mentors.rounds.queries.clubs import club_rows, read_members
from mentors.rounds.services.clubs import add_members, change_club, create_club, delete_club, remove_member
from mentors.staff.services.transfers import retire_teacher
from schools.models import SchoolYear
from schools.services import create_class
from students.models import Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.mentors.builders import enrol, fill

SignIn = Callable[[User], Client]


def club(cast: SchoolCast, name: str = "合唱团", **changes: object) -> Club:
    values = {"actor": cast.actor(cast.office), "year": cast.year, "name": name, "mentor": cast.slot} | changes
    return create_club(**values)  # type: ignore[arg-type]  # a builder of a test


def add(cast: SchoolCast, to: Club, *pupils: Pupil) -> int:
    return add_members(actor=cast.actor(cast.office), club=to, pupil_ids=[p.pk for p in pupils])


def year(cast: SchoolCast) -> SchoolYear:
    return SchoolYear.objects.select_related("school").get(pk=cast.year.pk)


def leaders(cast: SchoolCast) -> dict[int, int]:
    """The mentor who leads the pupil's club, by pupil."""
    return dict(ClubMember.objects.filter(year=cast.year).values_list("pupil_id", "club__mentor_id"))


# --- Keeping ----------------------------------------------------------------------------------------------------------
def test_the_office_keeps_a_club_its_leader_and_its_members(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    row = club(qingzhu, " 合唱团 ")
    assert (row.name, row.mentor) == ("合唱团", qingzhu.slot)
    assert add(qingzhu, row, qingzhu.pupil_unassigned, qingzhu.pupil_shared) == 2
    assert add(qingzhu, row, qingzhu.pupil_unassigned) == 0
    assert leaders(qingzhu) == {
        qingzhu.pupil_unassigned.pk: qingzhu.slot.pk,
        qingzhu.pupil_shared.pk: qingzhu.slot.pk,
    }
    change_club(actor=office, club=row, name="校合唱团", mentor=qingzhu.slot_colleague)
    remove_member(actor=office, club=row, pupil_id=qingzhu.pupil_shared.pk)
    remove_member(actor=office, club=row, pupil_id=qingzhu.pupil_shared.pk)
    assert leaders(qingzhu) == {qingzhu.pupil_unassigned.pk: qingzhu.slot_colleague.pk}
    delete_club(actor=office, club=row)
    assert (Club.objects.count(), ClubMember.objects.count()) == (0, 0)
    verbs = AuditEntry.objects.filter(target_id=row.pk, verb__contains="club").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "create_club",
        "add_club_members",
        "change_club",
        "remove_club_member",
        "delete_club",
    ]


@pytest.mark.parametrize("part", ["admin", "homeroom", "mentor", "leader", "counsellor"])
def test_nobody_else_keeps_clubs(qingzhu: SchoolCast, part: str) -> None:
    row = club(qingzhu)
    actor = qingzhu.actor(qingzhu.people[part])
    for write in (
        lambda: create_club(actor=actor, year=qingzhu.year, name="棋社", mentor=qingzhu.slot),
        lambda: change_club(actor=actor, club=row, name="棋社", mentor=qingzhu.slot),
        lambda: delete_club(actor=actor, club=row),
        lambda: add_members(actor=actor, club=row, pupil_ids=[qingzhu.pupil_unassigned.pk]),
        lambda: remove_member(actor=actor, club=row, pupil_id=qingzhu.pupil_unassigned.pk),
    ):
        with pytest.raises(DomainError) as refused:
            write()
        assert refused.value.code == "not_allowed"
    assert list(Club.objects.values_list("name", flat=True)) == ["合唱团"]


def test_a_name_is_there_once_and_a_leader_mentors_this_year(qingzhu: SchoolCast, other: SchoolCast) -> None:
    club(qingzhu)
    club(qingzhu, "棋社")
    retire_teacher(actor=qingzhu.actor(qingzhu.admin), teacher=qingzhu.colleague.teacher, left_on=TODAY)
    for changes, code in (
        ({"name": "合唱团"}, "name_taken"),
        ({"name": "  "}, "no_name"),
        ({"name": "书法社", "mentor": qingzhu.slot_colleague}, "no_leader"),
        ({"name": "书法社", "mentor": other.slot}, "other_school"),
    ):
        with pytest.raises(DomainError) as refused:
            club(qingzhu, **changes)
        assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        change_club(
            actor=qingzhu.actor(qingzhu.office),
            club=Club.objects.get(name="棋社"),
            name="合唱团",
            mentor=qingzhu.slot,
        )
    assert refused.value.message == "本学年已经有“合唱团”了，请换一个名称。"


def test_a_pupil_is_in_one_club_a_year(qingzhu: SchoolCast, other: SchoolCast) -> None:
    first, second = club(qingzhu), club(qingzhu, "棋社")
    add(qingzhu, first, qingzhu.pupil_unassigned)
    with pytest.raises(DomainError) as refused:
        add(qingzhu, second, qingzhu.pupil_shared, qingzhu.pupil_unassigned)
    assert refused.value.message == ("丁小雨（合唱团）已经在别的社团里。每位同学按一个社团配导师，请先在那边移出。")
    with pytest.raises(DomainError) as refused:
        add(qingzhu, second, other.pupil_unassigned)
    assert refused.value.code == "not_enrolled"
    assert ClubMember.objects.filter(club=second).count() == 0


# --- Reading lines ----------------------------------------------------------------------------------------------------
def test_lines_are_read_by_number_by_class_and_name_and_by_a_name_that_is_there_once(qingzhu: SchoolCast) -> None:
    Pupil.objects.filter(pk=qingzhu.pupil_shared.pk).update(student_number="G2026X")
    text = "\n".join(
        [
            "一（1）班 安可儿",
            "1年级1班\t白 一诺",
            "",
            "  丁小雨 ",
            "g2026x",
            "范思齐，五（1）班，G2026X",
            "安可儿 一<1>",
        ]
    )
    reading = read_members(year(qingzhu), text)
    assert reading.problems == []
    assert reading.pupil_ids == [
        *(p.pk for p in qingzhu.pupils),
        qingzhu.pupil_unassigned.pk,
        qingzhu.pupil_shared.pk,
    ]


def test_two_of_one_name_are_never_told_apart_by_the_name(qingzhu: SchoolCast) -> None:
    two = create_class(year=qingzhu.year, grade_number=1, number=2)
    EnrolmentFactory.create(school_class=two, pupil__name="安可儿")
    twin = EnrolmentFactory.create(school_class=two, pupil__name="白一诺").pupil
    EnrolmentFactory.create(school_class=two, pupil__name="白一诺")
    text = f"安可儿\n一（2）班 安可儿\n一（2）班 白一诺\n王没有\n{twin.student_number} 安可儿\n{twin.student_number}"
    reading = read_members(year(qingzhu), text)
    assert len(reading.pupil_ids) == 2
    assert reading.pupil_ids[1] == twin.pk
    assert reading.problems == [
        "第 1 行“安可儿”：有 2 位同学叫这个名字（一（1）班、一（2）班），请在前面写上班级，或改写学籍号。",
        "第 3 行“一（2）班 白一诺”：一（2）班有 2 位同学叫这个名字，请改写学籍号。",
        "第 4 行“王没有”：本学年名册里没有这位同学，请检查班级和姓名，一行写一位，如“高一（1）班 王小明”。",
        f"第 5 行“{twin.student_number} 安可儿”：学籍号是一（2）班白一诺的，其余写的却不同，请改正。",
    ]


# --- Room -------------------------------------------------------------------------------------------------------------
def test_the_page_says_how_many_will_not_find_a_place(qingzhu: SchoolCast, client_of: SignIn) -> None:
    row = club(qingzhu, mentor=qingzhu.slot_homeroom)
    add(qingzhu, row, *enrol(qingzhu.class_five, 20))
    body = client_of(qingzhu.office).get(reverse("clubs:detail", args=[row.pk])).content.decode()
    assert "社团 20 人，导师上限 15：5 位需要另选导师，或批准 5 个超额。" in body
    assert f"{reverse('board:grant')}?mentor={qingzhu.slot_homeroom.pk}" in body
    assert "5 位放不下" in client_of(qingzhu.office).get(reverse("clubs:list")).content.decode()


def test_members_who_have_a_mentor_need_no_place_and_two_clubs_share_the_leaders_places(qingzhu: SchoolCast) -> None:
    fill(qingzhu, qingzhu.slot, 10)
    first, second = club(qingzhu), club(qingzhu, "棋社")
    add(qingzhu, first, *qingzhu.pupils, *enrol(qingzhu.class_five, 4))
    add(qingzhu, second, *enrol(qingzhu.class_five, 3))
    rows = club_rows(qingzhu.actor(qingzhu.office), qingzhu.year)
    assert [(r.club.name, r.members, r.waiting, r.free, r.over) for r in rows] == [
        ("合唱团", 6, 7, 5, 2),
        ("棋社", 3, 7, 5, 2),
    ]
    assert rows[0].advice == (
        "社团 6 人，导师上限 15，还有 7 人没有导师、5 个名额：2 位需要另选导师，或批准 2 个超额。"
    )


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_office_makes_a_club_and_pastes_its_members(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    made = client.post(reverse("clubs:new"), {"name": "合唱团", "mentor": qingzhu.slot.pk})
    row = Club.objects.get()
    assert made["Location"] == reverse("clubs:detail", args=[row.pk])
    wrong = client.post(reverse("clubs:members", args=[row.pk]), {"lines": "丁小雨\n王没有"})
    assert wrong.status_code == 422
    assert "第 2 行“王没有”" in wrong.content.decode()
    assert ClubMember.objects.count() == 0
    client.post(reverse("clubs:members", args=[row.pk]), {"lines": "丁小雨\n五（1）班 范思齐"})
    page = client.get(reverse("clubs:detail", args=[row.pk]))
    assert [item.member.pupil.name for item in page.context["members"]] == ["丁小雨", "范思齐"]
    client.post(reverse("clubs:remove", args=[row.pk, qingzhu.pupil_shared.pk]))
    client.post(reverse("clubs:edit", args=[row.pk]), {"name": "校合唱团", "mentor": qingzhu.slot_colleague.pk})
    row.refresh_from_db()
    assert (row.name, row.mentor, row.members.count()) == ("校合唱团", qingzhu.slot_colleague, 1)
    taken = client.post(reverse("clubs:new"), {"name": "校合唱团", "mentor": qingzhu.slot.pk})
    assert taken.context["form"].errors == {"name": ["本学年已经有“校合唱团”了，请换一个名称。"]}
    assert "1 人名单" in client.get(reverse("clubs:delete", args=[row.pk])).content.decode()
    client.post(reverse("clubs:delete", args=[row.pk]))
    assert not Club.objects.exists()


def test_a_leader_reads_the_own_club_and_no_other(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    own, theirs, far = club(qingzhu), club(qingzhu, "棋社", mentor=qingzhu.slot_colleague), club(other)
    add(qingzhu, own, qingzhu.pupil_unassigned)
    client = client_of(qingzhu.mentor)
    listed = client.get(reverse("clubs:list"))
    assert [row.club for row in listed.context["rows"]] == [own]
    body = client.get(reverse("clubs:detail", args=[own.pk])).content.decode()
    assert "丁小雨" in body
    assert reverse("clubs:edit", args=[own.pk]) not in body
    assert reverse("clubs:members", args=[own.pk]) not in body
    desk = client.get(reverse("desk:home")).content.decode()
    assert reverse("clubs:detail", args=[own.pk]) in desk
    assert reverse("clubs:detail", args=[theirs.pk]) not in desk
    assert client.get(reverse("clubs:detail", args=[theirs.pk])).status_code == 403
    assert client.get(reverse("clubs:detail", args=[far.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_club_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for at, mentor in enumerate((qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_shared)[:count]):
        club(qingzhu, f"社团{at}", mentor=mentor)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(9):
        page = client.get(reverse("clubs:list"))
    assert len(page.context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_club_costs_the_same_with_one_member_and_with_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    row = club(qingzhu)
    pupils = (qingzhu.pupils[0], qingzhu.pupil_of_colleague, qingzhu.pupil_shared)
    add(qingzhu, row, *pupils[:count])
    client = client_of(qingzhu.office)
    with django_assert_num_queries(16):
        page = client.get(reverse("clubs:detail", args=[row.pk]))
    assert len(page.context["members"]) == count
