"""PDF files that people attach: written anew, with nothing left that runs, hides or tells more than the pages show."""

import re
from io import BytesIO
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from core.errors import DomainError

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PAGES: Final = 10
MAX_OBJECTS: Final = 20_000
#: What a page is made of; notes, forms, links, films and actions all hang on other keys.
_PAGE_KEYS: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"}
)
#: What no object beneath a page keeps: scripts and actions, attached files, the maker's data.
_DROPPED: Final = (
    "/Metadata", "/PieceInfo", "/AF", "/AA", "/A", "/JS", "/JavaScript", "/EF", "/LastModified", "/Thumb",
)  # fmt: skip
# APP1…APP15 of a JPEG (place, device, maker) but APP14, which says how colours are written, and comments.
_JPEG_DATA: Final = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})

BROKEN: Final = "这个 PDF 打不开，可能没有传完整，或设了密码。请另存一份再试。"


def clean_pdf(data: bytes) -> bytes:
    """The pages of `data` as a new PDF without metadata, scripts, attached files, notes and forms.

    Raises DomainError `pdf_too_large`, `pdf_too_long`, `pdf_broken`.
    """
    if len(data) > MAX_BYTES:
        raise DomainError("pdf_too_large", f"PDF 太大了，请选 {MAX_BYTES // 1024 // 1024} MB 以内的文件。")
    try:
        return _rewritten(data)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise DomainError("pdf_broken", BROKEN) from error


def _rewritten(data: bytes) -> bytes:
    reader = PdfReader(BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise DomainError("pdf_broken", BROKEN)
    count = reader.get_num_pages()
    if count > MAX_PAGES:
        raise DomainError("pdf_too_long", f"PDF 有 {count} 页，最多 {MAX_PAGES} 页，请拆开再上传。")
    if not count:
        raise DomainError("pdf_broken", BROKEN)
    writer = PdfWriter()
    seen: set[tuple[int, int]] = set()
    for page in list(reader.pages):
        for key in set(page) - _PAGE_KEYS:
            del page[key]
        _strip(page, seen)
        writer.add_page(page)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _strip(root: DictionaryObject, seen: set[tuple[int, int]]) -> None:
    """Drop what must not stay from everything that a page holds."""
    waiting: list[PdfObject | None] = [value for key, value in root.items() if key != "/Parent"]
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            if len(seen) > MAX_OBJECTS:
                raise DomainError("pdf_broken", BROKEN)
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            for key in _DROPPED:
                found.pop(key, None)
            if isinstance(found, StreamObject) and found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
                found._data = bare_jpeg(found._data)
            waiting += found.values()
        elif isinstance(found, ArrayObject):
            waiting += found


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without the camera's data and comments; its pixels as they were."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            break
        if marker not in _JPEG_DATA:
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    return b"".join([*kept, data[at:]])


def is_pdf(data: bytes) -> bool:
    """Whether the first bytes are a PDF's."""
    return re.match(rb"\s{0,16}%PDF-[12]\.\d", data[:32]) is not None
