"""Rosters that nobody had written down beforehand: read as a careful clerk would, or refused, asked or warned about."""

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse

from students.models import Guardian, Pupil
from tests.cases.books import MENTORS, TEACHERS, book, errors, names, places, read, sheets, warnings
from tests.cases.corners import Corner, built_from
from tests.imports.conftest import Desk
from tests.imports.test_pages import latest, page, post_file


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


FOOT = (
    "统计",
    "全班45人",
    "应到45人，实到44人",
    "男：20 女：25",
    "以上名单核对无误",
    "家长签名",
    "（完）",
    "第一组",
    "借读生",
    "教务处",
)


@pytest.mark.parametrize("line", FOOT)
def test_a_line_at_the_foot_is_no_pupil(desk: Desk, line: str) -> None:
    """Where the class stands in the title, each such line became a child of that class."""
    rows = [("一（1）班名单",), ("姓名", "家长电话"), ("张一", "13900000001"), (line, "")]
    assert (read(desk, book(*rows)).written, names()) == (True, ["张一"])


def test_a_row_of_nothing_but_a_name_is_told_where_others_say_more(desk: Desk) -> None:
    rows = [("姓名", "家长电话"), ("张一", "13900000001"), ("李二", "13900000002"), ("张老师", "")]
    report = read(desk, book(*rows, sheet="一1"))
    assert warnings(report) == [("only_name", 4, "姓名", "张老师")]


@pytest.mark.parametrize("word", ["（无）", "暂 无", "拒绝提供", "见备注"])
def test_more_words_for_nothing_are_nothing(desk: Desk, word: str) -> None:
    read(desk, book(("班级", "姓名", "父亲姓名", "父亲电话", "学籍号"), ("一1", "张一", word, word, word)))
    assert list(Pupil.objects.values_list("name", "student_number")) == [("张一", "")]
    assert Guardian.objects.count() == 0


@pytest.mark.parametrize("word", ["已故", "离异", "父亡", "去世（2020）", "单亲", "×", "xxx", "？", "否", "本人"])
def test_a_word_about_a_parent_is_no_name(desk: Desk, word: str) -> None:
    """已故 was stored as a father, to whom letters would be written."""
    report = read(desk, book(("班级", "姓名", "父亲姓名"), ("一1", "张一", word)))
    assert [code for code, *_ in warnings(report)] in (["not_a_name"], ["name_odd"])
    assert (names(), Guardian.objects.count()) == (["张一"], 0)


def test_a_remark_behind_a_parent_is_no_second_parent(desk: Desk) -> None:
    report = read(desk, book(("班级", "姓名", "父亲姓名"), ("一1", "张一", "王强（已故）")))
    assert list(Guardian.objects.values_list("name", flat=True)) == ["王强"]
    assert codes(warnings(report)) == [("note_split_off", 2)]


@pytest.mark.parametrize(
    "names_,phones", [("张勇、李芳", "13900000001、13900000002"), ("张勇 李芳", "13900000001 13900000002")]
)
def test_two_parents_in_one_cell_are_two(desk: Desk, names_: str, phones: str) -> None:
    """张勇、李芳 was one person, and the second phone was left out."""
    report = read(desk, book(("班级", "姓名", "家长姓名", "家长电话"), ("一1", "张一", names_, phones)))
    assert list(Guardian.objects.order_by("position").values_list("name", "phone")) == [
        ("张勇", "13900000001"),
        ("李芳", "13900000002"),
    ]
    assert codes(warnings(report)) == [("guardians_split", 2)]


def test_two_parents_with_one_phone_are_told(desk: Desk) -> None:
    report = read(desk, book(("班级", "姓名", "家长姓名", "家长电话"), ("一1", "张一", "张勇、李芳", "13900000001")))
    assert list(Guardian.objects.values_list("name", "phone")) == [("张勇", "13900000001")]
    assert codes(warnings(report)) == [("guardians_several", 2)]


@pytest.mark.parametrize(
    "name,stored,code",
    [
        ("谢申、邹酉", None, "names_several"),
        ("13900000004", None, "name_odd"),
        ("戚午\n戚未", "戚午戚未", "name_spaced"),
        ("尤乙。", "尤乙", "mark_split_off"),
        ("魏寅×", "魏寅", "mark_split_off"),
        ("范<少先队>", "范<少先队>", "name_odd"),
        ("窦02号", "窦02号", "name_odd"),
    ],
)
def test_an_odd_name_is_refused_or_told(desk: Desk, name: str, stored: str | None, code: str) -> None:
    report = read(desk, book(("姓名", "班级"), (name, "一1")))
    assert names() == ([] if stored is None else [stored])
    assert [found.code for found in report.log.findings if found.level != "info"] == [code]


@pytest.mark.parametrize(
    "name", ["王 一", "欧阳 修", "王一(1)", "张三2", "阿依古丽·买买提", "Anna Maria", "O'Neil", "李Lily"]
)
def test_a_usual_name_is_not_told(desk: Desk, name: str) -> None:
    assert warnings(read(desk, book(("姓名", "班级"), (name, "一1")))) == []


@pytest.mark.parametrize(
    "typed,stored,code",
    [
        ("学号20260115", "20260115", "number_with_text"),
        ("20260122（借）", "20260122", "number_with_text"),
        ("20260123*", "20260123", "number_with_text"),
        ("20260117/2", "20260117/2", "number_odd"),
        ("外省未转", "", "number_word"),
    ],
)
def test_what_stands_around_a_number_is_no_part_of_it(desk: Desk, typed: str, stored: str, code: str) -> None:
    report = read(desk, book(("班级", "姓名", "学籍号"), ("一1", "张一", typed)))
    assert Pupil.objects.get().student_number == stored
    assert codes(warnings(report)) == [(code, 2)]


def test_two_numbers_in_one_cell_are_refused(desk: Desk) -> None:
    """They became one long number."""
    report = read(desk, book(("班级", "姓名", "学籍号"), ("一1", "张一", "20260118 20260119")))
    assert codes(errors(report)) == [("numbers_several", 2)]


WITH_PHONE = ("班级", "姓名", "学籍号", "家长姓名", "家长电话")


@pytest.mark.parametrize(
    "one,other",
    [
        (("一1", "张一", "G1", "", ""), ("一1", "张一", "", "", "")),
        (("一1", "张一", "G1", "甲", "13900000001"), ("一1", "张一", "G2", "甲", "13900000001")),
        (("一1", "张一", "", "甲", "13900000001"), ("一2", "张一", "", "甲", "13900000001")),
    ],
)
def test_one_child_written_twice_is_told(desk: Desk, one: Sequence[str], other: Sequence[str]) -> None:
    report = read(desk, book(WITH_PHONE, one, other))
    assert codes(warnings(report)) == [("maybe_double", 3)]


def test_namesakes_of_other_families_are_not_told(desk: Desk) -> None:
    rows = [("一1", "张一", "G1", "甲", "13900000001"), ("一1", "张一", "G2", "乙", "13900000002")]
    assert warnings(read(desk, book(WITH_PHONE, *rows))) == []


def test_few_parents_who_changed_places_are_told(desk: Desk) -> None:
    """From six on it was a question, below not a word."""
    rows = [("一1", "张一", "G1", "甲", "13900000001"), ("一1", "李二", "G2", "乙", "13900000002")]
    read(desk, book(WITH_PHONE, *rows))
    moved = [(*rows[0][:3], *rows[1][3:]), (*rows[1][:3], *rows[0][3:])]
    assert codes(warnings(read(desk, book(WITH_PHONE, *moved)))) == [("guardians_moved", None)]


@pytest.mark.parametrize("header", [("班级", "姓名", "第一导师", "第二导师"), ("班级", "学生1", "导师1", "导师2")])
def test_pupils_with_several_mentors_are_no_class_team(desk: Desk, header: Sequence[str]) -> None:
    """The mentors of the first pupil became the team of the class."""
    read(desk, book(("班级", "姓名"), ("一1", "甲一")))
    read(desk, book(("工号", "姓名"), ("T1", "王一"), ("T2", "张三")), TEACHERS)
    report = read(desk, book(header, ("一1", "甲一", "王一", "张三")), MENTORS)
    assert codes(errors(report)) == [("mentor_columns", 1)]


def test_a_messy_first_roster_goes_through_the_pages_and_back(desk: Desk, admin_client: Client) -> None:
    rows = [
        ("青竹小学2026学年学生名册",),
        ("一（1）班",),
        ("序号", "姓名", "家长姓名", "家长电话", "备注"),
        (1, "★张一", "张勇、李芳", "13900000001、13900000002", ""),
        (2, "李二", "已故", "", "因病休学"),
        ("一（2）班   班主任：李老师",),
        ("序号", "姓名", "家长姓名", "家长电话", "备注"),
        (1, "王三", "王强", "（无）", ""),
        ("以下学生已转出：",),
        (2, "赵四", "赵父", "13900000004", ""),
        ("", "共4人", "", "", ""),
    ]
    with built_from(Corner("xls", 4, 2)):
        data = book(*rows)
    post_file(admin_client, data, name="名册.xls")
    batch = latest()
    assert "名册里有 2 个本学年还没有的班级：一（1）班、一（2）班。" in page(admin_client, batch)
    admin_client.post(reverse("imports:recheck", args=[batch.pk]), {"create_classes": "on"})
    text = page(admin_client, batch)
    for question in ("1 名学生标着“因病休学”，仍然导入？（李二）", "1 名学生标着“转出”，仍然导入？（赵四）"):
        assert question in text
    keys = [key for key, label in latest().summary["choices"] if "李二" in label]
    admin_client.post(reverse("imports:confirm", args=[batch.pk]), {"accepted": keys})
    assert sorted(places()) == [("张一", "一（1）班"), ("李二", "一（1）班"), ("王三", "一（2）班")]
    assert list(Guardian.objects.order_by("pupil__name", "position").values_list("pupil__name", "name", "phone")) == [
        ("张一", "张勇", "13900000001"),
        ("张一", "李芳", "13900000002"),
        ("王三", "王强", ""),
    ]
    admin_client.post(reverse("imports:undo", args=[batch.pk]))
    assert (names(), Guardian.objects.count()) == ([], 0)


def test_a_phone_beside_the_fathers_name_keeps_the_relation(desk: Desk) -> None:
    """父亲 | 电话 | 母亲 | 电话 lost who is who."""
    head = ("班级", "姓名", "父亲", "电话", "母亲", "电话")
    read(desk, book(head, ("一1", "张一", "张勇", "13900000001", "李芳", "13900000002")))
    stored = Guardian.objects.order_by("position").values_list("relation", "name", "phone")
    assert list(stored) == [("父亲", "张勇", "13900000001"), ("母亲", "李芳", "13900000002")]


def test_a_sheet_of_teachers_who_left_is_told(desk: Desk) -> None:
    tables = {"语文组": [("工号", "姓名"), ("T1", "王一")], "离职": [("工号", "姓名"), ("T2", "张三")]}
    assert codes(warnings(read(desk, sheets(tables), TEACHERS))) == [("sheet_of_leavers", None)]
