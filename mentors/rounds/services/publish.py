"""Publishing a match: the draft becomes assignments, all or nothing, once."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import AssignmentOrigin, PlacementHow, PlacementReason, RoundState
from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.rounds.models import ChoiceSheet, ClubMember, MatchingRound, MentorMark, Placement, RoundMentor
from mentors.rounds.queries.running import homeroom_teachers, is_choosing, round_classes, taking_part
from mentors.rounds.querysets import PlacementQuerySet
from mentors.rounds.services.running import lock_round
from mentors.rules import CapReached
from mentors.services.assignments import assign_pupils, lock_mentors
from notices.services import NoticeFor, send_notices
from schools.enums import MatchingMode
from schools.models import SchoolYear
from students.models import Enrolment

NOTICE = "match"
_HAD_CHOICES = (PlacementReason.CHOICES_FULL, PlacementReason.NOT_ACCEPTED, PlacementReason.NOT_OPEN)
# How a pupil whom the rule placed by a choice came to the mentor.
_ORIGINS = {
    MatchingMode.CHOICE: AssignmentOrigin.CHOICE,
    MatchingMode.TWO_SIDED: AssignmentOrigin.TWO_SIDED,
    MatchingMode.CLUB: AssignmentOrigin.CLUB,
    MatchingMode.CARRY_ON: AssignmentOrigin.CARRY_ON,
}


def publish_round(*, actor: Actor, round: MatchingRound) -> MatchingRound:
    """Make the draft's placements the pupils' mentors from today on; teachers are told. A second click changes nothing.

    Pupils without a place stay without a mentor (in a `rematch` their former place was given away). Raises DomainError
    `other_school`, `not_allowed`, `cancelled`, `still_choosing`, `no_draft`, `draft_outdated`, `cap_reached`.
    """
    try:
        return _publish(actor, round)
    except CapReached as error:
        raise DomainError("cap_reached", f"没有公布：{error.message}名额确定以后，请重新生成草案，再公布。") from error


@transaction.atomic
def _publish(actor: Actor, round: MatchingRound) -> MatchingRound:
    row = lock_round(actor, round)
    if row.state == RoundState.PUBLISHED:
        return row
    if row.state == RoundState.CANCELLED:
        raise DomainError("cancelled", "这轮匹配已经取消，不能公布。")
    moment = now()
    if is_choosing(row, moment) or (row.opens_at and row.state == RoundState.OPEN and moment < row.opens_at):
        raise DomainError("still_choosing", "同学们还在选择，征询截止以后才能公布。也可以先点“现在截止”。")
    if row.drafted_at is None:
        raise DomainError("no_draft", "还没有可以公布的草案，请先生成草案。")
    _lock_places(row)
    reasons = draft_outdated(row)
    if reasons:
        raise DomainError("draft_outdated", f"生成草案以后，{'；'.join(reasons)}。请重新生成草案，看过以后再公布。")
    lines = list(Placement.objects.filter(round=row).order_by("pk"))
    if row.rematch:
        _free_former_places(actor, row.year, {p.pupil_id: p.mentor_id for p in lines})
    pairs: dict[AssignmentOrigin, list[tuple[int, int]]] = defaultdict(list)
    for line in lines:
        if line.mentor_id is not None:
            pairs[_origin(row, line)].append((line.pupil_id, line.mentor_id))
    for origin in sorted(pairs):
        assign_pupils(actor=actor, year=row.year, pairs=pairs[origin], origin=origin)
    row.state, row.published_at, row.published_by_id = RoundState.PUBLISHED, moment, actor.user_id
    row.save(update_fields=["state", "published_at", "published_by"])
    placed = sum(map(len, pairs.values()))
    audit(actor=actor, verb="publish_round", target=row, detail={"placed": placed, "open": len(lines) - placed})
    _tell(actor, row, lines)
    return row


def _lock_places(row: MatchingRound) -> None:
    """Lock the places of the draft's pupils, before the mentors as everywhere: what is checked stands until it is
    written, and nobody's new mentor of the same moment is overwritten.
    """
    pupils = Placement.objects.filter(round=row).values("pupil_id")
    places = Enrolment.objects.select_for_update().active().of_year(row.year).filter(pupil_id__in=pupils)
    list(places.order_by("pk").values_list("pk"))


def draft_outdated(row: MatchingRound) -> list[str]:
    """What has changed since the draft was made, in words; empty if it still holds. Six queries at most."""
    if row.drafted_at is None:
        return []
    lines = Placement.objects.filter(round=row)
    line_of_pupil = lines.filter(pupil=OuterRef("pupil"))
    present = taking_part(row)
    takes_part = Exists(present.filter(pupil=OuterRef("pupil")))
    changed = present.aggregate(
        joined=Count("pk", filter=~Exists(line_of_pupil)),
        strangers=Count("pk", filter=Exists(_not_open_any_more(row, line_of_pupil))),
    )
    reasons = []
    if joined := changed["joined"]:
        reasons.append(f"新增了 {joined} 位需要匹配的同学")
    if left := lines.filter(~takes_part).count():
        reasons.append(f"有 {left} 位同学离开本年级或已经有了导师")
    sheets = ChoiceSheet.objects.filter(takes_part, round=row, submitted_at__gt=row.drafted_at).count()
    if row.asks_pupils:
        # Whoever had choices in the draft and has no sheet now.
        chose = Q(rank__isnull=False) | Q(reason__in=_HAD_CHOICES)
        handed_in = ChoiceSheet.objects.filter(round=row).values("pupil_id")
        sheets += lines.filter(chose).exclude(pupil_id__in=handed_in).count()
    if sheets:
        reasons.append(f"有 {sheets} 位同学提交、改过或撤回了意向")
    if row.asks_mentors and MentorMark.objects.filter(candidate__round=row, marked_at__gt=row.drafted_at).exists():
        reasons.append("有导师改过标记")
    if strangers := changed["strangers"]:
        reasons.append(f"有 {strangers} 位同学换了班，安排的导师不面向新的班")
    if row.mode == MatchingMode.CLUB and (others := _in_another_club(row, lines)):
        reasons.append(f"有 {others} 位同学加入、离开或换了社团")
    return reasons


def _not_open_any_more(row: MatchingRound, line_of_pupil: PlacementQuerySet) -> PlacementQuerySet:
    """The pupil's line, if the rule placed them with a mentor who is not open to their class of today."""
    to_class = Q(whole_grade=True) | Q(classes=OuterRef(OuterRef("school_class")))
    is_open = Exists(RoundMentor.objects.filter(to_class, round=row, mentor=OuterRef("mentor")))
    return line_of_pupil.filter(~is_open, mentor__isnull=False).exclude(how=PlacementHow.PINNED)


def _in_another_club(row: MatchingRound, lines: Iterable[Placement]) -> int:
    """How many pupils joined, left or changed a club since the draft, or have another leader there."""
    leaders = dict(ClubMember.objects.filter(year=row.year_id).values_list("pupil_id", "club__mentor_id"))

    def differs(line: Placement) -> bool:
        leader = leaders.get(line.pupil_id)
        if line.how == PlacementHow.CHOICE:
            return leader != line.mentor_id
        if line.how == PlacementHow.KEPT:
            return leader not in (None, line.mentor_id)
        if line.reason == PlacementReason.NO_CHOICE:
            return leader is not None
        return line.reason in _HAD_CHOICES and leader is None

    return sum(differs(line) for line in lines)


def _origin(row: MatchingRound, line: Placement) -> AssignmentOrigin:
    if line.how == PlacementHow.KEPT:
        return AssignmentOrigin.CARRY_ON
    if line.how == PlacementHow.CHOICE:
        return _ORIGINS[MatchingMode(row.mode)]
    return AssignmentOrigin.OFFICE


def _free_former_places(actor: Actor, year: SchoolYear, wanted: dict[int, int | None]) -> None:
    """End the assignments of pupils who get another mentor, all at once: so two pupils of full mentors can change."""
    moved = [
        a
        for a in Assignment.objects.active().main().filter(year=year, pupil_id__in=wanted)
        if wanted[a.pupil_id] != a.mentor_id
    ]
    left = Counter(a.mentor_id for a in moved)
    mentors = lock_mentors(*left)
    for assignment in moved:
        assignment.ends_on = max(actor.today, assignment.starts_on)
    for key, mentor in mentors.items():
        mentor.load -= left[key]
    Assignment.objects.bulk_update(moved, ["ends_on"], batch_size=500)
    Mentor.objects.bulk_update(mentors.values(), ["load"], batch_size=500)


def _tell(actor: Actor, row: MatchingRound, lines: list[Placement]) -> None:
    """One notice per teacher who got pupils, one per homeroom teacher; numbers only, no pupil's name."""
    got = Counter(line.mentor_id for line in lines if line.mentor_id is not None)
    members = MentorMember.objects.filter(mentor_id__in=got, teacher__user__isnull=False)
    wanted = [
        NoticeFor(
            recipient=member.teacher.user,
            title=f"{row.name}的结果已经公布",
            body=f"这一轮有 {got[member.mentor_id]} 位学生选定了您，请在“我的学生”里查看。",
            link=reverse("desk:home"),
            dedup_key=f"match:{row.pk}:mentor",
        )
        for member in members.select_related("teacher__user").order_by("pk")
        if member.teacher.user is not None
    ]
    classes = {c.pk: c for c in round_classes(row)}
    pupils = dict(taking_part(row).values_list("pupil_id", "school_class_id"))
    total = Counter(pupils.values())
    unplaced = Counter(pupils[line.pupil_id] for line in lines if line.mentor_id is None and line.pupil_id in pupils)
    for grant in homeroom_teachers(list(classes), actor.today):
        if grant.school_class_id is None or not total[grant.school_class_id]:
            continue
        label, left = classes[grant.school_class_id].label, unplaced[grant.school_class_id]
        rest = f"还有 {left} 位同学没有导师，请与德育室商量。" if left else "都有了导师。"
        wanted.append(
            NoticeFor(
                recipient=grant.user,
                title=f"{label}的导师匹配结果已经公布",
                body=f"{label}参加匹配的 {total[grant.school_class_id]} 位同学，{rest}",
                link=reverse("board:detail", args=[grant.school_class_id]),
                dedup_key=f"match:{row.pk}:class:{grant.school_class_id}",
            )
        )
    send_notices(school=row.year.school, kind=NOTICE, wanted=wanted)
