"""What an import has to say: every finding at once, with its place, repeats folded.

Habit of EvaP's importers: nothing stops at the first error; the user mends a workbook once, not cell by cell.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict

from core.text import without_days, without_identity

# A value longer than this is cut in messages; the cell itself is named anyway.
_SHOWN_CHARACTERS = 40


class Level(StrEnum):
    """Errors refuse the import, warnings ask the reader to look, information only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class LinePlace(TypedDict):
    """Sheet and row of a finding, as keyword arguments."""

    sheet: str
    row: int | None


class CellPlace(LinePlace):
    """And the column."""

    column: str


class ValuePlace(CellPlace):
    """And what stands there."""

    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one place. `row` is the spreadsheet's own number, `column` its heading."""

    level: Level
    code: str
    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON shape of the command line."""
        return {
            "code": self.code,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class FoldedFinding:
    """Equal findings of one sheet and column: the first one, all rows, and a few of the values."""

    first: Finding
    rows: tuple[int, ...]
    values: tuple[str, ...]
    count: int

    @property
    def rows_text(self) -> str:
        """`3、5–9` and, beyond eight pieces, `…`; empty for findings without a row."""
        return rows_text(self.rows)


def rows_text(rows: Iterable[int]) -> str:
    """Row numbers for people: `3、5–9` and, beyond eight pieces, `…`."""
    pieces: list[str] = []
    start = previous = None
    for row in [*sorted(set(rows)), None]:
        if previous is not None and row == previous + 1:
            previous = row
            continue
        if start is not None:
            pieces.append(str(start) if start == previous else f"{start}–{previous}")
        start = previous = row
    return "、".join(pieces[:8]) + ("…" if len(pieces) > 8 else "")


class ImportLog:
    """Collects findings in the order of reading."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._counts: Counter[Level] = Counter()

    def add(
        self,
        level: Level,
        code: str,
        message: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Record one finding; a very long value is cut, and identity numbers are shown nowhere (see `core.text`)."""
        message, column, shown = without_identity(message), without_days(column), without_identity(value)
        if len(shown) > _SHOWN_CHARACTERS:
            shown = shown[:_SHOWN_CHARACTERS] + "…"
        self._findings.append(Finding(level, code, message, sheet, row, column, shown))
        self._counts[level] += 1

    def error(
        self,
        code: str,
        message: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Record an error: nothing will be written."""
        self.add(Level.ERROR, code, message, sheet=sheet, row=row, column=column, value=value)

    def warning(
        self,
        code: str,
        message: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Record a warning: the import may go on."""
        self.add(
            Level.WARNING,
            code,
            message,
            sheet=sheet,
            row=row,
            column=column,
            value=value,
        )

    def info(
        self,
        code: str,
        message: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        value: str = "",
    ) -> None:
        """Record something worth saying that needs no answer."""
        self.add(Level.INFO, code, message, sheet=sheet, row=row, column=column, value=value)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything said, in order."""
        return tuple(self._findings)

    @property
    def has_errors(self) -> bool:
        """True if the import must be refused."""
        return self._counts[Level.ERROR] > 0

    def count(self, level: Level) -> int:
        """How many findings of one level there are, before folding."""
        return self._counts[level]

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level, in order."""
        return tuple(f for f in self._findings if f.level is level)

    def folded(self, *, limit: int | None = None) -> list[FoldedFinding]:
        """Findings with repeats joined, errors first; at most `limit` of them."""
        groups: dict[tuple[str, ...], list[Finding]] = {}
        for finding in self._findings:
            key = (
                finding.level,
                finding.code,
                finding.sheet,
                finding.column,
                finding.message,
            )
            groups.setdefault(key, []).append(finding)
        order = {level: position for position, level in enumerate(Level)}
        ranked = sorted(groups.values(), key=lambda group: order[group[0].level])
        return [_fold(group) for group in ranked[:limit]]

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """`errors` and `warnings` as lists of `{"code","sheet","row","column","value","message"}`."""
        return {
            "errors": [f.as_dict() for f in self.of(Level.ERROR)],
            "warnings": [f.as_dict() for f in self.of(Level.WARNING)],
        }


def _fold(group: list[Finding]) -> FoldedFinding:
    values = tuple(dict.fromkeys(f.value for f in group if f.value))[:5]
    return FoldedFinding(group[0], tuple(f.row for f in group if f.row is not None), values, len(group))
