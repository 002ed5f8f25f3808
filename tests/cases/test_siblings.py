"""Rosters that nobody had written down beforehand: read as a careful clerk would, or refused, asked or warned about."""

from collections.abc import Sequence

import pytest

from tests.cases.books import TEACHERS, book, errors, names, places, read, sheets, warnings
from tests.imports.conftest import Desk


def codes(found: list[tuple[str, int | None, str, str]]) -> list[tuple[str, int | None]]:
    """Code and row of each finding."""
    return [(code, row) for code, row, *_ in found]


HEAD = ("序号", "姓名", "家长电话")


@pytest.mark.parametrize(
    "between",
    [
        [("一（2）班",), HEAD],
        [("二、一（2）班",)],
        [("", "一（2）班")],
        [("班级：一（2）班", "", "班主任：李老师"), HEAD],
    ],
)
def test_a_line_between_the_rows_names_the_class_of_those_beneath(desk: Desk, between: list[Sequence[str]]) -> None:
    """All children of a sheet went to the class of its first title, without a word."""
    rows = [("一（1）班",), HEAD, (1, "张一", "13900000001"), *between, (1, "王三", "13900000003")]
    report = read(desk, book(*rows))
    assert places() == [("张一", "一（1）班"), ("王三", "一（2）班")]
    assert codes(warnings(report)) == [("class_from_line", 4)]


@pytest.mark.parametrize("line", ["二班", "第二班", "启明班"])
def test_a_line_that_may_name_another_class_is_refused(desk: Desk, line: str) -> None:
    rows = [("一（1）班",), HEAD, (1, "张一", "13900000001"), (line,), (1, "王三", "13900000003")]
    report = read(desk, book(*rows))
    assert codes(errors(report)) == [("class_line_unreadable", 4), ("class_missing", 5)]
    assert not report.written


@pytest.mark.parametrize(
    "tables",
    [
        {"转出": [("姓名", "班级"), ("王三", "一1")]},
        {"休学学生名单": [("姓名", "班级"), ("王三", "一1")]},
        {"Sheet1": [("青竹小学一（1）班转出学生名单",), ("姓名", "班级"), ("王三", "一1")]},
        {"Sheet1": [("姓名", "班级"), ("以下学生已转出：",), ("王三", "一1")]},
        {"Sheet1": [("姓名", "班级"), ("", "休学学生"), ("王三", "一1")]},
    ],
)
def test_a_list_of_leavers_is_asked_about(desk: Desk, tables: dict[str, list[Sequence[str]]]) -> None:
    """Sheets and titles that say 转出 came in as present."""
    report = read(desk, sheets({"一1": [("姓名", "班级"), ("张一", "一1")], **tables}))
    assert names() == ["张一"]
    assert [code for code, *_ in warnings(report)] == ["pupil_absent"]
    assert len(report.choices) == 1


def test_a_row_without_a_name_that_says_something_else_is_told(desk: Desk) -> None:
    report = read(desk, book(("姓名", "性别", "家长电话"), ("张一", "男", ""), ("", "女", "13900000002"), sheet="一1"))
    assert (names(), codes(warnings(report))) == (["张一"], [("name_missing", 3)])


@pytest.mark.parametrize(
    "name,remark,word",
    [
        ("张一", "2026年10月转出", "2026年10月转出"),
        ("张一", "已转至实验小学", "已转至实验小学"),
        ("张一", "因病休学", "因病休学"),
        ("张一", "休学一年（2026.9—2027.8）", "休学一年（2026.9—2027.8）"),
        ("张一", "9月转学到苏州", "9月转学到苏州"),
        ("张一", "转出手续办理中", "转出手续办理中"),
        ("张一 转走", "", "转走"),
        ("张一-转学", "", "转学"),
        ("张一已转出", "", "已转出"),
        ("张一（9月转出）", "", "9月转出"),
        ("张一（休学至2027）", "", "休学至2027"),
    ],
)
def test_who_has_left_is_asked_about_however_it_is_written(desk: Desk, name: str, remark: str, word: str) -> None:
    """Only a remark of one bare word was seen; all others came in as present, without a word."""
    report = read(desk, book(("班级", "姓名", "备注"), ("一1", name, remark), ("一1", "李二", "")))
    assert names() == ["李二"]
    assert [choice.label for choice in report.choices] == [f"1 名学生标着“{word}”，仍然导入？（张一）"]


@pytest.mark.parametrize(
    "remark,told",
    [
        ("随父母回老家，学籍已转走", ["status_mentioned"]),
        ("休学期间请勿打扰", ["status_mentioned"]),
        ("由外校转入", []),
        ("去年休学，今年复学", []),
        ("家离校近，中午接", []),
        ("父亲出国", []),
    ],
)
def test_a_remark_that_only_mentions_leaving_is_told(desk: Desk, remark: str, told: list[str]) -> None:
    report = read(desk, book(("班级", "姓名", "备注"), ("一1", "张一", remark)))
    assert (names(), [code for code, *_ in warnings(report)]) == (["张一"], told)


@pytest.mark.parametrize(
    "heading,gone,here",
    [("是否转出", "是", "否"), ("是否休学", "√", "否"), ("在校", "否", "是"), ("学籍情况", "在籍不在校", "在籍-正常")],
)
def test_columns_that_say_who_is_there_are_read(desk: Desk, heading: str, gone: str, here: str) -> None:
    report = read(desk, book(("班级", "姓名", heading), ("一1", "张一", gone), ("一1", "李二", here)))
    assert (names(), [code for code, *_ in warnings(report)]) == (["李二"], ["pupil_absent"])


def test_a_column_without_a_heading_is_told(desk: Desk) -> None:
    """It was dropped without a word: a teacher's subject, a remark."""
    report = read(desk, book(("班级", "姓名", ""), ("一1", "张一", "甲"), ("一1", "李二", "")))
    assert (names(), codes(warnings(report))) == (["张一", "李二"], [("heading_missing", 1)])
    report = read(desk, book(("工号", "姓名", ""), ("T1", "王一", "语文")), TEACHERS)
    assert codes(warnings(report)) == [("heading_missing", 1)]


def test_phones_without_a_heading_are_refused(desk: Desk) -> None:
    """家长 joined over names and phones lost all phones, without a word."""
    rows = [
        ("班级", "姓名", "家长", ""),
        ("一1", "张一", "张勇", "13900000001"),
        ("一1", "李二", "李强", "13900000002"),
    ]
    report = read(desk, book(*rows))
    assert (codes(errors(report)), names()) == ([("column_of_people", 1)], [])


def test_a_phone_joined_over_two_children_is_told(desk: Desk) -> None:
    rows = [("班级", "姓名", "家长电话"), ("一1", "张一", "13900000001"), ("一1", "李二", "")]
    report = read(desk, book(*rows, also=lambda sheet: sheet.merge_cells("C2:C3")))
    assert codes(warnings(report)) == [("guardian_shared", 2)]
