"""Headings of guardians in the many ways in which schools write them, and people in one cell."""

import pytest

from students.imports.guardians import GuardianRow, people_in
from students.imports.headings import meanings
from students.models import Pupil
from tests.cases.books import book, errors, infos, read, warnings
from tests.imports.conftest import Desk

CASES = {
    "姓名 班级 家长姓名 关系 联系电话 家长姓名 关系 联系电话": "name class 1n 1r 1p 2n 2r 2p",
    "姓名 父亲姓名 母亲姓名 联系电话": "name 1n 2n 3p",
    "姓名 父亲 电话 母亲 电话": "name 1n 1p 2n 2p",
    "姓名 母亲姓名 母亲手机 父亲姓名 父亲手机": "name 2n 2p 1n 1p",
    "姓名 联系电话 成员1姓名★ 成员1关系 成员1关系说明 成员1联系电话 成员2姓名 成员2联系电话": "name - 1n 1r - 1p 2n 2p",
    "姓名 家长姓名 家长联系方式": "name 1n 1p",
    "姓名 家长联系方式": "name guardians",
    "姓名 父母姓名": "name guardians",
    "姓名 父亲姓名及电话 母亲姓名及电话": "name 1n 2n",
    "姓名 姓名（父亲） 电话（父亲） 姓名（母亲） 电话（母亲）": "name 1n 1p 2n 2p",
    "姓名 第一监护人姓名 第一监护人电话 第二监护人 第二监护人手机号": "name 1n 1p 2n 2p",
    "姓名 家长姓名1 联系电话1 家长姓名2 联系电话2": "name 1n 1p 2n 2p",
    "姓名 紧急联系人 紧急联系电话": "name 1n 1p",
    "姓名 监护人称谓 监护人姓名 监护人联系号码": "name 1r 1n 1p",
    "姓名 爷爷电话 奶奶电话": "name 1p 2p",
    "姓名 监护人姓名 监护人工作单位 父亲身份证号 家长意见": "name 1n - - -",
    # Which is meant has to be asked: both are given one meaning.
    "姓名 电话 电话": "name 1p 1p",
    "姓名 家长电话 家长电话": "name 1p 1p",
    "姓名 父亲姓名 父亲姓名": "name 1n 1n",
    "姓名 家长姓名 家长姓名 家长电话": "name 1n 1n 1p",
}


@pytest.mark.parametrize("headings", CASES)
def test_a_heading_says_whose_name_relation_and_phone_it_is(headings: str) -> None:
    """家庭成员, 家长姓名 twice and many others were unknown: a roster went in without any parent."""
    short = {f"guardian{n}_{part}": f"{n}{part[0]}" for n in (1, 2, 3) for part in ("name", "relation", "phone")}
    read_as = [short.get(key, key) or "-" for key in meanings(headings.split())]
    assert " ".join(read_as) == CASES[headings]


FATHER, MOTHER = GuardianRow("张勇", "父亲", "13900000001"), GuardianRow("李芳", "母亲", "13900000002")


@pytest.mark.parametrize(
    "typed,people",
    [
        ("父亲张勇13900000001 母亲李芳13900000002", [FATHER, MOTHER]),
        ("父亲：张勇 13900000001；母亲：李芳 13900000002", [FATHER, MOTHER]),
        ("张勇(父亲)13900000001、李芳(母亲)13900000002", [FATHER, MOTHER]),
        ("父13900000001母13900000002", [GuardianRow("", "父亲", FATHER.phone), GuardianRow("", "母亲", MOTHER.phone)]),
        ("13900000001（妈妈）", [GuardianRow("", "母亲", "13900000001")]),
        ("13900000001/13900000002", [GuardianRow("", "", FATHER.phone), GuardianRow("", "", MOTHER.phone)]),
        ("爷爷 021-59120000", [GuardianRow("", "爷爷", "021-59120000")]),
        ("13900000001 妈妈13900000002", None),
        ("张勇、李芳 13900000001", None),
        ("父亲13900000001 13900000003 母亲13900000002", None),
        ("父母离异", None),
        ("139OOOOOOO1", None),
    ],
)
def test_people_in_one_cell_are_told_apart_or_not_at_all(typed: str, people: list[GuardianRow] | None) -> None:
    assert people_in(typed) == people


def test_a_cell_in_which_nobody_knows_whose_a_number_is_refuses_the_row(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级", "家长联系方式"), ("甲", "一<1>", "张勇、李芳 13900000001")))
    assert errors(report) == [("guardians_unclear", 2, "家长联系方式", "张勇、李芳 13900000001")]


def test_a_column_of_phones_that_nobody_knows_refuses_a_roster_without_any(desk: Desk) -> None:
    """The column was ignored and the roster stored without any parent, exit 0."""
    rows = (("姓名", "班级", "妈咪的电话"), ("甲", "一<1>", "13900000001"), ("乙", "一<1>", "13900000002"))
    assert errors(read(desk, book(*rows))) == [("column_of_people", 1, "妈咪的电话", "")]
    known = tuple((*row, more) for row, more in zip(rows, ("家长电话", "13900000003", ""), strict=True))
    assert warnings(read(desk, book(*known))) == [("column_ignored", 1, "妈咪的电话", "")]


def test_numbers_of_pupils_and_teachers_are_not_those_of_families(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级", "班主任电话", "学生电话"), ("甲", "一<1>", "13900000001", "13900000002")))
    assert (errors(report), report.written) == ([], True)


def test_a_member_of_the_family_who_is_no_guardian_is_not_stored(desk: Desk) -> None:
    header = ("姓名", "班级", "成员1姓名", "成员1联系电话", "成员1是否监护人")
    report = read(desk, book(header, ("甲", "一<1>", "张勇", "13900000001", "否"), ("乙", "一<1>", "李勇", "", "是")))
    assert warnings(report) == [("not_a_guardian", 2, "成员1姓名", "张勇")]


def test_a_row_of_data_is_never_taken_for_the_heading_and_its_numbers_are_not_shown(desk: Desk) -> None:
    """A child's identity number stood as a "column" in the warnings."""
    header = ("姓名", "班级", "20190101", "110101201901010001")
    report = read(desk, book(header, ("甲", "一<1>", "", "")))
    assert [code for code, *_ in errors(report)] == ["no_table"]
    assert [column for _, _, column, _ in warnings(read(desk, book(header[:3], ("甲", "一<1>", ""))))] == ["C 列"]
    shown = str([f.as_dict() for f in report.log.findings])
    assert ("110101201901010001" in shown, "20190101" in shown) == (False, False)


def test_the_local_number_is_used_where_the_national_one_is_absent(desk: Desk) -> None:
    header = ("姓名", "班级", "学籍号", "学籍辅号", "班内学号")
    report = read(
        desk,
        book(
            header, ("甲", "一<1>", "G110101201901010001", "20260001", "01"), ("乙", "一<1>", "NULL", "20260002", "02")
        ),
    )
    assert infos(report) == [("nothing_written", 3, "学籍号", "")]
    assert [(p.student_number) for p in Pupil.objects.order_by("pk")] == ["G110101201901010001", "20260002"]
