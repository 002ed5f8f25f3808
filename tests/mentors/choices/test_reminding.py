"""Homeroom teachers are told how many have not chosen: counts, no names, not twice a day."""

import datetime
from typing import Any

import pytest

from core.errors import DomainError
from mentors import tasks
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries.choices import is_to_be_reminded
from mentors.rounds.services.choices import remind_round
from notices.models import Notice
from schools.enums import KeyDateKind
from schools.models import KeyDate
from tests.cast import SCHOOL_DAY, TODAY, SchoolCast
from tests.mentors.builders import enrol
from tests.mentors.choices.builders import DAY, asking_round, by_slip, slip_of

pytestmark = pytest.mark.django_db


def at(month: int, day: int, hour: int = 17) -> datetime.datetime:
    return SCHOOL_DAY.replace(month=month, day=day, hour=hour)


def test_the_homeroom_teacher_gets_a_count_and_the_way_to_the_grid(qingzhu: SchoolCast) -> None:
    found = asking_round(qingzhu)
    enrol(qingzhu.class_one, 2)
    by_slip(slip_of(qingzhu, qingzhu.pupil_unassigned), found, qingzhu.slot)
    assert remind_round(actor=qingzhu.actor(qingzhu.office), round=found) == 1
    notice = Notice.objects.get()
    assert (notice.recipient, notice.title, notice.body, notice.link) == (
        qingzhu.homeroom,
        "一（1）班还有 2 位同学没有提交意向",
        "11月20日（周五） 10:00截止。可以提醒同学用凭条填写，也可以录入纸质意向表。",
        f"/rounds/{found.pk}/classes/{qingzhu.class_one.pk}/entry/",
    )


def test_nobody_is_told_twice_a_day(qingzhu: SchoolCast) -> None:
    found = asking_round(qingzhu)
    office = qingzhu.actor(qingzhu.office)
    remind_round(actor=office, round=found)
    with pytest.raises(DomainError) as caught:
        remind_round(actor=office, round=MatchingRound.objects.get())
    assert (caught.value.code, Notice.objects.count()) == ("reminded", 1)


def test_a_class_that_is_complete_is_left_alone(qingzhu: SchoolCast) -> None:
    found = asking_round(qingzhu)
    by_slip(slip_of(qingzhu, qingzhu.pupil_unassigned), found, qingzhu.slot)
    assert remind_round(actor=qingzhu.actor(qingzhu.office), round=found) == 0


@pytest.mark.parametrize("part", ["homeroom", "mentor", "admin", "leader"])
def test_only_the_office_reminds(qingzhu: SchoolCast, part: str) -> None:
    found = asking_round(qingzhu)
    with pytest.raises(DomainError) as caught:
        remind_round(actor=qingzhu.actor(qingzhu.people[part]), round=found)
    assert caught.value.code == "not_allowed"


@pytest.mark.parametrize(
    "changes,code",
    [({"opens_at": SCHOOL_DAY + DAY}, "not_yet"), ({"state": "setup"}, "not_started")],
)
def test_there_is_nothing_to_remind_of_before_the_start(
    qingzhu: SchoolCast, changes: dict[str, Any], code: str
) -> None:
    found = asking_round(qingzhu, **changes)
    with pytest.raises(DomainError) as caught:
        remind_round(actor=qingzhu.actor(qingzhu.office), round=found)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "closes,due",
    [
        (at(11, 20), True),  # today is two days before
        (at(11, 19), True),  # the day before, if two days before was missed
        (at(11, 21), False),
        (at(11, 23), False),  # a Monday: the Friday before it
    ],
)
def test_two_days_before_the_end_is_the_day(qingzhu: SchoolCast, closes: datetime.datetime, due: bool) -> None:
    found = asking_round(qingzhu, closes_at=closes)
    assert is_to_be_reminded(found, TODAY) is due


def test_before_days_off_the_reminder_comes_earlier(qingzhu: SchoolCast) -> None:
    found = asking_round(qingzhu, closes_at=at(11, 21))
    KeyDate.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        kind=KeyDateKind.HOLIDAY,
        name="校运会",
        starts_on=datetime.date(2026, 11, 19),
        ends_on=datetime.date(2026, 11, 20),
    )
    assert is_to_be_reminded(found, TODAY)


def test_the_daily_task_reminds_once(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    asking_round(qingzhu)
    tasks.remind_rounds()
    tasks.remind_rounds()
    assert Notice.objects.count() == 1


def test_a_round_that_was_reminded_of_meanwhile_is_passed_over(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers at once: the second one's refusal ended the task for all schools."""
    asking_round(qingzhu)
    monkeypatch.setattr(tasks, "is_to_be_reminded", lambda _found, _on: True)
    tasks.remind_rounds()
    tasks.remind_rounds()
    assert Notice.objects.count() == 1


def test_the_daily_task_is_silent_on_the_schools_own_holidays(qingzhu: SchoolCast) -> None:
    found = asking_round(qingzhu)
    KeyDate.objects.create(
        school=qingzhu.school, year=qingzhu.year, kind=KeyDateKind.HOLIDAY,
        name="校庆", starts_on=TODAY, ends_on=TODAY + datetime.timedelta(days=30),
    )  # fmt: skip
    MatchingRound.objects.filter(pk=found.pk).update(closes_at=SCHOOL_DAY + datetime.timedelta(hours=30))
    tasks.remind_rounds()
    assert Notice.objects.count() == 0


def test_the_daily_task_is_silent_on_days_off(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    asking_round(qingzhu)
    monkeypatch.setattr(tasks, "today", lambda: datetime.date(2026, 11, 21))
    tasks.remind_rounds()
    assert Notice.objects.count() == 0
