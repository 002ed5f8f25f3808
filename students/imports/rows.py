"""Workbook → pupil rows: cleaned values with their place. Compares nothing with what is stored."""

import datetime
import math
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.days import Days
from core.importlog import ImportLog
from core.numberlengths import NumberLengths
from core.phones import phones_in
from core.tablefinder import ColumnInFile, find_tables
from core.tablereader import TableReader
from core.text import HAN, clean_key, clean_name, clean_text, is_nothing, whole_number
from core.workbooks import Cell, CellError, Column, Record, Table, cell_text, column_letters
from jobs.importers import ClassFinder, ImportRequest
from schools.days import joining_days
from schools.labels import ClassKey
from students.enums import Gender
from students.imports.columns import COLUMNS
from students.imports.guardians import GuardianReader
from students.imports.headings import is_about_family, may_be_phone_of_family, meanings
from students.imports.other_lines import class_lines, leavers_in, leavers_line, lines_between
from students.imports.plain import NUMBERS, plain_reader
from students.imports.pupilrow import PupilRow
from students.imports.status import split_status, status_in_remark, status_mentioned, status_of

# GB/T 2261.1 counts 1 男性, 2 女性, 9 未说明; programs write code and word in one cell.
_GENDERS = {
    **dict.fromkeys(("男", "m", "male", "boy", "b", "♂", "1", "1男", "m男", "男1", "男m"), Gender.MALE),
    **dict.fromkeys(("女", "f", "female", "girl", "g", "♀", "2", "2女", "f女", "女2", "女f"), Gender.FEMALE),
    **dict.fromkeys(("9", "9未说明", "未说明", "未说明的"), ""),
}
# Class and grade as typed where no column says them: the class is the sheet's, or that of a line above.
_NO_LABEL = ("", "")
# How many cells of an unknown column tell what it holds.
_LOOKED_AT = 50
_NAME_LIKE = re.compile(rf"[{HAN}]{{2,4}}").fullmatch
_BRACKETS = (")", "）", "]", "】")
_NOTE = re.compile(r".*[(（\[【]([^)）\]】]+)[)）\]】]\s*").fullmatch
_NO_GENDER_WORD = re.compile(r"[\s\-_.:、,/()]|(?<=男|女)[性生孩童的]+|^0(?=\d)|性别$")


@dataclass(slots=True)
class Reading:
    """All sound rows of a workbook. `seen` counts the pupils' rows, also those with errors."""

    rows: list[PupilRow]
    seen: int
    # When a pupil can have joined a class.
    joining: Days
    columns: tuple[ColumnInFile, ...] = ()
    from_1904: bool = False


def read_pupils(request: ImportRequest, *, classes: ClassFinder, log: ImportLog, known: Container[str] = ()) -> Reading:
    """Every pupil row of the sheets; all that is wrong with them goes into `log`. `known`: see `TableReader`."""
    workbook, options, file_name = request.workbook, request.options, request.file_name
    found = find_tables(
        workbook,
        COLUMNS,
        log,
        example="“姓名”“学籍号”“班级”",
        mapping=options.mapping,
        take_hidden=options.take_hidden,
        meanings=meanings,
    )
    joining = joining_days(request.year, request.actor.today)
    reading = Reading([], 0, joining, tuple(found.columns.values()), workbook.from_1904)
    only_name = file_name if len(found.tables) == 1 else ""
    for table in found.tables:
        seen = reading.seen
        _SheetReader(table, classes, log, reading, only_name, known).read()
        if len(found.tables) > 1:
            log.info("sheet_read", f"读到 {reading.seen - seen} 名学生。", sheet=table.sheet.name)
    if found.tables and not reading.seen and not log.has_errors:
        log.error("no_rows", "表头下面没有学生。请检查文件内容。")
    return reading


class _SheetReader:
    def __init__(
        self,
        table: Table,
        classes: ClassFinder,
        log: ImportLog,
        reading: Reading,
        file_name: str,
        known: Container[str],
    ) -> None:
        self._table = table
        self._cells = TableReader(table, log, known)
        self._classes = classes
        self._log = log
        self._reading = reading
        self._sheet = table.sheet.name
        self._guardians = GuardianReader(table, self._cells)
        self._joins = "joined" in table.columns
        # What a class and a grade as typed were found to mean: a sheet has few of them.
        self._known: dict[tuple[Cell, Cell], ClassKey] = {}
        self._numbers = {key: NumberLengths(key) for key in NUMBERS}
        self._plain = plain_reader(table)
        # The running numbers of the rows, where they may be seats.
        self._ordinals: list[int | None] = []
        self._sheet_class = None if "class" in table.headings else self._class_of_sheet(file_name)
        # Lines between the rows, and those of them that name the class of the rows beneath.
        self._lines = lines_between(table)
        self._class_lines = {} if "class" in table.headings else class_lines(self._lines, classes)
        # The word for not being there that the sheet, or a line, says of all beneath.
        self._left = leavers_in(table)

    def read(self) -> None:
        fit = self._cells.check_headings(COLUMNS)
        if "class" not in self._table.headings and self._sheet_class is None and not any(self._class_lines.values()):
            message = "缺少“班级”一列，工作表的名称和标题里也看不出是哪个班。"
            row = self._table.header_row
            self._log.error("column_missing", message, sheet=self._sheet, row=row, column="班级")
            return
        if not fit or self._misses_people():
            return
        for key, merged in self._table.joined():
            if key.startswith("guardian"):
                message = f"第 {merged.first_row}–{merged.last_row} 行合并成一格，这几名学生的家长信息相同。请核对。"
                column = self._table.heading(key)
                self._log.warning("guardian_shared", message, sheet=self._sheet, row=merged.first_row, column=column)
        first = len(self._reading.rows)
        takes_ordinals = "ordinal" in self._table.columns and "seat" not in self._table.columns
        for record in self._cells.records(take=self._take if self._plain else None):
            if record.row in self._class_lines:
                self._begin_class(record, self._class_lines[record.row])
                continue
            if record.row in self._lines and (word := leavers_line(self._lines[record.row])):
                self._left = word
                self._cells.skip(record, who="学生")
                continue
            pupil = self._pupil(record)
            if pupil is not None:
                self._reading.rows.append(pupil)
                self._ordinals.append(whole_number(record.text("ordinal")))
        self._tell_lone(self._reading.rows[first:])
        for numbers in self._numbers.values():
            numbers.check(self._cells)
        if takes_ordinals:
            _take_ordinals(self._reading.rows[first:], self._ordinals)

    def _take(self, number: int, values: Sequence[Cell]) -> bool:
        """Take a row whose every cell is plain; any other, and lines between the pupils, are read cell by cell."""
        if self._left or number in self._lines or self._plain is None:
            return False
        plain = self._plain(self._sheet, number, values, self._known)
        if plain is None:
            return False
        pupil, column, ordinal = plain
        self._reading.seen += 1
        self._reading.rows.append(pupil)
        self._ordinals.append(ordinal)
        if column:
            self._numbers[column].counts[len(pupil.number)] += 1
        return True

    def _tell_lone(self, pupils: list[PupilRow]) -> None:
        """Warn of rows that hold nothing but a name, where most say more: they may be anything."""
        lone = [pupil for pupil in pupils if pupil.row in self._lines]
        for pupil in lone if len(lone) * 2 < len(pupils) else ():
            message = "这一行除了姓名什么也没有，按学生导入。不是学生的，请删去这一行。"
            self._log.warning("only_name", message, sheet=self._sheet, row=pupil.row, column="姓名", value=pupil.name)

    def _begin_class(self, record: Record, key: ClassKey | None) -> None:
        """The rows beneath a line are of the class that it names, of none if nobody can tell which."""
        if key is None:
            message = (
                "这一行像是另一个班的标题，看不出是哪个班。"
                f"请写成“{self._classes.example}”这样的形式，或加上“班级”一列。"
            )
            self._log.error("class_line_unreadable", message, sheet=self._sheet, row=record.row)
        elif key != self._sheet_class:
            message = f"这一行写着班级，从这里起按{key.label}读取。请核对。"
            self._log.warning("class_from_line", message, sheet=self._sheet, row=record.row, column="班级")
        self._sheet_class = key
        self._known.pop(_NO_LABEL, None)

    def _misses_people(self) -> bool:
        """Whether columns that look like families' names or phones are not read, and no other is: then nobody goes in.

        A roster without its families goes in only where a person says so (见“列和班级”), or where it has none.
        """
        self._cells.tell_unheaded()
        nameless = [Column("", f"{column_letters(at)} 列", at, "") for at in self._table.unheaded()]
        missed = [column for column in nameless if self._holds_family(column)]
        for column in missed:
            message = f"{column.heading}没有表头，里面像是电话，所以没有导入。请补上表头，如“监护人1联系电话”。"
            self._log.error("column_of_people", message, sheet=self._sheet, row=self._table.header_row or None)
        if missed or self._guardians.reads_anybody:
            return bool(missed)
        missed = [c for c in self._table.named if not c.field and not c.told and self._holds_family(c)]
        for column in missed:
            message = (
                "这一列像是家长的姓名或电话，但看不懂这个表头，所以没有导入。请把表头改成“监护人1姓名”“监护人1联系电话”这样的写法，"
                "或在“列和班级”里指定这一列是什么（也可以选“不导入”）。"
            )
            row = self._table.header_row or None
            self._log.error("column_of_people", message, sheet=self._sheet, row=row, column=column.heading)
        return bool(missed)

    def _holds_family(self, column: Column) -> bool:
        phones = names = filled = 0
        seen: set[str] = set()
        for record in self._table.sheet.rows:
            if record.number <= self._table.header_row or column.position >= len(record.cells):
                continue
            text = clean_key(cell_text(record.cells[column.position]))
            if text and not is_nothing(text):
                filled += 1
                phones += bool(phones_in(text).phones)
                names += _NAME_LIKE(text) is not None
                seen.add(text)
            if filled == _LOOKED_AT:
                break
        if not filled:
            return False
        if phones * 2 > filled:
            return may_be_phone_of_family(column.heading)
        return is_about_family(column.heading) and names * 2 > filled and len(seen) * 2 > filled

    def _class_of_sheet(self, file_name: str) -> ClassKey | None:
        """The class that the sheet's name or a title above the table tells; of a single table also the file's name."""
        text = clean_text(self._sheet)
        by_name = self._classes.parse(text) or self._classes.parse_title(text)
        titles = (row for row in self._table.sheet.rows if row.number < self._table.header_row)
        lines = (" ".join(cell for cell in row.cells if isinstance(cell, str)) for row in titles)
        by_title = next((key for line in lines if (key := self._classes.parse_title(line))), None)
        if by_name is not None and by_title is not None and by_name != by_title:
            message = f"工作表的名称是{by_name.label}，标题却写着{by_title.label}。请改成一致，或加上“班级”一列。"
            self._log.error("class_contradicts", message, sheet=self._sheet, column="班级")
            return None
        found = by_name or by_title
        if found is None and file_name:
            stem = file_name.rpartition(".")[0]
            found = self._classes.parse(stem) or self._classes.parse_title(stem)
            if found is not None:
                message = f"没有“班级”一列，按文件的名称认作{found.label}。请核对。"
                self._log.warning("class_from_file", message, sheet=self._sheet, column="班级", value=file_name)
        return found

    def _pupil(self, record: Record) -> PupilRow | None:
        cells = self._cells
        typed = record.text("name")
        typed_name = clean_name(typed)
        if cells.is_foot(record, typed_name):
            cells.skip(record, who="学生")
            return None
        number = self._number(record)
        if not typed_name and not number:
            told = (key for key in record.cells if key == "gender" or key.startswith("guardian"))
            if any(map(record.text, told)) and record.row not in self._class_lines:
                cells.warn("name_missing", "这一行没有写姓名，没有导入。是学生的，请补上姓名。", record, "name")
            else:
                cells.skip(record, who="学生")
            return None
        self._reading.seen += 1
        sound = cells.sound(record)
        bare, left = split_status(typed)
        if left:
            record.cells["name"] = bare
        name = cells.name(record, "name", required=True)
        gender = self._gender(record)
        school_class = self._class(record)
        guardians = self._guardians.read(record)
        remark = cells.text(record, "remark", 200)
        joined = self._joined_on(record) if self._joins else None
        if not sound or name is None or number is None or gender is None or school_class is None:
            return None
        seat = whole_number(record.text("seat")) if "seat" in record.cells else None
        row = PupilRow(self._sheet, record.row, name, number, school_class, gender, seat, remark, guardians, joined)
        row.status, row.status_column = self._status(record, remark, left)
        return row

    def _joined_on(self, record: Record) -> datetime.date | None:
        return self._cells.date(record, "joined", within=self._reading.joining, from_1904=self._reading.from_1904)

    def _status(self, record: Record, remark: str, left: str) -> tuple[str, str]:
        """The word that says that the pupil is not there, and its column; both empty for all others."""
        if "status" in self._table.columns:
            column = self._table.heading("status")
            status, understood = status_of(record.text("status"), column)
            if not understood:
                self._cells.warn("status_unknown", "看不懂这个状态，按在读导入。请核对。", record, "status")
            if status:
                return status, column
        if remark and (status := status_in_remark(remark)):
            return status, self._table.heading("remark")
        typed = record.text("name").rstrip()
        note = _NOTE(typed) if typed.endswith(_BRACKETS) else None
        if status := left or (status_in_remark(note[1]) if note else "") or self._left:
            return status, self._table.heading("name")
        if remark and (word := status_mentioned(remark)):
            message = f"备注里说到“{word}”，按在读导入。已经不在校的，请改写为“已{word.removeprefix('已')}”。"
            self._cells.warn("status_mentioned", message, record, "remark")
        return "", ""

    def _number(self, record: Record) -> str | None:
        for key in NUMBERS:
            number = self._cells.identifier(record, key)
            if number is None:
                return None
            if number:
                self._numbers[key].add(record, number)
                return number
        return ""

    def _gender(self, record: Record) -> str | None:
        cell = record.cells.get("gender", "")
        if cell == "" or isinstance(cell, CellError):
            return ""
        gender = _gender_of(record.text("gender"))
        if gender is None:
            self._cells.error("gender_unknown", "性别请填“男”或“女”。", record, "gender")
        return gender

    def _class(self, record: Record) -> ClassKey | None:
        if "class" not in self._table.columns:
            key = self._sheet_class
            if key is None:
                self._cells.error("class_missing", "看不出这名学生是哪个班。请加上“班级”一列。", record, "name")
            elif self._classes.check(key, shown=self._sheet, sheet=self._sheet):
                self._known[_NO_LABEL] = key
                return key
            return None
        cell = record.cells["class"]
        typed = (cell, record.cells.get("grade", ""))
        if (found := self._known.get(typed)) is not None:
            return found
        if isinstance(cell, CellError):
            return None
        if isinstance(cell, datetime.date):
            message = f"班级被 Excel 变成了日期。请把这一列设为“文本”格式，写成“{self._classes.example}”。"
            self._cells.error("class_is_date", message, record, "class")
            return None
        label = clean_text(record.text("class"))
        if not label:
            self._cells.error("class_missing", "没有写班级。", record, "class")
            return None
        grade = clean_text(record.text("grade"))
        column = self._table.heading("class")
        if isinstance(cell, float) and math.isfinite(cell) and cell != int(cell) and self._lost_zero(label):
            message = (
                "分不清是 1 班还是 10 班：Excel 会把“1.10”变成“1.1”。"
                f"请把这一列设为“文本”格式，写成“{self._classes.example}”。"
            )
            self._cells.error("class_ambiguous", message, record, "class")
            return None
        found = self._classes.find(label, grade=grade, sheet=self._sheet, row=record.row, column=column)
        if found is not None and set(map(type, typed)) == {str}:
            self._known[typed] = found
        return found

    def _lost_zero(self, label: str) -> bool:
        """Whether a label that became a number, such as 1.1, may have been another class, 1.10."""
        key = self._classes.parse(label)
        return (
            key is not None and self._classes.existing(ClassKey(key.grade, key.number * 10, key.short_name)) is not None
        )


@lru_cache(maxsize=32)
def _gender_of(text: str) -> str | None:
    key = clean_key(text).lower()
    return _GENDERS.get(_NO_GENDER_WORD.sub("", key)) if key else ""


def _take_ordinals(rows: Iterable[PupilRow], ordinals: list[int | None]) -> None:
    """Use 序号 as the seat number, unless it only counts the lines of a sheet with several classes."""
    by_class: dict[ClassKey, list[tuple[PupilRow, int]]] = defaultdict(list)
    for row, ordinal in zip(rows, ordinals, strict=True):
        if ordinal is not None:
            by_class[row.school_class].append((row, ordinal))
    numbers = [ordinal for pairs in by_class.values() for _, ordinal in pairs]
    if len(by_class) > 1 and len(set(numbers)) == len(numbers):
        return
    for pairs in by_class.values():
        if len({ordinal for _, ordinal in pairs}) == len(pairs):
            for row, ordinal in pairs:
                row.seat = ordinal
