"""Find the table in a sheet: the heading row by known names, then one record per row under it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import itemgetter

from core.text import clean_key, without_days
from core.workbooks.model import Cell, MergedRange, Row, Sheet, cell_text

_SEARCHED_ROWS = 20
_DECORATION = re.compile(r"[\s*＊:：★☆※●]|^=?[\"“]|[\"”]$|\(?(?:必填|选填|可不填)\)?|\([^)]*\)$")
_DATA = re.compile(r"[A-Za-z]?\d{15,19}[Xx]?|1[3-9]\d{9}").fullmatch
_KEY_LENGTH = 90
_NO_MAPPING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that an importer knows: its key, the name shown to people, and other headings it goes by.

    `weak` headings mean this column only where no heading of `synonyms` is there. `is_text`: free text, in which 0 is
    a word like others; elsewhere it means nothing.
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    is_text: bool = False
    weak: tuple[str, ...] = ()


# The column key of each heading of a row, empty where nobody knows it.
Meanings = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column with a heading. `key` names it in a mapping by hand, `field` is what it is read as (empty: not read).

    `told` means that a person said so, rather than the heading itself.
    """

    key: str
    heading: str
    position: int
    field: str
    told: bool = False


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
    # The lower one of a heading in two rows; 0 if there is none and the columns were named by hand.
    header_row: int
    columns: dict[str, int]
    headings: dict[str, str]
    unknown: tuple[str, ...] = ()
    # Keys with several headings, e.g. two 电话: which is meant must be asked, so neither is read.
    repeated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: tuple[Column, ...] = ()
    # Headings that a person said are not to be read.
    left_out: tuple[str, ...] = ()
    # How many tables stand side by side: the same headings come again further right.
    blocks: int = 1
    with_hidden: bool = True

    def records(self) -> Iterator[Record]:
        """The rows under the heading; values of cells joined downwards are repeated in each row of the range."""
        for number, values, hidden in self.rows():
            yield self.record(number, values, hidden)

    def record(self, number: int, values: Sequence[Cell], hidden: bool = False) -> Record:
        """One of `rows`, by column key."""
        return Record(number, dict(zip(self.columns, values, strict=True)), hidden)

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...], bool]]:
        """As `records`, each as its number, its values in the order of `columns`, and whether it is hidden."""
        places = tuple(self.columns.values())
        take = itemgetter(*places) if len(places) > 1 else lambda cells: tuple(cells[at] for at in places)
        wanted = max(places, default=-1) + 1
        filled = self._filled_down()
        for row in self.sheet.rows:
            number, cells, hidden = row.number, row.cells, row.hidden
            if number <= self.header_row or (hidden and not self.with_hidden):
                continue
            if len(cells) < wanted:
                cells += ("",) * (wanted - len(cells))
            values: tuple[Cell, ...] = take(cells)
            if number in filled:
                above = filled[number]
                pairs = zip(self.columns, values, strict=True)
                values = tuple(above[key] if value == "" and key in above else value for key, value in pairs)
            yield number, values, hidden

    def heading(self, key: str) -> str:
        """The heading as the sheet writes it, for messages."""
        return self.headings.get(key, key)

    @property
    def hidden_rows(self) -> tuple[int, ...]:
        """The hidden or filtered rows under the heading that hold anything."""
        return tuple(row.number for row in self.sheet.rows if row.hidden and row.number > self.header_row)

    def unheaded(self) -> list[int]:
        """The positions of columns that hold something beneath the heading, but have none."""
        if not self.header_row:
            return []
        headed = {column.position for column in self.named}
        rows = [row for row in self.sheet.rows if row.number > self.header_row and (self.with_hidden or not row.hidden)]
        width = max((len(row.cells) for row in rows), default=0)
        return [
            at
            for at in range(width)
            if at not in headed and any(at < len(row.cells) and cell_text(row.cells[at]).strip() for row in rows)
        ]

    def joined(self) -> Iterator[tuple[str, MergedRange]]:
        """Column key and range of the cells joined downwards whose value counts for every row."""
        by_position = {position: key for key, position in self.columns.items()}
        for merged in self.sheet.merged:
            key = by_position.get(merged.first_column)
            if key is not None and merged.last_row > merged.first_row > self.header_row:
                yield key, merged

    def _filled_down(self) -> dict[int, dict[str, Cell]]:
        ranges = list(self.joined())
        if not ranges:
            return {}
        rows = {row.number: row for row in self.sheet.rows}
        filled: dict[int, dict[str, Cell]] = {}
        for key, merged in ranges:
            first = rows.get(merged.first_row)
            if first is None or merged.first_column >= len(first.cells):
                continue
            # A range may name the whole column: only rows with content count.
            for number in rows.keys() & range(merged.first_row + 1, merged.last_row + 1):
                filled.setdefault(number, {})[key] = first.cells[merged.first_column]
        return filled


def heading_key(text: str) -> str:
    """A heading without width, spaces, colons, stars, 必填 marks and a closing remark in brackets."""
    return _DECORATION.sub("", clean_key(text)).lower()


def column_letters(position: int) -> str:
    """0 → `A`, 27 → `AB`, as a spreadsheet names its columns."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def known_headings(specs: Sequence[ColumnSpec]) -> dict[str, str]:
    """Every heading that `specs` go by, as `heading_key` → column key."""
    return _known(tuple(specs))[0]


@lru_cache(maxsize=8)
def _known(specs: tuple[ColumnSpec, ...]) -> tuple[dict[str, str], dict[str, str]]:
    strong = {heading_key(name): spec.key for spec in specs for name in (spec.label, *spec.synonyms)}
    return strong, {heading_key(name): spec.key for spec in specs for name in spec.weak}


def by_specs(specs: Sequence[ColumnSpec], headings: Sequence[str]) -> list[str]:
    """What each heading of a row means by the names that `specs` list."""
    strong, weak = _known(tuple(specs))
    keys = [heading_key(heading)[:_KEY_LENGTH] for heading in headings]
    found = [strong.get(key) or strong.get(key.replace("-", "")) or "" for key in keys]
    if weak:
        have = set(found)
        found = [
            field or ("" if (meant := weak.get(key, "")) in have else meant)
            for field, key in zip(found, keys, strict=True)
        ]
    return found


def find_table(
    sheet: Sheet,
    specs: Sequence[ColumnSpec],
    *,
    at_least: int = 2,
    mapping: Mapping[str, str] = _NO_MAPPING,
    with_hidden: bool = True,
    meanings: Meanings | None = None,
) -> Table | None:
    """The best heading row among the first 20 rows, or None if none names `at_least` known columns.

    `meanings` says what headings mean, where more is to be known than the names that `specs` list.

    `mapping` is what people said: the key of a heading (`电话`, `电话#2` for the second one of that name) → column key,
    or empty to leave the column out. Keys like `@A` name columns of a sheet without headings.
    """
    means = meanings or partial(by_specs, specs)
    fields = {spec.key for spec in specs}
    best: Table | None = None
    rows = sheet.rows[:_SEARCHED_ROWS]
    for at, row in enumerate(rows):
        if _is_data(row):
            continue
        candidates = [(row.number, _texts(row), False)]
        if at + 1 < len(rows) and rows[at + 1].number == row.number + 1 and not _is_data(rows[at + 1]):
            joined, sure = _two_rows(sheet, row, rows[at + 1])
            if joined:
                candidates.append((rows[at + 1].number, joined, sure))
        for number, texts, sure in candidates:
            table = _as_heading(sheet, number, texts, means, fields, mapping, with_hidden)
            count = len(table.headings)
            known_so_far = 0 if best is None else len(best.headings)
            if count >= at_least and (count > known_so_far or (sure and count == known_so_far)):
                best = table
    return best or _by_position(sheet, fields, mapping, with_hidden)


def is_turned(sheet: Sheet, specs: Sequence[ColumnSpec]) -> bool:
    """Whether the headings seem to stand in the first used column, one below the other."""
    known = known_headings(specs)
    first = (next((cell for cell in row.cells if cell != ""), "") for row in sheet.rows[:50])
    return len({known.get(heading_key(cell)) for cell in first if isinstance(cell, str)} - {None}) >= 2


def _texts(row: Row) -> dict[int, str]:
    return {at: text for at, cell in enumerate(row.cells) if isinstance(cell, str) and (text := clean_key(cell))}


def _is_data(row: Row) -> bool:
    """Whether a row holds an identity number, a 学籍号 or a mobile, and so cannot be a heading."""
    return any(isinstance(cell, str) and len(cell) > 10 and _DATA(clean_key(cell)) for cell in row.cells)


def _two_rows(sheet: Sheet, upper: Row, lower: Row) -> tuple[dict[int, str], bool]:
    """The headings of two rows joined as `家长1-姓名`; empty if the upper row spans nothing in the lower one.

    Whether the lower row can hardly be anything else: it says nothing outside of what the upper one spans.
    """
    parents, children = _texts(upper), _texts(lower)
    spans: dict[int, int] = {}
    for merged in sheet.merged:
        if merged.first_row <= upper.number <= merged.last_row and merged.last_column > merged.first_column:
            spans.update(dict.fromkeys(range(merged.first_column, merged.last_column + 1), merged.first_column))
    if not sheet.merged:
        # Text files do not know joined cells: a heading counts until the next one.
        last = None
        for at in range(max(len(upper.cells), len(lower.cells))):
            last = at if at in parents else last
            if last is not None and at in children:
                spans[at] = last
    if len(spans) == len(set(spans.values())):
        return {}, False
    joined: dict[int, str] = {}
    for at in sorted(parents.keys() | children.keys()):
        parent, child = parents.get(spans.get(at, at), ""), children.get(at, "")
        joined[at] = "-".join(filter(None, (parent, child)))
    return joined, bool(sheet.merged) and children.keys() <= spans.keys()


def _as_heading(
    sheet: Sheet,
    number: int,
    texts: dict[int, str],
    meanings: Meanings,
    fields: set[str],
    mapping: Mapping[str, str],
    with_hidden: bool,
) -> Table:
    named: list[Column] = []
    seen: dict[str, int] = {}
    for (position, heading), meant in zip(texts.items(), meanings(list(texts.values())), strict=True):
        key = heading_key(heading)[:_KEY_LENGTH]
        if not key:
            continue
        if without_days(heading) != heading:
            # A day or a number of a person is no name for a column, and shown nowhere.
            key, heading = f"@{column_letters(position)}", f"{column_letters(position)} 列"  # told so from here on
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            key = f"{key}#{seen[key]}"
        told = key in mapping and (not mapping[key] or mapping[key] in fields)
        named.append(Column(key, heading, position, mapping[key] if told else meant, told))
    spoken_for = {column.field for column in named if column.told}
    by_field: dict[str, list[Column]] = {}
    read: list[Column] = []
    for column in named:
        if not column.told and column.field in spoken_for:
            # A person named another column for it.
            column = Column(column.key, column.heading, column.position, "")
        read.append(column)
        if column.field:
            by_field.setdefault(column.field, []).append(column)
    repeated = {key: columns for key, columns in by_field.items() if len(columns) > 1}
    return Table(
        sheet=sheet,
        header_row=number,
        columns={key: columns[0].position for key, columns in by_field.items() if len(columns) == 1},
        headings={key: columns[0].heading for key, columns in by_field.items()},
        unknown=tuple(column.heading for column in read if not column.field and not column.told),
        repeated={key: tuple(column.heading for column in columns) for key, columns in repeated.items()},
        named=tuple(read),
        left_out=tuple(column.heading for column in read if not column.field and column.told),
        blocks=_blocks(list(repeated.values())),
        with_hidden=with_hidden,
    )


def _blocks(repeated: list[list[Column]]) -> int:
    """How many tables stand side by side, if the same two or more headings come again in a second block."""
    counts = {len(columns) for columns in repeated}
    if len(repeated) < 2 or len(counts) != 1 or any(column.told for columns in repeated for column in columns):
        return 1
    first_ends = max(columns[0].position for columns in repeated)
    second_starts = min(columns[1].position for columns in repeated)
    return counts.pop() if first_ends < second_starts else 1


def _by_position(sheet: Sheet, fields: set[str], mapping: Mapping[str, str], with_hidden: bool) -> Table | None:
    named = tuple(
        Column(key, f"{letters} 列", at, mapping.get(key, ""), told=True)
        for at in range(max((len(row.cells) for row in sheet.rows), default=0))
        if (letters := column_letters(at)) and (key := f"@{letters}") and mapping.get(key, "") in {*fields, ""}
    )
    read = [column for column in named if column.field]
    if not read or len({column.field for column in read}) != len(read):
        return None
    return Table(
        sheet=sheet,
        header_row=0,
        columns={column.field: column.position for column in read},
        headings={column.field: column.heading for column in read},
        named=named,
        with_hidden=with_hidden,
    )
