"""What was recorded and planned for some pupils in one year: a query a kind, of the columns that desks ask for."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet

from core.kept import kept
from core.rowwise import among
from records.desk.models import VisitPlan
from records.enums import TalkForm
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick
from schools.calendar import YearCalendar
from schools.models import SchoolYear, Term


class VisitLine(NamedTuple):
    """What ticks and follow-ups ask of a visit."""

    pk: int
    pupil_id: int
    term_id: int
    date: datetime.date
    follow_up_on: datetime.date | None
    visibility: str
    created_by_id: int
    outcome: str


class TalkLine(NamedTuple):
    """What follow-ups and figures ask of a talk with one of its pupils."""

    pk: int
    pupil_id: int
    term_id: int
    date: datetime.date
    follow_up_on: datetime.date | None
    visibility: str
    created_by_id: int
    form: str


class TickLine(NamedTuple):
    """What desks ask of a tick."""

    pupil_id: int
    period_id: int
    action: str
    state: str
    done_count: int
    done_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class YearRecords:
    """Ticks by pupil, period and action; states of the term's letters by pupil; open plans by pupil and term."""

    ticks: Mapping[tuple[int, int, str], TickLine] = field(default_factory=dict)
    letters: Mapping[int, str] = field(default_factory=dict)
    visits: Sequence[VisitLine] = ()
    talks: Sequence[TalkLine] = ()
    plans: Mapping[tuple[int, int], VisitPlan] = field(default_factory=dict)

    def outcomes(self) -> dict[tuple[int, int | None], list[str]]:
        """The outcomes of visits in their order, by pupil and term, and by pupil and no term for the year."""
        found: dict[tuple[int, int | None], list[str]] = defaultdict(list)
        for visit in sorted(self.visits, key=lambda visit: (visit.date, visit.pk)):
            found[(visit.pupil_id, visit.term_id)].append(visit.outcome)
            found[(visit.pupil_id, None)].append(visit.outcome)
        return found

    def face_to_face(self, term: Term) -> tuple[int, int]:
        """How many talks of `term` were face to face, and how many there were (减少“键对键”, Wuhu plan 五(三))."""
        forms = {talk.pk: talk.form for talk in self.talks if talk.term_id == term.pk}
        return sum(form == TalkForm.FACE for form in forms.values()), len(forms)


def visits_of_year(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[HomeVisit]:
    """The present visits to these pupils."""
    return HomeVisit.objects.present().filter(among("term__year_id", [year.pk]), pupil_id__in=pupil_ids)


def talks_of_year(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[Any]:
    """The present talks with these pupils: a row for each pupil of a talk."""
    rows: QuerySet[Any] = HeartTalk.pupils.through._default_manager.filter(pupil_id__in=pupil_ids)
    return rows.filter(among("hearttalk__term__year_id", [year.pk]), hearttalk__deleted_at=None)


def ticks_of(calendar: YearCalendar, pupil_ids: Collection[int]) -> dict[tuple[int, int, str], TickLine]:
    """The year's ticks of these pupils by pupil, period and action. One query."""
    rows = _tick_lines([period.pk for period in calendar.periods], pupil_ids)
    return {row[:3]: TickLine._make(row) for row in rows}


@kept
def _tick_lines(period_ids: Collection[int], pupil_ids: Collection[int]) -> QuerySet[Any, Any]:
    ticks = Tick.objects.filter(period_id__in=period_ids, pupil_id__in=pupil_ids)
    return ticks.values_list(*TickLine._fields)


@kept
def _letter_states(term: Term, pupil_ids: Collection[int]) -> QuerySet[GrowthLetter, tuple[int, str]]:
    letters = GrowthLetter.objects.present().of_term(term).filter(pupil_id__in=pupil_ids)
    return letters.order_by().values_list("pupil_id", "state")


@kept
def _visit_lines(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[Any, Any]:
    return visits_of_year(year, pupil_ids).order_by().values_list(*VisitLine._fields)


@kept
def _talk_lines(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[Any, Any]:
    columns = (name if name == "pupil_id" else f"hearttalk__{name}" for name in TalkLine._fields)
    return talks_of_year(year, pupil_ids).values_list(*columns)


@kept
def _open_plans(year: SchoolYear, pupil_ids: Collection[int]) -> QuerySet[VisitPlan]:
    return VisitPlan.objects.open().filter(term__year=year, pupil_id__in=pupil_ids)


def read_year(calendar: YearCalendar, pupil_ids: Collection[int], *, with_talks: bool = False) -> YearRecords:
    """What was recorded and planned this year for these pupils. Four queries, five `with_talks`."""
    talks = _talk_lines(calendar.year, pupil_ids) if with_talks else []
    plans = _open_plans(calendar.year, pupil_ids)
    return YearRecords(
        ticks=ticks_of(calendar, pupil_ids),
        letters=dict(_letter_states(calendar.term, pupil_ids)),
        visits=[VisitLine._make(row) for row in _visit_lines(calendar.year, pupil_ids)],
        talks=[TalkLine._make(row) for row in talks],
        plans={(plan.pupil_id, plan.term_id): plan for plan in plans},
    )
