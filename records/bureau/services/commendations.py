"""The only writer of the bureau's commendations 表彰 (W31): people decide, and say what for."""

from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.glyphs import missing_glyphs
from core.text import clean_text
from records.bureau.models import Commendation
from schools.models import School


@dataclass(frozen=True, slots=True)
class CommendationData:
    """Whom, by what name, and for what. Without `teacher_name` it is the school's."""

    school: School
    teacher_name: str
    title: str
    facts: str


@transaction.atomic
def commend(*, actor: Actor, data: CommendationData) -> Commendation:
    """Commend a school of the bureau or one of its teachers, today. The same twice on one day is once.

    Raises DomainError `not_allowed`, `school_unknown`, `title_missing`, `facts_missing`, `no_glyph`.
    """
    _check(actor, actor.bureau_id)
    if not School.objects.visible_to(actor).filter(pk=data.school.pk).exists():
        raise DomainError("school_unknown", "这所学校不归本局，请重新选择。")
    said = {
        "teacher_name": clean_text(data.teacher_name),
        "title": clean_text(data.title),
        "facts": clean_text(data.facts),
    }
    if not said["title"]:
        raise DomainError("title_missing", "请写表彰的名称。")
    if not said["facts"]:
        raise DomainError("facts_missing", "请写事迹：做了什么、起了什么作用。")
    if signs := missing_glyphs("".join(said.values())):
        raise DomainError("no_glyph", f"“{signs[0]}”打印不出来，请换一个字。")
    found, fresh = Commendation.objects.standing().get_or_create(
        school=data.school,
        bureau_id=actor.bureau_id or 0,
        given_on=actor.today,
        **said,
        defaults={"given_by_id": actor.user_id},
    )
    if fresh:
        audit(actor=actor, verb="commend", target=found, school_id=data.school.pk)
    return found


@transaction.atomic
def take_back_commendation(*, actor: Actor, commendation: Commendation) -> None:
    """Take a commendation back: the school no longer finds it. Twice is once. Raises DomainError `not_allowed`."""
    _check(actor, commendation.bureau_id)
    if Commendation.objects.standing().filter(pk=commendation.pk).update(withdrawn_at=now()):
        audit(actor=actor, verb="take_back_commendation", target=commendation, school_id=commendation.school_id)


def _check(actor: Actor, bureau_id: int | None) -> None:
    if bureau_id is None or actor.bureau_id != bureau_id or not actor.has(Role.BUREAU):
        raise DomainError("not_allowed", "只有教育局可以表彰学校和教师。")
