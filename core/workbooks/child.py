"""Parse one workbook from standard input in a process of its own and print it as JSON.

Run as a script, never imported: no Django, nothing of the project, so that it starts in a few hundredths of a second.
A hostile workbook can abort the interpreter or eat all memory; here it takes only this process with it.

Arguments: kind, memory bytes, CPU seconds, rows, columns, sheets, characters.
Output: `{"sheets": [{"name", "visible", "merged": [[r1, r2, c1, c2]], "rows": [[number, hidden, [cells]]]}], "macros"}`
or `{"refused": code}`. Cells are strings, numbers, booleans, `{"d": iso}`, `{"t": iso}` or `{"e": text}`.
"""

import datetime
import io
import json
import re
import resource
import sys
import zipfile
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
                    "rows": _rows(sheet, columns, left, extras.of(meta.name) if extras else None),
                }
            )
        except (calamine.CalamineError, ValueError, OSError):
            raise _Refused("unreadable") from None
    return {"sheets": answer, "macros": bool(extras and extras.macros)}


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
    """What calamine does not tell of an `.xlsx`: hidden rows, error cells, formulas without a stored result."""

    _ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
    _NUMBER = re.compile(rb'\br="(\d+)"')
    _HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
    _ERROR = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})(\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>)?<v>([^<]*)')
    _EMPTY_FORMULA = re.compile(
        rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})(\d+)"[^>]*><f\b[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>'
    )

    def __init__(self, data: bytes) -> None:
        self.macros = False
        self._found: dict[str, dict[int, tuple[bool, dict[int, str]]]] = {}
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

    def _scan(self, archive: zipfile.ZipFile) -> None:
        names = archive.namelist()
        self.macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        parts: dict[str, dict[int, tuple[bool, dict[int, str]]]] = {}
        for name in names:
            if not name.startswith("xl/") or not name.endswith(".xml"):
                continue
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(4096):
                    # No spreadsheet program writes one: an entity bomb or an attempt to read files.
                    raise _Refused("entities")
            if name.startswith("xl/worksheets/"):
                found = self._scan_sheet(archive.read(name))
                if found:
                    parts[name] = found
        if not parts:
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
            if path in parts:
                self._found[element.get("name", "")] = parts[path]

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
