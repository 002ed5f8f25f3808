"""A list on paper: A4, the heading of the table on each page, wide tables across. Figures and names, no texts."""

import datetime
from dataclasses import dataclass
from typing import Final

from core.lists import ListColumn, ListOut
from core.pdf import Manuscript, manuscript, set_pdf
from core.workbooks.writer import Value
from schools.contexts import Letterhead

#: More characters than this across want a page on its side.
_UPRIGHT: Final = 90


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    number: bool
    # Of the table's width, in per cent.
    width: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[tuple[_Column, str]]


@dataclass(frozen=True, slots=True)
class _Table:
    title: str
    about: str
    note: str
    columns: list[_Column]
    lines: list[_Line]


def list_manuscript(table: ListOut, head: Letterhead, on: datetime.date) -> Manuscript:
    """The manuscript of a list as it stands on the day `on`. Raises ValueError if a row does not fit the columns."""
    wide = max(sum(column.width for column in one.columns) for one in table.tables) > _UPRIGHT
    return manuscript(
        "jobs/documents/list.html",
        {"school": head, "date": f"{on.year}年{on.month}月{on.day}日", "tables": [_table(one) for one in table.tables]},
        title=f"{table.title} · {head.name}",
        author=head.name,
        stylesheets=("list.css", *(("list_wide.css",) if wide else ())),
        assets=head.assets,
        recolour=head.recolour,
    )


def list_pdf(table: ListOut, head: Letterhead, on: datetime.date) -> bytes:
    """Return the PDF of a list. Raises as `list_manuscript`."""
    return set_pdf(list_manuscript(table, head, on))


def _table(table: ListOut) -> _Table:
    columns = [_column(one, sum(other.width for other in table.columns)) for one in table.columns]
    lines = [
        _Line(number, [(column, _text(value)) for column, value in zip(columns, row, strict=True)])
        for number, row in enumerate(table.rows, start=1)
    ]
    return _Table(table.title, table.about, table.note, columns, lines)


def _column(column: ListColumn, total: int) -> _Column:
    return _Column(column.title, column.number, f"{column.width * 100 / total:.2f}")


def _text(value: Value) -> str:
    return "" if value is None else str(value)
