"""Deleting one's own visits, talks and unreleased letters; for 30 days it can be undone, then they go for good."""

import datetime
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from records.enums import LetterState, RecordKind, VersionAct
from records.models import Attachment, GrowthLetter, HeartTalk, HomeVisit, Reading
from records.rules import can_edit_note, can_write_letter
from records.services.ticks import refresh_ticks
from records.services.versions import VersionedRecord, drop_versions, keep_former, kind_of, note_version
from records.services.visit_plans import follow_visit_plan
from students.models import Pupil

KEPT: Final = datetime.timedelta(days=30)
#: A letter that is handed in lies with 德育室, a released one with the family: those are not deleted.
DELETABLE_LETTERS: Final = (LetterState.DRAFT, LetterState.RETURNED)


def may_delete(actor: Actor, record: VersionedRecord) -> bool:
    """The author a note; whoever holds the slot its letter, while nobody else has it."""
    if isinstance(record, GrowthLetter):
        return record.state in DELETABLE_LETTERS and can_write_letter(actor, record)
    return can_edit_note(actor, record)


def delete_note(*, actor: Actor, record: VersionedRecord) -> VersionedRecord:
    """Take a visit, talk or unreleased letter away, with its tick; `restore_note` brings it back.

    Raises DomainError `other_school`, `not_allowed`, `letter_handed_in`, `already_deleted`.
    """
    with transaction.atomic():
        locked = _lock(actor, record)
        if locked.deleted_at is not None:
            raise DomainError("already_deleted", "这条记录已经删除了，可以在“最近删除”里找到。")
        if not may_delete(actor, locked):
            if isinstance(locked, GrowthLetter) and can_write_letter(actor, locked):
                raise DomainError("letter_handed_in", "已经交稿或发布的寄语不能删除。需要修改时请联系德育室退回。")
            raise DomainError("not_allowed", "只有记录人本人可以删除这条记录。")
        keep_former(locked)
        _write(actor, locked, now(), VersionAct.DELETED)
    return locked


def restore_note(*, actor: Actor, record: VersionedRecord) -> VersionedRecord:
    """Bring back what was deleted less than 30 days ago, with its tick.

    Raises DomainError `other_school`, `not_allowed`, `not_deleted`, `too_late`, `letter_again`.
    """
    with transaction.atomic():
        if isinstance(record, GrowthLetter):
            # The lock under which a new letter of the term would be begun.
            Pupil.objects.select_for_update(no_key=True).get(pk=record.pupil_id)
        locked = _lock(actor, record)
        if not may_delete(actor, locked):
            raise DomainError("not_allowed", "只有记录人本人可以恢复这条记录。")
        if locked.deleted_at is None:
            raise DomainError("not_deleted", "这条记录没有删除，或已经恢复。")
        if now() - locked.deleted_at > KEPT:
            raise DomainError("too_late", "删除已经超过 30 天，不能再恢复。")
        if isinstance(locked, GrowthLetter):
            again = GrowthLetter.objects.present().filter(pupil=locked.pupil_id, term=locked.term_id)
            if again.exists():
                raise DomainError(
                    "letter_again",
                    "这个学期已经另写了一封，不能再恢复旧的。旧稿的文字还在“最近删除”里，可以从那里抄用。",
                )
        keep_former(locked)
        _write(actor, locked, None, VersionAct.RESTORED)
    return locked


def _lock(actor: Actor, record: VersionedRecord) -> VersionedRecord:
    if record.school_id != actor.school_id:
        raise DomainError("other_school", "这条记录不属于本校。")
    rows = type(record)._base_manager.select_for_update(of=("self",)).select_related("term__year")
    locked = rows.filter(pk=record.pk).first()
    if locked is None:
        raise DomainError("too_late", "删除已经超过 30 天，不能再恢复。")
    return locked


def _write(actor: Actor, record: VersionedRecord, moment: datetime.datetime | None, act: VersionAct) -> None:
    record.deleted_at = moment
    record.version += 1
    record.save()
    if isinstance(record, HomeVisit):
        follow_visit_plan(visit=record)
    refresh_ticks(year=record.term.year, pupil_ids=_pupil_ids(record), on=actor.today)
    note_version(actor=actor, record=record, act=act)
    verb = "delete" if act == VersionAct.DELETED else "restore"
    audit(actor=actor, verb=f"{verb}_{kind_of(record).value}", target=record, detail={"version": record.version})


def _pupil_ids(record: VersionedRecord) -> list[int]:
    if isinstance(record, HeartTalk):
        return list(record.pupils.values_list("pk", flat=True))
    return [record.pupil_id]


def purge_deleted() -> int:
    """Each night: what was deleted more than 30 days ago goes, with attachments, history and readings. How many."""
    before, count = now() - KEPT, 0
    for kind, model, owner in (
        (RecordKind.VISIT, HomeVisit, "visit"),
        (RecordKind.TALK, HeartTalk, "talk"),
        (RecordKind.LETTER, GrowthLetter, "letter"),
    ):
        while keys := list(model._base_manager.filter(deleted_at__lt=before).values_list("pk", flat=True)[:500]):
            with transaction.atomic():
                _drop_attachments(Q(**{f"{owner}__in": keys}))
                drop_versions(kind, keys)
                Reading.objects.filter(kind=kind, record_id__in=keys).delete()
                model._base_manager.filter(pk__in=keys).delete()
            count += len(keys)
    _drop_attachments(Q(deleted_at__lt=before))
    return count


def _drop_attachments(which: Q) -> None:
    rows: Sequence[Attachment] = list(Attachment.objects.filter(which))
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        # Bound now: the loop goes on before the commit.
        transaction.on_commit(lambda file=row.file: file.delete(save=False))  # type: ignore[misc]  # a default binds
