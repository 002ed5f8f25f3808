"""Workbooks that the software hands out: plain tables whose text can never turn into a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# Also the full-width signs, which some programs take for the narrow ones.
_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\t",
    "\r",
)

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class SheetToWrite:
    """One table: a heading row, then rows of values. `widths` in characters, one per column, optional."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int] = ()


def write_workbook(sheets: Sequence[SheetToWrite]) -> bytes:
    """An `.xlsx` with the given sheets; headings are bold and stay in sight.

    Text that begins like a formula is stored as quoted text; characters that XML cannot hold are left out.
    """
    buffer = io.BytesIO()
    write_workbook_to(buffer, sheets)
    return buffer.getvalue()


def write_workbook_to(file: IO[bytes], sheets: Iterable[SheetToWrite]) -> None:
    """As `write_workbook`, into `file`. Rows are read once and go to the disk one by one: memory stays small."""
    from openpyxl import Workbook as OpenpyxlWorkbook
    from openpyxl.utils import get_column_letter

    workbook = OpenpyxlWorkbook(write_only=True)
    for table in sheets:
        sheet = workbook.create_sheet(table.name[:31])
        sheet.freeze_panes = "A2"
        for position, width in enumerate(table.widths, start=1):
            sheet.column_dimensions[get_column_letter(position)].width = width
        sheet.append([_heading(sheet, title) for title in table.header])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    workbook.save(file)


def _heading(sheet: "WriteOnlyWorksheet", title: str) -> "Cell":
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = text_cell(sheet, title)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E8F0E8")
    cell.alignment = Alignment(vertical="center")
    return cell


def _cell(sheet: "WriteOnlyWorksheet", value: Value) -> "Cell | int | float | None":
    return text_cell(sheet, value) if isinstance(value, str) else value


def text_cell(sheet: "WriteOnlyWorksheet", value: str) -> "Cell":
    """A cell of `sheet` that holds `value` as text, whatever it looks like."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, value=None)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    # The library takes "=…" for a formula and "#N/A" for an error; here all text is text.
    cell.data_type = "s"
    if value.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True
    return cell
