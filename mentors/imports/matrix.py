"""The matrix of the Guyi plan (四(二)) → mentor slots: classes across, 导师团长 / 导师 rows below, blocks under blocks.

`某某/某某` in one cell share a slot. Reads only; who these people are is another question.
"""

import re
from dataclasses import dataclass

from core.importlog import ImportLog
from core.text import clean_key, clean_name, clean_text
from core.workbooks import NOTES_SHEET, CellError, Row, Sheet, Workbook, cell_text
from jobs.importers import ClassFinder, ImportRequest
from schools.labels import ClassKey

SHARED = re.compile(r"[/／、,，;；&]")
_HEADCOUNT = re.compile(r"(\d{1,3})\s*[人名]")
_LEADER = re.compile(r"(导师团?)?团长|班主任")
_MENTOR = re.compile(r"(副|成员)?导师(团成员)?\d{0,2}")


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of the matrix: a mentor slot of a class team, held by one person or shared."""

    sheet: str
    row: int
    column: str
    school_class: ClassKey
    names: tuple[str, ...]
    is_leader: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """All slots of a workbook and the head counts that it states."""

    slots: tuple[Slot, ...]
    headcounts: dict[ClassKey, int]


def is_matrix(request: ImportRequest) -> bool:
    """Whether a sheet names classes across, with rows of leaders or mentors beneath."""
    classes = ClassFinder(request, ImportLog())
    for sheet in request.workbook.sheets:
        first: int | None = None
        for row in sheet.rows:
            header = _class_columns(row, classes)
            first = min(header) if header else first
            if first and not header and _is_titled(_title(row, first)):
                return True
    return False


def read_matrix(workbook: Workbook, *, classes: ClassFinder, log: ImportLog, take_hidden: bool) -> Matrix:
    """Every slot in the visible sheets, or in all of them; what cannot be read goes into `log`."""
    slots: list[Slot] = []
    headcounts: dict[ClassKey, int] = {}
    for sheet in workbook.sheets:
        if not sheet.rows or sheet.name == NOTES_SHEET:
            continue
        if sheet.visible or take_hidden:
            slots.extend(_read_sheet(sheet, classes, log, headcounts))
        else:
            message = "工作表是隐藏的，没有导入。如果需要，可以选择连同隐藏的内容一起导入。"
            log.warning("hidden_sheet", message, sheet=sheet.name)
    if not slots and not log.has_errors:
        message = (
            "没有找到导师匹配表。请让班级（如“一<1>”）横排一行，下面是“导师团长”和“导师”各行；"
            "或者列成名单，表头写“班级”“姓名”“学籍号”“导师”。"
        )
        log.error("no_table", message)
    return Matrix(tuple(slots), headcounts)


def _read_sheet(sheet: Sheet, classes: ClassFinder, log: ImportLog, headcounts: dict[ClassKey, int]) -> list[Slot]:
    columns: dict[int, tuple[str, ClassKey | None]] = {}
    slots: list[Slot] = []
    for row in sheet.rows:
        header = _class_columns(row, classes)
        if header:
            columns = {
                at: (label, classes.find(label, sheet=sheet.name, row=row.number, column="班级"))
                for at, label in header.items()
            }
            continue
        title = _title(row, min(columns, default=0))
        is_leader = bool(_LEADER.fullmatch(title))
        is_mentor = bool(_MENTOR.fullmatch(title))
        for at, (label, key) in columns.items():
            text = clean_text(_text(row, at))
            if not text:
                continue
            headcount = _HEADCOUNT.fullmatch(clean_key(text))
            if headcount and not (is_leader or is_mentor):
                if key is not None:
                    headcounts[key] = int(headcount[1])
            elif isinstance(row.cells[at], CellError):
                message = "这一格的公式出错了。请改成导师的姓名。"
                log.error("cell_error", message, sheet=sheet.name, row=row.number, column=label, value=text)
            elif is_leader or is_mentor:
                names = tuple(name for part in SHARED.split(text) if (name := clean_name(part)))
                if key is not None and names:
                    slots.append(Slot(sheet.name, row.number, label, key, names, is_leader))
            else:
                message = "看不出这一行是“导师团长”还是“导师”，没有导入。请在行首写明。"
                log.error("row_unknown", message, sheet=sheet.name, row=row.number, column=label, value=text)
    return slots


def _title(row: Row, width: int) -> str:
    """What stands in front of the classes."""
    return "".join(clean_key(_text(row, at)) for at in range(width)).replace(" ", "")


def _is_titled(title: str) -> bool:
    return bool(_LEADER.fullmatch(title) or _MENTOR.fullmatch(title))


def _class_columns(row: Row, classes: ClassFinder) -> dict[int, str]:
    """Position → class label, if the row names classes and nothing but classes after its first cell."""
    labels = {at: clean_text(_text(row, at)) for at in range(len(row.cells)) if clean_text(_text(row, at))}
    named = {at: label for at, label in labels.items() if classes.parse(label) is not None}
    others = [at for at in labels if at not in named]
    return named if named and len(others) <= 1 and all(at < min(named) for at in others) else {}


def _text(row: Row, at: int) -> str:
    return cell_text(row.cells[at]) if at < len(row.cells) else ""
