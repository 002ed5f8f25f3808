"""Short facts about records of several kinds in one query: rows of one shape, joined by UNION.

The desk's pages show a little of many tables; asking each of them would cost a query a kind.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db.models import DateField, F, IntegerField, Model, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from core.rowwise import among
from records.enums import TalkForm, TickState
from records.models import GrowthLetter, HeartTalk, HomeVisit, Tick, VisitPlan
from schools.models import Period, SchoolYear, Term


class Fact(NamedTuple):
    """One row. What `key`, `word`, `more` and `number` hold depends on the kind."""

    kind: str
    pupil_id: int
    pk: int
    key: int
    word: str
    more: str
    day: datetime.date | None
    due: datetime.date | None
    number: int


_TYPES: Final[dict[str, Any]] = {
    "kind": TextField,
    "pupil_id": IntegerField,
    "pk": IntegerField,
    "key": IntegerField,
    "word": TextField,
    "more": TextField,
    "day": DateField,
    "due": DateField,
    "number": IntegerField,
}
#: A planned time as 18:30:00, empty without one.
TIME: Final = Coalesce(Cast("time", TextField()), Value(""))
_BLANK: Final[dict[str, Any]] = {"word": "", "more": "", "day": None, "due": None, "key": 0, "number": 0}


def as_rows(
    types: dict[str, Any], blank: dict[str, Any], rows: QuerySet[Any], **columns: str | Combinable
) -> QuerySet[Any, Any]:
    """`rows` as tuples with the columns of `types`: by the name of a field, an expression, or what is in `blank`.

    Everything is cast, so that the databases agree on the types of a UNION.
    """
    made = {}
    for name, kind in types.items():
        given = columns.get(name, Value(blank.get(name)))
        made[f"x_{name}"] = Cast(F(given) if isinstance(given, str) else given, kind())
    found: QuerySet[Any, Any] = rows.order_by().annotate(**made).values_list(*made)
    return found


def union_of(parts: Iterable[QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """The rows of all parts; one query."""
    first, *others = parts
    return list(first.union(*others, all=True)) if others else list(first)


def fact_rows(kind: str, rows: QuerySet[Any], **columns: str | Combinable) -> QuerySet[Any, Any]:
    """`rows` as facts of `kind`."""
    return as_rows(_TYPES, _BLANK, rows, kind=Value(kind), **columns)


def facts_of(parts: Iterable[QuerySet[Any, Any]]) -> list[Fact]:
    """All parts as facts; one query."""
    return [Fact(*row) for row in union_of(parts)]


@dataclass(slots=True)
class YearFacts:
    """What the ticks, the follow-ups and the figures of some pupils stand on, in one year."""

    ticks: dict[tuple[int, int, str], Tick] = field(default_factory=dict)
    letters: dict[int, str] = field(default_factory=dict)
    visits: list[Fact] = field(default_factory=list)
    talks: list[Fact] = field(default_factory=list)
    plans: dict[tuple[int, int], Fact] = field(default_factory=dict)

    def outcomes(self) -> dict[tuple[int, int | None], list[str]]:
        """The outcomes of visits in their order, by pupil and term, and by pupil and no term for the year."""
        found: dict[tuple[int, int | None], list[str]] = defaultdict(list)
        for visit in self.visits:
            found[(visit.pupil_id, visit.key)].append(visit.word)
            found[(visit.pupil_id, None)].append(visit.word)
        return found

    def face_to_face(self, term: Term) -> tuple[int, int]:
        """How many talks of `term` were face to face, and how many there were (减少“键对键”, Wuhu plan 五(三))."""
        talks = {talk.pk: talk.word for talk in self.talks if talk.key == term.pk}
        return sum(word == TalkForm.FACE for word in talks.values()), len(talks)


def year_parts(
    year: SchoolYear, periods: Collection[Period], term: Term, pupil_ids: Collection[int], *, with_talks: bool
) -> list[QuerySet[Any, Any]]:
    """The parts of the query behind `YearFacts`."""
    visits = HomeVisit.objects.present().filter(among("term__year_id", [year.pk]), pupil_id__in=pupil_ids)
    note = {"pupil_id": "pupil_id", "pk": "pk", "key": "term_id", "more": "visibility", "day": "date"}
    note |= {"due": "follow_up_on", "number": "created_by_id"}
    letters = GrowthLetter.objects.present().filter(term=term, pupil_id__in=pupil_ids)
    ticks = Tick.objects.filter(period__in=periods, pupil_id__in=pupil_ids)
    plans = VisitPlan.objects.open().filter(term__year=year, pupil_id__in=pupil_ids)
    parts = [
        fact_rows(
            "tick", ticks, pupil_id="pupil_id", pk="pk", key="period_id", word="action", more="state", day="done_on",
            number="done_count",
        ),
        fact_rows("letter-state", letters, pupil_id="pupil_id", pk="pk", word="state"),
        fact_rows("year-visit", visits, word="outcome", **note),
        fact_rows("plan", plans, pupil_id="pupil_id", pk="pk", key="term_id", day="date", word="remark", more=TIME),
    ]  # fmt: skip
    if with_talks:
        talks: QuerySet[Model] = HeartTalk.pupils.through._default_manager.filter(
            among("hearttalk__term__year_id", [year.pk]), hearttalk__deleted_at=None, pupil_id__in=pupil_ids
        )
        note = {k: v if k == "pupil_id" else f"hearttalk__{v}" for k, v in note.items()}
        parts.append(fact_rows("year-talk", talks, word="hearttalk__form", **note))
    return parts


def year_facts(facts: Iterable[Fact]) -> YearFacts:
    """The facts of `year_parts`, sorted into their places; facts of other kinds are passed over."""
    found = YearFacts()
    for fact in facts:
        if fact.kind == "tick":
            found.ticks[(fact.pupil_id, fact.key, fact.word)] = Tick(
                pk=fact.pk,
                pupil_id=fact.pupil_id,
                period_id=fact.key,
                action=fact.word,
                state=TickState(fact.more),
                done_on=fact.day,
                done_count=fact.number,
            )
        elif fact.kind == "letter-state":
            found.letters[fact.pupil_id] = fact.word
        elif fact.kind == "year-visit":
            found.visits.append(fact)
        elif fact.kind == "year-talk":
            found.talks.append(fact)
        elif fact.kind == "plan":
            found.plans[(fact.pupil_id, fact.key)] = fact
    found.visits.sort(key=lambda f: (f.day or datetime.date.min, f.pk))
    found.talks.sort(key=lambda f: (f.day or datetime.date.min, f.pk))
    return found
