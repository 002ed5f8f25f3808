"""Reads about honours 表彰: nothing is counted up, people stand by name."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from accounts.actors import Actor
from mentors.models.slots import Teacher
from records.recognition.models import Award, AwardRound, Nomination, RubricSheet


@dataclass(frozen=True, slots=True)
class Nominee:
    """Somebody whom colleagues have nominated, with their reasons, and the decision if there is one.

    Of oneself nothing is told: a colleague decides (`is_own`).
    """

    teacher: Teacher
    nominations: tuple[Nomination, ...]
    award: Award | None
    is_own: bool


def rounds_visible_to(actor: Actor) -> QuerySet[AwardRound]:
    """The rounds that the actor may know of, the latest first, those honoured at hand. Two queries."""
    awards = Award.objects.visible_to(actor).select_related("teacher")
    rows = AwardRound.objects.visible_to(actor).select_related("year")
    return rows.prefetch_related(Prefetch("awards", awards, to_attr="shown_awards"))


def own_nominations(actor: Actor, round: AwardRound) -> list[Nomination]:
    """What the actor has said in the round, by name. One query."""
    rows = Nomination.objects.visible_to(actor).filter(round=round, by_id=actor.user_id or 0)
    return list(rows.select_related("teacher").order_by("teacher__pinyin", "pk"))


def own_nomination_rows(actor: Actor) -> QuerySet[Nomination]:
    """All that the actor has said in any round, the round at hand."""
    return Nomination.objects.visible_to(actor).filter(by_id=actor.user_id or 0).select_related("round")


def nominees(actor: Actor, round: AwardRound, *, teacher_id: int | None = None) -> list[Nominee]:
    """All who were nominated, by name, or the one with this key; for who decides. Three queries."""
    rows = Nomination.objects.visible_to(actor).filter(round=round).select_related("by")
    said: dict[int, list[Nomination]] = {}
    for row in rows:
        said.setdefault(row.teacher_id, []).append(row)
    awards = {award.teacher_id: award for award in Award.objects.visible_to(actor).filter(round=round)}
    people = Teacher.objects.filter(pk__in=round.nominations.values("teacher_id"), school_id=actor.school_id or 0)
    if teacher_id is not None:
        people = people.filter(pk=teacher_id)
    return [
        Nominee(
            teacher,
            tuple(said.get(teacher.pk, ())),
            awards.get(teacher.pk),
            teacher.user_id is not None and teacher.user_id == actor.user_id,
        )
        for teacher in people.order_by("pinyin", "number", "pk")
    ]


def sheets_of(round: AwardRound, teacher: Teacher) -> list[RubricSheet]:
    """What those who decide have noted about a nominee, each by name. One query."""
    rows = RubricSheet._default_manager.filter(round=round, teacher=teacher)
    return list(rows.select_related("author").order_by("author__name", "pk"))


def awards_of(actor: Actor, round: AwardRound, *, teacher_id: int | None = None) -> list[Award]:
    """Who is honoured in the round, or the one with this key, by name. One query."""
    rows = Award.objects.visible_to(actor).filter(round=round).select_related("teacher")
    if teacher_id is not None:
        rows = rows.filter(teacher=teacher_id)
    return list(rows)


def colleagues(actor: Actor) -> list[Teacher]:
    """Whom the actor can nominate: all present teachers but oneself, by name. One query."""
    rows = Teacher.objects.visible_to(actor).present().exclude(user_id=actor.user_id or 0)
    return list(rows.order_by("pinyin", "number", "pk"))
