"""Rounds in a few words, and the Guyi plan's own grade 5 in the database."""

import datetime

from accounts.actors import Actor
from core.clock import now
from mentors.enums import SheetSource
from mentors.models.slots import Mentor
from mentors.rounds.models import Choice, ChoiceSheet, MatchingRound
from mentors.rounds.services.running import create_round, open_round
from mentors.rounds.services.settings import RoundSettings
from mentors.services.assignments import unassign_pupil
from mentors.services.slots import apply_plan_cap, create_mentor, set_team
from schools.enums import MatchingMode
from schools.models import Plan, SchoolClass
from schools.services import create_class
from students.models import Pupil
from tests.cast import EnrolmentFactory, SchoolCast, TeacherFactory

# The sizes of the Guyi plan's grade 5 (四(二)): 185 pupils.
GRADE_FIVE = (32, 32, 31, 33, 31, 26)


def dates(*, days: int = 3) -> dict[str, datetime.datetime]:
    """A choosing that began an hour ago."""
    return {
        "opens_at": now() - datetime.timedelta(hours=1),
        "closes_at": now() + datetime.timedelta(days=days),
    }


def set_up(
    cast: SchoolCast, school_class: SchoolClass, *, mode: MatchingMode = MatchingMode.CHOICE, **more: object
) -> MatchingRound:
    """A round of the class's grade that is still being set up, with dates; seed 123456 unless given."""
    settings = RoundSettings(**({"seed": 123456} | dates() | more))  # type: ignore[arg-type]  # keywords of a test
    return create_round(
        actor=cast.actor(cast.office), year=cast.year, grade=school_class.grade, mode=mode, settings=settings
    )


def opened(
    cast: SchoolCast, school_class: SchoolClass, *, mode: MatchingMode = MatchingMode.CHOICE, **more: object
) -> MatchingRound:
    """A round in which pupils are choosing."""
    return open_round(actor=cast.actor(cast.office), round=set_up(cast, school_class, mode=mode, **more))


def over(row: MatchingRound) -> MatchingRound:
    """The round as it is after its end: what was to be handed in was handed in before."""
    row.closes_at = now()
    row.save(update_fields=["closes_at"])
    return row


def chose(row: MatchingRound, pupil: Pupil, *mentors: Mentor) -> ChoiceSheet:
    """What a pupil handed in, first choice first."""
    sheet, _ = ChoiceSheet.objects.update_or_create(
        round=row,
        pupil=pupil,
        defaults={"school_id": row.school_id, "source": SheetSource.SLIP, "submitted_at": now()},
    )
    sheet.choices.all().delete()
    Choice.objects.bulk_create(
        Choice(school_id=row.school_id, sheet=sheet, mentor=mentor, rank=rank) for rank, mentor in enumerate(mentors, 1)
    )
    return sheet


def grade_five(cast: SchoolCast) -> tuple[list[SchoolClass], list[Mentor]]:
    """The six classes with their 185 pupils and 12 slots, two of each class, the last one shared; counted once."""
    system = cast.system
    Plan.objects.filter(year=cast.year).update(shared_counts_once=True)
    apply_plan_cap(actor=system, year=cast.year)
    unassign_pupil(actor=system, pupil=cast.pupil_shared, year=cast.year)
    classes = [
        cast.class_five,
        *(create_class(year=cast.year, grade_number=5, number=number) for number in range(2, 7)),
    ]
    mentors: list[Mentor] = []
    for school_class, size in zip(classes, GRADE_FIVE, strict=True):
        present = 1 if school_class == cast.class_five else 0
        EnrolmentFactory.create_batch(size - present, school_class=school_class)
        alone = 1 if school_class is classes[-1] else 2
        team = [slot_of(cast, f"导师{school_class.number}{'甲乙'[at]}") for at in range(alone)]
        if alone == 1:
            team.append(cast.slot_shared)
        set_team(actor=system, school_class=school_class, mentors=team, leader=team[0])
        mentors += team
    cast.slot_shared.refresh_from_db()
    return classes, mentors


def slot_of(cast: SchoolCast, name: str) -> Mentor:
    """A new teacher's slot."""
    teacher = TeacherFactory.create(school=cast.school, name=name)
    return create_mentor(actor=cast.system, year=cast.year, teachers=[teacher])


def office(cast: SchoolCast) -> Actor:
    """德育室."""
    return cast.actor(cast.office)
