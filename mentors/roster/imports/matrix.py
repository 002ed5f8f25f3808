"""The class teams of a workbook → mentor slots, from either shape in which schools keep them.

The matrix of the Guyi plan (四(二)): classes across, 导师团长 / 导师 rows below, blocks under blocks. Or one class a
row: 班级 | 导师团长 | 导师1 | 导师2. `某某/某某` in one cell share a slot. Reads only; `known` says who is a teacher.
"""

import re
from dataclasses import dataclass, field

from core.importlog import ImportLog, Level
from core.text import clean_key, clean_text
from core.workbooks import NOTES_SHEET, Cell, CellError, MergedRange, Row, Sheet, cell_text, column_letters, heading_key
from jobs.importers import ClassFinder, ImportRequest
from mentors.roster.imports.people import Known, read_people
from schools.labels import ClassKey

_HEADCOUNT = re.compile(r"(?:共|计)?(\d{1,3})(?:\.0)?\s*([人名]?)")
_NUMBER = r"(?:[一二三四五六七八九十]{1,2}|\d{1,2})?"
_LEADER = re.compile(r"(?:全员|成长|班级)?(?:导师)?(?:团|组)?(?:团长|组长)|首席导师|主导师|班主任(?:老师|姓名)?")
_MENTOR = re.compile(
    rf"(?:副|成员|全员|成长|学科|科任|第{_NUMBER})?导师团?(?:成员|姓名|老师|教师)?{_NUMBER}|[团组]?成员{_NUMBER}|[团组]员{_NUMBER}"
    rf"|副(?:导师)?(?:团长|组长|班主任)|(?:任课|科任)(?:教师|老师){_NUMBER}"
)
_COUNTS = re.compile(r"(?:学生|班级|在籍)?(?:总?人数|学生数)")
_CLASS = re.compile(r"班级(?:名称)?|班别|行政班|所在班级|班")
_REMARK = re.compile(r"备注|说明|合计|总计|小计|序号|年级")
_FOOT = re.compile(r"合计|总计|小计|共计|共\d|制表|填表|审核|说明|注:|备注")
# Headings of pupils, which no list of class teams has.
_PUPIL = re.compile(r"(?:学生|结对学生)?姓名\d*|学生(?:名单|名字)?\d*|学籍号|学号")
_SEARCHED_ROWS = 20
_NO_TABLE = (
    "没有找到导师匹配表。请让班级（如“一<1>”）横排一行，下面是“导师团长”和“导师”各行；"
    "或每班一行，表头写“班级”“导师团长”“导师”；或者列成名单，每名学生一行，表头写“班级”“姓名”“学籍号”“导师”。"
    "可以先下载模板，照着填。"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of the matrix: a mentor slot of a class team, held by one person or shared.

    `doubtful`: several names that nothing says share a place. `count`: the head count behind the name; `aside`: words
    that are no part of it.
    """

    sheet: str
    row: int
    column: str
    school_class: ClassKey
    names: tuple[str, ...]
    is_leader: bool
    doubtful: bool = False
    count: int | None = None
    aside: tuple[str, ...] = ()


@dataclass(slots=True)
class Matrix:
    """All slots of a workbook and the head counts that it states."""

    slots: list[Slot] = field(default_factory=list)
    headcounts: dict[ClassKey, int] = field(default_factory=dict)


def is_matrix(request: ImportRequest) -> bool:
    """Whether a sheet names classes across with rows of leaders or mentors beneath, or has one class a row."""
    classes = ClassFinder(request, ImportLog())
    return any(_is_matrix(sheet, classes) for sheet in request.workbook.sheets)


def _is_matrix(sheet: Sheet, classes: ClassFinder) -> bool:
    first: int | None = None
    for row in sheet.rows:
        header = _class_columns(row, classes)
        first = min(header) if header else first
        if first and not header and _kind(_titles(row, first)):
            return True
    return _class_rows(sheet) is not None


def read_matrix(request: ImportRequest, *, classes: ClassFinder, known: Known, log: ImportLog) -> Matrix:
    """Every slot in the visible sheets, or in all of them; what cannot be read goes into `log`."""
    matrix = Matrix()
    take_hidden = request.options.take_hidden
    done = "已一并读取。" if take_hidden else "没有导入。如果需要，可以选择连同隐藏的内容一起导入。"
    for sheet in request.workbook.sheets:
        if not sheet.rows or sheet.name == NOTES_SHEET:
            continue
        if not sheet.visible and not take_hidden:
            log.warning("hidden_sheet", f"工作表是隐藏的，{done}", sheet=sheet.name)
            continue
        hidden = [row.number for row in sheet.rows if row.hidden]
        if hidden:
            log.warning("hidden_rows", f"含 {len(hidden)} 行隐藏行，{done}", sheet=sheet.name, row=hidden[0])
        before = len(matrix.slots)
        _SheetReader(sheet, classes, known, log, matrix).read([r for r in sheet.rows if take_hidden or not r.hidden])
        if len(matrix.slots) == before and len(request.workbook.sheets) > 1:
            log.warning("no_header", "没有找到导师匹配表，这张工作表没有导入。", sheet=sheet.name)
    if not matrix.slots and not log.has_errors:
        log.error("no_table", _NO_TABLE)
    return matrix


class _SheetReader:
    def __init__(self, sheet: Sheet, classes: ClassFinder, known: Known, log: ImportLog, matrix: Matrix) -> None:
        self._sheet = sheet
        self._classes = classes
        self._known = known
        self._log = log
        self._matrix = matrix
        self._joined = _joined(sheet)
        self._told: set[MergedRange] = set()

    def read(self, rows: list[Row]) -> None:
        """Every slot of these rows."""
        start = _class_rows(self._sheet)
        if start is not None:
            self._read_class_rows(rows, start)
        else:
            self._read_columns(rows)

    def _read_columns(self, rows: list[Row]) -> None:
        columns: dict[int, tuple[str, ClassKey | None]] = {}
        remarks: set[int] = set()
        for row in rows:
            header = _class_columns(row, self._classes, self._joined)
            if header:
                place = {"sheet": self._sheet.name, "column": "班级"}
                columns = {
                    at: (label, self._classes.find(label, row=row.number, **place)) for at, label in header.items()
                }
                texts = {at: heading_key(cell_text(cell)) for at, cell in enumerate(row.cells)}
                remarks = {at for at, text in texts.items() if _REMARK.fullmatch(text)}
                for at in columns.keys() & set(self._sheet.hidden_columns):
                    message = "这一列是隐藏的，已一并读取。如果不需要，请先删去。"
                    self._log.warning("hidden_column", message, sheet=self._sheet.name, column=columns[at][0])
                continue
            first = min(columns, default=0)
            titles = [clean_text(cell_text(self._cell(row, at, first))) for at in range(first)]
            kind = _kind(titles)
            for at in range(first, max(len(row.cells), *columns, 0) + 1) if columns else ():
                cell = self._cell(row, at, first)
                if at in columns:
                    label, key = columns[at]
                    self._take(row, label, key, kind, cell)
                elif kind in ("leader", "mentor") and at not in remarks and clean_text(cell_text(cell)):
                    message = f"{column_letters(at)} 列上面没有写班级，看不出是哪个班的导师。请补上班级。"
                    self._error("class_heading_missing", message, row, "", cell_text(cell))

    def _read_class_rows(self, rows: list[Row], start: int) -> None:
        """One class a row."""
        head = next(row for row in self._sheet.rows if row.number == start)
        texts = {at: clean_text(cell_text(cell)) for at, cell in enumerate(head.cells)}
        class_at = next(at for at, text in texts.items() if _CLASS.fullmatch(heading_key(text)))
        kinds = {at: kind for at, text in texts.items() if (kind := _kind([text]))}
        if pupils := [text for text in texts.values() if _PUPIL.fullmatch(heading_key(text))]:
            message = (
                f"这张表有“{pupils[0]}”一列，像是学生名单，导师却有几列。每名学生只有一位导师：请每名学生一行，"
                "只留一列，表头写“导师”。如果是各班的导师团，请删去学生的列。"
            )
            self._log.error("mentor_columns", message, sheet=self._sheet.name, row=start)
            return
        names = {at: text for at, text in texts.items() if text}
        for at in range(max((len(row.cells) for row in rows), default=0)):
            if at in names or not any(cell_text(_at(row, at)).strip() for row in rows if row.number > start):
                continue
            if kinds.get(at - 1) == "mentor":
                # A heading over several columns stands in the first of them.
                kinds[at], names[at] = "mentor", names[at - 1]
            else:
                message = f"{column_letters(at)} 列没有表头，没有导入。如果写的是导师，请补上表头“导师”。"
                self._log.error("heading_missing", message, sheet=self._sheet.name, row=start)
        for at, text in names.items():
            if at != class_at and at not in kinds and not _REMARK.fullmatch(heading_key(text)):
                message = "这一列不在名册范围内，没有保存。"
                self._log.warning("column_ignored", message, sheet=self._sheet.name, row=start, column=text)
        for row in rows:
            if row.number <= start:
                continue
            label = clean_text(cell_text(self._cell(row, class_at, 0)))
            cells = {at: self._cell(row, at, 0) for at in kinds}
            filled = [at for at, cell in cells.items() if clean_text(cell_text(cell))]
            if heading_key(label) == heading_key(names[class_at]) or not filled:
                continue
            if _FOOT.match(clean_key(label or clean_text(cell_text(_at(row, 0))))):
                message = "这一行不是班级，没有导入。"
                self._log.info("row_skipped", message, sheet=self._sheet.name, row=row.number, value=label)
                continue
            if not label:
                message = "这一行没有写班级，看不出是哪个班的导师。请在每一行写明班级。"
                self._error("class_missing", message, row, names[class_at], cell_text(cells[filled[0]]))
                continue
            key = self._classes.find(label, sheet=self._sheet.name, row=row.number, column=names[class_at])
            for at in filled:
                self._take(row, names[at], key, kinds[at], cells[at])

    def _take(self, row: Row, column: str, key: ClassKey | None, kind: str, cell: Cell) -> None:
        """One cell under, or beside, a class."""
        text = clean_text(cell_text(cell))
        if not text:
            return
        headcount = _HEADCOUNT.fullmatch(clean_key(text))
        if isinstance(cell, CellError):
            self._error("cell_error", "这一格的公式出错了。请改成导师的姓名。", row, column, text)
        elif headcount and kind in ("", "count") and (headcount[2] or kind):
            if key is not None:
                self._matrix.headcounts[key] = int(headcount[1])
        elif kind in ("leader", "mentor"):
            self._take_people(row, column, key, cell, is_leader=kind == "leader")
        else:
            message = (
                "看不出这一行是“导师团长”还是“导师”，没有导入。请在行首写明；和上一行一样是“导师”的，也要写上“导师”。"
            )
            self._error("row_unknown", message, row, column, text)

    def _take_people(self, row: Row, column: str, key: ClassKey | None, cell: Cell, *, is_leader: bool) -> None:
        people = read_people(cell_text(cell), self._known)
        place = {"sheet": self._sheet.name, "column": column}
        if not people.names:
            self._log.info("mentor_empty", "这一格还没有导师。", row=row.number, value=cell_text(cell), **place)
        elif key is not None:
            doubtful = bool(people.sign) and people.sign != "/"
            at = (self._sheet.name, row.number, column, key)
            slot = Slot(*at, people.names, is_leader, doubtful, people.count, people.aside)
            self._matrix.slots.append(slot)
        for word in people.aside:
            level = Level.WARNING if people.strange else Level.INFO
            message = "导师姓名旁边的这几个字不是姓名的一部分，没有导入。"
            self._log.add(level, "words_aside", message, row=row.number, value=word, **place)

    def _cell(self, row: Row, at: int, first: int) -> Cell:
        """A cell, or that of which it is a joined part; a title joined across the classes belongs to none of them."""
        cell = _at(row, at)
        joined = self._joined.get(row.number, {}).get(at)
        if cell != "" or joined is None:
            return cell
        merged, value = joined
        if merged.first_column < first <= at:
            return ""
        if merged not in self._told and clean_text(cell_text(value)):
            self._told.add(merged)
            message = "合并的单元格：第一格的内容用于所合并的每一格。"
            value_text = clean_text(cell_text(value))
            self._log.info("merged_filled", message, sheet=self._sheet.name, row=merged.first_row, value=value_text)
        return value

    def _error(self, code: str, message: str, row: Row, column: str, value: str) -> None:
        self._log.error(code, message, sheet=self._sheet.name, row=row.number, column=column, value=value)


def _kind(titles: list[str]) -> str:
    """What titles in front of a row, or over a column, say of its cells: `leader`, `mentor`, `count` or nothing."""
    words = {"leader": _LEADER, "mentor": _MENTOR, "count": _COUNTS}
    keys = [heading_key(title) for title in titles if title]
    found = {kind for kind, pattern in words.items() if any(pattern.fullmatch(key) for key in keys)}
    return found.pop() if len(found) == 1 else ""


def _titles(row: Row, width: int) -> list[str]:
    """What stands in front of the classes."""
    return [clean_text(cell_text(_at(row, at))) for at in range(width)]


def _class_rows(sheet: Sheet) -> int | None:
    """The row with the headings of one class a row, None if there is none near the top."""
    for row in sheet.rows[:_SEARCHED_ROWS]:
        texts = [clean_text(cell_text(cell)) for cell in row.cells]
        if any(_CLASS.fullmatch(heading_key(text)) for text in texts) and any(
            _kind([text]) in ("leader", "mentor") for text in texts
        ):
            return row.number
    return None


# By row and column: each cell that is a joined part of another, with the range and the value of that.
Joined = dict[int, dict[int, tuple[MergedRange, Cell]]]


def _joined(sheet: Sheet) -> Joined:
    joined: Joined = {}
    rows = {row.number: row for row in sheet.rows}
    for merged in sheet.merged:
        first = rows.get(merged.first_row)
        if first is not None and merged.first_column < len(first.cells):
            for number in rows.keys() & range(merged.first_row, merged.last_row + 1):
                for at in range(merged.first_column, min(merged.last_column, 255) + 1):
                    joined.setdefault(number, {})[at] = (merged, first.cells[merged.first_column])
    return joined


def _class_columns(row: Row, classes: ClassFinder, joined: Joined | None = None) -> dict[int, str]:
    """Position → class label, if the row names classes and, but for titles in front and remarks behind, little else.

    With two classes or more, what stands among them is a label too, however it is written.
    """
    labels = {at: text for at, cell in enumerate(row.cells) if (text := clean_text(cell_text(cell)))}
    named = {at for at, label in labels.items() if classes.parse(label) is not None}
    if not named:
        return {}
    among = [at for at in labels if at not in named and at > min(named)]
    among = [at for at in among if not _REMARK.fullmatch(heading_key(labels[at]))]
    before = [at for at in labels if at < min(named)]
    if len(before) > 2 or (among and len(named) < 2) or len(among) > len(named):
        return {}
    header = {at: labels[at] for at in (*named, *among)}
    for at, (merged, value) in (joined or {}).get(row.number, {}).items():
        if at not in labels and merged.first_row == row.number and merged.first_column in named:
            header[at] = clean_text(cell_text(value))
    return dict(sorted(header.items()))


def _at(row: Row, at: int) -> Cell:
    return row.cells[at] if at < len(row.cells) else ""
