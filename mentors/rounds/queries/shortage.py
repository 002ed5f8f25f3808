"""Whether a round's places suffice, counted in the database: no pupil is read for it."""

from collections import Counter, defaultdict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.enums import PlacementHow, PlacementReason
from mentors.matching.shortage import MentorRoom, Shortage, shortage
from mentors.models.slots import MentorMember
from mentors.rounds.models import MatchingRound, Placement, RoundMentor
from mentors.rounds.queries.running import Room, rooms, round_classes, taking_part
from mentors.rounds.querysets import PlacementQuerySet


def expected_shortage(round: MatchingRound, actor: Actor) -> Shortage | None:
    """Whether the grade's places will suffice, before there is a draft. Five queries at most."""
    return _shortage(round, actor, drafted=False)


def draft_shortage(round: MatchingRound, actor: Actor) -> Shortage | None:
    """What the stored draft lacks, without those whom 德育室 left open. Nine queries at most."""
    return _shortage(round, actor, drafted=True)


def draft_rooms(round: MatchingRound) -> dict[int, tuple[Room, int]]:
    """By mentor who can be chosen, in the order of the numbers: their room, and how many pupils the draft gives them.

    Three queries at most.
    """
    mentors = [row.mentor for row in _numbered(round.pk)]
    placed = dict(_lines(round).values_list("mentor_id").annotate(n=Count("pk")))
    return {key: (room, placed.get(key, 0)) for key, room in rooms(round, mentors).items()}


@kept
def _numbered(round_id: int) -> QuerySet[RoundMentor]:
    return RoundMentor.objects.filter(round_id=round_id).select_related("mentor").order_by("number")


def _lines(round: MatchingRound) -> PlacementQuerySet:
    """The draft's lines of those who still take part."""
    return Placement.objects.filter(Exists(taking_part(round).filter(pupil=OuterRef("pupil"))), round=round)


def _shortage(round: MatchingRound, actor: Actor, *, drafted: bool) -> Shortage | None:
    """What is missing; None where nothing is, or where the round places nobody beyond its lists."""
    rules = actor.calendar.of(round.year).plan_on(actor.today)
    if rules is None or (not round.asks_pupils and not round.fill):
        return None
    space = draft_rooms(round)
    people: dict[int, int] = {}
    if not rules.plan.shared_counts_once:
        members = MentorMember.objects.filter(mentor__in=space)
        people = dict(members.values_list("mentor_id").annotate(n=Count("pk")))
    labels = _labels(round) if drafted else {}
    mentors = [
        MentorRoom(key, labels.get(key, ""), people.get(key, 1), room.places, placed if drafted else 0)
        for key, (room, placed) in space.items()
    ]
    pupils = taking_part(round).count()
    if drafted:
        by_hand = Q(how=PlacementHow.NONE, reason="") | (Q(how=PlacementHow.PINNED) & ~Q(mentor__in=space))
        pupils -= _lines(round).filter(by_hand).count()
    unplaced = _unplaced(round) if drafted else None
    return shortage(round.grade.name, pupils, mentors, rules.plan.cap, unplaced)


def _labels(round: MatchingRound) -> dict[int, str]:
    """The classes of the mentors who are not open to the whole grade. Two queries."""
    rows = RoundMentor.objects.filter(round=round, whole_grade=False)
    open_to: dict[int, set[int | None]] = defaultdict(set)
    for mentor, class_id in rows.values_list("mentor_id", "classes"):
        open_to[mentor].add(class_id)
    classes = round_classes(round)
    return {key: "、".join(c.label for c in classes if c.pk in keys) for key, keys in open_to.items()}


def _unplaced(round: MatchingRound) -> dict[str, int]:
    """By class label, in teaching order, whom the draft left out for want of a place. Two queries."""
    line = Placement.objects.filter(round=round, reason=PlacementReason.NO_PLACE, pupil=OuterRef("pupil"))
    counts = Counter(dict(taking_part(round).filter(Exists(line)).values_list("school_class").annotate(n=Count("pk"))))
    return {c.label: counts[c.pk] for c in round_classes(round) if counts[c.pk]} if counts else {}
