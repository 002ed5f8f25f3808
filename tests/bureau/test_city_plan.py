"""The city's plan: a bureau publishes it, a school sees what it would change, takes it over, and goes its own way."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.errors import DomainError
from notices.models import Notice
from records.bureau.models import CityPlan
from records.bureau.services.city_plan import (
    CityPlanData,
    own_differences,
    publish_city_plan,
    take_rules,
    take_texts,
    takings,
    withdraw_city_plan,
)
from records.setup.enums import DocumentPart
from records.setup.models import PlanDocument
from schools.enums import ActionKind
from schools.models import Plan
from tests.cast import SchoolCast

SignIn = Callable[[User], Client]
TEXTS = {DocumentPart.GOALS.value: "每一个学生都有一位老师记挂着。", DocumentPart.TRAINING.value: "每学期研训两次。"}


def publish(cast: SchoolCast, **changes: object) -> CityPlan:
    given = {"title": "江城市全员导师制方案", "base": "preset-junior_termly", "cap": 12, "parts": TEXTS} | changes
    return publish_city_plan(actor=cast.actor(cast.bureau_user), data=CityPlanData(**given))  # type: ignore[arg-type]


def test_the_schools_office_and_admin_are_told_of_each_version(qingzhu: SchoolCast, other: SchoolCast) -> None:
    first, second = publish(qingzhu), publish(qingzhu, cap=14)
    told = sorted(Notice.objects.values_list("title", "recipient__name", "link"))
    title = f"教育局发布了全市方案“{first.title}”"
    people, link = ("德育韩", "管一鸣"), reverse("city:plan")
    assert told == [(words, name, link) for words in (title, f"{title}第 2 版") for name in people]
    assert (first.version, second.version) == (1, 2)


def test_a_school_takes_the_rules_for_its_own_grades_and_keeps_the_others(qingzhu: SchoolCast) -> None:
    """Of a plan for all grades a primary school takes its own; what the city does not speak of stays."""
    plan = publish(qingzhu, base=f"school-{qingzhu.school.pk}")
    admin = qingzhu.actor(qingzhu.admin)
    changes = own_differences(admin, plan)
    assert [line.partition("：")[0] for line in changes] == ["每位导师的上限"]
    made = take_rules(actor=admin, plan=plan)
    assert (made.version, made.cap, made.effective_from) == (2, 12, admin.today)
    first = Plan.objects.get(year=qingzhu.year, version=1)
    assert [(a.action, a.period, a.count) for a in made.actions.all()] == [
        (a.action, a.period, a.count) for a in first.actions.all()
    ]
    admin.calendar.forget()
    assert own_differences(admin, plan) == []
    with pytest.raises(DomainError) as refused:
        take_rules(actor=admin, plan=plan)
    assert refused.value.code == "nothing_new"


def test_a_plan_for_other_grades_changes_no_rule_here(qingzhu: SchoolCast) -> None:
    """A plan for junior schools speaks of no grade of a primary school."""
    plan = publish(qingzhu)
    made = take_rules(actor=qingzhu.actor(qingzhu.admin), plan=plan)
    assert {row.grade.number for row in made.plan_grades.all()} == {1, 5}
    assert ActionKind.VISIT in [rule.action for rule in made.actions.all()]


def test_the_texts_become_the_next_version_and_the_bureau_sees_who_took_what(qingzhu: SchoolCast) -> None:
    plan = publish(qingzhu)
    take_texts(actor=qingzhu.actor(qingzhu.office), plan=plan)
    document = PlanDocument.objects.get(school=qingzhu.school)
    assert {part: text for part, text in document.parts.items() if text} == TEXTS
    (row,) = takings(qingzhu.actor(qingzhu.bureau_user), plan)
    assert (row.rules_on, row.texts_on is None) == (None, False)
    assert row.differs is not None
    assert "每位导师的上限" in [line.partition("：")[0] for line in row.differs]
    with pytest.raises(DomainError) as refused:
        take_texts(actor=qingzhu.actor(qingzhu.office), plan=plan)
    assert refused.value.code == "nothing_new"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"title": " "}, "title_missing"),
        ({"cap": 0}, "cap_wrong"),
        ({"base": "school-999999"}, "base_unknown"),
        ({"base": "same"}, "base_unknown"),
        ({"parts": {DocumentPart.GOALS.value: "{没有}"}}, "placeholder_unknown"),
        ({"parts": {DocumentPart.GOALS.value: "字" * 4001}}, "too_long"),
    ],
)
def test_what_cannot_be_published_is_said(qingzhu: SchoolCast, changes: dict[str, object], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        publish(qingzhu, **changes)
    assert refused.value.code == code


def test_only_the_bureau_publishes_and_another_citys_school_sees_nothing(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    plan = publish(qingzhu)
    for actor in (qingzhu.actor(qingzhu.admin), other.actor(other.bureau_user)):
        with pytest.raises(DomainError):
            withdraw_city_plan(actor=actor, plan=plan)
    with pytest.raises(DomainError) as refused:
        take_rules(actor=other.actor(other.admin), plan=plan)
    assert refused.value.code == "not_standing"
    assert client_of(other.admin).get(reverse("city:plan")).context["plan"] is None


def test_a_version_follows_another_and_a_withdrawn_one_is_gone(qingzhu: SchoolCast, client_of: SignIn) -> None:
    publish(qingzhu)
    client = client_of(qingzhu.bureau_user)
    answer = client.post(reverse("bureau:new_city_plan"), {"title": "第二版", "base": "same", "cap": "10"})
    assert answer.url == reverse("bureau:city_plan")  # type: ignore[attr-defined]
    page = client.get(reverse("bureau:city_plan"))
    assert (page.context["plan"].version, page.context["plan"].title) == (2, "第二版")
    client.post(reverse("bureau:withdraw_city_plan", args=[page.context["plan"].pk]))
    assert client.get(reverse("bureau:city_plan")).context["plan"].version == 1
    verbs = AuditEntry.objects.filter(verb__contains="city_plan").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["publish_city_plan", "publish_city_plan", "withdraw_city_plan"]
    refused = client.post(reverse("bureau:new_city_plan"), {"title": "", "base": "same", "cap": "99"})
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (422, ["cap", "title"])
