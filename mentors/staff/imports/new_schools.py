"""A bureau's list of schools → what is to be opened, and the blank list to fill in."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from core.importlog import ImportLog
from core.tablefinder import find_tables
from core.tablereader import NAME_LENGTH, TableReader
from core.text import clean_key, typed_key
from core.workbooks import EXAMPLE_MARK, ColumnSpec, FormColumn, FormSheet, Record, Workbook, write_form
from mentors.staff.services.new_schools import SchoolToOpen
from schools.enums import Preset, SchoolSystem
from schools.grades import grades_written
from schools.queries import usual_code
from schools.services import NewSchool

#: So many schools are opened at once.
MOST: Final = 300
_COLUMNS: Final = (
    ColumnSpec("name", "学校", ("学校名称", "校名", "学校全称", "单位"), required=True, is_text=True),
    ColumnSpec("code", "代码", ("学校代码", "编码", "学校编码")),
    ColumnSpec("preset", "方案", ("学段", "学段/方案", "方案/学段", "学校类型", "类型"), required=True, is_text=True),
    ColumnSpec("grades", "年级", ("年级范围",), is_text=True),
    ColumnSpec("system", "学制", is_text=True),
    ColumnSpec("admin", "管理员", ("管理员姓名", "负责人", "联系人"), required=True),
    ColumnSpec("username", "账号", ("登录账号", "用户名", "管理员账号")),
)
#: How a kind of school is written, by its beginning, the longer ones first.
_PRESETS: Final = (
    ("小学", Preset.PRIMARY_TERMLY),
    ("初中", Preset.JUNIOR_TERMLY),
    ("九年", Preset.NINE_YEAR_TERMLY),
    ("完全中学", Preset.COMPLETE),
    ("完中", Preset.COMPLETE),
    ("十二年", Preset.TWELVE_YEAR),
    ("12年", Preset.TWELVE_YEAR),
    ("普通高中", Preset.SENIOR_YEARLY),
    ("高中", Preset.SENIOR_YEARLY),
    ("普高", Preset.SENIOR_YEARLY),
    ("中职", Preset.VOCATIONAL_YEARLY),
    ("职", Preset.VOCATIONAL_YEARLY),
    ("空白", Preset.BLANK),
)
_SYSTEMS: Final = (
    (re.compile("(?:六三|63|6-3|6[+]3).*"), SchoolSystem.SIX_THREE),
    (re.compile("(?:五四|54|5-4|5[+]4).*"), SchoolSystem.FIVE_FOUR),
)


#: As the blank list offers them.
_KINDS: Final = ("小学", "初中", "九年一贯", "完全中学", "十二年一贯", "高中", "中职", "空白")
#: Where a refusal of `NewSchool` stands; all others at the code.
_FIELDS: Final = {"grades_missing": "grades", "grades_unfit": "grades", "name_missing": "name"}


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already: codes of schools, names of the bureau's own; `taken` says which accounts of some are."""

    codes: Collection[str]
    names: Collection[str]
    taken: Callable[[Collection[str]], Collection[str]]


def read_schools(workbook: Workbook, *, known: Known, start_year: int) -> tuple[list[SchoolToOpen], ImportLog]:
    """The schools of the list and all findings; where one is an error nothing is to be opened."""
    log = ImportLog()
    found = find_tables(workbook, _COLUMNS, log, example="“学校”“方案”“管理员”")
    reading = _Reading(known, start_year)
    for table in found.tables:
        reader = TableReader(table, log)
        if not reader.check_headings(_COLUMNS):
            continue
        reader.tell_unheaded()
        # 空白 is a plan here, elsewhere a word for nothing.
        for record in reader.records(keep=("preset",)):
            name = clean_key(record.text("name"))
            if not name or reader.is_foot(record, name):
                reader.skip(record, who="学校")
                continue
            reading.take(reader, record)
    reading.finish()
    if found.tables and not reading.rows and not log.has_errors:
        log.error("no_rows", "表头下面没有学校。请检查文件内容。")
    if len(reading.rows) > MOST:
        log.error("too_many", f"一次最多开通 {MOST} 所学校，表里有 {len(reading.rows)} 所。请分成几张表。")
    return reading.rows, log


class _Reading:
    """Rows one after another; each takes its code, name and account from those behind it."""

    def __init__(self, known: Known, start_year: int) -> None:
        self.rows: list[SchoolToOpen] = []
        self._year = start_year
        self._codes, self._names = set(known.codes), set(known.names)
        self._known = known
        # Where each account stands.
        self._accounts: dict[str, tuple[TableReader, Record]] = {}

    def take(self, reader: TableReader, record: Record) -> None:
        sound = reader.sound(record)
        name = reader.text(record, "name", 60)
        preset = _by_beginning(record.text("preset"))
        grades = _grades(reader, record)
        system = _system(reader, record)
        admin = reader.name(record, "admin", required=True)
        if preset is None:
            message = f"看不懂是哪一类学校，请写{'、'.join(_KINDS)}之一；其他学校写空白，并写明年级。"
            reader.error("preset_unknown", message, record, "preset")
        if name in self._names:
            reader.error("school_twice", "本局已经有这所学校，或者表里写了两次。", record, "name")
            return
        if not sound or not name or not admin or preset is None or grades is None or system is None:
            return
        code = typed_key(record.text("code")) or usual_code(name, self._codes)
        school = NewSchool(name, preset, self._year, code, grades or None, system)
        if refusal := school.refusal():
            key = _FIELDS.get(refusal.code, "code")
            reader.error(refusal.code, refusal.message, record, key)
            return
        if code in self._codes:
            reader.error("code_taken", f"学校代码“{code}”已经有了，请换一个，或者留空。", record, "code")
            return
        username = typed_key(record.text("username")) or f"{code}-admin"
        if username in self._accounts or len(username) > NAME_LENGTH:
            reader.error("username_taken", f"账号“{username}”写了两次，或者太长，请换一个。", record, "username")
            return
        self._codes.add(code)
        self._names.add(name)
        self._accounts[username] = reader, record
        self.rows.append(SchoolToOpen(school, admin, username))

    def finish(self) -> None:
        """Tell of accounts that somebody has already. One query."""
        for username in sorted(self._known.taken(self._accounts)):
            reader, record = self._accounts[username]
            reader.error("username_taken", f"账号“{username}”已经有人使用，请换一个。", record, "username")


def _by_beginning(text: str) -> Preset | None:
    word = clean_key(text)
    return next((preset for start, preset in _PRESETS if word.startswith(start)), None)


def _grades(reader: TableReader, record: Record) -> tuple[int, ...] | None:
    """What is written, `()` where nothing is, None where nobody can read it."""
    typed = record.text("grades").strip()
    grades = grades_written(typed) if typed else ()
    if grades is None:
        reader.error(
            "grades_unfit", "看不懂年级，请写成 1-9 或 1-5,7-9；从小学一年级起数，高一写 10。", record, "grades"
        )
    return grades


def _system(reader: TableReader, record: Record) -> SchoolSystem | None:
    typed = clean_key(record.text("system"))
    if not typed:
        return SchoolSystem.SIX_THREE
    found = next((system for pattern, system in _SYSTEMS if pattern.fullmatch(typed)), None)
    if found is None:
        reader.error("system_unknown", "看不懂学制，请写六三或五四，也可以不写。", record, "system")
    return found


def blank_list() -> bytes:
    """The workbook to fill in, with drop-downs and an example."""
    columns = (
        FormColumn("学校", 24, needed=True),
        FormColumn("代码", 14, note="只用小写字母、数字和连字符；不写就用校名的拼音。教师的账号以它开头。"),
        FormColumn("方案", 12, needed=True, choices=_KINDS, note="以后每一条都能改；空白方案要写年级。"),
        FormColumn("年级", 12, note="不写就是方案里的年级。从小学一年级起数，如 1-9、1-5,7-9；高一写 10。"),
        FormColumn("学制", 8, choices=("六三", "五四"), note="不写就是六三。"),
        FormColumn("管理员", 12, needed=True, note="学校的第一位管理员，凭账号条登录。"),
        FormColumn("账号", 20, note="管理员登录的账号；不写就是“代码-admin”。"),
    )
    example = (f"{EXAMPLE_MARK}云溪学校", "yunxi", "九年一贯", "1-9", "六三", "林知远", "yunxi-admin")
    notes = ("每行一所学校。上传后先核对，没有错误才能开通；要么全部开通，要么一所也不开。",)
    return write_form(FormSheet("学校", columns, example=example, notes=notes))


def as_kept(row: SchoolToOpen) -> dict[str, object]:
    """A row as the session keeps it until it is confirmed."""
    new = row.school
    return {
        "name": new.name, "preset": new.preset.value, "year": new.start_year, "code": new.code,
        "grades": list(new.grades or ()), "system": new.system.value, "admin": row.admin, "username": row.username,
    }  # fmt: skip


def of_kept(kept: Mapping[str, object]) -> SchoolToOpen:
    """The row that `as_kept` gave."""
    grades = kept["grades"]
    new = NewSchool(
        name=str(kept["name"]),
        preset=Preset(str(kept["preset"])),
        start_year=int(str(kept["year"])),
        code=str(kept["code"]),
        grades=tuple(grades) if isinstance(grades, list) and grades else None,
        system=SchoolSystem(str(kept["system"])),
    )
    return SchoolToOpen(new, str(kept["admin"]), str(kept["username"]))
