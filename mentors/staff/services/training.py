"""Training sessions 研训 of the mentors: at least one a term (Guyi plan 四(四)1)."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.days import Days
from core.errors import DomainError
from core.files import delete_later
from mentors.enums import TrainingKind
from mentors.models.slots import Teacher
from mentors.rules import can_keep_training
from mentors.staff.models import LEAST_HOURS, MOST_HOURS, TrainingSession
from schools.calendar import YearCalendar, term_on
from schools.models import SchoolYear, Term

# A training of August prepares the first term; one of July looks back at the second.
LEAD = datetime.timedelta(days=45)
TRAIL = datetime.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What the form of a training session says."""

    date: datetime.date
    topic: str
    speaker: str = ""
    place: str = ""
    kind: str = ""
    hours: Decimal | None = None


def check_keeps_training(actor: Actor, school_id: int | None) -> None:
    """Raises DomainError `other_school`, `not_allowed` unless `actor` keeps the trainings of the school."""
    if school_id != actor.school_id:
        raise DomainError("other_school", "这次培训不属于本校。")
    if not can_keep_training(actor):
        raise DomainError("not_allowed", "培训由德育室登记。")


def training_days(calendar: YearCalendar) -> Days:
    """When a year's trainings can be: around its terms. Raises DomainError `no_year`."""
    terms = calendar.terms
    if not terms:
        raise DomainError("no_year", "本学年还没有学期，请管理员先设置。")
    return Days(terms[0].starts_on - LEAD, terms[-1].ends_on + TRAIL)


def _term(calendar: YearCalendar, date: datetime.date) -> Term:
    training_days(calendar).check(date)
    return term_on(calendar.terms, date, lead_days=LEAD.days)


def _cleaned(data: TrainingData) -> dict[str, object]:
    topic = data.topic.strip()
    if not topic:
        raise DomainError("topic_missing", "请写一下培训的主题。")
    if data.kind not in ("", *TrainingKind.values):
        raise DomainError("kind_unknown", "请选一种培训形式。")
    if data.hours is not None and (not LEAST_HOURS <= data.hours <= MOST_HOURS or data.hours % LEAST_HOURS):
        raise DomainError("hours_wrong", f"学时请填 {LEAST_HOURS}—{MOST_HOURS}，以 0.5 为一档，如 2 或 1.5。")
    return {
        "date": data.date,
        "topic": topic,
        "speaker": data.speaker.strip(),
        "place": data.place.strip(),
        "kind": data.kind,
        "hours": data.hours,
    }


@transaction.atomic
def create_session(*, actor: Actor, data: TrainingData, is_another: bool = False) -> TrainingSession:
    """A session of the current year, in the term of its date; planned ones may lie ahead.

    The same topic on the same day again (a double click) gives the session that is there, unless it `is_another`.
    Raises DomainError `not_allowed`, `no_year`, `date_out_of_range`, `topic_missing`, `kind_unknown`, `hours_wrong`.
    """
    check_keeps_training(actor, actor.school_id)
    year = actor.calendar.this_year()
    fields, term = _cleaned(data), _term(actor.calendar.of(year), data.date)
    SchoolYear.objects.select_for_update().get(pk=year.pk)
    there = TrainingSession.objects.filter(term__year=year, date=data.date, topic=fields["topic"]).first()
    if there is not None and not is_another:
        return there
    session = TrainingSession.objects.create(school_id=year.school_id, term=term, created_by_id=actor.user_id, **fields)
    audit(actor=actor, verb="create_training", target=session)
    return session


def lock_session(actor: Actor, session: TrainingSession) -> TrainingSession:
    """The session's row, for whoever may change it. Raises DomainError `other_school`, `not_allowed`, `gone`."""
    check_keeps_training(actor, session.school_id)
    locked = (
        TrainingSession.objects.select_for_update(of=("self",))
        .select_related("term__year")
        .filter(pk=session.pk)
        .first()
    )
    if locked is None:
        raise DomainError("gone", "这次培训已经删除了，请回到列表看看。")
    return locked


@transaction.atomic
def update_session(*, actor: Actor, session: TrainingSession, data: TrainingData) -> TrainingSession:
    """Change a session within its school year; the attendance stays.

    Raises DomainError `other_school`, `not_allowed`, `gone`, `date_out_of_range`, `topic_missing`, `attended`,
    `kind_unknown`, `hours_wrong`.
    """
    locked = lock_session(actor, session)
    fields, term = _cleaned(data), _term(actor.calendar.of(locked.term.year), data.date)
    if data.date > actor.today and locked.teachers.exists():
        raise DomainError("attended", "这次培训已经登记了参加的老师，日期不能改到今天以后。")
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.term = term
    locked.save()
    audit(actor=actor, verb="update_training", target=locked)
    return locked


@transaction.atomic
def delete_session(*, actor: Actor, session: TrainingSession) -> None:
    """Remove a session with its attendance and its files. Raises DomainError `other_school`, `not_allowed`, `gone`."""
    locked = lock_session(actor, session)
    audit(actor=actor, verb="delete_training", target=locked, detail={"attended": locked.teachers.count()})
    for row in locked.files.all():
        delete_later(row.file.name)
    locked.delete()


@transaction.atomic
def set_attendance(
    *, actor: Actor, session: TrainingSession, came: Collection[int], stayed_away: Collection[int]
) -> int:
    """Teachers whose tick was set (`came`) or taken away (`stayed_away`), by key; how many attended now.

    Only what changed on the page is sent, so two people who tick at once keep both their ticks.
    Raises DomainError `other_school`, `not_allowed`, `gone`, `not_held_yet`.
    """
    locked = lock_session(actor, session)
    if locked.date > actor.today:
        raise DomainError("not_held_yet", "培训还没有举行，到当天再登记参加的老师。")
    known = set(
        Teacher.objects.filter(school_id=locked.school_id, pk__in=[*came, *stayed_away]).values_list("pk", flat=True)
    )
    if not known.issuperset([*came, *stayed_away]):
        raise DomainError("other_school", "有教师不属于本校。")
    locked.teachers.add(*came)
    locked.teachers.remove(*stayed_away)
    audit(
        actor=actor,
        verb="set_attendance",
        target=locked,
        detail={"added": len(came), "removed": len(stayed_away)},
    )
    return locked.teachers.count()
