"""Preparing and running a matching round 意向征询: setting up, candidates, opening, closing, cancelling.

Every writer locks the round's row first; 德育室 alone may.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from mentors.enums import RoundState
from mentors.models.slots import Mentor, MentorMember
from mentors.rounds.models import Choice, Club, MatchingRound, Placement, RoundMentor
from mentors.rounds.queries.running import (
    grade_team,
    open_by_pupil,
    participants,
    paused_teacher_ids,
    round_classes,
    running_round,
)
from mentors.rounds.services.marks import notify_candidates
from mentors.rounds.services.settings import RULES, RoundSettings, default_settings, new_seed
from mentors.rules import can_run_rounds
from schools.calendar import YearCalendar
from schools.days import year_days
from schools.enums import MatchingMode
from schools.models import Grade, SchoolYear


@dataclass(frozen=True, slots=True)
class CandidateData:
    """A mentor who can be chosen: by the whole grade, or by these classes. Without `number` the next free one."""

    mentor_id: int
    whole_grade: bool = False
    class_ids: frozenset[int] = frozenset()
    number: int | None = None


def lock_round(actor: Actor, round: MatchingRound) -> MatchingRound:
    """The round's row locked for the caller's transaction. Raises DomainError `other_school`, `not_allowed`."""
    if round.school_id != actor.school_id:
        raise DomainError("other_school", "这轮匹配不属于本校。")
    if not can_run_rounds(actor):
        raise DomainError("not_allowed", "只有德育室可以组织导师匹配。")
    return MatchingRound.objects.select_for_update(of=("self",)).select_related("year", "grade").get(pk=round.pk)


def lock_running(actor: Actor, round: MatchingRound) -> MatchingRound:
    """As `lock_round`; further raises DomainError `published` or `cancelled` for a round that is finished."""
    locked = lock_round(actor, round)
    if locked.state == RoundState.PUBLISHED:
        raise DomainError("published", "结果已经公布，不能再改。个别调整请在“安排导师”里进行。")
    if locked.state == RoundState.CANCELLED:
        raise DomainError("cancelled", "这轮匹配已经取消。需要时请另建一轮。")
    return locked


def create_round(
    *,
    actor: Actor,
    year: SchoolYear,
    grade: Grade,
    mode: MatchingMode | None = None,
    settings: RoundSettings | None = None,
) -> MatchingRound:
    """A new round of `grade` with its usual candidates; `mode` comes from the plan unless given.

    Raises DomainError `other_school`, `not_allowed`, `no_mode`, `round_running`, and those of `update_round`.
    """
    if year.school_id != actor.school_id or grade.school_id != actor.school_id:
        raise DomainError("other_school", "这个年级不属于本校。")
    if not can_run_rounds(actor):
        raise DomainError("not_allowed", "只有德育室可以组织导师匹配。")
    mode = mode or mode_of_plan(year, grade, on=actor.today)
    if mode not in RULES:
        raise DomainError(
            "no_mode", f"方案里{grade.name}由班主任与学生协商，不需要征询。如需征询，请先选择另一种匹配方式。"
        )
    wanted = settings or default_settings(mode, grade)
    if not wanted.name.strip():
        wanted = replace(wanted, name=default_settings(mode, grade).name)
    running = DomainError("round_running", f"{grade.name}还有一轮匹配没有结束，请先公布或取消它。")
    try:
        with transaction.atomic():
            if running_round(year, grade) is not None:
                raise running
            row = MatchingRound(
                school_id=year.school_id, year=year, grade=grade, mode=mode, created_by_id=actor.user_id
            )
            _apply(row, wanted)
            row.save()
            _write_candidates(row, _default_candidates(row))
            audit(actor=actor, verb="create_round", target=row, detail={"grade": grade.pk, "mode": mode})
    except IntegrityError as error:
        # Somebody else made one at the same moment: the database keeps it to one.
        raise running from error
    return row


def mode_of_plan(year: SchoolYear, grade: Grade, *, on: datetime.date) -> MatchingMode | None:
    """How the plan in force matches the grade; None if the plan does not cover it."""
    rules = YearCalendar(year, on).plan_on(on)
    return rules.matching.get(grade.pk) if rules is not None else None


@transaction.atomic
def update_round(*, actor: Actor, round: MatchingRound, settings: RoundSettings) -> MatchingRound:
    """Change a round that is not finished. A draft is then out of date and has to be made again.

    Once choosing is open, how many may be chosen stays; once there was a draft, the seed stays: a lottery is not drawn
    until it pleases. Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `name_missing`,
    `dates`, `date_out_of_range`, `rule_unfit`, `max_choices`, `choices_fixed`, `seed_fixed`.
    """
    row = lock_running(actor, round)
    wanted = replace(settings, seed=row.seed if settings.seed is None else settings.seed)
    if row.state == RoundState.OPEN and wanted.max_choices != row.max_choices:
        raise DomainError("choices_fixed", "征询已经开始，每人最多选几位不能再改。")
    if wanted.seed != row.seed and Placement.objects.filter(round=row).exists():
        raise DomainError("seed_fixed", "已经生成过草案，抽签种子不能再改，这样结果才经得起核对。")
    before = _what_decides(row)
    _apply(row, wanted)
    if _what_decides(row) != before:
        _outdate(row)
    row.save()
    audit(actor=actor, verb="update_round", target=row)
    return row


def _what_decides(row: MatchingRound) -> tuple[object, ...]:
    return (row.rule, row.tie_break, row.seed, row.keep_former, row.rematch, row.fill)


def _outdate(row: MatchingRound) -> None:
    """The draft no longer follows from the round; its lines stay, because placements by hand are kept."""
    row.drafted_at = None
    row.digest = ""


def _apply(row: MatchingRound, wanted: RoundSettings) -> None:
    mode = MatchingMode(row.mode)
    if not wanted.name.strip():
        raise DomainError("name_missing", "请给这轮匹配起个名称。")
    for moment in (wanted.opens_at, wanted.closes_at):
        _check_moment(row, moment)
    if wanted.opens_at is not None and wanted.closes_at is not None and wanted.closes_at <= wanted.opens_at:
        raise DomainError("dates", "截止时间要晚于开始时间。")
    if row.state == RoundState.OPEN and (wanted.opens_at is None or wanted.closes_at is None):
        raise DomainError("dates", "征询已经开始，开始和截止时间都要填写。")
    if not 1 <= wanted.max_choices <= 10:
        raise DomainError("max_choices", "每人可以选 1 到 10 位导师。")
    rule = wanted.rule or RULES[mode][0]
    if rule not in RULES[mode]:
        raise DomainError("rule_unfit", f"“{rule.label}”不适用于{mode.label}，请换一种规则。")
    row.name = wanted.name.strip()
    row.opens_at, row.closes_at = wanted.opens_at, wanted.closes_at
    row.max_choices, row.rule, row.tie_break = wanted.max_choices, rule, wanted.tie_break
    row.seed = new_seed() if wanted.seed is None else wanted.seed
    row.keep_former, row.rematch, row.fill = wanted.keep_former, wanted.rematch, wanted.fill


def _check_moment(row: MatchingRound, moment: datetime.datetime | None) -> None:
    if moment is not None:
        year_days(row.year.start_year).check(timezone.localtime(moment).date())


def _default_candidates(row: MatchingRound) -> list[CandidateData]:
    """The teams of the grade, each for the own classes; of a club round the clubs' leaders for the whole grade."""
    if row.mode == MatchingMode.CLUB:
        leaders = Club.objects.filter(
            year=row.year,
            members__pupil__enrolments__school_class__grade=row.grade,
            members__pupil__enrolments__year=row.year,
            members__pupil__enrolments__ends_on=None,
        ).order_by("name", "pk")
        keys = dict.fromkeys(leaders.values_list("mentor_id", flat=True))
        return [CandidateData(key, whole_grade=True) for key in keys]
    paused = MentorMember.objects.filter(year=row.year, teacher_id__in=paused_teacher_ids(row.year))
    away = set(paused.values_list("mentor_id", flat=True))
    team = grade_team(row.year, row.grade)
    return [CandidateData(key, class_ids=frozenset(classes)) for key, classes in team.items() if key not in away]


@transaction.atomic
def set_candidates(*, actor: Actor, round: MatchingRound, candidates: Sequence[CandidateData]) -> None:
    """The mentors who can be chosen become `candidates`, in this order; known ones keep their number unless given.

    A draft is then out of date. Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `twice`,
    `no_class`, `number_twice`, `numbers_fixed` (paper forms are out), `already_chosen`.
    """
    row = lock_running(actor, round)
    keys = [c.mentor_id for c in candidates]
    if len(set(keys)) != len(keys):
        raise DomainError("twice", "有导师在候选名单里出现了两次。")
    if Mentor.objects.filter(pk__in=keys, year=row.year, school_id=row.school_id).count() != len(keys):
        raise DomainError("other_school", "有导师不属于本校本学年。")
    own = {c.pk for c in round_classes(row)}
    if any(not c.class_ids <= own for c in candidates):
        raise DomainError("other_school", "有班级不属于这个年级。")
    if any(not c.whole_grade and not c.class_ids for c in candidates):
        raise DomainError("no_class", "请给每位候选导师至少选一个班，或选“全年级”。")
    before = list(RoundMentor.objects.filter(round=row).prefetch_related("classes"))
    _write_candidates(row, candidates, before)
    if row.state == RoundState.OPEN:
        _refuse_lost_choices(row, before)
    if row.drafted_at is not None:
        _outdate(row)
        row.save(update_fields=["drafted_at", "digest"])
    audit(actor=actor, verb="set_candidates", target=row, detail={"mentors": keys})


def _write_candidates(row: MatchingRound, wanted: Sequence[CandidateData], before: Sequence[RoundMentor] = ()) -> None:
    known = {c.mentor_id: c.number for c in before}
    if row.state == RoundState.OPEN and any(
        c.number is not None and c.mentor_id in known and c.number != known[c.mentor_id] for c in wanted
    ):
        raise DomainError("numbers_fixed", "征询已经开始，纸质表上的编号不能再改。")
    given = [c.number if c.number is not None else known.get(c.mentor_id) for c in wanted]
    taken = [number for number in given if number is not None]
    if len(set(taken)) != len(taken):
        raise DomainError("number_twice", "有两位候选导师的编号相同，请改成不同的编号。")
    following = max(taken, default=0) + 1
    numbers = []
    for number in given:
        numbers.append(following if number is None else number)
        following += number is None
    RoundMentor.objects.filter(round=row).exclude(mentor_id__in=[c.mentor_id for c in wanted]).delete()
    # Marks hang on the rows that stay, so these are changed in place; out of the way first, as numbers may be swapped.
    stay = {c.mentor_id: c for c in RoundMentor.objects.filter(round=row)}
    for place, candidate in enumerate(stay.values()):
        candidate.number = 20_000 + place
    RoundMentor.objects.bulk_update(stay.values(), ["number"])
    fresh = []
    for data, number in zip(wanted, numbers, strict=True):
        found = stay.get(data.mentor_id)
        if found is None:
            found = RoundMentor(school_id=row.school_id, round=row, mentor_id=data.mentor_id)
            fresh.append(found)
        found.number, found.whole_grade = number, data.whole_grade
    RoundMentor.objects.bulk_update(stay.values(), ["number", "whole_grade"])
    RoundMentor.objects.bulk_create(fresh)
    rows = {c.mentor_id: c.pk for c in [*stay.values(), *fresh]}
    links: Any = RoundMentor.classes.through
    links.objects.filter(roundmentor__round=row).delete()
    links.objects.bulk_create(
        links(roundmentor_id=rows[data.mentor_id], schoolclass_id=key)
        for data in wanted
        if not data.whole_grade
        for key in sorted(data.class_ids)
    )


def _refuse_lost_choices(row: MatchingRound, before: Sequence[RoundMentor]) -> None:
    """While pupils choose, nobody's choice is made impossible behind their back."""
    after = list(RoundMentor.objects.filter(round=row).prefetch_related("classes"))
    enrolments = participants(row)
    were, are = open_by_pupil(enrolments, before), open_by_pupil(enrolments, after)
    lost = {
        pupil
        for pupil, mentor in Choice.objects.filter(sheet__round=row).values_list("sheet__pupil_id", "mentor_id")
        if mentor in were.get(pupil, ()) and mentor not in are.get(pupil, ())
    }
    if lost:
        raise DomainError(
            "already_chosen",
            f"已有 {len(lost)} 位同学选了要移出或缩小范围的导师，没有保存。请保留原来的范围，或取消后另建一轮。",
        )


@transaction.atomic
def open_round(*, actor: Actor, round: MatchingRound, at_once: bool = False) -> MatchingRound:
    """Let the pupils choose from the opening date on, or `at_once`; opening it twice changes nothing.

    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `asks_nobody`, `no_dates`, `too_late`,
    `no_candidates`, `class_without_mentors`, `no_participants`.
    """
    row = lock_running(actor, round)
    early = at_once and row.opens_at is not None and row.opens_at > now()
    if row.state == RoundState.OPEN and not early:
        return row
    if not row.asks_pupils:
        raise DomainError("asks_nobody", "这种匹配方式不需要征询，可以直接生成草案。")
    if row.opens_at is None or row.closes_at is None:
        raise DomainError("no_dates", "请先填写征询的开始和截止时间。")
    if row.closes_at <= now():
        raise DomainError("too_late", "截止时间已经过了，请先改一个以后的时间。")
    rows = list(RoundMentor.objects.filter(round=row).prefetch_related("classes"))
    if not rows:
        raise DomainError("no_candidates", "还没有候选导师，请先选定候选导师。")
    enrolments = participants(row)
    if not enrolments:
        raise DomainError("no_participants", f"{row.grade.name}的学生都有导师了，没有需要征询的学生。")
    mentors = open_by_pupil(enrolments, rows)
    empty = list(dict.fromkeys(e.school_class.label for e in enrolments if not mentors[e.pupil_id]))
    if empty:
        raise DomainError(
            "class_without_mentors", f"{'、'.join(empty)}还没有可以选的导师。请在候选导师里给他们开放至少一位。"
        )
    row.state = RoundState.OPEN
    if early:
        row.opens_at = now()
    row.save(update_fields=["state", "opens_at"])
    audit(actor=actor, verb="open_round", target=row)
    notify_candidates(actor=actor, round=row)
    return row


@transaction.atomic
def close_round(*, actor: Actor, round: MatchingRound) -> MatchingRound:
    """End the choosing now; where it has ended already, nothing happens.

    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `not_open_yet`.
    """
    row = lock_running(actor, round)
    moment = now()
    if row.state != RoundState.OPEN or row.opens_at is None or row.opens_at >= moment:
        raise DomainError("not_open_yet", "征询还没有开始，不需要截止。")
    if row.closes_at is not None and row.closes_at > moment:
        row.closes_at = moment
        row.save(update_fields=["closes_at"])
        audit(actor=actor, verb="close_round", target=row)
    return row


@transaction.atomic
def prolong_round(
    *,
    actor: Actor,
    round: MatchingRound,
    closes_at: datetime.datetime,
) -> MatchingRound:
    """Let the pupils choose until `closes_at`, also after the end has passed, as long as nothing is published.

    Raises DomainError `other_school`, `not_allowed`, `published`, `cancelled`, `not_open_yet`, `too_late`,
    `date_out_of_range`.
    """
    row = lock_running(actor, round)
    if row.state != RoundState.OPEN or row.closes_at is None:
        raise DomainError("not_open_yet", "征询还没有开始，请在设置里改截止时间。")
    _check_moment(row, closes_at)
    if closes_at <= max(now(), row.opens_at or closes_at):
        raise DomainError("too_late", "新的截止时间要晚于现在。")
    if closes_at < row.closes_at:
        raise DomainError("too_late", "新的截止时间要晚于原来的。要提前结束，请用“现在截止”。")
    row.closes_at = closes_at
    row.save(update_fields=["closes_at"])
    audit(actor=actor, verb="prolong_round", target=row, detail={"closes_at": closes_at.isoformat()})
    return row


@transaction.atomic
def cancel_round(*, actor: Actor, round: MatchingRound) -> MatchingRound:
    """Give a round up; what was handed in stays on record. Cancelling twice changes nothing.

    Raises DomainError `other_school`, `not_allowed`, `published`.
    """
    row = lock_round(actor, round)
    if row.state == RoundState.CANCELLED:
        return row
    if row.state == RoundState.PUBLISHED:
        raise DomainError("published", "结果已经公布，不能取消。个别调整请在“安排导师”里进行。")
    row.state = RoundState.CANCELLED
    row.save(update_fields=["state"])
    audit(actor=actor, verb="cancel_round", target=row)
    return row
