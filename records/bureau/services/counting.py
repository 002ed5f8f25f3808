"""The only writer of the kept counts: it recounts a school whose records have changed, within a minute.

Every service notes what it changes in the audit: a school is stale that has a newer line there than its count. So no
record is saved slower for the bureau's sake, and no writer can forget it. What the night changes (a plan that takes
effect, the day itself) is counted then.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.enums import AuditKind
from accounts.models import AuditEntry
from core.clock import now
from records.bureau.models import CityCount, CountedTerm, KeptCount, VisitDay
from records.bureau.queries.counting import TermFigures, count_year
from records.bureau.queries.hiding import Figure, hide_tables, totals
from schools.calendar import NEAR_YEARS
from schools.models import Bureau, School, SchoolYear

#: A line of the audit is written when its work begins, and seen when it is done: longer than any page takes.
_GRACE: Final = datetime.timedelta(minutes=10)
_FACTS: Final = ("plan_version", "document_version", "mentors", "trainings")
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class CountDifference:
    """A kept count that did not say what the records say. None: no row stands, or none should."""

    school_id: int
    what: str
    stored: tuple[int, ...] | None
    expected: tuple[int, ...] | None


def stale_schools(bureau: Bureau) -> QuerySet[School]:
    """The schools of `bureau` in which something was written since they were counted, or whose year never was: a new
    school's, and the one after a roll-over.
    """
    counted = CountedTerm._default_manager.filter(school=OuterRef("pk"), term__year__is_current=True)
    newer = AuditEntry.objects.filter(
        school=OuterRef("school_id"), kind=AuditKind.CHANGE, at__gt=OuterRef("counted_at") - _GRACE
    )
    changed = counted.filter(Exists(newer))
    return School.objects.filter(~Q(Exists(counted)) | Q(Exists(changed)), bureau=bureau)


def recount_changed(*, today: datetime.date) -> int:
    """Count the present year of all stale schools anew; how many there were."""
    done = 0
    for bureau in Bureau._default_manager.order_by("pk"):
        schools = list(stale_schools(bureau))
        if schools:
            years = SchoolYear.objects.current().filter(school__in=schools)
            recount(bureau=bureau, years=years, today=today)
        done += len(schools)
    return done


def recount_all(*, today: datetime.date) -> list[CountDifference]:
    """Count the near years of all schools of all bureaus anew; what differed."""
    found: list[CountDifference] = []
    for bureau in Bureau._default_manager.order_by("pk"):
        found += recount(bureau=bureau, years=near_years(bureau), today=today)
    return found


def near_years(bureau: Bureau) -> list[SchoolYear]:
    """The years of the bureau's schools that pages offer: the present one and those shortly before."""
    rows = SchoolYear.objects.filter(school__bureau=bureau).order_by("school_id", "-start_year")
    present = dict(rows.filter(is_current=True).values_list("school_id", "start_year"))
    return [year for year in rows if 0 <= present.get(year.school_id, year.start_year) - year.start_year < NEAR_YEARS]


def recount(*, bureau: Bureau, years: Iterable[SchoolYear], today: datetime.date) -> list[CountDifference]:
    """Bring the kept counts of `years`, all of schools of `bureau`, in step with the records; what differed.

    Which figures are shown is settled again for the whole city, for they protect each other. Counting takes long and
    comes before the transaction: SQLite lets one write at a time, and no teacher shall wait for it.
    """
    counted = [(year, now(), count_year(year, today)) for year in years]
    differences: list[CountDifference] = []
    with transaction.atomic():
        Bureau._default_manager.select_for_update(no_key=True).get(pk=bureau.pk)
        for year, at, found in counted:
            differences += _write_year(year, found, at)
        for start_year in sorted({year.start_year for year, _, _ in counted}):
            settle_shown(bureau=bureau, start_year=start_year)
    return differences


def differences_of(year: SchoolYear, today: datetime.date) -> list[CountDifference]:
    """What the kept counts of `year` say otherwise than its records; nothing is written."""
    return _compare(year, count_year(year, today))[0]


def _compare(year: SchoolYear, found: Sequence[TermFigures]) -> tuple[list[CountDifference], dict[Any, Any]]:
    stored: dict[Any, Any] = {}
    said: dict[Any, tuple[int, ...]] = {}
    for term in CountedTerm._default_manager.filter(term__year=year):
        stored["term", term.term_id] = term
        said["term", term.term_id] = tuple(getattr(term, name) for name in _FACTS)
    for row in KeptCount._default_manager.filter(term__year=year):
        stored["count", row.term_id, row.grade_id, row.measure] = row
        said["count", row.term_id, row.grade_id, row.measure] = row.period_id, row.part, row.whole
    for day in VisitDay._default_manager.filter(term__year=year):
        stored["day", day.term_id, day.date, day.form] = day
        said["day", day.term_id, day.date, day.form] = (day.visits,)
    wanted = _wanted(found)
    differences = [
        CountDifference(year.school_id, " ".join(map(str, key)), said.get(key), wanted.get(key))
        for key in sorted(said.keys() | wanted.keys(), key=str)
        if said.get(key) != wanted.get(key)
    ]
    return differences, stored


def _wanted(found: Sequence[TermFigures]) -> dict[Any, tuple[int, ...]]:
    wanted: dict[Any, tuple[int, ...]] = {}
    for term in found:
        wanted["term", term.term.pk] = tuple(getattr(term, name) for name in _FACTS)
        for (grade_id, measure), one in term.counts.items():
            wanted["count", term.term.pk, grade_id, str(measure)] = one.period_id, one.part, one.whole
        for (date, form), visits in term.visits.items():
            wanted["day", term.term.pk, date, str(form)] = (visits,)
    return wanted


def _write_year(year: SchoolYear, found: Sequence[TermFigures], at: datetime.datetime) -> list[CountDifference]:
    """Write what was counted since `at`; a count that began later is left, and so is what it said."""
    if CountedTerm._default_manager.filter(term__year=year, counted_at__gt=at, counted_at__lte=now()).exists():
        return []
    differences, stored = _compare(year, found)
    wanted = _wanted(found)
    fresh: dict[str, list[Any]] = defaultdict(list)
    changed: dict[str, list[Any]] = defaultdict(list)
    for key, values in wanted.items():
        row = stored.pop(key, None) or _new(year.school_id, key)
        before = _values(key[0], row)
        if row.pk is None:
            fresh[key[0]].append(row)
        elif before != values or key[0] == "term":
            changed[key[0]].append(row)
        for name, value in zip(_COLUMNS[key[0]], values, strict=True):
            setattr(row, name, value)
        if key[0] == "term":
            row.counted_at = at
    for what, model in _MODELS.items():
        gone = [row.pk for key, row in stored.items() if key[0] == what]
        rows = model._default_manager
        rows.filter(pk__in=gone).delete()
        rows.bulk_create(fresh[what], batch_size=_BATCH)
        also = ["counted_at"] if what == "term" else []
        rows.bulk_update(changed[what], [*_COLUMNS[what], *also], batch_size=_BATCH)
    return differences


_MODELS: Final[dict[str, Any]] = {"term": CountedTerm, "count": KeptCount, "day": VisitDay}
_COLUMNS: Final = {"term": _FACTS, "count": ("period_id", "part", "whole"), "day": ("visits",)}


def _values(what: str, row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS[what])


def _new(school_id: int, key: Any) -> Any:
    what, term_id, *rest = key
    if what == "term":
        return CountedTerm(school_id=school_id, term_id=term_id)
    if what == "count":
        return KeptCount(school_id=school_id, term_id=term_id, grade_id=rest[0], measure=rest[1])
    return VisitDay(school_id=school_id, term_id=term_id, date=rest[0], form=rest[1])


def settle_shown(*, bureau: Bureau, start_year: int) -> None:
    """Settle what of the figures of one year is shown, and the city's own sums. Call it in the count's transaction."""
    rows: list[Any] = list(
        KeptCount._default_manager.filter(school__bureau=bureau, term__year__start_year=start_year)
        .annotate(number=F("term__number"), of_year=Q(period__term=None))
        .values_list("pk", "number", "measure", "school_id", "grade_id", "part", "whole", "of_year", "shown")
    )
    by_grade = {(number, measure, school) for _, number, measure, school, grade, *_ in rows if grade is not None}
    figures = [
        Figure((number, measure), (school,) if grade is None else (school, grade), part, whole, of_year)
        for _, number, measure, school, grade, part, whole, of_year, _ in rows
        if grade is not None or (number, measure, school) not in by_grade
    ]
    shown = hide_tables(figures)
    changed: dict[str, list[int]] = defaultdict(list)
    for pk, number, measure, school, grade, _, _, _, before in rows:
        state: str = shown[number, measure][(school,) if grade is None else (school, grade)]
        if state != before:
            changed[state].append(pk)
    for state, keys in changed.items():
        _update(keys, state)
    CityCount.objects.filter(bureau=bureau, start_year=start_year).delete()
    CityCount.objects.bulk_create(
        CityCount(
            bureau=bureau,
            start_year=start_year,
            number=table[0],
            measure=table[1],
            part=one.part,
            whole=one.whole,
            shown=shown[table][()],
        )
        for table, one in totals(figures).items()
    )


def _update(keys: Collection[int], state: str) -> None:
    keys = list(keys)
    for at in range(0, len(keys), _BATCH):
        KeptCount._default_manager.filter(pk__in=keys[at : at + _BATCH]).update(shown=state)
