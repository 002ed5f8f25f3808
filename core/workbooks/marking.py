"""A workbook given back with cells marked: in the user's own file where that can be written, else in a rebuilt one."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.text import clean_key
from core.workbooks.model import Cell, CellError, Sheet, Workbook, cell_text

_CHILD = Path(__file__).with_name("mark_child.py")
_MEMORY = 900 * 1024 * 1024
_CPU_SECONDS = 40
_WALL_SECONDS = 60
# Comments beyond this many make a workbook that nobody can open.
MOST_MARKS = 2000
_HEADING_ROWS = 40
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

    `data` is the file that `workbook` was read from. Files other than `.xlsx` are rebuilt with the same sheets and
    values. Raises MarkingFailed if the limited child process cannot do it.
    """
    own = workbook.kind == "xlsx"
    index = {sheet.name: at for at, sheet in enumerate(workbook.sheets)}
    placed: dict[tuple[int, int, int], tuple[str, list[str]]] = {}
    for mark in marks:
        if mark.row is None or mark.sheet not in index or len(placed) >= MOST_MARKS:
            continue
        at = index[mark.sheet]
        place = (at, mark.row, _column(workbook.sheets[at], mark))
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
        "sheets": None if own else [_raw(sheet) for sheet in workbook.sheets],
    }
    head = json.dumps(order, ensure_ascii=True).encode()
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD)]
    try:
        child = subprocess.run(  # noqa: S603 - our own script, no shell, no argument of the user's
            command,
            input=len(head).to_bytes(8, "big") + head + (data if own else b""),
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
    """The column, from 1, whose heading the mark names: the last such heading at or above its row."""
    wanted = clean_key(mark.column)
    if not wanted:
        return 1
    # A heading of two rows is told joined, as 家长1-电话; its lower half stands in the column itself.
    for name in (wanted, wanted.rpartition("-")[2]):
        found = 0
        for row in sheet.rows[:_HEADING_ROWS]:
            if row.number > (mark.row or 0):
                break
            for at, cell in enumerate(row.cells, start=1):
                if isinstance(cell, str) and clean_key(cell) == name:
                    found = at
                    break
        if found:
            return found
    return 1


def _listed(marks: Sequence[Mark]) -> list[list[Any]]:
    rows: list[list[Any]] = [list(LIST_HEADER)]
    words = {"error": "错误", "warning": "提醒"}
    rows += [[words[m.level], m.sheet, m.row or "", m.column, m.value, m.text] for m in marks[:MOST_MARKS]]
    if len(marks) > MOST_MARKS:
        rows.append(["", "", "", "", "", f"还有 {len(marks) - MOST_MARKS} 条没有列出。改好这些后再上传一次。"])
    return rows


def _raw(sheet: Sheet) -> list[Any]:
    return [sheet.name, [[row.number, [_value(cell) for cell in row.cells]] for row in sheet.rows]]


def _value(cell: Cell) -> str | int | float | bool:
    """A cell for a rebuilt workbook; dates and errors as their text, so that they read as they were typed."""
    if isinstance(cell, CellError):
        return "" if cell.text == "=" else cell.text
    return cell if isinstance(cell, str | int | float | bool) else cell_text(cell)
