"""What a homeroom teacher's list of classes reads: the own class, not the whole school.

With 60 classes it took 85 ms where 12 took 37, and showed one class (bench/pages.py).
"""

import datetime
from collections import Counter
from typing import Any

import pytest
from django.db.models.signals import post_init

from core.clock import now
from mentors.models.slots import Teacher, TeamMember
from mentors.queries.people import class_overviews
from mentors.rounds.queries.running import running_rounds
from mentors.rounds.services.running import create_round, open_round
from mentors.rounds.services.settings import RoundSettings
from schools.enums import MatchingMode
from schools.models import SchoolClass
from schools.services import create_class
from students.models import Enrolment
from tests.cast import TODAY, SchoolCast

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Any:
    """How many instances of each model were made from rows."""
    made: Counter[type] = Counter()

    def count(sender: type, **_: Any) -> None:
        made[sender] += 1

    post_init.connect(count)
    yield made
    post_init.disconnect(count)


def test_summaries_of_one_class_read_no_other_team(qingzhu: SchoolCast, built: Counter[type]) -> None:
    found = class_overviews(qingzhu.year, on=TODAY, class_ids=[qingzhu.class_one.pk])
    assert [(s.school_class, s.pupils, s.assigned, len(s.team)) for s in found] == [(qingzhu.class_one, 4, 3, 3)]
    assert (built[TeamMember], built[Teacher]) == (3, 3)


def test_summaries_of_all_classes_are_whole(qingzhu: SchoolCast) -> None:
    found = class_overviews(qingzhu.year, on=TODAY)
    assert [(s.pupils, s.assigned, len(s.team)) for s in found] == [(4, 3, 3), (1, 1, 1)]


def test_running_rounds_of_a_homeroom_teacher_read_no_other_class(qingzhu: SchoolCast, built: Counter[type]) -> None:
    for school_class in (qingzhu.class_one, qingzhu.class_five):
        created = create_round(
            actor=qingzhu.actor(qingzhu.office),
            year=qingzhu.year,
            grade=school_class.grade,
            mode=MatchingMode.CHOICE,
            settings=RoundSettings(opens_at=now(), closes_at=now() + datetime.timedelta(days=1), rematch=True),
        )
        open_round(actor=qingzhu.actor(qingzhu.office), round=created)
    beside = create_class(year=qingzhu.year, grade_number=1, number=2)
    Enrolment.objects.filter(pupil=qingzhu.pupil_shared).update(school_class=beside)
    Enrolment.objects.filter(pupil=qingzhu.pupil_unassigned).update(school_class=qingzhu.class_five)
    built.clear()
    running = running_rounds(qingzhu.actor(qingzhu.homeroom), qingzhu.year, at=now())
    assert [[(c.school_class, c.total) for c in row.classes] for row in running] == [[(qingzhu.class_one, 3)]]
    assert (built[Enrolment], built[SchoolClass]) == (0, 1)
    built.clear()
    running = running_rounds(qingzhu.actor(qingzhu.office), qingzhu.year, at=now())
    assert [[(c.school_class, c.total) for c in row.classes] for row in running] == [
        [(qingzhu.class_one, 3), (beside, 1)],
        [(qingzhu.class_five, 1)],
    ]
