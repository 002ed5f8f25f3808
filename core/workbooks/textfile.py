"""Text tables: comma, tab or semicolon, in the encodings that Chinese offices produce."""

import csv
import io
import re

from core.workbooks.model import Limits, Row, Sheet, WorkbookRefused
from core.workbooks.webpage import utf16_of

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DELIMITERS = ",\t;"
# Copied out of other programs, a few may have come along; they are removed later, and told.
_STRAY_CONTROLS = 2
_BEYOND_ASCII = re.compile("[^\x00-\x7f\ufffd]")
# One broken place in so many signs is damage; more is another encoding.
_DAMAGED_SHARE = 8
_PAIRS = re.compile(rb"[\xa1-\xfe][\x40-\x7e\x80-\xfe]")
_SAMPLE = 64 * 1024


def read_text(data: bytes, *, sheet_name: str, limits: Limits) -> Sheet:
    """The rows of a text table. Raises WorkbookRefused if it is no text or too long."""
    text = _decode(data)
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r'"?sep=(.)"?', first.strip())
    if declared:
        text = rest
    delimiter = declared[1] if declared else _delimiter(text)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    offset = 1 if declared else 0
    try:
        start = offset + 1
        for cells in reader:
            number, start = start, reader.line_num + offset + 1
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            if len(cells) > limits.columns:
                raise WorkbookRefused(
                    "too_many_columns",
                    f"第 {number} 行超过 {limits.columns} 列，这不像一份名册。",
                )
            rows.append(Row(number, tuple(cells)))
            if len(rows) > limits.rows:
                raise WorkbookRefused("too_many_rows", f"超过 {limits.rows} 行。请分成几个文件上传。")
    except csv.Error:
        raise WorkbookRefused(
            "bad_csv",
            "文本里的引号没有配对，读不成表格。请用 Excel 另存为 .xlsx 再上传。",
        ) from None
    if not rows:
        raise WorkbookRefused("empty_file", "这个文件是空的，请重新选择名册文件。")
    return Sheet(sheet_name, tuple(rows))


def _decode(data: bytes) -> str:
    utf16 = utf16_of(data)
    encodings = [utf16] if utf16 else ["utf-8-sig", "big5hkscs" if _is_big5(data) else "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8-sig":
                _refuse_damaged(data)
            continue
        text = text.removeprefix("\ufeff")
        # gb18030 makes "text" of almost anything; real rosters hold hardly a control character.
        if len(_CONTROLS.findall(text)) <= max(_STRAY_CONTROLS, len(text) // 1000):
            return text
    raise WorkbookRefused("not_a_table", "这个文件不是表格，读不出文字。请上传名册的 Excel 或 CSV 文件。")


def _refuse_damaged(data: bytes) -> None:
    """Refuse UTF-8 with a few broken bytes: as gb18030 all of its names would become others."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken * _DAMAGED_SHARE < len(_BEYOND_ASCII.findall(text)):
        row = text[: text.index("\ufffd")].count("\n") + 1
        raise WorkbookRefused(
            "damaged_text", f"第 {row} 行有损坏的文字，没有读取。请用 Excel 打开原表，另存为 .xlsx 再上传。"
        )


def _is_big5(data: bytes) -> bool:
    """Whether this is a table from Taiwan or Hong Kong, which gb18030 would turn into other signs without a word."""
    try:
        data.decode("big5hkscs")
    except UnicodeDecodeError:
        return False
    pairs = _PAIRS.findall(data[:_SAMPLE])
    usual_here = sum(pair[0] <= 0xF7 and pair[1] >= 0xA1 for pair in pairs)
    usual_there = sum(pair[0] <= 0xC6 for pair in pairs)
    return bool(pairs) and usual_there >= 0.9 * len(pairs) and usual_here < 0.8 * len(pairs)


def _delimiter(text: str) -> str:
    head = text[:20_000].splitlines()[:20]
    return max(
        _DELIMITERS,
        key=lambda sign: (
            sum(line.count(sign) for line in head),
            -_DELIMITERS.index(sign),
        ),
    )
