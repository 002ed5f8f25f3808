"""Read a workbook's tables cell by cell into clean values, and log all that is wrong on the way.

Mechanics shared by all importers: whether a table's headings are fit, and the kinds of cells (names, numbers that are
identifiers, telephones, free text of limited length). Which tables there are is found by `core.tablefinder`.
"""

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from core.importlog import ImportLog, Level
from core.phones import mobile_within, normalise_phone, split_phones
from core.text import (
    EMOJI,
    AmbiguousDate,
    clean_key,
    clean_name,
    clean_text,
    has_tricks,
    lost_digits,
    parse_date,
    split_note,
)
from core.workbooks import (
    CellError,
    ColumnSpec,
    Record,
    Table,
)

NAME_LENGTH = 60
_LOST_BY_SPREADSHEET = re.compile(r"\d(\.\d+)?[eE]\+\d+")
# First words of rows that are no person: totals and signatures at the foot of a sheet.
_FOOT = re.compile(
    r"(合计|总计|小计|共计|总人数|以上共|本页共|男生共|女生共|制表|填表|审核|校对|说明|注[:：]|备注[:：]|班主任(签|:)|负责人(签|:))"
)
# How the example row of the template begins; whoever leaves it in place means no such person.
EXAMPLE = re.compile(r"[(\[【]?(示例|例如|样例)")
# What a spreadsheet shows for a formula that failed; old formats give it as text.
_FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
# What nearly all cells are; whatever these match needs no second look (a large roster has 200,000 cells).
_SOUND_ROW = re.compile("[0-9A-Za-z\u4e00-\u9fff()<>（）\x1f]*").fullmatch
_PLAIN_NAME = re.compile("[\u4e00-\u9fff]{1,20}").fullmatch
_PLAIN_NUMBER = re.compile("[0-9A-Z]{1,30}").fullmatch
_PLAIN_MOBILE = re.compile("1[3-9][0-9]{9}").fullmatch


class TableReader:
    """The cells of one table by column key; each problem is logged with its place."""

    def __init__(self, table: Table, log: ImportLog) -> None:
        self.table = table
        self.log = log
        self.sheet = table.sheet.name

    def check_headings(self, specs: Sequence[ColumnSpec]) -> bool:
        """Whether all required columns are there once; tells what is repeated, missing or not stored."""
        table = self.table
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

    def is_foot(self, record: Record, name: str) -> bool:
        """Whether the row is a total, a signature, the template's example or the heading again, not a person."""
        if name == self.table.heading("name"):
            return True
        if self.is_example(record):
            return True
        first = next((text for cell in record.cells if (text := record.text(cell).strip())), "")
        return bool(_FOOT.match(clean_key(first).replace(" ", ""))) or bool(_FOOT.fullmatch(name))

    def is_example(self, record: Record) -> bool:
        """Whether the row is the template's own example: it says so in its name, number or remark."""
        cells = [record.cells.get(key) for key in ("name", "number", "remark")]
        # All its words share one sign, which few cells hold.
        return any(isinstance(cell, str) and "例" in cell and bool(EXAMPLE.match(clean_key(cell))) for cell in cells)

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
        with suppress(TypeError):
            if _SOUND_ROW("\x1f".join(record.cells.values())):  # type: ignore[arg-type]  # other kinds of cells raise
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
        name, note = split_note(clean_name(typed))
        if note:
            message = f"姓名后面的“{note}”不是姓名的一部分，没有保存。如果需要，请写在备注里。"
            self.warn("note_split_off", message, record, key)
        if not name and required:
            self.error("name_missing", "没有写姓名。", record, key)
            return None
        if len(name) > NAME_LENGTH:
            self.error("name_too_long", f"姓名超过 {NAME_LENGTH} 个字，请检查这一格。", record, key)
            return None
        if any("\ue000" <= c <= "\uf8ff" for c in name):
            message = "姓名里有造字，别的电脑上可能显示为空白。请改用标准字。"
            self.warn("private_use_character", message, record, key)
        if not name.isascii() and EMOJI.search(name):
            self.warn("name_odd", "姓名里有表情符号，请核对。", record, key)
        return name

    def identifier(self, record: Record, key: str) -> str | None:
        """A number that is a name (学籍号, 工号), in capitals; `""` if there is none, None if unusable (logged)."""
        cell = record.cells.get(key, "")
        if isinstance(cell, str) and (not cell or _PLAIN_NUMBER(cell)):
            return cell
        text = clean_key(record.text(key)).replace(" ", "").lstrip("'")
        if isinstance(cell, CellError) or not text:
            return ""
        damaged = isinstance(cell, int | float) and lost_digits(cell)
        if damaged or _LOST_BY_SPREADSHEET.fullmatch(text):
            message = "号码超过 15 位，末尾几位已被 Excel 改掉。请把这一列设为“文本”格式后重新填写。"
            self.error("digits_lost", message, record, key)
            return None
        if len(text) > 30:
            self.error("number_too_long", "号码超过 30 个字符，请检查这一格。", record, key)
            return None
        return text.upper()

    def phone(self, record: Record, key: str) -> str:
        """A telephone number in stored form, the first one of several; doubtful ones are kept as typed (logged)."""
        text = clean_text(record.text(key))
        if not text or _PLAIN_MOBILE(text):
            return text
        if _LOST_BY_SPREADSHEET.fullmatch(clean_key(text)):
            message = "电话被 Excel 截断了。请把这一列设为“文本”格式后重新填写。"
            self.error("digits_lost", message, record, key)
            return ""
        parts = split_phones(text)
        if len(parts) > 1:
            message = f"一格里有 {len(parts)} 个电话，只导入第一个，其余没有保存。"
            self.warn("several_phones", message, record, key)
        phone = normalise_phone(parts[0] if parts else text)
        if phone.valid:
            if not phone.mobile:
                self.warn("phone_landline", "这是座机号码，收不到短信。请核对是否有手机号。", record, key)
            return phone.number
        inside = mobile_within(parts[0] if parts else text)
        if inside:
            self.warn("phone_with_text", f"电话旁边还有别的文字，只导入了 {inside}。", record, key)
            return inside
        fits = len(phone.number) <= 20
        message = "看起来不是能拨通的电话，" + ("已照原样导入，请核对。" if fits else "没有导入。")
        self.warn("phone_doubtful", message, record, key)
        return phone.number if fits else ""

    def date(self, record: Record, key: str, *, from_1904: bool) -> datetime.date | None:
        """A day written in any usual way, None if there is none or it is no day (logged)."""
        cell = record.cells.get(key, "")
        if isinstance(cell, datetime.datetime):
            return cell.date()
        if isinstance(cell, datetime.date):
            return cell
        text = clean_text(record.text(key))
        if not text or isinstance(cell, CellError):
            return None
        try:
            day = parse_date(text, from_1904=from_1904)
        except AmbiguousDate:
            self.error("date_ambiguous", "看不出是哪年哪月哪日。请写成“2026年9月1日”。", record, key)
            return None
        if day is None:
            self.error("date_unreadable", "这不是日期。请写成“2026年9月1日”。", record, key)
        return day

    def check_lengths(self, numbers: Sequence[tuple[Record, str]], key: str) -> None:
        """Warn about numbers shorter than nearly all others of the column: zeros in front may have been lost."""
        usual = Counter(len(number) for _, number in numbers).most_common(1)
        if not usual or len(numbers) < 3 or usual[0][1] * 2 <= len(numbers):
            return
        length = usual[0][0]
        for record, number in numbers:
            if len(number) < length and number.isdigit() and isinstance(record.cells.get(key), int | float):
                message = f"比同一列的号码少 {length - len(number)} 位，开头的 0 可能被 Excel 去掉了。请核对。"
                self.warn("number_short", message, record, key)

    def text(self, record: Record, key: str, length: int) -> str:
        """Free text; longer than `length` is an error."""
        text = clean_text(record.text(key))
        if len(text) > length:
            self.error("text_too_long", f"超过 {length} 个字，请缩短。", record, key)
            return ""
        return text


def whole_number(text: str) -> int | None:
    """A positive whole number of up to four digits, or None."""
    key = clean_key(text)
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 4 and int(key) > 0 else None
