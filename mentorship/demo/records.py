"""Half a term's work of the demo's mentors, written in bulk; the ticks are rebuilt from it afterwards."""

import datetime
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from django.utils import timezone

from accounts.models import User
from mentors.models.slots import Assignment, Mentor, Teacher
from mentorship.demo.texts import GUARDIANS, PLACES, TALKS, VISITS, advice, letter_body
from records.enums import LetterState, Occasion, Strategy, TalkForm, VisitForm
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import LetterTone, NoteVisibility, VisitOutcome
from schools.models import Plan, Term

#: How often which code is drawn, of a hundred; one that is not named here is in no demo.
OUTCOMES: Final = {VisitOutcome.COMPLETED: 92, VisitOutcome.DECLINED: 4, VisitOutcome.POSTPONED: 4}
VISIT_FORMS: Final = {
    VisitForm.HOME: 70, VisitForm.SCHOOL: 10, VisitForm.PLACE: 6, VisitForm.PHONE: 8, VisitForm.VIDEO: 6,
}  # fmt: skip
TALK_FORMS: Final = {TalkForm.FACE: 90, TalkForm.PHONE: 6, TalkForm.ONLINE: 4}
READERS: Final = {
    NoteVisibility.TEAM: 94, NoteVisibility.OFFICE: 2, NoteVisibility.COUNSELLOR: 2, NoteVisibility.AUTHOR: 2,
}  # fmt: skip
LETTERS: Final = {LetterState.DRAFT: 35, LetterState.HANDED_IN: 45, LetterState.RELEASED: 20}
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Desk:
    """A mentor with the people behind the slot and the pupils in the order of the roster."""

    mentor: Mentor
    teachers: list[Teacher]
    users: list[User]
    assignments: list[Assignment]


def _drawn(rng: random.Random, weights: dict[C, int]) -> C:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _between(
    rng: random.Random, first: datetime.date, last: datetime.date, today: datetime.date
) -> datetime.date | None:
    last = min(last, today)
    return first + datetime.timedelta(days=rng.randrange((last - first).days + 1)) if first <= last else None


def write_records(
    *, desks: Iterable[Desk], term: Term, plan: Plan, releaser: User, today: datetime.date, seed: int
) -> None:
    """Visits for most, talks for half, letters for some; desks differ as people do."""
    rng = random.Random(seed)  # noqa: S311  # demo data want to be repeatable, not secret
    visits: list[tuple[HomeVisit, list[Teacher]]] = []
    talks: list[tuple[HeartTalk, int]] = []
    letters: list[GrowthLetter] = []
    for number, desk in enumerate(desks):
        # Some have finished early, some have hardly begun; the first few are in the midst of it.
        pace = 0.8 if number < 3 else rng.choice((0.25, 0.6, 0.8, 1.0, 1.2))
        for assignment in desk.assignments:
            author = rng.choice(desk.users)
            if rng.random() < 0.85 * pace:
                visits += _visit(rng, desk, assignment, author, term, today)
            if rng.random() < 0.5 * pace:
                talks += _talk(rng, assignment, author, term, today)
            if rng.random() < 0.3 * pace:
                letters.append(_letter(rng, desk, assignment, author, term, plan, releaser))
    HomeVisit.objects.bulk_create([visit for visit, _ in visits], batch_size=500)
    HomeVisit.teachers.through._default_manager.bulk_create(
        (
            HomeVisit.teachers.through(homevisit_id=visit.pk, teacher_id=teacher.pk)
            for visit, teachers in visits
            for teacher in teachers
        ),
        batch_size=500,
    )
    HeartTalk.objects.bulk_create([talk for talk, _ in talks], batch_size=500)
    HeartTalk.pupils.through._default_manager.bulk_create(
        (HeartTalk.pupils.through(hearttalk_id=talk.pk, pupil_id=pupil_id) for talk, pupil_id in talks),
        batch_size=500,
    )
    GrowthLetter.objects.bulk_create(letters, batch_size=500)


def _visit(
    rng: random.Random, desk: Desk, assignment: Assignment, author: User, term: Term, today: datetime.date
) -> Iterator[tuple[HomeVisit, list[Teacher]]]:
    day = _between(
        rng, term.starts_on - datetime.timedelta(days=18), term.starts_on + datetime.timedelta(days=12), today
    )
    if day is None:
        return
    outcome = _drawn(rng, OUTCOMES)
    visit = HomeVisit(
        school_id=assignment.school_id,
        term=term,
        pupil_id=assignment.pupil_id,
        created_by=author,
        date=day,
        form=_drawn(rng, VISIT_FORMS),
        outcome=outcome,
        guardians_met=rng.choice(GUARDIANS) if outcome == VisitOutcome.COMPLETED else "",
        text=rng.choice(VISITS) if outcome == VisitOutcome.COMPLETED else "",
        visibility=NoteVisibility.TEAM,
    )
    yield visit, desk.teachers[:1]


def _talk(
    rng: random.Random, assignment: Assignment, author: User, term: Term, today: datetime.date
) -> Iterator[tuple[HeartTalk, int]]:
    day = _between(
        rng, term.starts_on + datetime.timedelta(days=50), term.starts_on + datetime.timedelta(days=85), today
    )
    if day is None:
        return
    talk = HeartTalk(
        school_id=assignment.school_id,
        term=term,
        created_by=author,
        date=day,
        form=_drawn(rng, TALK_FORMS),
        occasion=rng.choice((Occasion.BEFORE_EXAM, Occasion.AFTER_EXAM, Occasion.EVERYDAY)),
        place=rng.choice(PLACES),
        strategies=rng.sample(Strategy.values, rng.choice((0, 1, 1, 2))),
        text=rng.choice(TALKS),
        home_contacted=rng.random() < 0.3,
        visibility=_drawn(rng, READERS),
    )
    yield talk, assignment.pupil_id


def _letter(
    rng: random.Random, desk: Desk, assignment: Assignment, author: User, term: Term, plan: Plan, releaser: User
) -> GrowthLetter:
    state = _drawn(rng, LETTERS)
    now = timezone.now()
    given = assignment.pupil.name[-2:] if len(assignment.pupil.name) > 2 else assignment.pupil.name
    with_advice = plan.letter_tone == LetterTone.WITH_ADVICE
    return GrowthLetter(
        school_id=assignment.school_id,
        term=term,
        pupil_id=assignment.pupil_id,
        mentor=desk.mentor,
        created_by=author,
        body=letter_body(rng, given),
        advice=advice(rng) if with_advice else "",
        state=state,
        handed_in_at=None if state == LetterState.DRAFT else now - datetime.timedelta(days=2),
        released_at=now - datetime.timedelta(days=1) if state == LetterState.RELEASED else None,
        released_by=releaser if state == LetterState.RELEASED else None,
    )
