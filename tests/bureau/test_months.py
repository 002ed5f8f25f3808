"""家访月 and the year report: visits by month, week, day, form and school; figures only."""

import datetime
from collections import Counter
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from records.bureau.services.counting import recount_all
from records.enums import VisitForm
from records.models.records import HomeVisit
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, text, tree
from tests.records.builders import visit

SignIn = Callable[[User], Client]


def many_visits(cast: SchoolCast) -> None:
    """Visits in two months: 14 in September, 6 of them on one day, one by phone; 8 in November."""
    pupils = [place.pupil for place in EnrolmentFactory.create_batch(7, school_class=cast.class_one)]
    for day, count in ((7, 6), (8, 1), (14, 6)):
        for pupil in pupils[:count]:
            visit(cast, cast.homeroom, pupil, date=datetime.date(2026, 9, day))
    visit(cast, cast.homeroom, pupils[0], date=datetime.date(2026, 9, 21), form=VisitForm.PHONE)
    for pupil in [*pupils, pupils[0]]:
        visit(cast, cast.homeroom, pupil, date=TODAY)
    recount_all(today=TODAY)


def test_a_month_is_told_by_week_and_day_and_hides_small_days(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """One visit on the 8th could be told by elimination from its week, were the 7th not hidden too."""
    many_visits(qingzhu)
    client = client_of(qingzhu.bureau_user)
    page = tree(client.get(reverse("bureau:visits") + "?month=2026-09"))
    weeks = [text(fold) for fold in by_class(page, "fold")]
    assert weeks == [
        "9月7日—9月13日 7 次 9月7日 —9月8日 —",
        "9月14日—9月20日 — 次 9月14日 —",
        "9月21日—9月27日 — 次 9月21日 —",
    ]
    newest = client.get(reverse("bureau:visits")).context["found"]
    raw = Counter(v.date for v in HomeVisit.objects.filter(date__month=11))
    assert (newest.month.key, [day.words for week in newest.weeks for day in week.days]) == (
        "2026-11",
        [str(raw[TODAY])],
    )
    assert [(one.label, one.words) for one in newest.forms if one.words != "0"] == [("上门", "8")]
    assert [(one.label, one.plain) for one in newest.schools] == [("青竹小学", "100%（8/8）")]


def test_the_year_report_goes_out_as_a_workbook_and_on_paper(qingzhu: SchoolCast, client_of: SignIn) -> None:
    many_visits(qingzhu)
    client = client_of(qingzhu.bureau_user)
    page = client.get(reverse("bureau:report"))
    assert [(one.label, one.words) for one in page.context["found"].visits.months] == [
        ("2026年9月", "14"),
        ("2026年11月", "8"),
    ]
    book = load_workbook(
        BytesIO(b"".join(client.post(reverse("bureau:take_out_report"), {"as": "xlsx"}).streaming_content))  # type: ignore[attr-defined]
    )
    assert book.sheetnames == ["2026学年第一学期", "全年家访"]
    paper = client.post(reverse("bureau:take_out_report"), {"as": "pdf"})
    words = PdfReader(BytesIO(b"".join(paper.streaming_content))).pages[0].extract_text()  # type: ignore[attr-defined]
    assert "2026学年全员导师制年度报告" in words
    month = client.post(reverse("bureau:take_out_visits"), {"as": "xlsx", "month": "2026-09"})
    assert load_workbook(BytesIO(b"".join(month.streaming_content))).sheetnames == [  # type: ignore[attr-defined]
        "家访月统计",
        "家访按方式",
        "家访按周",
        "家访按日",
    ]


@pytest.mark.parametrize("filled", [False, True])
def test_the_pages_cost_the_same_whatever_was_visited(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, filled: bool
) -> None:
    visit(qingzhu, qingzhu.homeroom, qingzhu.pupils[0])
    recount_all(today=TODAY)
    if filled:
        many_visits(qingzhu)
    client = client_of(qingzhu.bureau_user)
    client.get(reverse("bureau:report"))
    with django_assert_num_queries(7):
        client.get(reverse("bureau:visits"))
    with django_assert_num_queries(12):
        client.get(reverse("bureau:report"))


@pytest.mark.parametrize("name", ["bureau:visits", "bureau:report"])
def test_before_the_first_count_the_pages_say_so(qingzhu: SchoolCast, client_of: SignIn, name: str) -> None:
    client = client_of(qingzhu.bureau_user)
    assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("bureau:take_out_report")).status_code == 404
