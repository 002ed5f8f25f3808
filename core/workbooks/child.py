"""Parse one workbook from standard input in a process of its own and print it as JSON.

Run as a script, never imported: no Django, nothing of the project, so that it starts in a few hundredths of a second.
A hostile workbook can abort the interpreter or eat all memory; here it takes only this process with it.

Arguments: kind, memory bytes, CPU seconds, rows, columns, sheets, characters.
Output: `{"sheets": [{"name", "visible", "merged": [[r1, r2, c1, c2]], "hidden_columns": [c],
"rows": [[number, hidden, [cells]]]}], "macros", "from_1904"}` or `{"refused": code}`.
Cells are strings, numbers, booleans, `{"d": iso}`, `{"t": iso}` or `{"e": text}`.
"""

import datetime
import io
import json
import re
import resource
import runpy
import sys
import zipfile
from pathlib import Path
from typing import Any

# Cells between the first and the last used one. Rosters stay far below; a stray cell at the sheet's end is beyond.
_AREA = 6_000_000


class _Refused(Exception):
    pass


def main() -> None:
    kind = sys.argv[1]
    memory, cpu, rows, columns, sheets, characters = (int(argument) for argument in sys.argv[2:8])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        answer = _read(data, kind, rows, columns, sheets, characters)
    except _Refused as refusal:
        answer = {"refused": str(refusal)}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))


def _read(data: bytes, kind: str, rows: int, columns: int, sheets: int, characters: int) -> dict[str, Any]:
    if kind == "xls" and _encrypted(data):
        raise _Refused("encrypted")
    if kind == "html":
        return _read_web_page(data, rows, columns, characters)
    import python_calamine as calamine  # noqa: PLC0415 - after the limits are set

    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise _Refused("encrypted") from None
    except (calamine.CalamineError, ValueError, OSError):
        raise _Refused("unreadable") from None
    if len(workbook.sheets_metadata) > sheets:
        raise _Refused("too_many_sheets")
    extras = _Extras(data) if kind == "xlsx" else None
    left = _Budget(rows, characters)
    answer = []
    for meta in workbook.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.total_height * sheet.total_width > _AREA:
                raise _Refused("far_cells")
            answer.append(
                {
                    "name": meta.name,
                    "visible": meta.visible == calamine.SheetVisibleEnum.Visible,
                    "merged": [[a[0] + 1, b[0] + 1, a[1], b[1]] for a, b in sheet.merged_cell_ranges or []],
                    "hidden_columns": extras.hidden_columns(meta.name) if extras else [],
                    "rows": _rows(sheet, columns, left, extras.of(meta.name) if extras else None),
                }
            )
        except (calamine.CalamineError, ValueError, OSError):
            raise _Refused("unreadable") from None
    return {
        "sheets": answer,
        "macros": bool(extras and extras.macros),
        "from_1904": bool(extras and extras.from_1904),
    }


def _read_web_page(data: bytes, rows: int, columns: int, characters: int) -> dict[str, Any]:
    # A neighbour of this script, loaded by path: the project itself must stay out of this process.
    tables = runpy.run_path(str(Path(__file__).with_name("webpage.py")))["read_tables"](data, limit=_AREA)
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
    import msoffcrypto  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

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
    sheet: Any,
    columns: int,
    left: _Budget,
    extra: dict[int, tuple[bool, dict[int, str]]] | None,
) -> list[Any]:
    rows: list[Any] = []
    extra = extra or {}
    if not sheet.height and not extra:
        return rows
    for number, values in enumerate(sheet.iter_rows() if sheet.height else (), start=1):
        hidden, errors = extra.pop(number, (False, {}))
        row = _row(values, errors, columns, left)
        if row:
            rows.append([number, hidden, row])
    for number, (hidden, errors) in sorted(extra.items()):
        row = _row([], errors, columns, left)
        if row:
            rows.append([number, hidden, row])
    left.rows -= len(rows)
    if left.rows < 0:
        raise _Refused("too_many_rows")
    return rows


def _row(values: list[Any], errors: dict[int, str], columns: int, left: _Budget) -> list[Any]:
    """The cells without blank ones at the end; an empty list for a blank row."""
    cells: list[Any] = []
    width = 0
    for position, value in enumerate(values):
        if isinstance(value, str):
            left.characters -= len(value)
            cells.append(value)
            if value and not value.isspace():
                width = position + 1
            continue
        width = position + 1
        if isinstance(value, datetime.datetime | datetime.date):
            cells.append({"d": value.isoformat()})
        elif isinstance(value, datetime.time):
            cells.append({"t": value.isoformat()})
        elif isinstance(value, datetime.timedelta):
            cells.append(str(value))
        else:
            cells.append(value)
    for position, text in errors.items():
        if position >= columns:
            continue
        cells.extend("" for _ in range(position + 1 - len(cells)))
        cells[position] = {"e": text}
        width = max(width, position + 1)
    if left.characters < 0:
        raise _Refused("too_much_text")
    if width > columns:
        raise _Refused("too_many_columns")
    return cells[:width]


class _Extras:
    """What calamine does not tell of an `.xlsx`: hidden rows and columns, error cells, formulas without a result."""

    _ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
    _NUMBER = re.compile(rb'\br="(\d+)"')
    _HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
    _COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
    _BOUND = re.compile(rb'\b(min|max)="(\d{1,5})"')
    _FORMULA = rb"(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)"
    _ERROR = re.compile(
        rb'<(?:\w+:)?c\b(?=[^>]*\st="e")[^>]*\sr="([A-Z]{1,3})(\d+)"[^>]*>' + _FORMULA + rb"?<(?:\w+:)?v>([^<]*)"
    )
    _EMPTY_FORMULA = re.compile(
        rb'<(?:\w+:)?c\b[^>]*\sr="([A-Z]{1,3})(\d+)"[^>]*>'
        + _FORMULA
        + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
    )
    _FROM_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"')

    def __init__(self, data: bytes) -> None:
        self.macros = False
        self.from_1904 = False
        self._found: dict[str, dict[int, tuple[bool, dict[int, str]]]] = {}
        self._hidden_columns: dict[str, list[int]] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._scan(archive)
        except (
            zipfile.BadZipFile,
            KeyError,
            OSError,
            RuntimeError,
            NotImplementedError,
        ):
            # Then calamine says what is wrong with the file.
            return

    def of(self, sheet: str) -> dict[int, tuple[bool, dict[int, str]]]:
        return self._found.get(sheet, {})

    def hidden_columns(self, sheet: str) -> list[int]:
        """Positions of the sheet's hidden columns."""
        return self._hidden_columns.get(sheet, [])

    def _scan(self, archive: zipfile.ZipFile) -> None:
        names = archive.namelist()
        self.macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        parts: dict[str, dict[int, tuple[bool, dict[int, str]]]] = {}
        columns: dict[str, list[int]] = {}
        for name in names:
            if not name.startswith("xl/") or not name.endswith(".xml"):
                continue
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(4096):
                    # No spreadsheet program writes one: an entity bomb or an attempt to read files.
                    raise _Refused("entities")
            if name.startswith("xl/worksheets/"):
                xml = archive.read(name)
                found = self._scan_sheet(xml)
                if found:
                    parts[name] = found
                columns[name] = self._scan_columns(xml[: xml.find(b"<sheetData")])
        self.from_1904 = bool(self._FROM_1904.search(archive.read("xl/workbook.xml")))
        if not parts and not any(columns.values()):
            return
        from defusedxml import ElementTree  # noqa: PLC0415 - only few files need it

        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
            if element.tag.rpartition("}")[2] != "sheet":
                continue
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            target = targets.get(relation, "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            self._found[element.get("name", "")] = parts.get(path, {})
            self._hidden_columns[element.get("name", "")] = columns.get(path, [])

    def _scan_columns(self, head: bytes) -> list[int]:
        hidden: list[int] = []
        for match in self._COLUMN.finditer(head):
            if self._HIDDEN.search(match[0]):
                bounds = {name: int(value) for name, value in self._BOUND.findall(match[0])}
                last = min(bounds.get(b"max", 0), 1024)
                hidden.extend(range(bounds.get(b"min", 1) - 1, last))
        return hidden

    def _scan_sheet(self, xml: bytes) -> dict[int, tuple[bool, dict[int, str]]]:
        found: dict[int, tuple[bool, dict[int, str]]] = {}
        if b'hidden="' in xml:
            for match in self._ROW.finditer(xml):
                number = self._NUMBER.search(match[0])
                if number and self._HIDDEN.search(match[0]):
                    found[int(number[1])] = (True, {})
        if b't="e"' in xml:
            for letters, number, text in self._ERROR.findall(xml):
                self._note(found, letters, number, text.decode("utf-8", "replace"))
        if b"<f" in xml:
            for letters, number in self._EMPTY_FORMULA.findall(xml):
                self._note(found, letters, number, "=")
        return found

    @staticmethod
    def _note(
        found: dict[int, tuple[bool, dict[int, str]]],
        letters: bytes,
        number: bytes,
        text: str,
    ) -> None:
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        found.setdefault(int(number), (False, {}))[1][column - 1] = text


if __name__ == "__main__":
    main()
