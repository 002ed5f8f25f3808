"""The list of letters → texts by pupil and term, cleaned as the desk cleans them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.importlog import ImportLog
from core.tablefinder import ColumnInFile
from core.tablereader import TableReader
from core.text import clean_key, quantity, visible
from core.workbooks import CellError, ColumnSpec, Record
from jobs.importers import ClassFinder, ImportRequest
from records.desk.imports.people import COLUMNS as OF_PUPIL
from records.desk.imports.people import Credited, PaperPeople, PaperPupil
from records.desk.imports.rows import paper_tables
from records.models.records import GrowthLetter
from schools.calendar import YearCalendar
from schools.models import Term

COLUMNS: Final = (
    *OF_PUPIL,
    ColumnSpec("term", "学期", ("所属学期",), required=True, is_text=True),
    ColumnSpec(
        "body",
        "寄语",
        ("正文", "寄语正文", "寄语内容", "成长寄语", "书面反馈", "评语", "激励卡", "成长激励卡", "内容"),
        required=True,
        is_text=True,
    ),
    ColumnSpec("advice", "成长建议", ("建议", "改进建议"), is_text=True),
)
_BODY: Final = GrowthLetter._meta.get_field("body").max_length or 4000
_ADVICE: Final = GrowthLetter._meta.get_field("advice").max_length or 1000
_TERM = re.compile(
    r"(?:(\d{4})(?:[-—~至/]\d{2,4})?(?:学年度?|年|-)?)?(?:第?([12一二两])(?:学期)?|([上下])(?:学期|半年)?)"
)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter of the list."""

    sheet: str
    row: int
    pupil: PaperPupil
    credited: Credited
    term: Term
    body: str
    advice: str


@dataclass(slots=True)
class LetterList:
    """All sound rows with a text; `seen` counts the pupils' rows, also empty ones and those with errors."""

    rows: list[LetterLine]
    seen: int
    empty: int
    columns: tuple[ColumnInFile, ...]


def read_letters(request: ImportRequest, *, classes: ClassFinder, people: PaperPeople, log: ImportLog) -> LetterList:
    """Every row of the list; all that is wrong with it goes into `log`."""
    calendar = request.actor.calendar.of(request.year)
    found, columns = paper_tables(request, COLUMNS, log, people, example="“姓名”“学期”“寄语”")
    letters = LetterList([], 0, 0, columns)
    for line in _lines(found, calendar, classes, people):
        letters.seen += 1
        if isinstance(line, LetterLine):
            letters.rows.append(line)
        elif line == "":
            letters.empty += 1
    return letters


def _lines(
    found: Iterator[tuple[TableReader, Record]], calendar: YearCalendar, classes: ClassFinder, people: PaperPeople
) -> Iterator["LetterLine | str | None"]:
    """A letter, the empty text where there is none, None for a row with an error."""
    for reader, record in found:
        sound = reader.sound(record)
        body = _prose(reader, record, "body", _BODY)
        advice = _prose(reader, record, "advice", _ADVICE)
        if body == "" and sound:
            yield ""
            continue
        pupil = people.pupil(reader, record, classes.parse_title(reader.sheet))
        term = _term(reader, record, calendar)
        if not sound or body is None or advice is None or pupil is None or term is None:
            yield None
            continue
        credited = people.credited(reader, record, pupil)
        if credited is not None and credited.slot_id is None:
            message = "这名学生和这位老师本学年都没有导师名额，寄语不知道归谁。请先安排导师。"
            reader.error("slot_missing", message, record, "name")
            credited = None
        if credited is None:
            yield None
        else:
            yield LetterLine(reader.sheet, record.row, pupil, credited, term, body, advice)


def _prose(reader: TableReader, record: Record, key: str, length: int) -> str | None:
    """A running text with its paragraphs; None where it is too long (logged)."""
    if isinstance(record.cells.get(key), CellError):
        return ""
    lines = (line.strip() for line in visible(record.text(key)).replace("\r", "\n").split("\n"))
    text = "\n".join(line for line in lines if line)
    if len(text) <= length:
        return text
    reader.error("text_too_long", f"超过 {length} 个字，现在有 {len(text)} 个字，请缩短。", record, key)
    return None


def _term(reader: TableReader, record: Record, calendar: YearCalendar) -> Term | None:
    """The term of this year that the cell names and that has begun; None if it is none (logged)."""
    text = clean_key(record.text("term")).replace(" ", "")
    found = _TERM.fullmatch(text)
    usual = f"请写成“{calendar.year}第一学期”或“第一学期”。"
    if found is None:
        reader.error("term_unreadable", f"看不出是哪个学期。{usual}", record, "term")
        return None
    year, number, half = found.groups()
    if half == "上" and not year and calendar.term.number == 1:
        # Either the first half of this year or the term before it.
        reader.error("term_ambiguous", f"“上学期”可以是第一学期，也可以是上一个学期。{usual}", record, "term")
        return None
    wanted = quantity(number) if number else {"上": 1, "下": 2}[half]
    term = next((term for term in calendar.terms if term.number == wanted), None)
    if term is None or (year and int(year) != calendar.year.start_year):
        message = f"这次补录的是{calendar.year}。请改正学期；别的学年的寄语请分开上传，上传时选那个学年。"
        reader.error("term_elsewhere", message, record, "term")
        return None
    if term.starts_on > calendar.today:
        reader.error("term_to_come", f"{term.short_name}还没有开始。请检查学期。", record, "term")
        return None
    return term
