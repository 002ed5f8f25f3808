"""A workbook that was read once, as bytes to keep beside the file: confirming it need not parse it again."""

import datetime
import json
import zlib
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from core.workbooks.model import CellError, MergedRange, Row, Sheet, Workbook

_ROW = attrgetter(*(field.name for field in fields(Row)))
_MERGED = attrgetter(*(field.name for field in fields(MergedRange)))
_SHEET = tuple(field.name for field in fields(Sheet))
_WORKBOOK = tuple(field.name for field in fields(Workbook))
_SPECIAL: dict[str, Callable[[str], Any]] = {
    "t": datetime.datetime.fromisoformat,
    "d": datetime.date.fromisoformat,
    "h": datetime.time.fromisoformat,
    "e": CellError,
}


def pack_workbook(workbook: Workbook) -> bytes:
    """The workbook as compressed JSON: values only, so that a damaged copy can do no more than fail to open."""
    raw = {name: getattr(workbook, name) for name in _WORKBOOK}
    raw["sheets"] = [_packed_sheet(sheet) for sheet in workbook.sheets]
    text = json.dumps(raw, default=_special, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack_workbook(data: bytes) -> Workbook:
    """What `pack_workbook` packed. Raises ValueError for anything else."""
    try:
        raw = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"), object_hook=_value)
        raw["sheets"] = tuple(_unpacked_sheet(sheet) for sheet in raw["sheets"])
        return Workbook(**raw)
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError("no packed workbook") from error


def _packed_sheet(sheet: Sheet) -> dict[str, Any]:
    raw = {name: getattr(sheet, name) for name in _SHEET}
    raw["rows"] = [_ROW(row) for row in sheet.rows]
    raw["merged"] = [_MERGED(merged) for merged in sheet.merged]
    return raw


def _unpacked_sheet(raw: dict[str, Any]) -> Sheet:
    rows = tuple(Row(number, tuple(cells), *rest) for number, cells, *rest in raw.pop("rows"))
    merged = tuple(MergedRange(*bounds) for bounds in raw.pop("merged"))
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    return Sheet(rows=rows, merged=merged, **plain)


def _special(value: object) -> dict[str, str]:
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"h": value.isoformat()}
    if isinstance(value, CellError):
        return {"e": value.text}
    raise TypeError(f"no cell value: {type(value).__name__}")


def _value(raw: dict[str, Any]) -> Any:
    if len(raw) == 1:
        ((key, value),) = raw.items()
        if key in _SPECIAL:
            return _SPECIAL[key](value)
    return raw
