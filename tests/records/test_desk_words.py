"""Every word and figure of the mentor's home page, compared with what was recorded and planned."""

import datetime
import uuid
from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from django.test import Client

from accounts.models import User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil, unassign_pupil, withdraw_pupil
from records.desk.models import VisitPlan
from records.desk.services.deletion import delete_note
from records.desk.services.visit_plans import plan_visits
from records.letters.services.office import return_letter
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility, PeriodKind, VisitOutcome
from schools.models import Plan
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, details, tables, text, texts, tree
from tests.plans import AT_ANY_TIME, ask
from tests.records.builders import letter, partner_of, released_letter, talk, term_of, visit

ClientOf = Callable[[User], Client]
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def home(cast: SchoolCast, client_of: ClientOf, part: str = "mentor", query: str = "") -> Element:
    response = client_of(cast.people[part]).get("/my/", {"q": query} if query else {})
    assert response.status_code == 200
    return tree(response)


def ticks(page: Element, pupil: Pupil) -> list[str]:
    """What a screen reader says of the three ticks of a row."""
    found = {
        node.get("id"): text(by_class(node, "visually-hidden")[0]) for node in by_class(page, "tick") if node.get("id")
    }
    return [found[f"tick-{pupil.pk}-{action}"] for action in ("visit", "talk", "letter")]


def on(days_ago: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days_ago)


def at_day(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    moment = datetime.datetime.combine(day, datetime.time(10), tzinfo=SHANGHAI)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def bars(page: Element) -> list[tuple[str, str]]:
    progress = by_class(page, "desk-progress")[0]
    return list(zip(texts(progress, "progress-label"), texts(progress, "progress-figures"), strict=True))


# --- The table --------------------------------------------------------------------------------------------------------
def test_the_rows_are_numbered_named_and_described(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    Enrolment.objects.filter(pupil=first).update(brief="喜欢足球")
    Pupil.objects.filter(pk=second.pk).update(remark="名册里的话")
    office = qingzhu.actor(qingzhu.office)
    shared_by = partner_of(qingzhu)
    add_supporting(actor=office, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot)
    add_supporting(actor=office, pupil=qingzhu.pupil_of_colleague, mentor=qingzhu.slot)
    page = home(qingzhu, client_of)
    rows = [row[:3] for table in tables(page) for row in table if len(row) == 6]
    assert rows == [
        ["1", "安可儿", "喜欢足球"],
        ["2", "白一诺", "名册里的话"],
        ["3", "曹子墨 辅助", "导师 苏禾"],
        ["4", "范思齐 辅助", "导师 陶然/石磊"],
    ]
    assert texts(page, "roster-group") == ["一（1）班", "五（1）班"]
    assert details(page) == [("班级", "一（1）班、五（1）班"), ("导师姓名", "林小满"), ("学生人数", "2 人")]
    # A search keeps the numbers of the whole book.
    found = [row[:2] for table in tables(home(qingzhu, client_of, query="范思齐")) for row in table if len(row) == 6]
    assert (found, shared_by.name) == ([["4", "范思齐 辅助"]], "石磊")


def test_whoever_has_left_or_gone_to_another_mentor_is_not_in_the_table(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    first, second = qingzhu.pupils
    talk(qingzhu, qingzhu.mentor, first, second, form="online")
    withdraw_pupil(actor=qingzhu.system, pupil=first, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    page = home(qingzhu, client_of)
    assert [row[1] for row in tables(page)[0]] == ["白一诺"]
    assert bars(page) == [("家访", "0/1 0%"), ("谈心", "1/1 100%"), ("成长寄语", "0/1 0%")]


def test_supported_pupils_count_where_the_plan_says_so(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupil_of_colleague, mentor=qingzhu.slot)
    talk(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    assert bars(home(qingzhu, client_of))[1] == ("谈心", "0/2 0%")
    Plan.objects.filter(year=qingzhu.year).update(supporting_owes=True)
    assert bars(home(qingzhu, client_of))[1] == ("谈心", "1/3 33%")


@pytest.mark.parametrize(
    "outcomes, said",
    [
        ([], "家访 待完成"),
        (["completed"], "家访 已完成 11月13日"),
        (["declined"], "家访 家长婉拒 11月13日"),
        (["postponed"], "家访 已计划 改约"),
        (["postponed", "declined"], "家访 家长婉拒 11月14日"),
        (["declined", "postponed"], "家访 家长婉拒 11月13日"),
        (["postponed", "completed"], "家访 已完成 11月14日"),
        (["declined", "completed"], "家访 已完成 11月13日"),
    ],
)
def test_a_visits_tick_says_what_came_of_it(
    qingzhu: SchoolCast, client_of: ClientOf, outcomes: list[str], said: str
) -> None:
    for number, outcome in enumerate(outcomes):
        visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], date=on(5 - number), outcome=VisitOutcome(outcome))
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    assert ticks(home(qingzhu, client_of), qingzhu.pupils[0])[0] == said


def test_where_a_declined_visit_does_not_count_the_tick_says_why_it_is_open(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    ask(qingzhu.year, "visit", accepted_outcomes=["completed"])
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], outcome=VisitOutcome.DECLINED)
    assert ticks(home(qingzhu, client_of), qingzhu.pupils[0])[0] == "家访 已计划 家长婉拒"


def test_a_letters_tick_says_its_state(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    said = [ticks(home(qingzhu, client_of), pupil)[2]]
    written = letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    said.append(ticks(home(qingzhu, client_of), pupil)[2])
    GrowthLetter.objects.all().delete()
    HomeVisit.objects.all().delete()
    written = letter(qingzhu, qingzhu.mentor, pupil)
    said.append(ticks(home(qingzhu, client_of), pupil)[2])
    return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    said.append(ticks(home(qingzhu, client_of), pupil)[2])
    assert said == ["成长寄语 待完成", "成长寄语 有草稿", "成长寄语 已完成 11月18日 已交稿", "成长寄语 已计划 退回修改"]
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    assert ticks(home(qingzhu, client_of), qingzhu.pupils[1])[2] == "成长寄语 已完成 11月18日 已发布"


def test_a_planned_visit_is_told_on_the_open_tick_alone(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    plan_visits(
        actor=qingzhu.actor(qingzhu.homeroom), term=term_of(qingzhu), pupils=qingzhu.pupils, date=on(-3)
    )  # fmt: skip
    VisitPlan.objects.filter(pupil=qingzhu.pupils[1]).update(state="cancelled")
    page = home(qingzhu, client_of)
    assert [ticks(page, pupil)[0] for pupil in qingzhu.pupils] == ["家访 已计划 11月21日 约", "家访 待完成"]
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    VisitPlan.objects.filter(pupil=qingzhu.pupils[0]).update(state="planned")
    assert ticks(home(qingzhu, client_of), qingzhu.pupils[0])[0] == "家访 已完成 11月17日"


@pytest.mark.parametrize(
    "day, said",
    [
        # The talks' window after the midterm exams closes on 25 November; a week before it turns amber.
        (datetime.date(2026, 11, 17), "谈心 待完成"),
        (datetime.date(2026, 11, 18), "谈心 即将到期"),
        (datetime.date(2026, 11, 25), "谈心 即将到期"),
        (datetime.date(2026, 11, 26), "谈心 待完成"),
    ],
)
def test_an_open_tick_is_due_in_the_last_week_of_its_window(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, day: datetime.date, said: str
) -> None:
    at_day(monkeypatch, day)
    assert ticks(home(qingzhu, client_of), qingzhu.pupils[0]) == ["家访 待完成", said, "成长寄语 待完成"]


def test_what_a_grade_does_not_owe_is_not_asked(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    ask(qingzhu.year, "visit", grades=[qingzhu.class_one.grade])
    ask(qingzhu.year, "letter", required=False)
    page = home(qingzhu, client_of)
    assert ticks(page, qingzhu.pupils[0]) == ["家访 待完成", "谈心 即将到期", "成长寄语 不要求"]
    assert ticks(page, qingzhu.pupil_shared) == ["家访 不要求", "谈心 即将到期", "成长寄语 不要求"]
    assert bars(page) == [("家访", "0/2 0%"), ("谈心", "0/3 0%")]


# --- What is next -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "day, line, when",
    [
        (datetime.date(2026, 9, 2), "还有 2 位同学没有家访", "9月15日（周二）前完成就好。"),
        (
            datetime.date(2026, 10, 12),
            "还有 2 位同学没有谈心",
            "建议在10月26日（周一）至11月25日（周三）进行，提前做也可以。",
        ),
        (datetime.date(2026, 11, 25), "还有 2 位同学没有谈心", "11月25日（周三）前完成就好。"),
    ],
)
def test_the_next_step_is_said_with_its_window(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, day: datetime.date, line: str, when: str
) -> None:
    at_day(monkeypatch, day)
    page = home(qingzhu, client_of)
    assert (texts(page, "desk-next-line"), texts(page, "desk-next-when")) == ([line], [when])


def test_what_was_left_behind_comes_last_and_a_finished_book_thanks(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    page = home(qingzhu, client_of)
    assert texts(page, "desk-next-line") == ["还有 2 位同学没有收到成长寄语"]
    for pupil in qingzhu.pupils:
        letter(qingzhu, qingzhu.mentor, pupil)
    page = home(qingzhu, client_of)
    assert texts(page, "desk-next-line") == ["还有 2 位同学没有家访"]
    assert texts(page, "desk-next-when") == ["建议的时间到9月15日（周二）为止，方便时补上就好。"]
    for pupil in qingzhu.pupils:
        visit(qingzhu, qingzhu.mentor, pupil)
    page = home(qingzhu, client_of)
    assert (texts(page, "desk-next-line"), texts(page, "desk-next-when")) == (
        ["第一学期的规定动作都完成了，辛苦了。"],
        [],
    )
    assert bars(page) == [("家访", "2/2 100%"), ("谈心", "2/2 100%"), ("成长寄语", "2/2 100%")]


def test_a_yearly_visit_at_any_time_is_asked_until_the_years_end(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    ask(qingzhu.year, "visit", period=PeriodKind.YEAR, windows=AT_ANY_TIME)
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    for pupil in qingzhu.pupils:
        letter(qingzhu, qingzhu.mentor, pupil)
    page = home(qingzhu, client_of)
    ends = qingzhu.year.ends_on
    assert texts(page, "desk-next-line") == ["还有 2 位同学没有家访"]
    assert texts(page, "desk-next-when")[0].startswith(f"{ends.year}年{ends.month}月{ends.day}日")


# --- What is due ------------------------------------------------------------------------------------------------------
def now_lines(page: Element) -> list[tuple[str, bool]]:
    return [(text(line), line.get("class") == "is-late") for lists in by_class(page, "now-lines") for line in lists]


def test_follow_ups_are_told_by_their_day_and_the_late_ones_marked(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.homeroom, first, date=on(9), follow_up_on=on(-3))
    talk(qingzhu, qingzhu.mentor, second, date=on(8), follow_up_on=on(1), form="face")
    # An earlier day of the same pupil's newest day wins.
    visit(qingzhu, qingzhu.mentor, second, date=on(8), follow_up_on=on(0))
    face = ("减少“键对键”：本学期谈心面对面 100%", False)
    assert now_lines(home(qingzhu, client_of)) == [
        ("白一诺 11月17日跟进谈心", True), ("安可儿 11月21日跟进家访", False), face,
    ]  # fmt: skip
    # Deleted, or followed by a later record: nothing is due any more.
    delete_note(actor=qingzhu.actor(qingzhu.homeroom), record=HomeVisit.objects.get(created_by=qingzhu.homeroom))
    assert now_lines(home(qingzhu, client_of)) == [("白一诺 11月17日跟进谈心", True), face]
    visit(qingzhu, qingzhu.mentor, second, date=on(7))
    assert now_lines(home(qingzhu, client_of)) == [face]


def test_more_than_five_follow_ups_are_counted(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for number in range(7):
        pupil = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name=f"生{number}").pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
        talk(qingzhu, qingzhu.mentor, pupil, date=on(7), follow_up_on=on(number), visibility=NoteVisibility.AUTHOR)
    lines = [line for line, _ in now_lines(home(qingzhu, client_of))]
    days = ["11月12日", "11月13日", "11月14日", "11月15日", "11月16日"]
    assert lines[:5] == [f"生{6 - n} {day}跟进谈心" for n, day in enumerate(days)]
    assert lines[5] == "还有 2 位同学要跟进，在各自的页上可以看到。"


def test_planned_visits_of_the_next_days_are_told_and_the_missed_ones_marked(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    first, second = qingzhu.pupils
    homeroom = qingzhu.actor(qingzhu.homeroom)
    plan_visits(actor=homeroom, term=term_of(qingzhu), pupils=[first], date=on(-7), time=datetime.time(18, 30))
    plan_visits(actor=homeroom, term=term_of(qingzhu), pupils=[second], date=on(-8))
    assert now_lines(home(qingzhu, client_of)) == [("安可儿 11月25日 18:30 家访", False)]
    VisitPlan.objects.filter(pupil=second).update(date=on(1))
    assert now_lines(home(qingzhu, client_of)) == [
        ("白一诺 11月17日 家访，去过了请点名字登记", True), ("安可儿 11月25日 18:30 家访", False),
    ]  # fmt: skip


@pytest.mark.parametrize("forms, share", [("", None), ("f", 100), ("o", 0), ("foo", 33), ("ffo", 67), ("fp", 50)])
def test_the_share_of_talks_face_to_face_is_counted_by_talks_of_this_term(
    qingzhu: SchoolCast, client_of: ClientOf, forms: str, share: int | None
) -> None:
    words = {"f": "face", "o": "online", "p": "phone"}
    for form in forms:
        talk(qingzhu, qingzhu.mentor, *qingzhu.pupils, form=words[form])
    # Not counted: a deleted one, one of the other term, one with nobody of the own.
    delete_note(
        actor=qingzhu.actor(qingzhu.mentor), record=talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], form="online")
    )
    second = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], form="online")
    HeartTalk.objects.filter(pk=second.pk).update(term=term_of(qingzhu, 2), submission=uuid.uuid4())
    talk(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, form="online")
    lines = [f"减少“键对键”：本学期谈心面对面 {share}%"] if share is not None else []
    assert [line for line, _ in now_lines(home(qingzhu, client_of)) if "键对键" in line] == lines


def test_a_supporting_mentor_is_not_told_of_a_main_mentor_of_before(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """A planted error, assignments that ended counted too, went unnoticed."""
    pupil = qingzhu.pupil_of_colleague
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot)
    unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=pupil, year=qingzhu.year)
    rows = [row[:3] for table in tables(home(qingzhu, client_of)) for row in table if len(row) == 6]
    assert rows[2] == ["3", "曹子墨 辅助", ""]
