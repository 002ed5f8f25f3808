"""The list 本学期已完成 → what each row says was done: days, or that it was done on a day nobody noted."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.days import Days
from core.importlog import ImportLog
from core.tablefinder import ColumnInFile, find_tables
from core.tablereader import TableReader
from core.text import clean_key, clean_name, clean_text
from core.workbooks import CellError, ColumnSpec, Record
from jobs.importers import ClassFinder, ImportRequest
from records.desk.imports.people import COLUMNS as OF_PUPIL
from records.desk.imports.people import Credited, PaperPeople, PaperPupil
from schools.days import past_days
from schools.enums import ActionKind

DONE_COLUMNS: Final = {
    ActionKind.VISIT: ColumnSpec("visit", "家访", ("家访日期", "家访时间", "是否家访", "家访情况", "入户家访")),
    ActionKind.TALK: ColumnSpec(
        "talk",
        "谈心",
        ("谈心日期", "谈心时间", "谈心谈话", "谈话", "谈心谈话日期", "是否谈心", "谈话日期"),
    ),
    ActionKind.LETTER: ColumnSpec(
        "letter",
        "书面反馈",
        ("成长寄语", "寄语", "激励卡", "成长激励卡", "书面反馈日期", "寄语日期", "反馈日期", "是否反馈", "反馈"),
    ),
}
COLUMNS: Final = (*OF_PUPIL, *DONE_COLUMNS.values())

# Signs and words around a day, or in its place: √（9月12日）, 已完成, 9月12日已家访.
_ACTS = "完成|做|家访|谈心|谈话|谈|反馈|发放|发|交"
_DONE = re.compile(rf"[√✓✔☑✅]|已?(?:经)?(?:{_ACTS})(?:了|过)?|^(?:是|有|已|y|yes)$|[()（）]|\d{{1,2}}:\d\d(?::\d\d)?")
# What no reader of empty cells knows: it was asked and not done.
_NOT_DONE = re.compile(rf"[×✗✘✕xX]|否|不|未(?:{_ACTS}|进行|开展)?|没(?:有)?(?:{_ACTS}|去)?|no?|0|FALSE")
_BETWEEN_DAYS = re.compile(r"[、,;\n]|(?<=[日号\d]) +(?=\d)")


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One pupil of the list: by action the days, and which were done on a day that nobody noted."""

    sheet: str
    row: int
    pupil: PaperPupil
    credited: Credited
    days: dict[ActionKind, tuple[datetime.date, ...]]
    undated: frozenset[ActionKind]
    # Of each action that is written there, the heading of its column.
    headings: dict[ActionKind, str]


@dataclass(slots=True)
class DoneList:
    """All sound rows; `seen` counts the pupils' rows, also those with errors."""

    rows: list[DoneRow]
    seen: int
    columns: tuple[ColumnInFile, ...]


def paper_tables(
    request: ImportRequest, specs: tuple[ColumnSpec, ...], log: ImportLog, people: PaperPeople, *, example: str
) -> tuple[Iterator[tuple[TableReader, Record]], tuple[ColumnInFile, ...]]:
    """The pupils' rows of all tables, one by one, and the columns for the page where headings are mapped by hand."""
    options = request.options
    found = find_tables(
        request.workbook, specs, log, example=example, mapping=options.mapping, take_hidden=options.take_hidden
    )

    def rows() -> Iterator[tuple[TableReader, Record]]:
        seen = 0
        for table in found.tables:
            reader = TableReader(table, log, people.known)
            if not reader.check_headings(specs):
                continue
            reader.tell_unheaded()
            for record in reader.records():
                typed = clean_name(record.text("name"))
                if (not typed and not clean_text(record.text("number"))) or reader.is_foot(record, typed):
                    reader.skip(record, who="学生")
                    continue
                seen += 1
                yield reader, record
        if found.tables and not seen and not log.has_errors:
            log.error("no_rows", "表头下面没有学生。请检查文件内容。")

    return rows(), tuple(found.columns.values())


def read_done(request: ImportRequest, *, classes: ClassFinder, people: PaperPeople, log: ImportLog) -> DoneList:
    """Every row of the list; all that is wrong with it goes into `log`."""
    within = past_days(request.year, request.actor.today)
    found, columns = paper_tables(request, COLUMNS, log, people, example="“姓名”“家访”“谈心”")
    done = DoneList([], 0, columns)
    with_actions = False
    for reader, record in found:
        done.seen += 1
        own = {action: spec for action, spec in DONE_COLUMNS.items() if spec.key in reader.table.columns}
        if not own:
            continue
        with_actions = True
        sheet_class = classes.parse_title(reader.sheet)
        sound = reader.sound(record)
        pupil = people.pupil(reader, record, sheet_class)
        days: dict[ActionKind, tuple[datetime.date, ...]] = {}
        undated: set[ActionKind] = set()
        for action, spec in own.items():
            read = _read(reader, record, spec.key, within, from_1904=request.workbook.from_1904)
            if read is None:
                sound = False
            elif read:
                days[action] = read
            elif _is_written(record, spec.key):
                undated.add(action)
        if not sound or pupil is None:
            continue
        if not days and not undated:
            done.rows.append(DoneRow(reader.sheet, record.row, pupil, Credited((), 0, None), {}, frozenset(), {}))
            continue
        credited = people.credited(reader, record, pupil)
        if credited is not None:
            headings = {action: reader.table.heading(spec.key) for action, spec in own.items()}
            done.rows.append(DoneRow(reader.sheet, record.row, pupil, credited, days, frozenset(undated), headings))
    if done.seen and not with_actions and not log.has_errors:
        log.error("column_missing", "没有“家访”“谈心”“书面反馈”中的任何一列。请至少写一列，或下载模板照着填。")
    return done


def _is_written(record: Record, key: str) -> bool:
    text = clean_key(record.text(key))
    return bool(text) and not _NOT_DONE.fullmatch(text)


def _read(
    reader: TableReader, record: Record, key: str, within: Days, *, from_1904: bool
) -> tuple[datetime.date, ...] | None:
    """The days of one cell; none where nothing was done, or on no day that is noted; None if unusable (logged)."""
    cell = record.cells.get(key, "")
    if isinstance(cell, CellError | datetime.time) or not _is_written(record, key):
        return ()
    if isinstance(cell, bool):
        return ()
    parts: list[str | float | datetime.date] = [cell]
    if isinstance(cell, str):
        plain = _DONE.sub(" ", clean_key(cell)).strip(" .:。，,、;")
        parts = [part.strip() for part in _BETWEEN_DAYS.split(plain) if part.strip()]
    days = [reader.day(part, record, key, within=within, from_1904=from_1904) for part in parts]
    return None if None in days else tuple(sorted({day for day in days if day is not None}))
