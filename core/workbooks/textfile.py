"""Text tables: comma, tab or semicolon, in the encodings that Chinese offices produce."""

import codecs
import csv
import io
import re

from core.workbooks.model import Limits, Row, Sheet, WorkbookRefused

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DELIMITERS = ",\t;"
# Copied out of other programs, a few may have come along; they are removed later, and told.
_STRAY_CONTROLS = 2


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
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # gb18030 makes "text" of almost anything; real rosters hold hardly a control character.
        if len(_CONTROLS.findall(text)) <= max(_STRAY_CONTROLS, len(text) // 1000):
            return text
    raise WorkbookRefused("not_a_table", "这个文件不是表格，读不出文字。请上传名册的 Excel 或 CSV 文件。")


def _delimiter(text: str) -> str:
    head = text[:20_000].splitlines()[:20]
    return max(
        _DELIMITERS,
        key=lambda sign: (
            sum(line.count(sign) for line in head),
            -_DELIMITERS.index(sign),
        ),
    )
