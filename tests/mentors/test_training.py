"""Training sessions 研训: at least one a term, who came, and what everybody sees (Guyi plan 四(四)1)."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.models.slots import Teacher
from mentors.staff.models import TrainingSession
from mentors.staff.services.training import TrainingData, create_session, delete_session, set_attendance, update_session
from tests.cast import TODAY, SchoolCast, TeacherFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DAY = TODAY - datetime.timedelta(days=5)


def session_of(cast: SchoolCast, date: datetime.date = DAY, topic: str = "怎样谈心") -> TrainingSession:
    return create_session(actor=cast.actor(cast.office), data=TrainingData(date=date, topic=topic))


def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


# --- Services ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "date,term",
    [(datetime.date(2026, 8, 20), 1), (DAY, 1), (datetime.date(2027, 1, 30), 2), (datetime.date(2027, 7, 5), 2)],
)
def test_a_session_belongs_to_the_term_of_its_date(qingzhu: SchoolCast, date: datetime.date, term: int) -> None:
    assert session_of(qingzhu, date).term.number == term


@pytest.mark.parametrize("date", [datetime.date(2026, 5, 1), datetime.date(2027, 10, 1)])
def test_a_date_far_from_the_year_is_refused_with_the_dates_that_fit(qingzhu: SchoolCast, date: datetime.date) -> None:
    with pytest.raises(DomainError) as refusal:
        session_of(qingzhu, date)
    assert refusal.value.code == "date_out_of_range"
    assert "请填2026年7月" in refusal.value.message


def test_a_double_click_makes_one_session(qingzhu: SchoolCast) -> None:
    assert session_of(qingzhu).pk == session_of(qingzhu).pk
    assert AuditEntry.objects.filter(verb="create_training").count() == 1


def test_two_who_tick_at_once_keep_both_their_ticks(qingzhu: SchoolCast) -> None:
    session, office = session_of(qingzhu), qingzhu.actor(qingzhu.office)
    one, two, three = (teacher_of(u).pk for u in (qingzhu.mentor, qingzhu.colleague, qingzhu.sharer))
    set_attendance(actor=office, session=session, came=[one, two], stayed_away=[])
    assert set_attendance(actor=office, session=session, came=[three], stayed_away=[one]) == 2
    assert set(session.teachers.values_list("pk", flat=True)) == {two, three}


def test_a_planned_session_takes_no_attendance_yet(qingzhu: SchoolCast) -> None:
    office, tomorrow = qingzhu.actor(qingzhu.office), TODAY + datetime.timedelta(days=1)
    planned, held = session_of(qingzhu, tomorrow), session_of(qingzhu)
    key = teacher_of(qingzhu.mentor).pk
    assert code(lambda: set_attendance(actor=office, session=planned, came=[key], stayed_away=[])) == "not_held_yet"
    set_attendance(actor=office, session=held, came=[key], stayed_away=[])
    later = TrainingData(date=tomorrow, topic="怎样谈心")
    assert code(lambda: update_session(actor=office, session=held, data=later)) == "attended"


def test_only_the_own_office_writes(qingzhu: SchoolCast, other: SchoolCast) -> None:
    session, key = session_of(qingzhu), teacher_of(qingzhu.mentor).pk
    data = TrainingData(date=DAY, topic="改名")

    def codes(cast: SchoolCast, user: User) -> list[str]:
        actor = cast.actor(user)
        return [
            code(lambda: update_session(actor=actor, session=session, data=data)),
            code(lambda: set_attendance(actor=actor, session=session, came=[key], stayed_away=[])),
            code(lambda: delete_session(actor=actor, session=session)),
        ]

    assert codes(other, other.office) == ["other_school"] * 3
    for user in (qingzhu.admin, qingzhu.mentor, qingzhu.leader):
        assert codes(qingzhu, user) == ["not_allowed"] * 3
    foreign = TeacherFactory.create(school=other.school).pk
    office = qingzhu.actor(qingzhu.office)
    assert code(lambda: set_attendance(actor=office, session=session, came=[foreign], stayed_away=[])) == "other_school"


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_everybody_sees_the_list_with_the_own_attendance(qingzhu: SchoolCast, client_of: SignIn) -> None:
    session = session_of(qingzhu)
    key = teacher_of(qingzhu.mentor).pk
    set_attendance(actor=qingzhu.actor(qingzhu.office), session=session, came=[key], stayed_away=[])
    mine = client_of(qingzhu.mentor).get(reverse("training:list")).content.decode()
    theirs = client_of(qingzhu.counsellor).get(reverse("training:list")).content.decode()
    assert (mine.count("我参加了"), theirs.count("我参加了")) == (1, 0)
    assert (mine.count("本学期 1 次，每学期至少一次"), mine.count(reverse("training:new"))) == (1, 0)


def test_the_office_enters_a_session_and_ticks_who_came(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    answer = client.post(reverse("training:new"), {"date": DAY.isoformat(), "topic": "怎样谈心", "speaker": "顾老师"})
    session = TrainingSession.objects.get()
    url = reverse("training:attendance", args=[session.pk])
    assert answer["Location"] == url
    page = client.get(url)
    assert {p.teacher.name for p in page.context["people"] if p.is_mentor} == {
        "何知秋",
        "林小满",
        "苏禾",
        "陶然",
        "石磊",
    }
    one, two = teacher_of(qingzhu.mentor).pk, teacher_of(qingzhu.colleague).pk
    client.post(url, {"shown": "", "came": [one, two]})
    client.post(url, {"shown": f"{one},{two}", "came": [two]})
    assert list(session.teachers.values_list("pk", flat=True)) == [two]
    client.post(reverse("training:edit", args=[session.pk]), {"date": DAY.isoformat(), "topic": "怎样倾听"})
    session.refresh_from_db()
    assert (session.topic, session.speaker, session.teachers.count()) == ("怎样倾听", "", 1)
    people = client.get(reverse("training:people")).context["page_obj"]
    assert {t.name: len(t.attended) for t in people}["苏禾"] == 1
    client.post(reverse("training:delete", args=[session.pk]))
    assert not TrainingSession.objects.exists()


def test_a_wrong_date_comes_back_with_a_sentence_at_the_field(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.office).post(reverse("training:new"), {"date": "2020-01-01", "topic": "怎样谈心"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["date"])


def test_the_dashboard_says_how_often_and_how_many(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.office), reverse("office:dashboard")
    assert "第一学期还没有培训" in client.get(url).content.decode()
    session = session_of(qingzhu)
    session_of(qingzhu, TODAY + datetime.timedelta(days=3), "计划中的")
    keys = [teacher_of(u).pk for u in (qingzhu.mentor, qingzhu.colleague)]
    set_attendance(actor=qingzhu.actor(qingzhu.office), session=session, came=keys, stayed_away=[])
    training = client.get(url).context["dashboard"].training
    assert (training.held, training.attendances, training.next_on) == (1, 2, TODAY + datetime.timedelta(days=3))
    assert "2 人次参加" in client.get(url).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_session_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        session = session_of(qingzhu, topic=f"第{number}讲")
        key = teacher_of(qingzhu.mentor).pk
        set_attendance(actor=qingzhu.actor(qingzhu.office), session=session, came=[key], stayed_away=[])
    client = client_of(qingzhu.office)
    with django_assert_num_queries(6):
        client.get(reverse("training:list"))
    with django_assert_num_queries(8):
        client.get(reverse("training:people"))
