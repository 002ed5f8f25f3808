"""The admin's own workbook comes back with its faults marked, and can be mended and uploaded again."""

import io
from pathlib import Path

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]  # it has no stubs
from django.test import Client
from django.urls import reverse
from openpyxl.styles import Font

from core.errors import DomainError
from core.workbooks import read_workbook
from core.workbooks.marking import MOST_MARKS, Mark, mark_workbook, without_list
from jobs.enums import ImportKind, ImportState
from jobs.importers import ImportOptions
from jobs.imports import upload_batch
from jobs.marking import marked_workbook
from jobs.models import ImportBatch
from tests.imports.conftest import STUDENT_HEADER, Desk, book, pupil

RED, AMBER = "FFFFC7CE", "FFFFE8B3"


def uploaded(desk: Desk, data: bytes, name: str = "名册.xlsx") -> ImportBatch:
    options = ImportOptions(create_classes=True)
    return upload_batch(
        actor=desk.actor, year=desk.year, kind=ImportKind.STUDENTS, data=data, file_name=name, options=options
    )


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def styled(*rows: tuple[str, ...]) -> bytes:
    """The school's own workbook with a look of its own and a second sheet."""
    workbook = openpyxl.load_workbook(io.BytesIO(book(STUDENT_HEADER, *rows)))
    workbook.worksheets[0]["B1"].font = Font(bold=True, color="FF0000FF")
    workbook.worksheets[0].column_dimensions["B"].width = 33
    workbook.create_sheet("说明")["A1"] = "自己的笔记"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_cells_are_filled_and_commented_in_the_schools_own_workbook(desk: Desk) -> None:
    batch = uploaded(desk, styled(pupil(1, "甲", gender="？"), pupil(2, "乙", phone="12")))
    content, name = marked_workbook(actor=desk.actor, batch=batch)
    workbook = opened(content)
    assert (name, workbook.sheetnames) == ("名册-标出问题.xlsx", ["问题清单", "名册", "说明"])
    roster = workbook["名册"]
    wrong, doubtful = roster["C2"], roster["G3"]
    assert (wrong.value, wrong.fill.fgColor.rgb, wrong.comment.text) == ("？", RED, "性别请填“男”或“女”。")
    assert (doubtful.value, doubtful.fill.fgColor.rgb) == ("12", AMBER)
    assert "看起来不是能拨通的电话" in doubtful.comment.text
    assert roster["C3"].fill.fgColor.rgb not in (RED, AMBER)
    assert (roster["B1"].font.color.rgb, roster.column_dimensions["B"].width) == ("FF0000FF", 33)
    assert workbook["说明"]["A1"].value == "自己的笔记"


def test_the_first_sheet_lists_every_problem_with_its_place(desk: Desk) -> None:
    batch = uploaded(desk, styled(pupil(1, "甲", gender="？"), pupil(2, "乙", phone="12")))
    rows = list(opened(marked_workbook(actor=desk.actor, batch=batch)[0])["问题清单"].values)
    assert rows[0] == ("级别", "工作表", "行", "列", "内容", "问题")
    assert rows[1] == ("错误", "名册", 2, "性别", "？", "性别请填“男”或“女”。")
    assert {row[0] for row in rows[2:]} == {"提醒"}


def test_the_mended_workbook_imports_without_a_word_about_the_list(desk: Desk) -> None:
    batch = uploaded(desk, book(STUDENT_HEADER, pupil(1, "甲", gender="？")))
    workbook = opened(marked_workbook(actor=desk.actor, batch=batch)[0])
    workbook["名册"]["C2"] = "男"
    buffer = io.BytesIO()
    workbook.save(buffer)
    mended = uploaded(desk, buffer.getvalue())
    assert (mended.state, mended.summary["created"], mended.findings) == (ImportState.CHECKED, 1, [])


def test_a_text_file_comes_back_as_a_workbook_with_the_same_values(desk: Desk) -> None:
    text = "学籍号,姓名,性别,班级\n00123,=1+1,？,一<1>\n"
    batch = uploaded(desk, text.encode("gb18030"), name="名册.csv")
    content, name = marked_workbook(actor=desk.actor, batch=batch)
    sheet = opened(content)["名册"]
    assert name == "名册-标出问题.xlsx"
    assert [cell.value for cell in sheet[2]] == ["00123", "=1+1", "？", "一<1>"]
    # Text stays text: nothing that was typed turns into a formula.
    assert (sheet["B2"].data_type, sheet["B2"].quotePrefix, sheet["C2"].fill.fgColor.rgb) == ("s", True, RED)


FOUND = Path(__file__).parent.parent / "cases" / "found"


def marked_places(content: bytes) -> list[str]:
    """Every marked cell, with its value."""
    return [
        f"{sheet.title}!{cell.coordinate}={cell.value}"
        for sheet in opened(content).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None
    ]


def test_marks_stand_in_the_true_cells_of_a_table_with_a_margin(desk: Desk) -> None:
    """The error of E4 was marked in F4, which is somebody's remark."""
    batch = uploaded(desk, (FOUND / "04-margin-error-cell.xlsx").read_bytes())
    assert marked_places(marked_workbook(actor=desk.actor, batch=batch)[0]) == ["Sheet1!E4=#N/A"]


def test_marks_of_a_second_round_stand_in_the_same_sheet(desk: Desk) -> None:
    """The list of the first round was counted as a sheet, so that marks went one sheet too far."""
    first = marked_workbook(actor=desk.actor, batch=uploaded(desk, styled(pupil(1, "甲", gender="？"))))[0]
    again = marked_workbook(actor=desk.actor, batch=uploaded(desk, first))[0]
    assert opened(again).sheetnames == ["问题清单", "名册", "说明"]
    assert marked_places(again) == ["名册!C2=？"]


def test_a_package_that_the_writing_library_cannot_open_is_marked_too() -> None:
    data = (FOUND / "40-backslash-zip.xlsx").read_bytes()
    workbook = read_workbook(data, file_name="a.xlsx")
    mark = Mark("error", workbook.sheets[0].name, 3, "家长电话", "", "有误")
    assert marked_places(mark_workbook(data, workbook, [mark])) == ["Sheet1!C3=13900000002"]


def test_a_workbook_that_only_the_reader_opens_is_rebuilt() -> None:
    data = book(("姓名",), ("甲",))
    workbook = read_workbook(data, file_name="a.xlsx")
    assert marked_places(
        mark_workbook(b"PK no package", workbook, [Mark("error", "名册", 2, "姓名", "甲", "有误")])
    ) == ["名册!A2=甲"]


@pytest.mark.parametrize(
    "row,column,value,place",
    [
        (3, "家长2-电话", "22", "E3"),
        (3, "家长1-电话", "", "C3"),
        (3, "B 列", "", "B3"),
        (6, "电话", "44", "C6"),
        (6, "电话", "33", "B6"),
    ],
)
def test_a_mark_finds_its_column_among_headings_of_one_name(row: int, column: str, value: str, place: str) -> None:
    rows = [
        ("姓名", "家长1", "", "家长2", ""),
        ("", "姓名", "电话", "姓名", "电话"),
        ("甲", "父", "11", "母", "22"),
        (),
        ("姓名", "电话", "电话"),
        ("乙", "33", "44"),
    ]
    data = book(*rows)
    marks = [Mark("error", "名册", row, column, value, "有误")]
    (found,) = marked_places(mark_workbook(data, read_workbook(data, file_name="a.xlsx"), marks))
    assert found.partition("=")[0] == f"名册!{place}"


def test_a_rebuilt_workbook_keeps_what_is_joined_and_hidden() -> None:
    """An old file came back with its class in one row of ten: the others had none when it was uploaded again."""
    old = xlwt.Workbook()
    sheet = old.add_sheet("名册")
    for row, cells in enumerate((("班级", "姓名", "备注"), ("", "甲"), ("", "乙"), ("一<1>", "丙")), start=1):
        for at, value in enumerate(cells, start=2):
            if value:
                sheet.write(row, at, value)
    sheet.write_merge(2, 3, 2, 2, "一<1>")
    sheet.row(4).hidden = True
    sheet.col(4).hidden = True
    buffer = io.BytesIO()
    old.save(buffer)
    read = read_workbook(buffer.getvalue(), file_name="a.xls")
    content = mark_workbook(buffer.getvalue(), read, [Mark("error", "名册", 4, "姓名", "乙", "有误")])
    assert marked_places(content) == ["名册!D4=乙"]
    assert without_list(read_workbook(content, file_name="a.xlsx")).sheets == read.sheets


def test_formulas_in_the_list_of_problems_are_text(desk: Desk) -> None:
    batch = uploaded(desk, book(STUDENT_HEADER, pupil(1, "甲", gender="@SUM(1)")))
    sheet = opened(marked_workbook(actor=desk.actor, batch=batch)[0])["问题清单"]
    cell = sheet["E2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("@SUM(1)", "s", True)


def test_marks_are_bounded_and_the_rest_is_counted() -> None:
    data = book(("姓名",), *((f"学生{n}",) for n in range(MOST_MARKS + 10)))
    workbook = read_workbook(data, file_name="a.xlsx")
    marks = [Mark("error", "名册", n + 2, "姓名", f"学生{n}", "有误") for n in range(MOST_MARKS + 10)]
    marked = opened(mark_workbook(data, workbook, marks))
    assert sum(cell.comment is not None for (cell,) in marked["名册"].iter_rows()) == MOST_MARKS
    assert marked["问题清单"].max_row == MOST_MARKS + 2
    assert "还有 10 条没有列出" in str(marked["问题清单"].cell(MOST_MARKS + 2, 6).value)


@pytest.mark.usefixtures("cold_children")
def test_a_workbook_that_cannot_be_marked_gets_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = uploaded(desk, book(STUDENT_HEADER, pupil(1, "甲", gender="？")))
    monkeypatch.setattr("core.workbooks.marking._MEMORY", 20 * 1024 * 1024)
    with pytest.raises(DomainError) as refused:
        marked_workbook(actor=desk.actor, batch=batch)
    assert refused.value.code == "not_markable"


def test_the_admin_downloads_it_from_the_preview(desk: Desk, admin_client: Client) -> None:
    batch = uploaded(desk, book(STUDENT_HEADER, pupil(1, "甲", gender="？")))
    address = reverse("imports:marked", args=[batch.pk])
    assert address in admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    answer = admin_client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert opened(answer.content).sheetnames == ["问题清单", "名册"]
