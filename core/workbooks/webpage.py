"""Tables of a web page that calls itself `.xls`, as old school administration systems export them.

Loaded by path into the child process: nothing but the standard library, and no import of the project.
"""

import codecs
import re
from email import message_from_bytes
from html.parser import HTMLParser

_CHARSET = re.compile(rb"charset=[\"']?([\w-]{3,20})", re.IGNORECASE)
_ARCHIVE = re.compile(rb"(?:mime-version|from|date|subject|message-id|content-type|x-[\w-]+)\s*:", re.IGNORECASE)
_SAMPLE = 8192
_USUAL = re.compile("[\t\r\n -~\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_IGNORED = frozenset({"script", "style", "title"})
_MOST_SPAN = 1000

# Ranges as first and last row (from 1) and column (from 0); rows as their number and cells.
Table = tuple[list[list[int]], list[tuple[int, list[str]]]]


def read_tables(data: bytes, *, limit: int) -> list[Table] | None:
    """The outermost tables with content; None if there are none, or if they claim more than `limit` cells."""
    reader = _Reader(limit)
    reader.feed(_decode(_whole_page(data)))
    reader.close()
    return None if reader.cells_left < 0 else [table for table in reader.tables if table[1]] or None


def is_web_archive(head: bytes) -> bool:
    """Whether a page comes in the clothes of a letter (MHTML), as Excel saves it in a single file."""
    return (bool(_ARCHIVE.match(head)) and b"multipart/" in head.lower()) or head[:12].lower() == b"mime-version"


def utf16_of(data: bytes) -> str | None:
    """The encoding of text in UTF-16, with or without a mark in front; None for anything else.

    Without a mark both orders of bytes are tried: the wrong one makes rare signs of commas and digits.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[: _SAMPLE & ~1]
    if b"\x00" not in sample:
        return None
    shares = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) & ~1].decode(encoding, "replace")
        shares[encoding] = len(_USUAL.findall(text)) / max(1, len(text))
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] > 0.9 else None


def _whole_page(data: bytes) -> bytes:
    if not is_web_archive(data[:4096].lstrip()):
        return data
    pages = [part for part in message_from_bytes(data.lstrip()).walk() if part.get_content_type() == "text/html"]
    found = [bytes(part.get_payload(decode=True) or b"") for part in pages]
    return next((page for page in found if b"<table" in page.lower()), b"")


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    named = declared[1].decode("ascii", "replace").lower() if declared else ""
    named = utf16_of(data) or ("gb18030" if named in ("gb2312", "gbk") else named or "utf-8-sig")
    for encoding in (named, "utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030", "replace")


class _Reader(HTMLParser):
    def __init__(self, limit: int) -> None:
        super().__init__()
        self.cells_left = limit
        self.tables: list[Table] = []
        self._depth = 0
        self._ignored = 0
        self._row: dict[int, str] = {}
        self._cell = 0
        # Cells that a row above reaches down into: column → rows left.
        self._reaching: dict[int, int] = {}
        self._number = 0
        self._in_row = False
        self._column = -1
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _IGNORED:
            self._ignored += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(([], []))
                self._number, self._reaching = 0, {}
        elif self._depth != 1:
            return
        elif tag == "tr":
            self._end_row()
            self._number += 1
            self._in_row = True
            self._column = -1
        elif tag in ("td", "th") and self._in_row:
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _IGNORED:
            self._ignored = max(0, self._ignored - 1)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._ignored:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end_row()

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._column += 1
        while self._reaching.get(self._column, 0) > 0:
            self._column += 1
        wide, high = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
        self.cells_left -= wide
        if self.cells_left < 0:
            self._depth = 0
            return
        last_column = self._column + wide - 1
        if wide > 1 or high > 1:
            self.tables[-1][0].append([self._number, self._number + high - 1, self._column, last_column])
        for column in range(self._column, self._column + wide):
            if high > 1:
                self._reaching[column] = high
        self._row[self._column] = ""
        self._text = []
        self._cell, self._column = self._column, last_column

    def _end_cell(self) -> None:
        if self._text is not None:
            self._row[self._cell] = "".join(self._text).strip().lstrip("\ufeff")
            self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if not self._in_row:
            return
        self._in_row = False
        if self._row and self.cells_left >= 0:
            width = max(self._row) + 1
            self.cells_left -= width
            if self.cells_left >= 0:
                self.tables[-1][1].append((self._number, [self._row.get(at, "") for at in range(width)]))
        self._row = {}
        self._reaching = {column: left - 1 for column, left in self._reaching.items() if left > 1}


def _span(text: str | None) -> int:
    return min(int(text), _MOST_SPAN) if text and text.isdecimal() and int(text) > 0 else 1
