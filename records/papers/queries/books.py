"""From the database to the typed context of the record books 导师记录本, one or all of a school's.

Queries do not grow with the number of mentors or pupils. Which records an actor may know of is asked of
`visible_to`; a restricted text is left out whoever asks, the author included (domain: never in print).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.actors import Actor
from core.rowwise import among
from core.shortcodes import short_code
from core.text import to_chinese
from mentors.models.slots import Assignment, Mentor, TeamMember
from records.contexts import BookPupil, BookVersion, Column, Entry, PaperPeriod, PaperTick, RecordBook
from records.enums import RecordKind, TickState
from records.kinds import Kind, Printed, printed_kinds
from records.models.records import Record, Tick
from schools.enums import ActionKind, Design, Module
from schools.models import Period, School, SchoolClass, SchoolYear
from schools.queries import OwedAction, PlanRules, paper_style
from students.models import Enrolment

NO_CLASS: Final = "未分班"


@dataclass(frozen=True, slots=True)
class _BookColumn:
    """A column of one book: the rules of its pupils' grades, the periods that these owe it in, and what is printed."""

    action: ActionKind
    rules: tuple[OwedAction, ...]
    periods: tuple[Period, ...]
    printed: Column

    def owes(self, grade_id: int, period: Period) -> bool:
        """Whether the grade owes the action in this period."""
        return any(grade_id in rule.grade_ids and rule.period == period.kind for rule in self.rules)

    def period_of(self, grade_id: int, term_id: int) -> Period:
        """Where a record of a pupil of the grade stands: in its term, or with what is owed once a year."""
        fitting = [period for period in self.periods if period.term_id in (term_id, None)]
        return next((period for period in fitting if self.owes(grade_id, period)), fitting[0])


@dataclass
class _Records:
    """Ticks by pupil, period and action; records by kind and pupil."""

    ticks: dict[tuple[int, int, str], Tick]
    of: dict[RecordKind, dict[int, list[Record]]]


class BookSource:
    """All that the record books of some mentors of one year need, read once; records only when a book shows them."""

    def __init__(self, actor: Actor, year: SchoolYear, mentors: Sequence[Mentor]) -> None:
        self.actor = actor
        self.year = year
        self.school: School = year.school
        self.style = paper_style(self.school)
        self.calendar = actor.calendar.of(year)
        self.rules: PlanRules | None = self.calendar.plan_on(min(actor.today, year.ends_on))
        self.periods = self.calendar.periods
        self._read_pupils(actor, mentors)

    def _read_pupils(self, actor: Actor, mentors: Sequence[Mentor]) -> None:
        # After roll-over the year's assignments are closed: those that lasted to its end still make the book.
        held = Assignment.objects.visible_to(actor).lasting(self.year).filter(mentor__in=mentors)
        if self.rules is None or not self.rules.plan.supporting_owes:
            held = held.main()
        self.held: dict[int, set[int]] = defaultdict(set)
        for mentor_id, pupil_id in held.values_list("mentor_id", "pupil_id"):
            self.held[mentor_id].add(pupil_id)
        pupil_ids = set().union(*self.held.values()) if self.held else set()
        enrolments: dict[int, Enrolment] = {}
        for enrolment in (
            Enrolment.objects.in_school(actor)
            .of_year(self.year)
            .filter(pupil_id__in=pupil_ids)
            .select_related("pupil", "school_class__grade")
            .prefetch_related("pupil__guardians")
            .order_by("starts_on", "pk")
        ):
            enrolments[enrolment.pupil_id] = enrolment
        self.enrolments = sorted(enrolments.values(), key=_list_order)
        self.teams: dict[int, list[SchoolClass]] = defaultdict(list)
        for member in (
            TeamMember.objects.filter(mentor__in=mentors, school_class__year=self.year)
            .select_related("school_class__grade")
            .order_by("-is_leader", "school_class__grade__number", "school_class__number")
        ):
            self.teams[member.mentor_id].append(member.school_class)

    @cached_property
    def _records(self) -> _Records:
        pupil_ids = [e.pupil_id for e in self.enrolments]
        terms = [p.term_id for p in self.periods if p.term_id is not None]
        ticks = Tick.objects.filter(period__in=self.periods, pupil_id__in=pupil_ids)
        return _Records(
            {(t.pupil_id, t.period_id, t.action): t for t in ticks},
            {kind.key: self._of_kind(kind, printed, terms, pupil_ids) for kind, printed in printed_kinds()},
        )

    def _of_kind(
        self, kind: Kind, printed: Printed, terms: Sequence[int], pupil_ids: Sequence[int]
    ) -> dict[int, list[Record]]:
        rows = kind.model.objects.visible_to(self.actor).present()
        rows = printed.rows(rows.filter(among("term_id", terms), **{f"{kind.people}__in": pupil_ids}))
        found: dict[int, list[Record]] = defaultdict(list)
        for record in rows.distinct().prefetch_related(kind.people) if kind.is_shared else rows:
            # One with several pupils stands on each one's page and names none of the others.
            for pupil_id in kind.pupil_keys(record):
                found[pupil_id].append(record)
        return found

    def shown(self, mentor: Mentor, *, version: BookVersion = BookVersion.MIXED) -> list[Record]:
        """The records whose text stands in the book of one of the mentors; none in a blank one."""
        if version == BookVersion.BLANK:
            return []
        return [
            record
            for pk in self.held.get(mentor.pk, set())
            for of_kind in self._records.of.values()
            for record in of_kind[pk]
            if not record.is_restricted
        ]

    def book(self, mentor: Mentor, *, mask_phones: bool, version: BookVersion = BookVersion.MIXED) -> RecordBook:
        """The book of one of the mentors (names at hand); no query after the first that shows records.

        A blank one carries neither ticks nor texts: they are not even read.
        """
        own = self.held.get(mentor.pk, set())
        enrolments = [e for e in self.enrolments if e.pupil_id in own]
        columns = self._columns({e.school_class.grade_id for e in enrolments})
        names = tuple(member.teacher.name for member in mentor.members.all())
        classes = self._classes(mentor, enrolments)
        # A code that nobody asks for would only puzzle people.
        code = short_code(mentor.pk) if Module.BOOK_HANDLING in self.school.in_use else ""
        return RecordBook(
            school=self.style.head,
            title=self.style.words.book_title,
            subtitle=self.style.words.book_subtitle,
            mentors=names,
            class_labels=tuple(c.label for c in classes),
            period=f"{_month(self.year.starts_on)}-{_month(self.year.ends_on)}",
            columns=tuple(column.printed for column in columns),
            pupils=tuple(
                self._pupil(e, columns, names, mask_phones=mask_phones, blank=version == BookVersion.BLANK)
                for e in enrolments
            ),
            pupil_count=len(enrolments),
            version=version,
            design=self.style.words.design_for(classes[0].grade.number) if classes else Design.UPPER,
            code=code,
            code_url=settings.SITE_URL + reverse("papers:handling_code", args=[code]) if code else "",
        )

    def empty(self) -> RecordBook:
        """The book of nobody in particular: blank cover, roster and pages; no query."""
        return RecordBook(
            school=self.style.head,
            title=self.style.words.book_title,
            subtitle=self.style.words.book_subtitle,
            mentors=(),
            class_labels=(),
            period=f"{_month(self.year.starts_on)}-{_month(self.year.ends_on)}",
            columns=tuple(column.printed for column in self._columns(set())),
            version=BookVersion.BLANK,
        )

    def folder(self, mentor: Mentor) -> str:
        """The class under which the book is filed: the led one, else the first."""
        own = self.held.get(mentor.pk, set())
        led = self.teams.get(mentor.pk, [])
        classes = led or self._classes(mentor, [e for e in self.enrolments if e.pupil_id in own])
        return classes[0].code if classes else NO_CLASS

    def _classes(self, mentor: Mentor, enrolments: Iterable[Enrolment]) -> list[SchoolClass]:
        found = {e.school_class_id: e.school_class for e in enrolments}
        return list(found.values()) or self.teams.get(mentor.pk, [])

    def _columns(self, grade_ids: Set[int]) -> list[_BookColumn]:
        """The required actions of a book with pupils of these grades; of an empty one, of all grades."""
        columns = []
        for kind, printed in printed_kinds():
            action = ActionKind(kind.key.value)
            asked = self.rules.of(action, required=True) if self.rules is not None else ()
            rules = tuple(rule for rule in asked if rule.grade_ids & grade_ids) or asked
            if not rules:
                continue
            periods = tuple(p for p in self.periods if any(rule.period == p.kind for rule in rules))
            # Grades that owe it differently often share a column that names no number.
            counts = {rule.count for rule in rules} if len({rule.period for rule in rules}) == 1 else set()
            title = f"{_times(*counts)}{printed.heading}" if len(counts) == 1 else printed.heading
            heads = tuple(_paper_period(period) for period in periods)
            columns.append(_BookColumn(action, rules, periods, Column(action=action, title=title, periods=heads)))
        return columns

    def _pupil(
        self,
        enrolment: Enrolment,
        columns: Sequence[_BookColumn],
        mentors: tuple[str, ...],
        *,
        mask_phones: bool,
        blank: bool,
    ) -> BookPupil:
        pupil_id, grade_id = enrolment.pupil_id, enrolment.school_class.grade_id
        guardian = next((g for g in enrolment.pupil.guardians.all() if g.phone), None)
        phone = "" if guardian is None else guardian.masked_phone if mask_phones else guardian.phone
        return BookPupil(
            name=enrolment.pupil.name,
            class_label=enrolment.school_class.label,
            phone=phone,
            summary=enrolment.situation,
            ticks=() if blank else tuple(self._ticks(pupil_id, grade_id, column) for column in columns),
            entries=() if blank else tuple(self._entries(pupil_id, grade_id, column, mentors) for column in columns),
        )

    def _ticks(self, pupil_id: int, grade_id: int, column: _BookColumn) -> tuple[PaperTick, ...]:
        """One tick for each period of a column."""
        stored = [(period, self._records.ticks.get((pupil_id, period.pk, column.action))) for period in column.periods]
        return tuple(
            PaperTick(
                done=tick is not None and tick.state == TickState.DONE,
                on=tick.done_on if tick is not None else None,
                required=column.owes(grade_id, period),
            )
            for period, tick in stored
        )

    def _entries(
        self, pupil_id: int, grade_id: int, column: _BookColumn, mentors: tuple[str, ...]
    ) -> tuple[tuple[Entry, ...], ...]:
        """The records of each period of a column."""
        found: dict[int, list[Entry]] = defaultdict(list)
        for term_id, entry in self._notes(column.action, pupil_id, mentors):
            found[column.period_of(grade_id, term_id).pk].append(entry)
        return tuple(tuple(found[period.pk]) for period in column.periods)

    def _notes(self, action: ActionKind, pupil_id: int, mentors: tuple[str, ...]) -> Iterable[tuple[int, Entry]]:
        label = self.rules.plan.letter_label if self.rules is not None else ""
        for kind, printed in printed_kinds():
            if kind.key.value == action.value:
                for record in self._records.of[kind.key][pupil_id]:
                    yield record.term_id, printed.entry(record, mentors, label)


def _list_order(enrolment: Enrolment) -> tuple[int, int, int, str, int]:
    school_class = enrolment.school_class
    return (
        school_class.grade.number,
        school_class.number,
        enrolment.seat_number if enrolment.seat_number is not None else 10**6,
        enrolment.pupil.pinyin,
        enrolment.pupil_id,
    )


def _times(count: int) -> str:
    """两次."""
    return f"{'两' if count == 2 else to_chinese(count)}次"


def _paper_period(period: Period) -> PaperPeriod:
    if period.term is None:
        return PaperPeriod(label="本学年", short="年")
    return PaperPeriod(label=period.short_name, short="上" if period.term.number == 1 else "下")


def _month(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月"


def record_book_context(mentor: Mentor, year: SchoolYear, *, mask_phones: bool = True, actor: Actor) -> RecordBook:
    """The record book of `mentor` (names at hand) in `year` (school at hand), as far as the actor may know of it."""
    return BookSource(actor, year, [mentor]).book(mentor, mask_phones=mask_phones)


def empty_book(actor: Actor, year: SchoolYear) -> RecordBook:
    """A record book of `year` without mentor, class and pupils, to be written by hand."""
    return BookSource(actor, year, []).empty()
