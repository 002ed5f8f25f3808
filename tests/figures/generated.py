"""A small school by chance: everything that a count can get wrong, as raw rows. The same seed gives the same school."""

import datetime
import random
from dataclasses import dataclass

from django.utils import timezone

from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember
from mentors.staff.models import TrainingSession
from records.enums import LetterState, Occasion, Strategy, TalkForm, TreeHoleSubject, TreeHoleWish, VisitForm
from records.models.care import TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.services.ticks import rebuild_ticks
from schools.enums import ActionKind, NoteVisibility, PeriodKind, VisitOutcome
from schools.models import SchoolClass, Term
from schools.services import create_class
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.plans import ask, ask_also

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Generated:
    """The cast's school with more in it."""

    cast: SchoolCast
    classes: list[SchoolClass]
    term: Term


def generate(cast: SchoolCast, seed: int) -> Generated:
    """Fill the cast's school. Grade 5 owes its visit once a year, and its talk twice a term."""
    chance = random.Random(seed)
    ask(cast.year, "visit", accepted_outcomes=[VisitOutcome.COMPLETED])
    ask_also(cast.year, "visit", cast.class_five.grade, period=PeriodKind.YEAR)
    ask_also(cast.year, "talk", cast.class_five.grade, count=2)
    classes = [cast.class_one, cast.class_five]
    classes += [create_class(year=cast.year, grade_number=grade, number=2) for grade in (1, 5)]
    # Beside them a grade that the plan does not cover.
    uncovered = create_class(year=cast.year, grade_number=3, number=1)
    slots = [cast.slot, cast.slot_colleague, cast.slot_homeroom, cast.slot_shared, _slot(cast, 40)]
    CapException.objects.create(
        school=cast.school, mentor=slots[-1], limit=40, reason="新教师还没有到岗", granted_by=cast.office
    )
    CapException.objects.create(
        school=cast.school,
        mentor=slots[0],
        limit=20,
        reason="撤回的",
        granted_by=cast.office,
        revoked_at=timezone.now(),
    )
    pupils = [pupil for school_class in [*classes, uncovered] for pupil in _pupils(chance, school_class)]
    for pupil in pupils:
        _fate(chance, cast, pupil, classes, slots)
    terms = list(cast.year.terms.order_by("number"))
    everybody = list(Pupil.objects.filter(school=cast.school).order_by("pk"))
    for pupil in everybody:
        _records(chance, cast, pupil, everybody, terms)
    for at in range(chance.randrange(1, 4)):
        session = TrainingSession.objects.create(
            school=cast.school,
            term=terms[0],
            date=TODAY - DAY * chance.randrange(60),
            topic=f"培训{at}",
            hours=(None, 2, 6)[at],
        )
        members = list(MentorMember.objects.filter(year=cast.year).order_by("pk"))
        session.teachers.set({one.teacher_id for one in chance.sample(members, chance.randrange(len(members)))})
    TrainingSession.objects.create(school=cast.school, term=terms[0], date=TODAY + 9 * DAY, topic="还没到的")
    rebuild_ticks(year=cast.year, on=TODAY)
    return Generated(cast, classes, terms[0])


def _slot(cast: SchoolCast, capacity: int) -> Mentor:
    slot = Mentor.objects.create(school=cast.school, year=cast.year, capacity=capacity)
    teacher = TeacherFactory.create(school=cast.school, name="邱实")
    MentorMember.objects.create(school=cast.school, mentor=slot, year=cast.year, teacher=teacher)
    return slot


def _pupils(chance: random.Random, school_class: SchoolClass) -> list[Pupil]:
    return [e.pupil for e in EnrolmentFactory.create_batch(chance.randrange(5, 9), school_class=school_class)]


def _fate(
    chance: random.Random, cast: SchoolCast, pupil: Pupil, classes: list[SchoolClass], slots: list[Mentor]
) -> None:
    """Has a mentor or not, a second one, left, or moved to another class."""
    enrolment = Enrolment.objects.get(pupil=pupil)
    if chance.random() < 0.8:
        # The last slot gets many: more than the plan's cap.
        _assign(cast, pupil, slots[-1] if chance.random() < 0.85 else chance.choice(slots), AssignmentKind.MAIN)
        if chance.random() < 0.3:
            taken = Assignment.objects.get(pupil=pupil).mentor_id
            other = chance.choice([slot for slot in slots if slot.pk != taken])
            _assign(cast, pupil, other, AssignmentKind.SUPPORTING, counts_in_load=chance.random() < 0.5)
    fate = chance.random()
    if fate < 0.3:
        enrolment.ends_on = TODAY - 3 * DAY
        enrolment.end_reason = EndReason.TRANSFER_OUT if fate < 0.15 else EndReason.CLASS_CHANGE
        enrolment.save()
        if fate < 0.15:
            Assignment.objects.filter(pupil=pupil).update(ends_on=TODAY - 3 * DAY)
        else:
            target = chance.choice([one for one in classes if one.pk != enrolment.school_class_id])
            EnrolmentFactory.create(school_class=target, pupil=pupil, starts_on=TODAY - 2 * DAY)


def _assign(cast: SchoolCast, pupil: Pupil, mentor: Mentor, kind: AssignmentKind, **values: object) -> None:
    Assignment.objects.create(
        school=cast.school, pupil=pupil, mentor=mentor, year=cast.year, kind=kind, starts_on=SINCE,
        origin=AssignmentOrigin.OFFICE, **values,
    )  # fmt: skip


def _records(chance: random.Random, cast: SchoolCast, pupil: Pupil, everybody: list[Pupil], terms: list[Term]) -> None:
    def day() -> datetime.date:
        return TODAY - DAY * chance.randrange(100)

    def moment() -> datetime.datetime:
        # Also late in the evening: there the day of the schools is not that of Greenwich.
        return timezone.make_aware(datetime.datetime.combine(day(), datetime.time(chance.choice((1, 12, 23)))))

    def base() -> dict[str, object]:
        term = terms[0] if chance.random() < 0.85 else terms[1]
        deleted = timezone.now() if chance.random() < 0.1 else None
        return {"school": cast.school, "term": term, "created_by": cast.mentor, "deleted_at": deleted}

    for _ in range(chance.choice((0, 1, 1, 2))):
        HomeVisit.objects.create(
            pupil=pupil, date=day(), form=chance.choice(VisitForm.values), outcome=chance.choice(VisitOutcome.values),
            visibility=NoteVisibility.TEAM, **base(),
        )  # fmt: skip
    for _ in range(chance.choice((0, 1, 2))):
        talk = HeartTalk.objects.create(
            date=day(), form=chance.choice(TalkForm.values), occasion=chance.choice(Occasion.values),
            strategies=chance.sample(Strategy.values, chance.randrange(4)),
            visibility=chance.choice((NoteVisibility.TEAM, NoteVisibility.AUTHOR)), **base(),
        )  # fmt: skip
        talk.pupils.set({pupil, chance.choice(everybody)})
    if chance.random() < 0.8:
        state = chance.choice(LetterState.values)
        written = None if state == LetterState.DRAFT else moment()
        out = written + 2 * DAY if written is not None and state == LetterState.RELEASED else None
        GrowthLetter.objects.create(
            pupil=pupil, mentor=cast.slot, body="你好", state=state, handed_in_at=written,
            accepted_at=written + DAY if written is not None and chance.random() < 0.5 else None,
            released_at=out, read_at=out + DAY if out is not None and chance.random() < 0.5 else None, **base(),
        )  # fmt: skip
    if chance.random() < 0.3:
        came = moment()
        answered = came + DAY * chance.randrange(12) if chance.random() < 0.5 else None
        TreeHoleCard.objects.create(
            school=cast.school, pupil=pupil, term=terms[0], teacher=cast.slot.members.get().teacher,
            subject=TreeHoleSubject.MOOD, text="有点累", wish=TreeHoleWish.WRITE, handed_in_at=came,
            answered_at=answered, answer="看到了" if answered else "",
            met_on=timezone.localdate(came) + 3 * DAY if chance.random() < 0.3 else None,
        )  # fmt: skip


#: Of the plan's actions those that the dashboard shows.
ACTIONS = (ActionKind.VISIT, ActionKind.TALK, ActionKind.LETTER)
