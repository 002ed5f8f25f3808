"""A workbook as read: plain frozen values, without the library that read it."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import DomainError
from core.text import number_text


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a usable value: `#N/A`, `#REF!` … or `=` for a formula whose result was never stored."""

    text: str


Cell = str | int | float | bool | datetime.date | datetime.time | CellError


class Row(NamedTuple):
    """One row that holds anything. `number` counts from 1 as the spreadsheet shows it; an empty cell is `""`."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class MergedRange:
    """First and last row (from 1) and column (from 0) of joined cells; the value stands in the first."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; blank rows are left out, so `rows` is short even if the sheet is long."""

    name: str
    rows: tuple[Row, ...]
    visible: bool = True
    merged: tuple[MergedRange, ...] = ()
    # Positions of hidden columns, from 0.
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets in order. `kind` is what the content is (`xlsx`, `xls`, `xlsb`, `ods`, `html`, `text`), whatever its
    name. `from_1904`: bare day numbers count from 1904, as old Macs did."""

    kind: str
    sheets: tuple[Sheet, ...]
    has_macros: bool = False
    from_1904: bool = False

    @property
    def hides_hidden_rows(self) -> bool:
        """Whether hidden rows cannot be told from others in this kind of file."""
        return self.kind == "xlsb"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost. The reader refuses whatever is more."""

    file_bytes: int = 20 * 1024 * 1024
    zip_entries: int = 2_000
    unpacked_bytes: int = 200 * 1024 * 1024
    # Real workbooks pack at most some 30:1 (thousands of styled blank rows), a bomb up to 1000:1.
    packed_ratio: int = 150
    rows: int = 60_000
    columns: int = 256
    sheets: int = 250
    text_characters: int = 40_000_000
    child_memory_bytes: int = 700 * 1024 * 1024
    child_cpu_seconds: int = 20
    child_wall_seconds: int = 40


class WorkbookRefused(DomainError):
    """The file cannot be read as a workbook; the message says what it is and what to do."""


def cell_text(cell: Cell) -> str:
    """A cell as the text its writer saw, uncleaned; dates as `2026-09-01`, errors as they show."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return cell.isoformat()
