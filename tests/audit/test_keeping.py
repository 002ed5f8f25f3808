"""How long 使用记录 is kept, and what the night deletes of it."""

import datetime
from collections.abc import Callable
from importlib import import_module

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.services import audit
from core.clock import now
from core.days import months_before
from core.errors import DomainError
from core.nightly import SomeFailed
from records.audit.services import keeping
from records.audit.services.keeping import prune_all, set_audit_months
from records.setup.queries.first_weeks import NOTED
from schools.enums import FirstWeeks
from schools.models import School
from tests.cast import SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DAY = datetime.timedelta(days=1)


def written(cast: SchoolCast, days_ago: int, verb: str = "open_pupil") -> int:
    entry = audit(actor=cast.actor(cast.office), verb=verb, target=cast.pupils[0])
    AuditEntry.objects.filter(pk=entry.pk).update(at=now() - days_ago * DAY)
    return entry.pk


def left() -> list[tuple[int | None, str, int]]:
    """School, verb and age in days of what is there."""
    rows = AuditEntry.objects.order_by("at", "pk").values_list("school_id", "verb", "at")
    return [(school, verb, (now() - at) // DAY) for school, verb, at in rows]


@pytest.mark.parametrize(
    "day,months,before",
    [((2026, 11, 18), 24, (2024, 11, 18)), ((2026, 8, 31), 6, (2026, 2, 28)), ((2026, 1, 15), 1, (2025, 12, 15))],
)
def test_months_are_counted_by_the_calendar(
    day: tuple[int, int, int], months: int, before: tuple[int, int, int]
) -> None:
    assert months_before(datetime.date(*day), months) == datetime.date(*before)


def test_the_night_deletes_what_is_older_than_the_school_keeps_it_and_says_so(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("accounts.services.audit"), "_AT_ONCE", 2)
    AuditEntry.objects.all().delete()
    School.objects.filter(pk=qingzhu.school.pk).update(audit_months=6)
    for days_ago in (1, 180, 190, 400, 500):
        written(qingzhu, days_ago)
    for days_ago in (190, 800):
        written(other, days_ago)
    assert prune_all() == 4
    mine, theirs = qingzhu.school.pk, other.school.pk
    assert left() == [
        (theirs, "open_pupil", 190),
        (mine, "open_pupil", 180),
        (mine, "open_pupil", 1),
        (mine, "prune_audit", 0),
        (theirs, "prune_audit", 0),
    ]
    assert AuditEntry.objects.get(school=mine, verb="prune_audit").detail["count"] == 3
    assert prune_all() == 0
    assert len(left()) == 5


def test_what_the_first_weeks_read_from_the_log_stays_as_long_as_they_ask(qingzhu: SchoolCast) -> None:
    AuditEntry.objects.all().delete()
    for verb in NOTED:
        written(qingzhu, 900, verb)
    School.objects.filter(pk=qingzhu.school.pk).update(first_weeks=FirstWeeks.OPEN)
    assert prune_all() == 0
    School.objects.filter(pk=qingzhu.school.pk).update(first_weeks=FirstWeeks.DONE)
    assert prune_all() == len(NOTED)


def test_one_school_that_fails_holds_up_no_other(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    AuditEntry.objects.all().delete()
    written(qingzhu, 900)
    written(other, 900)
    pruned = keeping._prune

    def fails_once(school: School, on: datetime.date) -> int:
        if school.pk == qingzhu.school.pk:
            raise RuntimeError
        return pruned(school, on)

    monkeypatch.setattr(keeping, "_prune", fails_once)
    with pytest.raises(SomeFailed):
        prune_all()
    assert [school for school, verb, _days in left() if verb == "open_pupil"] == [qingzhu.school.pk]


@pytest.mark.parametrize("months,taken", [(5, False), (6, True), (120, True), (121, False)])
def test_it_is_kept_for_half_a_year_at_least(qingzhu: SchoolCast, months: int, taken: bool) -> None:
    admin = qingzhu.actor(qingzhu.admin)
    if taken:
        set_audit_months(actor=admin, school=qingzhu.school, months=months)
    else:
        with pytest.raises(DomainError) as refusal:
            set_audit_months(actor=admin, school=qingzhu.school, months=months)
        sentence = f"写的是 {months} 个月。使用记录至少保留 6 个月，最多 120 个月。"
        assert (refusal.value.code, refusal.value.message) == ("months_out_of_range", sentence)
    assert School.objects.get(pk=qingzhu.school.pk).audit_months == (months if taken else 24)


def test_the_admin_alone_says_how_long_and_it_is_a_line(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = reverse("audit:keeping")
    admin = client_of(qingzhu.admin)
    assert admin.post(page, {"months": "3"}).status_code == 422
    for _time in range(2):
        assert admin.post(page, {"months": "12"}).status_code == 302
    rows = AuditEntry.objects.filter(verb="set_audit_months").values_list("user", "detail")
    assert list(rows) == [(qingzhu.admin.pk, {"months": 12})]
    with pytest.raises(DomainError, match="只有管理员可以改保留时间。"):
        set_audit_months(actor=qingzhu.actor(qingzhu.office), school=qingzhu.school, months=12)
