"""Material 材料 of the trainings: put beside a session by 德育室, opened by everybody in the school."""

import datetime
import uuid
from typing import Final

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.files import clean_file_name, clean_handout, purge_files
from mentors.staff.models import TrainingFile, TrainingSession
from mentors.staff.services.training import check_keeps_training, lock_session

MOST_FILES: Final = 6
KEPT: Final = datetime.timedelta(days=30)


def add_training_file(*, actor: Actor, session: TrainingSession, data: bytes, name: str) -> TrainingFile:
    """Put one file beside a session.

    Raises DomainError `other_school`, `not_allowed`, `gone`, `too_many_files`, and those of `clean_handout`.
    """
    check_keeps_training(actor, session.school_id)
    content, content_type, suffix = clean_handout(data)
    with transaction.atomic():
        locked = lock_session(actor, session)
        _room_for_one(locked)
        file = TrainingFile(
            school_id=locked.school_id,
            session=locked,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            added_by_id=actor.user_id,
            added_at=now(),
        )
        # The stored name tells nothing.
        file.file.save(f"{uuid.uuid4().hex}{suffix}", ContentFile(content), save=False)
        try:
            file.save()
            audit(actor=actor, verb="add_training_file", target=file)
        except BaseException:
            file.file.delete(save=False)
            raise
    return file


@transaction.atomic
def remove_training_file(*, actor: Actor, file: TrainingFile) -> TrainingFile:
    """Take a file away: nobody sees it any more, and it goes for good after 30 days. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `gone`.
    """
    row = _locked(actor, file)
    if row.removed_at is None:
        row.removed_at = now()
        row.save(update_fields=["removed_at"])
        audit(actor=actor, verb="remove_training_file", target=row)
    return row


@transaction.atomic
def restore_training_file(*, actor: Actor, file: TrainingFile) -> TrainingFile:
    """Bring a file back. Raises DomainError `other_school`, `not_allowed`, `gone`, `too_many_files`."""
    row = _locked(actor, file)
    if row.removed_at is not None:
        _room_for_one(row.session)
        row.removed_at = None
        row.save(update_fields=["removed_at"])
        audit(actor=actor, verb="restore_training_file", target=row)
    return row


def purge_training_files() -> int:
    """Delete for good what was taken away more than 30 days ago; returns how many."""
    return purge_files(TrainingFile.objects.filter(removed_at__lt=now() - KEPT))


def _locked(actor: Actor, file: TrainingFile) -> TrainingFile:
    lock_session(actor, file.session)
    row = TrainingFile.objects.select_for_update(of=("self",)).select_related("session").filter(pk=file.pk).first()
    if row is None:
        raise DomainError("gone", "移除已经超过 30 天，不能再恢复。")
    return row


def _room_for_one(session: TrainingSession) -> None:
    if session.files.filter(removed_at=None).count() >= MOST_FILES:
        raise DomainError("too_many_files", f"一次培训最多放 {MOST_FILES} 个材料，请先移除不需要的。")
