"""Teacher roster → rows of cleaned values with their place. Compares nothing with what is stored."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.importlog import ImportLog, LinePlace
from core.numberlengths import NumberLengths
from core.tablefinder import ColumnInFile, find_tables
from core.tablereader import TableReader
from core.text import clean_key, clean_name, clean_text
from core.workbooks import ColumnSpec, Record
from jobs.importers import ClassFinder, ImportRequest
from schools.labels import ClassKey

COLUMNS = (
    ColumnSpec("name", "姓名", ("教师姓名", "教师", "老师"), required=True),
    ColumnSpec("number", "工号", ("教师编号", "教工号", "职工号", "教师工号", "编号")),
    ColumnSpec("phone", "手机号", ("手机", "手机号码", "电话", "联系电话", "联系方式")),
    ColumnSpec("subject", "任教学科", ("学科", "任教科目", "科目"), is_text=True),
    ColumnSpec("duty", "职务", ("岗位", "行政职务", "担任职务"), is_text=True),
    ColumnSpec("homeroom", "班主任班级", ("班主任", "任班主任班级", "所带班级")),
    ColumnSpec("email", "邮箱", ("电子邮箱", "电子邮件", "邮箱地址", "邮件地址", "E-mail", "Email")),
    ColumnSpec("ordinal", "序号"),
)

# A sheet of those who are not there any more.
_LEFT = re.compile("离职|退休|调出|调离|离岗|辞职")
# A title behind the whole name; 王老师 alone names nobody in particular and stays as it is.
_TITLED = re.compile(r"(.{2,}?)(老师|教师)")


@dataclass(slots=True)
class TeacherRow:
    """One teacher as the workbook has them; empty values say nothing."""

    sheet: str
    row: int
    number: str
    name: str
    phone: str
    subject: str
    duty: str
    homeroom: tuple[ClassKey, ...]
    email: str = ""
    # The number is not the file's, but one that would be given.
    is_proposed: bool = False


def read_teachers(
    request: ImportRequest, classes: ClassFinder, log: ImportLog
) -> tuple[list[TeacherRow], int, tuple[ColumnInFile, ...]]:
    """All sound rows, how many teachers there are, and the columns for the page where headings are mapped by hand."""
    rows: list[TeacherRow] = []
    seen = 0
    options = request.options
    found = find_tables(
        request.workbook,
        COLUMNS,
        log,
        example="“工号”“姓名”“手机号”",
        mapping=options.mapping,
        take_hidden=options.take_hidden,
    )
    for table in found.tables:
        numbers = NumberLengths("number")
        reader = TableReader(table, log)
        if not reader.check_headings(COLUMNS):
            continue
        reader.tell_unheaded()
        if left := _LEFT.search(table.sheet.name):
            message = f"工作表的名称里有“{left[0]}”，其中的教师仍按在职导入。已经离开的，请删去这张工作表再上传。"
            log.warning("sheet_of_leavers", message, sheet=table.sheet.name)
        for record in reader.records():
            typed_name = clean_name(record.text("name"))
            number = reader.identifier(record, "number")
            if (not typed_name and not number) or reader.is_foot(record, typed_name):
                reader.skip(record, who="教师")
                continue
            seen += 1
            if number:
                numbers.add(record, number)
            row = _row(reader, record, number, classes)
            if row is not None:
                rows.append(row)
        numbers.check(reader)
    if found.tables and not seen and not log.has_errors:
        log.error("no_rows", "表头下面没有教师。请检查文件内容。")
    return rows, seen, tuple(found.columns.values())


def _row(reader: TableReader, record: Record, number: str | None, classes: ClassFinder) -> TeacherRow | None:
    sound = reader.sound(record)
    name = reader.name(record, "name", required=True)
    title = _TITLED.fullmatch(name or "")
    if title is not None:
        message = f"姓名后面的“{title[2]}”不是姓名的一部分，没有保存。"
        reader.warn("words_aside", message, record, "name")
        name = title[1]
    homeroom: list[ClassKey] = []
    labels = [part for part in re.split(r"[、,，;；]", clean_text(record.text("homeroom"))) if part.strip()]
    for label in labels if sound else []:
        column = reader.table.heading("homeroom")
        key = classes.find(label, sheet=reader.sheet, row=record.row, column=column)
        if key is None:
            sound = False
        elif key not in homeroom:
            homeroom.append(key)
    phone = reader.phone(record, "phone")
    subject, duty = reader.text(record, "subject", 40), reader.text(record, "duty", 60)
    if not sound or name is None or number is None:
        return None
    return TeacherRow(
        reader.sheet, record.row, number, name, phone, subject, duty, tuple(homeroom), _email(reader, record)
    )


def _email(reader: TableReader, record: Record) -> str:
    """The address, if it is one: a wrong one is told and left out, for it stops nobody from teaching."""
    text = clean_key(record.text("email"))
    try:
        if text:
            validate_email(text)
    except ValidationError:
        reader.warn("email_wrong", "这不像一个邮箱，没有保存。请改成“name@example.com”的样子。", record, "email")
        return ""
    return text[:254]


def without_repeats(rows: list[TeacherRow], log: ImportLog) -> list[TeacherRow]:
    """Each teacher once; two rows of one number that say different things are errors."""
    first: dict[str, TeacherRow] = {}
    leaders: dict[ClassKey, TeacherRow] = {}
    kept: list[TeacherRow] = []
    for row in rows:
        place: LinePlace = {"sheet": row.sheet, "row": row.row}
        earlier = first.setdefault(row.number, row) if row.number else row
        if earlier is not row:
            if earlier.name == row.name and row.phone != earlier.phone and row.phone and earlier.phone:
                message = f"与第 {earlier.row} 行是同一位教师，手机号却不同。请只留正确的一行。"
                log.error("phone_contradicts", message, column="手机号", value=row.phone, **place)
            elif earlier.name == row.name:
                message = f"与第 {earlier.row} 行是同一位教师，只导入一次。"
                log.warning("row_repeated", message, column="工号", value=row.number, **place)
            else:
                message = f"与第 {earlier.row} 行工号相同，姓名不同。请改正后再上传。"
                log.error("number_repeated", message, column="工号", value=row.number, **place)
            continue
        for key in row.homeroom:
            other = leaders.setdefault(key, row)
            if other is not row:
                message = f"{key.label}已写了另一位班主任（第 {other.row} 行）。一个班只能有一位班主任。"
                log.error("homeroom_repeated", message, column="班主任班级", value=row.name, **place)
        kept.append(row)
    return kept
