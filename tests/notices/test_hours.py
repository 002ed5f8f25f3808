"""Mails and robots wait for the school's hours; the inbox and what opens an account do not."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services import set_own_email
from core.errors import DomainError
from notices.enums import OutboxState
from notices.models import Notice, OutboxMessage
from notices.rules import Openings
from notices.services import send_notice, send_outbox, set_push_hours
from schools.enums import KeyDateKind
from schools.models import KeyDate
from tests.cast import SchoolCast


def at(text: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


def clock(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The clock stands still."""
    monkeypatch.setattr(timezone, "now", lambda: at(text))


def remind(cast: SchoolCast) -> Notice | None:
    cast.mentor.email = "mentor@school.invalid"
    cast.mentor.save()
    return send_notice(
        recipient=cast.mentor, school=cast.school, kind="digest", title="您有 3 条待办", dedup_key="one", count=3
    )


WAITS = [
    # Thursday, 3 December 2026, within the hours and at their edges.
    ("2026-12-03T07:30", "2026-12-03T07:30"),
    ("2026-12-03T12:00", "2026-12-03T12:00"),
    ("2026-12-03T18:29", "2026-12-03T18:29"),
    # Before, after, and over a weekend.
    ("2026-12-03T06:00", "2026-12-03T07:30"),
    ("2026-12-03T18:30", "2026-12-04T07:30"),
    ("2026-12-04T23:59", "2026-12-07T07:30"),
    ("2026-12-05T12:00", "2026-12-07T07:30"),
]


@pytest.mark.parametrize("comes, goes", WAITS)
def test_without_settings_messages_go_out_on_school_days_from_half_past_seven(
    qingzhu: SchoolCast, comes: str, goes: str
) -> None:
    assert Openings(qingzhu.school.pk, at(comes)).next(at(comes)) == at(goes)


def test_the_schools_own_calendar_says_what_a_school_day_is(qingzhu: SchoolCast) -> None:
    for day, kind in (("2026-12-03", KeyDateKind.HOLIDAY), ("2026-12-05", KeyDateKind.WORKDAY)):
        KeyDate.objects.create(
            school=qingzhu.school, year=qingzhu.year, kind=kind, name="x", starts_on=day, ends_on=day
        )
    openings = Openings(qingzhu.school.pk, at("2026-12-03T12:00"))
    assert openings.next(at("2026-12-03T12:00")) == at("2026-12-04T07:30")
    assert openings.next(at("2026-12-05T12:00")) == at("2026-12-05T12:00")


def test_a_school_sets_its_own_hours(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.office)
    hours = {"opens_at": datetime.time(9), "closes_at": datetime.time(20), "school_days_only": False}
    set_push_hours(actor=actor, school=qingzhu.school, **hours)  # type: ignore[arg-type]
    openings = Openings(qingzhu.school.pk, at("2026-12-05T08:00"))
    assert openings.next(at("2026-12-05T08:00")) == at("2026-12-05T09:00")
    assert openings.next(at("2026-12-05T20:00")) == at("2026-12-06T09:00")


def test_who_may_set_them_and_in_which_order(qingzhu: SchoolCast, other: SchoolCast) -> None:
    given = {"opens_at": datetime.time(9), "closes_at": datetime.time(8), "school_days_only": True}
    cases = [
        (qingzhu.actor(qingzhu.mentor), "not_allowed"),
        (other.actor(other.admin), "other_school"),
        (qingzhu.actor(qingzhu.admin), "hours_turned"),
    ]
    for actor, code in cases:
        with pytest.raises(DomainError) as refused:
            set_push_hours(actor=actor, school=qingzhu.school, **given)  # type: ignore[arg-type]
        assert refused.value.code == code


def test_at_night_the_inbox_has_it_and_the_mail_waits_for_the_morning(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(monkeypatch, "2026-12-03T22:00")
    assert remind(qingzhu) is not None
    assert (send_outbox(), mail.outbox) == (0, [])
    message = OutboxMessage.objects.get()
    # It was not tried: the pauses between tries begin with the first of them.
    assert (message.state, message.attempts, message.next_try_at) == (OutboxState.WAITING, 0, at("2026-12-04T07:30"))
    clock(monkeypatch, "2026-12-04T07:29")
    assert send_outbox() == 0
    clock(monkeypatch, "2026-12-04T07:30")
    assert (send_outbox(), len(mail.outbox)) == (1, 1)


def test_a_mail_that_somebody_has_just_asked_for_comes_at_night_too(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And to whoever wants no reminders: it is what an account is opened by."""
    clock(monkeypatch, "2026-12-05T23:00")
    qingzhu.mentor.mails_on = False
    qingzhu.mentor.save()
    set_own_email(actor=qingzhu.actor(qingzhu.mentor), user=qingzhu.mentor, email="new@school.invalid")
    assert (send_outbox(), [message.to for message in mail.outbox]) == (1, [["new@school.invalid"]])


def test_people_of_a_bureau_have_no_hours(qingzhu: SchoolCast) -> None:
    assert Openings(None, at("2026-12-05T23:00")).next(at("2026-12-05T23:00")) == at("2026-12-05T23:00")
