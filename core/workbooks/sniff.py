"""What a file is, told by its content, and whether it is safe to unpack. Nothing here parses a workbook."""

import io
import re
import zipfile

from core.workbooks.model import Limits, WorkbookRefused
from core.workbooks.webpage import is_web_archive

_SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"
OLD_EXCEL = f"这是很早的 Excel 格式。{_SAVE_AS}"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
# How far to look for the first tag of a table: style sheets and scripts may stand before.
_HEAD = 64 * 1024
_XML = re.compile(rb"<\?xml(?!.{0,2000}?<html)|<(?:\w+:)?workbook\b", re.DOTALL)
_PAGE = re.compile(
    rb"<(?:!doctype html|!--|html|head|body|meta|style|title|table|div|center|font|span|form|p|br|h\d)\b"
)
_TABLE = re.compile(rb"<table\b[^<]*>\s*(?:<!--.*?-->\s*)*<(?:tr|tbody|thead|caption|colgroup|col)\b", re.DOTALL)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes, limits: Limits) -> str:
    """The kind of `data`: `xlsx`, `xlsb`, `ods`, `xls`, `html` or `text`.

    Raises WorkbookRefused for anything else, and for archives that unpack to more than `limits` allow.
    """
    if not data:
        raise WorkbookRefused("empty_file", "这个文件是空的，请重新选择名册文件。")
    if len(data) > limits.file_bytes:
        size = limits.file_bytes // (1024 * 1024)
        raise WorkbookRefused("too_big", f"文件超过 {size} MB。请删去其中的图片，只留名册再上传。")
    if data.startswith(_PICTURES) or data[4:12] in (b"ftypheic", b"ftypmif1") or data[8:12] == b"WEBP":
        raise WorkbookRefused("picture", "这是一张图片，不是表格。请上传名册的 Excel 文件。")
    if data.startswith(b"%PDF"):
        raise WorkbookRefused("pdf", "这是 PDF 文件，读不出表格。请上传名册的 Excel 文件。")
    if data.startswith(_OLE):
        return "xls"
    if data.startswith(b"PK\x03\x04"):
        return _sniff_zip(data, limits)
    if data.startswith((b"PK\x05\x06", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise WorkbookRefused("archive", "这是压缩包。请先解压，再上传里面的名册文件。")
    if (
        data[:1] == b"\x09"
        and data[1:2] in (b"\x00", b"\x02", b"\x04", b"\x08")
        and data[2:3] in (b"\x04", b"\x06", b"\x08")
    ):
        raise WorkbookRefused("old_xls", OLD_EXCEL)
    # UTF-16 shows its ASCII with zeros between.
    head = data[:_HEAD].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if is_web_archive(head):
        return "html"
    if _XML.match(head):
        raise WorkbookRefused("xml", f"这是 XML 格式的表格。{_SAVE_AS}")
    # Pieces of a page begin with anything: a comment, a div, a word. Text tables hold no tags of tables.
    if (head.startswith(b"<") and _PAGE.match(head)) or _TABLE.search(head):
        return "html"
    return "text"


def _sniff_zip(data: bytes, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            mimetype = archive.read("mimetype")[:100] if "mimetype" in archive.namelist()[:5] else b""
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ):
        raise WorkbookRefused("damaged", "文件不完整或已损坏，请重新导出一份再上传。") from None
    if len(entries) > limits.zip_entries:
        raise WorkbookRefused(
            "bomb",
            "文件里的内容多得不正常，没有读取。请把名册复制到一个新工作簿再上传。",
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes or unpacked > max(len(data), 4096) * limits.packed_ratio:
        raise WorkbookRefused("bomb", "文件解开后大得不正常，没有读取。请把名册复制到一个新工作簿再上传。")
    # Some programs write the names as Windows does, or from the root; Excel does not mind.
    names = {entry.filename.replace("\\", "/").lstrip("/").lower() for entry in entries}
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WorkbookRefused("encrypted", "文件有打开密码。请在 Excel 里另存为无密码的文件，再上传。")
    if "xl/workbook.bin" in names:
        return "xlsb"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if any(name.startswith("index/") and name.endswith(".iwa") for name in names):
        raise WorkbookRefused("numbers", "这是苹果 Numbers 文件。请在 Numbers 里“导出为 Excel”，再上传。")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        raise WorkbookRefused("word", "这是 Word 文档。请把名册复制到 Excel 里再上传。")
    raise WorkbookRefused("archive", "这不是 Excel 文件。如果是压缩包，请先解压，再上传里面的名册文件。")
