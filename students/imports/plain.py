"""Rows whose every cell is written as it will be stored: read at one look, as nearly all rows of a large roster can be.

A pattern of the whole row lets through only what the readers of its cells (`rows`, `guardians`, `core.tablereader`)
take unchanged and without a word; any other row is theirs. So no rule of reading stands here: it is narrower than all.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from core.footlines import FOOT
from core.text import number_text
from core.workbooks import Cell, Table
from schools.labels import ClassKey
from students.enums import Gender
from students.imports.columns import GUARDIANS
from students.imports.guardians import NO_PERSON, GuardianRow, relation_of
from students.imports.pupilrow import PupilRow

#: Columns of numbers that are names, the best one first.
NUMBERS = ("number", "local_number", "school_number")
#: From sheet, number and values, and the class of each label met so far: the pupil, the column that the number is of,
#: and the running number.
PlainReader = Callable[
    [str, int, Sequence[Cell], Mapping[tuple[Cell, Cell], ClassKey]], tuple[PupilRow, str, int | None] | None
]
_HAN = "[\u4e00-\u9fff]"
_ENDS = r"(?:\x1f|$)"
_GENDERS = {"": "", "男": Gender.MALE, "女": Gender.FEMALE}
# By column, cells in which nothing is to be told, split or cleaned. In four characters of a name may stand 转学.
_CELLS = {
    "name": rf"(?!{FOOT.pattern}|示例|例如|样例){_HAN}{{1,3}}",
    **dict.fromkeys(NUMBERS, "[0-9A-Z]{0,30}"),
    "gender": "[男女]?",
    **dict.fromkeys(("class", "grade"), "[0-9A-Za-z\u4e00-\u9fff()<>（）]*"),
    **dict.fromkeys(("seat", "ordinal"), "(?:[1-9][0-9]{0,3})?"),
    "status": "(?:正常|在读|在校|在籍)?",
    **dict.fromkeys(("joined", "remark"), ""),
    **{f"guardian{at}_name": rf"(?![父母爸妈]|(?:{NO_PERSON.pattern}){_ENDS}){_HAN}{{0,4}}" for at in GUARDIANS},
    **{f"guardian{at}_relation": f"{_HAN}{{0,20}}" for at in GUARDIANS},
    **{f"guardian{at}_phone": "(?:1[3-9][0-9]{9})?" for at in GUARDIANS},
    **{f"guardian{at}_guardian": "是?" for at in GUARDIANS},
}


def plain_reader(table: Table) -> PlainReader | None:
    """What reads the plain rows of `table`, None for any other row; None if the table has columns of another kind."""
    if "name" not in table.columns or not table.columns.keys() <= _CELLS.keys():
        return None
    heading = re.escape(table.heading("name"))
    patterns = (rf"(?!{heading}{_ENDS}){_CELLS[key]}" if key == "name" else _CELLS[key] for key in table.columns)
    # Words of a foot line count in whatever cell comes first.
    is_plain = re.compile(rf"(?!\x1f*(?:{FOOT.pattern}))" + r"\x1f".join(patterns)).fullmatch
    # A column that the table lacks is as if it stood empty behind the others.
    place = {key: at for at, key in enumerate(table.columns)}.get
    lacks = len(table.columns)
    name_at, gender_at, seat_at, ordinal_at = (place(key, lacks) for key in ("name", "gender", "seat", "ordinal"))
    class_at, grade_at = place("class", lacks), place("grade", lacks)
    numbers = [(place(key, lacks), key) for key in NUMBERS if key in table.columns]
    people = [
        (
            place(f"guardian{position}_name", lacks),
            place(f"guardian{position}_relation", lacks),
            place(f"guardian{position}_phone", lacks),
            relation_of(table, position),
        )
        for position in GUARDIANS
    ]
    nobody: tuple[None, ...] = ()
    while people and people[-1][0] == people[-1][2] == lacks:
        people.pop()
        nobody += (None,)
    # The columns in which a number stands for itself.
    counted = [at for at in (seat_at, ordinal_at) if at != lacks]

    def read(
        sheet: str, row: int, values: Sequence[Cell], classes: Mapping[tuple[Cell, Cell], ClassKey]
    ) -> tuple[PupilRow, str, int | None] | None:
        if counted:
            values = [number_text(v) if isinstance(v, float) and at in counted else v for at, v in enumerate(values)]
        try:
            line = "\x1f".join(values)  # type: ignore[arg-type]  # other kinds of cells raise
        except TypeError:
            return None
        cells = (*line.split("\x1f"), "")
        school_class = classes.get((cells[class_at], cells[grade_at]))
        if school_class is None or not is_plain(line):
            return None
        number = column = ""
        for at, key in numbers:
            if cells[at]:
                number, column = cells[at], key
                break
        guardians = [
            GuardianRow(cells[name], cells[relation] or told, cells[phone]) if cells[name] or cells[phone] else None
            for name, relation, phone, told in people
        ]
        seat, ordinal = cells[seat_at], cells[ordinal_at]
        pupil = PupilRow(
            sheet, row, cells[name_at], number, school_class, _GENDERS[cells[gender_at]],
            int(seat) if seat else None, "", (*guardians, *nobody),
        )  # fmt: skip
        return pupil, column, int(ordinal) if ordinal else None

    return read
