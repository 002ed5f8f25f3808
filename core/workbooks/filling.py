"""How `core.workbooks.forms` are written, by openpyxl."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook as OpenpyxlWorkbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from core.workbooks.forms import NOTES_SHEET, FormColumn, FormSheet
from core.workbooks.writer import Value, text_cell

# How far down drop-downs and text formats reach.
_ROWS_TO_FILL = 3000
_HEAD = PatternFill("solid", fgColor="E8F0E8")
_NEEDED = PatternFill("solid", fgColor="CFE3D2")
_EXAMPLE = Font(italic=True, color="8A8A8A")


def form_workbook(form: FormSheet) -> bytes:
    """The `.xlsx` of `form`, as `write_form` says."""
    workbook = OpenpyxlWorkbook(write_only=True)
    sheet = workbook.create_sheet(form.name[:31])
    sheet.freeze_panes = "B2"
    lists = [column for column in form.columns if column.choices]
    for position, column in enumerate(form.columns, start=1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = column.width
        if column.text:
            sheet.column_dimensions[letter].number_format = "@"
        if column.choices:
            sheet.data_validations.append(_drop_down(column, letter, lists.index(column)))
    sheet.append([_heading(sheet, column) for column in form.columns])
    if form.example:
        sheet.append([_filled(sheet, column, value, _EXAMPLE) for column, value in _pairs(form, form.example)])
    for row in form.rows:
        sheet.append([_filled(sheet, column, value, None) for column, value in _pairs(form, row)])
    _write_notes(workbook, form, lists)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _pairs(form: FormSheet, row: Sequence[Value]) -> Iterable[tuple[FormColumn, Value]]:
    return zip(form.columns, row, strict=True)


def _heading(sheet: WriteOnlyWorksheet, column: FormColumn) -> Cell:
    cell = text_cell(sheet, column.heading)
    cell.font = Font(bold=True)
    cell.fill = _NEEDED if column.needed else _HEAD
    cell.alignment = Alignment(vertical="center")
    return cell


def _filled(sheet: WriteOnlyWorksheet, column: FormColumn, value: Value, font: Font | None) -> Cell | Value:
    if value is None or value == "":
        return None
    if not column.text and not isinstance(value, str) and font is None:
        return value
    cell = text_cell(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)
    if column.text:
        cell.number_format = "@"
    if font is not None:
        cell.font = font
    return cell


def _drop_down(column: FormColumn, letter: str, position: int) -> DataValidation:
    # A list in the cell itself may have 255 characters; a school has more classes than that.
    at = get_column_letter(position + 4)
    source = f"'{NOTES_SHEET}'!${at}$2:${at}${len(column.choices) + 1}"
    rule = DataValidation(
        type="list",
        formula1=source,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop" if column.strict else "information",
        errorTitle=column.heading,
        error="请从下拉列表里选。" if column.strict else "列表里没有这一项，确认无误可以保留。",
    )
    rule.add(f"{letter}2:{letter}{_ROWS_TO_FILL}")
    return rule


def _write_notes(workbook: OpenpyxlWorkbook, form: FormSheet, lists: Sequence[FormColumn]) -> None:
    sheet = workbook.create_sheet(NOTES_SHEET)
    for letter, width in (("A", 16), ("B", 8), ("C", 60)):
        sheet.column_dimensions[letter].width = width
    for position in range(len(lists)):
        sheet.column_dimensions[get_column_letter(position + 4)].width = 16
    lines: list[list[str]] = [["列名", "必填", "怎么填", *(f"可选：{column.heading}" for column in lists)]]
    told = [column for column in form.columns if column.needed or column.note or column.choices]
    lines += [[column.heading, "是" if column.needed else "", column.note] for column in told]
    lines += [["", "", ""], *(["说明", "", ILLEGAL_CHARACTERS_RE.sub("", note)] for note in form.notes)]
    longest = max((len(column.choices) for column in lists), default=0)
    for number in range(max(len(lines), longest + 1)):
        line = lines[number] if number < len(lines) else ["", "", ""]
        if number:
            line = line + [column.choices[number - 1] if number <= len(column.choices) else "" for column in lists]
        cells = [text_cell(sheet, text) for text in line]
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if not number:
                cell.font, cell.fill = Font(bold=True), _HEAD
        sheet.append(cells)
