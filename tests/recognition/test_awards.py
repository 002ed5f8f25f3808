"""表彰 (W31): colleagues nominate, people decide, nothing is counted, and it is announced when it is published."""

import datetime
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.models.slots import Teacher
from notices.models import Notice
from records.recognition.enums import NominatedBy
from records.recognition.models import Award, AwardRound, Nomination, RubricSheet
from records.recognition.queries.awards import nominees
from records.recognition.services.awards import (
    RoundData,
    change_award_round,
    drop_award,
    honour,
    keep_rubric_notes,
    nominate,
    open_award_round,
    publish_awards,
    take_back_awards,
    take_back_nomination,
    withdraw_award_round,
)
from records.recognition.services.joining import join_colleague, join_honoured
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.documents import reading

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DATA = RoundData("学年表彰", "优秀成长导师", TODAY, criteria=("育人实效", "家校沟通"))


def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def opened(cast: SchoolCast, data: RoundData = DATA) -> AwardRound:
    return open_award_round(actor=cast.actor(cast.office), data=data)


def said(cast: SchoolCast, row: AwardRound, by: User, of: User, reason: str = "每周都去家访") -> Nomination:
    return nominate(actor=cast.actor(by), round=row, teacher=teacher_of(of), reason=reason)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


# --- Services ---------------------------------------------------------------------------------------------------------
def test_a_round_opened_twice_is_one(qingzhu: SchoolCast) -> None:
    assert opened(qingzhu).pk == opened(qingzhu).pk
    assert AuditEntry.objects.filter(verb="open_award_round").count() == 1


@pytest.mark.parametrize("part", ["mentor", "leader", "admin"])
def test_the_office_alone_opens_publishes_and_withdraws(qingzhu: SchoolCast, part: str) -> None:
    actor, row = qingzhu.actor(getattr(qingzhu, part)), opened(qingzhu)
    calls = (
        partial(open_award_round, data=DATA),
        partial(change_award_round, round=row, data=DATA),
        partial(publish_awards, round=row),
        partial(take_back_awards, round=row),
        partial(withdraw_award_round, round=row),
    )
    assert [code(partial(call, actor=actor)) for call in calls] == ["not_allowed"] * 5


@pytest.mark.parametrize(
    "data,refusal",
    [
        (RoundData("", "导师", TODAY), "title_missing"),
        (RoundData("表彰", " ", TODAY), "award_missing"),
        (RoundData("表彰", "导师", TODAY - datetime.timedelta(days=1)), "date_out_of_range"),
        (RoundData("表彰", "导师", TODAY, criteria=("一项",) * 11), "criteria_too_many"),
    ],
)
def test_a_round_wants_a_title_an_award_and_a_day_to_come(qingzhu: SchoolCast, data: RoundData, refusal: str) -> None:
    assert code(lambda: opened(qingzhu, data)) == refusal


def test_nobody_nominates_themselves_or_twice(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu)
    assert code(lambda: said(qingzhu, row, qingzhu.mentor, qingzhu.mentor)) == "oneself"
    assert code(lambda: said(qingzhu, row, qingzhu.mentor, qingzhu.colleague, " ")) == "reason_missing"
    first = said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    again = said(qingzhu, row, qingzhu.mentor, qingzhu.colleague, "更具体的理由")
    assert (first.pk, Nomination.objects.get().reason) == (again.pk, "更具体的理由")


def test_who_may_nominate_is_what_the_round_says_until_its_day(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, RoundData("班主任推荐", "导师", TODAY, nominators=NominatedBy.HOMEROOMS))
    assert code(lambda: said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)) == "not_allowed"
    found = said(qingzhu, row, qingzhu.homeroom, qingzhu.colleague)
    AwardRound.objects.update(until=TODAY - datetime.timedelta(days=1))
    assert code(lambda: said(qingzhu, row, qingzhu.homeroom, qingzhu.mentor)) == "not_allowed"
    back = partial(take_back_nomination, actor=qingzhu.actor(qingzhu.homeroom), nomination=found)
    assert code(back) == "not_allowed"


def test_people_decide_on_those_who_were_nominated_but_never_on_themselves(qingzhu: SchoolCast) -> None:
    """An award is never the outcome of a count: each one is somebody's decision."""
    office_teacher = TeacherFactory.create(school=qingzhu.school, user=qingzhu.office, name="德育韩")
    row = opened(qingzhu)
    said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    nominate(actor=qingzhu.actor(qingzhu.mentor), round=row, teacher=office_teacher, reason="总在前面")
    office, leader = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.leader)
    decide = partial(honour, round=row, citation="")
    assert code(lambda: decide(actor=office, teacher=office_teacher)) == "own_award"
    assert code(lambda: decide(actor=office, teacher=teacher_of(qingzhu.homeroom))) == "not_nominated"
    assert code(lambda: decide(actor=qingzhu.actor(qingzhu.mentor), teacher=office_teacher)) == "not_allowed"
    decide(actor=leader, teacher=office_teacher)
    decide(actor=office, teacher=teacher_of(qingzhu.colleague))
    assert {award.teacher.name for award in Award.objects.all()} == {"德育韩", "苏禾"}
    drop_award(actor=leader, round=row, teacher=office_teacher)
    assert Award.objects.get().teacher.name == "苏禾"


def test_notes_by_the_rubric_are_words_of_each_who_decides(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu)
    said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    teacher = teacher_of(qingzhu.colleague)
    keep = partial(keep_rubric_notes, round=row, teacher=teacher)
    keep(actor=qingzhu.actor(qingzhu.office), notes=["很实在", ""])
    keep(actor=qingzhu.actor(qingzhu.leader), notes=["", "家长信任"])
    assert [sheet.notes for sheet in RubricSheet._default_manager.all()] == [["很实在", ""], ["", "家长信任"]]
    assert code(lambda: keep(actor=qingzhu.actor(qingzhu.office), notes=["少一项"])) == "notes_unfit"
    changed = RoundData("学年表彰", "优秀成长导师", TODAY, criteria=("换了",))
    change = partial(change_award_round, actor=qingzhu.actor(qingzhu.office), round=row, data=changed)
    assert code(change) == "criteria_in_use"
    keep(actor=qingzhu.actor(qingzhu.office), notes=["", ""])
    assert RubricSheet._default_manager.count() == 1


def test_it_is_announced_when_it_is_published_and_can_be_taken_back(qingzhu: SchoolCast, client_of: SignIn) -> None:
    office, row = qingzhu.actor(qingzhu.office), opened(qingzhu)
    said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    assert code(lambda: publish_awards(actor=office, round=row)) == "nobody"
    honour(actor=office, round=row, teacher=teacher_of(qingzhu.colleague), citation="")
    url = reverse("recognition:round", args=[row.pk])
    assert [award.teacher.name for award in client_of(qingzhu.mentor).get(url).context["awards"]] == []
    publish_awards(actor=office, round=row)
    publish_awards(actor=office, round=row)
    assert [award.teacher.name for award in client_of(qingzhu.mentor).get(url).context["awards"]] == ["苏禾"]
    told = Notice.objects.filter(kind="award")
    assert [(notice.recipient, notice.link) for notice in told] == [(qingzhu.colleague, url)]
    assert code(lambda: drop_award(actor=office, round=row, teacher=teacher_of(qingzhu.colleague))) == "over"
    take_back_awards(actor=office, round=row)
    assert client_of(qingzhu.mentor).get(url).context["awards"] == []
    withdraw_award_round(actor=office, round=row)
    assert [client_of(user).get(url).status_code for user in (qingzhu.mentor, qingzhu.leader)] == [403, 200]


def test_it_is_not_published_while_colleagues_still_nominate(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu, RoundData("年末表彰", "导师", TODAY + datetime.timedelta(days=1)))
    assert code(lambda: publish_awards(actor=qingzhu.actor(qingzhu.office), round=row)) == "still_open"


def test_another_school_reaches_nothing(qingzhu: SchoolCast, other: SchoolCast) -> None:
    row = opened(qingzhu)
    found = said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    actor, teacher = other.actor(other.office), teacher_of(qingzhu.colleague)
    calls = (
        partial(change_award_round, round=row, data=DATA),
        partial(withdraw_award_round, round=row),
        partial(nominate, round=row, teacher=teacher, reason="好"),
        partial(take_back_nomination, nomination=found),
        partial(keep_rubric_notes, round=row, teacher=teacher, notes=["", ""]),
        partial(honour, round=row, teacher=teacher, citation=""),
        partial(drop_award, round=row, teacher=teacher),
        partial(publish_awards, round=row),
        partial(take_back_awards, round=row),
    )
    assert [code(partial(call, actor=actor)) for call in calls] == ["other_school"] * len(calls)
    foreign = partial(nominate, actor=qingzhu.actor(qingzhu.mentor), round=row, reason="好")
    assert code(lambda: foreign(teacher=teacher_of(other.mentor))) == "other_school"


# --- Who sees what ----------------------------------------------------------------------------------------------------
def test_whoever_was_nominated_never_learns_by_whom(qingzhu: SchoolCast) -> None:
    """Not even a member of 德育室, who reads all other nominations."""
    office_teacher = TeacherFactory.create(school=qingzhu.school, user=qingzhu.office, name="德育韩")
    row = opened(qingzhu)
    nominate(actor=qingzhu.actor(qingzhu.mentor), round=row, teacher=office_teacher, reason="总在前面")
    found = said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    actors = [qingzhu.actor(user) for user in (qingzhu.office, qingzhu.colleague)]
    seen = [[one.pk for one in Nomination.objects.visible_to(actor)] for actor in actors]
    assert seen == [[found.pk], []]
    (own,) = [one for one in nominees(qingzhu.actor(qingzhu.office), row) if one.is_own]
    assert own.nominations == ()


def test_nominees_stand_by_name_however_many_have_nominated_them(qingzhu: SchoolCast, client_of: SignIn) -> None:
    row = opened(qingzhu)
    for user, pinyin in ((qingzhu.homeroom, "he zhiqiu"), (qingzhu.colleague, "su he")):
        Teacher.objects.filter(user=user).update(pinyin=pinyin)
    for by in (qingzhu.mentor, qingzhu.homeroom, qingzhu.sharer):
        said(qingzhu, row, by, qingzhu.colleague)
    said(qingzhu, row, qingzhu.colleague, qingzhu.homeroom)
    page = client_of(qingzhu.leader).get(reverse("recognition:people", args=[row.pk]))
    assert [one.teacher.name for one in page.context["nominees"]] == ["何知秋", "苏禾"]
    assert AuditEntry.objects.filter(verb="read_nominations").count() == 1


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_from_a_nomination_to_the_certificate(qingzhu: SchoolCast, client_of: SignIn, tmp_path: Path) -> None:
    office, row = client_of(qingzhu.office), opened(qingzhu)
    teacher = teacher_of(qingzhu.colleague)
    client_of(qingzhu.mentor).post(
        reverse("recognition:nominate", args=[row.pk]), {"teacher": teacher.pk, "reason": "每周都去家访"}
    )
    office.post(reverse("recognition:person", args=[row.pk, teacher.pk]), {"citation": "十年如一日，走进每一个家。"})
    office.post(reverse("recognition:publish", args=[row.pk]))
    pdf = reverse("recognition:certificates", args=[row.pk])
    mine = client_of(qingzhu.colleague).get(pdf)
    reading.assert_sound(mine.content, tmp_path, title="奖状 · 苏禾 · 青竹小学")
    assert reading.spoken(mine.content, tmp_path) == (
        "奖状苏禾老师：十年如一日，走进每一个家。荣获“优秀成长导师”称号，特发此证，以资鼓励。青竹小学（盖章）二〇二六年十一月十八日"
    )
    assert [client_of(user).get(pdf).status_code for user in (qingzhu.mentor, qingzhu.leader)] == [409, 200]
    assert AuditEntry.objects.filter(verb="print_awards").count() == 2


def test_a_nomination_without_a_reason_comes_back_at_its_field(qingzhu: SchoolCast, client_of: SignIn) -> None:
    url = reverse("recognition:nominate", args=[opened(qingzhu).pk])
    page = client_of(qingzhu.mentor).post(url, {"teacher": teacher_of(qingzhu.colleague).pk, "reason": " "})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["reason"])
    page = client_of(qingzhu.mentor).post(url, {"teacher": teacher_of(qingzhu.mentor).pk, "reason": "我很好"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["teacher"])


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_nominee_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    row = opened(qingzhu)
    for user in (qingzhu.colleague, qingzhu.sharer, qingzhu.homeroom)[:count]:
        said(qingzhu, row, qingzhu.mentor, user)
        honour(actor=qingzhu.actor(qingzhu.office), round=row, teacher=teacher_of(user), citation="")
        opened(qingzhu, RoundData(f"另一次{user.name}", "导师", TODAY))
    client = client_of(qingzhu.office)
    with django_assert_num_queries(7):
        client.get(reverse("recognition:list"))
    with django_assert_num_queries(10):
        client.get(reverse("recognition:people", args=[row.pk]))
    publish_awards(actor=qingzhu.actor(qingzhu.office), round=row)
    with django_assert_num_queries(8):
        client.get(reverse("recognition:round", args=[row.pk]))


# --- Two entries of one person ----------------------------------------------------------------------------------------
def test_two_entries_of_a_teacher_keep_what_was_said_once(qingzhu: SchoolCast) -> None:
    row, twin = opened(qingzhu), TeacherFactory.create(school=qingzhu.school, name="苏禾")
    kept, office = teacher_of(qingzhu.colleague), qingzhu.actor(qingzhu.office)
    said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    for by in (qingzhu.mentor, qingzhu.homeroom):
        nominate(actor=qingzhu.actor(by), round=row, teacher=twin, reason="又一次")
    honour(actor=office, round=row, teacher=twin, citation="")
    join_honoured(kept=kept, other=twin)
    assert [(one.by, one.teacher, one.reason) for one in Nomination.objects.order_by("by_id")] == [
        (qingzhu.homeroom, kept, "又一次"),
        (qingzhu.mentor, kept, "每周都去家访"),
    ]
    assert Award.objects.get().teacher == kept


def test_two_accounts_that_become_one_have_not_nominated_themselves(qingzhu: SchoolCast) -> None:
    row = opened(qingzhu)
    said(qingzhu, row, qingzhu.sharer, qingzhu.mentor)
    said(qingzhu, row, qingzhu.sharer, qingzhu.colleague)
    said(qingzhu, row, qingzhu.mentor, qingzhu.colleague)
    join_colleague(kept=qingzhu.mentor, other=qingzhu.sharer)
    assert [(one.by, one.teacher.name) for one in Nomination.objects.all()] == [(qingzhu.mentor, "苏禾")]
