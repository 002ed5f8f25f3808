"""From the stored round to a problem that `mentors.matching` solves, and a digest of both; constantly many queries."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from core.kept import kept
from mentors.enums import MatchRule, MatchTieBreak, MentorMarkKind, PlacementHow
from mentors.matching.problem import Chooser, Place, Problem
from mentors.matching.solve import Match, solve
from mentors.models.slots import Mentor
from mentors.rounds.models import Choice, ClubMember, MatchingRound, MentorMark, Placement, RoundMentor
from mentors.rounds.queries.running import Room, open_by_pupil, participants, rooms
from mentors.staff.queries.former import former_mentors
from schools.enums import MatchingMode
from students.models import Enrolment

# A pupil without a seat number comes after those who have one.
_NO_SEAT = 9999


@dataclass(frozen=True, slots=True)
class RoundProblem:
    """A round as a problem, with the rows that it was made of at hand."""

    round: MatchingRound
    problem: Problem
    enrolments: list[Enrolment]
    candidates: list[RoundMentor]
    rooms: dict[int, Room]

    @property
    def mentors(self) -> dict[int, Mentor]:
        """The candidates' slots by key, names at hand."""
        return {c.mentor_id: c.mentor for c in self.candidates}


def round_problem(round: MatchingRound) -> RoundProblem:
    """What the round asks now, with the placements that were made by hand. Twelve queries at most."""
    enrolments = participants(round)
    rows = _candidates(round)
    keys = [e.pupil_id for e in enrolments]
    space = rooms(round, (row.mentor for row in rows))
    openness = open_by_pupil(enrolments, rows)
    wishes = choices_in(round)
    candidate_keys = {row.mentor_id for row in rows}
    former = former_mentors(round.year, keys) if round.keep_former else {}
    kept = {pupil: mentor for pupil, mentor in former.items() if mentor in candidate_keys}
    # One who is no candidate any more cannot keep a place by hand: the rule decides for the pupil again.
    by_hand = {p: m for p, m in _by_hand(round).items() if m is None or m in candidate_keys}
    order = {e.pupil_id: _order(e) for e in enrolments}
    pupils = []
    for key in keys:
        # Left open by hand: nobody may be given to them, but they draw their lot like all the others.
        left_open = key in by_hand and by_hand[key] is None
        pupils.append(
            Chooser(
                key=key,
                order=order[key],
                choices=wishes.get(key, ()),
                open_to=frozenset() if left_open else openness[key],
                kept=None if left_open else kept.get(key),
                pinned=by_hand.get(key),
            )
        )
    marks, rankings = _marks(round)
    mentors = tuple(
        Place(
            key=row.mentor_id,
            places=space[row.mentor_id].places,
            marks=marks.get(row.mentor_id, {}),
            ranking=tuple(rankings.get(row.mentor_id, ())),
            present=space[row.mentor_id].present,
        )
        for row in rows
    )
    problem = Problem(
        tuple(pupils), mentors, MatchRule(round.rule), MatchTieBreak(round.tie_break), seed=round.seed, fill=round.fill
    )
    return RoundProblem(round, problem, enrolments, rows, space)


@kept
def _candidates(round: MatchingRound) -> QuerySet[RoundMentor]:
    rows = RoundMentor.objects.filter(round=round).select_related("mentor")
    return rows.prefetch_related("mentor__members__teacher", "classes__grade").order_by("number")


def _order(enrolment: Enrolment) -> tuple[int, ...]:
    seat = enrolment.seat_number
    return (enrolment.school_class.number, _NO_SEAT if seat is None else seat)


def choices_in(round: MatchingRound, *, pupil_id: int | None = None) -> dict[int, tuple[int, ...]]:
    """The mentors that each pupil, or the one asked for, chose, first choice first; in a club round the leader of the
    own club.
    """
    if round.mode == MatchingMode.CLUB:
        members = ClubMember.objects.filter(year=round.year_id)
        if pupil_id is not None:
            members = members.filter(pupil=pupil_id)
        return {pupil: (mentor,) for pupil, mentor in members.values_list("pupil_id", "club__mentor_id")}
    if not round.asks_pupils:
        return {}
    wishes: dict[int, list[int]] = defaultdict(list)
    chosen = Choice.objects.filter(sheet__round=round)
    if pupil_id is not None:
        chosen = chosen.filter(sheet__pupil=pupil_id)
    for pupil, mentor in chosen.order_by("rank").values_list("sheet__pupil_id", "mentor_id"):
        wishes[pupil].append(mentor)
    return {pupil: tuple(mentors) for pupil, mentors in wishes.items()}


def _marks(round: MatchingRound) -> tuple[dict[int, dict[int, MentorMarkKind]], dict[int, list[int]]]:
    """Marks and own order of each mentor of a two-sided round."""
    marks: dict[int, dict[int, MentorMarkKind]] = defaultdict(dict)
    rankings: dict[int, list[int]] = defaultdict(list)
    if not round.asks_mentors:
        return marks, rankings
    rows = MentorMark.objects.filter(candidate__round=round).order_by("position", "pk")
    for mentor, pupil, mark, position in rows.values_list("candidate__mentor_id", "pupil_id", "mark", "position"):
        marks[mentor][pupil] = MentorMarkKind(mark)
        if position is not None:
            rankings[mentor].append(pupil)
    return marks, rankings


def _by_hand(round: MatchingRound) -> dict[int, int | None]:
    """Pupils whom 德育室 placed by hand; None for those it left open (a line without mentor and without reason)."""
    rows = Placement.objects.filter(round=round)
    pinned: dict[int, int | None] = dict(rows.filter(how=PlacementHow.PINNED).values_list("pupil_id", "mentor_id"))
    left_open = rows.filter(how=PlacementHow.NONE, reason="").values_list("pupil_id", flat=True)
    return pinned | dict.fromkeys(left_open)


def solved(asked: RoundProblem) -> Match:
    """The match of the round as it stands now."""
    return solve(asked.problem)


def digest(problem: Problem, match: Match) -> str:
    """The sha256 of what a draft was reckoned from and what it came to; the same for everybody who repeats it."""
    canonical = {
        "rule": problem.rule,
        "tie_break": problem.tie_break,
        "seed": problem.seed,
        "fill": problem.fill,
        "pupils": [
            [p.key, list(p.order), list(p.choices), sorted(p.open_to), p.kept, p.pinned]
            for p in sorted(problem.pupils, key=lambda p: p.key)
        ],
        "mentors": [
            [m.key, m.places, m.present, list(m.ranking), sorted(m.marks.items())]
            for m in sorted(problem.mentors, key=lambda m: m.key)
        ],
        "match": [[p.pupil, p.mentor, p.rank, p.how, p.reason] for p in match.placements],
    }
    text = json.dumps(canonical, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
