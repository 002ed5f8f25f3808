"""The dashboard's lower floors: a class, a mentor, a list of pupils, each with the ticks of the term."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from core.kept import kept
from core.lists import ListColumn, ListOut, batched, ordered
from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.queries.people import class_board, main_mentors
from mentors.querysets.slots import MentorQuerySet
from records.desk.queries.roster import DESK_ACTIONS, DeskTick, roster_ticks
from records.desk.queries.year_records import YearRecords, read_year
from records.office.queries.dashboard import (
    Overdue,
    Progress,
    Tally,
    covered_pupils,
    done_with,
    find_overdue,
    has_mentor,
    owing,
    still_open,
)
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import SchoolClass, SchoolYear
from schools.querysets import SchoolClassQuerySet
from students.models import Enrolment, Pupil
from students.querysets import EnrolmentQuerySet


@dataclass(frozen=True, slots=True)
class PupilRow:
    """A pupil with the ticks of the term and the names of the mentor, if any."""

    enrolment: Enrolment
    mentor: Mentor | None
    ticks: tuple[DeskTick, ...]

    @property
    def pupil(self) -> Pupil:
        """The pupil of the row."""
        return self.enrolment.pupil

    @property
    def owed(self) -> list[DeskTick]:
        """The ticks that the plan asks for."""
        return [t for t in self.ticks if t.state != "none"]

    def matches(self, show: str) -> bool:
        """Whether the filter `show` (see `SHOW`) keeps the row."""
        if show == "no_mentor":
            return self.mentor is None
        if show == "none":
            return bool(self.owed) and all(t.state != "done" for t in self.owed)
        return not show or any(t.action == show and t.state != "done" for t in self.owed)


#: Filters of pupil lists. The empty one shows all.
SHOW: Final = ("", "none", "no_mentor", ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER)


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor of a class team with how far their pupils of that class are."""

    mentor: Mentor
    pupils: int
    actions: tuple[Progress, ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """One class: its mentors in team order and its pupils by seat number."""

    calendar: YearCalendar
    school_class: SchoolClass
    mentors: tuple[MentorRow, ...]
    rows: tuple[PupilRow, ...]
    tally: Tally
    records: YearRecords


def _progress(calendar: YearCalendar, rows: Iterable[PupilRow]) -> tuple[Progress, ...]:
    states: dict[ActionKind, list[str]] = defaultdict(list)
    for row in rows:
        for tick in row.owed:
            states[tick.action].append(tick.state)
    return tuple(
        Progress(a, calendar.label(a), states[a].count("done"), len(states[a])) for a in calendar.rules.required
    )


def _tally(calendar: YearCalendar, rows: Sequence[PupilRow]) -> Tally:
    return Tally(
        pupils=len(rows),
        mentored=sum(row.mentor is not None for row in rows),
        untouched=sum(row.matches("none") for row in rows),
        actions=_progress(calendar, rows),
    )


def _pupil_rows(
    calendar: YearCalendar, enrolments: Sequence[Enrolment], mentors: dict[int, Mentor], records: YearRecords
) -> tuple[PupilRow, ...]:
    """Rows for `enrolments` (class and pupil at hand) with `mentors` by pupil key. No query."""
    ticks = roster_ticks(calendar, enrolments, records)
    return tuple(PupilRow(e, mentors.get(e.pupil_id), ticks[e.pupil_id]) for e in enrolments)


def find_class(calendar: YearCalendar, school_class: SchoolClass, *, with_talks: bool = False) -> ClassPage:
    """The page of one class, grade at hand; the same number of queries whatever its size."""
    board = class_board(school_class)
    enrolments = [row.enrolment for row in board.rows]
    for enrolment in enrolments:
        enrolment.school_class = school_class
    by_key = {m.pk: m for m in board.mentors}
    mentors = {r.enrolment.pupil_id: by_key[r.mentor_id] for r in board.rows if r.mentor_id is not None}
    records = read_year(calendar, [e.pupil_id for e in enrolments], with_talks=with_talks)
    rows = _pupil_rows(calendar, enrolments, mentors, records)
    team = []
    for mentor in board.mentors:
        own = [row for row in rows if row.mentor is not None and row.mentor.pk == mentor.pk]
        team.append(MentorRow(mentor, len(own), _progress(calendar, own)))
    return ClassPage(calendar, school_class, tuple(team), rows, _tally(calendar, rows), records)


@dataclass(frozen=True, slots=True)
class MentorPage:
    """One mentor slot: all its pupils of the year, class by class."""

    calendar: YearCalendar
    mentor: Mentor
    rows: tuple[PupilRow, ...]
    tally: Tally
    records: YearRecords

    @property
    def load(self) -> int:
        """How many pupils the slot counts; the roll-over empties it, then those who were there to the end."""
        return self.mentor.load if self.calendar.year.is_current else len(self.rows)


def find_mentor(actor: Actor, calendar: YearCalendar, mentor: Mentor) -> MentorPage:
    """The page of one mentor (names at hand); the same number of queries whatever the number of pupils."""
    enrolments = _held_by(actor, calendar.year, mentor.pk, supporting=calendar.rules.plan.supporting_owes)
    records = read_year(calendar, [e.pupil_id for e in enrolments])
    rows = _pupil_rows(calendar, enrolments, {e.pupil_id: mentor for e in enrolments}, records)
    return MentorPage(calendar, mentor, rows, _tally(calendar, rows), records)


def page_overdue(page: ClassPage | MentorPage) -> tuple[Overdue, ...]:
    """What is overdue for the pupils of a page. No query."""
    classes = {row.pupil.pk: row.enrolment.school_class for row in page.rows}
    grades = dict.fromkeys(school_class.grade for school_class in classes.values())
    pupils = {pk: school_class.grade_id for pk, school_class in classes.items()}
    return find_overdue(page.calendar, pupils, page.records.ticks, list(grades))


@kept
def _held_by(actor: Actor, year: SchoolYear, mentor_id: int, *, supporting: bool) -> QuerySet[Enrolment]:
    """The pupils for whom the mentor owes what the plan asks for."""
    own = Assignment.objects.lasting(year).filter(mentor=mentor_id)
    if not supporting:
        own = own.main()
    rows = Enrolment.objects.in_school(actor).lasting(year).filter(pupil_id__in=own.values("pupil_id"))
    return rows.select_related("pupil", "school_class__grade").in_list_order()


#: How lists of pupils are ordered: as the classes stand, or by name.
PUPIL_ORDERS: Final = {
    "class": ["school_class__grade__number", "school_class__number", "seat_number", "pupil__pinyin", "pupil_id"],
    "name": ["pupil__pinyin", "pupil_id"],
}


def pupils_to_show(
    actor: Actor,
    calendar: YearCalendar,
    *,
    show: str,
    class_id: int | None = None,
    grade_id: int | None = None,
    sort: str = "",
) -> EnrolmentQuerySet:
    """The pupils of covered grades that the filter `show` keeps, by one of `PUPIL_ORDERS`; to be paged."""
    rows = covered_pupils(actor, calendar).select_related("pupil", "school_class__grade")
    rows = rows.order_by(*ordered(sort, PUPIL_ORDERS))
    if class_id is not None:
        rows = rows.filter(school_class=class_id)
    if grade_id is not None:
        rows = rows.filter(school_class__grade=grade_id)
    if show == "no_mentor":
        return rows.exclude(has_mentor(calendar))
    if show == "none":
        untouched = (~done_with(calendar, rule) for rule in calendar.rules.actions if rule.required)
        return rows.filter(owing(calendar, *calendar.rules.required), *untouched)
    asked = [rule for rule in calendar.rules.actions if rule.required and rule.action == show]
    return rows.filter(still_open(calendar, asked)) if asked else rows


def rows_of(calendar: YearCalendar, enrolments: Sequence[Enrolment]) -> tuple[PupilRow, ...]:
    """The rows of one page of `pupils_to_show`, mentors and ticks at hand. Eight queries."""
    keys = [e.pupil_id for e in enrolments]
    mentors = main_mentors(calendar.year, keys)
    return _pupil_rows(calendar, enrolments, mentors, read_year(calendar, keys))


#: So many pupils are read at once when all go out: memory does not grow with the school.
_AT_ONCE: Final = 500


def pupils_out(calendar: YearCalendar, found: EnrolmentQuerySet, *, about: str, where: Mapping[str, object]) -> ListOut:
    """Those of `pupils_to_show` with mentor and ticks, as a list to export or print. Eight queries a part."""
    actions = [ListColumn(calendar.label(action), 14) for action in DESK_ACTIONS]
    return ListOut(
        name="pupils",
        title="学生完成情况",
        columns=[
            ListColumn("班级", 12),
            ListColumn("座号", 6, number=True),
            ListColumn("姓名"),
            ListColumn("导师", 14),
            *actions,
        ],
        rows=_lines(calendar, found),
        names_children=True,
        about=about,
        where=where,
        who=2,
    )


def _lines(calendar: YearCalendar, found: EnrolmentQuerySet) -> Iterator[list[str | int | None]]:
    for part in batched(found.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
        for row in rows_of(calendar, part):
            mentor = row.mentor.names if row.mentor is not None else "还没有导师"
            place = [row.enrolment.school_class.label, row.enrolment.seat_number]
            yield [*place, row.pupil.name, mentor, *(tick.in_words for tick in row.ticks)]


@dataclass(frozen=True, slots=True)
class Reminded:
    """提醒这 n 位导师 on a list: how many people, and its filter where no other form of the page holds that."""

    people: int
    kept: tuple[tuple[str, str], ...] = ()


def may_be_reminded(actor: Actor, calendar: YearCalendar, show: str) -> bool:
    """Whether a list of what is open is one whose mentors 德育室 can remind: of the present year, and not of all."""
    return actor.has(Role.MORAL_OFFICE) and calendar.year.is_current and show not in ("", "no_mentor")


def people_of(rows: EnrolmentQuerySet, year: SchoolYear) -> int:
    """How many teachers hold the slots of the pupils of `rows`. One query."""
    held = Assignment.objects.active().main().filter(year=year, pupil__in=rows.order_by().values("pupil"))
    return MentorMember.objects.filter(mentor__in=held.values("mentor")).count()


def people_in(rows: Iterable[PupilRow]) -> int:
    """As `people_of`, from rows with their mentors' names at hand. No query."""
    slots = {row.mentor.pk: row.mentor for row in rows if row.mentor is not None}
    return sum(len(slot.members.all()) for slot in slots.values())


def school_classes(actor: Actor) -> SchoolClassQuerySet:
    """All classes of the actor's school, grade and year at hand; the caller asks whether they may be opened."""
    return SchoolClass.objects.visible_to(actor).select_related("grade", "year__school")


@kept
def school_mentor(actor: Actor, pk: int) -> MentorQuerySet:
    """A mentor slot of the school, of a former year too, names and year at hand."""
    return Mentor.objects.visible_to(actor).select_related("year__school").with_names().filter(pk=pk)
