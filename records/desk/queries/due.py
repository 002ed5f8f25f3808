"""What is due with one's pupils: follow-ups that nobody has made yet, and the planned visits of the next days."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.actors import Actor
from records.desk.models import VisitPlan
from records.desk.queries.year_records import TalkLine, VisitLine, YearRecords
from schools.enums import NoteVisibility
from students.models import Pupil

#: Follow-ups and planned visits are told this long before.
FOLLOW_UP_AHEAD: Final = datetime.timedelta(days=3)
PLANS_AHEAD: Final = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up that is due: with whom, by when, after what."""

    pupil: Pupil
    on: datetime.date
    after: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit of the next days that stands in the class's plan."""

    pupil: Pupil
    on: datetime.date
    time: str
    is_past: bool
    remark: str = ""


def follow_ups_due(actor: Actor, records: YearRecords, pupils: Mapping[int, Pupil]) -> tuple[FollowUp, ...]:
    """What was to be followed up by now or in the next days, and was not: no later record of the pupil. No query.

    Dates of restricted notes are told to their authors only.
    """
    notes: tuple[VisitLine | TalkLine, ...] = (*records.visits, *records.talks)
    last_day = actor.today + FOLLOW_UP_AHEAD
    if not any(note.follow_up_on is not None and note.follow_up_on <= last_day for note in notes):
        return ()
    latest: dict[int, datetime.date] = {}
    for note in notes:
        latest[note.pupil_id] = max(note.date, latest.get(note.pupil_id, note.date))
    found: dict[int, FollowUp] = {}
    for note in notes:
        due = note.follow_up_on
        if due is None or due > last_day or latest[note.pupil_id] > note.date:
            continue
        if note.visibility != NoteVisibility.TEAM and note.created_by_id != actor.user_id:
            continue
        what = "家访" if isinstance(note, VisitLine) else "谈心"
        line = FollowUp(pupils[note.pupil_id], due, what, due < actor.today)
        known = found.setdefault(note.pupil_id, line)
        if line.on < known.on:
            found[note.pupil_id] = line
    return tuple(sorted(found.values(), key=lambda line: (line.on, line.pupil.pk)))


def planned_visit(plan: VisitPlan, pupil: Pupil, today: datetime.date) -> PlannedVisit:
    """The open plan of a visit to `pupil` as pages tell it."""
    time = f"{plan.time:%H:%M}" if plan.time is not None else ""
    return PlannedVisit(pupil, plan.date, time, plan.date < today, plan.remark)


def visits_soon(actor: Actor, records: YearRecords, pupils: Mapping[int, Pupil]) -> tuple[PlannedVisit, ...]:
    """The own pupils' planned visits of the next seven days, and those whose day went by unlogged."""
    soon = [
        planned_visit(plan, pupils[plan.pupil_id], actor.today)
        for plan in records.plans.values()
        if plan.date <= actor.today + PLANS_AHEAD
    ]
    return tuple(sorted(soon, key=lambda line: (line.on, line.time, line.pupil.pk)))
