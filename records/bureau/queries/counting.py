"""What the kept counts follow from: one year of a school, counted term by term as its dashboard counts it."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from mentors.models.slots import Assignment, Mentor, MentorMember
from mentors.staff.models import TrainingSession
from records.bureau.enums import Measure
from records.enums import TalkForm, TickState, VisitForm
from records.models.records import HeartTalk, HomeVisit, Tick
from records.setup.models import PlanDocument
from schools.calendar import YearCalendar
from schools.enums import VisitOutcome
from schools.models import Period, SchoolYear, Term
from students.models import Enrolment
from students.querysets import lasting

#: Grade (None: the school) and measure.
CountKey = tuple[int | None, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure, and the period that it belongs to."""

    period_id: int
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class TermFigures:
    """All figures of one term of a school."""

    term: Term
    plan_version: int
    document_version: int
    mentors: int
    trainings: int
    counts: dict[CountKey, Counted] = field(default_factory=dict)
    # Day and form → visits.
    visits: dict[tuple[datetime.date, str], int] = field(default_factory=dict)


def begun_terms(calendar: YearCalendar) -> list[Term]:
    """The terms that there is something to tell of: begun, or the one that is worked in."""
    return [term for term in calendar.terms if term.starts_on <= calendar.today or term == calendar.term]


def count_year(year: SchoolYear, today: datetime.date) -> list[TermFigures]:
    """The figures of each begun term of `year`: ten queries and one for its plan; none while it has no plan."""
    calendar = YearCalendar(year, today)
    if not calendar.is_set_up:
        return []
    raw = _Raw(year, today)
    return [_of_term(calendar.in_term(term.number), raw) for term in begun_terms(calendar)]


class _Raw:
    """The year's rows in groups."""

    def __init__(self, year: SchoolYear, today: datetime.date) -> None:
        present = Enrolment.objects.lasting(year)
        assigned = Assignment.objects.lasting(year).main().filter(pupil=OuterRef("pupil"))
        self.pupils = _grouped(present, "school_class__grade_id")
        self.mentored = _grouped(present.filter(Exists(assigned)), "school_class__grade_id")
        ticks = Tick.objects.filter(_in_place(year), state=TickState.DONE, period__year=year)
        self.done = _grouped(ticks, "period_id", "action", _GRADE)
        visits = HomeVisit.objects.present().filter(_in_place(year), term__year=year, outcome=VisitOutcome.COMPLETED)
        self.visits = _grouped(visits, "term_id", _GRADE, "form", "date")
        talks = HeartTalk.pupils.through._default_manager.filter(
            _in_place(year), hearttalk__deleted_at=None, hearttalk__term__year=year
        )
        self.talks = _grouped(talks, "hearttalk__term_id", _GRADE, "hearttalk__form")
        self.mentors = Mentor.objects.filter(year=year).count()
        members = MentorMember.objects.filter(year=year)
        self.teachers = members.count()
        self.trainings = Counter(
            TrainingSession.objects.filter(term__year=year, date__lte=today).values_list("term_id", flat=True)
        )
        came = members.filter(teacher__training_sessions__term__year=year, teacher__training_sessions__date__lte=today)
        by_term = came.values_list("teacher__training_sessions__term_id")
        self.trained: dict[int, int] = dict(by_term.annotate(n=Count("teacher", distinct=True)).order_by())
        newest = PlanDocument.objects.filter(school_id=year.school_id).aggregate(newest=Max("version"))
        self.document_version = newest["newest"] or 0


_GRADE: Final = "pupil__enrolments__school_class__grade_id"


def _in_place(year: SchoolYear) -> Q:
    """Rows of pupils of the year, joined with the one place that counts (`Enrolment.objects.lasting`)."""
    return Q(pupil__enrolments__year=year) & lasting(year, "pupil__enrolments__")


def _grouped(rows: "QuerySet[Any]", *keys: str) -> dict[Any, int]:
    found: Iterable[Any] = rows.order_by().values_list(*keys).annotate(n=Count("pk"))
    return {row[0] if len(keys) == 1 else row[:-1]: row[-1] for row in found}


def _of_term(calendar: YearCalendar, raw: _Raw) -> TermFigures:
    term, rules = calendar.term, calendar.rules
    year = next(period for period in calendar.periods if period.term_id is None)
    own = next(period for period in calendar.periods if period.term_id == term.pk)
    found = TermFigures(
        term,
        rules.plan.version,
        raw.document_version,
        raw.mentors,
        raw.trainings[term.pk],
        visits=_visit_days(raw, term),
    )

    def note(measure: Measure, period: Period, figures: Mapping[int, tuple[int, int]]) -> None:
        for grade_id, (part, whole) in figures.items():
            if whole:
                found.counts[grade_id, measure] = Counted(period.pk, part, whole)

    covered = set(rules.matching) | rules.grades_owing(*rules.required)
    note(
        Measure.MENTORED,
        year,
        {grade: (raw.mentored.get(grade, 0), raw.pupils.get(grade, 0)) for grade in covered},
    )
    for rule in rules.actions:
        if rule.required:
            period = calendar.period_of(rule)
            done = {g: raw.done.get((period.pk, rule.action, g), 0) for g in rule.grade_ids}
            note(Measure(rule.action), period, {g: (n, raw.pupils.get(g, 0)) for g, n in done.items()})
    visits, talks = _shares(raw.visits, term, VisitForm.HOME), _shares(raw.talks, term, TalkForm.FACE)
    note(Measure.AT_HOME, own, {grade: pair for grade, pair in visits.items() if grade in covered})
    note(Measure.FACE, own, {grade: pair for grade, pair in talks.items() if grade in covered})
    _add_school(found.counts)
    if raw.teachers:
        found.counts[None, Measure.TRAINED] = Counted(own.pk, raw.trained.get(term.pk, 0), raw.teachers)
    return found


def _add_school(counts: dict[CountKey, Counted]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    periods: dict[str, int] = {}
    for (_grade, measure), one in counts.items():
        sums[measure][0] += one.part
        sums[measure][1] += one.whole
        # Grades may owe an action in several periods: the school's figure then belongs to the first that was met.
        periods.setdefault(measure, one.period_id)
    counts.update({(None, measure): Counted(periods[measure], *pair) for measure, pair in sums.items()})


def _shares(rows: Mapping[Any, int], term: Term, form: str) -> dict[int, tuple[int, int]]:
    """By grade: how many of the term's records have this form, and how many there are."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (term_id, grade_id, own, *_), count in rows.items():
        if term_id == term.pk:
            found[grade_id][0] += count if own == form else 0
            found[grade_id][1] += count
    return {grade: (part, whole) for grade, (part, whole) in found.items()}


def _visit_days(raw: _Raw, term: Term) -> dict[tuple[datetime.date, str], int]:
    found: Counter[tuple[datetime.date, str]] = Counter()
    for (term_id, _grade, form, date), count in raw.visits.items():
        if term_id == term.pk:
            found[date, form] += count
    return dict(found)
