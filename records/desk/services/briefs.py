"""学生情况简述, the mentor's own line about a pupil in the roster table."""

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from core.text import clean_text
from records.rules import may_log_for
from students.models import Enrolment

BRIEF_LENGTH = 200


@transaction.atomic
def write_brief(*, actor: Actor, enrolment: Enrolment, text: str) -> Enrolment:
    """Keep the line about the pupil of `enrolment`; empty lets the roster's remark stand in again.

    Raises DomainError `other_school`, `not_allowed`, `brief_too_long`.
    """
    if enrolment.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    if actor.user_id is None or not may_log_for(actor, [enrolment.pupil_id], enrolment.year):
        raise DomainError("not_allowed", "只能填写自己指导的学生或本班学生的情况。")
    brief = clean_text(text)
    if len(brief) > BRIEF_LENGTH:
        raise DomainError("brief_too_long", f"最多写 {BRIEF_LENGTH} 字，请删减一些。")
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    locked.brief = brief
    locked.save(update_fields=["brief"])
    audit(actor=actor, verb="write_brief", target=locked)
    return locked
