"""Photos and papers beside visits and talks, and scans of letters: optional, encoded anew, at most six a record."""

import re
import unicodedata
import uuid
from pathlib import PurePosixPath
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.pdfs import MAX_BYTES, MAX_PAGES, clean_pdf, is_pdf
from core.pictures import clean_picture
from records.desk.models import Attachment
from records.desk.services.deletion import KEPT
from records.kinds import deletion_of, kind_of, record_kinds
from records.models.records import Record

MOST: Final = 6
#: No picture is kept larger: enough to read a page of handwriting.
MAX_SIDE: Final = 2400


def add_attachment(*, actor: Actor, record: Record, data: bytes, name: str, submission: uuid.UUID) -> Attachment:
    """Put one file beside a record of one's own; the same `submission` again returns what is there already.

    JPEG, PNG and WebP become a JPEG without the camera's data, a PDF is written anew. Raises DomainError
    `other_school`, `not_allowed`, `too_many_files`, `not_accepted`, and those of `clean_picture` and `clean_pdf`.
    """
    user_id = _check(actor, record)
    found = _sent_before(actor, record, submission)
    if found is not None:
        return found
    content, content_type, suffix = clean_file(data)
    with transaction.atomic():
        # The record's row is the lock: two uploads at once do not make a seventh.
        locked = type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
        found = _sent_before(actor, record, submission)
        if found is not None:
            return found
        if locked.deleted_at is not None:
            raise DomainError("not_allowed", "这条记录已经删除，请先恢复再添加附件。")
        owner = {kind_of(record).key.value: record}
        if Attachment.objects.present().filter(**owner).count() >= MOST:
            raise DomainError("too_many_files", f"一条记录最多 {MOST} 个附件，请先移除不需要的。")
        attachment = Attachment(
            school_id=record.school_id,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            submission=submission,
            created_by_id=user_id,
            **owner,
        )
        # The stored name tells nothing: neither who it is about nor what it was called.
        attachment.file.save(f"{uuid.uuid4().hex}{suffix}", ContentFile(content), save=False)
        try:
            attachment.save()
        except BaseException:
            attachment.file.delete(save=False)
            raise
        audit(actor=actor, verb="add_attachment", target=attachment, detail={kind_of(record).key.value: record.pk})
    return attachment


def remove_attachment(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Take a file away; `restore_attachment` brings it back for 30 days. Raises DomainError `other_school`,
    `not_allowed`.
    """
    return _set_deleted(actor, attachment, verb="remove_attachment")


def restore_attachment(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Bring a file back. Raises DomainError `other_school`, `not_allowed`, `too_late`, `too_many_files`."""
    return _set_deleted(actor, attachment, verb="restore_attachment")


def _set_deleted(actor: Actor, attachment: Attachment, *, verb: str) -> Attachment:
    record = record_of(attachment)
    _check(actor, record)
    with transaction.atomic():
        type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
        locked = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
        if locked is None:
            raise DomainError("too_late", "移除已经超过 30 天，不能再恢复。")
        moment = now()
        if verb == "remove_attachment":
            if locked.deleted_at is not None:
                return locked
            locked.deleted_at = moment
        else:
            if locked.deleted_at is None:
                return locked
            if moment - locked.deleted_at > KEPT:
                raise DomainError("too_late", "移除已经超过 30 天，不能再恢复。")
            if Attachment.objects.present().filter(**{kind_of(record).key.value: record}).count() >= MOST:
                raise DomainError("too_many_files", f"一条记录最多 {MOST} 个附件，请先移除不需要的。")
            locked.deleted_at = None
        locked.save(update_fields=["deleted_at"])
        audit(actor=actor, verb=verb, target=locked)
    return locked


def record_of(attachment: Attachment) -> Record:
    """The record that a file belongs to."""
    found: Record = next(filter(None, (getattr(attachment, kind.key.value) for kind, _deletion in record_kinds())))
    return found


def clean_file_name(name: str, suffix: str) -> str:
    """A name to show and to download by: no folders, no signs that steer a terminal or a header, the right ending."""
    base = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    stem = base.rpartition(".")[0] or base
    # Controls, and the signs that turn the reading direction and so hide an ending.
    stem = "".join(c for c in stem if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    stem = re.sub(r'["<>|:*?;/\s]+', " ", stem).strip(" .")
    return f"{stem[: 100 - len(suffix)] or '附件'}{suffix}"


def clean_file(data: bytes, *, pdf_bytes: int = MAX_BYTES, pdf_pages: int = MAX_PAGES) -> tuple[bytes, str, str]:
    """A file as it is kept: its bytes, type and ending. Pictures become a JPEG without the camera's data.

    Raises DomainError `not_accepted`, and those of `clean_picture` and `clean_pdf`.
    """
    if is_pdf(data):
        return clean_pdf(data, max_bytes=pdf_bytes, max_pages=pdf_pages), "application/pdf", ".pdf"
    try:
        return clean_picture(data, max_side=MAX_SIDE), "image/jpeg", ".jpg"
    except DomainError as error:
        if error.code == "not_a_picture":
            raise DomainError("not_accepted", "只能上传照片（JPG、PNG、WebP）或 PDF，请换一个文件。") from error
        raise


def _check(actor: Actor, record: Record) -> int:
    if record.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    if actor.user_id is None:
        raise DomainError("not_allowed", "只有记录人本人可以添加或移除附件。")
    if not deletion_of(record).writes(actor, record) or record.deleted_at is not None:
        raise DomainError("not_allowed", "只有记录人本人可以添加或移除附件。")
    return actor.user_id


def _sent_before(actor: Actor, record: Record, submission: uuid.UUID) -> Attachment | None:
    found = Attachment.objects.filter(submission=submission).first()
    if found is None:
        return None
    owner: dict[str, Any] = {f"{kind_of(record).key.value}_id": record.pk, "created_by_id": actor.user_id}
    if any(getattr(found, key) != value for key, value in owner.items()):
        raise DomainError("not_allowed", "这个表单已经失效，请刷新页面后重新选择文件。")
    return found
