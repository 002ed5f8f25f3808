"""The way of a growth letter 成长寄语: draft, handed in, returned, released, read."""

import datetime
import uuid
from collections.abc import Collection

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.models import Assignment, Mentor
from records.enums import LetterState
from records.models import GrowthLetter
from records.rules import can_release
from records.services.ticks import refresh_ticks
from schools.models import Term
from students.models import Pupil

CHANGED = "导师刚刚又交了一稿，请看过新稿再发布或退回。"


def _own_mentor(actor: Actor, pupil: Pupil, term: Term) -> Mentor:
    if pupil.school_id != actor.school_id or term.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    assignment = (
        Assignment.objects.held_by(actor)
        .active()
        .main()
        .select_related("mentor")
        .filter(pupil=pupil, year_id=term.year_id)
        .first()
    )
    if actor.user_id is None or assignment is None:
        raise DomainError("not_allowed", "只能为自己指导的学生写寄语。")
    return assignment.mentor


def _save(
    actor: Actor,
    pupil: Pupil,
    term: Term,
    *,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
    hand_in: bool,
) -> GrowthLetter:
    mentor = _own_mentor(actor, pupil, term)
    body, advice = body.strip(), advice.strip()
    if hand_in and not body:
        raise DomainError("letter_empty", "寄语还没有写，写好后再交稿。")
    with transaction.atomic():
        # The pupil's row is the lock: two mentors of one slot may begin the same letter at the same moment.
        Pupil.objects.select_for_update(no_key=True).get(pk=pupil.pk)
        letter = GrowthLetter.objects.present().filter(pupil=pupil, term=term).first()
        if letter is not None and letter.submission == submission and version == 0:
            version = letter.version
        if letter is None:
            letter = GrowthLetter(
                school_id=pupil.school_id,
                pupil=pupil,
                term=term,
                mentor=mentor,
                submission=submission,
                created_by_id=actor.user_id or 0,
                version=0,
            )
        elif letter.version != version:
            raise DomainError(
                "changed_meanwhile",
                "这封寄语刚才在别处改过，下面是您的文字，请核对后再保存。",
            )
        elif letter.state == LetterState.RELEASED:
            raise DomainError("letter_released", "这封寄语已经发布给家长，不能再改。")
        elif letter.state == LetterState.HANDED_IN and not hand_in:
            raise DomainError("letter_handed_in", "这封寄语已经交稿，请直接修改后再次交稿。")
        letter.body, letter.advice = body, advice
        letter.mentor = mentor
        letter.version += 1
        if hand_in:
            letter.state = LetterState.HANDED_IN
            letter.handed_in_at = now()
            letter.return_reason = ""
        letter.save()
        refresh_ticks(year=term.year, pupil_ids=[pupil.pk], on=actor.today)
        audit(
            actor=actor,
            verb="hand_in_letter" if hand_in else "save_letter",
            target=letter,
            detail={"version": letter.version},
        )
        return letter


def save_letter_draft(
    *,
    actor: Actor,
    pupil: Pupil,
    term: Term,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
) -> GrowthLetter:
    """Keep the letter as a draft. `version` is the one that the form showed, 0 for a new letter.

    Raises DomainError `other_school`, `not_allowed`, `changed_meanwhile`, `letter_released`, `letter_handed_in`.
    """
    return _save(
        actor,
        pupil,
        term,
        body=body,
        advice=advice,
        version=version,
        submission=submission,
        hand_in=False,
    )


def hand_in_letter(
    *,
    actor: Actor,
    pupil: Pupil,
    term: Term,
    body: str,
    advice: str,
    version: int,
    submission: uuid.UUID,
) -> GrowthLetter:
    """Save the letter and hand it in to 德育室; its tick turns to √.

    Raises DomainError `letter_empty` and all of `save_letter_draft`.
    """
    return _save(
        actor,
        pupil,
        term,
        body=body,
        advice=advice,
        version=version,
        submission=submission,
        hand_in=True,
    )


@transaction.atomic
def return_letter(
    *, actor: Actor, letter: GrowthLetter, reason: str, seen_at: datetime.datetime | None = None
) -> GrowthLetter:
    """Send a handed-in letter back with a reason; its tick opens again.

    Raises DomainError `other_school`, `not_allowed`, `reason_missing`, `not_handed_in`,
    `changed_meanwhile` (handed in again after `seen_at`, when the reader's page was made).
    """
    if letter.school_id != actor.school_id:
        raise DomainError("other_school", "这封寄语不属于本校。")
    if not can_release(actor):
        raise DomainError("not_allowed", "只有德育室可以退回寄语。")
    if not reason.strip():
        raise DomainError("reason_missing", "请写明退回的原因，方便导师修改。")
    locked = GrowthLetter.objects.select_for_update(of=("self",)).select_related("term__year").get(pk=letter.pk)
    if locked.state != LetterState.HANDED_IN:
        raise DomainError("not_handed_in", "这封寄语现在不是已交状态，请刷新后再看。")
    if seen_at is not None and locked.handed_in_at is not None and locked.handed_in_at > seen_at:
        raise DomainError("changed_meanwhile", CHANGED)
    locked.state = LetterState.RETURNED
    locked.return_reason = reason.strip()
    locked.version += 1
    locked.save()
    refresh_ticks(year=locked.term.year, pupil_ids=[locked.pupil_id], on=actor.today)
    audit(actor=actor, verb="return_letter", target=locked)
    return locked


@transaction.atomic
def release_letters(
    *, actor: Actor, term: Term, letter_ids: Collection[int], seen_at: datetime.datetime | None = None
) -> int:
    """Release handed-in letters of `term` to the families; others among them are left as they are. How many.

    Letters that were handed in again after `seen_at`, when the page was made, stay too: nobody has read those texts.

    Raises DomainError `other_school`, `not_allowed`.
    """
    if term.school_id != actor.school_id:
        raise DomainError("other_school", "这个学期不属于本校。")
    if not can_release(actor):
        raise DomainError("not_allowed", "只有德育室可以发布寄语。")
    letters = GrowthLetter.objects.present().filter(
        school_id=actor.school_id, term=term, pk__in=letter_ids, state=LetterState.HANDED_IN
    )
    if seen_at is not None:
        letters = letters.filter(handed_in_at__lte=seen_at)
    released = letters.update(state=LetterState.RELEASED, released_at=now(), released_by_id=actor.user_id)
    audit(actor=actor, verb="release_letters", target=term, detail={"count": released})
    return released


@transaction.atomic
def mark_letter_read(*, letter: GrowthLetter) -> None:
    """The family has opened the letter; the first time is kept."""
    GrowthLetter.objects.released().filter(pk=letter.pk, read_at=None).update(read_at=now())
