"""A list as it leaves the house: all its rows, not the page of them that a screen shows. No domain word in here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from core.workbooks import SheetToWrite
from core.workbooks.writer import Value

T = TypeVar("T")


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows` in lists of `size`, the last one shorter."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def ordered(asked: str, orders: Mapping[str, Sequence[str]]) -> list[str]:
    """By which columns a list is ordered that is asked for as `name`, or turned round as `-name`.

    `orders` names those that it offers; anything else is its first.
    """
    columns = orders.get(asked.removeprefix("-"))
    if columns is None:
        return list(next(iter(orders.values())))
    if not asked.startswith("-"):
        return list(columns)
    return [column.removeprefix("-") if column.startswith("-") else f"-{column}" for column in columns]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: its heading, and how wide it is in characters, also on paper. `number`: set to the right."""

    title: str
    width: int = 10
    number: bool = False


@dataclass(frozen=True, slots=True)
class ListOut:
    """What a list holds when it is exported 导出 or printed 打印.

    `name` is what the audit calls it, `title` its heading and the name of its file: neither names a person. `about`
    says in words which term and which of its filters, `where` the same in keys for the audit. `rows` are read once;
    where there are many, hand in a generator. `names_children`: a reason is asked for; `confidential`: likewise,
    although it names grown-ups alone. `further` tables come behind it in the same file.
    """

    name: str
    title: str
    columns: Sequence[ListColumn]
    rows: Iterable[Sequence[Value]]
    names_children: bool
    about: str = ""
    where: Mapping[str, object] = field(default_factory=dict)
    # Under the table: what a reader must know to read its figures.
    note: str = ""
    # Which column says whose row it is.
    who: int = 0
    further: Sequence["ListOut"] = ()
    confidential: bool = False

    @property
    def tables(self) -> tuple["ListOut", ...]:
        """This table and those behind it."""
        return (self, *self.further)

    @property
    def asks_why(self) -> bool:
        """Whether whoever takes it out says what for."""
        return self.names_children or self.confidential

    @property
    def sheet(self) -> SheetToWrite:
        """The table as a sheet of a workbook."""
        titles, widths = [one.title for one in self.columns], [one.width for one in self.columns]
        return SheetToWrite(self.title, titles, self.rows, widths)
