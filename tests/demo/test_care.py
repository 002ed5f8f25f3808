"""The demo's rooms of care: each state is to be seen, over several weeks, and twice the same."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from mentors.team.models import CaseMeeting
from mentorship.demo.build import _confirm_calendar
from mentorship.demo.care import fill_care
from mentorship.demo.care_texts import PRIMARY_CARE, SENIOR_CARE, CareTexts
from records.desk.models import LetterReply
from records.models.care import Referral, TreeHoleCard
from records.setup.queries.calendar import calendar_state
from schools.models import SchoolYear
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.records.builders import released_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(qingzhu: SchoolCast) -> SchoolCast:
    """Whose counsellor stands on the roster, and where three letters are out."""
    TeacherFactory.create(school=qingzhu.school, user=qingzhu.counsellor, name=qingzhu.counsellor.name)
    for pupil in qingzhu.pupils:
        released_letter(qingzhu, qingzhu.mentor, pupil)
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    return qingzhu


def fill(cast: SchoolCast, texts: CareTexts) -> None:
    fill_care(chief=cast.actor(cast.office), year=cast.year, texts=texts, seed=1)


def state(card: TreeHoleCard) -> str:
    """Where a card stands, in one word."""
    if card.closed_at is not None:
        return "closed"
    if card.answer or card.met_on is not None:
        return "answered" if card.answer else "met"
    return "new" if card.opened_at is None else "opened"


def home(card: TreeHoleCard) -> str:
    """What is known of home, and whether against the child's wish."""
    against = not card.may_tell_home and card.home_contact == "contacted"
    return "against the wish" if against else card.home_contact


#: Referrals by state, cards by state and by what home was told, on paper, to the counsellor; meetings.
EXPECTED: dict[str, tuple[CareTexts, dict[str, dict[str, int]], dict[str, int]]] = {
    "primary": (
        PRIMARY_CARE,
        {
            "referrals": {"open": 2, "acknowledged": 3, "closed": 2},
            "cards": {"new": 3, "opened": 3, "answered": 2, "met": 4, "closed": 4},
            "home": {"open": 8, "none": 5, "contacted": 2, "against the wish": 1},
        },
        {"on paper": 1, "to the counsellor": 3, "meetings": 6, "taken up again": 4},
    ),
    "senior": (
        SENIOR_CARE,
        {
            "referrals": {"open": 1, "acknowledged": 2, "closed": 1},
            "cards": {"new": 1, "opened": 1, "answered": 1, "met": 3, "closed": 1},
            "home": {"open": 4, "none": 1, "contacted": 1, "against the wish": 1},
        },
        {"on paper": 1, "to the counsellor": 1, "meetings": 2, "taken up again": 2},
    ),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_state_is_to_be_seen(school: SchoolCast, kind: str) -> None:
    """心理, 树洞卡 and 小教研 stood empty in the demo."""
    texts, by_state, counts = EXPECTED[kind]
    fill(school, texts)
    cards = list(TreeHoleCard.objects.select_related("teacher"))

    assert {
        "referrals": dict(Counter(Referral.objects.values_list("state", flat=True))),
        "cards": dict(Counter(map(state, cards))),
        "home": dict(Counter(map(home, cards))),
    } == by_state
    assert {
        "on paper": sum(card.entered_by_id is not None for card in cards),
        "to the counsellor": sum(card.teacher.user_id == school.counsellor.pk for card in cards),
        "meetings": CaseMeeting.objects.count(),
        "taken up again": CaseMeeting.objects.exclude(follow_up_on=None).count(),
    } == counts
    # The counsellor has notes of each pupil whom they took.
    assert {(bool(r.notes), r.state == "open") for r in Referral.objects.all()} == {(True, False), (False, True)}


def test_they_lie_over_several_weeks_of_the_term_and_not_ahead(school: SchoolCast) -> None:
    fill(school, PRIMARY_CARE)
    days = {
        *(timezone.localdate(card.handed_in_at) for card in TreeHoleCard.objects.all()),
        *(timezone.localdate(referral.created_at) for referral in Referral.objects.all()),
        *CaseMeeting.objects.values_list("date", flat=True),
    }
    term = school.year.terms.get(number=1)
    assert (min(days) >= term.starts_on, max(days) <= TODAY, len({day.isocalendar().week for day in days})) == (
        *(True, True),
        9,
    )


def test_families_answer_but_the_first_letter_whose_slip_is_printed(school: SchoolCast) -> None:
    fill(school, PRIMARY_CARE)
    replies = LetterReply.objects.select_related("letter__pupil").order_by("letter_id")
    assert [(reply.letter.pupil.name, reply.read_at is not None) for reply in replies] == [
        *(("白一诺", False), ("曹子墨", True))
    ]


def test_it_comes_out_the_same_each_time(school: SchoolCast) -> None:
    def written() -> list[tuple[Any, ...]]:
        cards = TreeHoleCard.objects.order_by("text").values_list(
            "text", "pupil", "teacher", "handed_in_at", "submission"
        )
        return [*cards, *Referral.objects.order_by("text").values_list("text", "pupil", "created_at", "submission")]

    fill(school, SENIOR_CARE)
    once = written()
    for model in (TreeHoleCard, Referral, CaseMeeting):
        model.objects.all().delete()
    fill(school, SENIOR_CARE)
    assert written() == once


def test_the_office_has_gone_through_the_calendar(qingzhu: SchoolCast) -> None:
    """青竹 and 江城 showed dates that nobody had confirmed."""
    year = SchoolYear.objects.get(pk=qingzhu.year.pk)
    before = calendar_state(year)
    dates, was_confirmed = before.dates, before.is_confirmed
    _confirm_calendar(qingzhu.actor(qingzhu.office))
    after = calendar_state(SchoolYear.objects.get(pk=year.pk))
    assert (was_confirmed, after.is_confirmed, after.dates == dates) == (False, True, True)
