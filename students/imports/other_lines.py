"""What the lines around and between the rows of a pupils' table say of them: the next class, a list of leavers."""

import re

from core.text import clean_key, clean_text
from core.workbooks import Table, cell_text
from jobs.importers import ClassFinder
from schools.labels import ClassKey

# A sheet or a title that lists those who are not there any more: 转出学生名单, a sheet 休学.
_LEAVERS = r"(?:已|今年|本学期|本学年)*(转出|转学|转走|休学|退学|辍学|失学|流失|离校|除名|开除)"
_SHEET_OF_LEAVERS = re.compile(rf"{_LEAVERS}(?:的|学?生|人员|名单|名册|花名册|登记表?|情况|统计|台账|\d*)*")
_TITLE_OF_LEAVERS = re.compile(
    rf"{_LEAVERS}(?:的|学?生|人员)*(?:名单|名册|花名册|登记|情况|统计|台账|一览|汇总|如下|[:：]|$)"
)
_LINE_OF_LEAVERS = re.compile(
    rf"(?:以下|下列|附|其中|[一二三四五]、)*(?:学?生|人员|名单)*(?:为|是|均)*{_LEAVERS}(?:的|学?生|人员|名单|情况)*[:：]?"
)
_MAY_BE_CLASS = re.compile(r"班级?$|班\(|^第?[一二三四五六七八九十\d]+班|中队$")
# A line beside the table names a class in few cells: 班级：一（2）班 | 班主任：李老师.
_FEW_CELLS = 3


def leavers_in(table: Table) -> str:
    """The word by which the sheet's name, or a line above the table, says that all its pupils have left."""
    name = clean_key(table.sheet.name).replace(" ", "")
    if found := _SHEET_OF_LEAVERS.fullmatch(name):
        return found[1]
    for row in table.sheet.rows:
        if row.number >= table.header_row:
            break
        title = clean_key("".join(cell for cell in row.cells if isinstance(cell, str))).replace(" ", "")
        if found := _TITLE_OF_LEAVERS.search(title):
            return found[1]
    return ""


def lines_between(table: Table) -> dict[int, str]:
    """The rows beneath the heading that are no pupil: one cell alone, or few of which none is a name."""
    at = table.columns.get("name")
    found: dict[int, str] = {}
    for row in table.sheet.rows:
        if len(row.cells) - row.cells.count("") > _FEW_CELLS:
            continue
        filled = [position for position, cell in enumerate(row.cells) if cell != ""]
        if row.number > table.header_row and (len(filled) == 1 or at not in filled):
            text = clean_text(" ".join(cell_text(row.cells[position]) for position in filled))
            if text and not text.isascii():
                found[row.number] = text
    return found


def leavers_line(text: str) -> str:
    """The word by which a line says that those beneath have left: `以下学生已转出：`."""
    found = _LINE_OF_LEAVERS.fullmatch(clean_key(text).replace(" ", ""))
    return found[1] if found else ""


def class_lines(lines: dict[int, str], classes: ClassFinder) -> dict[int, ClassKey | None]:
    """The lines that name a class: None where nobody can tell which."""
    named = {row: classes.parse(text) or classes.parse_title(text) for row, text in lines.items()}
    return {
        row: key
        for row, key in named.items()
        if key is not None or _MAY_BE_CLASS.search(clean_key(lines[row]).replace(" ", ""))
    }
