"""What calamine does not tell of an `.ods`: joined cells, hidden rows and columns, error cells.

Loaded by path into the child process: no import of the project.
"""

import io
import zipfile
from typing import Any
from xml.parsers import expat

_MOST_COLUMNS, _MOST_ROWS = 1024, 100_000
_UNSEEN = ("collapse", "filter")
_CELLS = ("table-cell", "covered-table-cell")

Sheet = dict[str, Any]


def look(data: bytes) -> dict[str, Sheet]:
    """By sheet what is unseen: `{"hidden": {rows}, "errors": {row: {column: text}}, "columns": [hidden ones],
    "merged": [[first row, last row, first column, last column]]}`, rows from 1, columns from 0.

    Raises `expat.ExpatError` for XML that is none, KeyError for a package without content.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml")
    reader = _Reader()
    reader.parser.Parse(content, True)
    return reader.sheets


class _Reader:
    def __init__(self) -> None:
        self.sheets: dict[str, Sheet] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._sheet: Sheet = {}
        # Tables may stand inside of cells; only the outermost count.
        self._depth = 0
        # How many groups around have been folded away.
        self._groups: list[bool] = []
        self._column, self._row, self._rows = 0, 0, 1
        self._hides, self._filled = False, False
        self._failed, self._text = range(0), list[str]()

    def _refuse(self, *_: object) -> None:
        raise expat.ExpatError("a document type has no place in a workbook")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        prefix, _, tag = name.partition(":")
        if prefix != "table":
            self._filled = self._filled or tag == "p"
            return
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._sheet = {"hidden": set(), "errors": {}, "columns": [], "merged": []}
                self.sheets[attributes.get("table:name", "")] = self._sheet
                self._row, self._column = 0, 0
        elif self._depth != 1:
            return
        elif tag in ("table-row-group", "table-column-group"):
            self._groups.append(attributes.get("table:display") == "false")
        elif tag == "table-column":
            last = self._column + _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _UNSEEN or any(self._groups):
                self._sheet["columns"].extend(range(self._column, min(last, _MOST_COLUMNS)))
            self._column = last
        elif tag == "table-row":
            self._rows = _count(attributes, "table:number-rows-repeated")
            self._hides = attributes.get("table:visibility") in _UNSEEN or any(self._groups)
            self._column, self._filled = 0, False
        elif tag in _CELLS:
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        first = self._row + 1
        wide = _count(attributes, "table:number-columns-spanned")
        high = _count(attributes, "table:number-rows-spanned")
        if wide > 1 or high > 1:
            self._sheet["merged"].append([first, first + high - 1, self._column, self._column + wide - 1])
        repeated = _count(attributes, "table:number-columns-repeated")
        self._filled = self._filled or any(key.endswith(":value") for key in attributes)
        if any(value == "error" and key.endswith(":value-type") for key, value in attributes.items()):
            self._failed = range(self._column, min(self._column + repeated, _MOST_COLUMNS))
            self._text = []
            self.parser.CharacterDataHandler = self._text.append
        self._column += repeated

    def _end(self, name: str) -> None:
        prefix, _, tag = name.partition(":")
        if prefix != "table":
            return
        if tag == "table":
            self._depth -= 1
        elif self._depth == 1 and tag in ("table-row-group", "table-column-group") and self._groups:
            self._groups.pop()
        elif self._depth == 1 and tag in _CELLS and self._failed:
            self.parser.CharacterDataHandler = None
            for row in range(self._row + 1, self._row + min(self._rows, _MOST_ROWS) + 1):
                cells = self._sheet["errors"].setdefault(row, {})
                cells.update(dict.fromkeys(self._failed, "".join(self._text).strip() or "#VALUE!"))
            self._failed = range(0)
        elif self._depth == 1 and tag == "table-row":
            if self._hides and self._filled:
                self._sheet["hidden"].update(range(self._row + 1, self._row + min(self._rows, _MOST_ROWS) + 1))
            self._row += self._rows


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) > 0 else 1
