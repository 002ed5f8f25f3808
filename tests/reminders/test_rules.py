"""What a school says about its reminders: which actions, at which points, to whom, and when nobody is told."""

import datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.queries import actor_for
from accounts.services import act_for
from core.days import Days
from records import tasks
from records.models.records import Tick
from records.reminding.models import Reminder, ReminderPause, ReminderRule, ReminderSettings
from records.reminding.queries.digests import plan_digests
from records.reminding.queries.nudge import OpenList, find_nudge
from records.reminding.services.sending import send_digests
from schools.enums import ActionKind, KeyDateKind
from schools.models import KeyDate
from tests.cast import SchoolCast
from tests.records.builders import visit_everybody

pytestmark = pytest.mark.django_db
DAY = datetime.date
# The talks around the exams: from 26 October to 25 November, a Wednesday.
OPENS, DUE = DAY(2026, 10, 26), DAY(2026, 11, 25)


@pytest.fixture(autouse=True)
def visited(qingzhu: SchoolCast, other: SchoolCast) -> None:
    visit_everybody(qingzhu)


def rule(cast: SchoolCast, action: str = "talk", **values: Any) -> None:
    points = {"early_days": 7, "late_days": 2}
    ReminderRule.objects.update_or_create(school=cast.school, action=action, defaults=points | values)


def told(cast: SchoolCast, on: datetime.date) -> dict[str, list[str]]:
    return {digest.user.name: digest.lines for digest in plan_digests(cast.school, on=on)}


def days_of(cast: SchoolCast, first: datetime.date, last: datetime.date) -> list[str]:
    """The days on which the mentor is told anything, if each day has its run."""
    return [
        f"{on:%m%d}"
        for on in Days(first, last).all
        if cast.mentor in [digest.user for digest in send_digests(on=on, schools=[cast.school])]
    ]


@pytest.mark.parametrize(
    "values,days",
    [
        ({}, ["1026", "1118", "1123"]),
        ({"first_day": False}, ["1118", "1123"]),
        ({"early_days": 14}, ["1026", "1111", "1123"]),
        ({"early_days": None}, ["1026", "1123"]),
        ({"late_days": None}, ["1026", "1118"]),
        ({"early_days": 3, "late_days": 0}, ["1026", "1122", "1125"]),
        ({"first_day": False, "early_days": None, "late_days": None}, []),
        ({"is_on": False}, []),
    ],
)
def test_an_action_is_told_of_at_the_points_that_the_school_chose(
    values: dict[str, Any], days: list[str], qingzhu: SchoolCast
) -> None:
    """3 days before a Wednesday is a Sunday: here each day has its run."""
    rule(qingzhu, **values)
    assert days_of(qingzhu, OPENS, DUE) == days


def test_what_is_over_is_told_weekly_or_not_at_all(qingzhu: SchoolCast) -> None:
    """The talks have another window in January, the visits of September have none."""
    Tick.objects.filter(action=ActionKind.VISIT).delete()
    assert days_of(qingzhu, DAY(2026, 11, 26), DAY(2026, 12, 8)) == ["1126", "1130", "1207"]
    rule(qingzhu, "visit", when_over=False)
    assert days_of(qingzhu, DAY(2026, 12, 9), DAY(2026, 12, 15)) == []


def test_the_last_day_of_sending_in_a_window_tells_what_nobody_could_be_told_later(qingzhu: SchoolCast) -> None:
    """A window that ended within a holiday was never told of at its end."""
    KeyDate.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        kind=KeyDateKind.HOLIDAY,
        name="校运会",
        starts_on=DAY(2026, 11, 19),
        ends_on=DAY(2026, 11, 27),
    )
    rule(qingzhu, early_days=None)
    assert days_of(qingzhu, DAY(2026, 11, 9), DAY(2026, 11, 17)) == ["1109"]
    assert told(qingzhu, DAY(2026, 11, 18))["林小满"] == ["还有 2 位同学没有谈心（11月25日前）"]
    # With days off counting as well there is time to wait.
    ReminderSettings.objects.create(school=qingzhu.school, school_days_only=False)
    assert told(qingzhu, DAY(2026, 11, 18)) == {}


def test_the_homeroom_teacher_hears_of_the_class_and_the_office_of_the_school(qingzhu: SchoolCast) -> None:
    rule(qingzhu, to_homeroom=True, to_office=True)
    mentors = {
        "林小满": ["还有 2 位同学没有谈心（11月25日前）"],
        "苏禾": ["还有 1 位同学没有谈心（11月25日前）"],
        "陶然": ["还有 1 位同学没有谈心（11月25日前）"],
    }
    wide = {
        # The class of four has one pupil without a mentor; the school one pupil more.
        "何知秋": ["一（1）班还有 4 位同学没有谈心（11月25日前）"],
        "德育韩": ["全校还有 5 位同学没有谈心（11月25日前）"],
    }
    assert told(qingzhu, DAY(2026, 11, 9)) == mentors | wide
    sent = {d.user.name: (d.count, d.keys) for d in send_digests(on=DAY(2026, 11, 9), schools=[qingzhu.school])}
    term = qingzhu.year.terms.get(number=1).pk
    place = f"talk:{term}:1026-1125:1"
    assert (sent["何知秋"], sent["德育韩"]) == ((1, [f"c{qingzhu.class_one.pk}:{place}"]), (1, [f"s:{place}"]))
    links = dict(Reminder.objects.exclude(notice=None).values_list("user__name", "notice__link"))
    assert (links["何知秋"], links["德育韩"], links["林小满"]) == (
        f"/office/classes/{qingzhu.class_one.pk}/",
        "/office/",
        "/my/",
    )
    assert told(qingzhu, DAY(2026, 11, 10)) == {}
    rule(qingzhu, to_mentors=False, to_homeroom=False)
    assert told(qingzhu, DAY(2026, 11, 23)) == {"德育韩": wide["德育韩"]}


def test_whoever_acts_for_a_mentor_hears_of_the_pupils_in_these_days(qingzhu: SchoolCast) -> None:
    grant = RoleGrant.objects.get(user=qingzhu.mentor, role=Role.MENTOR)
    admin = system_actor(school_id=qingzhu.school.pk, today=DAY(2026, 11, 9))
    act_for(actor=admin, grant=grant, user=qingzhu.colleague, starts_on=DAY(2026, 11, 9), ends_on=DAY(2026, 11, 20))
    own, his = "还有 1 位同学没有谈心（11月25日前）", "代林小满：还有 2 位同学没有谈心（11月25日前）"
    sent = {d.user.name: (d.count, d.lines) for d in send_digests(on=DAY(2026, 11, 9), schools=[qingzhu.school])}
    assert (sent["苏禾"], len(sent)) == ((3, [own, his]), 3)
    assert told(qingzhu, DAY(2026, 11, 20))["苏禾"] == [own, his]
    assert told(qingzhu, DAY(2026, 11, 23))["苏禾"] == [own]
    actor = actor_for(qingzhu.office, scope_key=None, on=DAY(2026, 11, 18))
    nudge = find_nudge(actor, actor.calendar.now, OpenList(show="talk"))
    assert {person.user.name: person.lines for person in nudge.people}["苏禾"] == [own, his]


def test_a_person_on_leave_hears_nothing_and_everything_afterwards(qingzhu: SchoolCast) -> None:
    ReminderPause.objects.create(
        school=qingzhu.school, user=qingzhu.mentor, starts_on=DAY(2026, 11, 9), ends_on=DAY(2026, 11, 13)
    )
    assert sorted(told(qingzhu, DAY(2026, 11, 9))) == ["苏禾", "陶然"]
    assert sorted(told(qingzhu, DAY(2026, 11, 13))) == ["苏禾", "陶然"]
    assert sorted(told(qingzhu, DAY(2026, 11, 16))) == ["林小满", "苏禾", "陶然"]


def test_while_all_is_paused_nobody_hears_anything(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReminderPause.objects.create(school=qingzhu.school, starts_on=DAY(2026, 11, 9), ends_on=DAY(2026, 11, 10))
    assert (told(qingzhu, DAY(2026, 11, 10)), len(told(other, DAY(2026, 11, 10)))) == ({}, 3)
    monkeypatch.setattr(tasks, "today", lambda: DAY(2026, 11, 10))
    tasks.remind()
    assert set(Reminder.objects.values_list("school__code", flat=True)) == {other.school.code}
    assert len(told(qingzhu, DAY(2026, 11, 11))) == 3


def test_a_school_that_sends_on_days_off_has_its_run_on_a_sunday(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "today", lambda: DAY(2026, 11, 15))
    tasks.remind()
    assert Reminder.objects.count() == 0
    ReminderSettings.objects.create(school=qingzhu.school, school_days_only=False)
    tasks.remind()
    assert Reminder.objects.count() == 3


@pytest.mark.parametrize("points", [(2, 7), (7, 7), (61, 2), (None, 61)])
def test_points_out_of_order_are_refused_by_the_table(points: tuple[int | None, int], qingzhu: SchoolCast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(qingzhu, early_days=points[0], late_days=points[1])


def test_numbered_points_get_their_names_and_back(qingzhu: SchoolCast) -> None:
    old = ["talk:7:1026-1125:1", "talk:7:1026-1125:2", "talk:7:1026-1125:3", "referral:3", "talk:7:1026-1125:over:2"]
    new = ["talk:7:1026-1125:1", "talk:7:1026-1125:d7", "talk:7:1026-1125:d2", "referral:3", "talk:7:1026-1125:over:2"]
    rows = [Reminder(school=qingzhu.school, user=qingzhu.mentor, key=key, sent_on=OPENS) for key in old]
    Reminder.objects.bulk_create(rows)
    migration = import_module("records.migrations.0015_reminder_rules")
    migration.name_points(apps, None)
    assert list(Reminder.objects.order_by("pk").values_list("key", flat=True)) == new
    migration.number_points(apps, None)
    assert list(Reminder.objects.order_by("pk").values_list("key", flat=True)) == old
