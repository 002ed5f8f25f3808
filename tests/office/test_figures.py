"""Every figure of the dashboard, counted again by hand from the rows."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment
from mentors.services.assignments import assign_pupil, withdraw_pupil
from mentors.staff.services.training import TrainingData, create_session
from records.desk.services.deletion import delete_note
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import VisitOutcome
from schools.models import PlanAction, SchoolClass, SchoolYear
from schools.services import create_class
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, details, tables, text, texts, tree
from tests.plans import ask
from tests.records.builders import letter, released_letter, talk, term_of, visit

ClientOf = Callable[[User], Client]


def busy(cast: SchoolCast) -> None:
    """A term under way: everything that must be counted, and beside it everything that must not."""
    first, second = cast.pupils
    visit(cast, cast.mentor, first)
    visit(cast, cast.mentor, second, outcome=VisitOutcome.POSTPONED)
    visit(cast, cast.colleague, cast.pupil_of_colleague, outcome=VisitOutcome.DECLINED)
    talk(cast, cast.mentor, first, second)
    letter(cast, cast.mentor, first, draft=True)
    released_letter(cast, cast.mentor, second)
    # A record that was deleted.
    delete_note(actor=cast.actor(cast.sharer), record=visit(cast, cast.sharer, cast.pupil_shared))
    # A second class of the grade, with a pupil whose only mentor is a supporting one.
    class_two = create_class(year=cast.year, grade_number=1, number=2)
    supported = EnrolmentFactory.create(school_class=class_two, pupil__name="支持生").pupil
    assign_pupil(actor=cast.system, pupil=supported, mentor=cast.slot_homeroom, origin=AssignmentOrigin.OFFICE)
    add_supporting(actor=cast.actor(cast.office), pupil=supported, mentor=cast.slot_colleague)
    Assignment.objects.filter(pupil=supported, kind="main").update(ends_on=TODAY)
    # Somebody who left, with everything done.
    left = EnrolmentFactory.create(school_class=cast.class_one, pupil__name="已转走").pupil
    assign_pupil(actor=cast.system, pupil=left, mentor=cast.slot, origin=AssignmentOrigin.OFFICE)
    visit(cast, cast.mentor, left)
    talk(cast, cast.mentor, left)
    letter(cast, cast.mentor, left)
    withdraw_pupil(actor=cast.system, pupil=left, year=cast.year, reason=EndReason.TRANSFER_OUT)
    # Somebody of a grade that the plan does not cover.
    EnrolmentFactory.create(school_class=create_class(year=cast.year, grade_number=3, number=1))
    # And the same pupil a year ago.
    former = SchoolYear.objects.create(
        school=cast.school, start_year=2025, starts_on=datetime.date(2025, 9, 1), ends_on=datetime.date(2026, 7, 1)
    )
    old_class = SchoolClass.objects.create(school=cast.school, year=former, grade=cast.class_one.grade, number=1)
    Enrolment.objects.create(school=cast.school, year=former, school_class=old_class, pupil=first, starts_on=TODAY)


# --- Counting by hand -------------------------------------------------------------------------------------------------
def present(cast: SchoolCast, *classes: SchoolClass) -> set[int]:
    """The pupils of these classes today."""
    keys = {school_class.pk for school_class in classes}
    return {e.pupil_id for e in Enrolment.objects.all() if e.school_class_id in keys and e.ends_on is None}


def fulfilled(cast: SchoolCast) -> dict[str, set[int]]:
    """Who has what in the first term, as the plan of the cast wants it."""
    term = term_of(cast)
    accepted = PlanAction.objects.get(plan__year=cast.year, action="visit").accepted_outcomes
    visits = [v for v in HomeVisit.objects.all() if v.term_id == term.pk and v.deleted_at is None]
    talks = [t for t in HeartTalk.objects.all() if t.term_id == term.pk and t.deleted_at is None]
    letters = [w for w in GrowthLetter.objects.all() if w.term_id == term.pk and w.deleted_at is None]
    return {
        "家访": {v.pupil_id for v in visits if v.outcome in accepted},
        "谈心": {pupil.pk for t in talks for pupil in t.pupils.all()},
        "成长寄语": {w.pupil_id for w in letters if w.state in ("handed_in", "released")},
    }


def mentored(cast: SchoolCast) -> set[int]:
    return {a.pupil_id for a in Assignment.objects.all() if a.kind == "main" and a.ends_on is None}


def heat(done: int, total: int) -> str:
    return f"{done * 100 // total}%{done}/{total}" if total else "—"


def people(number: int) -> str:
    return f"{number} 人" if number else "—"


def expected_row(cast: SchoolCast, head: str, pupils: set[int], *, is_sum: bool = False) -> list[str]:
    done = fulfilled(cast)
    worded: Callable[[int], str] = (lambda n: f"{n} 人") if is_sum else people
    return [
        head,
        f"{len(pupils)} 人",
        worded(len(pupils - mentored(cast))),
        *(heat(len(pupils & found), len(pupils)) for found in done.values()),
        worded(len(pupils - set().union(*done.values()))),
    ]


def classes_of(cast: SchoolCast) -> tuple[SchoolClass, SchoolClass, SchoolClass]:
    second = SchoolClass.objects.get(year=cast.year, grade=cast.class_one.grade, number=2)
    return cast.class_one, second, cast.class_five


def dashboard(cast: SchoolCast, client_of: ClientOf, name: str = "dashboard", *args: int, **query: Any) -> Any:
    response = client_of(cast.office).get(reverse(f"office:{name}", args=args), query)
    assert response.status_code == 200
    return response


# --- The dashboard ----------------------------------------------------------------------------------------------------
def test_the_dashboard_does_not_count_who_has_left(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Seen: without the condition on present pupils no test failed."""
    before = texts(tree(dashboard(qingzhu, client_of)), "stat-value")
    pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    visit(qingzhu, qingzhu.mentor, pupil)
    withdraw_pupil(actor=qingzhu.system, pupil=pupil, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    page = tree(dashboard(qingzhu, client_of))
    assert texts(page, "stat-value") == before == ["5 人", "1 人", "0 次"]
    assert texts(page, "progress-figures") == ["0/5 人 0%"] * 3


def test_every_figure_of_the_table_is_what_the_rows_say(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    busy(qingzhu)
    visit(other, other.mentor, other.pupils[0])
    one, two, five = classes_of(qingzhu)
    grade_one, grade_five = tables(tree(dashboard(qingzhu, client_of)))
    assert grade_one == [
        expected_row(qingzhu, "一（1）班", present(qingzhu, one)),
        expected_row(qingzhu, "一（2）班", present(qingzhu, two)),
        expected_row(qingzhu, "合计", present(qingzhu, one, two), is_sum=True),
    ]
    assert grade_five == [expected_row(qingzhu, "五（1）班", present(qingzhu, five))]
    # And once in figures, in case both counts forget the same.
    assert grade_one[0] == ["一（1）班", "4 人", "1 人", "50%2/4", "50%2/4", "25%1/4", "1 人"]
    assert grade_one[1] == ["一（2）班", "1 人", "1 人", "0%0/1", "0%0/1", "0%0/1", "1 人"]


def test_every_figure_above_the_table_is_what_the_rows_say(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    busy(qingzhu)
    create_session(actor=qingzhu.actor(qingzhu.office), data=TrainingData(date=TODAY, topic="导师怎么谈心"))
    everybody, done = present(qingzhu, *classes_of(qingzhu)), fulfilled(qingzhu)
    page = tree(dashboard(qingzhu, client_of))
    without = everybody - mentored(qingzhu)
    assert list(zip(texts(page, "stat-label"), texts(page, "stat-value"), texts(page, "stat-hint"), strict=True)) == [
        ("学生", f"{len(everybody)} 人", "方案覆盖的年级"),
        ("还没有导师", f"{len(without)} 人", f"已有导师 {len(everybody - without)} 人"),
        ("第一学期培训", "1 次", "0 人次参加"),
    ]
    untouched = len(everybody - set().union(*done.values()))
    assert texts(page, "untouched") == [f"有 {untouched} 位同学一项规定动作都还没有，可以先从他们开始。"]
    bars = list(zip(texts(page, "progress-label"), texts(page, "progress-figures"), strict=True))
    total = len(everybody)
    assert bars == [
        (word, f"{len(everybody & found)}/{total} 人 {len(everybody & found) * 100 // total}%")
        for word, found in done.items()
    ]
    assert [text(head) for head in page.iter("h2")] == ["一年级2 个班，5 人", "五年级1 个班，1 人"]


def test_a_grades_page_counts_its_own_classes_only(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    busy(qingzhu)
    one, two, five = classes_of(qingzhu)
    page = tree(dashboard(qingzhu, client_of, "grade", five.grade_id))
    assert tables(page) == [[expected_row(qingzhu, "五（1）班", present(qingzhu, five))]]
    assert texts(page, "stat-value") == ["1 人", "0 人"]
    page = tree(dashboard(qingzhu, client_of, "grade", one.grade_id))
    assert [row[0] for row in tables(page)[0]] == ["一（1）班", "一（2）班", "合计"]
    assert texts(page, "stat-value")[0] == f"{len(present(qingzhu, one, two))} 人"


@pytest.mark.parametrize(
    "day, lines",
    [
        (datetime.date(2026, 9, 7), ["家访的时间是 8月11日—9月15日，还有 8 天。还有 5 位同学没有完成。"]),
        (datetime.date(2026, 9, 15), ["家访的时间是 8月11日—9月15日，今天截止。还有 5 位同学没有完成。"]),
        (datetime.date(2026, 11, 17), ["谈心的时间是 10月26日—11月25日，还有 8 天。还有 5 位同学没有完成。"]),
        (datetime.date(2026, 11, 26), []),
    ],
)
def test_an_open_window_says_until_when_and_how_many(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, day: datetime.date, lines: list[str]
) -> None:
    moment = datetime.datetime.combine(day, datetime.time(10), tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    page = tree(dashboard(qingzhu, client_of, term=1))
    assert texts(page, "notice-text") == lines
    # The last seven days are marked.
    due = [bool(by_class(page, "notice-warning"))] * len(lines)
    assert due == [day == datetime.date(2026, 9, 15)] * len(lines)


def test_windows_of_two_actions_stand_in_the_order_of_their_ends(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.datetime(2027, 1, 5, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    lines = texts(tree(dashboard(qingzhu, client_of, term=1)), "notice-text")
    assert [(line[:4], line[-14:]) for line in lines] == [
        ("谈心的时", "。还有 3 位同学没有完成。"),
        ("成长寄语", "。还有 5 位同学没有完成。"),
    ]


def test_an_action_that_everybody_has_done_names_no_window(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    everybody: Iterable[Pupil] = (
        *qingzhu.pupils, qingzhu.pupil_of_colleague, qingzhu.pupil_unassigned, qingzhu.pupil_shared
    )  # fmt: skip
    for pupil in everybody:
        by = qingzhu.sharer if pupil == qingzhu.pupil_shared else qingzhu.homeroom
        talk(qingzhu, by, pupil)
    page = tree(dashboard(qingzhu, client_of))
    assert (texts(page, "notice-text"), texts(page, "progress-figures")[1]) == ([], "5/5 人 100%")


def test_an_action_that_a_grade_does_not_owe_shows_a_dash_there(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    ask(qingzhu.year, "visit", grades=[qingzhu.class_one.grade])
    grade_one, grade_five = tables(tree(dashboard(qingzhu, client_of)))
    assert (grade_one[0][3], grade_five[0][3]) == ("0%0/4", "—")
    assert texts(tree(dashboard(qingzhu, client_of)), "progress-figures")[0] == "0/4 人 0%"


def test_the_term_is_todays_unless_asked(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    seen = {}
    for asked in ("", "1", "2", "3", "x"):
        page = tree(dashboard(qingzhu, client_of, term=asked))
        head = next(text(line) for line in page.iter("p") if "学年" in text(line))
        seen[asked] = (head, texts(page, "progress-figures")[0])
    first = ("2026学年第一学期 9月1日—2027年1月22日", "1/5 人 20%")
    second = (seen["2"][0], "0/5 人 0%")
    assert seen == {"": first, "1": first, "2": second, "3": first, "x": first}
    assert seen["2"][0].startswith("2026学年第二学期 ")


def test_the_cover_facts_of_a_page_are_read_as_pairs(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    page = tree(client_of(qingzhu.mentor).get("/my/"))
    assert details(page) == [("班级", "一（1）班"), ("导师姓名", "林小满"), ("学生人数", "2 人")]


def test_each_figure_of_the_heat_map_opens_the_list_that_it_counts(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """No heat cell, no bar and no sum led anywhere."""
    busy(qingzhu)
    client = client_of(qingzhu.office)
    page = tree(client.get(reverse("office:dashboard")))
    cells = by_class(page, "heat-figures")
    counts = [[int(number) for number in texts(cell, "heat-count")[0].split("/")] for cell in cells]
    lists = [tree(client.get(cell.get("href") or "")) for cell in cells]
    listed = [sum(len(row) > 1 for roster in by_class(page, "roster") for row in tables(roster)[0]) for page in lists]
    assert listed == [total - done for done, total in counts]
    assert [bar.get("href") for bar in by_class(page, "bar-link")] == [
        f"/office/pupils/?show={action}&place=&term=1" for action in ("visit", "talk", "letter")
    ]
