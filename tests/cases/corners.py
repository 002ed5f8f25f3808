"""The same workbook from another corner than A1, and in another format."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import xlwt  # type: ignore[import-untyped]  # it has no stubs
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from tests.cases.packages import ods_package


@dataclass(frozen=True)
class Corner:
    """So many empty rows and columns stand before each sheet; `form` is how the workbook is written."""

    form: str = "xlsx"
    down: int = 0
    right: int = 0

    def __str__(self) -> str:
        return f"{self.form} from row {self.down + 1}, column {self.right + 1}"


A1 = Corner()
ELSEWHERE = (Corner("xlsx", 2, 1), Corner("xls", 1, 2), Corner("ods", 3, 1), Corner("csv", 2, 3))
_now = A1


def corner() -> Corner:
    """Where workbooks are built just now."""
    return _now


@contextmanager
def built_from(corner: Corner) -> Iterator[None]:
    """Workbooks are built from this corner."""
    global _now
    _now = corner
    try:
        yield
    finally:
        _now = A1


def moved(data: bytes) -> bytes:
    """The workbook as it is built just now. Its test is marked if a format cannot hold it."""
    if _now == A1:
        return data
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    return {"xlsx": _xlsx, "xls": _xls, "ods": _ods, "csv": _csv}[_now.form](workbook.worksheets)


def _cells(sheet: Worksheet) -> list[tuple[int, int, Any]]:
    """Row and column from 1, and value, of what is not empty."""
    return [(c.row, c.column, c.value) for row in sheet.iter_rows() for c in row if c.value not in (None, "")]


def _hidden_columns(sheet: Worksheet) -> list[int]:
    return [column_index_from_string(letters) for letters, at in sheet.column_dimensions.items() if at.hidden]


def _hidden_rows(sheet: Worksheet) -> list[int]:
    return [number for number, at in sheet.row_dimensions.items() if at.hidden]


def _xlsx(sheets: Sequence[Any]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    down, right = _now.down, _now.right
    for old in sheets:
        new = workbook.create_sheet(old.title)
        new.sheet_state = old.sheet_state
        for row, column, value in _cells(old):
            cell = new.cell(row + down, column + right, value)
            cell.data_type = old.cell(row, column).data_type
        for joined in old.merged_cells.ranges:
            joined.shift(right, down)
            new.merge_cells(str(joined))
        for number in _hidden_rows(old):
            new.row_dimensions[number + down].hidden = True
        for number in _hidden_columns(old):
            new.column_dimensions[openpyxl.utils.get_column_letter(number + right)].hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _xls(sheets: Sequence[Any]) -> bytes:
    workbook = xlwt.Workbook()
    down, right = _now.down - 1, _now.right - 1
    for old in sheets:
        new = workbook.add_sheet(old.title)
        new.visibility = int(old.sheet_state != "visible")
        for row, column, value in _cells(old):
            new.write(row + down, column + right, value)
        for at in old.merged_cells.ranges:
            new.merge(at.min_row + down, at.max_row + down, at.min_col + right, at.max_col + right)
        for number in _hidden_rows(old):
            new.row(number + down).hidden = True
        for number in _hidden_columns(old):
            new.col(number + right).hidden = True
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _ods(sheets: Sequence[Any]) -> bytes:
    tables, styles = "", ""
    for number, old in enumerate(sheets):
        shown = "true" if old.sheet_state == "visible" else "false"
        styles += (
            f'<style:style style:name="t{number}" style:family="table"><style:table-properties '
            f'table:display="{shown}"/></style:style>'
        )
        tables += (
            f'<table:table table:name="{escape(old.title)}" table:style-name="t{number}">{_ods_rows(old)}</table:table>'
        )
    return ods_package(tables, styles)


def _ods_rows(old: Worksheet) -> str:
    hidden_rows, hidden_columns = _hidden_rows(old), _hidden_columns(old)
    joined = {(at.min_row, at.min_col): at for at in old.merged_cells.ranges}
    values = {(row, column): value for row, column, value in _cells(old)}
    text = f'<table:table-column table:number-columns-repeated="{_now.right}"/>' if _now.right else ""
    for column in range(1, old.max_column + 1):
        text += f"<table:table-column{_unseen(column in hidden_columns)}/>"
    if _now.down:
        text += f'<table:table-row table:number-rows-repeated="{_now.down}"><table:table-cell/></table:table-row>'
    for row in range(1, old.max_row + 1):
        text += f"<table:table-row{_unseen(row in hidden_rows)}>"
        text += f'<table:table-cell table:number-columns-repeated="{_now.right}"/>' if _now.right else ""
        for column in range(1, old.max_column + 1):
            at = joined.get((row, column))
            spans = (
                ""
                if at is None
                else (
                    f' table:number-rows-spanned="{at.max_row - at.min_row + 1}"'
                    f' table:number-columns-spanned="{at.max_col - at.min_col + 1}"'
                )
            )
            value = values.get((row, column))
            if value is None:
                text += f"<table:table-cell{spans}/>"
            else:
                text += (
                    f'<table:table-cell office:value-type="string"{spans}><text:p>{escape(str(value))}</text:p>'
                    "</table:table-cell>"
                )
        text += "</table:table-row>"
    return text


def _unseen(hidden: bool) -> str:
    return ' table:visibility="collapse"' if hidden else ""


def _csv(sheets: Sequence[Any]) -> bytes:
    (sheet, *others) = sheets
    if others or sheet.merged_cells.ranges or _hidden_rows(sheet) or _hidden_columns(sheet):
        raise AssertionError("a text file has no joined or hidden cells and one sheet: mark the test `not_as_text`")
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([[""] * (_now.right + sheet.max_column)] * _now.down)
    for row in sheet.iter_rows(values_only=True):
        writer.writerow([*[""] * _now.right, *("" if value is None else value for value in row)])
    return buffer.getvalue().encode("utf-8-sig")
