"""What calamine does not tell of an `.xls`: hidden rows and columns, error cells.

A formula without a result cannot be told from one whose result is an empty text: both are empty. Loaded by path into
the child process: no import of the project. Records as in [MS-XLS]: two bytes of kind, two of length, the content.
"""

import io
import struct
from collections.abc import Iterator
from typing import Any

import olefile  # type: ignore[import-untyped]  # it has no stubs

_BOF, _EOF, _BOUNDSHEET, _DATEMODE = 0x0809, 0x000A, 0x0085, 0x0022
_ROW, _COLINFO, _FORMULA, _BOOLERR = 0x0208, 0x007D, 0x0006, 0x0205
_MOST_COLUMNS = 256
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
# What a result that is an error, and no number, says of itself.
_FAILED = (2, b"\xff\xff")
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Sheet = dict[str, Any]


def look(data: bytes) -> tuple[bool, bool, list[Sheet]]:
    """Whether there are macros, whether days count from 1904, and of each sheet in order what is unseen.

    A sheet: `{"hidden": {rows}, "errors": {row: {column: text}}, "columns": [hidden ones]}`, rows from 1, columns
    from 0. Raises OSError or `struct.error` for what is no such file.
    """
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        stream = next((name for name in ("Workbook", "Book") if file.exists(name)), "")
        if not stream:
            return False, False, []
        content = file.openstream(stream).read()
        macros = bool(file.exists("_VBA_PROJECT_CUR"))
    places: list[int] = []
    from_1904 = False
    for kind, at, length in _records(content, 0):
        if kind == _BOUNDSHEET and length >= 4:
            places.append(struct.unpack_from("<I", content, at)[0])
        elif kind == _DATEMODE and length >= 2:
            from_1904 = content[at] == 1
    return macros, from_1904, [_sheet(content, place) for place in places]


def _records(content: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the records of one part of the stream, without those of charts inside."""
    depth = 0
    while start + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, start)
        start += 4
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0 or start + length > len(content):
            return
        if depth == 1:
            yield kind, start, length
        start += length


def _sheet(content: bytes, place: int) -> Sheet:
    hidden: set[int] = set()
    columns: set[int] = set()
    errors: dict[int, dict[int, str]] = {}
    for kind, at, length in _records(content, place):
        if kind == _ROW and length >= 16:
            row, _, _, height, _, _, flags = struct.unpack_from("<7H", content, at)
            if flags & _HIDDEN_ROW or height & 0x7FFF == 0:
                hidden.add(row + 1)
        elif kind == _COLINFO and length >= 10:
            first, last, width, _, flags = struct.unpack_from("<5H", content, at)
            if flags & _HIDDEN_COLUMN or width == 0:
                columns.update(range(first, min(last + 1, _MOST_COLUMNS)))
        elif kind == _BOOLERR and length >= 8 and content[at + 7]:
            row, column = struct.unpack_from("<HH", content, at)
            errors.setdefault(row + 1, {})[column] = _ERRORS.get(content[at + 6], "#VALUE!")
        elif kind == _FORMULA and length >= 16 and (content[at + 6], content[at + 12 : at + 14]) == _FAILED:
            row, column = struct.unpack_from("<HH", content, at)
            errors.setdefault(row + 1, {})[column] = _ERRORS.get(content[at + 8], "#VALUE!")
    return {"hidden": hidden, "errors": errors, "columns": sorted(columns)}
