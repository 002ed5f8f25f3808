"""The only writer of quiet wishes for another mentor, handed in by slip and read by 德育室 alone."""

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.clock import now, today
from core.errors import DomainError
from core.text import clean_text
from mentors.enums import WishState
from mentors.models.slots import Assignment
from mentors.rounds.queries.wishes import may_read, wish_readers
from mentors.staff.models import MentorWish
from notices.services import NoticeFor, send_notices
from students.models import Enrolment, FamilySlip

NOTICE = "wish"


@transaction.atomic
def hand_in_wish(*, slip: FamilySlip, text: str) -> MentorWish:
    """The wish of the slip's pupil; a repeated one replaces the words of the open one.

    德育室 gets a notice without a name, once per wish. Raises DomainError `not_allowed`, `no_mentor`.
    """
    if slip.revoked_at is not None:
        raise DomainError("not_allowed", "请先用凭条打开页面。")
    # Locked, so that two devices make one wish.
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("year", "pupil", "school")
        .filter(pupil_id=slip.pupil_id, year__is_current=True, ends_on=None)
        .first()
    )
    held = Assignment.objects.active().main().filter(pupil_id=slip.pupil_id, year__is_current=True)
    if enrolment is None or not held.exists():
        raise DomainError("no_mentor", "现在还没有安排导师。")
    wish = MentorWish.objects.filter(pupil_id=slip.pupil_id, state=WishState.OPEN).first()
    if wish is not None:
        wish.text = clean_text(text)
        wish.save(update_fields=["text"])
    else:
        wish = MentorWish.objects.create(
            school_id=slip.school_id, pupil_id=slip.pupil_id, year=enrolment.year, text=clean_text(text)
        )
        title, body, key = "有一位同学希望换导师", "内容只有德育室能看到。", f"{NOTICE}:{wish.pk}"
        readers = wish_readers(enrolment.pupil)
        wanted = [NoticeFor(user, title, key, body, reverse("wishes:list")) for user in readers]
        send_notices(school=enrolment.school, kind=NOTICE, wanted=wanted)
    family = Actor(user_id=None, name="", school_id=slip.school_id, bureau_id=None, roles=frozenset(), today=today())
    # About the wish, not about the pupil: the log of a pupil's file is open to more people.
    audit(actor=family, verb="hand_in_wish", target=wish)
    return wish


@transaction.atomic
def answer_wish(*, actor: Actor, wish: MentorWish, answer: str) -> MentorWish:
    """Close an open wish; `answer` is what the family page shows. Raises DomainError `other_school`, `not_allowed`,
    `handled`.
    """
    if wish.school_id != actor.school_id:
        raise DomainError("other_school", "这条心愿不属于本校。")
    if not actor.has(Role.MORAL_OFFICE) or not may_read(actor, wish):
        raise DomainError("not_allowed", "只有德育室可以处理。")
    locked = MentorWish.objects.select_for_update().get(pk=wish.pk)
    if locked.state == WishState.HANDLED:
        raise DomainError("handled", "这条心愿已经处理过了。")
    locked.state = WishState.HANDLED
    locked.answer = clean_text(answer)
    locked.handled_by_id = actor.user_id
    locked.handled_at = now()
    locked.save(update_fields=["state", "answer", "handled_by", "handled_at"])
    audit(actor=actor, verb="answer_wish", target=locked)
    return locked
