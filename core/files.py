"""Files that people put beside something: made clean, named plainly, and answered so that they can do no harm."""

import datetime
import re
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponseBase

from core.clock import now
from core.errors import DomainError

#: What may stand beside a record.
PDF_BYTES: Final = 5 * 1024 * 1024
PDF_PAGES: Final = 10
#: What may be handed out beside a text: larger than what stands beside a record.
HANDOUT_BYTES: Final = 10 * 1024 * 1024
HANDOUT_PAGES: Final = 60
#: What a Word or Excel file, old or new, begins with.
_OFFICE: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: What was taken away can be brought back for so long.
KEPT: Final = datetime.timedelta(days=30)
#: No picture is kept larger: enough to read a page of handwriting.
MAX_SIDE: Final = 2400
ALONE: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def clean_file_name(name: str, suffix: str) -> str:
    """A name to show and to download by: no folders, no signs that steer a terminal or a header, the right ending."""
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    stem = base.rpartition(".")[0] or base
    # Controls, and the signs that turn the reading direction and so hide an ending.
    stem = "".join(c for c in stem if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    stem = re.sub(r'["<>|:*?;/\s]+', " ", stem).strip(" .")
    return f"{stem[: 100 - len(suffix)] or '附件'}{suffix}"


def clean_file(data: bytes, *, pdf_bytes: int = PDF_BYTES, pdf_pages: int = PDF_PAGES) -> tuple[bytes, str, str]:
    """A file as it is kept: its bytes, type and ending. Pictures become a JPEG without the camera's data.

    Raises DomainError `not_accepted`, and those of `clean_picture` and `clean_pdf`.
    """
    from core.pdfs import clean_pdf, is_pdf
    from core.pictures import clean_picture

    if is_pdf(data):
        return clean_pdf(data, max_bytes=pdf_bytes, max_pages=pdf_pages), "application/pdf", ".pdf"
    try:
        return clean_picture(data, max_side=MAX_SIDE), "image/jpeg", ".jpg"
    except DomainError as error:
        if error.code == "not_a_picture":
            raise DomainError("not_accepted", "只能上传照片（JPG、PNG、WebP）或 PDF，请换一个文件。") from error
        raise


def clean_handout(data: bytes) -> tuple[bytes, str, str]:
    """A file that many open, as `clean_file`, but larger. Raises DomainError `file_too_large`, and as `clean_file`."""
    if len(data) > HANDOUT_BYTES:
        raise DomainError("file_too_large", f"文件太大了，请选 {HANDOUT_BYTES // 1024 // 1024} MB 以内的文件。")
    if data.startswith(_OFFICE):
        raise DomainError("not_accepted", "Word 和 Excel 文件请先另存为 PDF 再上传：谁打开都一样，也不带修改痕迹。")
    return clean_file(data, pdf_bytes=HANDOUT_BYTES, pdf_pages=HANDOUT_PAGES)


def stored_file(file: FieldFile, *, name: str, content_type: str) -> HttpResponseBase:
    """The stored bytes: pictures show in the page, a PDF is always saved; nothing is kept or guessed on the way."""
    return FileResponse(
        opened_file(file),
        as_attachment=content_type != "image/jpeg",
        filename=name,
        content_type=content_type,
        headers=ALONE,
    )


def opened_file(file: FieldFile) -> "File[bytes]":
    """The file, open to be read. Raises Http404 where it is gone from the disk."""
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error


def delete_later(name: str | None) -> None:
    """Delete a stored file once the transaction is through; where that fails, it stays, and what was saved stands.

    "" and None: there is none.
    """

    # Django names in its log what failed, and a partial has no name: it would fail once more, and the answer with it.
    def delete() -> None:
        default_storage.delete(name or "")

    if name:
        transaction.on_commit(delete, robust=True)


@contextmanager
def put_beside(row: Any, content: bytes, suffix: str) -> Iterator[None]:
    """Save a new row with its column `file`, and do what belongs to it inside; whatever fails leaves no file behind."""
    # The stored name tells nothing: neither whom it is about nor what it was called.
    row.file.save(f"{uuid.uuid4().hex}{suffix}", ContentFile(content), save=False)
    try:
        row.save()
        yield
    except BaseException:
        row.file.delete(save=False)
        raise


def take_away(row: Any) -> bool:
    """Nobody sees the file of a locked row with a column `removed_at` any more; whether it was there until now."""
    was_there = row.removed_at is None
    if was_there:
        row.removed_at = now()
        row.save(update_fields=["removed_at"])
    return was_there


def bring_back(row: Any, *, present: QuerySet[Any], most: int, full: str) -> bool:
    """The other way round, while fewer than `most` are `present`. Raises DomainError `too_many_files` with `full`."""
    if row.removed_at is None:
        return False
    check_room(present, most, full)
    row.removed_at = None
    row.save(update_fields=["removed_at"])
    return True


def check_room(present: QuerySet[Any], most: int, full: str) -> None:
    """Raises DomainError `too_many_files`, with the sentence `full`, where `most` are there."""
    if present.count() >= most:
        raise DomainError("too_many_files", full)


def purge_taken_away(rows: QuerySet[Any]) -> int:
    """Delete for good, of rows with `file` and `removed_at`, what was taken away longer ago than `KEPT`; how many."""
    gone = list(rows.filter(removed_at__lt=now() - KEPT))
    for row in gone:
        row.file.delete(save=False)
        row.delete()
    return len(gone)
