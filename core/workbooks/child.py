"""Parse one workbook from standard input in a process of its own and print it as JSON.

Run as a script, never imported: no Django, nothing of the project, so that it starts in a few hundredths of a second.
A hostile workbook can abort the interpreter or eat all memory; here it takes only this process with it.

Arguments: kind, memory bytes, CPU seconds, rows, columns, sheets, characters.
Output: how many rows there are, in a line of its own, then `{"sheets": [{"name", "visible", "merged":
[[r1, r2, c1, c2]], "hidden_columns": [c], "rows": [[number, hidden, [cells]]]}], "macros", "from_1904"}` or
`{"refused": code}`.
Cells are strings, numbers, booleans, `{"d": iso}`, `{"t": iso}` or `{"e": text}`.
"""

import datetime
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.machinery import SourceFileLoader
from itertools import islice
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any

# Cells between the first and the last used one. Rosters stay far below; a stray cell at the sheet's end is beyond.
_AREA = 6_000_000
# The scripts beside this one that a kind of file needs.
_NEIGHBOURS = {
    "xlsx": ("package.py", "unseen_xlsx.py"),
    "xls": ("unseen_xls.py",),
    "ods": ("unseen_ods.py",),
    "html": ("webpage.py",),
}
# Rows that are turned into text at once: the quick encoder holds whatever it is given twice.
_ROWS_AT_ONCE = 1000


class _Refused(Exception):
    pass


class _UnknownError(_Refused):
    def __init__(self) -> None:
        super().__init__("unreadable")


def main() -> None:
    kind = sys.argv[1]
    memory, cpu, rows, columns, sheets, characters = (int(argument) for argument in sys.argv[2:8])
    # Before nothing may be written any more, so that they are compiled once.
    for name in _NEIGHBOURS.get(kind, ()):
        _neighbour(name)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        answer = _read(data, kind, rows, columns, sheets, characters)
    except _Refused as refusal:
        answer = {"refused": str(refusal)}
    for piece in _pieces(answer):
        sys.stdout.buffer.write(piece)


def _pieces(answer: dict[str, Any]) -> Iterator[bytes]:
    """The answer as JSON. `json.dump` would ask Python for each cell, and `json.dumps` would hold all of it at once."""
    sheets = answer.pop("sheets", None)
    yield b"%d\n" % sum(len(sheet["rows"]) for sheet in sheets or ())
    if sheets is None:
        yield _json(answer)
        return
    yield b'{"sheets":['
    for at, sheet in enumerate(sheets):
        rows = sheet.pop("rows")
        yield (b"," if at else b"") + _json(sheet)[:-1] + b',"rows":['
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            yield (b"," if start else b"") + _json(rows[start : start + _ROWS_AT_ONCE])[1:-1]
        yield b"]}"
    yield b"]," + _json(answer)[1:]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _read(data: bytes, kind: str, rows: int, columns: int, sheets: int, characters: int) -> dict[str, Any]:
    if kind == "xls" and _encrypted(data):
        raise _Refused("encrypted")
    if kind == "html":
        return _read_web_page(data, rows, columns, characters)
    if kind == "xlsx":
        data = _plain(data)
    limits = (rows, columns, sheets, characters)
    macros, from_1904, unseen = _unseen(data, kind)
    try:
        answer = _sheets(data, unseen, limits)
    except _UnknownError:
        # Only the word in cells that failed is unknown to calamine, and that was read before.
        answer = _sheets(_neighbour("package.py").with_known_errors(data), unseen, limits)
    return {"sheets": answer, "macros": macros, "from_1904": from_1904}


def _sheets(data: bytes, unseen: Mapping[str | int, Any], limits: tuple[int, int, int, int]) -> list[dict[str, Any]]:
    import python_calamine as calamine  # after the limits are set

    try:
        return _read_sheets(calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)), unseen, limits)
    except calamine.PasswordError:
        raise _Refused("encrypted") from None
    except (calamine.CalamineError, ValueError, OSError) as problem:
        if "cell error value" in str(problem):
            raise _UnknownError from None
        raise _Refused("unreadable") from None


def _read_sheets(
    workbook: Any, unseen: Mapping[str | int, Any], limits: tuple[int, int, int, int]
) -> list[dict[str, Any]]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # as above

    rows, columns, sheets, characters = limits
    if len(workbook.sheets_metadata) > sheets:
        raise _Refused("too_many_sheets")
    left = _Budget(rows, characters)
    answer = []
    for at, meta in enumerate(workbook.sheets_metadata):
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        if sheet.end is not None and (sheet.end[0] + 1) * (sheet.end[1] + 1) > _AREA:
            raise _Refused("far_cells")
        extra = unseen.get(meta.name) or unseen.get(at) or {}
        merged = [[a[0] + 1, b[0] + 1, a[1], b[1]] for a, b in sheet.merged_cell_ranges or []]
        answer.append(
            {
                "name": meta.name,
                "visible": meta.visible == SheetVisibleEnum.Visible,
                "merged": merged or extra.get("merged", []),
                "hidden_columns": extra.get("columns", []),
                "rows": _rows(sheet, columns, left, extra.get("hidden", set()), extra.get("errors", {})),
            }
        )
    return answer


@cache
def _neighbour(name: str) -> ModuleType:
    """A script beside this one, loaded by path: the project itself must stay out of this process."""
    path = Path(__file__).with_name(name)
    loader = SourceFileLoader(path.stem, str(path))
    module = ModuleType(path.stem)
    loader.exec_module(module)
    return module


def _plain(data: bytes) -> bytes:
    try:
        data = _neighbour("package.py").plain(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/") and name.endswith(".xml"):
                    with archive.open(name) as part:
                        if b"<!DOCTYPE" in part.read(4096):
                            # No spreadsheet program writes one: an entity bomb or an attempt to read files.
                            raise _Refused("entities")
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, EOFError):
        raise _Refused("unreadable") from None
    return data


def _unseen(data: bytes, kind: str) -> tuple[bool, bool, Mapping[str | int, Any]]:
    """Whether there are macros, whether days count from 1904, and by sheet what calamine does not tell."""
    if kind == "xlsb":
        return False, False, {}
    look = _neighbour(f"unseen_{kind}.py").look
    try:
        found = look(data)
    except Exception:
        # Whatever is wrong with a hostile file: a sheet of which the hidden rows cannot be told is not read either.
        raise _Refused("unreadable") from None
    if kind == "ods":
        return False, False, found
    macros, from_1904, sheets = found
    return macros, from_1904, dict(enumerate(sheets)) if kind == "xls" else sheets


def _read_web_page(data: bytes, rows: int, columns: int, characters: int) -> dict[str, Any]:
    tables = _neighbour("webpage.py").read_tables(data, limit=_AREA)
    if tables is None:
        raise _Refused("web_page")
    left = _Budget(rows, characters)
    answer = []
    for number, (merged, table) in enumerate(tables, start=1):
        found = [[at, False, cells] for at, values in table if (cells := _row(values, {}, columns, left))]
        left.rows -= len(found)
        if left.rows < 0:
            raise _Refused("too_many_rows")
        answer.append({"name": f"表{number}", "visible": True, "merged": merged, "hidden_columns": [], "rows": found})
    return {"sheets": answer, "macros": False, "from_1904": False}


def _encrypted(data: bytes) -> bool:
    # No stubs exist for it; it costs a while, and only old or encrypted files need it.
    import msoffcrypto  # type: ignore[import-untyped]  # as above

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except Exception:
        # Whatever it cannot tell, the reader proper decides.
        return False


class _Budget:
    def __init__(self, rows: int, characters: int) -> None:
        self.rows = rows
        self.characters = characters


def _rows(
    sheet: Any, columns: int, left: _Budget, hidden: set[int], errors: dict[int, dict[int, str]]
) -> list[list[Any]]:
    rows: list[list[Any]] = []
    errors = dict(errors)
    if sheet.start is not None:
        first, margin = sheet.start
        # The library hands out the empty rows above the first used cell, but not the empty columns beside it.
        before = [""] * margin
        for number, values in enumerate(islice(sheet.iter_rows(), first, None), start=first + 1):
            row = _row(
                before + values if margin else values, errors.pop(number, None) if errors else None, columns, left
            )
            if row:
                rows.append([number, number in hidden, row])
    # Formulas without a result are no used cells to it.
    for number, found in errors.items():
        row = _row([], found, columns, left)
        if row:
            rows.append([number, number in hidden, row])
    rows.sort(key=itemgetter(0))
    left.rows -= len(rows)
    if left.rows < 0:
        raise _Refused("too_many_rows")
    return rows


def _row(values: list[Any], errors: dict[int, str] | None, columns: int, left: _Budget) -> list[Any]:
    """The cells without blank ones at the end; an empty list for a blank row."""
    cells = values
    try:
        left.characters -= len("".join(values))
    except TypeError:
        cells = list(map(_cell, values))
        left.characters -= sum(len(cell) for cell in cells if isinstance(cell, str))
    for position, text in errors.items() if errors else ():
        if position < columns:
            cells.extend("" for _ in range(position + 1 - len(cells)))
            cells[position] = {"e": text}
    while cells and isinstance(cells[-1], str) and not cells[-1].strip():
        cells.pop()
    if left.characters < 0:
        raise _Refused("too_much_text")
    if len(cells) > columns:
        raise _Refused("too_many_columns")
    return cells


def _cell(value: Any) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, datetime.datetime | datetime.date):
        return {"d": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"t": value.isoformat()}
    return str(value) if isinstance(value, datetime.timedelta) else value


if __name__ == "__main__":
    main()
