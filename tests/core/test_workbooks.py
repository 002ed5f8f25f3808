"""Reading workbooks: what is read, and what is refused before it can do harm."""

import datetime
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]  # it has no stubs
from openpyxl.styles import PatternFill

from core.workbooks import (
    CellError,
    ColumnSpec,
    Limits,
    Parsed,
    SheetToWrite,
    WorkbookRefused,
    find_table,
    heading_key,
    parse_workbook,
    read_workbook,
    write_workbook,
)

pytestmark = pytest.mark.usefixtures("cold_children")

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"
SPECS = (
    ColumnSpec("name", "姓名", ("学生姓名",), required=True),
    ColumnSpec("class", "班级"),
    ColumnSpec("phone", "联系电话", ("家长电话", "电话")),
)


def xlsx(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def sheet_of(*rows: Sequence[object]) -> bytes:
    def fill(workbook: openpyxl.Workbook) -> None:
        for row in rows:
            workbook.worksheets[0].append(list(row))

    return xlsx(fill)


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return buffer.getvalue()


def refusal(data: bytes, *, file_name: str = "名册.xlsx", limits: Limits | None = None) -> str:
    started = time.monotonic()
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(data, file_name=file_name, limits=limits)
    assert time.monotonic() - started < 10  # a hang, not a figure: two seconds on a quiet machine
    assert refused.value.message.endswith("。")
    return refused.value.code


def test_values_keep_their_kinds() -> None:
    data = sheet_of(["张三", 19900000001, 1.5, True, datetime.date(2026, 9, 1), datetime.datetime(2026, 9, 1, 3, 4)])
    (sheet,) = read_workbook(data, file_name="a.xlsx").sheets
    assert sheet.rows[0].cells == (
        "张三",
        19900000001.0,
        1.5,
        True,
        datetime.date(2026, 9, 1),
        datetime.datetime(2026, 9, 1, 3, 4),
    )


def test_blank_rows_are_left_out_and_rows_keep_their_numbers() -> None:
    (sheet,) = read_workbook(sheet_of(["a"], [], ["  "], ["b", None, ""]), file_name="a.xlsx").sheets
    assert [(row.number, row.cells) for row in sheet.rows] == [(1, ("a",)), (4, ("b",))]


def test_hidden_sheets_and_rows_are_told() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        first = workbook.worksheets[0]
        for value in ("a", "b", "c"):
            first.append([value])
        first.row_dimensions[2].hidden = True
        second = workbook.create_sheet("藏")
        second.append(["x"])
        second.sheet_state = "hidden"

    first, second = read_workbook(xlsx(fill), file_name="a.xlsx").sheets
    assert [(row.number, row.hidden) for row in first.rows] == [(1, False), (2, True), (3, False)]
    assert (first.visible, second.visible) == (True, False)


def test_error_cells_and_formulas_without_result_are_seen() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.worksheets[0]
        sheet.append(["x", "#N/A", "=1+1"])

    (sheet,) = read_workbook(xlsx(fill), file_name="a.xlsx").sheets
    assert sheet.rows[0].cells == ("x", CellError("#N/A"), CellError("="))


def test_a_merged_class_is_filled_down_below_the_heading_and_only_there() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.worksheets[0]
        sheet.append(["学生名册"])
        sheet.merge_cells("A1:C1")
        for row in (["班级", "姓名"], ["一<1>", "甲"], [None, "乙"], ["一<2>", "丙"], [None, "丁"]):
            sheet.append(row)
        sheet.merge_cells("A3:A4")

    (sheet,) = read_workbook(xlsx(fill), file_name="a.xlsx").sheets
    table = find_table(sheet, SPECS)
    assert table is not None
    assert [(r.row, r.text("class"), r.text("name")) for r in table.records()] == [
        (3, "一<1>", "甲"),
        (4, "一<1>", "乙"),
        (5, "一<2>", "丙"),
        (6, "", "丁"),
    ]


def test_the_heading_is_found_by_names_whatever_their_decoration() -> None:
    data = sheet_of(["青竹小学学生名册"], ["＊姓名（必填）", "班 级", "家长\n电话：", "身份证号", "班级"], ["甲"])
    (sheet,) = read_workbook(data, file_name="a.xlsx").sheets
    table = find_table(sheet, SPECS)
    assert table is not None
    assert (table.header_row, table.columns, table.unknown) == (2, {"name": 0, "phone": 2}, ("身份证号",))
    assert table.repeated == {"class": ("班 级", "班级")}
    assert heading_key(" 姓　名 *必填") == "姓名"


def test_a_sheet_without_known_headings_has_no_table() -> None:
    (sheet,) = read_workbook(sheet_of(["甲", "一<1>"]), file_name="a.xlsx").sheets
    assert find_table(sheet, SPECS) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_are_read_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["姓名", "备注"]) + "\r\n" + delimiter.join(["𠮷䶮", '"一\n二"']) + "\r\n\r\n"
    workbook = read_workbook(text.encode(encoding), file_name="名册.csv")
    assert workbook.kind == "text"
    assert [(r.number, r.cells) for r in workbook.sheets[0].rows] == [(1, ("姓名", "备注")), (2, ("𠮷䶮", "一\n二"))]
    assert workbook.sheets[0].name == "名册"


def test_an_excel_sep_line_is_obeyed() -> None:
    workbook = read_workbook("sep=;\n姓名;班级\n甲;一<1>\n".encode(), file_name="a.csv")
    assert [(r.number, r.cells) for r in workbook.sheets[0].rows] == [(2, ("姓名", "班级")), (3, ("甲", "一<1>"))]


def test_old_and_new_excel_files_hold_the_same() -> None:
    new = read_workbook((ROSTERS / "students-by-class.xlsx").read_bytes(), file_name="a.xlsx")
    old = read_workbook((ROSTERS / "students-by-class.xls").read_bytes(), file_name="a.xlsx")
    assert (new.kind, old.kind) == ("xlsx", "xls")
    assert [s.name for s in new.sheets] == [s.name for s in old.sheets]
    assert [[r.cells for r in s.rows] for s in new.sheets] == [[r.cells for r in s.rows] for s in old.sheets]


def test_ten_thousand_styled_blank_rows_cost_nothing() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.worksheets[0]
        sheet.append(["姓名"])
        yellow = PatternFill("solid", fgColor="FFFF00")
        for number in range(2, 10_002):
            sheet.cell(number, 3).fill = yellow

    data = xlsx(fill)
    started = time.monotonic()
    (sheet,) = read_workbook(data, file_name="a.xlsx").sheets
    assert time.monotonic() - started < 10  # as above
    assert len(sheet.rows) == 1


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    "data,code",
    [
        (b"", "empty_file"),
        (PNG, "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x00\x01\x02 nothing \x03", "not_a_table"),
        (b"<html><body>nothing here</body></html>", "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "xml"),
        (b"\n \n", "empty_file"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unreadable"),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_content(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_cut_off_workbook_is_refused() -> None:
    assert refusal((ROSTERS / "students.xlsx").read_bytes()[:20_000]) == "damaged"


def test_a_workbook_with_a_broken_part_is_refused() -> None:
    data = repacked(sheet_of(["a"]), lambda name, part: b"<broken" if name == "xl/workbook.xml" else part)
    assert refusal(data) == "unreadable"


def test_a_plain_archive_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("名册.txt", "x")
    assert refusal(buffer.getvalue()) == "archive"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    data = repacked(
        sheet_of(["a"]), lambda name, part: part + b" " * 50_000_000 if name.endswith("sheet1.xml") else part
    )
    assert len(data) < 100_000
    assert refusal(data) == "bomb"


def test_a_bomb_that_lies_about_its_size_only_kills_the_child() -> None:
    honest = repacked(
        sheet_of(["a"]), lambda name, part: part + b" " * 300_000_000 if name.endswith("sheet1.xml") else part
    )
    # The central directory claims 1,000 bytes for the large part.
    at = honest.rindex(b"PK\x01\x02", 0, honest.rindex(b"xl/worksheets/sheet1.xml"))
    liar = honest[: at + 24] + struct.pack("<I", 1000) + honest[at + 28 :]
    with pytest.raises(WorkbookRefused):
        read_workbook(liar, file_name="a.xlsx")


def test_an_archive_of_thousands_of_parts_is_refused() -> None:
    buffer = io.BytesIO(sheet_of(["a"]))
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(2100):
            archive.writestr(f"xl/media/{number}.txt", "x")
    assert refusal(buffer.getvalue()) == "bomb"


def test_an_entity_bomb_is_refused() -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><workbook'
    data = repacked(
        sheet_of(["a"]),
        lambda name, part: part.replace(b"<workbook", doctype, 1) if name == "xl/workbook.xml" else part,
    )
    assert refusal(data) == "entities"


@pytest.mark.parametrize("cell,code", [("XFD1048576", "gave_up"), ("J1048576", "far_cells")])
def test_a_cell_at_the_end_of_the_sheet_is_refused_and_harms_nobody(cell: str, code: str) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.worksheets[0]["A1"] = "姓名"
        workbook.worksheets[0][cell] = "远"

    assert refusal(xlsx(fill)) == code


def test_a_password_is_told_as_such() -> None:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(sheet_of(["a"]))).encrypt("geheim", buffer)
    assert refusal(buffer.getvalue()) == "encrypted"


def test_rows_columns_and_bytes_are_limited() -> None:
    data = sheet_of(*([["x"]] * 30))
    assert refusal(data, limits=Limits(rows=20)) == "too_many_rows"
    assert refusal(sheet_of(["x"] * 300)) == "too_many_columns"
    assert refusal(data, limits=Limits(file_bytes=100)) == "too_big"
    assert refusal(b"x\n" * 30, file_name="a.csv", limits=Limits(rows=20)) == "too_many_rows"


def test_macros_are_told_and_not_needed() -> None:
    buffer = io.BytesIO(sheet_of(["a"]))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert read_workbook(buffer.getvalue(), file_name="a.xlsm").has_macros


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)", "＝1", "＋1", "－1", "\tx", "\rx"])
def test_no_text_becomes_a_formula_when_written(text: str) -> None:
    data = write_workbook([SheetToWrite("名册", ["姓名"], [[text]])])
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


def test_what_is_written_is_read_back() -> None:
    data = write_workbook([SheetToWrite("名册", ["姓名", "人数"], [["𠮷䶮\x00", 3], ["=x", None]], widths=[12, 6])])
    (sheet,) = read_workbook(data, file_name="a.xlsx").sheets
    assert [row.cells for row in sheet.rows] == [("姓名", "人数"), ("𠮷䶮", 3.0), ("=x",)]


def test_sheets_of_thousands_of_rows_come_whole_and_in_order() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        for at, rows in enumerate((2000, 0, 1001)):
            sheet = workbook.create_sheet(f"表{at}")
            for n in range(rows):
                sheet.append((n, f"“王”\\{n}\U00020000"))

    sheets = read_workbook(xlsx(fill), file_name="名册.xlsx").sheets[1:]
    assert [[row.cells for row in sheet.rows] for sheet in sheets] == [
        [(n, f"“王”\\{n}\U00020000") for n in range(rows)] for rows in (2000, 0, 1001)
    ]


def test_a_kept_copy_opens_as_the_file_does_and_nothing_else_opens() -> None:
    """All kinds of cells, and whatever the parser knows beside them, survive the disk."""
    day = datetime.datetime(2026, 9, 1, 8, 30)
    rows = (["姓名", 1, 1.5, True, day, day.date(), datetime.time(7, 5), "=1/"], ["甲\u2028", "", "𠮷"])
    for name, data in (("a.xlsx", sheet_of(*rows)), ("a.csv", "姓名,班级\n甲,\u3000\n".encode())):
        parsed = parse_workbook(data, file_name=name)
        assert Parsed.unpacked(parsed.packed()).workbook() == read_workbook(data, file_name=name)
        assert parsed.rows == 2
    for other in (b"", b"{}", zlib.compress(b'{"kind":"xlsx","sheets":[]}'), zlib.compress(b"xlsx 1\n{}")):
        with pytest.raises(ValueError, match=r"no packed workbook|no answer of a parser|to unpack"):
            Parsed.unpacked(other).workbook()
