"""Ticks follow from records: computed here, in the transaction that writes the record, and by the rebuild command.

A tick belongs to pupil, period and action; what it says: `records.queries.ticks`.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from core.journal import note_changing, note_created, note_deleting
from core.kept import kept
from records.enums import TickState
from records.models.records import Tick
from records.queries.ticks import TickKey, TickValue, counted_records, expected_ticks, grades_in
from schools.calendar import YearCalendar
from schools.models import SchoolYear
from students.models import Pupil

_SAID: Final = ("state", "done_count", "done_on")


@dataclass(frozen=True, slots=True)
class TickDifference:
    """A tick that did not say what the records say. None: no row stands, or none should."""

    pupil_id: int
    period_id: int
    action: str
    stored: TickValue | None
    expected: TickValue | None


def _write(school_id: int, stored: dict[TickKey, Tick], expected: dict[TickKey, TickValue]) -> list[TickDifference]:
    differences = _compare(stored, expected)
    changed, fresh = [], []
    for difference in differences:
        key = (difference.pupil_id, difference.period_id, difference.action)
        if difference.expected is None:
            continue
        tick = stored.get(key)
        if tick is None:
            tick = Tick(school_id=school_id, pupil_id=key[0], period_id=key[1], action=key[2])
            fresh.append(tick)
        else:
            changed.append(tick)
        tick.state = difference.expected.state
        tick.done_count = difference.expected.done_count
        tick.done_on = difference.expected.done_on
    gone = [tick.pk for key, tick in stored.items() if key not in expected]
    if gone:
        note_deleting(Tick, gone)
        Tick.objects.filter(pk__in=gone).delete()
    note_changing(Tick, [tick.pk for tick in changed])
    if len(changed) == 1:
        changed[0].save(update_fields=_SAID)
    else:
        Tick.objects.bulk_update(changed, _SAID, batch_size=500)
    note_created(Tick, [tick.pk for tick in Tick.objects.bulk_create(fresh, batch_size=500)])
    return differences


def _compare(stored: dict[TickKey, Tick], expected: dict[TickKey, TickValue]) -> list[TickDifference]:
    differences = []
    for key in sorted(stored.keys() | expected.keys()):
        row = stored.get(key)
        before = TickValue(TickState(row.state), row.done_count, row.done_on) if row is not None else None
        after = expected.get(key)
        if before != after:
            differences.append(TickDifference(*key, stored=before, expected=after))
    return differences


def _stored(year: SchoolYear, pupil_ids: Collection[int] | None) -> dict[TickKey, Tick]:
    ticks = _ticks(year.pk, None if pupil_ids is None else list(pupil_ids))
    return {(t.pupil_id, t.period_id, t.action): t for t in ticks}


@kept
def _ticks(year_id: int, pupil_ids: list[int] | None) -> QuerySet[Tick]:
    ticks = Tick.objects.filter(period__year_id=year_id)
    return ticks if pupil_ids is None else ticks.filter(pupil_id__in=pupil_ids)


def _locked(pupils: QuerySet[Pupil]) -> QuerySet[Pupil]:
    # Two records of one pupil at the same moment: the second counts after the first is there, not beside it. The weaker
    # lock, because the records that were just inserted hold their pupils' keys already.
    return pupils.select_for_update(no_key=True)


@kept
def _locked_grades(pupil_ids: list[int], year: SchoolYear) -> QuerySet[Pupil, Any]:
    return grades_in(_locked(Pupil.objects.filter(pk__in=pupil_ids)), year)


@transaction.atomic(savepoint=False)
def refresh_ticks(*, year: SchoolYear, pupil_ids: Collection[int], on: datetime.date) -> None:
    """Bring the ticks of these pupils in `year` in step with their records; call it in the record's transaction."""
    grades = dict(_locked_grades(list(pupil_ids), year))
    expected = expected_ticks(counted_records(year, pupil_ids), YearCalendar(year, on), grades)
    _write(year.school_id, _stored(year, pupil_ids), expected)


@transaction.atomic
def rebuild_ticks(*, year: SchoolYear, on: datetime.date, check: bool = False) -> list[TickDifference]:
    """Rebuild all ticks of `year` from the records and report what differed; with `check`, only report."""
    pupils = Pupil.objects.filter(school_id=year.school_id)
    grades = dict(grades_in(pupils if check else _locked(pupils), year))
    expected = expected_ticks(counted_records(year, None), YearCalendar(year, on), grades)
    stored = _stored(year, None)
    return _compare(stored, expected) if check else _write(year.school_id, stored, expected)
