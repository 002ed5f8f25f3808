"""The pages of the calendar 校历: to look at, to change by typing, as a file; told before it is saved."""

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from records.setup.documents.ics import MOST_BYTES, IcsRead, merged, read_ics, write_ics
from records.setup.forms.calendar import posted
from records.setup.queries.calendar import calendar_of
from records.setup.queries.months import SIGNS, months_of
from schools.contexts import DateSpan, YearDates
from schools.enums import KeyDateKind
from schools.models import KeyDate, SchoolYear
from tests.cast import SCHOOL_DAY, TODAY, SchoolCast
from tests.pages import text, tree
from tests.setup.test_calendar import DAY, EXAM, HOLIDAY, WORKDAY, T, shown, span, with_exam

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
URL, EDIT, FILE = "/school/calendar/", "/school/calendar/edit/", "/school/calendar/file/"


def typed(cast: SchoolCast, dates: YearDates, **more: str) -> dict[str, str]:
    """The form as the browser sends it."""
    state = calendar_of(cast.actor(cast.office), following=False)
    return {name: str(value) for name, value in posted(2026, dates, state.mark).items()} | more


def moved(cast: SchoolCast) -> YearDates:
    return with_exam(shown(cast), DAY(2026, 11, 23), DAY(2026, 11, 25))


# --- Looking at it ---------------------------------------------------------------------------------------------------
def test_a_mentor_sees_the_months_with_signs_and_cannot_change_them(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    page = tree(client_of(qingzhu.mentor).get(URL))
    names = [text(node) for node in page.findall(".//h2[@class='cal-name']/span")]
    assert names == [f"{n}月" for n in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)]
    cells = {node.get("data-day"): text(node) for node in page.findall(".//td[@data-day]")}
    assert [cells[day] for day in ("2026-09-01", "2026-10-01", "2026-10-10", "2026-11-09", "2026-11-12")] == [
        "1始第一学期开学", "1休国庆节", "10班国庆节调休", "9考期中考试", "12"
    ]  # fmt: skip
    assert "修改" not in text(page)


def test_what_is_prefilled_is_said_until_the_school_has_saved_it_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(qingzhu.office)
    assert "预填，请核对。" in text(tree(office.get(URL)))
    answer = office.post(EDIT, typed(qingzhu, shown(qingzhu)), follow=True)
    assert (answer.redirect_chain, "预填" in text(tree(answer))) == ([(URL, 302)], False)
    assert "2026学年校历已保存。" in text(tree(answer))
    assert "软件里还没有" in text(tree(answer)), "years that nobody has published are named as such"


def test_weeks_are_counted_by_term_and_school_days_by_month(qingzhu: SchoolCast) -> None:
    months = months_of(shown(qingzhu), TODAY)
    assert [(month.key, [week.number for week in month.weeks], month.school_days) for month in months[:2]] == [
        ("2026-09", [1, 2, 3, 4, 5], 22),
        ("2026-10", [5, 6, 7, 8, 9], 18),
    ]
    assert [(line.css, line.days, line.name) for line in months[1].lines] == [
        ("is-holiday", "10月1日—7日", "国庆节"),
        ("is-workday", "10月10日", "国庆节调休"),
    ]


def test_the_script_paints_the_signs_that_the_server_writes() -> None:
    script = (Path(__file__).parents[2] / "static/setup/calendar.js").read_text(encoding="utf-8")
    found = re.search(r"SIGNS = \{(.*?)\}", script)
    assert found is not None
    assert dict(re.findall(r'(\w+): "(.)"', found[1])) == {kind.value: sign for kind, sign in SIGNS.items()}


# --- Changing it -----------------------------------------------------------------------------------------------------
def test_what_a_change_moves_is_told_before_it_is_saved(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office, data = client_of(qingzhu.office), typed(qingzhu, moved(qingzhu))
    before = set(KeyDate.objects.values_list("pk", flat=True))
    asked = text(tree(office.post(EDIT, data)))
    assert "去掉期中考试（重要考试） 11月9日—11月11日" in asked
    assert "登记期中考试（重要考试） 11月23日—11月25日" in asked
    assert "10月26日–11月25日" in asked
    assert "11月9日–12月9日" in asked
    assert "谈心（11月25日前）：3 人" in asked
    assert "谈心（12月9日前）：3 人" in asked
    assert "没有√会变。" in asked
    assert set(KeyDate.objects.values_list("pk", flat=True)) == before

    back = office.post(EDIT, data | {"again": "1"})
    assert 'value="2026-11-23"' in back.content.decode()
    answer = office.post(EDIT, data | {"sure": "1"})
    assert (answer.status_code, answer["Location"]) == (302, URL)
    exam = KeyDate.objects.get(year=qingzhu.year, name="期中考试", starts_on__year=2026)
    assert (exam.starts_on, exam.ends_on) == (DAY(2026, 11, 23), DAY(2026, 11, 25))


def test_a_row_without_a_last_day_is_one_day_and_a_struck_one_goes(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    dates = YearDates(T, (span("2026-10-23", "2026-10-23", HOLIDAY, "校运会"), span("2026-12-01", "2026-12-02")))
    data = typed(qingzhu, dates, **{"day-0-ends_on": "", "day-1-DELETE": "on", "sure": "1"})
    client_of(qingzhu.admin).post(EDIT, data)
    rows = KeyDate.objects.filter(year=qingzhu.year).values_list("name", "starts_on", "ends_on")
    assert list(rows) == [("校运会", DAY(2026, 10, 23), DAY(2026, 10, 23))]


@pytest.mark.parametrize(
    "more, said",
    [
        ({"first_start": "2025-09-01"}, "这里不能填2025年9月1日，请填2026年7月1日到2027年8月31日之间的日期。"),
        ({"day-0-starts_on": "2099-10-01"}, "这里不能填2099年10月1日，请填2026年7月1日到2027年8月31日之间的日期。"),
        ({"day-0-ends_on": "2026-09-01"}, "结束日期在开始日期之前，请检查。"),
        ({"day-0-starts_on": ""}, "请选择日期。"),
        ({"day-1-kind": "exam"}, "日期重叠了，请改其中一条。"),
        ({"first_end": "2027-03-01"}, "两个学期的日期要依次往后"),
        ({"seen": "0" * 16}, "校历刚刚被别人改过。"),
        ({"day-TOTAL_FORMS": "a"}, "ManagementForm"),
    ],
)
def test_what_cannot_be_is_said_where_it_can_be_mended_and_stays_typed(
    more: dict[str, str], said: str, qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    before = set(KeyDate.objects.values_list("pk", flat=True))
    dates = YearDates(T, (span("2026-11-10", "2026-11-11", EXAM, "期中"), span("2026-11-11", "2026-11-12", name="假")))
    answer = client_of(qingzhu.office).post(EDIT, typed(qingzhu, dates, **more))
    assert (answer.status_code, said in text(tree(answer))) == (422, True)
    assert set(KeyDate.objects.values_list("pk", flat=True)) == before


def test_the_next_years_calendar_has_the_same_page(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(qingzhu.office)
    state = calendar_of(qingzhu.actor(qingzhu.office), following=True)
    data = {name: str(value) for name, value in posted(2027, state.dates, state.mark).items()}
    assert "修改2027学年校历" in text(tree(office.get(f"{EDIT}?year=next")))
    answer = office.post(f"{EDIT}?year=next", data)
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?year=next")
    assert SchoolYear.objects.prepared().get().start_year == 2027


# --- As a file -------------------------------------------------------------------------------------------------------
def file_of(dates: YearDates) -> bytes:
    return write_ics(school_name="青竹小学", school_code="qingzhu", start_year=2026, dates=dates, at=SCHOOL_DAY)


def event(summary: str, start: str, end: str = "", *more: str) -> str:
    lines = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260901T000000Z", f"SUMMARY:{summary}", f"DTSTART;{start}"]
    return "\r\n".join([*lines, *([f"DTEND;{end}"] if end else []), *more, "END:VEVENT"])


def ics(*events: str, head: str = "") -> bytes:
    body = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *([head] if head else []), *events, "END:VCALENDAR"]
    )
    return body.encode()


def test_a_calendar_goes_out_as_a_file_and_comes_in_the_same(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    long = span("2026-12-01", "2026-12-03", HOLIDAY, "秋季研学,第一组;\\ 二年级“寻找春天”一至四班全体同学")
    dates = YearDates(T, tuple(sorted([*shown(qingzhu).spans, long])))
    data = file_of(dates)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    read = read_ics(data, 2026)
    assert (merged(YearDates(T, ()), read), read.unknown, read.elsewhere) == (dates, (), 0)
    assert read.terms == asdict(T)
    answer = client_of(qingzhu.mentor).get(FILE)
    got = read_ics(answer.content, 2026)
    assert (answer["Content-Type"], set(got.spans)) == ("text/calendar; charset=utf-8", set(shown(qingzhu).spans))


def test_kinds_are_guessed_from_words_and_days_that_follow_are_one(qingzhu: SchoolCast) -> None:
    zone = "BEGIN:VTIMEZONE\r\nTZID:Nowhere\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nEND:STANDARD\r\nEND:VTIMEZONE"  # noqa: E501
    found = read_ics(
        ics(
            event("国庆节（休）", "VALUE=DATE:20261001", "VALUE=DATE:20261002"),
            event("国庆节（休）", "VALUE=DATE:20261002", "VALUE=DATE:20261003"),
            event("国庆节（班）", "VALUE=DATE:20261010"),
            event("期中质量监测", "TZID=Asia/Shanghai:20261109T080000", "TZID=Asia/Shanghai:20261110T170000"),
            event("秋季学期考试", "TZID=Nowhere:20261201T080000", "TZID=Nowhere:20261201T100000"),
            event("寒假", "VALUE=DATE:20270123", "VALUE=DATE:20270222"),
            event("第一学期", "VALUE=DATE:20260831", "VALUE=DATE:20270123"),
            event("家长会", "VALUE=DATE:20261120"),
            event("元旦", "VALUE=DATE:20250101"),
            "BEGIN:VEVENT\r\nSUMMARY:没有日期\r\nEND:VEVENT",
            head=zone,
        ),
        2026,
    )
    assert found == IcsRead(
        {"first_start": DAY(2026, 8, 31), "first_end": DAY(2027, 1, 22)},
        (
            DateSpan(DAY(2026, 11, 9), DAY(2026, 11, 10), EXAM, "期中质量监测"),
            DateSpan(DAY(2026, 12, 1), DAY(2026, 12, 1), EXAM, "秋季学期考试"),
            DateSpan(DAY(2026, 10, 1), DAY(2026, 10, 2), HOLIDAY, "国庆节（休）"),
            DateSpan(DAY(2027, 1, 23), DAY(2027, 2, 21), HOLIDAY, "寒假"),
            DateSpan(DAY(2026, 10, 10), DAY(2026, 10, 10), WORKDAY, "国庆节（班）"),
        ),
        ("家长会（11月20日）",),
        1,
    )


def test_a_file_is_read_into_the_form_and_nothing_is_kept_before_it_was_looked_at(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    before = set(KeyDate.objects.values_list("pk", flat=True))
    upload = SimpleUploadedFile("校历.ics", ics(event("期中考试", "VALUE=DATE:20261110", "VALUE=DATE:20261113")))
    answer = client_of(qingzhu.office).post(EDIT, typed(qingzhu, shown(qingzhu), read="1") | {"ics": upload})
    page = tree(answer)
    assert "从文件读到 1 条日期，已经填在下面，请核对后再保存。" in text(page)
    days = [node.get("value") for node in page.findall(".//input") if (node.get("name") or "").endswith("-starts_on")]
    assert ("2026-11-10" in days, "2026-11-09" in days, "2027-01-11" in days) == (True, False, True)
    assert set(KeyDate.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    "data, said",
    [
        (b"hello", "这不是 .ics 日历文件"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY", "这个 .ics 文件读不出来"),
        (b"BEGIN:VCALENDAR\r\n" + b" " * MOST_BYTES, "校历文件最大 200 KB"),
        (ics(*[event("考", "VALUE=DATE:20261110")] * 1001), "太多了"),
        (None, "请先选一个 .ics 文件，再读入。"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    data: bytes | None, said: str, qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    files = {"ics": SimpleUploadedFile("a.ics", data)} if data is not None else {}
    answer = client_of(qingzhu.office).post(EDIT, typed(qingzhu, shown(qingzhu), read="1") | files)
    assert (answer.status_code, said in text(tree(answer))) == (422, True)


def test_the_plan_leads_to_the_calendar_where_exams_are_missing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    KeyDate.objects.filter(year=qingzhu.year, kind=KeyDateKind.EXAM).delete()
    page = tree(client_of(qingzhu.office).get("/plan/"))
    links = [node.get("href") for node in page.findall(".//a") if text(node) == "还没有登记考试日期"]
    assert set(links) == {URL}
