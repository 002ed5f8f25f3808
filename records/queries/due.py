"""What is due with one's pupils: follow-ups that nobody has made yet, and the planned visits of the next days."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.actors import Actor
from records.queries.facts import YearFacts
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


def follow_ups_due(actor: Actor, facts: YearFacts, pupils: Mapping[int, Pupil]) -> tuple[FollowUp, ...]:
    """What was to be followed up by now or in the next days, and was not: no later record of the pupil. No query.

    Dates of restricted notes are told to their authors only.
    """
    latest: dict[int, datetime.date] = {}
    for fact in (*facts.visits, *facts.talks):
        if fact.day is not None:
            latest[fact.pupil_id] = max(fact.day, latest.get(fact.pupil_id, fact.day))
    found: dict[int, FollowUp] = {}
    for fact in (*facts.visits, *facts.talks):
        if fact.due is None or fact.day is None or fact.pupil_id not in pupils:
            continue
        if fact.due > actor.today + FOLLOW_UP_AHEAD or latest[fact.pupil_id] > fact.day:
            continue
        if fact.more != NoteVisibility.TEAM and fact.number != actor.user_id:
            continue
        what = "家访" if fact.kind == "year-visit" else "谈心"
        line = FollowUp(pupils[fact.pupil_id], fact.due, what, fact.due < actor.today)
        known = found.setdefault(fact.pupil_id, line)
        if line.on < known.on:
            found[fact.pupil_id] = line
    return tuple(sorted(found.values(), key=lambda line: (line.on, line.pupil.pk)))


def visits_soon(actor: Actor, facts: YearFacts, pupils: Mapping[int, Pupil]) -> tuple[PlannedVisit, ...]:
    """The own pupils' planned visits of the next seven days, and those whose day went by unlogged."""
    soon = [
        PlannedVisit(pupils[plan.pupil_id], plan.day, plan.more[:5], plan.day < actor.today)
        for plan in facts.plans.values()
        if plan.day is not None and plan.day <= actor.today + PLANS_AHEAD and plan.pupil_id in pupils
    ]
    return tuple(sorted(soon, key=lambda line: (line.on, line.time, line.pupil.pk)))
