"""The draft 草案 of a round: reckoned, looked at, adjusted by hand, reckoned again."""

from collections import Counter

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import PlacementHow, RoundState
from mentors.matching.solve import Match
from mentors.models.slots import Mentor
from mentors.rounds.models import MatchingRound, Placement
from mentors.rounds.queries.problem import RoundProblem, digest, round_problem, solved
from mentors.rounds.services.running import lock_running
from students.models import Pupil


@transaction.atomic
def draft_round(*, actor: Actor, round: MatchingRound) -> MatchingRound:
    """Reckon the draft from what stands now; placements by hand stay. Possible while pupils choose, as a preview.

    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `not_opened`, `no_candidates`,
    `no_participants`.
    """
    row = lock_running(actor, round)
    _ready(row)
    asked = round_problem(row)
    if not asked.candidates:
        raise DomainError("no_candidates", "还没有候选导师，请先选定候选导师。")
    if not asked.enrolments:
        raise DomainError("no_participants", f"{row.grade.name}的学生都有导师了，没有需要匹配的学生。")
    _store(row, asked, solved(asked))
    audit(actor=actor, verb="draft_round", target=row, detail={"pupils": len(asked.enrolments), "digest": row.digest})
    return row


def _ready(row: MatchingRound) -> None:
    if row.asks_pupils and row.state != RoundState.OPEN:
        raise DomainError("not_opened", "征询还没有开始，还不能生成草案。请先开始征询。")


def _store(row: MatchingRound, asked: RoundProblem, match: Match) -> None:
    """Replace the round's placements by `match`."""
    left_open = set(
        Placement.objects.filter(round=row, how=PlacementHow.NONE, reason="").values_list("pupil_id", flat=True)
    )
    Placement.objects.filter(round=row).delete()
    Placement.objects.bulk_create(
        (
            Placement(
                school_id=row.school_id,
                round=row,
                pupil_id=p.pupil,
                mentor_id=p.mentor,
                rank=p.rank,
                how=p.how,
                # Left open by hand: the algorithm found nobody because it was told so.
                reason="" if p.reason is None or (p.how is PlacementHow.NONE and p.pupil in left_open) else p.reason,
            )
            for p in match.placements
        ),
        batch_size=500,
    )
    row.drafted_at = now()
    row.digest = digest(asked.problem, match)
    row.save(update_fields=["drafted_at", "digest"])


@transaction.atomic
def place_pupil(
    *,
    actor: Actor,
    round: MatchingRound,
    pupil: Pupil,
    mentor: Mentor | None,
) -> int:
    """Put one pupil of the draft with `mentor` by hand, or leave them open (None), and reckon the rest again around it.

    How many other pupils' places changed with it: a place that becomes free goes to whoever comes next by the rule.
    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `no_draft`, `not_in_draft`,
    `not_a_candidate`, `no_place`.
    """
    row = lock_running(actor, round)
    if pupil.school_id != actor.school_id or (mentor is not None and mentor.school_id != actor.school_id):
        raise DomainError("other_school", "这位学生或导师不属于本校。")
    line = _line(row, pupil)
    if mentor is not None and line.mentor_id != mentor.pk:
        _refuse_full(row, mentor)
    line.mentor = mentor
    line.how = PlacementHow.PINNED if mentor is not None else PlacementHow.NONE
    line.rank, line.reason = None, ""
    line.save(update_fields=["mentor", "how", "rank", "reason"])
    changed = _again(row, but=pupil.pk)
    audit(
        actor=actor,
        verb="place_pupil",
        target=pupil,
        detail={"round": row.pk, "mentor": mentor.pk if mentor is not None else None},
    )
    return changed


@transaction.atomic
def unpin(*, actor: Actor, round: MatchingRound, pupil: Pupil) -> int:
    """Take a placement by hand back; the rule decides for the pupil again. How many other pupils' places changed.

    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `no_draft`, `not_in_draft`.
    """
    row = lock_running(actor, round)
    if pupil.school_id != actor.school_id:
        raise DomainError("other_school", "这位学生不属于本校。")
    line = _line(row, pupil)
    if line.how != PlacementHow.PINNED and (line.how != PlacementHow.NONE or line.reason):
        return 0
    line.delete()
    changed = _again(row, but=pupil.pk)
    audit(actor=actor, verb="unpin", target=pupil, detail={"round": row.pk})
    return changed


def _line(row: MatchingRound, pupil: Pupil) -> Placement:
    if row.drafted_at is None:
        raise DomainError("no_draft", "草案还没有生成，或设置改过了。请先生成草案。")
    line = Placement.objects.filter(round=row, pupil=pupil).first()
    if line is None:
        raise DomainError("not_in_draft", "这位学生不在草案里，请重新生成草案。")
    return line


def _refuse_full(row: MatchingRound, mentor: Mentor) -> None:
    asked = round_problem(row)
    if mentor.pk not in asked.rooms:
        raise DomainError("not_a_candidate", "这位导师不在候选名单里，请先加入候选导师。")
    taken = Counter(Placement.objects.filter(round=row).values_list("mentor_id", flat=True))
    if taken[mentor.pk] < asked.rooms[mentor.pk].places:
        return
    free = {key: room.places - taken[key] for key, room in asked.rooms.items()}
    helpful = sorted((key for key, left in free.items() if left > 0), key=lambda key: (-free[key], key))[:3]
    others = "、".join(f"{asked.mentors[key].names}老师还有 {free[key]} 个名额" for key in helpful)
    names = asked.mentors[mentor.pk].names
    raise DomainError(
        "no_place",
        f"{names}老师在草案里的名额已满。"
        f"请改选其他导师{f'（{others}）' if others else ''}，或先把一位同学调走，或为{names}老师批准超额。",
    )


def _again(row: MatchingRound, *, but: int) -> int:
    """Reckon again; how many pupils other than `but` got another mentor."""
    before = dict(Placement.objects.filter(round=row).values_list("pupil_id", "mentor_id"))
    asked = round_problem(row)
    match = solved(asked)
    _store(row, asked, match)
    after = {p.pupil: p.mentor for p in match.placements}
    return sum(after.get(key) != mentor for key, mentor in before.items() if key != but)
