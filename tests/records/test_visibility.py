"""Who may know of a note, and who may read it: every part of the cast × every visibility."""

import datetime
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment
from mentors.services.assignments import assign_pupil, unassign_pupil
from records.letters.services.writing import hand_in_letter
from records.models.records import HeartTalk, HomeVisit
from records.rules import can_read_text
from schools.enums import NoteVisibility
from tests.cast import TODAY, SchoolCast
from tests.records.builders import TEXT, letter, partner_of, released_letter, talk, visit

ClientOf = Callable[[User], Client]

# Part → what it sees of a note for: the team, the office, the counsellor, the author alone.
# A leader and an admin do not learn of notes at all; a counsellor only of those that were shared with 心理老师, which
# stand on a page of their own.
TABLE = {
    "author": ("text", "text", "text", "text"),
    "co_mentor": ("text", "exists", "exists", "exists"),
    "homeroom": ("text", "exists", "exists", "exists"),
    "office": ("text", "text", "exists", "exists"),
    "counsellor": ("nothing", "nothing", "text", "nothing"),
    "leader": ("nothing", "nothing", "nothing", "nothing"),
    "admin": ("nothing", "nothing", "nothing", "nothing"),
    "colleague": ("nothing", "nothing", "nothing", "nothing"),
    "bureau_user": ("nothing", "nothing", "nothing", "nothing"),
    "other_school": ("nothing", "nothing", "nothing", "nothing"),
}
VISIBILITIES = (NoteVisibility.TEAM, NoteVisibility.OFFICE, NoteVisibility.COUNSELLOR, NoteVisibility.AUTHOR)
COLUMNS = [(v, {part: row[i] for part, row in TABLE.items()}) for i, v in enumerate(VISIBILITIES)]


@pytest.fixture
def people(qingzhu: SchoolCast, other: SchoolCast) -> dict[str, User]:
    """The parts of the table; the pupil is in the homeroom teacher's class and in the shared slot."""
    assign_pupil(
        actor=qingzhu.system,
        pupil=qingzhu.pupil_unassigned,
        mentor=qingzhu.slot_shared,
        origin=AssignmentOrigin.OFFICE,
    )
    return {
        **qingzhu.people,
        "author": qingzhu.sharer,
        "co_mentor": partner_of(qingzhu),
        "other_school": other.office,
    }


@pytest.mark.parametrize("visibility, column", COLUMNS)
def test_visits_and_talks_show_what_the_table_says(
    qingzhu: SchoolCast, people: dict[str, User], visibility: NoteVisibility, column: dict[str, str]
) -> None:
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, visibility=visibility)
    talk(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, visibility=visibility)

    def sees(part: str, model: type[HomeVisit] | type[HeartTalk]) -> str:
        actor = qingzhu.actor(people[part])
        note = model.objects.visible_to(actor).first()
        return "nothing" if note is None else "text" if can_read_text(actor, note) else "exists"

    assert {part: sees(part, HomeVisit) for part in TABLE} == column
    assert {part: sees(part, HeartTalk) for part in TABLE} == column


@pytest.mark.parametrize("visibility, column", COLUMNS)
def test_the_pupils_page_shows_what_the_table_says(
    qingzhu: SchoolCast,
    people: dict[str, User],
    client_of: ClientOf,
    visibility: NoteVisibility,
    column: dict[str, str],
) -> None:
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, visibility=visibility, agreement="每天读书")
    talk(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, visibility=visibility, place="操场边")
    url = reverse("desk:pupil", args=[qingzhu.pupil_unassigned.pk])
    # Answer; how often both texts, the agreement, the place, and "there is a restricted note" stand on the page.
    meaning = {"text": (200, 2, 1, 1, 0), "exists": (200, 0, 0, 0, 2), "nothing": (403, 0, 0, 0, 0)}

    def sees(part: str) -> tuple[int, ...]:
        response = client_of(people[part]).get(url)
        page = response.content.decode()
        return (response.status_code, *(page.count(w) for w in (TEXT, "每天读书", "操场边", "有一条受限记录")))

    expected = {part: meaning[sight] for part, sight in column.items()}
    expected["other_school"] = (404, 0, 0, 0, 0)
    expected["counsellor"] = meaning["nothing"]
    assert {part: sees(part) for part in TABLE} == expected


def test_a_draft_letter_is_read_by_its_writers_only(
    qingzhu: SchoolCast, people: dict[str, User], client_of: ClientOf
) -> None:
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, body="一封草稿。", draft=True)
    url = reverse("desk:pupil", args=[qingzhu.pupil_unassigned.pk])
    seen = {
        part: client_of(people[part]).get(url).content.decode().count("一封草稿。")
        for part in ("author", "co_mentor", "homeroom", "office")
    }
    assert seen == {"author": 1, "co_mentor": 1, "homeroom": 0, "office": 0}


def test_a_released_letter_is_read_by_all_who_may_open_the_page(
    qingzhu: SchoolCast, people: dict[str, User], client_of: ClientOf
) -> None:
    released_letter(qingzhu, qingzhu.sharer, qingzhu.pupil_unassigned, body="一封发布的信。")
    url = reverse("desk:pupil", args=[qingzhu.pupil_unassigned.pk])
    seen = {
        part: client_of(people[part]).get(url).content.decode().count("一封发布的信。")
        for part in ("author", "co_mentor", "homeroom", "office")
    }
    assert seen == {"author": 1, "co_mentor": 1, "homeroom": 1, "office": 1}


def test_a_former_mentor_reads_the_page_and_cannot_change_it(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    own = talk(qingzhu, qingzhu.mentor, pupil)
    unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=pupil, year=qingzhu.year)
    client = client_of(qingzhu.mentor)
    page = client.get(reverse("desk:pupil", args=[pupil.pk])).content.decode()
    assert (page.count(TEXT), page.count("这一页只能查看"), page.count("修改</a>")) == (1, 1, 0)
    # The emergency card alone can be dialled, no family.
    assert re.findall("tel:([0-9]+)", page) == ["110", "120", "12356"]
    statuses = [
        client.get(reverse(f"desk:{name}", args=[key])).status_code
        for name, key in (
            ("visit", pupil.pk),
            ("talk", pupil.pk),
            ("letter_desk", pupil.pk),
            ("brief", pupil.pk),
            ("talk_edit", own.pk),
        )
    ]
    assert statuses == [403, 403, 403, 403, 403]


def test_a_former_mentor_of_this_year_reads_nothing_that_was_written_later(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    pupil = qingzhu.pupils[0]
    talk(qingzhu, qingzhu.mentor, pupil)
    assign_pupil(
        actor=qingzhu.actor(qingzhu.office), pupil=pupil, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE
    )
    Assignment.objects.filter(pupil=pupil, mentor=qingzhu.slot).update(ends_on=TODAY - datetime.timedelta(days=1))
    talk(qingzhu, qingzhu.colleague, pupil, text="换了导师以后说的话。")
    page = client_of(qingzhu.mentor).get(reverse("desk:pupil", args=[pupil.pk])).content.decode()
    assert (page.count(TEXT), page.count("换了导师以后说的话。")) == (1, 0)
    own = client_of(qingzhu.colleague).get(reverse("desk:pupil", args=[pupil.pk])).content.decode()
    assert (own.count(TEXT), own.count("换了导师以后说的话。")) == (1, 1)


def test_a_draft_that_the_next_mentor_carries_on_is_theirs(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil, office = qingzhu.pupils[0], qingzhu.actor(qingzhu.office)
    begun = letter(qingzhu, qingzhu.mentor, pupil, body="上一位导师起的头。", draft=True)
    assign_pupil(actor=office, pupil=pupil, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE)
    Assignment.objects.filter(pupil=pupil, mentor=qingzhu.slot).update(ends_on=TODAY - datetime.timedelta(days=1))
    begun = hand_in_letter(
        actor=qingzhu.actor(qingzhu.colleague),
        pupil=pupil,
        term=begun.term,
        body="换了导师以后写的信。",
        advice="",
        version=begun.version,
        submission=uuid.uuid4(),
    )
    url = reverse("desk:pupil", args=[pupil.pk])
    seen = [
        client_of(user).get(url).content.decode().count("换了导师以后写的信。")
        for user in (qingzhu.mentor, qingzhu.colleague)
    ]
    assert seen == [0, 1]


def test_a_mentor_by_a_slip_of_the_finger_has_seen_nothing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office, pupil = qingzhu.actor(qingzhu.office), qingzhu.pupil_unassigned
    for slot in (qingzhu.slot, qingzhu.slot_colleague):
        assign_pupil(actor=office, pupil=pupil, mentor=slot, origin=AssignmentOrigin.OFFICE)
    statuses = [
        client_of(user).get(reverse("desk:pupil", args=[pupil.pk])).status_code
        for user in (qingzhu.mentor, qingzhu.colleague)
    ]
    assert statuses == [403, 200]
