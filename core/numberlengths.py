"""Whether numbers of a column have lost the zeros in front of them: they are shorter than nearly all others."""

from collections import Counter

from core.tablereader import TableReader
from core.workbooks import Record


class NumberLengths:
    """How long the numbers of one column are, and which of them stood in their cells as numbers, not as texts."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._typed: list[tuple[Record, str]] = []
        self.counts = Counter[int]()

    def add(self, record: Record, number: str) -> None:
        """One more number, read from `record`."""
        self.counts[len(number)] += 1
        if isinstance(record.cells.get(self._key), int | float):
            self._typed.append((record, number))

    def check(self, cells: TableReader) -> None:
        """Warn about those that are shorter than nearly all others: zeros in front may have been lost."""
        numbers = self.counts.total()
        if numbers < 3:
            return
        ((length, count),) = self.counts.most_common(1)
        for record, number in self._typed if count * 2 > numbers else ():
            if len(number) < length and number.isdigit():
                message = f"比同一列的号码少 {length - len(number)} 位，开头的 0 可能被 Excel 去掉了。请核对。"
                cells.warn("number_short", message, record, self._key)
