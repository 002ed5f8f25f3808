"""Case meetings 小教研: the team's own notes, two versions side by side, a way back (Guyi plan 四(四)1)."""

import datetime
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.enums import MeetingCircle
from mentors.models.slots import Teacher
from mentors.services.slots import set_team
from mentors.team.models import CaseMeeting
from mentors.team.queries.meetings import meetings_of
from mentors.team.queries.places import MeetingPlace, class_place
from mentors.team.rules import can_hold_meetings, can_read_meetings, readable_places
from mentors.team.services.meetings import MeetingData, delete_meeting, hold_meeting, restore_meeting, update_meeting
from tests.cast import TODAY, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
TEXT = "午休时常常独处，课间由组长带一带。"


def data(**values: Any) -> MeetingData:
    return MeetingData(**{"date": TODAY, "topic": "适应新学期", "text": TEXT, **values})


def meeting_of(
    cast: SchoolCast, by: User | None = None, submission: uuid.UUID | None = None, **values: Any
) -> CaseMeeting:
    return hold_meeting(
        actor=cast.actor(by or cast.mentor),
        place=class_place(cast.class_one),
        data=data(**values),
        submission=submission or uuid.uuid4(),
    )


def address(name: str, meeting: CaseMeeting) -> str:
    return reverse(f"meetings:{name}", args=[meeting.school_class_id, meeting.pk])


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


# --- Services ---------------------------------------------------------------------------------------------------------
def test_a_double_click_makes_one_meeting_and_a_stolen_key_none(qingzhu: SchoolCast) -> None:
    key = uuid.uuid4()
    assert meeting_of(qingzhu, submission=key).pk == meeting_of(qingzhu, submission=key).pk
    assert code(lambda: meeting_of(qingzhu, qingzhu.colleague, key)) == "submission_taken"


def test_it_is_about_pupils_of_the_class_on_a_day_that_was(qingzhu: SchoolCast, other: SchoolCast) -> None:
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert code(lambda: meeting_of(qingzhu, pupils=frozenset({qingzhu.pupil_shared.pk}))) == "other_class"
    assert code(lambda: meeting_of(qingzhu, date=tomorrow)) == "date_out_of_range"
    assert code(lambda: meeting_of(qingzhu, date=datetime.date(2026, 5, 31))) == "date_out_of_range"
    assert code(lambda: meeting_of(qingzhu, topic=" ")) == "topic_missing"
    foreign = Teacher.objects.filter(school=other.school).first()
    assert foreign is not None
    assert code(lambda: meeting_of(qingzhu, teachers=frozenset({foreign.pk}))) == "other_school"


def test_author_and_homeroom_teacher_edit_others_do_not(qingzhu: SchoolCast, other: SchoolCast) -> None:
    meeting = meeting_of(qingzhu)

    def edit(cast: SchoolCast, user: User) -> CaseMeeting:
        meeting.refresh_from_db()
        return update_meeting(
            actor=cast.actor(user), meeting=meeting, version=meeting.version, data=data(topic=f"改 {user.name}")
        )

    assert edit(qingzhu, qingzhu.mentor).version == 2
    assert edit(qingzhu, qingzhu.homeroom).topic == "改 何知秋"
    for user in (qingzhu.colleague, qingzhu.office, qingzhu.admin, qingzhu.leader, qingzhu.sharer):
        assert code(lambda user=user: edit(qingzhu, user)) == "not_allowed"  # type: ignore[misc]  # bound per turn
    assert code(lambda: edit(other, other.homeroom)) == "other_school"


def test_a_deleted_meeting_comes_back_within_thirty_days(qingzhu: SchoolCast) -> None:
    meeting, actor = meeting_of(qingzhu), qingzhu.actor(qingzhu.mentor)
    deleted = delete_meeting(actor=actor, meeting=meeting)
    assert deleted.deleted_at is not None
    assert code(lambda: update_meeting(actor=actor, meeting=meeting, version=1, data=data())) == "gone"
    assert restore_meeting(actor=actor, meeting=meeting).deleted_at is None
    CaseMeeting.objects.update(deleted_at=deleted.deleted_at - datetime.timedelta(days=31))
    assert code(lambda: restore_meeting(actor=actor, meeting=meeting)) == "too_late"


# --- Who reads --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "part,status",
    [
        ("office", 200),
        ("homeroom", 200),
        ("mentor", 200),
        ("colleague", 200),
        ("sharer", 403),
        ("counsellor", 403),
        ("admin", 403),
        ("leader", 403),
        ("bureau_user", 403),
    ],
)
def test_the_team_the_homeroom_teacher_and_the_office_read(
    qingzhu: SchoolCast, client_of: SignIn, part: str, status: int
) -> None:
    meeting, client = meeting_of(qingzhu), client_of(qingzhu.people[part])
    page = client.get(address("detail", meeting))
    assert (page.status_code, TEXT in page.content.decode()) == (status, status == 200)
    assert client.get(reverse("meetings:list", args=[qingzhu.class_one.pk])).status_code == status
    reads = AuditEntry.objects.filter(verb="open_meeting", kind="read")
    assert list(reads.values_list("user_id", "target_id")) == (
        [(qingzhu.people[part].pk, meeting.pk)] if status == 200 else []
    )


def test_who_left_the_team_no_longer_reads(qingzhu: SchoolCast, client_of: SignIn) -> None:
    meeting, client = meeting_of(qingzhu), client_of(qingzhu.mentor)
    assert client.get(address("detail", meeting)).status_code == 200
    team = [qingzhu.slot_homeroom, qingzhu.slot_colleague]
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=team, leader=team[0])
    # The author, too: the notes are the team's.
    assert client.get(address("detail", meeting)).status_code == 403
    assert client.get(address("edit", meeting)).status_code == 403


def test_the_list_has_no_text_and_another_school_finds_nothing(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    meeting = meeting_of(qingzhu)
    url = reverse("meetings:list", args=[qingzhu.class_one.pk])
    page = client_of(qingzhu.office).get(url).content.decode()
    assert (page.count("适应新学期"), page.count(TEXT), page.count("本班导师团、班主任、德育室")) == (1, 0, 1)
    stranger = client_of(other.office)
    assert (stranger.get(url).status_code, stranger.get(address("detail", meeting)).status_code) == (404, 404)
    # An address of one class with a meeting of another finds nothing either.
    elsewhere = reverse("meetings:detail", args=[qingzhu.class_five.pk, meeting.pk])
    assert client_of(qingzhu.office).get(elsewhere).status_code == 404


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_form_has_the_team_ticked_and_says_who_reads(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.homeroom), reverse("meetings:new", args=[qingzhu.class_one.pk])
    page = client.get(url)
    form = page.context["form"]
    assert [name for key, name in form.fields["teachers"].choices if key in form["teachers"].value()] == [
        "何知秋",
        "林小满",
        "苏禾",
    ]
    assert "谁可以看：本班导师团、班主任、德育室" in page.content.decode()
    sent = {
        "submission": str(uuid.uuid4()),
        "version": 0,
        "date": TODAY.isoformat(),
        "topic": "适应新学期",
        "pupils": [qingzhu.pupils[0].pk],
        "teachers": form["teachers"].value()[:2],
        "text": TEXT,
        "follow_up_on": (TODAY + datetime.timedelta(days=7)).isoformat(),
    }
    assert client.post(url, sent).status_code == client.post(url, sent).status_code == 302
    meeting = CaseMeeting.objects.get()
    assert [p.name for p in meeting.pupils.all()] == ["安可儿"]
    assert (meeting.teachers.count(), meeting.text) == (2, TEXT)
    # The same form with other words is not lost unsaid.
    again = client.post(url, sent | {"text": "别的话"})
    assert (again.status_code, "刚才已经保存过一次" in again.content.decode()) == (422, True)


def test_a_conflict_shows_both_texts_and_then_saves(qingzhu: SchoolCast, client_of: SignIn) -> None:
    meeting = meeting_of(qingzhu)
    update_meeting(actor=qingzhu.actor(qingzhu.homeroom), meeting=meeting, version=1, data=data(text="班主任补充的话"))
    client, url = client_of(qingzhu.mentor), address("edit", meeting)
    sent = {
        "submission": str(uuid.uuid4()),
        "version": 1,
        "date": TODAY.isoformat(),
        "topic": "适应新学期",
        "text": "我写的话",
    }
    page = client.post(url, sent)
    body = page.content.decode()
    assert (page.status_code, body.count("班主任补充的话"), body.count("我写的话")) == (422, 1, 1)
    assert client.post(url, sent | {"version": page.context["form"]["version"].value()}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.text, meeting.version) == ("我写的话", 3)


def test_delete_and_restore_by_button(qingzhu: SchoolCast, client_of: SignIn) -> None:
    meeting, client = meeting_of(qingzhu), client_of(qingzhu.homeroom)
    client.post(address("delete", meeting))
    page = client.get(reverse("meetings:list", args=[qingzhu.class_one.pk]))
    assert (list(page.context["page_obj"]), page.context["deleted"]) == ([], [meeting])
    assert client.get(address("detail", meeting)).status_code == 404
    client.post(address("restore", meeting))
    page = client.get(reverse("meetings:list", args=[qingzhu.class_one.pk]))
    assert (list(page.context["page_obj"]), page.context["deleted"]) == ([meeting], [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_meeting_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        meeting_of(qingzhu, topic=f"第{number}次", pupils=frozenset(p.pk for p in qingzhu.pupils))
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(11):
        client.get(reverse("meetings:list", args=[qingzhu.class_one.pk]))


# --- Of a grade, the school, the working group ------------------------------------------------------------------------
def places_of(cast: SchoolCast) -> dict[str, MeetingPlace]:
    """The grade of class one, the school, the working group."""
    return {
        "grade-1": MeetingPlace(MeetingCircle.GRADE, cast.year, grade=cast.class_one.grade),
        "school": MeetingPlace(MeetingCircle.SCHOOL, cast.year),
        "group": MeetingPlace(MeetingCircle.GROUP, cast.year),
    }


def wider(cast: SchoolCast, key: str, by: User, **fields: Any) -> CaseMeeting:
    typed = data(topic="怎样带新导师", **fields)
    return hold_meeting(actor=cast.actor(by), place=places_of(cast)[key], data=typed, submission=uuid.uuid4())


def test_who_reads_and_who_writes_what_is_wider_than_a_class(qingzhu: SchoolCast) -> None:
    """A mentor of grade five reads nothing of grade one."""
    parts = ("office", "leader", "homeroom", "mentor", "sharer", "counsellor", "admin")
    actors = {part: qingzhu.actor(getattr(qingzhu, part)) for part in parts}
    places = places_of(qingzhu)
    assert {
        k: [p for p, actor in actors.items() if can_hold_meetings(actor, place)] for k, place in places.items()
    } == {
        "grade-1": ["office", "leader", "homeroom"],
        "school": ["office", "leader"],
        "group": ["office", "leader"],
    }
    for key in places:
        wider(qingzhu, key, qingzhu.office)
    may = {k: [p for p, actor in actors.items() if can_read_meetings(actor, place)] for k, place in places.items()}
    rows = {k: [p for p, actor in actors.items() if meetings_of(actor, place).exists()] for k, place in places.items()}
    assert (
        may
        == rows
        == {
            "grade-1": ["office", "leader", "homeroom", "mentor"],
            "school": list(parts),
            "group": ["office", "leader"],
        }
    )


def test_no_pupil_is_named_where_more_than_a_team_reads(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupils = frozenset({qingzhu.pupils[0].pk})
    assert code(lambda: wider(qingzhu, "school", qingzhu.office, pupils=pupils)) == "other_class"
    page = client_of(qingzhu.office).get(reverse("circles:new", args=["grade-1"])).content.decode()
    assert (page.count("安可儿"), page.count("请不要写学生的名字")) == (0, 1)


def test_others_may_not_write_and_another_school_finds_nothing(qingzhu: SchoolCast, other: SchoolCast) -> None:
    assert code(lambda: wider(qingzhu, "school", qingzhu.mentor)) == "not_allowed"
    assert code(lambda: wider(qingzhu, "group", qingzhu.homeroom)) == "not_allowed"
    held = wider(qingzhu, "grade-1", qingzhu.homeroom)
    change = partial(update_meeting, meeting=held, version=1, data=data(topic="改名"))
    assert code(lambda: change(actor=other.actor(other.office))) == "other_school"
    # 德育室 keeps what is wider than a class; who only reads it does not.
    assert code(lambda: change(actor=qingzhu.actor(qingzhu.leader))) == "not_allowed"
    assert change(actor=qingzhu.actor(qingzhu.office)).topic == "改名"


def test_a_meeting_of_a_grade_goes_through_the_same_pages(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    form = {"date": TODAY.isoformat(), "topic": "年级怎样帮新导师", "submission": str(uuid.uuid4()), "version": "0"}
    listing = reverse("circles:list", args=["grade-1"])
    assert client.post(reverse("circles:new", args=["grade-1"]), form)["Location"] == listing
    held = CaseMeeting.objects.get()
    assert (held.circle, held.grade, held.year, held.school_class) == (
        MeetingCircle.GRADE,
        qingzhu.class_one.grade,
        qingzhu.year,
        None,
    )
    detail = reverse("circles:detail", args=["grade-1", held.pk])
    assert [client_of(user).get(detail).status_code for user in (qingzhu.mentor, qingzhu.sharer)] == [200, 403]
    # Under another place's address it is not there.
    assert client.get(reverse("circles:detail", args=["school", held.pk])).status_code == 404
    assert client.get(reverse("circles:list", args=["grade-99"])).status_code == 404
    client.post(reverse("circles:delete", args=["grade-1", held.pk]))
    assert [m.pk for m in client.get(listing).context["deleted"]] == [held.pk]
    client.post(reverse("circles:restore", args=["grade-1", held.pk]))
    assert client.get(detail).status_code == 200


def test_each_finds_the_places_that_they_may_read(qingzhu: SchoolCast, client_of: SignIn) -> None:
    def titles(user: User) -> list[str]:
        return [place.title for place in client_of(user).get(reverse("circles:index")).context["places"]]

    assert titles(qingzhu.mentor) == ["全校研讨", "一年级研讨"]
    assert titles(qingzhu.leader)[0] == "全校研讨"
    assert titles(qingzhu.leader)[-1] == "工作小组会议"


def test_own_grades_are_asked_for_once(qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """They were asked for again for each grade of the school: 18 queries where eight do."""
    actor = qingzhu.actor(qingzhu.homeroom)
    # The year, the grades, the grades of the classes that one leads, and of those in whose team one is.
    with django_assert_num_queries(4):
        assert [place.title for place in readable_places(actor)] == ["全校研讨", "一年级研讨"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_a_grade_costs_the_same_for_one_meeting_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        wider(qingzhu, "grade-1", qingzhu.office)
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(10):
        client.get(reverse("circles:list", args=["grade-1"]))
