"""What ticks follow from: the records of a year, counted as the plan asks it of each pupil's grade.

Which period an action has, how often it is owed and which visit outcomes fulfil it is read from the version that holds
on the period's last day (or today, if that is earlier), so that a plan that changes in mid-year leaves history as it
was.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from core.kept import kept
from core.rowwise import among
from records.enums import LetterState, TickState
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.calendar import YearCalendar
from schools.enums import ActionKind, PeriodKind, VisitOutcome
from schools.models import SchoolYear
from students.models import Enrolment, Pupil

TickKey = tuple[int, int, str]

FULFILLED_LETTERS = frozenset({LetterState.HANDED_IN, LetterState.RELEASED})


@dataclass(frozen=True, slots=True)
class CountedRecord:
    """One record, reduced to what ticks need. `outcome` is filled for visits, `fulfilled` for letters."""

    pupil_id: int
    term_id: int
    action: ActionKind
    date: datetime.date
    outcome: str = VisitOutcome.COMPLETED
    fulfilled: bool = True


@dataclass(frozen=True, slots=True)
class TickValue:
    """What a tick says."""

    state: TickState
    done_count: int
    done_on: datetime.date | None


def counted_records(year: SchoolYear, pupil_ids: Collection[int] | None) -> Iterable[CountedRecord]:
    """The present records of `year`: three queries whatever their number."""
    keys = None if pupil_ids is None else list(pupil_ids)
    for pupil_id, term_id, date, outcome in _visits(year.pk, keys):
        yield CountedRecord(pupil_id, term_id, ActionKind.VISIT, date, outcome=outcome)
    for pupil_id, term_id, date in _talks(year.pk, keys):
        yield CountedRecord(pupil_id, term_id, ActionKind.TALK, date)
    for pupil_id, term_id, state, handed_in_at, created_at in _letters(year.pk, keys):
        day = timezone.localdate(handed_in_at or created_at)
        yield CountedRecord(
            pupil_id,
            term_id,
            ActionKind.LETTER,
            day,
            fulfilled=state in FULFILLED_LETTERS,
        )


def _of_year(year_id: int, keys: list[int] | None, *, term: str = "term") -> Q:
    """Of all pupils by the year, of some by the pupil."""
    if keys is None:
        return Q((f"{term}__year_id", year_id))
    return Q(among(f"{term}__year_id", [year_id]), pupil_id__in=keys)


@kept
def _visits(year_id: int, keys: list[int] | None) -> QuerySet[HomeVisit, Any]:
    rows = HomeVisit.objects.present().filter(_of_year(year_id, keys))
    return rows.values_list("pupil_id", "term_id", "date", "outcome")


@kept
def _talks(year_id: int, keys: list[int] | None) -> QuerySet[Any, Any]:
    rows = HeartTalk.pupils.through._default_manager.filter(hearttalk__deleted_at=None)
    rows = rows.filter(_of_year(year_id, keys, term="hearttalk__term"))
    return rows.values_list("pupil_id", "hearttalk__term_id", "hearttalk__date")


@kept
def _letters(year_id: int, keys: list[int] | None) -> QuerySet[GrowthLetter, Any]:
    rows = GrowthLetter.objects.present().filter(_of_year(year_id, keys))
    return rows.values_list("pupil_id", "term_id", "state", "handed_in_at", "created_at")


def expected_ticks(
    records: Iterable[CountedRecord],
    calendar: YearCalendar,
    grades: Mapping[int, int | None],
) -> dict[TickKey, TickValue]:
    """What the ticks should say on the calendar's day; `grades` are those of the pupils."""
    rules = {
        p.pk: calendar.rules_until(p.term.ends_on if p.term is not None else calendar.year.ends_on)
        for p in calendar.periods
    }
    by_term = {p.term_id: p for p in calendar.periods if p.term_id is not None}
    whole_year = next(p for p in calendar.periods if p.term_id is None)
    # What the plan asks in each period, looked up once for each action and grade.
    asked = {
        (period_id, owed.action, grade_id): owed
        for period_id, held in rules.items()
        for owed in held.actions
        for grade_id in owed.grade_ids
    }
    found: dict[TickKey, list[tuple[datetime.date, bool]]] = defaultdict(list)
    for record in records:
        grade_id = grades.get(record.pupil_id)
        for period, kind in (
            (by_term[record.term_id], PeriodKind.TERM),
            (whole_year, PeriodKind.YEAR),
        ):
            owed = asked.get((period.pk, record.action, grade_id or 0))
            if owed is None or owed.period != kind:
                continue
            fulfilled = record.fulfilled
            if record.action == ActionKind.VISIT:
                fulfilled = record.outcome in owed.accepted_outcomes
            found[(record.pupil_id, period.pk, record.action)].append((record.date, fulfilled))
    result: dict[TickKey, TickValue] = {}
    for key, entries in found.items():
        count = asked[key[1], ActionKind(key[2]), grades[key[0]] or 0].count
        dates = sorted(date for date, fulfilled in entries if fulfilled)
        done = len(dates) >= count
        result[key] = TickValue(
            TickState.DONE if done else TickState.PLANNED,
            len(dates),
            dates[count - 1] if done else None,
        )
    return result


def grades_in(pupils: QuerySet[Pupil], year: SchoolYear) -> QuerySet[Pupil, Any]:
    """The keys of `pupils` with their grades in `year`: of those who left, the last one."""
    places = Enrolment.objects.filter(pupil=OuterRef("pk"), year=year).order_by("-starts_on", "-pk")
    return pupils.order_by("pk").values_list("pk", Subquery(places.values("school_class__grade")[:1]))
