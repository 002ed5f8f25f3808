"""Read a workbook's tables cell by cell into clean values, and log all that is wrong on the way.

Mechanics shared by all importers: whether a table's headings are fit, and the kinds of cells (names, numbers that are
identifiers, telephones, free text of limited length). Which tables there are is found by `core.tablefinder`.
"""

import datetime
import re
from collections.abc import Callable, Container, Iterator, Sequence

from core.days import OUT_OF_RANGE, Days, day_meant
from core.footlines import FOOT, is_foot_line
from core.importlog import ImportLog, Level
from core.phones import phones_in
from core.text import (
    EMOJI,
    NOTHING_AS_TYPED,
    SAME_AS_ABOVE,
    AmbiguousDate,
    bare_number,
    clean_key,
    clean_name,
    clean_text,
    forced_text,
    has_tricks,
    is_nothing,
    lost_digits,
    names_apart,
    split_marks,
    split_note,
    whole_number,
    without_identity,
)
from core.workbooks import Cell, CellError, ColumnSpec, Record, Table, column_letters

NAME_LENGTH = 60
#: Whether the caller has taken a row as it stands: its number, and its values by column.
Take = Callable[[int, Sequence[Cell]], bool]
_LOST_BY_SPREADSHEET = re.compile(r"\d\.\d+[eE]\+?\d{1,2}|\d[eE]\+\d{1,2}")
# A day where a name should stand.
_DAY = re.compile(r"(?:19|20)\d\d[-./年]\d{1,2}(?:[-./月](?:\d{1,2}日?)?)?").fullmatch
# How the example row of the template begins; whoever leaves it in place means no such person.
EXAMPLE = re.compile(r"[(\[【]?(示例|例如|样例)")
# What a spreadsheet shows for a formula that failed; old formats give it as text.
_FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
# What nearly all cells are; whatever these match needs no second look (a large roster has 200,000 cells).
_SOUND_ROW = re.compile("[0-9A-Za-z\u4e00-\u9fff()<>（）\x1f]*").fullmatch
# No word for nothing is longer, no wrapped number either.
_LONGEST_NOTHING, _LONGEST_WRAPPED = 12, 60
_PLAIN_NAME = re.compile("[\u4e00-\u9fff]{1,20}").fullmatch
# What no name has: signs, and digits that are more than a mark behind it, 张三2.
_ODD_IN_NAME = re.compile(r"[^\w\s\u00b7'\u2019.()\-\ue000-\uf8ff]|_|\d+(?=[^\d)])|\d{5,}")
# What people write around a number, and a word in brackets behind it.
_AROUND_NUMBER = re.compile(
    r"^(?:学号|学籍号|工号|编号|考号|no\.?|[#*★( ])+[:.]?|(?:\([^()\d]*\)|号|[)*;,.\u3002★ ])+$", re.IGNORECASE
)
_SOUND_NUMBER = re.compile(r"[A-Z\d-]*\d[A-Z\d-]*").fullmatch
_PLAIN_NUMBER = re.compile("[0-9A-Z]{1,30}").fullmatch
_PLAIN_MOBILE = re.compile("1[3-9][0-9]{9}").fullmatch


class TableReader:
    """The cells of one table by column key; each problem is logged with its place.

    `known`: names and numbers as they are stored; what is written so once more is taken as it is, marks and all.
    """

    def __init__(self, table: Table, log: ImportLog, known: Container[str] = ()) -> None:
        self._known = known
        self.table = table
        self.log = log
        self.sheet = table.sheet.name
        self._free: frozenset[str] = frozenset()
        # The record that was seen to hold nothing but plain text.
        self._plain: Record | None = None
        # Per column: how many cells say that there is nothing, the first row and the words.
        self._nothing: dict[str, tuple[int, int, dict[str, None]]] = {}

    def records(self, *, keep: Container[str] = (), take: Take | None = None) -> Iterator[Record]:
        """The rows under the heading; cells that only say 无, / or 待定 are empty, `="00123"` is what it stands for.

        Call `check_headings` first. Told once for each column, after the last row. `keep`: columns left as they are.
        `take` is asked first of each row in which no cell says that there is nothing.
        """
        for number, values, hidden in self.table.rows():
            says_nothing = not NOTHING_AS_TYPED.isdisjoint(values)
            if take is not None and not says_nothing and take(number, values):
                continue
            record = self.table.record(number, values, hidden)
            try:  # entered without cost, unlike `suppress`
                if _SOUND_ROW("\x1f".join(values)):  # type: ignore[arg-type]  # other kinds of cells raise
                    self._plain = record
            except TypeError:
                pass
            if record is not self._plain or says_nothing:
                self._clear(record, keep)
            yield record
        for key, (count, row, words) in self._nothing.items():
            shown = "”“".join(list(words)[:5])
            message = f"这一列有 {count} 格写着“{shown}”，按没有填写处理。"
            column = self.table.heading(key)
            self.log.info("nothing_written", message, sheet=self.sheet, row=row, column=column)

    def _clear(self, record: Record, keep: Container[str]) -> None:
        for key, cell in record.cells.items():
            if key in keep:
                continue
            if isinstance(cell, str):
                if not cell or len(cell) > _LONGEST_WRAPPED:
                    continue
                if "=" in cell:
                    cell = record.cells[key] = forced_text(cell)
                if cell.strip() in SAME_AS_ABOVE and key not in self._free:
                    record.cells[key], self._plain = CellError(cell.strip()), None
                    continue
                if len(cell) > _LONGEST_NOTHING or not is_nothing(cell, zero=key not in self._free):
                    continue
                word = clean_text(cell)
            elif isinstance(cell, bool) or cell != 0 or key in self._free:
                continue
            else:
                word = "0"
            record.cells[key] = ""
            if word:
                count, row, words = self._nothing.get(key, (0, record.row, {}))
                self._nothing[key] = (count + 1, row, {**words, word: None})

    def check_headings(self, specs: Sequence[ColumnSpec]) -> bool:
        """Whether all required columns are there once; tells what is repeated, missing or not stored."""
        table = self.table
        self._free = frozenset(spec.key for spec in specs if spec.is_text)
        if table.blocks > 1:
            message = (
                f"这张工作表里好像并排放了 {table.blocks} 个表。请把右边的移到左边的下面再上传；"
                "如果是一个表，请在“列和班级”里指定每一列。"
            )
            self._heading_error("column_blocks", message, "、".join(h[0] for h in table.repeated.values()))
            return False
        for headings in table.repeated.values():
            several = f"有 {len(headings)} 列都是“{headings[0]}”"
            if len(set(headings)) > 1:
                several = "、".join(f"“{heading}”" for heading in headings) + "意思相同"
            message = f"{several}，分不清用哪一列。请在“列和班级”里指定，或改名、删去一列。"
            self._heading_error("column_repeated", message, headings[0])
        row = table.header_row or None
        for level, headings in ((Level.WARNING, table.unknown), (Level.INFO, table.left_out)):
            for heading in headings:
                why = "这一列不在名册范围内" if level is Level.WARNING else "按您的选择"
                message = f"{why}，没有保存。"
                self.log.add(level, "column_ignored", message, sheet=self.sheet, row=row, column=heading)
        missing = [spec.label for spec in specs if spec.required and spec.key not in table.headings]
        for label in missing:
            self._heading_error("column_missing", f"缺少“{label}”一列。", label)
        return not missing and not table.repeated

    def tell_unheaded(self) -> None:
        """Warn of each column that holds something, but has no heading and so is not read."""
        for at in self.table.unheaded():
            message = f"{column_letters(at)} 列没有表头，没有导入。需要导入的，请补上表头。"
            self.log.warning("heading_missing", message, sheet=self.sheet, row=self.table.header_row)

    def _heading_error(self, code: str, message: str, column: str) -> None:
        self.log.error(code, message, sheet=self.sheet, row=self.table.header_row or None, column=column)

    def error(self, code: str, message: str, record: Record, key: str) -> None:
        """An error at one cell."""
        column, value = self.table.heading(key), clean_text(record.text(key))
        self.log.error(code, message, sheet=self.sheet, row=record.row, column=column, value=value)

    def warn(self, code: str, message: str, record: Record, key: str) -> None:
        """A warning at one cell."""
        column, value = self.table.heading(key), clean_text(record.text(key))
        self.log.warning(code, message, sheet=self.sheet, row=record.row, column=column, value=value)

    def info(self, code: str, message: str, record: Record, key: str) -> None:
        """Something to tell of one cell."""
        column, value = self.table.heading(key), clean_text(record.text(key))
        self.log.info(code, message, sheet=self.sheet, row=record.row, column=column, value=value)

    def is_foot(self, record: Record, name: str) -> bool:
        """Whether the row is a total, a signature, the template's example or the heading again, not a person."""
        if name == self.table.heading("name"):
            return True
        if self.is_example(record):
            return True
        if FOOT.fullmatch(name) or _DAY(name):
            return True
        first = next((text for cell in record.cells if (text := record.text(cell)) and not text.isspace()), "").strip()
        line = clean_key(first).replace(" ", "")
        if FOOT.match(line):
            return True
        # Only where it stands alone.
        alone = len(first) < 30 and [*record.cells.values()].count("") == len(record.cells) - 1
        return alone and is_foot_line(line)

    def is_example(self, record: Record) -> bool:
        """Whether the row is the template's own example: it says so in its name, number or remark."""
        for key in ("name", "number", "remark"):
            cell = record.cells.get(key)
            # All its words share one sign, which few cells hold.
            if isinstance(cell, str) and "例" in cell and EXAMPLE.match(clean_key(cell)):
                return True
        return False

    def skip(self, record: Record, *, who: str) -> None:
        """Tell that a row with content was left out; rows that hold only a running number are passed over."""
        if self.is_example(record):
            value = clean_text(record.text("name"))
            message = "这是模板里的示例，没有导入。"
            self.log.info("example_skipped", message, sheet=self.sheet, row=record.row, value=value)
            return
        values = [clean_text(record.text(key)) for key in self.table.columns]
        shown = next((value for value in values if value), "")
        if shown and whole_number(shown) is None:
            message = f"这一行不是{who}，没有导入。"
            self.log.info("row_skipped", message, sheet=self.sheet, row=record.row, value=shown)

    def sound(self, record: Record) -> bool:
        """Whether no cell of the row holds an error; each one that does is logged."""
        if record is self._plain:
            return True
        sound = True
        for key, cell in record.cells.items():
            if isinstance(cell, str):
                if not cell or (cell.isascii() and cell.isprintable() and cell[0] != "#"):
                    continue
                if has_tricks(cell):
                    message = "这一格里有看不见的控制字符，已去掉。请核对。"
                    self.warn("control_removed", message, record, key)
                if cell.strip() not in _FAILED:
                    continue
            elif not isinstance(cell, CellError):
                continue
            sound = False
            if isinstance(cell, CellError) and cell.text == "=":
                message = "这一格是公式，但没有结果。请在 Excel 里打开并保存一次，再上传。"
                self.error("formula_without_result", message, record, key)
            elif isinstance(cell, CellError) and cell.text in SAME_AS_ABOVE:
                self.error("same_as_above", "这一格写着“同上”一类的字，不会替您填。请写出内容。", record, key)
            else:
                self.error("cell_error", "这一格的公式出错了。请改成正确的内容。", record, key)
        return sound

    def name(self, record: Record, key: str, *, required: bool = False) -> str | None:
        """A person's name, `""` if there is none; None if it is unusable (logged).

        A remark in brackets behind it, such as 王一(借读), is split off and told.
        """
        typed = record.text(key)
        if _PLAIN_NAME(typed):
            return typed
        if (as_stored := clean_name(typed)) in self._known and as_stored:
            return as_stored
        several = names_apart(typed) if required else []
        if several and len(clean_text(typed).split()) == 1:
            self.error("names_several", "一格里像是写了几个人。请每人一行，并删去姓名以外的字。", record, key)
            return None
        if several:
            message = f"姓名中间有空格，按“{''.join(several)}”一个人导入。是几个人的，请每人一行。"
            self.warn("name_spaced", message, record, key)
        unmarked, marks = split_marks(typed)
        if marks:
            message = f"姓名旁边的“{marks}”不是姓名的一部分，没有保存。请核对姓名。"
            self.warn("mark_split_off", message, record, key)
        name, note = split_note(clean_name(unmarked))
        if note:
            message = f"姓名后面的“{note}”不是姓名的一部分，没有保存。如果需要，请写在备注里。"
            self.warn("note_split_off", message, record, key)
        if not name and required:
            self.error("name_missing", "没有写姓名。", record, key)
            return None
        if len(name) > NAME_LENGTH:
            self.error("name_too_long", f"姓名超过 {NAME_LENGTH} 个字，请检查这一格。", record, key)
            return None
        if name and not any(c.isalpha() or "\ue000" <= c <= "\uf8ff" for c in name):
            tell = self.error if required else self.warn
            tell("name_odd", "这不是姓名，没有导入。请检查这一格。", record, key)
            return None if required else ""
        if any("\ue000" <= c <= "\uf8ff" for c in name):
            message = "姓名里有造字，别的电脑上可能显示为空白。请改用标准字。"
            self.warn("private_use_character", message, record, key)
        if not name.isascii() and EMOJI.search(name):
            self.warn("name_odd", "姓名里有表情符号，请核对。", record, key)
        elif odd := _ODD_IN_NAME.search(name):
            self.warn("name_odd", f"姓名里有“{odd[0]}”，照原样导入。请核对。", record, key)
        return name

    def identifier(self, record: Record, key: str) -> str | None:
        """A number that is a name (学籍号, 工号), in capitals; `""` if there is none, None if unusable (logged)."""
        cell = record.cells.get(key, "")
        if isinstance(cell, str) and (not cell or _PLAIN_NUMBER(cell)):
            return cell
        typed = bare_number(record.text(key))
        parts = re.split(r"[ 、,;/]+", typed)
        if len(parts) == 2 and len(parts[0]) == len(parts[1]) > 5:
            self.error("numbers_several", "一格里有两个号码。请只留一个。", record, key)
            return None
        text = typed.replace(" ", "")
        if isinstance(cell, CellError) or not text:
            return ""
        if text in self._known:
            return text
        damaged = isinstance(cell, int | float) and lost_digits(cell)
        if damaged or _LOST_BY_SPREADSHEET.fullmatch(text):
            message = "号码超过 15 位，末尾几位已被 Excel 改掉。请把这一列设为“文本”格式后重新填写。"
            self.error("digits_lost", message, record, key)
            return None
        if len(text) > 30:
            self.error("number_too_long", "号码超过 30 个字符，请检查这一格。", record, key)
            return None
        return self._plain_number(text.upper(), record, key)

    def _plain_number(self, text: str, record: Record, key: str) -> str:
        if _SOUND_NUMBER(text):
            return text
        number = _AROUND_NUMBER.sub("", text)
        if not any(c.isdigit() for c in number):
            self.warn("number_word", "这不是号码，没有导入。请检查这一格。", record, key)
            return ""
        if _SOUND_NUMBER(number):
            self.warn("number_with_text", f"号码旁边还有别的文字，只导入了 {number}。请核对。", record, key)
            return number
        self.warn("number_odd", "号码里有不常见的字，照原样导入。请核对。", record, key)
        return text

    def phone(self, record: Record, key: str) -> str:
        """A telephone number in stored form, the first one of several; doubtful ones are kept as typed (logged)."""
        text = clean_text(record.text(key))
        if not text or _PLAIN_MOBILE(text):
            return text
        if _LOST_BY_SPREADSHEET.fullmatch(bare_number(text)):
            message = "电话被 Excel 截断了。请把这一列设为“文本”格式后重新填写。"
            self.error("digits_lost", message, record, key)
            return ""
        found = phones_in(text)
        if not found.phones:
            return self._doubtful_phone(text, record, key)
        phone = found.phones[0]
        if len(found.phones) > 1:
            message = f"一格里有 {len(found.phones)} 个电话，只导入第一个，其余没有保存。"
            self.warn("several_phones", message, record, key)
        elif found.says_more:
            self.warn("phone_with_text", f"电话旁边还有别的文字，只导入了 {phone.number}。", record, key)
        if not phone.mobile:
            self.warn("phone_landline", "这是座机号码，收不到短信。请核对是否有手机号。", record, key)
        return phone.number

    def _doubtful_phone(self, text: str, record: Record, key: str) -> str:
        typed = bare_number(text)
        # What has the length of an identity number is no telephone and not kept.
        fits = len(typed) <= 20 and without_identity(typed) == typed
        message = "看起来不是能拨通的电话，" + ("已照原样导入，请核对。" if fits else "没有导入。")
        self.warn("phone_doubtful", message, record, key)
        return typed if fits else ""

    def date(self, record: Record, key: str, *, within: Days, from_1904: bool) -> datetime.date | None:
        """A day written in any usual way, None if there is none, it is no day or not one of `within` (logged)."""
        cell = record.cells.get(key, "")
        if not clean_text(record.text(key)) or isinstance(cell, CellError | datetime.time):
            return None
        return self.day(cell, record, key, within=within, from_1904=from_1904)

    def day(
        self, cell: str | float | datetime.date, record: Record, key: str, *, within: Days, from_1904: bool
    ) -> datetime.date | None:
        """As `date`, of `cell`: what stands in the column `key`, or a part of it.

        A day without its year is the one of `within` that it can be.
        """
        if isinstance(cell, datetime.datetime):
            cell = cell.date()
        try:
            day = cell if isinstance(cell, datetime.date) else day_meant(cell, within, from_1904=from_1904)
        except AmbiguousDate:
            self.error("date_ambiguous", "看不出是哪年哪月哪日。请写成“2026年9月1日”。", record, key)
            return None
        if day is None:
            self.error("date_unreadable", "这不是日期。请写成“2026年9月1日”。", record, key)
        elif problem := within.problem(day):
            self.error(OUT_OF_RANGE, problem, record, key)
            day = None
        return day

    def text(self, record: Record, key: str, length: int) -> str:
        """Free text; longer than `length` is an error."""
        typed = record.text(key)
        if not typed:
            return ""
        text = clean_text(typed)
        if len(text) > length:
            self.error("text_too_long", f"超过 {length} 个字，请缩短。", record, key)
            return ""
        return text
