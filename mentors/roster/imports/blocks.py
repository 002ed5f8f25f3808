"""The tables of a list of pupils and mentors, in each shape in which schools keep one.

One pupil a row, several in a cell or across, the headings again for each class, a sheet for each class or mentor,
mentors as headings with their pupils beneath: all become `Block`s of one kind.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from core.importlog import ImportLog
from core.tablefinder import ColumnInFile, find_tables
from core.text import clean_key, clean_text
from core.workbooks import NOTES_SHEET, Row, Sheet, Table, cell_text, column_letters, find_table, heading_key
from jobs.importers import ClassFinder, ImportOptions, ImportRequest
from mentors.roster.imports.shapes import COLUMNS, Block
from mentors.roster.imports.stored import Stored
from schools.labels import ClassKey

_SEARCHED_ROWS = 20
_PUPILS = ("name", "number")
# Titles in front of a row of mentors, or of the pupils beneath.
_TITLE = re.compile(r"(?:序号|编号|导师|导师姓名|姓名|学生|学生姓名|学生名单|名单|班级|人数|\d{0,2})")
_COUNT = re.compile(r"\d{1,3}[人名]?")


def is_list(request: ImportRequest) -> bool:
    """Whether a sheet has headings for a pupil and a mentor."""
    return any(_has_headings(sheet, request.options) for sheet in request.workbook.sheets)


def _has_headings(sheet: Sheet, options: ImportOptions) -> bool:
    table = find_table(sheet, COLUMNS, mapping=options.mapping)
    return table is not None and "mentor" in table.headings and not table.headings.keys().isdisjoint(_PUPILS)


def tells_mentors(request: ImportRequest, stored: Stored) -> bool:
    """Whether mentors stand over their pupils: as headings, or as the name of a sheet or a title above its list."""
    return any(
        _mentor_row(sheet, stored, with_hidden=request.options.take_hidden) is not None
        or ((table := find_table(sheet, COLUMNS, at_least=1)) is not None and _told_mentor(table, stored))
        for sheet in request.workbook.sheets
        if sheet.name != NOTES_SHEET and (sheet.visible or request.options.take_hidden)
    )


def find_blocks(
    request: ImportRequest, stored: Stored, classes: ClassFinder, log: ImportLog
) -> tuple[list[Block], tuple[ColumnInFile, ...]]:
    """All blocks in the order of the sheets, and the columns for the page where headings are mapped by hand."""
    options, blocks = request.options, []
    lists: list[Sheet] = []
    for sheet in request.workbook.sheets:
        readable = (sheet.visible or options.take_hidden) and sheet.name != NOTES_SHEET
        # Where headings say what is what, a pupil who is named like a teacher is no heading.
        headed = not readable or _has_headings(sheet, options)
        by_columns = [] if headed else list(_by_columns(sheet, stored, classes, log, options))
        blocks += by_columns
        if not by_columns:
            lists += _parts(sheet, stored, options) if readable else [sheet]
    if not lists:
        return blocks, ()
    # A workbook of nothing but mentors over pupils needs no headings.
    said = ImportLog() if blocks else log
    found = find_tables(
        replace(request.workbook, sheets=tuple(lists)),
        COLUMNS,
        said,
        example="“班级”“姓名”“导师”",
        mapping=options.mapping,
        take_hidden=options.take_hidden,
    )
    for finding in said.findings if said is not log else ():
        if finding.code != "no_table":
            log.add(**{name: getattr(finding, name) for name in finding.__slots__})
    blocks += [_block(table, stored, classes, log) for table in found.tables]
    return blocks, tuple(found.columns.values())


def _block(table: Table, stored: Stored, classes: ClassFinder, log: ImportLog) -> Block:
    """A table with the headings of a list; pupils in several columns become as many keys."""
    pupils = {column.position: column.heading for column in table.named if column.field == "name"}
    beside = max(pupils, default=-1) + 1
    unheaded = table.unheaded()
    while pupils and beside in unheaded:
        # A heading over several columns stands in the first of them.
        pupils[beside] = f"{pupils[beside - 1]}"
        unheaded.remove(beside)
        beside += 1
    for position in unheaded:
        message = f"{column_letters(position)} 列没有表头，没有导入。如果写的是学生或导师，请补上表头。"
        log.warning("heading_missing", message, sheet=table.sheet.name, row=table.header_row or None)
    columns, headings, repeated = dict(table.columns), dict(table.headings), dict(table.repeated)
    keys: list[str] = []
    if len(pupils) > 1 and table.blocks == 1:
        repeated.pop("name", None)
        for number, (position, heading) in enumerate(sorted(pupils.items()), start=1):
            key = "name" if number == 1 else f"name{number}"
            columns[key], headings[key] = position, heading
            keys.append(key)
    mentor = ""
    if "mentor" not in headings and (mentor := _told_mentor(table, stored)):
        headings["mentor"] = ""
    table = replace(table, columns=columns, headings=headings, repeated=repeated)
    return Block(
        table,
        tuple(keys) or ("name",),
        told_class(table.sheet, table.header_row, classes, None if "class" in headings else log),
        mentor,
    )


def told_class(sheet: Sheet, header_row: int, classes: ClassFinder, log: ImportLog | None) -> ClassKey | None:
    """The class that the lines above the heading name, or the sheet's name; that they differ is an error.

    Without `log`, which a table with its own column of classes does not need, they then tell none.
    """
    above = [row for row in reversed(sheet.rows) if row.number < header_row]
    lines = (" ".join(dict.fromkeys(_texts(row).values())) for row in above)
    by_title = next((key for line in lines if (key := classes.parse(line) or classes.parse_title(line))), None)
    by_name = classes.parse(clean_text(sheet.name)) or classes.parse_title(sheet.name)
    if by_title is not None and by_name is not None and by_title != by_name:
        if log is None:
            return None
        message = f"工作表的名称是{by_name.label}，标题却写着{by_title.label}。请改成一致，或加上“班级”一列。"
        log.error("class_contradicts", message, sheet=sheet.name, row=header_row or None)
    return by_title or by_name


def _told_mentor(table: Table, stored: Stored) -> str:
    """The mentor whom a line above the heading names, else the sheet's name; empty if there is none."""
    if table.headings.keys().isdisjoint(_PUPILS):
        return ""
    above = [row for row in table.sheet.rows if row.number < table.header_row]
    lines = [text for row in reversed(above) for text in _texts(row).values()]
    return next((text for text in (*lines, table.sheet.name) if stored.names_teachers(text)), "")


def _parts(sheet: Sheet, stored: Stored, options: ImportOptions) -> Iterator[Sheet]:
    """A sheet cut where its headings come again, each piece with the line above that names its class or mentor."""
    table = find_table(sheet, COLUMNS, mapping=options.mapping)
    rows = sheet.rows
    wanted = set() if table is None else {c.key for c in table.named if c.field}
    if len(wanted) < 2 or table is None:
        yield sheet
        return
    starts = [0]
    for at, row in enumerate(rows):
        if row.number > table.header_row and wanted <= {heading_key(text) for text in _texts(row).values()}:
            above = at
            while above - 1 > starts[-1] and _is_line(rows[above - 1], stored):
                above -= 1
            starts.append(above)
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield replace(sheet, rows=rows[start:end])


def _is_line(row: Row, stored: Stored) -> bool:
    """Whether a row holds one text that is no pupil: a line over what stands beneath."""
    texts = {text for text in _texts(row).values() if text}
    return len(texts) == 1 and not any(map(stored.names_pupils, texts))


def _texts(row: Row) -> dict[int, str]:
    return {at: text for at, cell in enumerate(row.cells) if (text := clean_text(cell_text(cell)))}


def _mentor_row(sheet: Sheet, stored: Stored, *, with_hidden: bool) -> int | None:
    """Where in `sheet.rows` mentors stand side by side with pupils beneath, None if nowhere near the top."""
    rows = [(at, row) for at, row in enumerate(sheet.rows) if with_hidden or not row.hidden][:_SEARCHED_ROWS]
    for (at, row), (_, below) in pairwise(rows):
        mentors = _mentors_of(row, stored)
        if mentors and any(stored.names_pupils(_texts(below).get(position, "")) for position in mentors):
            return at
    return None


def _mentors_of(row: Row, stored: Stored) -> dict[int, str]:
    """Position → mentor, if a row names mentors and, but for titles in front, nothing else."""
    texts = _texts(row)
    mentors = {at: text for at, text in texts.items() if stored.names_teachers(text)}
    others = [text for at, text in texts.items() if at not in mentors]
    sure = len(mentors) > 1 or any("导师" in text for text in others)
    titles = all(_TITLE.fullmatch(clean_key(text)) for text in others)
    all_pupils = all(map(stored.names_pupils, mentors.values()))
    return mentors if sure and titles and not all_pupils else {}


def _by_columns(
    sheet: Sheet, stored: Stored, classes: ClassFinder, log: ImportLog, options: ImportOptions
) -> Iterator[Block]:
    """A block for each column under a mentor's name; nothing if mentors do not stand side by side."""
    first = _mentor_row(sheet, stored, with_hidden=options.take_hidden)
    if first is None:
        return
    rows = sheet.rows
    starts = [at for at, row in enumerate(rows) if at >= first and _mentors_of(row, stored)]
    hidden = sum(row.hidden for row in rows)
    if hidden:
        done = "已一并读取。" if options.take_hidden else "没有导入。如果需要，可以选择连同隐藏的内容一起导入。"
        log.warning("hidden_rows", f"含 {hidden} 行隐藏行，{done}", sheet=sheet.name)
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        head = rows[start]
        mentors = _mentors_of(head, stored)
        titles = {heading_key(text): at for at, text in _texts(head).items() if at not in mentors}
        for merged in sheet.merged:
            if merged.first_row == head.number and merged.first_column in mentors:
                for at in range(merged.first_column, merged.last_column + 1):
                    mentors.setdefault(at, mentors[merged.first_column])
        above = rows[(starts[starts.index(start) - 1] + 1 if start != first else 0) : start]
        body = [row for row in rows[start + 1 : end] if not _is_counts(row, mentors)]
        while body and end < len(rows) and _is_line(body[-1], stored) and not _is_counts(body[-1], mentors):
            body.pop()
        _refuse_stray(body, mentors, stored, log, sheet, options)
        part = replace(sheet, rows=(*[row for row in above if _is_line(row, stored)], head, *body))
        school_class = told_class(part, head.number, classes, log)
        for at, mentor in sorted(mentors.items()):
            columns = {"name": at} | ({"class": titles["班级"]} if "班级" in titles else {})
            headings = {"name": mentor, "mentor": mentor} | ({"class": "班级"} if "班级" in titles else {})
            table = Table(part, head.number, columns, headings, with_hidden=options.take_hidden)
            yield Block(table, ("name",), school_class, mentor)


def _is_counts(row: Row, mentors: dict[int, str]) -> bool:
    """Whether a row holds head counts only under the mentors."""
    texts = [text for at, text in _texts(row).items() if at in mentors]
    return bool(texts) and all(_COUNT.fullmatch(clean_key(text)) for text in texts)


def _refuse_stray(
    body: Sequence[Row],
    mentors: dict[int, str],
    stored: Stored,
    log: ImportLog,
    sheet: Sheet,
    options: ImportOptions,
) -> None:
    for row in body:
        if row.hidden and not options.take_hidden:
            continue
        for at, text in _texts(row).items():
            if at not in mentors and stored.names_pupils(text):
                message = f"{column_letters(at)} 列的学生上面没有导师的名字，看不出属于谁。请在这一列的上面写明导师。"
                log.error("mentor_heading_missing", message, sheet=sheet.name, row=row.number, value=text)
