"""A workbook given back with cells marked: in the user's own file where that can be written, else in a rebuilt one."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

from core.text import clean_key, clean_text
from core.workbooks.model import Cell, CellError, Row, Sheet, Workbook, cell_text

_CHILD = Path(__file__).with_name("mark_child.py")
_MEMORY = 900 * 1024 * 1024
_CPU_SECONDS = 40
_WALL_SECONDS = 60
# Comments beyond this many make a workbook that nobody can open.
MOST_MARKS = 2000
_HEADING_ROWS = 40
# How a column without heading is told.
_BY_LETTERS = re.compile("([A-Z]{1,3}) ?列")
# The first sheet of a marked workbook; an upload of the mended file does not read it.
LIST_SHEET = "问题清单"
LIST_HEADER = ("级别", "工作表", "行", "列", "内容", "问题")


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong at one place. `column` is a heading of the sheet, or empty; `level` is `error` or `warning`."""

    level: str
    sheet: str
    row: int | None
    column: str
    value: str
    text: str


class MarkingFailed(Exception):
    """The workbook is too large or too strange to be written again."""


def mark_workbook(data: bytes, workbook: Workbook, marks: Sequence[Mark]) -> bytes:
    """An `.xlsx` with a list of problems as its first sheet, and the cells marked and commented.

    `data` is the file that `workbook` was read from. Files other than `.xlsx`, and those that the writing library
    cannot open, are rebuilt with the same sheets, values, joined and hidden cells. Raises MarkingFailed if the limited
    child process cannot do it.
    """
    # A list of problems from the time before gives way to the new one.
    sheets = [sheet for sheet in workbook.sheets if sheet.name != LIST_SHEET]
    index = {sheet.name: at for at, sheet in enumerate(sheets)}
    placed: dict[tuple[int, int, int], tuple[str, list[str]]] = {}
    for mark in marks:
        if mark.row is None or mark.sheet not in index or len(placed) >= MOST_MARKS:
            continue
        at = index[mark.sheet]
        place = (at, mark.row, _column(sheets[at], mark))
        level, texts = placed.get(place, (mark.level, []))
        if mark.text not in texts:
            texts.append(mark.text)
        placed[place] = ("error" if "error" in (level, mark.level) else level, texts)
    order = {
        "memory": _MEMORY,
        "cpu": _CPU_SECONDS,
        "marks": [[*place, level, "\n".join(texts)] for place, (level, texts) in placed.items()],
        "list_sheet": LIST_SHEET,
        "list": _listed(marks),
        "sheets": None,
    }
    if workbook.kind == "xlsx":
        with suppress(MarkingFailed):
            return _written(order, data)
        # Some are read here that the writing library cannot open.
    return _written({**order, "sheets": [_raw(sheet) for sheet in sheets]}, b"")


def _written(order: dict[str, Any], data: bytes) -> bytes:
    head = json.dumps(order, ensure_ascii=True).encode()
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD)]
    try:
        child = subprocess.run(  # noqa: S603 - our own script, no shell, no argument of the user's
            command,
            input=len(head).to_bytes(8, "big") + head + data,
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise MarkingFailed from None
    if child.returncode != 0 or not child.stdout.startswith(b"PK"):
        raise MarkingFailed
    return child.stdout


def without_list(workbook: Workbook) -> Workbook:
    """The workbook without the list of problems that `mark_workbook` put in front."""
    kept = tuple(
        sheet
        for sheet in workbook.sheets
        if not (sheet.name == LIST_SHEET and sheet.rows and sheet.rows[0].cells[: len(LIST_HEADER)] == LIST_HEADER)
    )
    return workbook if len(kept) == len(workbook.sheets) or not kept else replace(workbook, sheets=kept)


def _column(sheet: Sheet, mark: Mark) -> int:
    """The column, from 1, whose heading the mark names: of the last such headings at or above its row, the one under
    which its value stands, else the first."""
    wanted = clean_key(mark.column)
    if by_letters := _BY_LETTERS.fullmatch(wanted):
        return reduce(lambda number, letter: number * 26 + ord(letter) - 64, by_letters[1], 0)
    upper, _, lower = wanted.rpartition("-")
    # A heading of two rows is told joined, as 家长1-电话; its lower half stands in the column itself.
    for name in filter(None, dict.fromkeys((wanted, lower))):
        found: list[int] = []
        above: Row | None = None
        previous: Row | None = None
        for row in sheet.rows[:_HEADING_ROWS]:
            if row.number > (mark.row or 0):
                break
            here = [at for at, cell in enumerate(row.cells) if isinstance(cell, str) and clean_key(cell) == name]
            if here:
                found, above = here, previous
            previous = row
        if name != wanted and above is not None:
            found = [at for at in found if _spanning(above, at) == upper] or found
        if found:
            cells = next((row.cells for row in sheet.rows if row.number == mark.row), ())
            value = mark.value.removesuffix("…")
            return next((at for at in found if value and at < len(cells) and _shows(cells[at], value)), found[0]) + 1
    return 1


def _spanning(row: Row, position: int) -> str:
    """The heading of an upper row that reaches over the column: the last one at or before it."""
    texts = [clean_key(cell) for cell in row.cells[: position + 1] if isinstance(cell, str)]
    return next((text for text in reversed(texts) if text), "")


def _shows(cell: Cell, value: str) -> bool:
    return clean_text(cell_text(cell)).startswith(value)


def _listed(marks: Sequence[Mark]) -> list[list[Any]]:
    rows: list[list[Any]] = [list(LIST_HEADER)]
    words = {"error": "错误", "warning": "提醒"}
    rows += [[words[m.level], m.sheet, m.row or "", m.column, m.value, m.text] for m in marks[:MOST_MARKS]]
    if len(marks) > MOST_MARKS:
        rows.append(["", "", "", "", "", f"还有 {len(marks) - MOST_MARKS} 条没有列出。改好这些后再上传一次。"])
    return rows


def _raw(sheet: Sheet) -> dict[str, Any]:
    """A sheet for a rebuilt workbook. What is joined or hidden stays so: it decides how the sheet is read again."""
    last = max((row.number for row in sheet.rows), default=0)
    return {
        "name": sheet.name,
        "visible": sheet.visible,
        "rows": [[row.number, [_value(cell) for cell in row.cells]] for row in sheet.rows],
        "merged": [
            # A range may name the whole column.
            [joined.first_row, min(joined.last_row, last), joined.first_column + 1, joined.last_column + 1]
            for joined in sheet.merged
            if joined.first_row <= last
        ],
        "hidden_rows": [row.number for row in sheet.rows if row.hidden],
        "hidden_columns": [at + 1 for at in sheet.hidden_columns],
    }


def _value(cell: Cell) -> str | int | float | bool:
    """A cell for a rebuilt workbook; dates and errors as their text, so that they read as they were typed."""
    if isinstance(cell, CellError):
        return "" if cell.text == "=" else cell.text
    return cell if isinstance(cell, str | int | float | bool) else cell_text(cell)
