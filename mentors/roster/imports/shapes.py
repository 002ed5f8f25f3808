"""What a list of pupils and mentors comes down to, in whichever shape a school keeps it: blocks, and rows of pairs."""

from dataclasses import dataclass

from core.workbooks import ColumnSpec, Table
from schools.labels import ClassKey

# Pupils across: 学生1, 学生2 … beside their mentor.
_ORDINALS = (
    *map(str, range(1, 61)),
    *(f"{tens}{one}" for tens in ("", "十", "二十") for one in "一二三四五六七八九"),
    "十",
)
_ACROSS = tuple(f"{word}{ordinal}" for word in ("学生", "姓名", "学生姓名") for ordinal in _ORDINALS)
COLUMNS = (
    ColumnSpec(
        "name",
        "姓名",
        ("学生姓名", "学生名字", "学生", "名字", "学生名单", "结对学生", "所带学生", "指导学生", "受导学生", *_ACROSS),
        required=True,
    ),
    ColumnSpec("number", "学籍号", ("全国学籍号", "学籍号码", "学生学籍号", "学号", "考号")),
    ColumnSpec("class", "班级", ("行政班", "所在班级", "班级名称", "班别", "班", "学生班级", "所属班级")),
    ColumnSpec("grade", "年级", ("所在年级", "年级名称", "学生年级")),
    ColumnSpec(
        "mentor",
        "导师",
        (
            "导师姓名",
            "结对导师",
            "成长导师",
            "全员导师",
            "导师名字",
            "导师老师",
            "指导教师",
            "指导老师",
            "结对教师",
            "结对老师",
        ),
        required=True,
    ),
    ColumnSpec("count", "人数", ("学生数", "学生人数", "所带人数")),
    ColumnSpec("ordinal", "序号", ("编号", "座号")),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a list. `pupils`: the keys of the columns that hold pupils; `school_class`, `mentor`: what the
    sheet's name, a line above or the heading says of all of them."""

    table: Table
    pupils: tuple[str, ...]
    school_class: ClassKey | None = None
    mentor: str = ""


@dataclass(slots=True)
class Run:
    """Rows without a mentor beneath one: from `first` to `last`, in a sheet, and the mentor written above."""

    sheet: str
    first: int
    last: int
    mentor: str


@dataclass(slots=True)
class PairRow:
    """One pupil, and who shall be the mentor: `mentor` as written at `mentor_row`.

    `class_written`: the row, a line above or the sheet says the class; otherwise it is the last one written above.
    `run`: the blanks beneath a mentor that this row is one of; None where the row itself says who. `class_asked`: the
    class that is only written above decides between pupils of one name.
    """

    sheet: str
    row: int
    name: str
    number: str
    school_class: ClassKey | None
    class_written: bool
    pupil_column: str
    mentor: str
    mentor_row: int
    mentor_column: str
    run: Run | None = None
    class_asked: bool = False
