"""A family says by slip when a home visit would suit, and learns when it is agreed."""

import datetime

from django.test import Client
from django.urls import reverse

from records.desk.models import VisitPlan, VisitWish
from students.models import FamilySlip
from tests.cast import TODAY, SchoolCast
from tests.family.test_family_pages import enter, slip_of
from tests.records.builders import term_of


def said() -> list[str]:
    return list(VisitWish.objects.values_list("text", flat=True))


def opened(cast: SchoolCast, client: Client) -> str:
    slip: FamilySlip = slip_of(cast, cast.pupils[0])
    assert enter(client, slip)[0] == 302
    return reverse("family:visit", args=[slip.key])


def test_a_wish_is_handed_in_changed_and_taken_back(qingzhu: SchoolCast, client: Client) -> None:
    url = opened(qingzhu, client)
    page = client.post(url, {"text": "周末下午都可以，奶奶在家"}, follow=True).content.decode()
    assert (page.count("周末下午都可以，奶奶在家</textarea>"), page.count("已告诉老师，随时可以回来修改。")) == (1, 1)
    client.post(url, {"text": "平时晚上七点以后"})
    assert said() == ["平时晚上七点以后"]
    client.post(url, {"text": " "})
    assert said() == []


def test_a_long_wish_is_explained_and_a_slip_is_needed(qingzhu: SchoolCast, client: Client) -> None:
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    url = reverse("family:visit", args=[slip.key])
    assert client.post(url, {"text": "周末"}).headers["Location"] == reverse("family:slip", args=[slip.key])
    assert enter(client, slip)[0] == 302
    long = client.post(url, {"text": "周" * 201})
    assert (long.status_code, long.content.decode().count("最多写 200 字，现在有 201 字")) == (
        422,
        2,
    )  # on top, and at the field
    assert said() == []


def test_a_teacher_does_not_write_in_the_familys_place(qingzhu: SchoolCast, client: Client) -> None:
    url = opened(qingzhu, client)
    client.force_login(qingzhu.mentor)
    client.post(url, {"text": "周末"})
    assert said() == []


def test_the_family_sees_what_is_agreed_for_its_own_child(qingzhu: SchoolCast, client: Client) -> None:
    url = opened(qingzhu, client)
    for pupil, days in ((qingzhu.pupils[0], 3), (qingzhu.pupils[1], 5)):
        VisitPlan.objects.create(
            school=qingzhu.school,
            pupil=pupil,
            term=term_of(qingzhu),
            date=TODAY + datetime.timedelta(days=days),
            remark="内部备注",
            created_by=qingzhu.homeroom,
        )
    page = client.get(url).content.decode()
    assert (page.count("老师约在 11月21日（周六）"), page.count("11月23日"), page.count("内部备注")) == (1, 0, 0)
