"""Records of the cast, written by the services as the pages do."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user, grant_role
from mentors.models.slots import Teacher
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from records.letters.services.office import release_letters
from records.letters.services.writing import hand_in_letter, save_letter_draft
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import ActionKind, NoteVisibility
from schools.models import Period, Term
from students.models import Pupil
from tests.cast import SINCE, TODAY, SchoolCast

TEXT = "孩子说最近睡得不太好。"
LETTER = "还记得你整理图书角的那个下午吗？你很有耐心。"


def term_of(cast: SchoolCast, number: int = 1) -> Term:
    """A term of the cast's year."""
    return cast.year.terms.select_related("year").get(number=number)


def visit(cast: SchoolCast, by: User, pupil: Pupil, *, teachers: Sequence[Teacher] = (), **values: Any) -> HomeVisit:
    """A visit of yesterday, read by the team; `values` change what the form says."""
    data = VisitData(
        **{"date": TODAY - datetime.timedelta(days=1), "visibility": NoteVisibility.TEAM, "text": TEXT, **values}
    )
    return log_visit(
        actor=cast.actor(by), pupil=pupil, term=term_of(cast), data=data, teachers=teachers, submission=uuid.uuid4()
    )


def visit_everybody(cast: SchoolCast) -> None:
    """A visit to each pupil who has a mentor, so that none is overdue."""
    for pupil in (*cast.pupils, cast.pupil_of_colleague):
        visit(cast, cast.homeroom, pupil)
    visit(cast, cast.sharer, cast.pupil_shared)


def talk(cast: SchoolCast, by: User, *pupils: Pupil, term: Term | None = None, **values: Any) -> HeartTalk:
    """A talk of yesterday, read by the team."""
    data = TalkData(
        **{"date": TODAY - datetime.timedelta(days=1), "visibility": NoteVisibility.TEAM, "text": TEXT, **values}
    )
    return log_talk(actor=cast.actor(by), pupils=pupils, term=term or term_of(cast), data=data, submission=uuid.uuid4())


def letter(
    cast: SchoolCast, by: User, pupil: Pupil, *, body: str = LETTER, advice: str = "", draft: bool = False
) -> GrowthLetter:
    """A letter of the first term, handed in unless `draft`."""
    save = save_letter_draft if draft else hand_in_letter
    return save(
        actor=cast.actor(by),
        pupil=pupil,
        term=term_of(cast),
        body=body,
        advice=advice,
        version=0,
        submission=uuid.uuid4(),
    )


def released_letter(cast: SchoolCast, by: User, pupil: Pupil, *, body: str = LETTER) -> GrowthLetter:
    """A letter that the office has released."""
    written = letter(cast, by, pupil, body=body)
    release_letters(actor=cast.actor(cast.office), term=term_of(cast), letter_ids=[written.pk])
    written.refresh_from_db()
    return written


def tick_states(cast: SchoolCast, pupil: Pupil, *, term_number: int | None = 1) -> dict[str, str]:
    """Action → state of the pupil's ticks in a term, or, without a number, in the year."""
    period = Period.objects.get(year=cast.year, term__number=term_number) if term_number else None
    if period is None:
        period = Period.objects.get(year=cast.year, term=None)
    return {str(ActionKind(t.action)): t.state for t in pupil.ticks.filter(period=period)}


def partner_of(cast: SchoolCast) -> User:
    """The second teacher of the shared slot, with an account of their own."""
    user = create_user(actor=cast.system, username=f"{cast.school.code}-partner", name="石磊", school=cast.school)
    grant_role(actor=cast.system, user=user, role=Role.MENTOR, school=cast.school, starts_on=SINCE)
    teacher = cast.slot_shared.members.get(position=2).teacher
    teacher.user = user
    teacher.save()
    return user
