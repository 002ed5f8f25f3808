"""Mark cells of one workbook, in a process of its own that may die without harm. Run as a script, never imported.

Standard input: eight bytes with the length of a JSON object, the object, then the workbook (none if it is to be built
from `sheets`). Object: `{"memory", "cpu", "marks": [[sheet index, row, column, level, text]], "list_sheet",
"list": [[…]], "sheets": [{"name", "visible", "rows": [[number, [cells]]], "merged": [[r1, r2, c1, c2]],
"hidden_rows", "hidden_columns"}] or null}`, rows and columns from 1, the list of before not counted among the sheets.
Output: the `.xlsx`.
"""

import io
import json
import re
import resource
import runpy
import sys
from pathlib import Path
from typing import Any

# The largest temporary file that the library may write while it saves.
_TEMPORARY = 400 * 1024 * 1024
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA = re.compile(r"[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_FILLS = {"error": "FFFFC7CE", "warning": "FFFFE8B3"}
_COMMENT_CHARACTERS = 500


def main() -> None:
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    order = json.loads(sys.stdin.buffer.read(length))
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu"], order["cpu"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_TEMPORARY, _TEMPORARY))
    import openpyxl  # after the limits are set

    if order["sheets"] is None:
        # Macros and links to other files stay behind.
        plain = runpy.run_path(str(Path(__file__).with_name("package.py")))["plain"]
        workbook = openpyxl.load_workbook(io.BytesIO(plain(data)), keep_vba=False, keep_links=False)
    else:
        workbook = _built(order["sheets"])
    sheets = [sheet for sheet in workbook.worksheets if sheet.title != order["list_sheet"]]
    for sheet, row, column, level, text in order["marks"]:
        if sheet < len(sheets):
            _mark(sheets[sheet], row, column, level, text)
    _list(workbook, order["list_sheet"], order["list"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    sys.stdout.buffer.write(buffer.getvalue())


def _built(sheets: list[Any]) -> Any:
    import openpyxl  # as above
    from openpyxl.utils import get_column_letter  # as above

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for raw in sheets:
        sheet = workbook.create_sheet(re.sub(r"[\\/*?:\[\]]", "_", raw["name"])[:31] or None)
        sheet.sheet_state = "visible" if raw["visible"] else "hidden"
        for number, cells in raw["rows"]:
            for at, value in enumerate(cells, start=1):
                if value not in ("", None):
                    _put(sheet.cell(number, at), value)
        for first_row, last_row, first_column, last_column in raw["merged"]:
            sheet.merge_cells(None, first_row, first_column, last_row, last_column)
        for number in raw["hidden_rows"]:
            sheet.row_dimensions[number].hidden = True
        for number in raw["hidden_columns"]:
            sheet.column_dimensions[get_column_letter(number)].hidden = True
    return workbook


def _put(cell: Any, value: Any) -> None:
    """A value as a value: text can never become a formula."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = _ILLEGAL.sub("", value)[:32_767]
    cell.value = text
    cell.data_type = "s"
    if _FORMULA.match(text):
        cell.quotePrefix = True


def _mark(sheet: Any, row: int, column: int, level: str, text: str) -> None:
    from openpyxl.cell.cell import MergedCell  # as above
    from openpyxl.comments import Comment  # as above
    from openpyxl.styles import PatternFill  # as above

    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        joined = next((found for found in sheet.merged_cells.ranges if cell.coordinate in found), None)
        if joined is None:
            return
        cell = sheet.cell(joined.min_row, joined.min_col)
    cell.fill = PatternFill("solid", fgColor=_FILLS[level])
    note = Comment(_ILLEGAL.sub("", text)[:_COMMENT_CHARACTERS], "全员导师制")
    note.width, note.height = 260, 40 + 18 * (len(text) // 18 + 1)
    cell.comment = note


def _list(workbook: Any, name: str, rows: list[list[Any]]) -> None:
    """The list of problems, as the first sheet; it is not read when the workbook is uploaded again."""
    from openpyxl.styles import Alignment, Font, PatternFill  # as above

    if name in workbook.sheetnames:
        del workbook[name]
    sheet = workbook.create_sheet(name, 0)
    workbook.active = 0
    for other in workbook.worksheets[1:]:
        other.sheet_view.tabSelected = False
    for column, width in zip("ABCDEF", (8, 18, 8, 16, 24, 64), strict=True):
        sheet.column_dimensions[column].width = width
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row, start=1):
            cell = sheet.cell(number, at)
            _put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=at == len(row))
            if number == 1:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="FFE8F0E8")
        level = {"错误": "error", "提醒": "warning"}.get(str(row[0]))
        if level:
            sheet.cell(number, 1).fill = PatternFill("solid", fgColor=_FILLS[level])
    sheet.freeze_panes = "A2"


if __name__ == "__main__":
    main()
