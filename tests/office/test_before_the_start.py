"""What was due before the school began to write here is told as such: nobody is behind with it, or reminded of it."""

import datetime
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from records.reminding.reminders import plan_digests
from records.setup.services.school import change_school
from schools.enums import Preset
from schools.models import School
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


@pytest.mark.parametrize("day,told", [(None, True), (DAY_AFTER, False)])
def test_nobody_is_reminded_of_it(qingzhu: SchoolCast, day: datetime.date | None, told: bool) -> None:
    began(qingzhu, day)
    sentences = [item.sentence for digest in plan_digests(qingzhu.school, on=TODAY) for item in digest.items]
    assert any(sentence.startswith("已过期仍未完成：家访") for sentence in sentences) is told
    assert any("谈心" in sentence for sentence in sentences) or not sentences


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
