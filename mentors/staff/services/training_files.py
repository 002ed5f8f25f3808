"""Material 材料 of the trainings: put beside a session by 德育室, opened by everybody in the school."""

from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.files import (
    bring_back,
    check_room,
    clean_file_name,
    clean_handout,
    purge_taken_away,
    put_beside,
    take_away,
)
from mentors.staff.models import TrainingFile, TrainingSession
from mentors.staff.services.training import check_keeps_training, lock_session

MOST_FILES: Final = 6
_FULL: Final = f"一次培训最多放 {MOST_FILES} 个材料，请先移除不需要的。"


def add_training_file(*, actor: Actor, session: TrainingSession, data: bytes, name: str) -> TrainingFile:
    """Put one file beside a session.

    Raises DomainError `other_school`, `not_allowed`, `gone`, `too_many_files`, and those of `clean_handout`.
    """
    check_keeps_training(actor, session.school_id)
    content, content_type, suffix = clean_handout(data)
    with transaction.atomic():
        locked = lock_session(actor, session)
        check_room(locked.files.present(), MOST_FILES, _FULL)
        file = TrainingFile(
            school_id=locked.school_id,
            session=locked,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            added_by_id=actor.user_id,
            added_at=now(),
        )
        with put_beside(file, content, suffix):
            audit(actor=actor, verb="add_training_file", target=file)
    return file


@transaction.atomic
def remove_training_file(*, actor: Actor, file: TrainingFile) -> TrainingFile:
    """Take a file away: nobody sees it any more, and it goes for good after 30 days. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `gone`.
    """
    row = _locked(actor, file)
    if take_away(row):
        audit(actor=actor, verb="remove_training_file", target=row)
    return row


@transaction.atomic
def restore_training_file(*, actor: Actor, file: TrainingFile) -> TrainingFile:
    """Bring a file back. Raises DomainError `other_school`, `not_allowed`, `gone`, `too_many_files`."""
    row = _locked(actor, file)
    if bring_back(row, present=row.session.files.present(), most=MOST_FILES, full=_FULL):
        audit(actor=actor, verb="restore_training_file", target=row)
    return row


def purge_training_files() -> int:
    """Delete for good what was taken away more than 30 days ago; returns how many."""
    return purge_taken_away(TrainingFile.objects.all())


def _locked(actor: Actor, file: TrainingFile) -> TrainingFile:
    lock_session(actor, file.session)
    row = TrainingFile.objects.select_for_update(of=("self",)).select_related("session").filter(pk=file.pk).first()
    if row is None:
        raise DomainError("gone", "移除已经超过 30 天，不能再恢复。")
    return row
