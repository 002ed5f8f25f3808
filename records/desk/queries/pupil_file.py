"""A pupil's page 一生一表: who they are, what is to do, and one timeline of all records (Guyi plan, annex 1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.team.queries.handover import held_lately
from records.desk.models import VisitPlan
from records.desk.queries.due import FollowUp, PlannedVisit, follow_ups_due, planned_visit
from records.desk.queries.roster import DeskTick, roster_ticks
from records.desk.queries.timeline import (
    CHIPS,
    Place,
    TimelineEntry,
    cut,
    is_held,
    places_of,
    present_members,
    read_entries,
    read_records,
    sees_all_years,
)
from records.desk.queries.visits import wishes_of
from records.desk.queries.year_records import TalkLine, VisitLine, YearRecords, ticks_of
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Note
from schools.calendar import YearCalendar
from schools.models import Term
from students.models import Enrolment, Guardian, Pupil


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the timeline a reader asked for: a kind of the chips, a term, a page of it."""

    show: str = ""
    term_id: int = 0
    page: int = 1


@dataclass(frozen=True, slots=True)
class TermLink:
    """A term that the timeline has entries of."""

    term: Term
    count: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of the timeline: entries of one term, of one kind or all."""

    show: str
    chips: tuple[tuple[str, str, int], ...]
    terms: list[TermLink]
    term: Term | None
    entries: list[TimelineEntry]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PupilFile:
    """A pupil's page as one actor may see it."""

    pupil: Pupil
    enrolment: Enrolment | None
    guardians: list[Guardian]
    timeline: Timeline
    ticks: tuple[DeskTick, ...]
    follow_ups: tuple[FollowUp, ...]
    planned: PlannedVisit | None
    # When the family would like to be visited.
    wish: str
    # The names of whoever is the pupil's main mentor.
    mentor: str
    letter_label: str
    # The actor's letter of this term, if it was begun: its state.
    letter_state: str
    is_present: bool
    may_log: bool
    may_write_letter: bool
    may_write_handover: bool
    # The term of the newest hand-over note, while the page shows another.
    handover_term_id: int

    @property
    def shown(self) -> list[HomeVisit | HeartTalk | GrowthLetter]:
        """The records whose text the page shows."""
        records = (entry.record for entry in self.timeline.entries if entry.shows_text)
        return [record for record in records if isinstance(record, HomeVisit | HeartTalk | GrowthLetter)]


def pupil_file(
    actor: Actor,
    pupil: Pupil,
    calendar: YearCalendar,
    *,
    may_log: bool,
    may_read: Callable[[Note], bool],
    asked: Asked = Asked(),
) -> PupilFile:
    """The page of `pupil`, whom the actor may know of; the same number of queries whatever was recorded.

    `may_log`: whether the pupil is the actor's to record for this year; `may_read`: whether a note's text is theirs.
    Whoever was the mentor in earlier years only sees those years (domain: earlier pupils read-only).
    """
    enrolments = _enrolments(actor, pupil.pk)
    present = next((e for e in enrolments if e.ends_on is None and e.year_id == calendar.year.pk), None)
    enrolment = present or (enrolments[0] if enrolments else None)
    records = read_records(actor, pupil, all_years=sees_all_years(actor, may_log=may_log))
    terms = _terms(pupil.school_id)
    places = places_of(records, terms)
    timeline = _timeline(actor, pupil, places, {term.pk: term for term in terms}, asked, may_read, may_log=may_log)
    plan = next(iter(_next_plan(actor, pupil.pk, calendar.term.pk)), None)
    of_year = _of_year(calendar, pupil, records, plan) if may_log else YearRecords()
    members = present_members(actor, pupil, calendar.year.pk)
    handed = next((p.term_id for p in places if p.kind == "handover"), 0)
    return PupilFile(
        pupil=pupil,
        enrolment=enrolment,
        guardians=_guardians(pupil.pk),
        timeline=timeline,
        ticks=roster_ticks(calendar, [present], of_year)[pupil.pk] if may_log and present is not None else (),
        follow_ups=follow_ups_due(actor, of_year, {pupil.pk: pupil}),
        planned=planned_visit(plan, pupil, actor.today) if plan is not None else None,
        wish=wishes_of(actor, calendar.term, [pupil.pk]).get(pupil.pk, "") if may_log else "",
        mentor="/".join(member.teacher.name for member in members),
        letter_label=calendar.letter_label,
        letter_state=of_year.letters.get(pupil.pk, ""),
        is_present=present is not None,
        may_log=may_log,
        may_write_letter=may_log and is_held(members, actor),
        may_write_handover=may_log or held_lately(actor, pupil),
        handover_term_id=handed if all(e.kind != "handover" for e in timeline.entries) else 0,
    )


@kept
def _enrolments(actor: Actor, pupil_id: int) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.in_school(actor).filter(pupil_id=pupil_id)
    return rows.select_related("pupil", "school_class__grade", "year").order_by("-year__start_year", "ends_on", "-pk")


@kept
def _terms(school_id: int) -> QuerySet[Term]:
    return Term._default_manager.filter(school_id=school_id).select_related("year").order_by("starts_on")


@kept
def _next_plan(actor: Actor, pupil_id: int, term_id: int) -> QuerySet[VisitPlan]:
    return VisitPlan.objects.visible_to(actor).open().filter(pupil_id=pupil_id, term_id=term_id)[:1]


@kept
def _guardians(pupil_id: int) -> QuerySet[Guardian]:
    return Guardian._default_manager.filter(pupil_id=pupil_id).order_by("position", "pk")


def _timeline(
    actor: Actor,
    pupil: Pupil,
    places: Sequence[Place],
    terms: Mapping[int, Term],
    asked: Asked,
    may_read: Callable[[Note], bool],
    *,
    may_log: bool,
) -> Timeline:
    """The page of the timeline that was asked for, or the nearest to it."""
    counts = tuple((key, word, sum(key in ("", p.kind) for p in places)) for key, word in CHIPS)
    show = asked.show if asked.show in dict(CHIPS) else ""
    chosen = [p for p in places if show in ("", p.kind)]
    by_term = {term_id: list(group) for term_id, group in groupby(chosen, key=lambda p: p.term_id)}
    term_id = asked.term_id if asked.term_id in by_term else next(iter(by_term), 0)
    pages = cut(by_term.get(term_id, []))
    page = min(max(asked.page, 1), max(len(pages), 1))
    entries = read_entries(actor, pupil, pages[page - 1], may_read, may_log=may_log) if pages else []
    links = [TermLink(terms[pk], len(group), pk == term_id) for pk, group in by_term.items()]
    return Timeline(show, counts, links, terms.get(term_id), entries, page, len(pages))


def _of_year(
    calendar: YearCalendar, pupil: Pupil, records: Mapping[str, Sequence[Any]], plan: VisitPlan | None
) -> YearRecords:
    """What ticks and follow-ups stand on, from the records that were read for the timeline. One query, for the ticks.

    Who records for the pupil now may know of all of them.
    """
    terms = {term.pk for term in calendar.terms}
    visit, talk = attrgetter(*VisitLine._fields), attrgetter(*TalkLine._fields)
    return YearRecords(
        ticks=ticks_of(calendar, [pupil.pk]),
        letters={letter.pupil_id: letter.state for letter in records["letter"] if letter.term_id == calendar.term.pk},
        visits=[VisitLine._make(visit(record)) for record in records["visit"] if record.term_id in terms],
        talks=[TalkLine._make(talk(record)) for record in records["talk"] if record.term_id in terms],
        plans={(plan.pupil_id, plan.term_id): plan} if plan is not None else {},
    )
