"""The figures of a term, counted once: the report, the workbook and the list for the personnel office all read these.

Pupils and ticks are those of the dashboard (present pupils, of a former year those who were there to its end); what was
done (visits, talks, letters, meetings) counts with all pupils, those who have left since too.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from accounts.actors import Actor
from core.ofschool import OfSchoolQuerySet
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember, Teacher, TeamMember
from mentors.staff.models import TrainingSession
from mentors.team.models import CaseMeeting
from records.enums import PRINTED_LETTERS, LetterState, Occasion, Strategy, TalkForm, TickState, VisitForm
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick
from records.office.queries.dashboard import Dashboard, find_dashboard
from schools.calendar import YearCalendar
from schools.enums import ActionKind, VisitOutcome
from schools.queries import OwedAction, Window
from students.models import Enrolment

#: The weeks before a term belong to it, as `schools.calendar.term_on` has it.
LEAD: Final = datetime.timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Mentors:
    """Slots that have pupils, the teachers who hold them, and how the pupils are spread; `granted` have an exception.

    `loads` are the main pupils of each slot, without names and in no order that says whose they are.
    """

    slots: int
    teachers: int
    loads: tuple[int, ...]
    granted: int
    supported: int


@dataclass(frozen=True, slots=True)
class WindowFigure:
    """A rule's window in the term: for which grades, and how many of their pupils are done with the action."""

    action: ActionKind
    grade_ids: frozenset[int]
    windows: tuple[Window, ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits that count for the term; `pupils` were visited."""

    total: int
    pupils: int
    forms: Mapping[str, int]
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Talks:
    """The talks that count for the term, a talk with several pupils once; a talk may have several strategies."""

    total: int
    pupils: int
    forms: Mapping[str, int]
    occasions: Mapping[str, int]
    strategies: Mapping[str, int]
    home_contacted: int

    @property
    def face_to_face(self) -> int:
        """减少“键对键”，增加“面对面” (Wuhu plan 五(三))."""
        return self.forms.get(TalkForm.FACE, 0)


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of the term: handed in, of these released, of these read, and families' replies."""

    handed_in: int
    released: int
    read: int
    replies: int


@dataclass(frozen=True, slots=True)
class Training:
    """A training that was held, in which form and for how long, as far as it was said, and how many came."""

    date: datetime.date
    topic: str
    kind: str
    hours: Decimal | None
    came: int


@dataclass(frozen=True, slots=True)
class Care:
    """What concerns pupils in difficulty, as numbers alone: how many times, and with how many pupils."""

    meetings: int
    discussed: int
    referrals: int
    referred: int
    cards: int
    card_writers: int


@dataclass(frozen=True, slots=True)
class TermFigures:
    """One term of a school."""

    calendar: YearCalendar
    dashboard: Dashboard
    mentors: Mentors
    windows: tuple[WindowFigure, ...]
    visits: Visits
    talks: Talks
    letters: Letters
    trainings: tuple[Training, ...]
    care: Care


@dataclass(frozen=True, slots=True)
class StaffRow:
    """What a teacher did as a mentor in the term, as facts: the load of the slot, the slot's ticks, and own deeds.

    `shared_with` are the others of the slot, whose pupils and ticks are the same ones. `actions` are (done, owed) in
    the order of the plan's required actions.
    """

    teacher: Teacher
    leads: tuple[str, ...]
    shared_with: tuple[str, ...]
    pupils: int
    supported: int
    capacity: int
    actions: tuple[tuple[int, int], ...]
    visits: int
    talks: int
    trainings: int
    hours: Decimal


def term_span(calendar: YearCalendar) -> tuple[datetime.date, datetime.date]:
    """The days that belong to the calendar's term, for what has a day alone: each day of a year is in one term."""
    terms = sorted(calendar.terms, key=lambda term: term.starts_on)
    at = next(number for number, term in enumerate(terms) if term.pk == calendar.term.pk)
    first = terms[at].starts_on - LEAD
    if at:
        first = max(first, terms[at - 1].ends_on + datetime.timedelta(days=1))
    last = max(terms[at].ends_on, calendar.year.ends_on)
    if at + 1 < len(terms):
        last = max(terms[at].ends_on, terms[at + 1].starts_on - LEAD - datetime.timedelta(days=1))
    return first, last


def term_figures(actor: Actor, calendar: YearCalendar) -> TermFigures:
    """All figures of the calendar's term; the same number of queries whatever the size of the school.

    Who may have them is the caller's question.
    """
    dashboard = find_dashboard(actor, calendar)
    return TermFigures(
        calendar=calendar,
        dashboard=dashboard,
        mentors=_mentors(actor, calendar),
        windows=tuple(
            _window(calendar, dashboard, rule) for rule in calendar.rules.actions if rule.required and rule.grade_ids
        ),
        visits=_visits(actor, calendar),
        talks=_talks(actor, calendar),
        letters=_letters(actor, calendar),
        trainings=_trainings(actor, calendar),
        care=_care(actor, calendar),
    )


def _lasting(actor: Actor, calendar: YearCalendar) -> dict[str, dict[int, set[int]]]:
    """By kind of assignment: the pupils of each slot who are there, or were to the year's end. One query."""
    there = Enrolment.objects.in_school(actor).lasting(calendar.year).values("pupil_id")
    rows = Assignment.objects.filter(school_id=actor.school_id or 0).lasting(calendar.year).filter(pupil_id__in=there)
    found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for kind, mentor_id, pupil_id in rows.values_list("kind", "mentor_id", "pupil_id"):
        found[kind][mentor_id].add(pupil_id)
    return found


def _mentors(actor: Actor, calendar: YearCalendar) -> Mentors:
    held = _lasting(actor, calendar)
    main = held[AssignmentKind.MAIN]
    members = MentorMember._default_manager.filter(year=calendar.year)
    exceptions = CapException.objects.in_school(actor).valid().filter(mentor__year=calendar.year)
    return Mentors(
        slots=len(main),
        teachers=sum(mentor_id in main for mentor_id in members.values_list("mentor_id", flat=True)),
        loads=tuple(sorted(len(pupils) for pupils in main.values())),
        granted=exceptions.count(),
        supported=len(set().union(*held[AssignmentKind.SUPPORTING].values())),
    )


def _window(calendar: YearCalendar, dashboard: Dashboard, rule: OwedAction) -> WindowFigure:
    found = [
        progress
        for block in dashboard.blocks
        if block.grade.pk in rule.grade_ids
        for progress in block.tally.actions
        if progress.action == rule.action
    ]
    return WindowFigure(
        rule.action,
        rule.grade_ids,
        tuple(calendar.windows(rule)),
        sum(progress.done for progress in found),
        sum(progress.total for progress in found),
    )


def _visits(actor: Actor, calendar: YearCalendar) -> Visits:
    rows = HomeVisit.objects.in_school(actor).present().of_term(calendar.term).order_by()
    found = list(rows.values_list("form", "outcome").annotate(n=Count("pk")))
    return Visits(
        total=sum(n for *_, n in found),
        pupils=rows.aggregate(n=Count("pupil", distinct=True))["n"],
        forms=_summed(VisitForm.values, ((form, n) for form, _, n in found)),
        outcomes=_summed(VisitOutcome.values, ((outcome, n) for _, outcome, n in found)),
    )


def _talks(actor: Actor, calendar: YearCalendar) -> Talks:
    rows = HeartTalk.objects.in_school(actor).present().of_term(calendar.term).order_by()
    found = list(rows.values_list("form", "occasion", "home_contacted").annotate(n=Count("pk")))
    # What is stored in a list no database groups alike.
    strategies = Counter(
        code for codes in rows.exclude(strategies=[]).values_list("strategies", flat=True) for code in codes
    )
    return Talks(
        total=sum(n for *_, n in found),
        pupils=rows.aggregate(n=Count("pupils", distinct=True))["n"],
        forms=_summed(TalkForm.values, ((form, n) for form, _, _, n in found)),
        occasions=_summed(Occasion.values, ((occasion, n) for _, occasion, _, n in found)),
        strategies=_summed(Strategy.values, strategies.items()),
        home_contacted=sum(n for _, _, contacted, n in found if contacted),
    )


def _summed(codes: Sequence[str], found: Any) -> dict[str, int]:
    """The numbers by code, in the order of `codes`, those without any too."""
    sums: Counter[str] = Counter()
    for code, n in found:
        sums[code] += n
    return {code: sums[code] for code in codes}


def _letters(actor: Actor, calendar: YearCalendar) -> Letters:
    rows = GrowthLetter.objects.in_school(actor).present().of_term(calendar.term)
    released = Q(state=LetterState.RELEASED)
    return Letters(
        **rows.aggregate(
            handed_in=Count("pk", filter=Q(state__in=PRINTED_LETTERS)),
            released=Count("pk", filter=released),
            read=Count("pk", filter=released & Q(read_at__isnull=False)),
            replies=Count("pk", filter=released & Q(reply__isnull=False)),
        )
    )


def _held_trainings(actor: Actor, calendar: YearCalendar) -> QuerySet[TrainingSession]:
    return TrainingSession.objects.visible_to(actor).of_term(calendar.term).filter(date__lte=actor.today)


def _trainings(actor: Actor, calendar: YearCalendar) -> tuple[Training, ...]:
    rows = _held_trainings(actor, calendar).annotate(came=Count("teachers")).order_by("date", "pk")
    return tuple(Training(row.date, row.topic, row.get_kind_display(), row.hours, row.came) for row in rows)


def _care(actor: Actor, calendar: YearCalendar) -> Care:
    first, last = term_span(calendar)
    last = min(last, actor.today)
    meetings = CaseMeeting.objects.in_school(actor).present().of_classes().filter(date__range=(first, last))
    referrals = Referral.objects.in_school(actor).filter(created_at__date__range=(first, last))
    cards = TreeHoleCard.objects.in_school(actor).filter(term=calendar.term)
    held, discussed = _times(meetings, "pupils")
    referred_times, referred = _times(referrals, "pupil")
    handed_in, writers = _times(cards, "pupil")
    return Care(held, discussed, referred_times, referred, handed_in, writers)


def _times(rows: OfSchoolQuerySet[Any], pupils: str) -> tuple[int, int]:
    """How many rows there are, and of how many pupils. One query."""
    found = rows.order_by().aggregate(n=Count("pk", distinct=True), of=Count(pupils, distinct=True))
    return found["n"], found["of"]


def staff_rows(actor: Actor, calendar: YearCalendar) -> list[StaffRow]:
    """Whoever held or shared a slot this year and had pupils or did something, by name; the same number of queries
    whatever the number of teachers. Who may have them is the caller's question.
    """
    year, term = calendar.year, calendar.term
    mentors = {
        mentor.pk: mentor
        for mentor in Mentor.objects.in_school(actor).of_year(year).prefetch_related("members__teacher")
    }
    held = _lasting(actor, calendar)
    main, supporting = held[AssignmentKind.MAIN], held[AssignmentKind.SUPPORTING]
    ticks = _Ticks(actor, calendar)
    visits = _by_teacher(HomeVisit.objects.in_school(actor).present().of_term(term), "teachers")
    talks = _by_teacher(HeartTalk.objects.in_school(actor).present().of_term(term), "created_by__teacher")
    attended = _held_trainings(actor, calendar)
    trainings = _by_teacher(attended, "teachers")
    hours = dict(attended.order_by().values_list("teachers").annotate(n=Sum("hours")))
    leads: dict[int, list[str]] = defaultdict(list)
    seats = TeamMember._default_manager.filter(school_class__year=year, is_leader=True)
    for seat in seats.select_related("school_class__grade").order_by(
        "school_class__grade__number", "school_class__number"
    ):
        leads[seat.mentor_id].append(seat.school_class.label)
    rows = []
    for mentor in mentors.values():
        teachers = [member.teacher for member in mentor.members.all()]
        owing = main[mentor.pk] | (supporting[mentor.pk] if calendar.rules.plan.supporting_owes else set())
        actions = tuple(ticks.done_of(owing, action) for action in calendar.rules.required)
        for teacher in teachers:
            row = StaffRow(
                teacher=teacher,
                leads=tuple(leads[mentor.pk]),
                shared_with=tuple(other.name for other in teachers if other.pk != teacher.pk),
                pupils=len(main[mentor.pk]),
                supported=len(supporting[mentor.pk]),
                capacity=mentor.capacity,
                actions=actions,
                visits=visits[teacher.pk],
                talks=talks[teacher.pk],
                trainings=trainings[teacher.pk],
                hours=hours.get(teacher.pk) or Decimal(),
            )
            if row.pupils or row.supported or row.visits or row.talks:
                rows.append(row)
    return sorted(rows, key=lambda row: (row.teacher.pinyin or row.teacher.name, row.teacher.number))


def _by_teacher(rows: QuerySet[Any], path: str) -> Counter[int]:
    """How many of `rows` name each teacher. One query."""
    found = rows.order_by().exclude(**{path: None}).values_list(path).annotate(n=Count("pk", distinct=True))
    return Counter(dict(found))


class _Ticks:
    """Which pupils are there in which grade, and which of them are done with what the plan asks of it. Two queries."""

    def __init__(self, actor: Actor, calendar: YearCalendar) -> None:
        self.calendar = calendar
        there = Enrolment.objects.in_school(actor).lasting(calendar.year)
        self.grades = dict(there.values_list("pupil_id", "school_class__grade_id"))
        ticks = Tick.objects.filter(period__in=calendar.periods, state=TickState.DONE)
        self.done = set(ticks.values_list("pupil_id", "period_id", "action"))

    def done_of(self, pupils: set[int], action: ActionKind) -> tuple[int, int]:
        """How many of `pupils` are done with `action`, and of how many it is required."""
        done = owed = 0
        for pupil in pupils:
            rule = self.calendar.rules.owed(action, self.grades[pupil])
            if rule is not None and rule.required:
                owed += 1
                done += (pupil, self.calendar.period_of(rule).pk, str(action)) in self.done
        return done, owed
