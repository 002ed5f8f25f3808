"""Cases 1 to 18: how the table lies in the sheet."""

import time

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from core.importlog import ImportLog
from core.tablefinder import find_tables
from core.workbooks import ColumnSpec, Row, Sheet, Workbook, WorkbookRefused, read_workbook
from jobs.importers import ImportOptions
from jobs.imports import upload_batch
from jobs.models import ColumnMapping, ImportBatch
from students.models import Guardian, Pupil
from tests.cases.books import (
    STUDENTS,
    book,
    errors,
    infos,
    mapped,
    messages,
    names,
    places,
    read,
    sheets,
    warnings,
)
from tests.imports.conftest import Desk
from tests.imports.snapshot import snapshot

pytestmark = pytest.mark.usefixtures("anywhere")


def guardians() -> list[tuple[int, str, str, str]]:
    return list(Guardian.objects.order_by("pupil", "position").values_list("position", "name", "relation", "phone"))


def uploaded(desk: Desk, data: bytes) -> ImportBatch:
    return upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=STUDENTS,
        data=data,
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=True),
    )


@pytest.mark.not_as_text
def test_case_01_titles_merged_above_the_heading_are_passed_over(desk: Desk) -> None:
    def title(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A2:C2")

    rows = [("青竹小学学生名册", "", ""), ("2026学年", "", ""), ("姓名", "班级", "性别"), ("甲", "一<1>", "女")]
    report = read(desk, book(*rows, also=title))
    assert (report.written, report.log.findings, places()) == (True, (), [("甲", "一（1）班")])


@pytest.mark.not_as_text
def test_case_02_a_heading_in_two_rows_is_joined(desk: Desk) -> None:
    def joined(sheet: Worksheet) -> None:
        for cells in ("A1:A2", "B1:B2", "C1:E1", "F1:G1"):
            sheet.merge_cells(cells)

    rows = [
        ("姓名", "班级", "家长1", "", "", "家长2", ""),
        ("", "", "姓名", "关系", "电话", "姓名", "电话"),
        ("甲", "一<1>", "张勇", "父亲", "19900000001", "李芳", "19900000002"),
    ]
    report = read(desk, book(*rows, also=joined))
    assert (report.rows, report.log.findings) == (1, ())
    assert guardians() == [(1, "张勇", "父亲", "19900000001"), (2, "李芳", "", "19900000002")]


@pytest.mark.not_as_text
def test_case_02_a_joined_heading_that_nobody_knows_is_asked_about(desk: Desk) -> None:
    def joined(sheet: Worksheet) -> None:
        sheet.merge_cells("C1:D1")

    rows = [
        ("姓名", "班级", "家长1", "", "学籍号"),
        ("", "", "姓名", "微信", ""),
        ("甲", "一<1>", "张勇", "wx1", "G1"),
    ]
    batch = uploaded(desk, book(*rows, also=joined))
    assert [(c["key"], c["field"]) for c in batch.summary["columns"]] == [
        ("姓名", "name"),
        ("班级", "class"),
        ("家长1-姓名", "guardian1_name"),
        ("家长1-微信", ""),
        ("学籍号", "number"),
    ]


@pytest.mark.parametrize("number", ["学籍号", "学号", "考号", "全国学籍号"])
@pytest.mark.parametrize("name,place", [("姓名", "班级"), ("学生姓名", "行政班")])
def test_case_03_headings_are_known_by_synonyms(desk: Desk, number: str, name: str, place: str) -> None:
    report = read(desk, book((number, name, place), ("G1", "甲", "一<1>")))
    assert (report.log.findings, places()) == ((), [("甲", "一（1）班")])
    assert Pupil.objects.get().student_number == "G1"


def test_case_03_a_heading_mapped_by_hand_is_remembered_for_the_school(desk: Desk, admin_client: Client) -> None:
    data = book(("孩子", "班级", "学籍号", "妈咪电话"), ("甲", "一<1>", "G1", "19900000001"))
    batch = uploaded(desk, data)
    assert [f["code"] for f in batch.findings if f["level"] == "error"] == ["column_missing"]
    answers = {"key": ["孩子", "班级", "学籍号", "妈咪电话"], "field": ["name", "class", "number", "guardian2_phone"]}
    page = admin_client.post(reverse("imports:mapping", args=[batch.pk]), answers, follow=True).content.decode()
    assert "可以导入" in page
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert (names(), guardians()) == (["甲"], [(2, "", "", "19900000001")])
    assert dict(ColumnMapping.objects.values_list("header", "field")) == {
        "孩子": "name",
        "妈咪电话": "guardian2_phone",
    }
    assert uploaded(desk, data).summary["unchanged"] == 1


def test_case_03_the_page_asks_with_the_file_s_own_words(desk: Desk, admin_client: Client) -> None:
    batch = uploaded(desk, book(("姓名", "班级", "妈咪电话", "电话"), ("甲", "一<1>", "19900000001", "19900000002")))
    page = admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert 'aria-label="妈咪电话存为"' in page
    assert ("19900000001" in page, "19900000002" in page) == (False, True)
    assert "一&lt;1&gt; → 一（1）班" in page


def test_case_03_one_field_cannot_come_from_two_columns(desk: Desk, admin_client: Client) -> None:
    batch = uploaded(desk, book(("姓名", "班级", "妈咪电话", "爹地电话"), ("甲", "一<1>", "1", "2")))
    answers = {"key": ["妈咪电话", "爹地电话"], "field": ["guardian1_phone", "guardian1_phone"]}
    page = admin_client.post(reverse("imports:mapping", args=[batch.pk]), answers, follow=True).content.decode()
    assert "“妈咪电话”和“爹地电话”都选了“监护人1联系电话”。" in page


@pytest.mark.parametrize(
    "name", ["姓 名", "姓\n名", "*姓名", "姓名（必填）", "姓名：", "＊姓　名＊必填", "姓名(与户口簿一致)"]
)
def test_case_04_decorated_headings_are_matched(desk: Desk, name: str) -> None:
    report = read(desk, book((name, " 班级: "), ("甲", "一<1>")))
    assert (report.log.findings, names()) == ((), ["甲"])


def test_case_05_required_columns_are_named_and_optional_ones_may_be_absent(desk: Desk) -> None:
    assert errors(read(desk, book(("性别", "班级"), ("女", "一<1>")))) == [("column_missing", 1, "姓名", "")]
    assert errors(read(desk, book(("姓名", "性别"), ("甲", "女")))) == [("column_missing", 1, "班级", "")]
    assert read(desk, book(("姓名", "班级"), ("甲", "一<1>"))).log.findings == ()


def test_case_06_two_columns_of_one_name_are_asked_about(desk: Desk) -> None:
    data = book(("姓名", "班级", "电话", "电话"), ("甲", "一<1>", "19900000001", "19900000002"))
    before = snapshot()
    assert errors(read(desk, data)) == [("column_repeated", 1, "电话", "")]
    assert snapshot() == before
    assert mapped(desk, data, {"电话": "guardian2_phone", "电话#2": "guardian1_phone"}).written
    assert guardians() == [(1, "", "", "19900000002"), (2, "", "", "19900000001")]


def test_case_06_two_headings_of_one_meaning_are_asked_about_too(desk: Desk) -> None:
    data = book(("姓名", "班级", "联系电话", "家庭电话"), ("甲", "一<1>", "19900000001", "19900000002"))
    report = read(desk, data)
    assert errors(report) == [("column_repeated", 1, "联系电话", "")]
    assert "“联系电话”、“家庭电话”意思相同" in messages(report)[0]
    assert infos(mapped(desk, data, {"家庭电话": ""})) == [("column_ignored", 1, "家庭电话", "")]
    assert guardians() == [(1, "", "", "19900000001")]


def test_case_07_columns_out_of_scope_are_told_and_not_stored(desk: Desk) -> None:
    rows = [("姓名", "班级", "身份证号", "家庭住址"), ("甲", "一<1>", "310101201601010012", "竹林路1号")]
    report = read(desk, book(*rows))
    assert warnings(report) == [("column_ignored", 1, "身份证号", ""), ("column_ignored", 1, "家庭住址", "")]
    stored = str(snapshot())
    assert (report.written, "310101201601010012" in stored, "竹林路" in stored) == (True, False, False)
    uploaded(desk, book(*rows))
    nameless = uploaded(desk, book(("甲", "310101201601010012"), ("乙", "310101201601010020")))
    stored = str(snapshot())
    assert ("310101201601010012" in stored, "竹林路" in stored) == (False, False)
    assert list(nameless.summary["columns"][1]["samples"]) == ["310***012", "310***020"]


@pytest.mark.at_a1
def test_case_08_without_heading_the_columns_are_picked(desk: Desk, admin_client: Client) -> None:
    data = book(("甲", "一<1>", "女"), ("乙", "一<2>", "男"))
    batch = uploaded(desk, data)
    assert [c["key"] for c in batch.summary["columns"]] == ["@A", "@B", "@C"]
    assert list(batch.summary["columns"][0]["samples"]) == ["甲", "乙"]
    answers = {"key": ["@A", "@B", "@C"], "field": ["name", "class", "gender"]}
    admin_client.post(reverse("imports:mapping", args=[batch.pk]), answers)
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert places() == [("甲", "一（1）班"), ("乙", "一（2）班")]
    assert ColumnMapping.objects.count() == 0


@pytest.mark.not_as_text
def test_case_09_a_merged_class_counts_for_its_rows_and_no_others(desk: Desk) -> None:
    rows = [("班级", "姓名"), ("一<1>", "甲"), ("", "乙"), ("一<2>", "丙"), ("", "丁")]
    report = read(desk, book(*rows, also=lambda sheet: sheet.merge_cells("A2:A3")))
    assert infos(report) == [("merged_filled", 2, "班级", "一<1>")]
    assert errors(report) == [("class_missing", 5, "班级", "")]
    fixed = [*rows[:4], ("一<2>", "丁")]
    assert read(desk, book(*fixed, also=lambda sheet: sheet.merge_cells("A2:A3"))).written
    assert places() == [("甲", "一（1）班"), ("乙", "一（1）班"), ("丙", "一（2）班"), ("丁", "一（2）班")]


@pytest.mark.not_as_text
def test_case_10_a_sheet_per_class_gives_the_class_and_its_count(desk: Desk) -> None:
    header = ("姓名", "性别")
    data = sheets({"一(1)班": [header, ("甲", "女"), ("乙", "男")], "102": [header, ("丙", "女")]})
    report = read(desk, data)
    assert [(f.sheet, f.message) for f in report.log.findings] == [
        ("一(1)班", "读到 2 名学生。"),
        ("102", "读到 1 名学生。"),
    ]
    assert places() == [("甲", "一（1）班"), ("乙", "一（1）班"), ("丙", "一（2）班")]


@pytest.mark.not_as_text
def test_case_11_hidden_sheets_and_rows_are_left_out_until_they_are_asked_for(desk: Desk) -> None:
    workbook_rows = {
        "名册": [("姓名", "班级"), ("甲", "一<1>"), ("乙", "一<1>"), ("丙", "一<1>")],
        "去年": [("姓名", "班级"), ("丁", "一<2>")],
    }

    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"
        first = sheet.parent.worksheets[0] if sheet.parent else sheet
        first.row_dimensions[3].hidden = True
        first.row_dimensions[4].hidden = True

    data = sheets(workbook_rows, also=hide)
    report = read(desk, data)
    assert warnings(report) == [("hidden_rows", 3, "", ""), ("hidden_sheet", None, "", "")]
    assert messages(report)[0].startswith("含 2 行隐藏行，没有导入。")
    assert names() == ["甲"]
    taken = mapped(desk, data, {}, take_hidden=True)
    assert warnings(taken) == [("hidden_rows", 3, "", "")]
    assert names() == ["甲", "乙", "丙", "丁"]


@pytest.mark.not_as_text
def test_case_11_rows_that_a_filter_hides_are_hidden_rows(desk: Desk) -> None:
    def narrow(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = "A1:B3"
        sheet.auto_filter.add_filter_column(1, ["一<1>"])
        sheet.row_dimensions[3].hidden = True

    data = book(("姓名", "班级"), ("甲", "一<1>"), ("乙", "一<2>"), also=narrow)
    assert warnings(read(desk, data)) == [("hidden_rows", 3, "", "")]
    assert names() == ["甲"]


@pytest.mark.not_as_text
def test_case_11_a_hidden_column_is_read_and_told_and_can_be_left_out(desk: Desk) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["C"].hidden = True

    data = book(("姓名", "班级", "备注"), ("甲", "一<1>", "慢热"), also=hide)
    assert warnings(read(desk, data)) == [("hidden_column", None, "备注", "")]
    assert Pupil.objects.get().remark == "慢热"
    assert warnings(mapped(desk, data, {"备注": ""})) == []


@pytest.mark.not_as_text
def test_case_11_the_page_offers_the_hidden_rows(desk: Desk, admin_client: Client) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    batch = uploaded(desk, book(("姓名", "班级"), ("甲", "一<1>"), ("乙", "一<1>"), also=hide))
    assert "连同隐藏的内容一起导入" in admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    page = admin_client.post(reverse("imports:mapping", args=[batch.pk]), {"take_hidden": "on"}, follow=True)
    assert "不要隐藏的内容" in page.content.decode()
    batch.refresh_from_db()
    assert batch.summary["created"] == 2


@pytest.mark.at_a1
def test_case_11_where_hidden_rows_cannot_be_known_it_says_so(desk: Desk) -> None:
    rows = (Row(1, ("姓名", "班级")), Row(2, ("甲", "一<1>")))
    log = ImportLog()
    specs = [ColumnSpec("name", "姓名"), ColumnSpec("class", "班级")]
    for kind in ("xlsb", "xls"):
        find_tables(Workbook(kind, (Sheet("名册", rows),)), specs, log, example="")
    assert [f.code for f in log.findings] == ["hidden_unknown"]


@pytest.mark.parametrize("foot", ["合计", "总计：1 人", "备注：以学籍系统为准", "制表人：王老师", "填表日期：2026.9.1"])
def test_case_12_rows_at_the_foot_are_no_pupils(desk: Desk, foot: str) -> None:
    report = read(desk, book(("姓名", "班级", "性别"), ("甲", "一<1>", "女"), (foot, "", "")))
    assert (names(), report.rows, infos(report)) == (["甲"], 1, [("row_skipped", 3, "", foot)])


def test_case_13_blank_rows_are_no_end(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级"), ("甲", "一<1>"), (), ("  ", ""), (), ("乙", "一<1>")))
    assert (names(), report.rows, report.log.findings) == (["甲", "乙"], 2, ())


@pytest.mark.at_a1
def test_case_14_ten_thousand_styled_blank_rows_cost_nothing(desk: Desk) -> None:
    def dress(sheet: Worksheet) -> None:
        yellow = PatternFill("solid", fgColor="FFFF00")
        for number in range(3, 10_003):
            sheet.cell(number, 2).fill = yellow

    data = book(("姓名", "班级"), ("甲", "一<1>"), also=dress)
    started = time.process_time()
    report = read(desk, data)
    assert time.process_time() - started < 10
    assert (report.rows, names()) == (1, ["甲"])


@pytest.mark.at_a1
@pytest.mark.parametrize("cell", ["XFD1048576", "C1048576", "XFD2"])
def test_case_15_a_cell_far_away_is_refused_or_passed_over(desk: Desk, cell: str) -> None:
    def stray(sheet: Worksheet) -> None:
        sheet[cell] = "远"

    before = snapshot()
    report = read(desk, book(("姓名", "班级"), ("甲", "一<1>"), also=stray))
    if report.written:
        assert names() == ["甲"]
    else:
        assert [code for code, *_ in errors(report)] in (["gave_up"], ["far_cells"], ["too_many_columns"])
        assert snapshot() == before


def test_case_16_two_tables_side_by_side_are_to_be_split(desk: Desk) -> None:
    rows = [("姓名", "班级", "", "姓名", "班级"), ("甲", "一<1>", "", "乙", "一<2>")]
    report = read(desk, book(*rows))
    assert errors(report) == [("column_blocks", 1, "姓名、班级", "")]
    assert names() == []


def test_case_17_pupils_in_columns_are_told_as_no_heading(desk: Desk) -> None:
    report = read(desk, book(("姓名", "甲", "乙"), ("班级", "一<1>", "一<1>"), ("性别", "女", "男")))
    assert (errors(report), warnings(report)) == ([("no_table", None, "", "")], [("no_header", None, "", "")])
    assert "竖着写在第一列" in messages(report)[0]
    assert names() == []


def test_case_18_the_example_of_the_template_is_skipped_and_told(desk: Desk) -> None:
    rows = [("姓名", "学籍号", "班级"), ("示例：张小竹", "G0", "一（1）班"), ("甲", "G1", "一<1>")]
    report = read(desk, book(*rows))
    assert (names(), report.rows, infos(report)) == (["甲"], 1, [("example_skipped", 2, "", "示例：张小竹")])


@pytest.mark.at_a1
def test_case_18_the_template_as_downloaded_holds_no_pupil(desk: Desk, admin_client: Client) -> None:
    response = admin_client.get(reverse("imports:template", args=["students"]))
    report = read(desk, response.getvalue())
    assert (names(), [code for code, *_ in errors(report)]) == ([], ["no_rows"])


@pytest.mark.at_a1
def test_a_sheet_without_any_content_is_refused() -> None:
    with pytest.raises(WorkbookRefused):
        read_workbook(book(), file_name="a.xlsx")
