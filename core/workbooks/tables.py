"""Find the table in a sheet: the heading row by known names, then one record per row under it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.text import clean_key
from core.workbooks.model import Cell, Row, Sheet, cell_text

_SEARCHED_ROWS = 20
_DECORATION = re.compile(r"[\s*＊:：]|\(?(?:必填|选填|可不填)\)?|\([^)]*\)$")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that an importer knows: its key, the name shown to people, and other headings it goes by."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the table by column key; columns that the sheet lacks are absent, empty cells are `""`."""

    row: int
    cells: dict[str, Cell]
    hidden: bool = False

    def text(self, key: str) -> str:
        """The cell as uncleaned text, `""` if the column is absent."""
        cell = self.cells.get(key, "")
        return cell if isinstance(cell, str) else cell_text(cell)


@dataclass(frozen=True, slots=True)
class Table:
    """A heading row found. `columns`: key → position; `headings`: key → the heading as written there."""

    sheet: Sheet
    header_row: int
    columns: dict[str, int]
    headings: dict[str, str]
    unknown: tuple[str, ...] = ()
    # Keys with several headings, e.g. two 电话: which is meant must be asked, so neither is read.
    repeated: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def records(self) -> Iterator[Record]:
        """The rows under the heading; values of cells joined downwards are repeated in each row of the range."""
        items = tuple(self.columns.items())
        filled = self._filled_down()
        for row in self.sheet.rows:
            if row.number <= self.header_row:
                continue
            cells = row.cells
            width = len(cells)
            values: dict[str, Cell] = {key: cells[at] if at < width else "" for key, at in items}
            if row.number in filled:
                for key, value in filled[row.number].items():
                    if values[key] == "":
                        values[key] = value
            yield Record(row.number, values, row.hidden)

    def heading(self, key: str) -> str:
        """The heading as the sheet writes it, for messages."""
        return self.headings.get(key, key)

    def _filled_down(self) -> dict[int, dict[str, Cell]]:
        by_position = {position: key for key, position in self.columns.items()}
        ranges = [m for m in self.sheet.merged if m.last_row > m.first_row > self.header_row]
        if not ranges:
            return {}
        rows = {row.number: row for row in self.sheet.rows}
        filled: dict[int, dict[str, Cell]] = {}
        for merged in ranges:
            key = by_position.get(merged.first_column)
            first = rows.get(merged.first_row)
            if key is None or first is None or merged.first_column >= len(first.cells):
                continue
            for number in range(merged.first_row + 1, merged.last_row + 1):
                if number in rows:
                    filled.setdefault(number, {})[key] = first.cells[merged.first_column]
        return filled


def heading_key(text: str) -> str:
    """A heading without width, spaces, colons, stars, 必填 marks and a closing remark in brackets."""
    return _DECORATION.sub("", clean_key(text)).lower()


def find_table(sheet: Sheet, specs: Sequence[ColumnSpec], *, at_least: int = 2) -> Table | None:
    """The best heading row among the first 20 rows, or None if none names `at_least` known columns."""
    known: dict[str, str] = {}
    for spec in specs:
        for name in (spec.label, *spec.synonyms):
            known[heading_key(name)] = spec.key
    best: Table | None = None
    for row in sheet.rows[:_SEARCHED_ROWS]:
        table = _as_heading(sheet, row, known)
        if len(table.headings) >= at_least and (best is None or len(table.headings) > len(best.headings)):
            best = table
    return best


def _as_heading(sheet: Sheet, row: Row, known: dict[str, str]) -> Table:
    found: dict[str, list[tuple[int, str]]] = {}
    unknown: list[str] = []
    for position, cell in enumerate(row.cells):
        heading = clean_key(cell) if isinstance(cell, str) else ""
        if not heading:
            continue
        key = known.get(heading_key(heading))
        if key is None:
            unknown.append(heading)
        else:
            found.setdefault(key, []).append((position, heading))
    return Table(
        sheet=sheet,
        header_row=row.number,
        columns={key: places[0][0] for key, places in found.items() if len(places) == 1},
        headings={key: places[0][1] for key, places in found.items()},
        unknown=tuple(unknown),
        repeated={key: tuple(name for _, name in places) for key, places in found.items() if len(places) > 1},
    )
