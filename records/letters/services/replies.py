"""Families' short replies 家长回音 to released letters: one per letter, open to change until the mentor has read it."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.services import audit
from core.clock import not_before
from core.errors import DomainError
from mentors.models.slots import MentorMember
from notices.services import NoticeFor, send_notices
from records.desk.models import LetterReply
from records.desk.queries.years import address_in
from records.enums import LetterState
from records.models.records import GrowthLetter

LONGEST = 200


@transaction.atomic
def reply_to_letter(*, letter: GrowthLetter, text: str) -> LetterReply:
    """The family of the letter's pupil answers, or changes its answer. The page has asked for the slip.

    The mentor is told that there is a reply, not what it says. Raises DomainError `reply_empty`, `reply_too_long`,
    `letter_not_released`, `reply_read`.
    """
    text = " ".join(text.split())
    if not text:
        raise DomainError("reply_empty", "请写一两句话再发送。")
    if len(text) > LONGEST:
        raise DomainError("reply_too_long", f"最多写 {LONGEST} 字，现在有 {len(text)} 字，请删减一些。")
    # The letter's row is the lock: a double tap makes one reply.
    locked = GrowthLetter.objects.present().select_for_update(of=("self",)).filter(pk=letter.pk).first()
    if locked is None or locked.state != LetterState.RELEASED:
        raise DomainError("letter_not_released", "这封寄语现在不能回复，请刷新页面再看。")
    reply = LetterReply.objects.select_for_update(of=("self",)).filter(letter=locked).first()
    if reply is not None and reply.text == text:
        return reply
    if reply is not None and reply.read_at is not None:
        raise DomainError("reply_read", "老师已经读过您的回音，不能再改。想再说几句，可以直接联系老师。")
    if reply is None:
        reply = LetterReply(school_id=locked.school_id, letter=locked)
    reply.text = text
    reply.save()
    family = system_actor(school_id=locked.school_id, today=timezone.localdate(), name="家长")
    audit(actor=family, verb="reply_to_letter", target=locked)
    members = list(MentorMember.objects.filter(mentor=locked.mentor_id).select_related("teacher__user", "school"))
    link = address_in(locked.term, reverse("desk:letter_desk", args=[locked.pupil_id]))
    key = f"letter_reply:{locked.pk}"
    wanted = [NoticeFor(m.teacher.user, "您收到一条家长回音", key, link=link) for m in members if m.teacher.user]
    if wanted:
        send_notices(school=members[0].school, kind="letter_reply", wanted=wanted)
    return reply


@transaction.atomic
def mark_reply_read(*, actor: Actor, reply: LetterReply) -> None:
    """The mentor has opened the reply; the first time is kept. Others' replies are left as they are."""
    mine = LetterReply.objects.visible_to(actor).filter(pk=reply.pk, read_at=None)
    if LetterReply.objects.filter(pk__in=mine.values("pk"), read_at=None).update(read_at=not_before(reply.created_at)):
        audit(actor=actor, verb="read_reply", target=reply, kind=AuditKind.READ)
