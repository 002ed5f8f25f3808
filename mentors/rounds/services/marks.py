"""What mentors say of pupils in a two-sided round 双向选择; every writer locks the round's row first.

优先 before 均可, 不合适 never; the preferred ones may be put in an order. What a mentor says is seen by 德育室 alone.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import MentorMarkKind
from mentors.rounds.models import MatchingRound, MentorMark, RoundMentor
from mentors.rounds.queries.marks import can_be_marked
from mentors.rounds.queries.running import open_to_class, participants, takes_part
from mentors.rules import can_run_rounds
from notices.services import NoticeFor, send_notices

# A pupil's key → what is said of them; and keys in the mentor's own order.
Said = tuple[dict[int, MentorMarkKind], list[int]]


def _lock(actor: Actor, candidate: RoundMentor) -> RoundMentor:
    """The candidacy with its round's row locked, if the actor may mark for it now."""
    if candidate.school_id != actor.school_id:
        raise DomainError("other_school", "这轮匹配不属于本校。")
    own = RoundMentor.objects.held_by(actor).filter(pk=candidate.pk).exists()
    if not own and not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "只有这位导师本人和德育室可以标记。")
    round_row = MatchingRound.objects.select_for_update(of=("self",)).get(pk=candidate.round_id)
    found = RoundMentor.objects.filter(pk=candidate.pk).prefetch_related("classes").first()
    if found is None:
        raise DomainError("no_candidate", "候选导师刚刚有调整，请刷新页面看看。")
    found.round = round_row
    if not can_be_marked(round_row):
        raise DomainError("not_now", "现在不能标记：这一轮还没有开始，或者结果已经公布。")
    return found


def _said(candidate: RoundMentor) -> Said:
    rows = list(MentorMark.objects.filter(candidate=candidate).order_by("position", "pk"))
    marks = {row.pupil_id: MentorMarkKind(row.mark) for row in rows}
    return marks, [row.pupil_id for row in rows if row.position is not None]


def _write(actor: Actor, candidate: RoundMentor, marks: Mapping[int, MentorMarkKind], ranking: Sequence[int]) -> bool:
    """Store the difference; whether there was one."""
    place = {pupil: at for at, pupil in enumerate(ranking, start=1)}
    stored = {row.pupil_id: row for row in MentorMark.objects.filter(candidate=candidate)}
    # Nothing is deleted: a mark that was taken back is 均可, and a draft made before can tell that it is outdated.
    wanted = dict.fromkeys(stored, MentorMarkKind.ACCEPTABLE) | dict(marks)
    fresh: list[MentorMark] = []
    changed: list[MentorMark] = []
    for pupil, kind in wanted.items():
        row = stored.get(pupil) or MentorMark(school_id=candidate.school_id, candidate=candidate, pupil_id=pupil)
        if pupil in stored and (row.mark, row.position) == (kind, place.get(pupil)):
            continue
        row.mark, row.position = kind, place.get(pupil)
        row.marked_by_id, row.marked_at = actor.user_id, now()
        (changed if pupil in stored else fresh).append(row)
    if not (fresh or changed):
        return False
    MentorMark.objects.bulk_update(changed, ["mark", "position", "marked_by", "marked_at"], batch_size=500)
    MentorMark.objects.bulk_create(fresh, batch_size=500)
    counts = {kind.value: sum(said == kind for said in wanted.values()) for kind in MentorMarkKind}
    audit(actor=actor, verb="set_marks", target=candidate, detail=counts | {"ranked": len(ranking)})
    return True


@transaction.atomic
def set_marks(
    *,
    actor: Actor,
    candidate: RoundMentor,
    marks: Mapping[int, MentorMarkKind],
    ranking: Sequence[int] = (),
) -> bool:
    """`marks` (by key of the pupil) and `ranking` (keys, the best first) become all that this mentor says.

    Who is ranked without a mark is preferred; who is neither is 均可. The same again changes nothing; whether anything
    changed. Raises DomainError `other_school`, `not_allowed`, `no_candidate`, `not_now`, `not_open_to`, `twice`,
    `ranked_unsuitable`.
    """
    row = _lock(actor, candidate)
    wanted = dict.fromkeys(ranking, MentorMarkKind.PREFERRED) | {
        pupil: MentorMarkKind(kind) for pupil, kind in marks.items()
    }
    if len(set(ranking)) != len(ranking):
        raise DomainError("twice", "顺序里有同学出现了两次，请每位同学只保留一处。")
    if any(wanted[pupil] == MentorMarkKind.UNSUITABLE for pupil in ranking):
        raise DomainError("ranked_unsuitable", "标了“不合适”的同学不能排在顺序里，请先改标记。")
    possible = {e.pupil_id for e in participants(row.round) if open_to_class(row, e.school_class_id)}
    if not wanted.keys() <= possible:
        raise DomainError("not_open_to", "有同学不能选这位导师，或已经有了导师，请刷新页面看看。")
    return _write(actor, row, wanted, ranking)


def _check_pupil(candidate: RoundMentor, pupil_id: int) -> None:
    enrolment = takes_part(candidate.round, pupil_id)
    if enrolment is None or not open_to_class(candidate, enrolment.school_class_id):
        raise DomainError("not_open_to", "这位同学不能选这位导师，或已经有了导师，请刷新页面看看。")


@transaction.atomic
def mark_pupil(*, actor: Actor, candidate: RoundMentor, pupil_id: int, kind: MentorMarkKind) -> bool:
    """Say one thing of one pupil and leave the rest; a preferred one joins the end of an order that there is.

    Raises as `set_marks`.
    """
    row = _lock(actor, candidate)
    _check_pupil(row, pupil_id)
    marks, ranking = _said(row)
    marks[pupil_id] = kind
    if kind != MentorMarkKind.PREFERRED:
        ranking = [pupil for pupil in ranking if pupil != pupil_id]
    elif ranking and pupil_id not in ranking:
        ranking.append(pupil_id)
    return _write(actor, row, marks, ranking)


@transaction.atomic
def order_preferred(*, actor: Actor, candidate: RoundMentor, ranking: Sequence[int]) -> bool:
    """Put the preferred pupils in the order of `ranking`; those it does not name follow. Empty: no order at all.

    Raises as `set_marks`.
    """
    row = _lock(actor, candidate)
    marks, former = _said(row)
    preferred = [pupil for pupil, kind in marks.items() if kind == MentorMarkKind.PREFERRED]
    wanted = [pupil for pupil in dict.fromkeys(ranking) if pupil in preferred]
    if wanted:
        wanted += [pupil for pupil in (*former, *preferred) if pupil in preferred and pupil not in wanted]
    return _write(actor, row, marks, list(dict.fromkeys(wanted)))


def notify_candidates(*, actor: Actor, round: MatchingRound) -> int:
    """Tell the candidates of an opened two-sided round that they may mark, once each; how many were told.

    Raises DomainError `other_school`, `not_allowed`.
    """
    if round.school_id != actor.school_id:
        raise DomainError("other_school", "这轮匹配不属于本校。")
    if not can_run_rounds(actor):
        raise DomainError("not_allowed", "只有德育室可以通知导师。")
    if not round.asks_mentors:
        return 0
    rows = RoundMentor.objects.filter(round=round).order_by("number").prefetch_related("mentor__members__teacher__user")
    people: dict[int, tuple[User, RoundMentor]] = {}
    for row in rows:
        for member in row.mentor.members.all():
            if member.teacher.user is not None:
                people.setdefault(member.teacher.user.pk, (member.teacher.user, row))
    title = f"{round.grade.name}双向选择：请标记"
    body = "有同学会在这一轮选您。请在结果公布前看看名单，标出“优先”“均可”或“不合适”；不标的按“均可”处理。"
    wanted = [
        NoticeFor(user, title, f"marks:{round.pk}", body, reverse("marks:sheet", args=[row.pk]))
        for user, row in people.values()
    ]
    return len(send_notices(school=round.school, kind="marks", wanted=wanted))
