"""Read a workbook's tables cell by cell into clean values, and log all that is wrong on the way.

Mechanics shared by all importers: which sheets hold a table, whether its headings are fit, and the kinds of cells
(names, numbers that are identifiers, telephones, free text of limited length).
"""

import re
from collections.abc import Sequence

from core.importlog import ImportLog
from core.text import clean_key, clean_name, clean_text, lost_digits, normalise_phone, split_phones
from core.workbooks import CellError, ColumnSpec, Record, Table, Workbook, find_table

NAME_LENGTH = 60
_LOST_BY_SPREADSHEET = re.compile(r"\d(\.\d+)?[eE]\+\d+")
# First words of rows that are no person: totals and signatures at the foot of a sheet.
_FOOT = re.compile(r"(合计|总计|小计|共计|总人数|制表|填表|审核|说明|注[:：])")


def find_tables(workbook: Workbook, specs: Sequence[ColumnSpec], log: ImportLog, *, example: str) -> list[Table]:
    """The tables of the visible sheets; `example` names the headings to look for, for the messages."""
    tables: list[Table] = []
    for sheet in workbook.sheets:
        if not sheet.rows:
            continue
        if not sheet.visible:
            log.warning("hidden_sheet", "工作表是隐藏的，没有导入。如果需要，请先取消隐藏。", sheet=sheet.name)
            continue
        table = find_table(sheet, specs)
        if table is None:
            message = f"没有找到表头（如{example}），这张工作表没有导入。"
            log.warning("no_header", message, sheet=sheet.name)
            continue
        if sheet.hidden_row_count:
            message = f"含 {sheet.hidden_row_count} 行隐藏行，已一并读取。如果不需要，请先删去。"
            log.warning("hidden_rows", message, sheet=sheet.name)
        tables.append(table)
    if not tables:
        log.error("no_table", f"没有找到名册。请确认前 20 行里有一行表头，写着{example}等。")
    return tables


class TableReader:
    """The cells of one table by column key; each problem is logged with its place."""

    def __init__(self, table: Table, log: ImportLog) -> None:
        self.table = table
        self.log = log
        self.sheet = table.sheet.name

    def check_headings(self, specs: Sequence[ColumnSpec]) -> bool:
        """Whether all required columns are there once; tells what is repeated, missing or not stored."""
        table = self.table
        for headings in table.repeated.values():
            message = f"有 {len(headings)} 列都是“{headings[0]}”，分不清用哪一列。请改名或删去一列。"
            self._heading_error("column_repeated", message, headings[0])
        for heading in table.unknown:
            message = "这一列不在名册范围内，没有保存。"
            self.log.warning("column_ignored", message, sheet=self.sheet, row=table.header_row, column=heading)
        missing = [spec.label for spec in specs if spec.required and spec.key not in table.headings]
        for label in missing:
            self._heading_error("column_missing", f"缺少“{label}”一列。", label)
        return not missing and not table.repeated

    def _heading_error(self, code: str, message: str, column: str) -> None:
        self.log.error(code, message, sheet=self.sheet, row=self.table.header_row, column=column)

    def error(self, code: str, message: str, record: Record, key: str) -> None:
        """An error at one cell."""
        column, value = self.table.heading(key), clean_text(record.text(key))
        self.log.error(code, message, sheet=self.sheet, row=record.row, column=column, value=value)

    def warn(self, code: str, message: str, record: Record, key: str) -> None:
        """A warning at one cell."""
        column, value = self.table.heading(key), clean_text(record.text(key))
        self.log.warning(code, message, sheet=self.sheet, row=record.row, column=column, value=value)

    def is_foot(self, record: Record, name: str) -> bool:
        """Whether the row is a total, a signature or the heading again, not a person."""
        if name == self.table.heading("name"):
            return True
        first = next((text for cell in record.cells if (text := record.text(cell).strip())), "")
        return bool(_FOOT.match(clean_key(first).replace(" ", ""))) or bool(_FOOT.fullmatch(name))

    def skip(self, record: Record, *, who: str) -> None:
        """Tell that a row with content was left out; rows that hold only a running number are passed over."""
        values = [clean_text(record.text(key)) for key in self.table.columns]
        shown = next((value for value in values if value), "")
        if shown and whole_number(shown) is None:
            message = f"这一行不是{who}，没有导入。"
            self.log.info("row_skipped", message, sheet=self.sheet, row=record.row, value=shown)

    def sound(self, record: Record) -> bool:
        """Whether no cell of the row holds an error; each one that does is logged."""
        sound = True
        for key, cell in record.cells.items():
            if not isinstance(cell, CellError):
                continue
            sound = False
            if cell.text == "=":
                message = "这一格是公式，但没有结果。请在 Excel 里打开并保存一次，再上传。"
                self.error("formula_without_result", message, record, key)
            else:
                self.error("cell_error", "这一格的公式出错了。请改成正确的内容。", record, key)
        return sound

    def name(self, record: Record, key: str, *, required: bool = False) -> str | None:
        """A person's name, `""` if there is none; None if it is unusable (logged)."""
        name = clean_name(record.text(key))
        if not name and required:
            self.error("name_missing", "没有写姓名。", record, key)
            return None
        if len(name) > NAME_LENGTH:
            self.error("name_too_long", f"姓名超过 {NAME_LENGTH} 个字，请检查这一格。", record, key)
            return None
        if any("\ue000" <= c <= "\uf8ff" for c in name):
            message = "姓名里有造字，别的电脑上可能显示为空白。请改用标准字。"
            self.warn("private_use_character", message, record, key)
        return name

    def identifier(self, record: Record, key: str) -> str | None:
        """A number that is a name (学籍号, 工号), in capitals; `""` if there is none, None if unusable (logged)."""
        cell = record.cells.get(key, "")
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
        if not text:
            return ""
        if _LOST_BY_SPREADSHEET.fullmatch(clean_key(text)):
            message = "电话被 Excel 截断了。请把这一列设为“文本”格式后重新填写。"
            self.error("digits_lost", message, record, key)
            return ""
        parts = split_phones(text)
        if len(parts) > 1:
            self.warn("several_phones", "一格里有多个电话，只导入第一个。", record, key)
        phone = normalise_phone(parts[0] if parts else text)
        if phone.valid:
            return phone.number
        fits = len(phone.number) <= 20
        message = "看起来不是能拨通的电话，" + ("已照原样导入，请核对。" if fits else "没有导入。")
        self.warn("phone_doubtful", message, record, key)
        return phone.number if fits else ""

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
