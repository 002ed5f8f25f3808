"""PDF files that people attach: written anew, with nothing left that runs, hides or tells more than the pages show."""

import re
from io import BytesIO
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, PdfError, Stream, StreamDecodeLevel
from pikepdf.settings import set_qpdf_limits

from core.errors import DomainError
from core.files import PDF_BYTES, PDF_PAGES

# What a stream may swell to, for the whole process; the papers that we set stay far below.
set_qpdf_limits(flate_max_memory=75_000_000, run_length_max_memory=75_000_000)

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


def clean_pdf(data: bytes, *, max_bytes: int = PDF_BYTES, max_pages: int = PDF_PAGES) -> bytes:
    """The pages of `data` as a new PDF without metadata, scripts, attached files, notes and forms.

    Raises DomainError `pdf_too_large`, `pdf_too_long`, `pdf_broken`.
    """
    if len(data) > max_bytes:
        raise DomainError("pdf_too_large", f"PDF 太大了，请选 {max_bytes // 1024 // 1024} MB 以内的文件。")
    try:
        return _rewritten(data, max_pages)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DomainError("pdf_broken", BROKEN) from error


def _rewritten(data: bytes, max_pages: int) -> bytes:
    out = BytesIO()
    with Pdf.open(BytesIO(data)) as source, Pdf.new() as clean:
        if source.is_encrypted:
            raise DomainError("pdf_broken", BROKEN)
        count = len(source.pages)
        if count > max_pages:
            raise DomainError("pdf_too_long", f"PDF 有 {count} 页，最多 {max_pages} 页，请拆开再上传。")
        if not count:
            raise DomainError("pdf_broken", BROKEN)
        for page in source.pages:
            # What it has from its parents stays: the copy below writes it into the page.
            for key in set(page.obj.keys()) - _PAGE_KEYS:
                del page.obj[key]
            clean.pages.append(page)
        seen: set[tuple[int, int]] = set()
        for page in clean.pages:
            _strip(page.obj, seen)
        if any("memory limit" in warning for warning in source.get_warnings()):
            raise DomainError("pdf_broken", BROKEN)
        # Streams as they came, each object in the open.
        clean.save(out, stream_decode_level=StreamDecodeLevel.none, object_stream_mode=ObjectStreamMode.disable)
    return out.getvalue()


def _strip(page: Object, seen: set[tuple[int, int]]) -> None:
    """Drop what must not stay from everything that a page holds."""
    waiting = [page[key] for key in page.keys() if key != "/Parent"]  # noqa: SIM118  # its iterator gives values
    while waiting:
        found = waiting.pop()
        if not isinstance(found, Object):
            continue
        if found.is_indirect:
            if found.objgen in seen:
                continue
            seen.add(found.objgen)
            if len(seen) > MAX_OBJECTS:
                raise DomainError("pdf_broken", BROKEN)
        if isinstance(found, Dictionary | Stream):
            for key in _DROPPED:
                if key in found:
                    del found[key]
            if isinstance(found, Stream) and found.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
                _take_picture(found)
            waiting += [found[key] for key in found.keys()]  # noqa: SIM118
        elif isinstance(found, Array):
            waiting += list(found)


def _take_picture(stream: Stream) -> None:
    kinds, parameters = stream["/Filter"], stream.get("/DecodeParms")
    assert isinstance(kinds, Name | Array)  # noqa: S101  # the caller compared it
    stream.write(
        bare_jpeg(stream.read_raw_bytes()),
        filter=kinds,
        decode_parms=parameters if isinstance(parameters, Dictionary | Array) else None,
    )


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
