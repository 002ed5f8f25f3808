"""Which sheets of a workbook hold a table, and what each column is called: mechanics shared by all importers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.importlog import ImportLog
from core.text import clean_text, without_days
from core.workbooks import (
    NOTES_SHEET,
    Cell,
    ColumnSpec,
    Meanings,
    Sheet,
    Table,
    Workbook,
    cell_text,
    column_letters,
    find_table,
    is_turned,
)

_SAMPLES = 3
_SAMPLE_LENGTH = 20
_NO_MAPPING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ColumnInFile:
    """A column of the file, for the page where its meaning is chosen by hand.

    `key` is its name in a mapping (see `core.workbooks.find_table`), `field` what it is read as now (empty: not read).
    """

    key: str
    heading: str
    field: str
    samples: tuple[str, ...]
    sheet: str
    is_repeated: bool = False


@dataclass(slots=True)
class Found:
    """The tables of a workbook and every column that they, or sheets without heading, have."""

    tables: list[Table] = field(default_factory=list)
    columns: dict[str, ColumnInFile] = field(default_factory=dict)

    def add(self, table: Table) -> None:
        """One more table."""
        self.tables.append(table)
        for column in table.named:
            asked = column.field in table.repeated
            if column.key in self.columns and not asked:
                continue
            # What is not read is not kept either, not even as an example: it may be an identity number.
            samples = _samples(table.sheet, column.position, table.header_row) if column.field else ()
            name = table.sheet.name
            self.columns[column.key] = ColumnInFile(column.key, column.heading, column.field, samples, name, asked)

    def add_nameless(self, sheet: Sheet) -> None:
        """The columns of a sheet without heading, by position."""
        for at in range(min(max(len(row.cells) for row in sheet.rows), 60)):
            samples = _samples(sheet, at, 0)
            if samples:
                letters = column_letters(at)
                key = f"@{letters}"
                self.columns.setdefault(key, ColumnInFile(key, f"{letters} 列", "", samples, sheet.name))


def _samples(sheet: Sheet, position: int, header_row: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    # A column with few different cells, or none, is looked at down to its end.
    seen: set[Cell] = {""}
    for row in sheet.rows:
        if row.number > header_row and position < len(row.cells) and (cell := row.cells[position]) not in seen:
            if isinstance(cell, str):
                seen.add(cell)
            text = without_days(clean_text(cell_text(cell)))[:_SAMPLE_LENGTH]
            if text:
                found[text] = None
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def find_tables(
    workbook: Workbook,
    specs: Sequence[ColumnSpec],
    log: ImportLog,
    *,
    example: str,
    mapping: Mapping[str, str] = _NO_MAPPING,
    take_hidden: bool = False,
    meanings: Meanings | None = None,
) -> Found:
    """The tables of the sheets; `example` names the headings to look for, for the messages.

    Hidden sheets and rows are told, and read only with `take_hidden`. `mapping`, `meanings`: see
    `core.workbooks.find_table`.
    """
    found = Found()
    nameless: list[Sheet] = []
    for sheet in workbook.sheets:
        if not sheet.rows or sheet.name == NOTES_SHEET:
            continue
        if not sheet.visible and not take_hidden:
            message = "工作表是隐藏的，没有导入。如果需要，可以选择连同隐藏的内容一起导入。"
            log.warning("hidden_sheet", message, sheet=sheet.name)
            continue
        table = find_table(sheet, specs, mapping=mapping, with_hidden=take_hidden, meanings=meanings)
        if table is None:
            turned = is_turned(sheet, specs)
            message = f"没有找到表头（如{example}），这张工作表没有导入。"
            if turned:
                message = f"没有找到表头：{example}等好像竖着写在第一列。请改成每行一个人（可下载模板），再上传。"
            else:
                nameless.append(sheet)
            log.warning("no_header", message, sheet=sheet.name)
            continue
        _tell_shape(table, log, taken=take_hidden)
        found.add(table)
    if not found.tables:
        message = f"没有找到名册。请确认前 20 行里有一行表头，写着{example}等；也可以在“列和班级”里指定每一列是什么。"
        log.error("no_table", message)
        for sheet in nameless[:1]:
            found.add_nameless(sheet)
    elif workbook.hides_hidden_rows:
        log.info("hidden_unknown", "这种格式看不出哪些行是隐藏的，所有行都已读取。")
    return found


def _tell_shape(table: Table, log: ImportLog, *, taken: bool) -> None:
    """Say what of a sheet does not meet the eye: hidden rows and columns, and values that count for several rows."""
    sheet = table.sheet
    if table.hidden_rows:
        done = "已一并读取。" if taken else "没有导入。如果需要，可以选择连同隐藏的内容一起导入。"
        message = f"含 {len(table.hidden_rows)} 行隐藏行，{done}"
        log.warning("hidden_rows", message, sheet=sheet.name, row=table.hidden_rows[0])
    for key, position in table.columns.items():
        if position in sheet.hidden_columns:
            message = "这一列是隐藏的，已一并读取。如果不需要，可以在“列和班级”里选“不导入”。"
            log.warning("hidden_column", message, sheet=sheet.name, column=table.heading(key))
    for key, merged in table.joined():
        message = "合并的单元格：第一格的内容用于所合并的每一行。"
        at = table.columns[key]
        first = next((row for row in sheet.rows if row.number == merged.first_row), None)
        value = clean_text(cell_text(first.cells[at])) if first is not None and at < len(first.cells) else ""
        log.info(
            "merged_filled", message, sheet=sheet.name, row=merged.first_row, column=table.heading(key), value=value
        )
