"""What a mentor sees in a two-sided round 双向选择: who named them, with the reason given to them, and the own marks.

Never at which rank, never whom else a pupil named: that is 德育室's and the homeroom teacher's (Wuhu plan 五(二) leaves
the choice to both sides, and a choice that is looked into is none).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from core.clock import now
from core.kept import kept
from core.search import is_named_like
from mentors.enums import MentorMarkKind, RoundState
from mentors.rounds.models import Choice, MatchingRound, MentorMark, RoundMentor
from mentors.rounds.queries.running import Phase, open_to_class, participants, phase
from schools.enums import MatchingMode
from students.models import Enrolment

#: How many found pupils are listed at once.
FOUND = 20
#: States in which a round is the mentors' business.
KNOWN = (RoundState.OPEN, RoundState.PUBLISHED)


def candidacies_visible_to(actor: Actor) -> QuerySet[RoundMentor]:
    """The candidacies of two-sided rounds that the actor may mark for: the own ones, for 德育室 all of the school."""
    rows = RoundMentor.objects.in_school(actor)
    if not actor.has(Role.MORAL_OFFICE):
        rows = rows.filter(pk__in=RoundMentor.objects.held_by(actor).values("pk"), round__state__in=KNOWN)
    return rows.filter(round__mode=MatchingMode.TWO_SIDED).select_related("round__grade", "round__year", "mentor")


def candidacies_in_full(actor: Actor) -> QuerySet[RoundMentor]:
    """As `candidacies_visible_to`, with classes and names at hand."""
    return candidacies_visible_to(actor).prefetch_related("classes__grade", "mentor__members__teacher")


def can_be_marked(round: MatchingRound) -> bool:
    """Whether mentors may mark now: from the opening date until the result is published."""
    return round.asks_mentors and phase(round, now()) in (Phase.CHOOSING, Phase.OVER)


@dataclass(frozen=True, slots=True)
class MarkTask:
    """A round in which the actor may mark, and how far that has come."""

    candidate: RoundMentor
    named_by: int
    marked: int


def mark_tasks(actor: Actor) -> list[MarkTask]:
    """The rounds in which the actor is a candidate and marking is possible now. Three queries at most."""
    rows = [row for row in open_candidacies(actor) if can_be_marked(row.round)]
    if not rows:
        return []
    named = dict(
        Choice.objects.filter(_of(rows))
        .values_list("sheet__round_id")
        .annotate(count=Count("pk"))
        .values_list("sheet__round_id", "count")
    )
    return [MarkTask(row, named.get(row.round_id, 0), getattr(row, "marked", 0)) for row in rows]


@kept
def open_candidacies(actor: Actor) -> QuerySet[RoundMentor]:
    """The actor's candidacies in open two-sided rounds, each with the number `marked`. One query."""
    rows = RoundMentor.objects.held_by(actor).filter(round__mode=MatchingMode.TWO_SIDED, round__state=RoundState.OPEN)
    rows = rows.select_related("round__grade", "mentor").annotate(marked=Count("marks", distinct=True))
    return rows.order_by("round__grade__number", "pk")


def _of(rows: Sequence[RoundMentor]) -> Q:
    found = Q(pk=None)
    for row in rows:
        found |= Q(sheet__round_id=row.round_id, mentor_id=row.mentor_id)
    return found


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A pupil on the mentor's list. `reason` is what the pupil wrote to this mentor."""

    enrolment: Enrolment
    mark: MentorMarkKind
    named_me: bool
    reason: str
    position: int | None

    @property
    def pupil_id(self) -> int:
        """The pupil's key."""
        return self.enrolment.pupil_id


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """All that one mentor sees of a round. Every list is in the order of the class lists but `preferred`."""

    candidate: RoundMentor
    named: list[MarkRow]
    # Pupils who did not name the mentor: those marked already, and those whom the search found.
    marked: list[MarkRow]
    found: list[MarkRow]
    # The mentor's own order, where there is one.
    preferred: list[MarkRow]
    others: int

    @property
    def is_ordered(self) -> bool:
        """Whether the mentor put the preferred ones in an order."""
        return any(row.position is not None for row in self.preferred)

    @property
    def unsuitable(self) -> int:
        """How many are marked 不合适."""
        return sum(row.mark == MentorMarkKind.UNSUITABLE for row in (*self.named, *self.marked))


def mark_sheet(candidate: RoundMentor, *, search: str = "") -> MarkSheet:
    """The mentor's list of a round; `search` finds further pupils by name or initials. Four queries."""
    reasons = dict(
        Choice.objects.filter(sheet__round_id=candidate.round_id, mentor_id=candidate.mentor_id).values_list(
            "sheet__pupil_id", "reason"
        )
    )
    marks = {mark.pupil_id: mark for mark in MentorMark.objects.filter(candidate=candidate)}
    rows = []
    for enrolment in participants(candidate.round):
        if open_to_class(candidate, enrolment.school_class_id):
            key = enrolment.pupil_id
            mark = marks.get(key)
            kind = MentorMarkKind(mark.mark) if mark is not None else MentorMarkKind.ACCEPTABLE
            position = mark.position if mark is not None else None
            rows.append(MarkRow(enrolment, kind, key in reasons, reasons.get(key, ""), position))
    named = [row for row in rows if row.named_me]
    rest = [row for row in rows if not row.named_me]
    marked = [row for row in rest if row.pupil_id in marks]
    preferred = [row for row in rows if row.mark == MentorMarkKind.PREFERRED]
    return MarkSheet(
        candidate,
        named,
        marked,
        [row for row in rest if row.pupil_id not in marks and _matches(row, search)][:FOUND],
        sorted(preferred, key=lambda row: (row.position is None, row.position or 0)),
        len(rest) - len(marked),
    )


def _matches(row: MarkRow, search: str) -> bool:
    pupil = row.enrolment.pupil
    return is_named_like(search, name=pupil.name, pinyin=pupil.pinyin, initials=pupil.initials)
