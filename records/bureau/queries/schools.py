"""The bureau's view 调研督导: schools side by side, figures only, never a pupil's name or a text."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef

from accounts.actors import Actor
from mentors.models.slots import Assignment, Mentor
from records.enums import TickState
from records.models.records import Tick
from records.office.queries.dashboard import Progress
from schools.calendar import calendars_of
from schools.enums import ActionKind
from schools.models import School, Term
from schools.queries import PlanRules
from schools.querysets import SchoolQuerySet
from students.models import Enrolment


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, for a small bar."""

    label: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school in figures. `term` and `rules` are None while it has no year or no plan."""

    school: School
    term: Term | None
    rules: PlanRules | None
    pupils: int = 0
    mentors: int = 0
    mentored: int = 0
    actions: tuple[Progress, ...] = ()

    @property
    def matched(self) -> Share:
        """How many pupils have a mentor."""
        return Share("已有导师", self.mentored, self.pupils)

    @property
    def per_mentor(self) -> float | None:
        """Pupils with a mentor for each mentor, to one decimal; the plans want 15 at most."""
        return round(self.mentored / self.mentors, 1) if self.mentors else None

    def find(self, action: ActionKind) -> Progress | None:
        """The figures of one action, if the school's plan has it."""
        return next((p for p in self.actions if p.action == action), None)

    @property
    def columns(self) -> tuple[Progress | None, ...]:
        """The three required actions in the record book's order."""
        return tuple(self.find(a) for a in (ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER))


def schools_seen(actor: Actor) -> SchoolQuerySet:
    """The schools of the actor's bureau, by code."""
    return School.objects.visible_to(actor).order_by("code")


def schools_side_by_side(actor: Actor) -> list[SchoolRow]:
    """All schools of the bureau in this term of theirs: twelve queries whatever their number."""
    return _rows(list(schools_seen(actor)), actor.today)


def _rows(schools: list[School], today: datetime.date) -> list[SchoolRow]:
    calendars = calendars_of(schools, today)
    years = [calendar.year for calendar in calendars.values()]
    in_years = {"year__in": years}

    present = Enrolment.objects.active().filter(**in_years)
    assigned = Assignment.objects.active().main().filter(pupil=OuterRef("pupil"), year=OuterRef("year"))
    by_grade = ("year_id", "school_class__grade_id")
    pupils = {(y, g): n for y, g, n in present.values_list(*by_grade).annotate(n=Count("pk")).order_by()}
    mentored = {
        (y, g): n
        for y, g, n in present.filter(Exists(assigned)).values_list(*by_grade).annotate(n=Count("pk")).order_by()
    }
    mentors = dict(Mentor.objects.filter(**in_years).values_list("year_id").annotate(n=Count("pk")).order_by())
    done = {
        (period, action, grade): n
        for period, action, grade, n in Tick.objects.filter(
            state=TickState.DONE,
            period__year__in=years,
            pupil__enrolments__year=F("period__year"),
            pupil__enrolments__ends_on=None,
        )
        .values_list("period_id", "action", "pupil__enrolments__school_class__grade_id")
        .annotate(n=Count("pk"))
        .order_by()
    }

    rows = []
    for school in schools:
        calendar = calendars.get(school.pk)
        if calendar is None or not calendar.is_set_up:
            rows.append(SchoolRow(school, None, None))
            continue
        year, term, rules = calendar.year, calendar.term, calendar.rules
        covered = set(rules.matching) | rules.grades_owing(*rules.required)
        progress = []
        for action in rules.required:
            asked = [(calendar.period_of(rule), g) for rule in rules.of(action, required=True) for g in rule.grade_ids]
            progress.append(
                Progress(
                    action,
                    calendar.label(action),
                    sum(done.get((period.pk, action, g), 0) for period, g in asked),
                    sum(pupils.get((year.pk, g), 0) for _, g in asked),
                )
            )
        rows.append(
            SchoolRow(
                school=school,
                term=term,
                rules=rules,
                pupils=sum(pupils.get((year.pk, g), 0) for g in covered),
                mentors=mentors.get(year.pk, 0),
                mentored=sum(mentored.get((year.pk, g), 0) for g in covered),
                actions=tuple(progress),
            )
        )
    return rows
