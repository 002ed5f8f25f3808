"""Rounds that ask the pupils of class one, and slips that open a pupil's pages."""

import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from core.clock import now
from mentors.enums import MatchRule, RoundState, SheetSource
from mentors.models.slots import Mentor
from mentors.rounds.models import ChoiceSheet, MatchingRound, RoundMentor
from mentors.rounds.services.choices import ChoiceData, submit_choices
from schools.enums import MatchingMode
from schools.models import SchoolClass
from students.models import FamilySlip, Pupil
from students.services import issue_slips, slip_code
from tests.cast import SCHOOL_DAY, SchoolCast

TAIL = "5678"
DAY = datetime.timedelta(days=1)


def asking_round(cast: SchoolCast, *, school_class: SchoolClass | None = None, **changes: Any) -> MatchingRound:
    """An open round of class one's grade, from yesterday till Friday; the class's team can be chosen by it."""
    school_class = school_class or cast.class_one
    values: dict[str, Any] = {
        "name": "一年级意向征询",
        "mode": MatchingMode.CHOICE,
        "state": RoundState.OPEN,
        "opens_at": SCHOOL_DAY - DAY,
        "closes_at": SCHOOL_DAY + 2 * DAY,
        "max_choices": 2,
        "rule": MatchRule.SATISFACTION,
        "seed": 7,
    }
    found = MatchingRound.objects.create(
        school=cast.school, year=cast.year, grade=school_class.grade, **(values | changes)
    )
    team = [cast.slot_homeroom, cast.slot, cast.slot_colleague]
    for number, mentor in enumerate(team, start=1):
        candidate(found, mentor, number, school_class)
    return found


def candidate(found: MatchingRound, mentor: Mentor, number: int, *classes: SchoolClass) -> RoundMentor:
    """`mentor` can be chosen by `classes`, by the whole grade without any."""
    row = RoundMentor.objects.create(
        school_id=found.school_id, round=found, mentor=mentor, number=number, whole_grade=not classes
    )
    row.classes.set(classes)
    return row


def close(found: MatchingRound) -> None:
    """As 现在截止 does, behind the back of whoever holds `found`."""
    MatchingRound.objects.filter(pk=found.pk).update(closes_at=now() - datetime.timedelta(minutes=1))


def publish(found: MatchingRound) -> None:
    """The state of a published round."""
    MatchingRound.objects.filter(pk=found.pk).update(state=RoundState.PUBLISHED, published_at=now())


def slip_of(cast: SchoolCast, pupil: Pupil) -> FamilySlip:
    """The pupil's slip; the guardian's phone ends in 5678."""
    pupil.guardians.update(phone=f"1381234{TAIL}")
    return issue_slips(actor=cast.actor(cast.office), pupils=[pupil])[pupil.pk]


def open_with(client: Client, slip: FamilySlip) -> str:
    """Types the code; where that leads."""
    answer = client.post(reverse("family:slip", args=[slip.key]), {"code": slip_code(slip), "phone_tail": TAIL})
    assert answer.status_code == 302, "the slip opens"
    return answer.headers["Location"]


def by_slip(slip: FamilySlip, found: MatchingRound, *mentors: Mentor, reason: str = "") -> ChoiceSheet:
    """Handed in with the slip."""
    return submit_choices(
        round=found,
        pupil=slip.pupil,
        choices=[ChoiceData(m.pk, reason) for m in mentors],
        source=SheetSource.SLIP,
        slip=slip,
    )


def chosen(sheet: ChoiceSheet) -> list[int]:
    """The mentors' keys in order."""
    return list(sheet.choices.order_by("rank").values_list("mentor_id", flat=True))
