"""The bureau's view 调研督导: schools side by side, figures only, never a pupil's name or a text.

All of it is read from kept counts (`records.bureau.services.counting`): nothing is added up over a city while a page
waits. Schools stand by name, or by how much is still open there; nothing ranks them.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from accounts.actors import Actor
from core.kept import kept
from records.bureau.enums import Measure, Shown
from records.bureau.models import CityCount, CountedTerm, KeptCount
from schools.models import Grade, School
from schools.querysets import SchoolQuerySet

#: The columns of parts of a whole, in the order of the page.
COLUMNS: Final[tuple[tuple[Measure, str], ...]] = (
    (Measure.MENTORED, "已有导师"),
    (Measure.VISIT, "家访"),
    (Measure.TALK, "谈心"),
    (Measure.LETTER, "书面反馈"),
    (Measure.AT_HOME, "上门家访"),
    (Measure.FACE, "面对面谈心"),
    (Measure.TRAINED, "参加研训"),
)
#: Of these what is not done is still open.
OWED: Final = (Measure.VISIT, Measure.TALK, Measure.LETTER)
#: `?by=`: the schools with the most that is open first.
BY_OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole as the bureau reads it: `percent` is rounded down, 100 means all."""

    label: str
    part: int
    whole: int
    shown: str = Shown.WHOLLY

    @property
    def percent(self) -> int | None:
        """None where the part is hidden or there is nothing."""
        return self.part * 100 // self.whole if self.shown == Shown.WHOLLY and self.whole else None

    @property
    def words(self) -> str:
        """As a cell says it: the percentage, the words for a small group, or a dash."""
        if not self.whole or self.shown in (Shown.NOTHING, Shown.WHOLE):
            return "—"
        if self.shown == Shown.FEW:
            return "不足 5"
        return "差不足 5" if self.shown == Shown.NEARLY else f"{self.percent}%"

    @property
    def counts(self) -> str:
        """The numbers behind the percentage, as far as they are told."""
        if not self.whole or self.shown == Shown.NOTHING:
            return ""
        return f"{self.part}/{self.whole}" if self.shown == Shown.WHOLLY else f"共 {self.whole}"

    @property
    def plain(self) -> str:
        """Both in one, as a workbook has it."""
        return f"{self.words}（{self.counts}）" if self.counts else self.words

    @property
    def size(self) -> str:
        """How large the whole is, unless that is hidden."""
        return "—" if self.shown == Shown.NOTHING else str(self.whole)


_LABELS: Final[dict[str, str]] = dict(COLUMNS)
_EMPTY: Final[dict[str, Share]] = {measure: Share(label, 0, 0) for measure, label in COLUMNS}
_NOTHING: Final = Share("", 0, 0)


@dataclass(frozen=True, slots=True)
class TermKey:
    """A term of all schools: 2026, 1."""

    start_year: int
    number: int

    @property
    def key(self) -> str:
        """As in an address."""
        return f"{self.start_year}-{self.number}"

    @property
    def label(self) -> str:
        """As people say it."""
        return f"{self.start_year}学年{'第一学期' if self.number == 1 else '第二学期'}"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of a school, a grade or the city."""

    label: str
    shares: Mapping[str, Share]
    mentors: int = 0
    trainings: int = 0

    @property
    def columns(self) -> list[Share]:
        """In the order of `COLUMNS`."""
        return [self.shares.get(measure, _EMPTY[measure]) for measure, _ in COLUMNS]

    @property
    def pupils(self) -> str:
        """Pupils of the covered grades."""
        return self.shares.get(Measure.MENTORED, _NOTHING).size

    @property
    def per_mentor(self) -> str:
        """Pupils with a mentor for each mentor, to one decimal; the plans want 15 at most."""
        mentored = self.shares.get(Measure.MENTORED, _NOTHING)
        if not self.mentors or mentored.shown != Shown.WHOLLY:
            return "—"
        return f"{mentored.part / self.mentors:.1f}"

    @property
    def open(self) -> int:
        """How much is still to be done, as far as it is told."""
        owed = (self.shares.get(measure, _NOTHING) for measure in OWED)
        return sum(one.whole - one.part for one in owed if one.shown == Shown.WHOLLY)


@dataclass(frozen=True, slots=True)
class SchoolRow(FigureRow):
    """A school among others. `plan_version` 0: it has no year or no plan, or was not counted yet."""

    school: School = field(default_factory=School)
    plan_version: int = 0
    document_version: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The schools of a bureau in one term, equal to nothing but itself.

    `counted_at`: when the oldest of the counts was made.
    """

    term: TermKey | None
    terms: Sequence[TermKey]
    rows: Sequence[SchoolRow]
    city: FigureRow
    counted_at: datetime.datetime | None = None


def schools_seen(actor: Actor) -> SchoolQuerySet:
    """The schools of the actor's bureau, by name."""
    return School.objects.visible_to(actor).order_by("name", "code")


def terms_seen(actor: Actor) -> list[TermKey]:
    """The terms in which schools of the bureau were counted, the newest first. One query."""
    return [TermKey(*row) for row in sorted(_terms(actor), reverse=True)]


@kept
def _terms(actor: Actor) -> QuerySet[CountedTerm, tuple[int, int]]:
    return CountedTerm.objects.visible_to(actor).values_list("term__year__start_year", "term__number").distinct()


def term_of(terms: Sequence[TermKey], key: str) -> TermKey | None:
    """The term that `key` names, else the newest; None while nothing was counted."""
    return next((term for term in terms if term.key == key), terms[0] if terms else None)


class _Counted(NamedTuple):
    """What is read of `CountedTerm`."""

    school_id: int
    mentors: int
    trainings: int
    plan_version: int
    document_version: int
    counted_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows that a comparison is made of."""

    terms: tuple[TermKey, ...]
    term: TermKey | None
    schools: tuple[tuple[int, str], ...]
    counted: tuple[tuple[Any, ...], ...] = ()
    counts: tuple[tuple[int, str, int, int, str], ...] = ()
    city: tuple[tuple[str, int, int, str], ...] = ()


@kept
def _schools(actor: Actor) -> QuerySet[School, tuple[int, str]]:
    return schools_seen(actor).values_list("pk", "name")


# A term's number is small, and a kept query stands for it by a large one, which PostgreSQL's columns do not hold.
def _counted(actor: Actor, start_year: int, number: int) -> QuerySet[CountedTerm, Any]:
    return CountedTerm.objects.visible_to(actor).of_term(start_year, number).values_list(*_Counted._fields)


def _counts(actor: Actor, start_year: int, number: int) -> QuerySet[KeptCount, tuple[int, str, int, int, str]]:
    rows = KeptCount.objects.visible_to(actor).of_term(start_year, number).filter(grade=None)
    return rows.values_list("school_id", "measure", "part", "whole", "shown")


def _city(actor: Actor, start_year: int, number: int) -> QuerySet[CityCount, tuple[str, int, int, str]]:
    rows = CityCount.objects.visible_to(actor).filter(start_year=start_year, number=number)
    return rows.values_list("measure", "part", "whole", "shown")


def schools_side_by_side(actor: Actor, key: str = "", *, by: str = "") -> Comparison:
    """All schools of the bureau in one term: five queries whatever their number.

    While no figure has changed it is the very same comparison as before, so that what was made of it can be kept.
    """
    terms = terms_seen(actor)
    term = term_of(terms, key)
    read = _Read(tuple(terms), term, tuple(_schools(actor)))
    if term is not None:
        asked = actor, term.start_year, term.number
        rows = tuple(_counted(*asked)), tuple(_counts(*asked)), tuple(_city(*asked))
        read = _Read(read.terms, term, read.schools, *rows)
    return _compared(read, by == BY_OPEN)


@lru_cache(maxsize=16)
def _compared(read: _Read, open_first: bool) -> Comparison:
    schools = [School(pk=pk, name=name) for pk, name in read.schools]
    counted = {row.school_id: row for row in map(_Counted._make, read.counted)}
    shares: dict[int, dict[str, Share]] = defaultdict(dict)
    for school_id, measure, part, whole, shown in read.counts:
        shares[school_id][measure] = Share(_LABELS.get(measure, ""), part, whole, shown)
    rows = [_school_row(one, counted.get(one.pk), shares[one.pk]) for one in schools]
    if open_first:
        rows.sort(key=lambda row: -row.open)
    of_city = {one: Share(_LABELS.get(one, ""), part, whole, shown) for one, part, whole, shown in read.city}
    city = FigureRow("全市", of_city, sum(row.mentors for row in rows), sum(row.trainings for row in rows))
    return Comparison(
        read.term, read.terms, rows, city, min((one.counted_at for one in counted.values()), default=None)
    )


def _school_row(school: School, counted: _Counted | None, shares: Mapping[str, Share]) -> SchoolRow:
    if counted is None:
        return SchoolRow(school.name, {}, school=school)
    return SchoolRow(
        school.name,
        shares,
        counted.mentors,
        counted.trainings,
        school,
        counted.plan_version,
        counted.document_version,
    )


def grades_side_by_side(actor: Actor, school: School, key: str = "") -> tuple[Comparison, list[FigureRow]]:
    """One school of the bureau: its grades in one term, and the school itself. Four queries, whatever their number."""
    terms = terms_seen(actor)
    term = term_of(terms, key)
    if term is None:
        return Comparison(None, terms, (), FigureRow(school.name, {})), []
    found = CountedTerm.objects.of_term(term.start_year, term.number).filter(school=school)
    own = next(map(_Counted._make, found.values_list(*_Counted._fields)[:1]), None)
    shares: dict[int | None, dict[str, Share]] = defaultdict(dict)
    grades: dict[int, Grade] = {}
    counts = KeptCount.objects.visible_to(actor).of_term(term.start_year, term.number).filter(school=school)
    for row in counts.select_related("grade"):
        shares[row.grade_id][row.measure] = Share(_LABELS.get(row.measure, ""), row.part, row.whole, row.shown)
        if row.grade is not None:
            grades[row.grade.pk] = row.grade
    rows = [FigureRow(one.name, shares[one.pk]) for one in sorted(grades.values(), key=lambda grade: grade.number)]
    whole = _school_row(school, own, shares[None])
    return Comparison(term, terms, (whole,), whole, own.counted_at if own is not None else None), rows
