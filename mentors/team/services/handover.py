"""Hand-over notes 交接说明 from one mentor of a pupil to the next."""

import uuid

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.services import audit
from core.errors import DomainError
from mentors.models.slots import Assignment, Mentor, Teacher
from mentors.rules import can_keep_roster
from mentors.team.models import HandOverNote
from mentors.team.queries.handover import holds_now
from mentors.team.rules import can_write_handover
from notices.services import NoticeFor, send_notice, send_notices
from students.models import Pupil

TEXT_LENGTH = 2000
EXPIRED = "这个表单已经失效，请刷新页面后重新填写。"


def write_note(*, actor: Actor, pupil: Pupil, text: str, submission: uuid.UUID) -> HandOverNote:
    """Keep a note for whoever mentors `pupil` next; if that is another person already, they get a notice.

    The same `submission` again returns the note that is already there. Raises DomainError `other_school`,
    `not_allowed`, `no_year`, `text_missing`, `text_too_long`, `no_mentor`, `submission_taken`.
    """
    if pupil.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    if actor.user_id is None or not can_write_handover(actor, pupil):
        raise DomainError("not_allowed", "交接说明由这位同学现在或上一任的导师、班主任来写。")
    year = actor.calendar.this_year()
    text = text.strip()
    if not text:
        raise DomainError("text_missing", "请写几句再保存。")
    if len(text) > TEXT_LENGTH:
        raise DomainError("text_too_long", f"最多写 {TEXT_LENGTH} 字，请删减一些。")
    source = _from(actor, pupil)
    if source is None:
        raise DomainError("no_mentor", "这位同学还没有过导师，没有需要交接的内容。")
    try:
        with transaction.atomic():
            note = HandOverNote.objects.create(
                school_id=pupil.school_id,
                pupil=pupil,
                year=year,
                from_mentor=source,
                text=text,
                written_by_id=actor.user_id,
                submission=submission,
            )
            audit(actor=actor, verb="write_handover", target=note)
            _tell_successor(actor, note)
            return note
    except IntegrityError:
        there = HandOverNote.objects.filter(submission=submission).first()
        if there is None:
            raise
        if there.written_by_id != actor.user_id or there.pupil_id != pupil.pk:
            raise DomainError("submission_taken", EXPIRED) from None
        return there


def _from(actor: Actor, pupil: Pupil) -> Mentor | None:
    """The slot that the note speaks for: the writer's own, latest one, else (homeroom) the pupil's latest."""
    newest = ("-year__start_year", "-starts_on", "-pk")
    own = Assignment.objects.held_by(actor).filter(pupil=pupil).select_related("mentor").order_by(*newest).first()
    if own is None:
        own = Assignment.objects.main().filter(pupil=pupil).select_related("mentor").order_by(*newest).first()
    return own.mentor if own is not None else None


def _tell_successor(actor: Actor, note: HandOverNote) -> None:
    """The present main mentors who are not the writer learn that there is something to read; no name, no text."""
    if holds_now(actor, note.pupil):
        return
    mains = Assignment.objects.active().main().filter(pupil=note.pupil, year=note.year)
    title, body = "您的一位学生有新的交接说明", "前任导师或班主任写了交接说明，点开就能看到。"
    link, key = reverse("desk:pupil", args=[note.pupil_id]), f"handover-{note.pk}"
    users = User.objects.filter(teacher__memberships__mentor__assignments__in=mains).exclude(pk=actor.user_id or 0)
    wanted = [NoticeFor(user, title, key, body, link) for user in users]
    send_notices(school=note.year.school, kind="handover", wanted=wanted)


@transaction.atomic
def ask_for_notes(*, actor: Actor, teacher: Teacher) -> bool:
    """Ask a teacher who is about to leave for hand-over notes, once a day; False if that was done today already.

    Raises DomainError `other_school`, `not_allowed`, `no_account`.
    """
    if teacher.school_id != actor.school_id:
        raise DomainError("other_school", "这位教师不属于本校。")
    if not can_keep_roster(actor):
        raise DomainError("not_allowed", "只有管理员可以办理离职。")
    if teacher.user is None:
        raise DomainError("no_account", "这位教师没有账号，收不到提醒。请当面请老师把情况告诉班主任。")
    notice = send_notice(
        recipient=teacher.user,
        school=teacher.school,
        kind="handover",
        title="请为您的学生写一份交接说明",
        body="打开学生的页面，点“写交接说明”，写几句接手的导师用得上的话。",
        link=reverse("desk:home"),
        dedup_key=f"ask-handover-{actor.today.isoformat()}",
    )
    if notice is not None:
        audit(actor=actor, verb="ask_for_notes", target=teacher)
    return notice is not None
