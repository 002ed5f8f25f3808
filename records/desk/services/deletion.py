"""Deleting one's own records, as their kind says (`records.kinds.Deletion`); for 30 days it can be undone.

Then they go for good.
"""

import datetime
from collections.abc import Sequence
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.files import delete_later
from core.nightly import for_each
from records.desk.models import Attachment, Reading
from records.desk.services.versions import drop_versions, keep_former, note_version
from records.enums import VersionAct
from records.kinds import Kind, deletion_of, kind_of, record_kinds
from records.models.records import Record
from records.services.ticks import refresh_ticks

KEPT: Final = datetime.timedelta(days=30)
R = TypeVar("R", bound=Record)


def may_delete(actor: Actor, record: Record) -> bool:
    """Whoever writes the record, unless it is held fast: a letter that others have."""
    deletion = deletion_of(record)
    return deletion.held(record) is None and deletion.writes(actor, record)


def delete_note(*, actor: Actor, record: R) -> R:
    """Take a visit, talk or unreleased letter away, with its tick; `restore_note` brings it back.

    Raises DomainError `other_school`, `not_allowed`, `letter_handed_in`, `already_deleted`.
    """
    with transaction.atomic():
        locked = _lock(actor, record)
        if locked.deleted_at is not None:
            raise DomainError("already_deleted", "这条记录已经删除了，可以在“最近删除”里找到。")
        deletion = deletion_of(locked)
        if not deletion.writes(actor, locked):
            raise DomainError("not_allowed", "只有记录人本人可以删除这条记录。")
        held = deletion.held(locked)
        if held is not None:
            raise held
        keep_former(locked)
        _write(actor, locked, now(), VersionAct.DELETED)
    return locked


def restore_note(*, actor: Actor, record: R) -> R:
    """Bring back what was deleted less than 30 days ago, with its tick.

    Raises DomainError `other_school`, `not_allowed`, `not_deleted`, `too_late`, `letter_again`.
    """
    with transaction.atomic():
        deletion_of(record).lock(record)
        locked = _lock(actor, record)
        if not may_delete(actor, locked):
            raise DomainError("not_allowed", "只有记录人本人可以恢复这条记录。")
        if locked.deleted_at is None:
            raise DomainError("not_deleted", "这条记录没有删除，或已经恢复。")
        if now() - locked.deleted_at > KEPT:
            raise DomainError("too_late", "删除已经超过 30 天，不能再恢复。")
        clash = deletion_of(locked).clash(locked)
        if clash is not None:
            raise clash
        keep_former(locked)
        _write(actor, locked, None, VersionAct.RESTORED)
    return locked


def _lock(actor: Actor, record: R) -> R:
    if record.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    rows = type(record)._base_manager.select_for_update(of=("self",)).select_related("term__year")
    locked = rows.filter(pk=record.pk).first()
    if locked is None:
        raise DomainError("too_late", "删除已经超过 30 天，不能再恢复。")
    return locked


def _write(actor: Actor, record: Record, moment: datetime.datetime | None, act: VersionAct) -> None:
    kind = kind_of(record)
    record.deleted_at = moment
    record.version += 1
    record.save()
    deletion_of(record).follow(record)
    refresh_ticks(year=record.term.year, pupil_ids=kind.pupil_keys(record), on=actor.today)
    note_version(actor=actor, record=record, act=act)
    verb = "delete" if act == VersionAct.DELETED else "restore"
    audit(actor=actor, verb=f"{verb}_{kind.key}", target=record, detail={"version": record.version})


def purge_deleted() -> int:
    """Each night: what was deleted more than 30 days ago goes, with attachments, history and readings. How many.

    A kind that fails holds up no other: SomeFailed comes at the end.
    """
    before = now() - KEPT
    try:
        return for_each(
            "records.purge", [kind for kind, _deletion in record_kinds()], lambda kind: _purge(kind, before)
        )
    finally:
        _drop_attachments(Q(deleted_at__lt=before))


def _purge(kind: Kind, before: datetime.datetime) -> int:
    rows, count = kind.model._base_manager, 0
    while keys := list(rows.filter(deleted_at__lt=before).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            _drop_attachments(Q(**{f"{kind.key}__in": keys}))
            drop_versions(kind.key, keys)
            Reading.objects.filter(kind=kind.key, record_id__in=keys).delete()
            rows.filter(pk__in=keys).delete()
        count += len(keys)
    return count


def _drop_attachments(which: Q) -> None:
    rows: Sequence[Attachment] = list(Attachment.objects.filter(which))
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        delete_later(row.file.name)
