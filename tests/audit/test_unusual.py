"""Many files opened in a short time are pointed out, to whoever reads 使用记录, without a name."""

import datetime
import random
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.services import act_for
from mentors.models.slots import Assignment
from notices.models import Notice
from records.audit.queries import unusual
from records.audit.queries.unusual import many_opened
from records.audit.services.pointing_out import point_out
from students.models import Enrolment
from tests.cast import SCHOOL_DAY, TODAY, EnrolmentFactory, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE = datetime.timedelta(seconds=1)
NIGHT_HOURS = (23, 0, 1, 2, 3, 4)
NIGHT = datetime.datetime.combine(TODAY, datetime.time(2, 30), SHANGHAI)


def opened(cast: SchoolCast, user: User, pupils: Iterable[int], at: datetime.datetime) -> None:
    """`user` opened these pupils' files, one after the other from `at` on."""
    rows = [
        AuditEntry(
            school=cast.school, user=user, kind=AuditKind.READ, verb="open_pupil", target_type="students.pupil",
            target_id=pupil, at=at,
        )
        for pupil in pupils
    ]  # fmt: skip
    AuditEntry.objects.bulk_create(rows)
    # The column is filled when a row is made.
    AuditEntry.objects.filter(pk__in=[row.pk for row in rows]).update(at=at)


def told(cast: SchoolCast) -> list[tuple[str, str, int, bool]]:
    found = many_opened(cast.school.pk, TODAY, TODAY)
    return [(one.user.name, one.begin.astimezone(SHANGHAI).strftime("%H"), one.pupils, one.at_night) for one in found]


@pytest.mark.parametrize("count,is_told", [(40, False), (41, True)])
def test_more_than_forty_in_an_hour_are_told(qingzhu: SchoolCast, count: int, is_told: bool) -> None:
    opened(qingzhu, qingzhu.office, [*range(1000, 1000 + count), 1000, 1001], SCHOOL_DAY)
    opened(qingzhu, qingzhu.office, range(2000, 2030), SCHOOL_DAY + datetime.timedelta(hours=1))
    assert told(qingzhu) == ([("德育韩", "10", count, False)] if is_told else [])


@pytest.mark.parametrize("count,is_told", [(10, False), (11, True)])
def test_at_night_more_than_ten_are(qingzhu: SchoolCast, count: int, is_told: bool) -> None:
    opened(qingzhu, qingzhu.office, range(1000, 1000 + count), NIGHT)
    assert told(qingzhu) == ([("德育韩", "02", count, True)] if is_told else [])


def test_ones_own_pupils_do_not_count_be_it_as_mentor_of_a_class_or_in_somebodys_place(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unusual, "MOST_AT_NIGHT", 1)
    foreign = [9001, 9002]
    mine = [pupil.pk for pupil in qingzhu.pupils]
    class_one = Enrolment.objects.filter(school_class=qingzhu.class_one).values_list("pupil_id", flat=True)
    opened(qingzhu, qingzhu.mentor, [*mine, *foreign], NIGHT)
    opened(qingzhu, qingzhu.homeroom, [*class_one, *foreign], NIGHT)
    assert told(qingzhu) == [("何知秋", "02", 2, True), ("林小满", "02", 2, True)]
    opened(qingzhu, qingzhu.colleague, [qingzhu.pupil_of_colleague.pk, *mine], NIGHT)
    assert told(qingzhu)[-1] == ("苏禾", "02", 2, True)
    held = RoleGrant.objects.get(user=qingzhu.mentor, role=Role.MENTOR)
    admin = qingzhu.actor(qingzhu.admin)
    act_for(actor=admin, grant=held, user=qingzhu.colleague, starts_on=TODAY, ends_on=TODAY)
    assert [name for name, *_ in told(qingzhu)] == ["何知秋", "林小满"]


def test_the_count_is_that_of_a_slower_one(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted anew from the raw lines, from each opening on for an hour."""
    monkeypatch.setattr(unusual, "MOST_AT_NIGHT", 3)
    monkeypatch.setattr(unusual, "MOST_IN_AN_HOUR", 6)
    more = [EnrolmentFactory.create(school_class=qingzhu.class_five).pupil.pk for _n in range(9)]
    children = [*more, *(pupil.pk for pupil in qingzhu.pupils), qingzhu.pupil_of_colleague.pk]
    draw = random.Random(7)
    begin = datetime.datetime.combine(TODAY, datetime.time(), SHANGHAI)
    for user in (qingzhu.mentor, qingzhu.colleague, qingzhu.office):
        for _n in range(90):
            at = begin + datetime.timedelta(minutes=draw.choice([30, 150, 595, 620, 900, 1365]) + draw.randrange(25))
            opened(qingzhu, user, [draw.choice(children)], at)
    expected = []
    for user in (qingzhu.mentor, qingzhu.colleague, qingzhu.office):
        own = {a.pupil_id for a in Assignment.objects.all() if user in {m.teacher.user for m in a.mentor.members.all()}}
        left = [(one.at.astimezone(SHANGHAI), one.target_id) for one in AuditEntry.objects.filter(user=user)]
        left = sorted((at, pupil) for at, pupil in left if pupil not in own)
        while left:
            since = left[0][0]
            hour = [(at, pupil) for at, pupil in left if at - since < datetime.timedelta(hours=1)]
            night = {pupil for at, pupil in hour if at.hour in NIGHT_HOURS}
            count = len({pupil for _at, pupil in hour})
            is_told = count > 6 or (since.hour in NIGHT_HOURS and len(night) > 3)
            if is_told:
                expected.append((user.name, f"{since:%H}", count, since.hour in NIGHT_HOURS))
            left = left[len(hour) if is_told else 1 :]
    assert sorted(told(qingzhu)) == sorted(expected)
    assert len(expected) > 3


def test_any_hour_counts_and_not_that_of_the_clock(qingzhu: SchoolCast) -> None:
    """Seen: 39 before it struck and 39 after it were told by nobody."""
    eleven = SCHOOL_DAY.replace(hour=11, minute=0, second=0, microsecond=0, tzinfo=SHANGHAI)
    opened(qingzhu, qingzhu.office, range(1000, 1039), eleven - datetime.timedelta(minutes=5))
    opened(qingzhu, qingzhu.office, range(1037, 1041), eleven + datetime.timedelta(minutes=55) - ONE)
    assert told(qingzhu) == [("德育韩", "10", 41, False)]
    AuditEntry.objects.filter(at__gt=eleven).update(at=eleven + datetime.timedelta(minutes=55))
    assert told(qingzhu) == []


def test_an_hour_around_midnight_is_told_on_the_day_on_which_it_began(qingzhu: SchoolCast) -> None:
    midnight = datetime.datetime.combine(TODAY, datetime.time(), SHANGHAI) + datetime.timedelta(days=1)
    opened(qingzhu, qingzhu.office, range(1000, 1006), midnight - datetime.timedelta(minutes=20))
    opened(qingzhu, qingzhu.office, range(1006, 1011), midnight + datetime.timedelta(minutes=20))
    assert told(qingzhu) == [("德育韩", "23", 11, True)]
    assert many_opened(qingzhu.school.pk, midnight.date(), midnight.date()) == []


def test_whoever_reads_the_log_is_told_once_without_a_name(qingzhu: SchoolCast, other: SchoolCast) -> None:
    opened(qingzhu, qingzhu.office, range(1000, 1041), SCHOOL_DAY)
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert [point_out(on=tomorrow), point_out(on=tomorrow), point_out(on=TODAY)] == [1, 0, 0]
    notice = Notice.objects.get(kind="many_opened")
    assert (notice.recipient, notice.title) == (qingzhu.admin, "昨天有 1 次在短时间里打开了较多学生的档案")
    assert "德育韩" not in notice.title + notice.body


def test_the_page_shows_it_above_the_lines_and_leads_to_them(qingzhu: SchoolCast, client_of: SignIn) -> None:
    opened(qingzhu, qingzhu.office, range(1000, 1041), SCHOOL_DAY)
    admin, page = client_of(qingzhu.admin), reverse("audit:lines")
    answer = admin.get(page)
    assert [(one.user, one.pupils) for one in answer.context["many"]] == [(qingzhu.office, 41)]
    asked = {"kind": "read", "day": TODAY.isoformat(), "who": qingzhu.office.username}
    filtered = admin.get(page, asked)
    assert (filtered.context["many"], filtered.context["page"].paginator.count) == ([], 41)
