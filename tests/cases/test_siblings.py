"""Rosters that nobody had written down beforehand: read as a careful clerk would, or refused, asked or warned about."""

from collections.abc import Sequence

import pytest

from tests.cases.books import book, errors, names, places, read, sheets, warnings
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
