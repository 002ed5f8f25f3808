"""A pupil's page 一生一表: who they are, what is to do, and one timeline of all records (Guyi plan, annex 1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from accounts.actors import Actor
from mentors.models import Mentor
from mentors.queries.care import held_lately
from records.models import GrowthLetter, HeartTalk, HomeVisit, Note, VisitPlan, VisitWish
from records.queries.desk import DeskTick, roster_ticks, windows_of
from records.queries.due import FollowUp, PlannedVisit, follow_ups_due
from records.queries.facts import TIME, Fact, fact_rows, facts_of, year_facts, year_parts
from records.queries.timeline import (
    CHIPS,
    Around,
    Entry,
    around_parts,
    cut,
    holds,
    index_parts,
    places_of,
    present_mentors,
    put_around,
    read_around,
    read_entries,
    records_of,
    sees_all_years,
)
from schools.calendar import YearCalendar
from schools.models import SchoolYear, Term
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
    entries: list[Entry]
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
    mentor: Mentor | None
    supporting: list[Mentor]
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
        return [e.record for e in self.timeline.entries if e.record is not None and e.shows_text]


def pupil_file(
    actor: Actor,
    pupil: Pupil,
    calendar: YearCalendar,
    *,
    may_log: bool,
    may_read: Callable[[Note], bool],
    asked: Asked = Asked(),
) -> PupilFile:
    """The page of `pupil`, whom the actor may know of; four queries whatever was recorded, one more for a reader.

    `may_log`: whether the pupil is the actor's to record for this year; `may_read`: whether a note's text is theirs.
    Whoever was the mentor in earlier years only sees those years (domain: earlier pupils read-only).
    """
    enrolments = list(
        Enrolment.objects.in_school(actor)
        .filter(pupil=pupil)
        .select_related("pupil", "school_class__grade", "year")
        .order_by("-year__start_year", "ends_on", "-pk")
    )
    present = next((e for e in enrolments if e.ends_on is None and e.year_id == calendar.year.pk), None)
    enrolment = present or (enrolments[0] if enrolments else None)
    records = records_of(actor, pupil, all_years=sees_all_years(actor, may_log=may_log))
    parts = index_parts(actor, pupil, records)
    if may_log:
        parts += year_parts(calendar.year, calendar.periods, calendar.term, [pupil.pk], with_talks=True)
        parts.append(fact_rows("wish", VisitWish.objects.filter(pupil=pupil, term=calendar.term), pk="pk", word="text"))
    plans = VisitPlan.objects.visible_to(actor).open().filter(pupil=pupil, term=calendar.term)
    parts.append(fact_rows("due-visit", plans, pk="pk", day="date", word="remark", more=TIME))
    found = facts_of(parts)
    facts = year_facts(found)

    terms, places = places_of(found)
    counts = tuple((key, word, sum(key in ("", p.fact.kind) for p in places)) for key, word in CHIPS)
    show = asked.show if asked.show in dict(CHIPS) else ""
    chosen = [p for p in places if show in ("", p.fact.kind)]
    by_term = {term_id: list(group) for term_id, group in groupby(chosen, key=lambda p: p.term_id)}
    term_id = asked.term_id if asked.term_id in by_term else next(iter(by_term), 0)
    pages = cut(by_term.get(term_id, []))
    page = min(max(asked.page, 1), max(len(pages), 1))
    entries = read_entries(records, pages[page - 1], pupil, may_read) if pages else []
    around = read_around(around_parts(actor, pupil, calendar.year.pk, entries))
    put_around(actor, entries, around)
    if not may_log:
        for entry in entries:
            entry.is_own = False

    def term_of(pk: int) -> Term:
        fact = terms[pk]
        year = SchoolYear(start_year=fact.number)
        return Term(pk=pk, number=fact.key, starts_on=fact.day or actor.today, year=year)

    links = [TermLink(term_of(pk), len(group), pk == term_id) for pk, group in by_term.items()]
    timeline = Timeline(show, counts, links, term_of(term_id) if term_id else None, entries, page, len(pages))
    main, supporting = present_mentors(around["mentor"])
    mentor = main[0] if main else None
    ticks: tuple[DeskTick, ...] = ()
    if may_log and present is not None:
        windows = windows_of(calendar)
        ticks = roster_ticks(calendar, [present], windows, today=actor.today, facts=facts)[pupil.pk]
    handed = next((p.term_id for p in places if p.fact.kind == "handover"), 0)
    return PupilFile(
        pupil=pupil,
        enrolment=enrolment,
        guardians=_guardians(around["guardian"]),
        timeline=timeline,
        ticks=ticks,
        follow_ups=follow_ups_due(actor, facts, {pupil.pk: pupil}) if may_log else (),
        planned=next((_planned(actor, pupil, f) for f in found if f.kind == "due-visit"), None),
        wish=next((f.word for f in found if f.kind == "wish"), ""),
        mentor=mentor,
        supporting=supporting,
        letter_label=calendar.rules.plan.letter_label,
        letter_state=facts.letters.get(pupil.pk, ""),
        is_present=present is not None,
        may_log=may_log,
        may_write_letter=may_log and mentor is not None and holds(mentor, actor),
        may_write_handover=may_log or held_lately(actor, pupil),
        handover_term_id=handed if handed and not any(e.kind == "handover" for e in entries) else 0,
    )


def _planned(actor: Actor, pupil: Pupil, fact: Fact) -> PlannedVisit:
    day = fact.day or actor.today
    return PlannedVisit(pupil, day, fact.more[:5], day < actor.today, fact.word)


def _guardians(rows: Sequence[Around]) -> list[Guardian]:
    return [Guardian(pk=r.pk, position=r.owner, name=r.name, relation=r.more, phone=r.extra) for r in rows]
