"""Where cells stand, and what does not meet the eye: the same in every format, and however the file is written."""

import io
import re
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]  # it has no stubs

from core.workbooks import CellError, MergedRange, Sheet, WorkbookRefused, read_workbook
from tests.cases.packages import ods_package
from tests.core.test_workbooks import repacked

FIRST = "xl/worksheets/sheet1.xml"
TEXT = "姓名,班级\n王一,一（1）班\n李二,一（2）班\n"
ROWS = [(1, ("姓名", "班级")), (2, ("王一", "一（1）班")), (3, ("李二", "一（2）班"))]


def only(data: bytes, name: str = "a.xlsx") -> Sheet:
    (sheet,) = read_workbook(data, file_name=name).sheets
    return sheet


def cells(sheet: Sheet) -> list[tuple[int, tuple[object, ...]]]:
    return [(row.number, row.cells) for row in sheet.rows]


def hidden(sheet: Sheet) -> list[int]:
    return [row.number for row in sheet.rows if row.hidden]


def xlsx(change: Callable[[bytes], bytes] = bytes, *, part: str = FIRST) -> bytes:
    """Three rows from B3: a joined cell, an error, a formula without result, a hidden row and column; changed."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for place, value in {"B3": "甲", "C3": "乙", "B4": "#N/A", "C4": "=A1", "C5": "丙", "D3": "丁"}.items():
        sheet[place] = value
    sheet.merge_cells("C5:C6")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    return repacked(buffer.getvalue(), lambda name, old: change(old) if name == part else old)


SEEN = [
    (3, ("", "甲", "乙", "丁")),
    (4, ("", CellError("#N/A"), CellError("="))),
    (5, ("", "", "丙")),
]
# Only the newest format tells a formula without a result from an empty text.
WITHOUT_FORMULA = [SEEN[0], (4, ("", CellError("#N/A"))), SEEN[2]]


def xls() -> bytes:
    """The same as an old file."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("s")
    for row, column, value in ((2, 1, "甲"), (2, 2, "乙"), (2, 3, "丁"), (3, 2, xlwt.Formula("A1"))):
        sheet.write(row, column, value)
    sheet.row(3).set_cell_error(1, "#N/A!")
    sheet.write_merge(4, 5, 2, 2, "丙")
    sheet.row(3).hidden = True
    sheet.col(3).hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def ods(table: str) -> bytes:
    """An OpenDocument sheet with this inside of its table."""
    return ods_package(f'<table:table table:name="s">{table}</table:table>')


def word(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


FAILED = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
)
JOINED = word("丙", 'table:number-rows-spanned="2"')
ODS = (
    '<table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>'
    '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    f"<table:table-row><table:table-cell/>{word('甲')}{word('乙')}{word('丁')}</table:table-row>"
    f'<table:table-row table:visibility="filter"><table:table-cell/>{FAILED}</table:table-row>'
    '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
    f"{JOINED}</table:table-row>"
    "<table:table-row><table:table-cell/><table:table-cell/><table:covered-table-cell/></table:table-row>"
    '<table:table-row table:visibility="collapse" table:number-rows-repeated="1048570"><table:table-cell/>'
    "</table:table-row>"
)


@pytest.mark.parametrize(
    "data,rows",
    [
        (xlsx(), SEEN),
        (xls(), WITHOUT_FORMULA),
        (ods(ODS), WITHOUT_FORMULA),
    ],
    ids=["xlsx", "xls", "ods"],
)
def test_all_that_is_told_of_a_sheet_is_told_of_its_true_cells(data: bytes, rows: list[object]) -> None:
    """calamine leaves out empty columns in front, and tells no errors, nothing hidden, and no joined .ods cells."""
    sheet = only(data)
    assert cells(sheet) == rows
    assert (hidden(sheet), sheet.hidden_columns, sheet.merged) == ([4], (3,), (MergedRange(5, 6, 2, 2),))


def swapped(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda part: re.sub(pattern, new, part)


@pytest.mark.parametrize(
    "change",
    [
        lambda part: part.replace(b'"', b"'"),
        lambda part: re.sub(rb"<(/?)(\w)", rb"<\1x:\2", part).replace(b"xmlns=", b"xmlns:x="),
        lambda part: b"\xef\xbb\xbf" + part,
        lambda part: ('<?xml version="1.0" encoding="UTF-16"?>' + part.decode()).encode("utf-16"),
        lambda part: ('<?xml version="1.0" encoding="UTF-16"?>' + part.decode()).encode("utf-16-be"),
        swapped(rb'<c r="(\w+)" t="e">', rb'<c t="e" r="\1">'),
        swapped(rb"<row r=\"\d\"", b"<row"),
        swapped(rb'<row r="(\d)" hidden="1"', rb'<row hidden="true" spans="1:3" r="\1"'),
        swapped(rb'<row r="4" hidden="1"', b'<row r="4" ht="0" customHeight="1"'),
        swapped(rb'<row r="4" hidden="1"', b'<row r="4" ht="0.0"'),
        swapped(rb'<col hidden="1" width="13"', b'<col width="0"'),
        swapped(rb"<f>A1</f><v */>|<f>A1</f><v></v>|<f>A1</f>", b'<f t="shared" ref="C4:C5" si="0">A1</f>'),
        swapped(rb"<f>A1</f>", b'<f t="shared" si="0"/>'),
        swapped(rb"<sheetFormatPr", b'<sheetFormatPr zeroHeight="1"'),
    ],
    ids=[
        *("single quotes", "prefixes", "byte order mark", "UTF-16", "UTF-16 without mark", "order of attributes"),
        *("rows without number", "hidden in words", "height 0", "height 0.0", "width 0", "shared formula"),
        *("shared formula, derived", "only rows that are not written are flat"),
    ],
)
def test_however_a_sheet_is_spelt_the_same_is_read(change: Callable[[bytes], bytes]) -> None:
    def with_rows_above(part: bytes) -> bytes:
        return part.replace(b"<sheetData>", b'<sheetData><row r="1"/><row r="2"/>')

    sheet = only(xlsx(lambda part: change(with_rows_above(part))))
    assert cells(sheet) == SEEN
    assert (hidden(sheet), sheet.hidden_columns, sheet.merged) == ([4], (3,), (MergedRange(5, 6, 2, 2),))


def test_cells_without_a_place_follow_the_one_before() -> None:
    sheet = only(xlsx(swapped(rb'<c r="C(\d)"', b"<c")))
    assert cells(sheet)[:2] == SEEN[:2]


@pytest.mark.parametrize(
    "cell", [b'collapsed="1"', b'outlineLevel="1"', b'ht="15"', b'hidden="0"', b'hidden="false"', b'ht="0.75"']
)
def test_rows_that_can_be_seen_are_not_called_hidden(cell: bytes) -> None:
    assert hidden(only(xlsx(swapped(rb'<row r="4" hidden="1"', b'<row r="4" ' + cell)))) == []


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell() -> None:
    """A column of `=IF(…,"")` was told as formulas without result."""
    sheet = only(xlsx(swapped(rb'<c r="C4"[^>]*>.*?</c>', b'<c r="C4" t="str"><f>A1</f><v></v></c>')))
    assert cells(sheet)[1] == (4, ("", CellError("#N/A")))


@pytest.mark.parametrize("text", ["#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!"])
def test_errors_of_newer_programs_do_not_spoil_the_file(text: str) -> None:
    """calamine gives up the whole workbook."""
    sheet = only(xlsx(lambda part: part.replace(b"#N/A", text.encode())))
    assert cells(sheet)[1] == (4, ("", CellError(text), CellError("=")))


def test_rows_that_hold_only_formulas_without_result_stand_in_their_place() -> None:
    def above(part: bytes) -> bytes:
        return part.replace(b"<sheetData>", b'<sheetData><row r="1"><c r="A1"><f>B1</f></c></row>')

    assert [row.number for row in only(xlsx(above)).rows] == [1, 3, 4, 5]


@pytest.mark.parametrize(
    "target",
    [b"worksheets/sheet1.xml", b"./worksheets/sheet1.xml", b"../xl/worksheets/sheet1.xml", b"worksheets\\sheet1.xml"],
)
def test_the_sheet_is_found_however_the_package_points_at_it(target: bytes) -> None:
    data = xlsx(lambda part: part.replace(b"/xl/worksheets/sheet1.xml", target), part="xl/_rels/workbook.xml.rels")
    sheet = only(data)
    assert (cells(sheet), hidden(sheet)) == (SEEN, [4])


@pytest.mark.parametrize(
    "name", [lambda n: n.replace("/", "\\"), lambda n: "/" + n, lambda n: n.replace("sheet1", "Sheet1")]
)
def test_the_parts_are_found_however_they_are_named(name: Callable[[str], str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.namelist():
            new.writestr(name(entry), old.read(entry))
    sheet = only(buffer.getvalue())
    assert (cells(sheet), hidden(sheet)) == (SEEN, [4])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_text_is_read_whatever_it_is_written_in(encoding: str) -> None:
    assert cells(only(TEXT.encode(encoding), "a.csv")) == ROWS


def test_traditional_signs_in_big5_are_not_taken_for_others() -> None:
    """gb18030 decodes them into other signs without a word."""
    text = "姓名,班級,備註\n陳大文,一年級甲班,喜歡閱讀\n黃小明,一年級乙班,轉學生\n"
    rows = cells(only(text.encode("big5"), "a.csv"))
    assert [row for _, row in rows] == [tuple(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["students-gbk.csv"])
def test_a_roster_in_gbk_stays_one(name: str) -> None:
    data = (Path(__file__).parent.parent / "data" / "rosters" / name).read_bytes()
    assert only(data, name).rows[1].cells[1:3] == ("张予佑", "女")


def test_a_damaged_byte_does_not_turn_all_names_into_others() -> None:
    """UTF-8 with one broken place was read as gb18030: every name another."""
    data = TEXT.encode().replace("李".encode(), "李".encode()[:2])
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(data, file_name="a.csv")
    assert (refused.value.code, refused.value.message[:5]) == ("damaged_text", "第 3 行")


PIECE = "<table><tr><td>姓名</td><td>班级</td></tr><tr><td>王一</td><td>一（1）班</td></tr></table>"


@pytest.mark.parametrize(
    "before",
    [
        *("", "<div>", "<!-- 导出 -->", "\ufeff<div>", "\n\n  <center>", "<meta charset=utf-8>", "<style>td{}</style>"),
        *("<font size=2>", "<form>", "<body>", "<p>名册</p>", "<h3>名册</h3>", "<br>", "<span>", "名册导出\n"),
        *(
            '<?xml version="1.0"?><html>',
            "<!DOCTYPE html>",
            "<!--[if gte mso 9]><xml></xml><![endif]-->",
            "<script>x</script>",
        ),
        "<style>" + "td{mso-number-format:general}" * 900 + "</style>",
    ],
)
def test_a_page_is_told_by_its_table_whatever_stands_before(before: str) -> None:
    """Exports begin with whatever their template begins with."""
    workbook = read_workbook((before + PIECE).encode(), file_name="学生.xls")
    assert (workbook.kind, cells(workbook.sheets[0])) == ("html", ROWS[:2])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_page_in_utf16_is_read(encoding: str) -> None:
    assert cells(only(("<div>" + PIECE).encode(encoding), "学生.xls")) == ROWS[:2]


def test_a_page_in_the_clothes_of_a_letter_is_read() -> None:
    """Excel saves a web page in a single file like this, some systems export it."""
    message = EmailMessage()
    message.set_content("see the page")
    message.add_related("x", subtype="plain")
    message.add_alternative(f'<meta charset="gb2312">{PIECE}', subtype="html", charset="gb2312", cte="quoted-printable")
    assert cells(only(message.as_bytes(), "学生.xls")) == ROWS[:2]


def test_a_cell_that_shows_a_tag_does_not_make_a_page_of_a_text_table() -> None:
    data = "姓名,备注\n王一,<b>慢热</b>\n李二,<table>\n".encode()
    assert read_workbook(data, file_name="a.csv").kind == "text"
