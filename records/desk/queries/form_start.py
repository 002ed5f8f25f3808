"""What the desk's forms start with: who may have joined, the likely occasion, what was left unsaved, what is stored."""

import datetime
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import RoleGrant
from core.kept import kept
from mentors.models.slots import Assignment, MentorMember, Teacher, TeamMember
from records.desk.models import Draft, VisitPlan
from records.desk.querysets import DraftQuerySet
from records.enums import Occasion, RecordKind
from records.kinds import form_of, word_for
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.querysets.records import HeartTalkQuerySet, HomeVisitQuerySet
from schools.calendar import YearCalendar
from schools.enums import KeyDateKind
from schools.models import SchoolYear, Term
from students.models import Enrolment, Pupil
from students.querysets import PupilQuerySet


def school_pupils(actor: Actor) -> PupilQuerySet:
    """All pupils of the actor's school, to tell a forbidden pupil (403) from an unknown one (404)."""
    return Pupil.objects.in_school(actor)


def companions_of(actor: Actor, calendar: YearCalendar, pupil: Pupil | None = None) -> list[Enrolment]:
    """The actor's present pupils other than `pupil`, in the book's order: who may have joined a talk. One query."""
    if actor.user_id is None:
        return []
    return _companions(actor, calendar.year, pupil.pk if pupil is not None else None)


@kept
def _companions(actor: Actor, year: SchoolYear, pupil_id: int | None) -> QuerySet[Enrolment]:
    own = Assignment.objects.held_by(actor).active().filter(year=year)
    return (
        Enrolment.objects.in_school(actor)
        .active()
        .of_year(year)
        .filter(pupil_id__in=own.values("pupil_id"))
        .exclude(pupil=pupil_id)
        .select_related("pupil", "school_class__grade")
        .in_list_order()
    )


def visit_team(actor: Actor, calendar: YearCalendar, pupil: Pupil) -> list[Teacher]:
    """Teachers who may have joined a visit: oneself first, then the other of a shared slot, the homeroom teacher of the
    pupil's class, and its team 导师团, leader first. Two queries.

    The homeroom teacher is among them without pupils of their own.
    """
    if actor.school_id is None or actor.user_id is None:
        return []
    in_class = Q(
        school_class__year=calendar.year,
        school_class__enrolments__pupil=pupil,
        school_class__enrolments__ends_on=None,
    )
    members = TeamMember.objects.filter(in_class).order_by("-is_leader", "position", "pk", "mentor__members__position")
    seats = enumerate(members.values_list("mentor__members__teacher_id", flat=True))
    team = {key: seat for seat, key in reversed(list(seats))}
    shared = MentorMember.objects.filter(
        mentor__year=calendar.year, mentor__members__teacher__user_id=actor.user_id, teacher=OuterRef("pk")
    )
    leaders = RoleGrant.objects.active(actor.today).filter(in_class, user_id=OuterRef("user_id"))
    rows = (
        Teacher.objects.visible_to(actor)
        .annotate(is_partner=Exists(shared), is_leader=Exists(leaders.filter(user__teacher__left_on=None)))
        .filter(Q(user_id=actor.user_id) | Q(is_partner=True) | Q(is_leader=True) | Q(pk__in=list(team)))
    )

    def place(teacher: Teacher) -> tuple[bool, bool, bool, int, int]:
        flags = [not getattr(teacher, name) for name in ("is_partner", "is_leader")]
        return teacher.user_id != actor.user_id, flags[0], flags[1], team.get(teacher.pk, len(team)), teacher.pk

    return sorted(rows, key=place)


#: So many drafts are listed.
_MOST_DRAFTS: Final = 20


@dataclass(frozen=True, slots=True)
class VisitStart:
    """What a new visit begins with: who may have taken part, who did and when as far as known, what lies unsaved."""

    team: list[Teacher]
    joined: list[Teacher]
    date: datetime.date
    plan: VisitPlan | None
    draft: Draft | None


def visit_start(actor: Actor, calendar: YearCalendar, pupil: Pupil, term: Term, *, key: str) -> VisitStart:
    """The start of a visit to a pupil for whom the actor may record, and so may know of the plan. Five queries at most.

    What was agreed is filled in: who was to go, and the day unless it is still to come. `key` is that of the draft.
    """
    draft = open_draft(actor, key)
    plans = VisitPlan.objects.open().filter(pupil=pupil, term=term)
    plan = plans.select_related("pupil").prefetch_related("teachers").first()
    agreed = list(plan.teachers.all()) if plan is not None else []
    team = visit_team(actor, calendar, pupil)
    joined = agreed or [teacher for teacher in team if teacher.user_id == actor.user_id]
    date = min(plan.date, actor.today) if plan is not None else actor.today
    return VisitStart(list(dict.fromkeys([*team, *joined])), joined, date, plan, draft)


def own_enrolment(actor: Actor, calendar: YearCalendar, pupil: Pupil) -> Enrolment | None:
    """The pupil's present place in this year, class at hand."""
    return (
        Enrolment.objects.in_school(actor)
        .active()
        .of_year(calendar.year)
        .filter(pupil=pupil)
        .select_related("pupil", "school_class__grade")
        .first()
    )


def likely_occasion(calendar: YearCalendar, day: datetime.date) -> Occasion:
    """The occasion that a talk of `day` most likely has: two weeks around term start and exams."""
    near = datetime.timedelta(days=14)
    for exam in (date for date in calendar.key_dates if date.kind == KeyDateKind.EXAM):
        if exam.starts_on - near <= day < exam.starts_on:
            return Occasion.BEFORE_EXAM
        if exam.starts_on <= day <= exam.ends_on + near:
            return Occasion.AFTER_EXAM
    if abs(day - calendar.term.starts_on) <= near:
        return Occasion.TERM_START
    return Occasion.EVERYDAY


def known_visits(actor: Actor) -> HomeVisitQuerySet:
    """The visits that the actor may know of, with what the form shows; who may change one is asked of the rules."""
    return HomeVisit.objects.visible_to(actor).present().select_related("term__year").prefetch_related("teachers")


def known_talks(actor: Actor) -> HeartTalkQuerySet:
    """The talks that the actor may know of, with their pupils; who may change one is asked of the rules."""
    return HeartTalk.objects.visible_to(actor).present().select_related("term__year").prefetch_related("pupils")


@kept
def own_visits_of(actor: Actor, pupil_id: int, day: datetime.date) -> QuerySet[HomeVisit]:
    """The visits of the pupil on one day that the actor wrote. Two queries."""
    return known_visits(actor).filter(pupil_id=pupil_id, created_by_id=actor.user_id, date=day)


@kept
def own_talks_of(actor: Actor, pupil_id: int, day: datetime.date) -> QuerySet[HeartTalk]:
    """The talks with the pupil on one day that the actor wrote. Two queries."""
    return known_talks(actor).filter(pupils=pupil_id, created_by_id=actor.user_id, date=day)


def letter_of(actor: Actor, pupil: Pupil, term: Term) -> GrowthLetter | None:
    """The letter to `pupil` in `term`, if it was begun."""
    return GrowthLetter.objects.visible_to(actor).present().of_term(term).filter(pupil=pupil).first()


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of the list: what it is, about whom, and where to go on (empty: no page of its own)."""

    draft: Draft
    label: str
    url: str


def own_drafts(actor: Actor) -> DraftQuerySet:
    """The actor's drafts, dropped ones too."""
    return Draft.objects.visible_to(actor).select_related("pupil")


def open_draft(actor: Actor, key: str) -> Draft | None:
    """What the actor left unsaved in the form `key`."""
    return next(iter(_open_draft(actor, key)), None)


@kept
def _open_draft(actor: Actor, key: str) -> QuerySet[Draft]:
    """At most one: a key is a person's own."""
    return Draft.objects.visible_to(actor).open().filter(key=key)


def draft_lines(actor: Actor) -> list[DraftLine]:
    """What the actor has not finished, the latest first. One query."""
    return [line_of(actor, draft) for draft in latest_drafts(actor)]


@kept
def latest_drafts(actor: Actor) -> QuerySet[Draft]:
    """The actor's open drafts. One query."""
    return own_drafts(actor).open()[:_MOST_DRAFTS]


def line_of(actor: Actor, draft: Draft) -> DraftLine:
    """One draft in words, with its address."""
    form = form_of(draft.key)
    label = word_for(actor, RecordKind(draft.kind)) if draft.kind else form[0].label if form is not None else ""
    who = draft.pupil.name if draft.pupil is not None else ""
    return DraftLine(draft, f"{who}的{label}" if who else label, _url_of(actor, draft.key))


def _url_of(actor: Actor, key: str) -> str:
    found = form_of(key)
    if found is None or not found[0].page:
        return ""
    form, numbers = found
    url = reverse(form.page, args=numbers[: form.takes])
    # A letter's key names its term too, which need not be today's.
    now = actor.calendar.present if len(numbers) > 1 else None
    if now is None or now.term.pk == numbers[1]:
        return url
    term = next((term for term in now.near_terms if term.pk == numbers[1]), None)
    return f"{url}?term={term.key}" if term is not None else ""


def draft_values(fields: dict[str, forms.Field], content: dict[str, list[str]]) -> dict[str, Any]:
    """A draft's content as initial values of a form with these fields; what the form does not know is left out.

    A box that is not ticked is not sent: missing ones are empty. The version stays the record's own.
    """
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name == "version":
            continue
        given = content.get(name, [])
        if getattr(field.widget, "allow_multiple_selected", False):
            values[name] = given
        elif isinstance(field, forms.BooleanField):
            values[name] = bool(given)
        elif given:
            values[name] = given[0]
    return values
