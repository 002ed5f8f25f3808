"""What the pages of a draft show: figures, loads, lines, what is missing."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from accounts.actors import Actor
from mentors.enums import MatchTieBreak, PlacementHow, PlacementReason, RoundState
from mentors.matching.problem import Problem, lottery_numbers
from mentors.matching.quality import Quality, quality
from mentors.matching.shortage import Shortage
from mentors.matching.solve import Match
from mentors.matching.solve import Placement as Solved
from mentors.models.slots import Mentor
from mentors.rounds.models import MatchingRound, Placement, RoundMentor
from mentors.rounds.queries.problem import RoundProblem, choices_in, digest, round_problem, solved
from mentors.rounds.queries.running import Room, taking_part
from mentors.rounds.queries.shortage import draft_shortage
from schools.enums import MatchingMode
from students.models import Enrolment

# Where nobody was asked, nobody failed to answer.
_SAID = {
    (MatchingMode.CLUB, PlacementReason.NO_CHOICE): "没有参加社团",
    (MatchingMode.CLUB, PlacementReason.CHOICES_FULL): "社团的导师已满额",
    (MatchingMode.CLUB, PlacementReason.NOT_OPEN): "社团的导师不在候选名单，或不面向本班",
    (MatchingMode.CARRY_ON, PlacementReason.NO_CHOICE): "上一学年没有导师，或原导师不能再带",
}


def _reason_word(mode: str, reason: PlacementReason) -> str:
    return _SAID.get((MatchingMode(mode), reason), str(reason.label))


def _rank_said(mode: str, rank: int) -> str:
    """第一志愿; the one wish of a club round is the club."""
    return "按社团" if mode == MatchingMode.CLUB else f"第{rank_word(rank)}志愿"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One pupil of the draft: what they wished and what they got; `mode` is how the round matches."""

    mode: str
    enrolment: Enrolment
    placement: Placement
    mentor: Mentor | None
    choices: tuple[str, ...]
    number: int | None

    @property
    def by_hand(self) -> bool:
        """Whether 德育室 placed the pupil, or left them open."""
        how = self.placement.how
        return how == PlacementHow.PINNED or (how == PlacementHow.NONE and not self.placement.reason)

    @property
    def outcome(self) -> str:
        """How it came about, in a few words."""
        if self.placement.rank is not None:
            how = "" if self.placement.how == PlacementHow.CHOICE else f"（{self.placement.get_how_display()}）"
            return _rank_said(self.mode, self.placement.rank) + how
        if self.placement.how == PlacementHow.NONE and not self.placement.reason:
            return "手动留空"
        return self.placement.get_how_display()

    @property
    def why(self) -> str:
        """Why none of their choices, in words; empty where nothing is to be explained."""
        return _reason_word(self.mode, PlacementReason(self.placement.reason)) if self.placement.reason else ""


@dataclass(frozen=True, slots=True)
class MentorLoad:
    """A mentor in the draft: pupils placed, beside those they have already, against the limit."""

    candidate: RoundMentor
    room: Room
    placed: int

    @property
    def mentor(self) -> Mentor:
        """The slot."""
        return self.candidate.mentor

    @property
    def total(self) -> int:
        """Pupils after publication."""
        return self.room.present + self.placed

    @property
    def limit(self) -> int:
        """How many they may have."""
        return self.room.present + self.room.places

    @property
    def left(self) -> int:
        """Places that the draft leaves."""
        return max(self.room.places - self.placed, 0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One bar of the draft: so many pupils, of so many."""

    label: str
    count: int
    total: int
    hint: str = ""

    @property
    def percent(self) -> int:
        """Share in per cent."""
        return round(100 * self.count / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft, or the protocol of a published round."""

    asked: RoundProblem
    lines: list[DraftLine]
    loads: list[MentorLoad]
    figures: list[Figure]
    quality: Quality
    none_of_theirs: list[tuple[str, int]]
    unplaced: list[tuple[str, int]]
    blocking: list[tuple[str, str]]
    shortage: Shortage | None

    @property
    def total(self) -> int:
        """Pupils in the draft."""
        return len(self.lines)

    @property
    def by_hand(self) -> int:
        """Pupils placed or left open by hand."""
        return sum(line.by_hand for line in self.lines)


def rank_word(rank: int) -> str:
    """一 for 1: the choices are called 第一志愿, 第二志愿."""
    return "一二三四五六七八九十"[rank - 1]


def draft_view(round: MatchingRound, actor: Actor) -> DraftView:
    """The stored draft with its figures. A constant number of queries."""
    asked = round_problem(round)
    placements = {p.pupil_id: p for p in Placement.objects.filter(round=round)}
    # Whoever joined or left since is said elsewhere; the figures are of those whom the draft knows.
    enrolments = [e for e in asked.enrolments if e.pupil_id in placements]
    problem = _only(asked.problem, placements)
    if round.state == RoundState.PUBLISHED:
        problem = _as_published(problem, placements)
    match = Match(tuple(_solved(placements[p.key]) for p in problem.roster()))
    figures = quality(problem, match)
    mentors = asked.mentors
    names = {key: mentor.names for key, mentor in mentors.items()}
    pupils = {e.pupil_id: e.pupil.name for e in enrolments}
    numbers = lottery_numbers(problem) if problem.tie_break is MatchTieBreak.LOTTERY else {}
    choices = {p.key: p.choices for p in problem.pupils}
    lines = [
        _line(mentors, names, e, placements[e.pupil_id], choices[e.pupil_id], round.mode, numbers.get(e.pupil_id))
        for e in enrolments
    ]
    placed = Counter(p.mentor_id for p in placements.values() if p.pupil_id in pupils)
    return DraftView(
        asked=asked,
        lines=lines,
        loads=[MentorLoad(c, asked.rooms[c.mentor_id], placed[c.mentor_id]) for c in asked.candidates],
        figures=_figures(round.mode, lines, figures),
        quality=figures,
        none_of_theirs=_reasons(lines, placed=True),
        unplaced=_reasons(lines, placed=False),
        blocking=[(pupils[pupil], names[mentor]) for pupil, mentor in figures.blocking_pairs],
        shortage=draft_shortage(round, actor),
    )


def draft_line(round: MatchingRound, pupil_id: int, candidates: Collection[RoundMentor]) -> DraftLine | None:
    """The draft's line of one pupil without the lottery number, None if they have none. Four queries at most."""
    enrolment = taking_part(round).select_related("pupil", "school_class__grade").filter(pupil=pupil_id).first()
    placement = Placement.objects.filter(round=round, pupil=pupil_id).first()
    if enrolment is None or placement is None:
        return None
    choices = choices_in(round, pupil_id=pupil_id).get(pupil_id, ())
    mentors = {c.mentor_id: c.mentor for c in candidates}
    names = {key: mentor.names for key, mentor in mentors.items() if key in choices}
    return _line(mentors, names, enrolment, placement, choices, round.mode, None)


def _line(
    mentors: Mapping[int, Mentor],
    names: Mapping[int, str],
    enrolment: Enrolment,
    placement: Placement,
    choices: tuple[int, ...],
    mode: str,
    number: int | None,
) -> DraftLine:
    chosen = tuple(names.get(key, "已不在名单") for key in choices)
    return DraftLine(mode, enrolment, placement, mentors.get(placement.mentor_id or 0), chosen, number)


def _only(problem: Problem, placements: Mapping[int, Placement]) -> Problem:
    return replace(problem, pupils=tuple(p for p in problem.pupils if p.key in placements))


def _as_published(problem: Problem, placements: Mapping[int, Placement]) -> Problem:
    """The problem with the places that the published match took: those of today may be more, or fewer."""
    used = Counter(line.mentor_id for line in placements.values())
    return replace(problem, mentors=tuple(replace(m, places=used[m.key]) for m in problem.mentors))


def _solved(line: Placement) -> Solved:
    return Solved(
        line.pupil_id,
        line.mentor_id,
        line.rank,
        PlacementHow(line.how),
        PlacementReason(line.reason) if line.reason else None,
    )


def _figures(mode: str, lines: list[DraftLine], figures: Quality) -> list[Figure]:
    """A bar for each rank that somebody could get, one for those without, so that all pupils are in one bar."""
    total = len(lines)
    bars = [Figure(_rank_said(mode, rank), count, total) for rank, count in figures.got.items()]
    placed = [line for line in lines if line.mentor is not None and line.placement.rank is None]
    kept = sum(line.placement.how == PlacementHow.KEPT for line in placed)
    none = sum(bool(line.choices) and line.placement.how == PlacementHow.FILL for line in placed)
    silent = sum(not line.choices and line.placement.how == PlacementHow.FILL for line in placed)
    by_hand = len(placed) - kept - none - silent
    rest = (
        ("沿用原导师", kept),
        ("没选上自己的志愿", none),
        (_reason_word(mode, PlacementReason.NO_CHOICE), silent),
        ("手动安排", by_hand),
        ("还没有导师", sum(line.mentor is None for line in lines)),
    )
    return [*bars, *(Figure(label, count, total) for label, count in rest if count)]


def _reasons(lines: list[DraftLine], *, placed: bool) -> list[tuple[str, int]]:
    found = Counter(
        line.why or line.outcome
        for line in lines
        if (line.mentor is not None) == placed and (line.placement.reason or not placed)
    )
    return found.most_common()


def proposed_exceptions(view: DraftView, count: int) -> dict[int, int]:
    """`count` further places over the mentors, evenly, each to one who may take a pupil left out, most wanted first."""
    wanted = Counter(key for pupil in view.asked.problem.pupils for key in pupil.choices)
    open_to = {p.key: p.open_to for p in view.asked.problem.pupils}
    rows = {c.mentor_id: c.mentor for c in view.asked.candidates if c.mentor.capacity > 0}
    out = [open_to[v.enrolment.pupil_id] for v in view.lines if v.placement.reason == PlacementReason.NO_PLACE]
    extra: Counter[int] = Counter()
    for at in range(count):
        able = (out[at] if at < len(out) else frozenset(rows)) & rows.keys() or rows.keys()
        if not able:
            break
        extra[min(able, key=lambda key: (extra[key], -wanted[key], key))] += 1
    return dict(extra)


@dataclass(frozen=True, slots=True)
class Recheck:
    """A draft reckoned again: the same to the last input or not, and how many pupils would get another mentor."""

    same: bool
    different: int


def recheck(round: MatchingRound) -> Recheck:
    """Reckon the round again from what stands now and compare with the stored draft."""
    asked = round_problem(round)
    match = solved(asked)
    stored = dict(Placement.objects.filter(round=round).values_list("pupil_id", "mentor_id"))
    now = {p.pupil: p.mentor for p in match.placements}
    keys = stored.keys() | now.keys()
    return Recheck(
        digest(asked.problem, match) == round.digest,
        sum(key not in stored or key not in now or stored[key] != now[key] for key in keys),
    )
