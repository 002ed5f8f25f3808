"""What calamine does not tell of an `.xlsx`: hidden rows and columns, error cells, formulas without a result.

Loaded by path into the child process: no import of the project.
"""

import io
import posixpath
import re
import zipfile
from typing import Any
from xml.parsers import expat

_MOST_COLUMNS = 1024
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""\b(min|max|hidden|width)\s*=\s*["']([^"']*)""")
_FLAT = re.compile(rb"""\bdefaultRowHeight\s*=\s*["']0""")
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true)""")
# Whatever a sheet may need a second look for; a plain roster holds none of these, and looking for them is cheap.
_TELLTALES = (b"hidden", b' t="e"', b' ht="0')
_TRUE = ("1", "true")

Sheet = dict[str, Any]


def look(data: bytes) -> tuple[bool, bool, dict[str, Sheet]]:
    """Whether there are macros, whether days count from 1904, and by sheet what is unseen.

    A sheet: `{"hidden": {rows}, "errors": {row: {column: text}}, "columns": [hidden ones]}`, rows from 1, columns
    from 0. Raises `expat.ExpatError` for XML that is none.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        macros = any(name.endswith("vbaproject.bin") for name in names)
        workbook = archive.read(names["xl/workbook.xml"])
        from_1904 = bool(_FROM_1904.search(workbook))
        parts: dict[str, Sheet] = {}
        for name in names:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                found = _scan(archive.read(names[name]))
                if found:
                    parts[name] = found
        if not parts:
            return macros, from_1904, {}
        sheets, targets = _sheets(workbook), _targets(archive.read(names["xl/_rels/workbook.xml.rels"]))
    paths = {name: posixpath.normpath(posixpath.join("/xl", targets.get(key, "")))[1:] for name, key in sheets.items()}
    return macros, from_1904, {name: parts[path.lower()] for name, path in paths.items() if path.lower() in parts}


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """All elements with their attributes, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((_local(name), {_local(key): value for key, value in attributes.items()}))

    parser = _parser()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found


def _sheets(workbook: bytes) -> dict[str, str]:
    return {at.get("name", ""): at.get("id", "") for tag, at in _elements(workbook) if tag == "sheet"}


def _targets(relations: bytes) -> dict[str, str]:
    return {at.get("Id", ""): at.get("Target", "") for tag, at in _elements(relations) if tag == "Relationship"}


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise expat.ExpatError("a document type has no place in a workbook")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _scan(xml: bytes) -> Sheet:
    body = max(0, xml.find(b"sheetData"))
    columns = _hidden_columns(xml[:body])
    if not _has_telltales(xml, body):
        return {"hidden": set(), "errors": {}, "columns": columns} if columns else {}
    rows = _Rows()
    rows.parser.Parse(xml, True)
    if not (columns or rows.hidden or rows.errors):
        return {}
    return {"hidden": rows.hidden, "errors": rows.errors, "columns": columns}


def _has_telltales(xml: bytes, body: int) -> bool:
    # The height of rows that say nothing stands above them.
    if _FLAT.search(xml[:body]):
        return True
    start, end = body + len(b"sheetData"), xml.rfind(b"sheetData")
    # Most sheets lack one letter of each, and one letter is looked for ten times as fast.
    letters = [letter for letter in (b"h", b"f", b"'") if xml.find(letter, start, end) >= 0]
    telltales = [telltale for telltale in _TELLTALES if b"h" in letters or b"h" not in telltale]
    if b"'" in letters:
        telltales += [telltale.replace(b'"', b"'") for telltale in telltales if b'"' in telltale]
    if b"f" in letters:
        # With a prefix, where the sheet's elements have one.
        telltales += [b"<f", b":f"] if xml[body - 1 : body] == b":" else [b"<f"]
    return any(xml.find(telltale, start, end) >= 0 for telltale in telltales)


def _hidden_columns(head: bytes) -> list[int]:
    hidden: list[int] = []
    for match in _COLUMN.finditer(head):
        at = dict(_ATTRIBUTE.findall(match[0]))
        if at.get(b"hidden") in (b"1", b"true") or (
            b"width" in at and _is_zero(at[b"width"].decode("utf-8", "replace"))
        ):
            hidden.extend(range(_whole(at.get(b"min")) - 1, min(_whole(at.get(b"max")), _MOST_COLUMNS)))
    return hidden


def _whole(text: bytes | None) -> int:
    return int(text) if text and text.isdigit() else 1


def _is_zero(text: str) -> bool:
    return bool(re.fullmatch(r"\s*0*\.?0*\s*", text)) and "0" in text


class _Rows:
    """Walks through the rows and cells, which need not say where they stand: then they follow the one before."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.errors: dict[int, dict[int, str]] = {}
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._locals: dict[str, str] = {}
        self._row, self._column, self._flat = 0, -1, False
        self._type, self._formula, self._value = "", False, False
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._locals.get(name) or self._locals.setdefault(name, _local(name))
        if tag == "c":
            place = attributes.get("r")
            if place is None:
                self._column += 1
            else:
                self._column = _column(place)
            self._type, self._formula, self._value = attributes.get("t", ""), False, False
        elif tag in ("v", "is"):
            self._value = True
            if self._formula or self._type == "e":
                self._text = []
                self.parser.CharacterDataHandler = self._text.append
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() else self._row + 1
            self._column = -1
            height = attributes.get("ht")
            if attributes.get("hidden") in _TRUE or (self._flat if height is None else _is_zero(height)):
                self.hidden.add(self._row)
        elif tag == "sheetFormatPr":
            # Only rows that are not written out are meant by zeroHeight; those have no cells.
            self._flat = (
                _is_zero(attributes.get("defaultRowHeight", "15")) and attributes.get("zeroHeight") not in _TRUE
            )

    def _end(self, name: str) -> None:
        tag = self._locals[name]
        if tag in ("v", "is"):
            self.parser.CharacterDataHandler = None
        elif tag == "c":
            if self._type == "e":
                self._note("".join(self._text) if self._value else "#VALUE!")
            elif self._formula and not (self._value and (self._type == "str" or any(self._text))):
                self._note("=")
            self._text = []

    def _note(self, text: str) -> None:
        self.errors.setdefault(self._row, {})[self._column] = text


def _column(place: str) -> int:
    """`AB12` → 27."""
    number = 0
    for letter in place:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1
