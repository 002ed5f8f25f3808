"""From the database to the typed context of the record books 导师记录本, one or all of a school's.

Queries do not grow with the number of mentors or pupils. Which records an actor may know of is asked of
`visible_to`; a restricted text is left out whoever asks, the author included (domain: never in print).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from core.rowwise import among
from core.text import to_chinese
from mentors.models import Assignment, Mentor, TeamMember
from records.contexts import (
    Action,
    BookPupil,
    BookVersion,
    Column,
    Entry,
    RecordBook,
    letter_entry,
    talk_entry,
    visit_entry,
)
from records.contexts import Period as PaperPeriod
from records.contexts import Tick as PaperTick
from records.enums import PRINTED_LETTERS, Strategy, TickState
from records.models import GrowthLetter, HeartTalk, HomeVisit, Tick
from schools.enums import ActionKind, Design, PeriodKind
from schools.models import Period, School, SchoolClass, SchoolYear
from schools.queries import OwedAction, PlanRules, paper_style, period_for
from students.models import Enrolment

#: The annex's column headings and the actions behind them.
BOOK_ACTIONS: Final = (
    (ActionKind.VISIT, Action.VISIT, "家访"),
    (ActionKind.TALK, Action.TALK, "谈心"),
    (ActionKind.LETTER, Action.FEEDBACK, "反馈"),
)
NO_CLASS: Final = "未分班"


@dataclass
class _Records:
    """Ticks by pupil, period and action; records by pupil."""

    ticks: dict[tuple[int, int, str], Tick]
    visits: dict[int, list[HomeVisit]] = field(default_factory=lambda: defaultdict(list))
    talks: dict[int, list[HeartTalk]] = field(default_factory=lambda: defaultdict(list))
    letters: dict[int, list[GrowthLetter]] = field(default_factory=lambda: defaultdict(list))


class BookSource:
    """All that the record books of some mentors of one year need, read once; records only when a book shows them."""

    def __init__(self, actor: Actor, year: SchoolYear, mentors: Sequence[Mentor]) -> None:
        self.actor = actor
        self.year = year
        self.school: School = year.school
        self.style = paper_style(self.school)
        calendar = actor.calendar.of(year)
        self.rules: PlanRules | None = calendar.plan_on(min(actor.today, year.ends_on))
        self.periods = calendar.periods
        self._read_pupils(actor, mentors)

    def _read_pupils(self, actor: Actor, mentors: Sequence[Mentor]) -> None:
        # After roll-over the year's assignments are closed: those that lasted to its end still make the book.
        held = (
            Assignment.objects.visible_to(actor)
            .filter(year=self.year, mentor__in=mentors)
            .filter(Q(ends_on=None) | Q(ends_on__gte=self.year.ends_on))
        )
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
        found = _Records(
            {
                (t.pupil_id, t.period_id, t.action): t
                for t in Tick.objects.filter(period__in=self.periods, pupil_id__in=pupil_ids)
            }
        )
        for visit in (
            HomeVisit.objects.visible_to(self.actor)
            .present()
            .filter(among("term_id", terms), pupil_id__in=pupil_ids)
            .prefetch_related("teachers")
            .order_by("date", "pk")
        ):
            found.visits[visit.pupil_id].append(visit)
        talks = (
            HeartTalk.objects.visible_to(self.actor)
            .present()
            .filter(among("term_id", terms), pupils__in=pupil_ids)
            .distinct()
            .select_related("created_by")
            .prefetch_related("pupils")
            .order_by("date", "pk")
        )
        for talk in talks:
            # A talk with several pupils stands on each one's page and names none of the others.
            for pupil in talk.pupils.all():
                found.talks[pupil.pk].append(talk)
        for letter in (
            GrowthLetter.objects.visible_to(self.actor)
            .present()
            .filter(term__in=terms, pupil_id__in=pupil_ids, state__in=PRINTED_LETTERS)
            .prefetch_related("mentor__members__teacher")
        ):
            found.letters[letter.pupil_id].append(letter)
        return found

    def shown(
        self, mentor: Mentor, *, version: BookVersion = BookVersion.MIXED
    ) -> list[HomeVisit | HeartTalk | GrowthLetter]:
        """The records whose text stands in the book of one of the mentors; none in a blank one."""
        notes: list[HomeVisit | HeartTalk | GrowthLetter] = []
        if version == BookVersion.BLANK:
            return notes
        for pk in self.held.get(mentor.pk, set()):
            notes += [visit for visit in self._records.visits[pk] if not visit.is_restricted]
            notes += [talk for talk in self._records.talks[pk] if not talk.is_restricted]
            notes += self._records.letters[pk]
        return notes

    def book(self, mentor: Mentor, *, mask_phones: bool, version: BookVersion = BookVersion.MIXED) -> RecordBook:
        """The book of one of the mentors (names at hand); no query after the first that shows records.

        A blank one carries neither ticks nor texts: they are not even read.
        """
        own = self.held.get(mentor.pk, set())
        enrolments = [e for e in self.enrolments if e.pupil_id in own]
        columns = self._columns()
        names = tuple(member.teacher.name for member in mentor.members.all())
        classes = self._classes(mentor, enrolments)
        return RecordBook(
            school=self.style.head,
            title=self.style.words.book_title,
            subtitle=self.style.words.book_subtitle,
            mentors=names,
            class_labels=tuple(c.label for c in classes),
            period=f"{_month(self.year.starts_on)}-{_month(self.year.ends_on)}",
            columns=tuple(column for _owed, column in columns),
            pupils=tuple(
                self._pupil(e, columns, names, mask_phones=mask_phones, blank=version == BookVersion.BLANK)
                for e in enrolments
            ),
            pupil_count=len(enrolments),
            version=version,
            design=self.style.words.design_for(classes[0].grade.number) if classes else Design.UPPER,
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
            columns=tuple(column for _owed, column in self._columns()),
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

    def _columns(self) -> list[tuple[OwedAction, Column]]:
        columns = []
        for kind, action, word in BOOK_ACTIONS:
            owed = self.rules.find(kind) if self.rules is not None else None
            if owed is None or not owed.required:
                continue
            if owed.period == PeriodKind.YEAR:
                periods: tuple[PaperPeriod, ...] = (PaperPeriod(label="本学年", short="年"),)
            else:
                periods = tuple(
                    PaperPeriod(label=p.short_name, short="上" if p.term.number == 1 else "下")
                    for p in self.periods
                    if p.term is not None
                )
            times = "两" if owed.count == 2 else to_chinese(owed.count)
            columns.append((owed, Column(action=action, title=f"{times}次{word}", periods=periods)))
        return columns

    def _slots(self, owed: OwedAction) -> list[Period]:
        """The periods of a column, in its order."""
        if owed.period == PeriodKind.YEAR:
            return [p for p in self.periods if p.term_id is None]
        return [p for p in self.periods if p.term_id is not None]

    def _pupil(
        self,
        enrolment: Enrolment,
        columns: Sequence[tuple[OwedAction, Column]],
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
            ticks=() if blank else tuple(self._ticks(pupil_id, grade_id, owed) for owed, _column in columns),
            entries=() if blank else tuple(self._entries(pupil_id, owed, mentors) for owed, _column in columns),
        )

    def _ticks(self, pupil_id: int, grade_id: int, owed: OwedAction) -> tuple[PaperTick, ...]:
        """One tick for each period of a column."""
        stored = [self._records.ticks.get((pupil_id, slot.pk, owed.action)) for slot in self._slots(owed)]
        return tuple(
            PaperTick(
                done=tick is not None and tick.state == TickState.DONE,
                on=tick.done_on if tick is not None else None,
                required=grade_id in owed.grade_ids,
            )
            for tick in stored
        )

    def _entries(self, pupil_id: int, owed: OwedAction, mentors: tuple[str, ...]) -> tuple[tuple[Entry, ...], ...]:
        """The records of each period of a column."""
        found: dict[int, list[Entry]] = defaultdict(list)
        for term_id, entry in self._notes(owed.action, pupil_id, mentors):
            term = next(p.term for p in self.periods if p.term_id == term_id)
            if term is not None:
                found[period_for(owed, term, self.periods).pk].append(entry)
        return tuple(tuple(found[slot.pk]) for slot in self._slots(owed))

    def _notes(self, action: ActionKind, pupil_id: int, mentors: tuple[str, ...]) -> Iterable[tuple[int, Entry]]:
        if action == ActionKind.VISIT:
            return [(v.term_id, _visit(v)) for v in self._records.visits[pupil_id]]
        if action == ActionKind.TALK:
            return [(t.term_id, _talk(t, mentors)) for t in self._records.talks[pupil_id]]
        label = self.rules.plan.letter_label if self.rules is not None else ""
        return [(letter.term_id, _letter(letter, label)) for letter in self._records.letters[pupil_id]]


def _list_order(enrolment: Enrolment) -> tuple[int, int, int, str, int]:
    school_class = enrolment.school_class
    return (
        school_class.grade.number,
        school_class.number,
        enrolment.seat_number if enrolment.seat_number is not None else 10**6,
        enrolment.pupil.pinyin,
        enrolment.pupil_id,
    )


def _month(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月"


def _visit(visit: HomeVisit) -> Entry:
    if visit.is_restricted:
        return Entry(on=visit.date, restricted=True)
    return visit_entry(
        on=visit.date,
        form=visit.get_form_display(),
        outcome=visit.get_outcome_display(),
        participants=tuple(teacher.name for teacher in visit.teachers.all()),
        guardians=visit.guardians_met,
        text=visit.text,
        agreement=visit.agreement,
        follow_up=visit.follow_up_on,
    )


def _talk(talk: HeartTalk, mentors: tuple[str, ...]) -> Entry:
    if talk.is_restricted:
        return Entry(on=talk.date, restricted=True)
    words = {str(value): str(label) for value, label in Strategy.choices}
    author = talk.created_by.name
    return talk_entry(
        on=talk.date,
        occasion=talk.get_occasion_display(),
        place=talk.place,
        form=talk.get_form_display(),
        strategies=tuple(words[s] for s in talk.strategies if s in words),
        participants=() if author in mentors else (author,),
        text=talk.text,
        home_contacted=talk.home_contacted,
        follow_up=talk.follow_up_on,
    )


def _letter(letter: GrowthLetter, label: str) -> Entry:
    moment = letter.handed_in_at or letter.released_at
    return letter_entry(
        on=timezone.localdate(moment) if moment is not None else None,
        text=letter.body or ("手写，已交给学生。" if letter.handwritten else ""),
        advice=letter.advice,
        label=label,
        signature="　".join(member.teacher.name for member in letter.mentor.members.all()),
    )


def record_book_context(mentor: Mentor, year: SchoolYear, *, mask_phones: bool = True, actor: Actor) -> RecordBook:
    """The record book of `mentor` (names at hand) in `year` (school at hand), as far as the actor may know of it."""
    return BookSource(actor, year, [mentor]).book(mentor, mask_phones=mask_phones)


def empty_book(actor: Actor, year: SchoolYear) -> RecordBook:
    """A record book of `year` without mentor, class and pupils, to be written by hand."""
    return BookSource(actor, year, []).empty()
