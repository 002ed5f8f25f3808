"""What was to be done by a day that has passed stays in sight: 567 visits were open, and no page said so."""

import datetime
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from records.enums import TickState
from records.models.records import Tick
from records.office.queries.dashboard import find_dashboard
from schools.calendar import SchoolCalendar
from students.enums import EndReason
from students.models import Enrolment
from tests.cast import SchoolCast
from tests.pages import by_class, text, tree
from tests.plans import ask
from tests.records.builders import talk, visit

SignIn = Callable[[User], Client]
FEBRUARY = datetime.date(2027, 2, 1)


def figures(cast: SchoolCast, on: datetime.date, term: int | None = None) -> list[tuple[str, int, int]]:
    """Label, number of the term and open pupils on `on`."""
    calendar = SchoolCalendar(cast.school.pk, on).in_term(term)
    assert calendar is not None
    found = find_dashboard(cast.actor(cast.office), calendar).overdue
    return [(item.label, item.term.number, item.open) for item in found]


def open_by_hand(cast: SchoolCast, action: str, term: int) -> int:
    """Present pupils without a done tick, counted one by one."""
    present = Enrolment.objects.filter(school_class__year=cast.year, ends_on=None).values_list("pupil_id", flat=True)
    ticks = Tick.objects.filter(action=action, period__term__number=term, period__year=cast.year, state=TickState.DONE)
    done = set(ticks.values_list("pupil_id", flat=True))
    return sum(1 for pupil in present if pupil not in done)


@pytest.mark.parametrize(
    "day,expected",
    [
        (datetime.date(2026, 9, 15), []),
        (datetime.date(2026, 9, 16), [("家访", 1, 3)]),
        # The talk's first window is over, the one of the last exam is to come.
        (datetime.date(2026, 11, 26), [("家访", 1, 3)]),
        (FEBRUARY, [("家访", 1, 3), ("谈心", 1, 4), ("成长寄语", 1, 5)]),
    ],
)
def test_a_window_that_is_over_is_counted_from_the_day_after_its_last(
    qingzhu: SchoolCast, day: datetime.date, expected: list[tuple[str, int, int]]
) -> None:
    for pupil in qingzhu.pupils:
        visit(qingzhu, qingzhu.mentor, pupil)
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert figures(qingzhu, day) == expected
    assert [open_by_hand(qingzhu, action, 1) for action in ("visit", "talk", "letter")] == [3, 4, 5]


def test_who_has_left_or_is_not_owed_is_not_overdue(qingzhu: SchoolCast) -> None:
    Enrolment.objects.filter(pupil=qingzhu.pupils[0]).update(
        ends_on=datetime.date(2026, 10, 8), end_reason=EndReason.TRANSFER_OUT
    )
    ask(qingzhu.year, "visit", grades=[qingzhu.class_one.grade])
    assert figures(qingzhu, datetime.date(2026, 11, 18)) == [("家访", 1, 3)]


def test_an_action_of_the_year_is_told_once_in_the_term_that_is_looked_at(qingzhu: SchoolCast) -> None:
    ask(qingzhu.year, "visit", period="year")
    may = datetime.date(2027, 5, 1)
    visits = {n: [row for row in figures(qingzhu, may, n) if row[0] == "家访"] for n in (1, 2)}
    assert visits == {1: [("家访", 1, 5)], 2: [("家访", 2, 5)]}


def told(client: Client, address: str) -> tuple[str, list[str]]:
    """The notice of an address, and where its figures lead."""
    (notice,) = by_class(tree(client.get(address)), "overdue")
    return text(notice), [str(link.get("href")) for link in notice.iter("a")]


def test_every_page_tells_it_and_its_figure_leads_to_as_many_pupils(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    pages = {
        reverse("office:dashboard"): 4,
        reverse("office:grade", args=[qingzhu.class_one.grade_id]): 3,
        reverse("office:class", args=[qingzhu.class_one.pk]): 3,
        # It said nothing at all, and its figures led nowhere.
        reverse("office:mentor", args=[qingzhu.slot.pk]): 1,
    }
    for address, count in pages.items():
        line, (link,) = told(client, address)
        assert line == f"已过期仍未完成：家访 {count} 位（9月15日截止）"
        parts = urlsplit(link)
        rows = client.get(parts.path or address, parse_qs(parts.query)).context["rows"]
        assert len(rows) == count


def test_the_bars_of_a_mentor_lead_to_the_open_ones_among_the_own_pupils(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    """The dashboard's bars were linked, those of a mentor's page were not."""
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client, address = client_of(qingzhu.office), reverse("office:mentor", args=[qingzhu.slot.pk])
    bars = [str(link.get("href")) for link in by_class(tree(client.get(address)), "bar-link")]
    kept = {parse_qs(urlsplit(bar).query)["show"][0]: client.get(bar).context["rows"] for bar in bars}
    assert {action: [row.pupil.name for row in rows] for action, rows in kept.items()} == {
        "visit": ["白一诺"],
        "talk": ["安可儿", "白一诺"],
        "letter": ["安可儿", "白一诺"],
    }


def test_a_homeroom_teacher_sees_it_on_the_own_class(qingzhu: SchoolCast, client_of: SignIn) -> None:
    address = reverse("office:class", args=[qingzhu.class_one.pk])
    assert told(client_of(qingzhu.homeroom), address) == (
        "已过期仍未完成：家访 4 位（9月15日截止）",
        ["?show=visit&term=1#pupils-heading"],
    )


def test_the_other_term_names_the_term_of_what_was_left(qingzhu: SchoolCast, client_of: SignIn) -> None:
    line, (link,) = told(client_of(qingzhu.office), reverse("office:dashboard") + "?term=2")
    assert (line, link) == (
        "已过期仍未完成：第一学期家访 5 位（9月15日截止）",
        reverse("office:pupils") + "?show=visit&term=1",
    )


def test_whoever_has_finished_is_told_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    page = client_of(qingzhu.office).get(reverse("office:class", args=[qingzhu.class_five.pk]))
    assert by_class(tree(page), "overdue") == []


def test_the_mentors_home_tells_it_beside_the_bar_and_leads_to_the_children(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.mentor)
    bar = by_class(tree(client.get("/my/")), "desk-bar")[0]
    assert text(by_class(bar, "desk-bar-more")[0]) == "1 位已过期"
    shown = client.get("/my/", {"open": "visit"}).context["rows"]
    assert [row.pupil for row in shown] == [qingzhu.pupils[1]]
    assert (
        find_dashboard(qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.office).calendar.now).overdue[0].open == 4
    )
