"""What was due before the school began to write here is told as such: nobody is behind with it, or reminded of it."""

import datetime
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from records.enums import TickState
from records.models.records import Tick
from records.reminding.queries.digests import plan_digests
from records.reminding.services.sending import send_digests
from records.setup.services.school import change_school
from schools.enums import ActionKind, Preset
from schools.models import Period, School
from schools.services.years import NewSchool
from tests.cast import TODAY, SchoolCast
from tests.pages import by_class, text, tree
from tests.records.builders import visit

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
CARD = "德育室 0553-7654321"
DAY_AFTER = datetime.date(2026, 9, 16)


def began(cast: SchoolCast, day: datetime.date | None) -> None:
    School.objects.filter(pk=cast.school.pk).update(began_on=day)


@pytest.mark.parametrize(
    "day,word",
    [
        (None, "已过期仍未完成"),
        (datetime.date(2026, 9, 15), "已过期仍未完成"),
        (DAY_AFTER, "使用本系统以前，这里没有记录"),
    ],
)
def test_the_pages_of_the_office_say_which_it_is(
    qingzhu: SchoolCast, client_of: SignIn, day: datetime.date | None, word: str
) -> None:
    """A school that came in November was told that 567 visits of September were overdue."""
    began(qingzhu, day)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    pages = {
        reverse("office:dashboard"): 4,
        reverse("office:class", args=[qingzhu.class_one.pk]): 3,
        reverse("office:mentor", args=[qingzhu.slot.pk]): 1,
    }
    client = client_of(qingzhu.office)
    for address, count in pages.items():
        (line,) = by_class(tree(client.get(address)), "overdue")
        assert text(line).removesuffix("。补录纸上做过的") == f"{word}：家访 {count} 位（9月15日截止）"


def test_the_dashboard_leads_to_where_it_is_brought_in(qingzhu: SchoolCast, client_of: SignIn) -> None:
    began(qingzhu, DAY_AFTER)
    address = f"{reverse('imports:upload')}?kind=done"
    assert address in client_of(qingzhu.office).get(reverse("office:dashboard")).content.decode()
    # The school's leader looks and brings nothing in.
    assert address not in client_of(qingzhu.leader).get(reverse("office:dashboard")).content.decode()


@pytest.mark.parametrize("day,late,before", [(None, 2, 0), (DAY_AFTER, 0, 2)])
def test_the_home_page_presses_nobody_with_it(
    qingzhu: SchoolCast, client_of: SignIn, day: datetime.date | None, late: int, before: int
) -> None:
    began(qingzhu, day)
    page = client_of(qingzhu.mentor).get(reverse("desk:home"))
    desk = page.context["desk"]
    assert sum(count for _item, count in desk.bars) == late
    assert sum(step.open for step in desk.before) == before
    assert ("使用本系统以前：家访 2 位没有记录" in page.content.decode()) is bool(before)
    assert desk.next_step.action != "visit"


@pytest.mark.parametrize(
    "day,line",
    [
        (None, "已过期仍未完成：家访 2 位"),
        (DAY_AFTER, "使用本系统以前到期，还没有登记：家访 2 位（做过的请补登）"),
    ],
)
def test_its_people_hear_of_it_in_words_of_its_own(qingzhu: SchoolCast, day: datetime.date | None, line: str) -> None:
    """A school that came late heard nothing of its visits, and nobody missed them before the term's end."""
    began(qingzhu, day)
    lines = {digest.user: digest.lines for digest in plan_digests(qingzhu.school, on=TODAY)}
    assert lines[qingzhu.mentor] == ["还有 2 位同学没有谈心（11月25日前）", line]


def test_it_is_told_once_and_afterwards_only_beside_other_things(qingzhu: SchoolCast) -> None:
    began(qingzhu, DAY_AFTER)
    Tick.objects.bulk_create(
        Tick(
            school=qingzhu.school,
            pupil=pupil,
            period=Period.objects.get(year=qingzhu.year, term__number=1),
            action=ActionKind.TALK,
            state=TickState.DONE,
            done_count=1,
            done_on=TODAY,
        )
        for pupil in qingzhu.pupils
    )
    before = "使用本系统以前到期，还没有登记：家访 2 位（做过的请补登）"
    letters = "还有 2 位同学的成长寄语没有交（2027年1月22日前）"
    said = []
    for on in (
        TODAY,
        TODAY + datetime.timedelta(days=7),
        TODAY + datetime.timedelta(days=14),
        datetime.date(2027, 1, 4),
    ):
        sent = {digest.user: digest.lines for digest in send_digests(on=on, schools=[qingzhu.school])}
        said.append(sent.get(qingzhu.mentor))
    assert said == [[before], None, None, [letters, before]]


def test_a_school_begins_on_the_day_it_is_opened_and_one_from_before_has_no_such_day(qingzhu: SchoolCast) -> None:
    call_command("create_school", "--code", "neu", "--name", "新校", "--preset", "primary_termly", "--year", "2026")
    made, _year = NewSchool("再一所", Preset.JUNIOR_TERMLY, 2026, code="again").create()
    assert School.objects.get(code="neu").began_on == made.began_on == timezone.localdate()
    assert qingzhu.school.began_on is None


def test_the_day_is_set_on_the_schools_page_and_has_bounds(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    typed = {"name": "青竹小学", "emergency_card": CARD}
    client.post(reverse("setup:school"), typed | {"began_on": "2026-11-02"})
    assert School.objects.get(pk=qingzhu.school.pk).began_on == datetime.date(2026, 11, 2)
    refused = client.post(reverse("setup:school"), typed | {"began_on": "2099-01-01"})
    assert list(refused.context["form"].errors) == ["began_on"]
    client.post(reverse("setup:school"), typed | {"began_on": ""})
    assert School.objects.get(pk=qingzhu.school.pk).began_on is None


def test_a_change_of_the_day_is_logged(qingzhu: SchoolCast) -> None:
    school = change_school(
        actor=qingzhu.actor(qingzhu.office),
        school=qingzhu.school,
        name=qingzhu.school.name,
        emergency_card=qingzhu.school.emergency_card,
        began_on=DAY_AFTER,
    )
    assert (school.began_on, AuditEntry.objects.get(verb="change_school").detail) == (
        DAY_AFTER,
        {"changed": ["began_on"]},
    )
