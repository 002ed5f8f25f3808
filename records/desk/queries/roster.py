"""The mentor's desk: the record book's roster table with its three ticks, and what is next (Guyi plan, annex 1)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import F, Q, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.search import is_named_like
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment
from records.desk.queries.due import FollowUp, PlannedVisit, follow_ups_due, visits_soon
from records.desk.queries.slots import BookSlot, SlotLink, chosen_slot, slot_links, slots_of
from records.desk.queries.year_records import TickLine, YearRecords, read_year
from records.enums import LetterState, TickState
from schools.calendar import YearCalendar
from schools.enums import ActionKind, VisitOutcome
from schools.models import Period, SchoolYear
from schools.queries import OwedAction, Window
from students.models import Enrolment, Pupil

#: The three required actions (Guyi plan, 四(三)1), in the order of the record book's columns.
DESK_ACTIONS: Final = (ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER)


class DeskTick(NamedTuple):
    """One tick of the roster table, ready for the tag `tick`."""

    pupil_id: int
    action: ActionKind
    label: str
    state: str
    date: datetime.date | None = None
    note: str = ""
    due: bool = False

    @property
    def dom_id(self) -> str:
        """The tick's id on every page, by which a saved form replaces it."""
        return f"tick-{self.pupil_id}-{self.action.value}"

    @property
    def sign(self) -> str:
        """What is drawn: a visit that the family declined counts where the plan says so, but does not look done."""
        return "declined" if self.state == "done" and self.note == VisitOutcome.DECLINED.label else self.state

    @property
    def in_words(self) -> str:
        """The tick where nothing can be drawn: `√ 9月3日`, `未完成`, `进行中`."""
        if self.state == "none":
            return "—"
        words = {"done": "√", "open": TickState.OPEN.label}
        word = words.get(self.state, TickState.PLANNED.label)
        day = f"{self.date.year}-{self.date.month:02}-{self.date.day:02}" if self.date is not None else ""
        return " ".join(part for part in (word, day, self.note) if part)

    @property
    def is_open(self) -> bool:
        """Whether a tap opens the short form."""
        return self.state in ("open", "planned", "draft")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A pupil in the roster table. `number` is the 序号 of the whole book, also while a search hides others."""

    number: int
    enrolment: Enrolment
    is_main: bool
    ticks: tuple[DeskTick, ...]
    # Of a pupil whom the mentor only supports: whose pupil they are.
    main_mentor: str = ""

    @property
    def pupil(self) -> Pupil:
        """The pupil of the row."""
        return self.enrolment.pupil


@dataclass(frozen=True, slots=True)
class ActionProgress:
    """How far one action is with all pupils who are owed it, or with those who have one window for it."""

    action: ActionKind
    label: str
    done: int
    total: int
    window: Window | None
    # The grades of those who have this window, where others of the mentor's have another.
    grades: str = ""
    # The window was over 使用本系统以前.
    is_before: bool = False

    @property
    def open(self) -> int:
        """Pupils for whom it is still to be done."""
        return self.total - self.done

    def phase(self, today: datetime.date) -> str:
        """Where `today` lies: before, during or after the action's window."""
        if self.window is None:
            return "during"
        if today < self.window.opens_on:
            return "before"
        return "during" if today <= self.window.due_on else "after"


@dataclass(frozen=True, slots=True)
class Desk:
    """A mentor slot's book of this term."""

    calendar: YearCalendar
    mentor: BookSlot
    rows: tuple[RosterRow, ...]
    # Each action as a whole, and parted by window where the plan gives grades different ones.
    progress: tuple[ActionProgress, ...]
    steps: tuple[ActionProgress, ...]
    # Talks of this term: face to face, and all.
    face_to_face: tuple[int, int] = (0, 0)
    follow_ups: tuple[FollowUp, ...] = ()
    visits_soon: tuple[PlannedVisit, ...] = ()
    # All that the actor has where they act for others 代理; empty otherwise.
    slots: tuple[SlotLink, ...] = ()

    @property
    def acting(self) -> SlotLink | None:
        """In whose place this book is kept; None for the own one."""
        return next((slot for slot in self.slots if slot.is_shown and slot.until is not None), None)

    @property
    def classes(self) -> list[str]:
        """The pupils' classes, each once, in teaching order."""
        return list(dict.fromkeys(row.enrolment.school_class.label for row in self.rows))

    @property
    def main_count(self) -> int:
        """学生人数 of the cover: without those whom the mentor only supports."""
        return sum(row.is_main for row in self.rows)

    @property
    def face_percent(self) -> int | None:
        """The share of face-to-face talks in per cent; None without talks."""
        face, total = self.face_to_face
        return round(face * 100 / total) if total else None

    @property
    def next_step(self) -> ActionProgress | None:
        """What to do next: the window that closes first, then the one that opens first, then what was left behind."""
        rank = {"during": 0, "before": 1, "after": 2}
        waiting = [p for p in self.steps if p.open and not p.is_before]
        return min(
            waiting,
            key=lambda p: (rank[p.phase(self.calendar.today)], p.window.due_on if p.window else datetime.date.max),
            default=None,
        )

    @property
    def phase(self) -> str:
        """Where today lies in the window of the next step."""
        step = self.next_step
        return step.phase(self.calendar.today) if step is not None else ""

    @property
    def before(self) -> list[ActionProgress]:
        """What was to be done 使用本系统以前 and stands nowhere here: nobody asks for it."""
        return [step for step in self.steps if step.open and step.is_before]

    @property
    def bars(self) -> list[tuple[ActionProgress, int]]:
        """How far each action is, and for how many pupils its window has passed."""
        over = [s for s in self.steps if s.phase(self.calendar.today) == "after" and not s.is_before]
        return [(p, sum(step.open for step in over if step.action == p.action)) for p in self.progress]

    def still(self, action: str) -> ActionProgress | None:
        """The action that is asked for by its name; None for another word."""
        return next((p for p in self.progress if p.action == action), None)

    def matching(self, query: str, still: ActionProgress | None = None) -> list[RosterRow]:
        """The rows whose pupil's name, pinyin or initials match what was typed; all for an empty query.

        With `still`, of those only the pupils for whom that action is to be done: as many as it says.
        """
        rows = [row for row in self.rows if not query.strip() or _matches(row.pupil, query)]
        if still is None:
            return rows
        index = DESK_ACTIONS.index(still.action)
        return [r for r in rows if r.ticks[index].is_open and (r.is_main or self.calendar.rules.plan.supporting_owes)]


def _matches(pupil: Pupil, query: str) -> bool:
    return is_named_like(query, name=pupil.name, pinyin=pupil.pinyin, initials=pupil.initials)


def find_desk(
    actor: Actor, calendar: YearCalendar, *, slot: int | None = None, pupil: Pupil | None = None
) -> Desk | None:
    """The book of the slot that the actor holds or shares in the year; None without a slot.

    Whoever acts for others has several: then that with the key `slot`, or that of `pupil`, else the own one. Of a
    former year those pupils who were there until the roll-over; follow-ups and plans are the present's alone.
    Eight queries whatever the number of pupils, one more where the mentor supports some.
    """
    slots = slots_of(actor, calendar.year)
    if not slots:
        return None
    mentor = chosen_slot(slots, slot, pupil)
    is_now = calendar.year.is_current
    enrolments: list[Any] = _enrolments(actor, calendar.year, mentor.pk)
    # Pupils whom the mentor only supports stand after the own ones, as on the last lines of the paper.
    enrolments.sort(key=lambda e: e.kind != AssignmentKind.MAIN)
    mains = _main_mentors(calendar.year, [e.pupil_id for e in enrolments if e.kind == AssignmentKind.SUPPORTING])
    records = read_year(calendar, [e.pupil_id for e in enrolments], with_talks=True)
    ticks = roster_ticks(calendar, enrolments, records)
    rows = tuple(
        RosterRow(number, e, e.kind == AssignmentKind.MAIN, ticks[e.pupil_id], mains.get(e.pupil_id, ""))
        for number, e in enumerate(enrolments, start=1)
    )
    counted = [r for r in rows if r.is_main or calendar.rules.plan.supporting_owes]
    pupils = {e.pupil_id: e.pupil for e in enrolments}
    return Desk(
        calendar,
        mentor,
        rows,
        *_progress(calendar, counted),
        records.face_to_face(calendar.term),
        follow_ups_due(actor, records, pupils) if is_now else (),
        visits_soon(actor, records, pupils) if is_now else (),
        slots=slot_links(actor, slots, mentor),
    )


@kept
def _enrolments(actor: Actor, year: SchoolYear, mentor_id: int) -> QuerySet[Enrolment]:
    """The pupils of a slot, each with the `kind` of the assignment."""
    held = Q(pupil__assignments__ends_on=None)
    if not year.is_current:
        held = Q(pupil__assignments__in=Assignment.objects.lasting(year).filter(mentor_id=mentor_id).values("pk"))
    return (
        Enrolment.objects.in_school(actor)
        .lasting(year)
        .filter(held, pupil__assignments__mentor_id=mentor_id)
        .annotate(kind=F("pupil__assignments__kind"))
        .select_related("pupil", "school_class__grade")
        .in_list_order()
    )


def _main_mentors(year: SchoolYear, pupil_ids: Sequence[int]) -> dict[int, str]:
    """Whose the supported pupils are, by pupil key."""
    names: dict[int, list[str]] = defaultdict(list)
    if pupil_ids:
        held = Assignment.objects.lasting(year).main().filter(pupil_id__in=pupil_ids)
        members = held.order_by("pk", "mentor__members__position")
        for pupil_id, name in members.values_list("pupil_id", "mentor__members__teacher__name"):
            names[pupil_id].append(name)
    return {pupil_id: "/".join(parts) for pupil_id, parts in names.items()}


def _progress(
    calendar: YearCalendar, rows: Sequence[RosterRow]
) -> tuple[tuple[ActionProgress, ...], tuple[ActionProgress, ...]]:
    """How far each action is with the pupils of `rows`, as a whole and for each window that some grades have."""
    progress, steps = [], []
    for index, action in enumerate(DESK_ACTIONS):
        by_grade: dict[int, list[RosterRow]] = defaultdict(list)
        for row in rows:
            if row.ticks[index].state != "none":
                by_grade[row.enrolment.school_class.grade_id].append(row)
        parts: dict[Window | None, list[RosterRow]] = defaultdict(list)
        for grade_id, some in by_grade.items():
            owed = calendar.rules.owed(action, grade_id)
            if owed is not None:
                parts[_window_now(calendar, owed)] += some
        label = calendar.label(action)
        for window, some in parts.items():
            grades = dict.fromkeys(row.enrolment.school_class.grade.name for row in some) if len(parts) > 1 else {}
            done = sum(row.ticks[index].state == "done" for row in some)
            before = window is not None and calendar.closed_before(window)
            steps.append(ActionProgress(action, label, done, len(some), window, "、".join(grades), before))
        if parts:
            own = steps[-len(parts) :]
            progress.append(ActionProgress(action, label, sum(s.done for s in own), sum(s.total for s in own), None))
    return tuple(progress), tuple(steps)


def _window_now(calendar: YearCalendar, owed: OwedAction) -> Window | None:
    """The window that the day lies in, or the next one, or the last."""
    windows = calendar.windows(owed)
    return next((w for w in windows if w.due_on >= calendar.today), windows[-1] if windows else None)


_LETTER_NOTES: Final[dict[str, str]] = {
    LetterState.HANDED_IN: "已交稿",
    LetterState.RETURNED: "退回修改",
    LetterState.RELEASED: "已发布",
}


def roster_ticks(
    calendar: YearCalendar, enrolments: Sequence[Enrolment], records: YearRecords
) -> dict[int, tuple[DeskTick, ...]]:
    """The three ticks of the calendar's term of each pupil, by pupil key; a yearly action shows the year's tick.

    No query; the enrolments need their class at hand.
    """
    outcomes = records.outcomes()
    labels = {action: calendar.label(action) for action in DESK_ACTIONS}
    places = _places(calendar, {enrolment.school_class.grade_id for enrolment in enrolments})
    result = {}
    for enrolment in enrolments:
        ticks = []
        for action, label in labels.items():
            place = places.get((action, enrolment.school_class.grade_id))
            if place is None:
                ticks.append(DeskTick(enrolment.pupil_id, action, label, "none"))
                continue
            owed, period, window = place
            tick = records.ticks.get((enrolment.pupil_id, period.pk, action))
            note = ""
            if action == ActionKind.LETTER:
                note = _LETTER_NOTES.get(str(records.letters.get(enrolment.pupil_id)), "")
            elif action == ActionKind.VISIT and tick is not None:
                note = _visit_note(outcomes[(enrolment.pupil_id, period.term_id)], owed, tick)
            blank = DeskTick(enrolment.pupil_id, action, label, "open")
            made = _desk_tick(blank, owed, tick, note, window, calendar.today)
            plan = records.plans.get((enrolment.pupil_id, calendar.term.pk))
            if action == ActionKind.VISIT and plan is not None and made.is_open:
                # An open tick that has a date: the plan is told, the tick itself follows from records alone.
                made = made._replace(state="planned", date=plan.date, note="约", due=False)
            ticks.append(made)
        result[enrolment.pupil_id] = tuple(ticks)
    return result


def _places(
    calendar: YearCalendar, grade_ids: Iterable[int]
) -> dict[tuple[ActionKind, int], tuple[OwedAction, Period, Window | None]]:
    """What is required of each grade, for which period, and when: the same for all pupils of the grade."""
    return {
        (action, grade_id): (owed, calendar.period_of(owed), _window_now(calendar, owed))
        for action in DESK_ACTIONS
        for grade_id in grade_ids
        if (owed := calendar.rules.owed(action, grade_id)) is not None and owed.required
    }


def _visit_note(outcomes: list[str], owed: OwedAction, tick: TickLine) -> str:
    """Why a visit's tick is what it is, if the word 已完成 does not say it: 家长婉拒, 改约; empty otherwise."""
    if VisitOutcome.COMPLETED in outcomes:
        return ""
    if tick.state == TickState.DONE:
        outcomes = [outcome for outcome in outcomes if outcome in owed.accepted_outcomes]
    return VisitOutcome(outcomes[-1]).label if outcomes else ""


def _desk_tick(
    blank: DeskTick,
    owed: OwedAction,
    tick: TickLine | None,
    note: str,
    window: Window | None,
    today: datetime.date,
) -> DeskTick:
    if tick is None or tick.state == TickState.OPEN:
        return blank._replace(due=window is not None and window.closes_soon(today))
    if tick.state == TickState.DONE:
        return blank._replace(state="done", date=tick.done_on, note=note)
    if owed.count > 1 and tick.done_count:
        note = f"已 {tick.done_count} 次，共 {owed.count} 次"
    state = "draft" if blank.action == ActionKind.LETTER and not note else "planned"
    return blank._replace(state=state, note=note)
