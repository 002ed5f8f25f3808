"""A small school of chance: pupils who leave, move, have two mentors or a shared one, and records of all kinds."""

import datetime
import random
from decimal import Decimal
from typing import Final

from accounts.models import User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor, Teacher
from mentors.services.assignments import assign_pupil, withdraw_pupil
from mentors.staff.services.training import TrainingData, create_session, set_attendance
from records.desk.services.deletion import delete_note
from records.enums import Occasion, Strategy, TalkForm, VisitForm
from schools.enums import PeriodKind, VisitOutcome
from schools.services import create_class
from students.enums import EndReason
from students.models import Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.plans import ask_also
from tests.records.builders import letter, released_letter, talk, term_of, visit

STRATEGIES: Final = Strategy.values


def generate(cast: SchoolCast, seed: int) -> None:
    """Fill the cast's school: grade 5 owes its visit once a year, grade 1 once a term."""
    chance = random.Random(seed)
    ask_also(cast.year, "visit", cast.class_five.grade, period=PeriodKind.YEAR)
    class_two = create_class(year=cast.year, grade_number=1, number=2)
    slots: dict[int, tuple[Mentor, User]] = {
        slot.pk: (slot, user)
        for slot, user in (
            (cast.slot_homeroom, cast.homeroom),
            (cast.slot, cast.mentor),
            (cast.slot_colleague, cast.colleague),
            (cast.slot_shared, cast.sharer),
        )
    }
    held: dict[Pupil, User] = {
        **dict.fromkeys(cast.pupils, cast.mentor),
        cast.pupil_of_colleague: cast.colleague,
        cast.pupil_shared: cast.sharer,
    }
    for school_class in (cast.class_one, class_two, cast.class_five) * 3:
        pupil = EnrolmentFactory.create(school_class=school_class).pupil
        slot, user = slots[chance.choice(list(slots))]
        if chance.random() < 0.9:
            assign_pupil(actor=cast.system, pupil=pupil, mentor=slot, origin=AssignmentOrigin.OFFICE)
            held[pupil] = user
    teachers = list(Teacher.objects.filter(school=cast.school))
    _record(cast, chance, held, teachers)
    _move(cast, chance, held, slots)
    _record(cast, chance, held, teachers)
    for number in range(2):
        session = create_session(
            actor=cast.actor(cast.office),
            data=TrainingData(date=TODAY, topic=f"培训{number}", hours=Decimal(number) + Decimal("0.5")),
        )
        came = [teacher.pk for teacher in chance.sample(teachers, 3)]
        set_attendance(actor=cast.actor(cast.office), session=session, came=came, stayed_away=[])


def _move(
    cast: SchoolCast, chance: random.Random, held: dict[Pupil, User], slots: dict[int, tuple[Mentor, User]]
) -> None:
    """Some leave, some get another mentor, some a second one."""
    for pupil in list(held):
        what = chance.random()
        slot, user = slots[chance.choice(list(slots))]
        if what < 0.2:
            withdraw_pupil(actor=cast.system, pupil=pupil, year=cast.year, reason=EndReason.TRANSFER_OUT)
            del held[pupil]
        elif what < 0.4:
            assign_pupil(actor=cast.system, pupil=pupil, mentor=slot, origin=AssignmentOrigin.OFFICE)
            held[pupil] = user
        elif what < 0.6 and user != held[pupil]:
            add_supporting(actor=cast.actor(cast.office), pupil=pupil, mentor=slot)


def _record(cast: SchoolCast, chance: random.Random, held: dict[Pupil, User], teachers: list[Teacher]) -> None:
    for pupil, user in held.items():
        day = TODAY - datetime.timedelta(days=chance.randrange(1, 60))
        if chance.random() < 0.6:
            record = visit(
                cast,
                user,
                pupil,
                date=day,
                teachers=chance.sample(teachers, 2),
                form=chance.choice(VisitForm.values),
                outcome=chance.choice(VisitOutcome.values),
            )
            if chance.random() < 0.2:
                delete_note(actor=cast.actor(user), record=record)
        if chance.random() < 0.6:
            talk(
                cast,
                user,
                *[other for other in held if held[other] == user][: chance.randrange(1, 3)],
                term=term_of(cast, chance.choice((1, 1, 2))),
                date=day,
                form=chance.choice(TalkForm.values),
                occasion=chance.choice(Occasion.values),
                strategies=tuple(chance.sample(STRATEGIES, chance.randrange(0, 3))),
                home_contacted=chance.random() < 0.5,
            )
        if chance.random() < 0.4 and not pupil.letters.exists():
            write = chance.choice((letter, released_letter))
            write(cast, user, pupil)
