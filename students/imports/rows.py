"""Workbook → pupil rows: cleaned values with their place. Compares nothing with what is stored."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.importlog import ImportLog
from core.text import (
    clean_key,
    clean_name,
    clean_text,
    lost_digits,
    normalise_phone,
    split_phones,
)
from core.workbooks import CellError, Record, Sheet, Table, Workbook, find_table
from jobs.importers import ClassFinder
from schools.enums import Stage
from schools.labels import ClassKey, find_class_label
from schools.models import SchoolYear
from students.enums import Gender
from students.imports.columns import COLUMNS, GUARDIANS

NAME_LENGTH = 60
_GENDERS = {
    **dict.fromkeys(("男", "男生", "男性", "m", "male", "1"), Gender.MALE),
    **dict.fromkeys(("女", "女生", "女性", "f", "female", "2"), Gender.FEMALE),
}
# First words of rows that are not pupils: totals and signatures at the foot of a sheet.
_FOOT = re.compile(r"(合计|总计|小计|共计|总人数|制表|填表|审核|班主任|说明|注[:：])")
_LOST_BY_SPREADSHEET = re.compile(r"\d(\.\d+)?[eE]\+\d+")


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """What a row says of one guardian; an empty string says nothing."""

    name: str
    relation: str
    phone: str


@dataclass(slots=True)
class PupilRow:
    """One pupil as the workbook has them; empty strings and None say nothing, they erase nothing."""

    sheet: str
    row: int
    name: str
    number: str
    school_class: ClassKey
    gender: str
    seat: int | None
    remark: str
    guardians: tuple[GuardianRow | None, ...]


@dataclass(slots=True)
class Reading:
    """All rows of a workbook. `seen` counts the pupils' rows, also those with errors."""

    rows: list[PupilRow]
    seen: int


def read_pupils(
    workbook: Workbook, *, year: SchoolYear, classes: ClassFinder, log: ImportLog
) -> Reading:
    """Every pupil row of the visible sheets; all that is wrong with them goes into `log`."""
    reading = Reading([], 0)
    tables = _tables(workbook, log)
    for table in tables:
        _SheetReader(table, year, classes, log, reading).read()
    if tables and not reading.seen and not log.has_errors:
        log.error("no_rows", "表头下面没有学生。请检查文件内容。")
    return reading


def _tables(workbook: Workbook, log: ImportLog) -> list[Table]:
    tables: list[Table] = []
    for sheet in workbook.sheets:
        if not sheet.rows:
            continue
        if not sheet.visible:
            log.warning(
                "hidden_sheet",
                "工作表是隐藏的，没有导入。如果需要，请先取消隐藏。",
                sheet=sheet.name,
            )
            continue
        table = find_table(sheet, COLUMNS)
        if table is None:
            log.warning(
                "no_header",
                "没有找到表头（如“姓名”“班级”），这张工作表没有导入。",
                sheet=sheet.name,
            )
            continue
        tables.append(table)
    if not tables:
        log.error(
            "no_table",
            "没有找到名册。请确认前 20 行里有一行表头，写着“姓名”“学籍号”“班级”等。",
        )
    return tables


class _SheetReader:
    def __init__(
        self,
        table: Table,
        year: SchoolYear,
        classes: ClassFinder,
        log: ImportLog,
        reading: Reading,
    ) -> None:
        self._table = table
        self._year = year
        self._classes = classes
        self._log = log
        self._reading = reading
        self._sheet = table.sheet.name
        self._sheet_class: ClassKey | None = None

    def read(self) -> None:
        if not self._headings_are_fit():
            return
        first = len(self._reading.rows)
        ordinals: list[int | None] = []
        for record in self._table.records():
            pupil = self._pupil(record)
            if pupil is not None:
                self._reading.rows.append(pupil)
                ordinals.append(_whole_number(record.text("ordinal")))
        if "seat" not in self._table.columns:
            _take_ordinals(self._reading.rows[first:], ordinals)
        hidden = self._table.sheet.hidden_row_count
        if hidden:
            message = f"含 {hidden} 行隐藏行，已一并读取。如果不需要，请先删去。"
            self._log.warning("hidden_rows", message, sheet=self._sheet)

    def _headings_are_fit(self) -> bool:
        table, log = self._table, self._log
        for headings in table.repeated.values():
            message = f"有 {len(headings)} 列都叫“{headings[0]}”，分不清用哪一列。请改名或删去一列。"
            log.error(
                "column_repeated",
                message,
                sheet=self._sheet,
                row=table.header_row,
                column=headings[0],
            )
        for heading in table.unknown:
            message = "这一列不在名册范围内，没有保存。"
            log.warning(
                "column_ignored",
                message,
                sheet=self._sheet,
                row=table.header_row,
                column=heading,
            )
        if "name" not in table.headings:
            log.error(
                "column_missing",
                "缺少“姓名”一列。",
                sheet=self._sheet,
                row=table.header_row,
                column="姓名",
            )
        if "class" not in table.headings:
            self._sheet_class = self._class_of_sheet(table.sheet)
            if self._sheet_class is None:
                message = "缺少“班级”一列，工作表的名称和标题里也看不出是哪个班。"
                log.error(
                    "column_missing",
                    message,
                    sheet=self._sheet,
                    row=table.header_row,
                    column="班级",
                )
        return "name" in table.columns and (
            "class" in table.columns or self._sheet_class is not None
        )

    def _class_of_sheet(self, sheet: Sheet) -> ClassKey | None:
        key = self._classes.parse(sheet.name)
        stage, start_year = Stage(self._year.school.stage), self._year.start_year
        for row in sheet.rows:
            if key is not None or row.number >= self._table.header_row:
                break
            title = " ".join(cell for cell in row.cells if isinstance(cell, str))
            key = find_class_label(title, stage=stage, start_year=start_year)
        return key

    def _pupil(self, record: Record) -> PupilRow | None:
        name = clean_name(record.text("name"))
        number = self._number(record)
        if not name and not number:
            self._skip(record)
            return None
        if name == self._table.heading("name") or _is_foot(record, name):
            self._skip(record)
            return None
        self._reading.seen += 1
        sound = self._cells_are_sound(record)
        if not name:
            self._error("name_missing", "没有写姓名。", record, "name")
        elif len(name) > NAME_LENGTH:
            self._error(
                "name_too_long",
                f"姓名超过 {NAME_LENGTH} 个字，请检查这一格。",
                record,
                "name",
            )
        if any("\ue000" <= c <= "\uf8ff" for c in name):
            message = "姓名里有造字，别的电脑上可能显示为空白。请改用标准字。"
            self._warn("private_use_character", message, record, "name")
        gender = self._gender(record)
        school_class = self._class(record)
        if (
            not sound
            or number is None
            or not name
            or len(name) > NAME_LENGTH
            or school_class is None
        ):
            return None
        if gender is None:
            return None
        return PupilRow(
            sheet=self._sheet,
            row=record.row,
            name=name,
            number=number,
            school_class=school_class,
            gender=gender,
            seat=_whole_number(record.text("seat")),
            remark=self._limited(record, "remark", 200),
            guardians=tuple(self._guardian(record, position) for position in GUARDIANS),
        )

    def _skip(self, record: Record) -> None:
        values = [clean_text(record.text(key)) for key in self._table.columns]
        shown = next((value for value in values if value), "")
        if shown and _whole_number(shown) is None:
            message = "这一行不是学生，没有导入。"
            self._log.info(
                "row_skipped", message, sheet=self._sheet, row=record.row, value=shown
            )

    def _cells_are_sound(self, record: Record) -> bool:
        sound = True
        for key, cell in record.cells.items():
            if isinstance(cell, CellError):
                sound = False
                if cell.text == "=":
                    message = "这一格是公式，但没有结果。请在 Excel 里打开并保存一次，再上传。"
                    self._error("formula_without_result", message, record, key)
                else:
                    message = "这一格的公式出错了。请改成正确的内容。"
                    self._error("cell_error", message, record, key)
        return sound

    def _number(self, record: Record) -> str | None:
        """The 学籍号 (else the 学号), `""` if the row has none, None if it is unusable."""
        for key in ("number", "school_number"):
            cell = record.cells.get(key, "")
            text = clean_key(record.text(key)).replace(" ", "").lstrip("'")
            if isinstance(cell, CellError) or not text:
                continue
            damaged = isinstance(cell, int | float) and lost_digits(cell)
            if damaged or _LOST_BY_SPREADSHEET.fullmatch(text):
                message = "号码超过 15 位，末尾几位已被 Excel 改掉。请把这一列设为“文本”格式后重新填写。"
                self._error("digits_lost", message, record, key)
                return None
            if len(text) > 30:
                self._error(
                    "number_too_long", "号码超过 30 个字符，请检查这一格。", record, key
                )
                return None
            return text.upper()
        return ""

    def _gender(self, record: Record) -> str | None:
        text = clean_key(record.text("gender")).lower()
        if not text or isinstance(record.cells.get("gender"), CellError):
            return ""
        gender = _GENDERS.get(text)
        if gender is None:
            self._error("gender_unknown", "性别请填“男”或“女”。", record, "gender")
        return gender

    def _class(self, record: Record) -> ClassKey | None:
        if "class" not in self._table.columns:
            key = self._sheet_class
            if key is None or not self._classes.check(
                key, shown=self._sheet, sheet=self._sheet
            ):
                return None
            return key
        cell = record.cells["class"]
        if isinstance(cell, CellError):
            return None
        if isinstance(cell, datetime.date):
            message = (
                "班级被 Excel 变成了日期。请把这一列设为“文本”格式，写成“一（1）班”。"
            )
            self._error("class_is_date", message, record, "class")
            return None
        label = clean_text(
            str(cell)
            if isinstance(cell, float) and cell != int(cell)
            else record.text("class")
        )
        if not label:
            self._error("class_missing", "没有写班级。", record, "class")
            return None
        return self._classes.find(
            label,
            grade=clean_text(record.text("grade")),
            sheet=self._sheet,
            row=record.row,
            column=self._table.heading("class"),
        )

    def _guardian(self, record: Record, position: int) -> GuardianRow | None:
        name_key, relation_key, phone_key = (
            f"guardian{position}_{part}" for part in ("name", "relation", "phone")
        )
        name = clean_name(record.text(name_key))
        phone = self._phone(record, phone_key)
        if len(name) > NAME_LENGTH:
            self._error(
                "name_too_long",
                f"姓名超过 {NAME_LENGTH} 个字，请检查这一格。",
                record,
                name_key,
            )
            return None
        if not name and not phone:
            return None
        return GuardianRow(name, self._limited(record, relation_key, 20), phone)

    def _phone(self, record: Record, key: str) -> str:
        text = clean_text(record.text(key))
        if not text:
            return ""
        if _LOST_BY_SPREADSHEET.fullmatch(clean_key(text)):
            message = "电话被 Excel 截断了。请把这一列设为“文本”格式后重新填写。"
            self._error("digits_lost", message, record, key)
            return ""
        parts = split_phones(text)
        if len(parts) > 1:
            self._warn(
                "several_phones", "一格里有多个电话，只导入第一个。", record, key
            )
        phone = normalise_phone(parts[0] if parts else text)
        if not phone.valid:
            fits = len(phone.number) <= 20
            message = "看起来不是能拨通的电话，" + (
                "已照原样导入，请核对。" if fits else "没有导入。"
            )
            self._warn("phone_doubtful", message, record, key)
            return phone.number if fits else ""
        return phone.number

    def _limited(self, record: Record, key: str, length: int) -> str:
        text = clean_text(record.text(key))
        if len(text) > length:
            self._error("text_too_long", f"超过 {length} 个字，请缩短。", record, key)
            return ""
        return text

    def _error(self, code: str, message: str, record: Record, key: str) -> None:
        column, value = self._table.heading(key), clean_text(record.text(key))
        self._log.error(
            code, message, sheet=self._sheet, row=record.row, column=column, value=value
        )

    def _warn(self, code: str, message: str, record: Record, key: str) -> None:
        column, value = self._table.heading(key), clean_text(record.text(key))
        self._log.warning(
            code, message, sheet=self._sheet, row=record.row, column=column, value=value
        )


def _is_foot(record: Record, name: str) -> bool:
    """A total or signature: its word stands in the first filled cell, or where the name would be."""
    first = next(
        (text for key in record.cells if (text := record.text(key).strip())), ""
    )
    return bool(_FOOT.match(clean_key(first).replace(" ", ""))) or bool(
        _FOOT.fullmatch(name)
    )


def _whole_number(text: str) -> int | None:
    key = clean_key(text)
    return (
        int(key)
        if key.isascii() and key.isdigit() and len(key) <= 4 and int(key) > 0
        else None
    )


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
