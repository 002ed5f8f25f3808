"""The only writer of experience notes 经验分享 (W24, W27): written, looked at, published, passed on, withdrawn."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import users_with_role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.fields import EXPIRED
from core.saving import CHANGED
from core.text import clean_text
from notices.services import NoticeFor, send_notices
from records.recognition.checks import Mention
from records.recognition.enums import NoteState
from records.recognition.models import ExperienceNote
from records.recognition.queries.notes import mentions_of
from records.recognition.rules import can_pass_on, can_publish_notes, can_write_note

KIND: Final = "experience_note"
TEXT_LENGTH: Final = 2000
REMARK_LENGTH: Final = 300
#: What must be written before a note is handed in, as people call it.
PARTS: Final = (("situation", "当时的情况"), ("done", "老师做了什么"), ("helped", "什么起了作用"))


@dataclass(frozen=True, slots=True)
class NoteData:
    """What the form of an experience note says."""

    title: str
    situation: str = ""
    done: str = ""
    helped: str = ""
    is_signed: bool = False
    may_pass_on: bool = False


def write_note(*, actor: Actor, data: NoteData, submission: uuid.UUID) -> ExperienceNote:
    """Begin a note; the same `submission` again returns what is there.

    Raises DomainError `not_allowed`, `title_missing`, `text_long`, `submission_taken`.
    """
    if actor.school_id is None or actor.user_id is None:
        raise DomainError("not_allowed", "经验分享由本校老师填写。")
    try:
        with transaction.atomic():
            note = ExperienceNote.objects.create(
                school_id=actor.school_id, author_id=actor.user_id, submission=submission, **_cleaned(data)
            )
            audit(actor=actor, verb="write_experience_note", target=note)
            return note
    except IntegrityError:
        there = ExperienceNote.objects.filter(submission=submission).first()
        if there is None:
            raise
        if there.author_id != actor.user_id:
            raise DomainError("submission_taken", EXPIRED) from None
        return there


@transaction.atomic
def change_note(*, actor: Actor, note: ExperienceNote, version: int, data: NoteData) -> ExperienceNote:
    """Write on in one's own note, whose form showed `version`.

    Raises DomainError `other_school`, `not_allowed`, `changed_meanwhile`, `title_missing`, `text_long`.
    """
    row = _own(actor, note)
    fields = _cleaned(data)
    if row.version != version:
        raise DomainError(CHANGED, "这篇分享刚才在别处改过，下面是您的文字，请核对后再保存。")
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    audit(actor=actor, verb="change_experience_note", target=row, detail={"version": row.version})
    return row


@transaction.atomic
def hand_in_note(*, actor: Actor, note: ExperienceNote, known: Collection[str] = ()) -> list[Mention]:
    """Give one's own note to 德育室, unless it tells who a child is; what was found, then nothing is handed in.

    `known` are the found texts of which the author has said that they mean nobody. Numbers must go.
    Raises DomainError `other_school`, `not_allowed`, `part_missing`.
    """
    row = _own(actor, note)
    missing = [label for name, label in PARTS if not getattr(row, name)]
    if missing:
        raise DomainError("part_missing", f"还没有写“{'”“'.join(missing)}”，写好再提交。")
    found = [one for one in mentions_of(actor, row) if one.must_go or one.text not in known]
    if found:
        return found
    row.state = NoteState.HANDED_IN
    row.save(update_fields=["state", "updated_at"])
    audit(actor=actor, verb="hand_in_experience_note", target=row, detail={"waved_aside": len(known)})
    link = reverse("recognition:note", args=[row.pk])
    office = users_with_role(row.school_id, Role.MORAL_OFFICE, on=actor.today)
    wanted = [NoticeFor(user, "有一篇经验分享请您看看", f"{KIND}:{row.pk}:{row.version}", link=link) for user in office]
    send_notices(school=row.school, kind=KIND, wanted=wanted)
    return []


@transaction.atomic
def return_note(*, actor: Actor, note: ExperienceNote, remark: str) -> ExperienceNote:
    """Give a note back to its author with a word. Raises DomainError `other_school`, `not_allowed`, `moved_on`,
    `remark_missing`, `remark_long`.
    """
    row = _read(actor, note)
    remark = clean_text(remark)
    if not remark:
        raise DomainError("remark_missing", "请写一下希望怎样修改，作者会看到。")
    if len(remark) > REMARK_LENGTH:
        raise DomainError("remark_long", f"修改意见最多 {REMARK_LENGTH} 字，请写短一些。")
    if row.state == NoteState.RETURNED and row.remark == remark:
        return row
    _check_state(row, NoteState.HANDED_IN)
    row.state, row.remark = NoteState.RETURNED, remark
    row.save()
    audit(actor=actor, verb="return_experience_note", target=row)
    _tell_author(row, "您的经验分享有一条修改意见")
    return row


@transaction.atomic
def publish_note(*, actor: Actor, note: ExperienceNote) -> ExperienceNote:
    """Let the colleagues read a note that was handed in. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `moved_on`, `tells_a_number`.
    """
    row = _read(actor, note)
    if row.state == NoteState.PUBLISHED:
        return row
    _check_state(row, NoteState.HANDED_IN)
    if any(one.must_go for one in mentions_of(actor, row)):
        raise DomainError("tells_a_number", "这篇分享里有像电话或证件的号码，请先退回作者删去。")
    row.state, row.remark, row.published_at = NoteState.PUBLISHED, "", now()
    row.save()
    audit(actor=actor, verb="publish_experience_note", target=row)
    _tell_author(row, "您的经验分享已在校内发布，谢谢您")
    return row


@transaction.atomic
def pass_on_note(*, actor: Actor, note: ExperienceNote) -> ExperienceNote:
    """Show a published note to the bureau, with its author's consent. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `moved_on`.
    """
    row = _read(actor, note)
    if row.passed_on_at is not None:
        return row
    if not can_pass_on(row):
        raise DomainError("moved_on", "只有已经发布、作者也同意的分享，才能推荐给教育局。")
    row.passed_on_at = now()
    row.save()
    audit(actor=actor, verb="pass_on_experience_note", target=row)
    return row


@transaction.atomic
def withdraw_note(*, actor: Actor, note: ExperienceNote) -> ExperienceNote:
    """Take one's own note back, wherever it is: nobody else reads it any more. Twice is once.

    Raises DomainError `other_school`, `not_allowed`.
    """
    row = _row(actor, note)
    if row.author_id != actor.user_id:
        raise DomainError("not_allowed", "只有作者本人可以撤回。")
    if row.state in (NoteState.HANDED_IN, NoteState.PUBLISHED):
        row.state, row.published_at, row.passed_on_at = NoteState.WITHDRAWN, None, None
        row.version += 1
        row.save()
        audit(actor=actor, verb="withdraw_experience_note", target=row)
    return row


def _row(actor: Actor, note: ExperienceNote) -> ExperienceNote:
    if note.school_id != actor.school_id:
        raise DomainError("other_school", "这篇分享不属于本校。")
    rows = ExperienceNote.objects.select_for_update(of=("self",)).select_related("school", "author")
    return rows.get(pk=note.pk)


def _own(actor: Actor, note: ExperienceNote) -> ExperienceNote:
    row = _row(actor, note)
    if not can_write_note(actor, row):
        raise DomainError("not_allowed", "只有作者可以修改；已经提交或发布的，请先撤回再改。")
    return row


def _read(actor: Actor, note: ExperienceNote) -> ExperienceNote:
    row = _row(actor, note)
    if not can_publish_notes(actor):
        raise DomainError("not_allowed", "经验分享由德育室看过后发布。")
    return row


def _check_state(row: ExperienceNote, state: NoteState) -> None:
    if row.state != state:
        raise DomainError("moved_on", f"这篇分享现在是“{row.get_state_display()}”，请刷新页面看看。")


def _tell_author(row: ExperienceNote, title: str) -> None:
    if not row.author.is_active:
        return
    link = reverse("recognition:note", args=[row.pk])
    key = f"{KIND}:{row.pk}:{row.version}:{row.state}"
    send_notices(school=row.school, kind=KIND, wanted=[NoticeFor(row.author, title, key, link=link)])


def _cleaned(data: NoteData) -> dict[str, object]:
    title = clean_text(data.title)
    if not title:
        raise DomainError("title_missing", "请写一个题目。")
    texts = {name: str(getattr(data, name)).strip() for name, _label in PARTS}
    if any(len(text) > TEXT_LENGTH for text in texts.values()):
        raise DomainError("text_long", f"每一部分最多 {TEXT_LENGTH} 字，请写短一些。")
    return {"title": title, **texts, "is_signed": data.is_signed, "may_pass_on": data.may_pass_on}
