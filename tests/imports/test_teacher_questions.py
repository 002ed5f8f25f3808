"""What a teachers' roster leaves open is asked: numbers, changed names."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from core.importplan import rename_choices
from jobs.imports import ALL_CHOICES
from mentors.models.slots import Teacher
from tests.cases.books import TEACHERS, book, errors, messages, warnings
from tests.imports.conftest import Desk

BARE = ("姓名", "职务", "班主任班级")


def stored() -> list[tuple[str, str]]:
    """Numbers and names of all teachers."""
    return list(Teacher.objects.order_by("number").values_list("number", "name"))


def numbered(*names: str) -> list[Sequence[object]]:
    """A roster of T1, T2 and on."""
    return [("工号", "姓名"), *((f"T{n}", name) for n, name in enumerate(names, start=1))]


def test_teachers_without_number_get_one_only_with_a_tick(desk: Desk) -> None:
    """A first import without 工号 was refused."""
    rows = [BARE, ("王一", "校长", "一<1>"), ("李二", "", "")]
    report = desk.run(book(*rows), TEACHERS)
    assert (stored(), report.choices[0].label) == ([], "自动编工号：王一 T001、李二 T002")
    assert warnings(report) == [("number_proposed", 2, "工号", "王一"), ("number_proposed", 3, "工号", "李二")]
    assert messages(report)[0] == "第一次导入教师，有 2 位没有写工号。确认时打勾就自动编工号；不打勾，这几位不导入。"
    report = desk.run(book(*rows), TEACHERS, accepted=[ALL_CHOICES])
    assert (stored(), len(report.changes)) == ([("T001", "王一"), ("T002", "李二")], 2)
    assert sorted(User.objects.exclude(pk=desk.admin.pk).values_list("username", "name")) == [
        ("qz-t001", "王一"),
        ("qz-t002", "李二"),
    ]
    again = desk.run(book(*rows), TEACHERS)
    assert (again.changes, again.unchanged, [c.key for c in again.choices]) == ((), 2, [])


def test_a_proposed_number_is_nobodys_yet(desk: Desk) -> None:
    desk.run(book(("工号", "姓名"), ("T001", "王一")), TEACHERS)
    User.objects.create(username="qz-t003", name="别人", school=desk.school)
    rows = [("工号", "姓名"), ("t002", "李二"), ("", "张三"), ("", "赵四")]
    desk.run(book(*rows), TEACHERS, accepted=["number:auto"])
    assert stored() == [("T001", "王一"), ("T002", "李二"), ("T004", "张三"), ("T005", "赵四")]


def test_two_of_one_name_without_number_are_never_numbered(desk: Desk) -> None:
    report = desk.run(
        book(BARE, ("王一", "", ""), ("王一", "", ""), ("李二", "", "")), TEACHERS, accepted=[ALL_CHOICES]
    )
    assert [(code, row) for code, row, *_ in errors(report)] == [("number_missing", 2), ("number_missing", 3)]
    assert stored() == []


def test_a_changed_name_waits_for_its_tick_with_the_whole_row(desk: Desk) -> None:
    """A file sorted in one column only overwrote all names."""
    desk.run(book(*numbered("王一", "李二")), TEACHERS)
    rows = [("工号", "姓名", "手机号"), ("T1", "王一一", "19900000001"), ("T2", "李二", "19900000002")]
    report = desk.run(book(*rows), TEACHERS)
    assert [(c.key, c.label, c.group.title) for c in report.choices] == [("rename:T1", "王一 → 王一一", "改名")]
    assert warnings(report) == [("name_changed", 2, "姓名", "王一一")]
    assert list(Teacher.objects.order_by("number").values_list("name", "phone")) == [
        ("王一", ""),
        ("李二", "19900000002"),
    ]
    desk.run(book(*rows), TEACHERS, accepted=["rename:T1"])
    assert stored() == [("T1", "王一一"), ("T2", "李二")]
    assert User.objects.get(username="qz-t1").name == "王一一"


def test_many_changed_names_are_an_error_where_nobody_looks(desk: Desk, tmp_path: Path, capsys: object) -> None:
    names = ["王一", "李二", "张三", "赵四", "孙五", "周六"]
    desk.run(book(*numbered(*names)), TEACHERS)
    file = tmp_path / "教师.xlsx"
    file.write_bytes(book(*numbered(*names[1:], names[0])))
    report = desk.run(file.read_bytes(), TEACHERS)
    assert ([code for code, *_ in errors(report)], report.written) == (["names_changed_many"] * 6, False)
    command = ("import_roster", str(file), "--school", "qz", "--kind", "teachers", "--json")
    for extra in ((), ("--dry-run",)):
        with pytest.raises(SystemExit):
            call_command(*command, *extra)
    capsys.readouterr()  # type: ignore[attr-defined]  # pytest's capture
    call_command(*command, "--accept", ALL_CHOICES)
    assert json.loads(capsys.readouterr().out)["written"] is True  # type: ignore[attr-defined]  # pytest's capture
    assert [name for _, name in stored()] == [*names[1:], names[0]]


@pytest.mark.parametrize(
    "count,rows,weighty,questions",
    [(1, 3, False, 1), (2, 100, False, 2), (3, 100, True, 3), (6, 900, True, 6), (61, 900, True, 1), (0, 0, False, 0)],
)
def test_how_many_changed_names_are_many(count: int, rows: int, weighty: bool, questions: int) -> None:
    choices = rename_choices([(f"rename:{n}", "旧", "新") for n in range(count)], rows=rows)
    assert (len(choices), any(choice.weighty for choice in choices)) == (questions, weighty)


def test_a_name_under_another_number_is_told_as_a_possible_double(desk: Desk) -> None:
    desk.run(book(*numbered("王一")), TEACHERS)
    report = desk.run(book(("工号", "姓名"), ("T9", "王一")), TEACHERS)
    assert warnings(report) == [("possible_double", 2, "工号", "王一")]


def test_a_title_behind_a_teachers_name_is_set_aside(desk: Desk) -> None:
    report = desk.run(book(("工号", "姓名"), ("T1", "王一老师"), ("T2", "李老师")), TEACHERS)
    assert (stored(), warnings(report)) == (
        [("T1", "王一"), ("T2", "李老师")],
        [("words_aside", 2, "姓名", "王一老师")],
    )
