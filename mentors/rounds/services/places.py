"""What makes a draft whole when places do not suffice: further mentors, exceptions, mentors open to more classes."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from mentors.models.slots import CapException, Mentor, Teacher
from mentors.rounds.models import MatchingRound, Placement, RoundMentor
from mentors.rounds.services.draft import draft_round
from mentors.rounds.services.running import CandidateData, lock_running, set_candidates
from mentors.services.slots import create_mentor, grant_exception


@transaction.atomic
def add_round_mentors(*, actor: Actor, round: MatchingRound, teachers: Sequence[Teacher]) -> list[Mentor]:
    """Make `teachers` mentors, each with a slot of their own, open to the whole grade; a draft is made again.

    Raises DomainError `no_teacher` and those of `create_mentor`, `set_candidates` and `draft_round`.
    """
    row = lock_running(actor, round)
    if not teachers:
        raise DomainError("no_teacher", "请先勾选要增加的导师。")
    present = _as_they_are(row)
    added = [create_mentor(actor=actor, year=row.year, teachers=[teacher]) for teacher in teachers]
    known = {data.mentor_id for data in present}
    fresh = [CandidateData(mentor.pk, whole_grade=True) for mentor in added if mentor.pk not in known]
    set_candidates(actor=actor, round=row, candidates=[*present, *fresh])
    _draft_again(actor, row)
    return added


@transaction.atomic
def grant_exceptions(
    *, actor: Actor, round: MatchingRound, extra: Mapping[int, int], reason: str
) -> list[CapException]:
    """Raise the limit of candidates by `extra` places each (mentor key → places), all or none; a draft is made again.

    Raises DomainError `nothing_granted`, `not_a_candidate`, and those of `grant_exception` and `draft_round`.
    """
    row = lock_running(actor, round)
    wanted = {key: places for key, places in extra.items() if places > 0}
    if not wanted:
        raise DomainError("nothing_granted", "请至少给一位导师增加一个名额。")
    # In key order, as everywhere where several slots are locked.
    mentors = {
        m.pk: m for m in Mentor.objects.select_for_update().filter(pk__in=wanted, candidacies__round=row).order_by("pk")
    }
    if len(mentors) != len(wanted):
        raise DomainError("not_a_candidate", "有导师不在候选名单里，请刷新页面再试。")
    granted = [
        grant_exception(actor=actor, mentor=mentor, limit=mentor.capacity + wanted[key], reason=reason)
        for key, mentor in mentors.items()
    ]
    _draft_again(actor, row)
    return granted


@transaction.atomic
def open_mentors(*, actor: Actor, round: MatchingRound, mentor_ids: Sequence[int]) -> int:
    """Open these candidates to the whole grade; a draft is made again. How many were opened.

    Raises DomainError `not_a_candidate`, and those of `set_candidates` and `draft_round`.
    """
    row = lock_running(actor, round)
    present = _as_they_are(row)
    wanted = set(mentor_ids)
    if not wanted or not wanted <= {data.mentor_id for data in present}:
        raise DomainError("not_a_candidate", "有导师不在候选名单里，请刷新页面再试。")
    changed = [
        CandidateData(data.mentor_id, whole_grade=True, number=data.number) if data.mentor_id in wanted else data
        for data in present
    ]
    opened = sum(data.mentor_id in wanted and not data.whole_grade for data in present)
    set_candidates(actor=actor, round=row, candidates=changed)
    _draft_again(actor, row)
    audit(actor=actor, verb="open_mentors", target=row, detail={"mentors": sorted(wanted)})
    return opened


def _as_they_are(row: MatchingRound) -> list[CandidateData]:
    rows = RoundMentor.objects.filter(round=row).prefetch_related("classes").order_by("number")
    return [CandidateData(c.mentor_id, c.whole_grade, frozenset(k.pk for k in c.classes.all()), c.number) for c in rows]


def _draft_again(actor: Actor, row: MatchingRound) -> None:
    if Placement.objects.filter(round=row).exists():
        draft_round(actor=actor, round=row)
