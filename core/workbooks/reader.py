"""Bytes in, workbook out: content decides the format, and only a limited child process parses it."""

import json
import subprocess
import sys
from pathlib import Path

from core.text import clean_text
from core.workbooks.model import Limits, Workbook, WorkbookRefused
from core.workbooks.packed import Parsed
from core.workbooks.sniff import OLD_EXCEL, sniff
from core.workbooks.textfile import read_text

_CHILD = Path(__file__).with_name("child.py")
_BOOK, _WORKBOOK = "\0Book\0".encode("utf-16-le")[1:], "Workbook\0".encode("utf-16-le")
_REFUSALS = {
    "encrypted": "文件有打开密码。请在 Excel 里另存为无密码的文件，再上传。",
    "unreadable": "文件不完整或已损坏，读不出表格。请用 Excel 打开，另存为 .xlsx 再上传。",
    "entities": "文件里有不该出现的内容，没有读取。请把名册复制到一个新工作簿再上传。",
    "too_many_sheets": "工作表太多，这不像一份名册。请只留名册所在的工作表再上传。",
    "too_many_rows": "行数太多，没有读取。请分成几个文件上传。",
    "too_many_columns": "列数太多，这不像一份名册。请把名册复制到新工作簿再上传。",
    "too_much_text": "文字太多，这不像一份名册。请把名册复制到新工作簿再上传。",
    "web_page": "这个文件其实是网页格式，里面没有表格。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。",
    "far_cells": "离表格很远的地方还有零星单元格。请把名册复制到一个新工作簿再上传。",
    "empty_file": "这个文件里没有内容，请重新选择名册文件。",
    "gave_up": "文件打不开：可能已损坏，或在很远的地方有零星单元格。请把名册复制到一个新工作簿再上传。",
}


def read_workbook(data: bytes, *, file_name: str, limits: Limits | None = None) -> Workbook:
    """Read a roster file of any supported format; see `parse_workbook`. Raises WorkbookRefused."""
    return opened(parse_workbook(data, file_name=file_name, limits=limits))


def opened(parsed: Parsed) -> Workbook:
    """The workbook that was parsed. Raises WorkbookRefused."""
    try:
        return parsed.workbook()
    except ValueError:
        raise WorkbookRefused("gave_up", _REFUSALS["gave_up"]) from None


def parse_workbook(data: bytes, *, file_name: str, limits: Limits | None = None) -> Parsed:
    """Parse a roster file of any supported format; `file_name` only names the sheet of a text file.

    Raises WorkbookRefused with a sentence for the user; never lets a file harm or crash the caller: archives are
    measured before unpacking, and parsing happens in a child process with bounded memory and time.
    """
    limits = limits or Limits()
    kind = sniff(data, limits)
    if kind == "text":
        stem = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        return Parsed.of_sheet(kind, read_text(data, sheet_name=clean_text(stem)[:60] or "文本", limits=limits))
    parsed = _parse(data, kind, limits)
    if parsed.rows:
        return parsed
    try:
        refused = json.loads(parsed.answer).get("refused", "empty_file")
    except ValueError:
        refused = "gave_up"
    # Excel 5 and 95 keep their table in a stream called Book, later ones in Workbook.
    if kind == "xls" and _BOOK in data and _WORKBOOK not in data and refused != "empty_file":
        raise WorkbookRefused("old_xls", OLD_EXCEL)
    raise WorkbookRefused(refused, _REFUSALS[refused])


def _parse(data: bytes, kind: str, limits: Limits) -> Parsed:
    bounds = (
        limits.child_memory_bytes,
        limits.child_cpu_seconds,
        limits.rows,
        limits.columns,
        limits.sheets,
        limits.text_characters,
    )
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD), kind, *map(str, bounds)]
    try:
        child = subprocess.run(  # noqa: S603 - our own script, no shell, no argument of the user's
            command,
            input=data,
            capture_output=True,
            timeout=limits.child_wall_seconds,
            check=False,
            env={},
        )
        if child.returncode == 0:
            rows, _, answer = child.stdout.partition(b"\n")
            return Parsed(kind, int(rows), answer)
    except (subprocess.TimeoutExpired, ValueError):
        pass
    raise WorkbookRefused("gave_up", _REFUSALS["gave_up"])
