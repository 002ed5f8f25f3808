"""A workbook as the bytes in which its parser told it: kept beside the file, it need not be parsed again."""

import datetime
import json
import zlib
from dataclasses import dataclass
from typing import Any, Self

from core.text import clean_text
from core.workbooks.model import CellError, MergedRange, Row, Sheet, Workbook


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found, not yet taken apart. `rows`: how many it has; `answer`: all of it, as `child` writes it."""

    kind: str
    rows: int
    answer: bytes

    @classmethod
    def of_sheet(cls, kind: str, sheet: Sheet) -> Self:
        """A sheet of nothing but text, which was read without a parser."""
        rows = [[row.number, row.hidden, row.cells] for row in sheet.rows]
        raw = {"name": sheet.name, "visible": True, "merged": [], "hidden_columns": [], "rows": rows}
        answer = json.dumps({"sheets": [raw], "macros": False, "from_1904": False}, ensure_ascii=False)
        return cls(kind, len(rows), answer.encode("utf-8", "surrogatepass"))

    def packed(self) -> bytes:
        """To be kept: values only, so that a damaged copy can do no more than fail to open."""
        return zlib.compress(b"%s %d\n%s" % (self.kind.encode(), self.rows, self.answer), 1)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """What `packed` packed. Raises ValueError for anything else."""
        try:
            head, _, answer = zlib.decompress(data).partition(b"\n")
            kind, rows = head.decode().split(" ")
            return cls(kind, int(rows), answer)
        except zlib.error as error:
            raise ValueError("no packed workbook") from error

    def workbook(self) -> Workbook:
        """The sheets with their cells. Raises ValueError if the answer is none."""
        try:
            raw: dict[str, Any] = json.loads(self.answer, object_hook=_special)
            sheets = tuple(map(_sheet, raw["sheets"]))
            return Workbook(self.kind, sheets, has_macros=raw["macros"], from_1904=raw["from_1904"])
        except (KeyError, TypeError) as error:
            raise ValueError("no answer of a parser") from error


def _special(raw: dict[str, Any]) -> Any:
    if len(raw) == 1:
        ((key, value),) = raw.items()
        if key == "d":
            return datetime.datetime.fromisoformat(value) if "T" in value else datetime.date.fromisoformat(value)
        if key == "t":
            return datetime.time.fromisoformat(value)
        if key == "e":
            return CellError(value)
    return raw


def _sheet(raw: dict[str, Any]) -> Sheet:
    rows = tuple([Row(number, tuple(cells), hidden) for number, hidden, cells in raw["rows"]])
    merged = tuple(MergedRange(*bounds) for bounds in raw["merged"])
    return Sheet(clean_text(raw["name"]), rows, raw["visible"], merged, tuple(raw["hidden_columns"]))
