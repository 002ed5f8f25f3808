"""The pages of the desk stay small: 20 queries (home 22, a pupil 26) and 100 KB, with one record, three, or forty."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from records.care.services.referrals import refer
from records.care.services.tree_hole import TreeHoleData, hand_in_tree_hole_card
from records.desk.services.deletion import delete_note
from records.desk.services.notes import TalkData, update_talk
from records.desk.services.visit_plans import plan_visits
from records.enums import TreeHoleSubject, TreeHoleWish
from records.models.records import HeartTalk
from schools.enums import NoteVisibility
from students.models import Pupil
from students.services import issue_slips
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.records.builders import letter, talk, term_of, visit

ClientOf = Callable[[User], Client]
MOST_QUERIES = 20
MOST_BYTES = 100 * 1024
LONG = "课间在操场边聊了一会儿，说到周末和家里人去江边放风筝。" * 12


def write(cast: SchoolCast, pupil: Pupil, count: int) -> HeartTalk:
    """So many records of each kind, with long texts; the talk that was changed so many times."""
    actor = cast.actor(cast.mentor)
    changed = talk(cast, cast.mentor, pupil)
    for n in range(count):
        day = TODAY - datetime.timedelta(days=n)
        talk(cast, cast.mentor, pupil, cast.pupils[1], date=day, text=LONG)
        visit(cast, cast.mentor, pupil, date=day, text=LONG, agreement=LONG[:200])
        talk(cast, cast.mentor, pupil, date=day, text=LONG, visibility=NoteVisibility.COUNSELLOR)
        delete_note(actor=actor, record=talk(cast, cast.mentor, pupil, date=day, text=LONG))
        changed = update_talk(
            actor=actor,
            talk=changed,
            version=changed.version,
            data=TalkData(date=TODAY, visibility=NoteVisibility.TEAM, text=f"{n}{LONG}"),
        )
    return changed


def fill(cast: SchoolCast, count: int) -> dict[str, tuple[User, str]]:
    """A school with so many of everything; the pages with who opens them."""
    pupil = cast.pupils[0]
    changed = write(cast, pupil, count)
    letter(cast, cast.mentor, pupil, body=LONG)
    teacher = cast.slot.members.get().teacher
    plan_visits(
        actor=cast.actor(cast.homeroom), term=term_of(cast), pupils=[pupil, cast.pupils[1]], date=TODAY, remark="一起去"
    )
    for n in range(count):
        one = EnrolmentFactory.create(school_class=cast.class_five, pupil__name=f"易{n}").pupil
        slip = issue_slips(actor=cast.actor(cast.office), pupils=[one])[one.pk]
        data = TreeHoleData(TreeHoleSubject.MOOD, LONG, TreeHoleWish.WRITE)
        hand_in_tree_hole_card(slip=slip, teacher=teacher, data=data, submission=uuid.uuid4())
        refer(actor=cast.actor(cast.mentor), pupil=pupil, text=LONG, submission=uuid.uuid4())
    mentor, office, counsellor = cast.mentor, cast.office, cast.counsellor
    return {
        "home": (mentor, reverse("desk:home")),
        "pupil": (mentor, reverse("desk:pupil", args=[pupil.pk])),
        "pupil, for the office": (office, reverse("desk:pupil", args=[pupil.pk])),
        "letters": (mentor, reverse("desk:letters")),
        "letter desk": (mentor, reverse("desk:letter_desk", args=[pupil.pk])),
        "cards": (mentor, reverse("tree_hole:inbox")),
        "visits": (mentor, reverse("desk:visits")),
        "visits of the class": (cast.homeroom, reverse("desk:visit_plan")),
        "deleted": (mentor, reverse("desk:deleted")),
        "history": (mentor, reverse("desk:history", args=["talk", changed.pk])),
        "talk form": (mentor, reverse("desk:talk", args=[pupil.pk])),
        "visit form": (mentor, reverse("desk:visit", args=[pupil.pk])),
        "counsellor's page": (counsellor, reverse("counsel:home")),
        "shared notes": (counsellor, reverse("counsel:notes")),
    }


def cost(client: Client, address: str) -> tuple[int, int]:
    """Queries and bytes of a page that was opened before, as on a second visit."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(queries), len(response.content)


#: The queries of each page, with the session, the person and the roles; whatever was recorded.
QUERIES = {
    "home": 18,
    "pupil": 26,
    "pupil, for the office": 26,
    "letters": 11,
    "letter desk": 12,
    "cards": 10,
    "visits": 12,
    "visits of the class": 18,
    "deleted": 9,
    "history": 11,
    "talk form": 9,
    "visit form": 12,
    "counsellor's page": 10,
    "shared notes": 10,
}


@pytest.mark.parametrize("count", [1, 3, 40])
def test_the_desks_pages_stay_small_whatever_was_recorded(qingzhu: SchoolCast, client_of: ClientOf, count: int) -> None:
    pages = fill(qingzhu, count)
    clients = {user.pk: client_of(user) for user, _ in pages.values()}
    found = {name: cost(clients[user.pk], address) for name, (user, address) in pages.items()}
    # What does not fit on one page is counted.
    counted = {"cards": QUERIES["cards"] + 1} if count > 20 else {}
    assert {name: queries for name, (queries, _size) in found.items()} == QUERIES | counted
    assert {name: size for name, (_queries, size) in found.items() if size >= MOST_BYTES} == {}


def test_no_page_of_the_desk_but_a_pupils_takes_more_than_twenty_queries() -> None:
    # It asks for six kinds of record, and for who and what stands beside them.
    many = {name: queries for name, queries in QUERIES.items() if queries > MOST_QUERIES}
    assert many == {"pupil": 26, "pupil, for the office": 26}
