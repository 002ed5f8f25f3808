"""Photos and papers beside visits and talks, and scans of letters: optional, encoded anew, at most six a record."""

import uuid
from typing import Any, Final

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.files import check_room, clean_file, clean_file_name, put_beside
from records.desk.models import Attachment
from records.desk.services.deletion import KEPT
from records.kinds import deletion_of, kind_of, record_kinds
from records.models.records import Record

MOST: Final = 6
_FULL: Final = f"一条记录最多 {MOST} 个附件，请先移除不需要的。"


def add_attachment(*, actor: Actor, record: Record, data: bytes, name: str, submission: uuid.UUID) -> Attachment:
    """Put one file beside a record of one's own; the same `submission` again returns what is there already.

    JPEG, PNG and WebP become a JPEG without the camera's data, a PDF is written anew. Raises DomainError
    `other_school`, `not_allowed`, `too_many_files`, and those of `core.files.clean_file`.
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
        check_room(Attachment.objects.present().filter(**owner), MOST, _FULL)
        attachment = Attachment(
            school_id=record.school_id,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            submission=submission,
            created_by_id=user_id,
            **owner,
        )
        with put_beside(attachment, content, suffix):
            owners = {kind_of(record).key.value: record.pk}
            audit(actor=actor, verb="add_attachment", target=attachment, detail=owners)
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
            check_room(Attachment.objects.present().filter(**{kind_of(record).key.value: record}), MOST, _FULL)
            locked.deleted_at = None
        locked.save(update_fields=["deleted_at"])
        audit(actor=actor, verb=verb, target=locked)
    return locked


def record_of(attachment: Attachment) -> Record:
    """The record that a file belongs to."""
    found: Record = next(filter(None, (getattr(attachment, kind.key.value) for kind, _deletion in record_kinds())))
    return found


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
