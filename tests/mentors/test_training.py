"""Training sessions 研训: at least one a term, who came, and what everybody sees (Guyi plan 四(四)1)."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.clock import now
from core.errors import DomainError
from mentors.enums import TrainingKind
from mentors.models.slots import Teacher
from mentors.staff.models import TrainingFile, TrainingSession
from mentors.staff.services.training import TrainingData, create_session, delete_session, set_attendance, update_session
from mentors.staff.services.training_files import (
    add_training_file,
    purge_training_files,
    remove_training_file,
    restore_training_file,
)
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.core.test_pictures import picture
from tests.documents import reading

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
    with django_assert_num_queries(10):
        client.get(reverse("training:people"))


# --- Form, hours and material -----------------------------------------------------------------------------------------
def held(cast: SchoolCast, topic: str, hours: str | None, *who: User, date: datetime.date = DAY) -> TrainingSession:
    """A session of some hours that `who` attended."""
    data = TrainingData(date, topic, kind=TrainingKind.WORKSHOP, hours=None if hours is None else Decimal(hours))
    session = create_session(actor=cast.actor(cast.office), data=data)
    keys = [teacher_of(user).pk for user in who]
    set_attendance(actor=cast.actor(cast.office), session=session, came=keys, stayed_away=[])
    return session


@pytest.mark.parametrize("sort,key", [("", "number"), ("-number", "number"), ("name", "pinyin"), ("hours", "number")])
def test_hours_stand_by_number_or_name_and_never_by_themselves(
    qingzhu: SchoolCast, client_of: SignIn, sort: str, key: str
) -> None:
    held(qingzhu, "怎样谈心", "1.5", qingzhu.mentor)
    for place, teacher in enumerate(Teacher.objects.order_by("-number")):
        Teacher.objects.filter(pk=teacher.pk).update(pinyin=f"{place:03}")
    rows = client_of(qingzhu.office).get(reverse("training:people"), {"sort": sort}).context["rows"]
    values = [getattr(row.teacher, key) for row in rows]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len(set(values)) > 2


@pytest.mark.parametrize("hours", ["0", "-1", "0.3", "60.5", "1.25"])
def test_hours_go_by_halves_within_a_week(qingzhu: SchoolCast, hours: str) -> None:
    data = TrainingData(DAY, "怎样谈心", hours=Decimal(hours))
    assert code(lambda: create_session(actor=qingzhu.actor(qingzhu.office), data=data)) == "hours_wrong"


def test_wrong_hours_come_back_at_their_field(qingzhu: SchoolCast, client_of: SignIn) -> None:
    values = {"date": DAY.isoformat(), "topic": "怎样谈心", "kind": "lecture", "hours": "1.3"}
    page = client_of(qingzhu.office).post(reverse("training:new"), values)
    assert (page.status_code, page.context["form"].errors) == (422, {"hours": ["学时以 0.5 为一档，如 2 或 1.5。"]})


def test_hours_of_a_teacher_are_those_attended_in_that_year(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """A session without hours counts as attended, and adds none."""
    held(qingzhu, "怎样谈心", "1.5", qingzhu.mentor, qingzhu.colleague)
    held(qingzhu, "怎样家访", "2", qingzhu.mentor)
    held(qingzhu, "怎样听", None, qingzhu.mentor)
    rows = client_of(qingzhu.office).get(reverse("training:people")).context["rows"]
    assert {row.teacher.name: (len(row.sessions), row.hours) for row in rows if row.sessions} == {
        "林小满": (3, Decimal("3.5")),
        "苏禾": (1, Decimal("1.5")),
    }
    (mine,) = client_of(qingzhu.mentor).get(reverse("training:mine")).context["years"]
    assert (mine.year, [s.topic for s in mine.sessions], mine.hours) == (
        qingzhu.year,
        ["怎样谈心", "怎样家访", "怎样听"],
        Decimal("3.5"),
    )
    assert client_of(qingzhu.counsellor).get(reverse("training:mine")).context["years"] == []


def test_everybody_opens_material_and_the_office_alone_puts_it_there(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    session = held(qingzhu, "怎样谈心", "2")
    page, url = (reverse(f"training:{name}", args=[session.pk]) for name in ("files", "add_files"))
    upload = SimpleUploadedFile("讲义.png", picture(), "image/png")
    assert client_of(qingzhu.mentor).post(url, {"uploads": upload}).status_code == 403
    upload.seek(0)
    assert client_of(qingzhu.office).post(url, {"uploads": upload}).status_code == 302
    (file,) = session.files.all()
    assert (file.name, file.content_type) == ("讲义.jpg", "image/jpeg")
    opened = reverse("training:file", args=[file.pk])
    assert [client_of(user).get(opened).status_code for user in (qingzhu.mentor, other.mentor)] == [200, 404]
    assert client_of(qingzhu.mentor).get(reverse("training:list")).content.decode().count(page) == 1
    remove_training_file(actor=qingzhu.actor(qingzhu.office), file=file)
    assert client_of(qingzhu.mentor).get(opened).status_code == 404
    assert AuditEntry.objects.filter(verb__endswith="training_file").count() == 2


def test_a_session_holds_six_files_and_takes_them_with_it(qingzhu: SchoolCast) -> None:
    session, office = held(qingzhu, "怎样谈心", "2"), qingzhu.actor(qingzhu.office)
    files = [add_training_file(actor=office, session=session, data=picture(), name=f"{n}.png") for n in range(6)]
    seventh = partial(add_training_file, actor=office, session=session, data=picture(), name="7.png")
    assert code(seventh) == "too_many_files"
    remove_training_file(actor=office, file=files[0])
    seventh()
    assert code(lambda: restore_training_file(actor=office, file=files[0])) == "too_many_files"
    with TestCase.captureOnCommitCallbacks(execute=True):
        delete_session(actor=office, session=session)
    assert not any(file.file.storage.exists(str(file.file.name)) for file in files)


def test_material_of_another_school_is_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    session = held(qingzhu, "怎样谈心", "2")
    add = partial(add_training_file, session=session, data=picture(), name="1.png")
    assert code(lambda: add(actor=other.actor(other.office))) == "other_school"
    assert code(lambda: add(actor=qingzhu.actor(qingzhu.admin))) == "not_allowed"


def test_what_was_taken_away_goes_after_thirty_days(qingzhu: SchoolCast) -> None:
    session, office = held(qingzhu, "怎样谈心", "2"), qingzhu.actor(qingzhu.office)
    old, new = (add_training_file(actor=office, session=session, data=picture(), name=f"{n}.png") for n in "12")
    for file in (old, new):
        remove_training_file(actor=office, file=file)
    TrainingFile.objects.filter(pk=old.pk).update(removed_at=now() - datetime.timedelta(days=31))
    assert purge_training_files() == 1
    assert [row.pk for row in TrainingFile.objects.all()] == [new.pk]


# --- Certificates -----------------------------------------------------------------------------------------------------
def test_a_certificate_says_each_training_and_all_hours(qingzhu: SchoolCast, client_of: SignIn, tmp_path: Path) -> None:
    held(qingzhu, "怎样谈心", "1.5", qingzhu.mentor)
    held(qingzhu, "怎样家访", None, qingzhu.mentor, qingzhu.colleague)
    own = client_of(qingzhu.mentor).get(reverse("training:own_certificate"), {"year": 2026})
    reading.assert_sound(own.content, tmp_path, title="培训证明 · 林小满 · 青竹小学")
    assert reading.spoken(own.content, tmp_path) == (
        "青竹小学培训证明兹证明林小满老师在2026学年参加本校导师培训2次，共1.5学时，具体如下：日期主题形式学时"
        "2026年11月13日怎样谈心工作坊1.52026年11月13日怎样家访工作坊—特此证明。青竹小学（盖章）二〇二六年十一月十八日"
    )
    assert client_of(qingzhu.counsellor).get(reverse("training:own_certificate"), {"year": 2026}).status_code == 409


def test_the_office_prints_all_of_a_year_one_teacher_or_one_training(qingzhu: SchoolCast, client_of: SignIn) -> None:
    held(qingzhu, "怎样谈心", "1.5", qingzhu.mentor)
    second = held(qingzhu, "怎样家访", "2", qingzhu.mentor, qingzhu.colleague)
    client, url = client_of(qingzhu.office), reverse("training:certificates")

    def names(**asked: int) -> list[str]:
        return [name for name, _page in reading.bookmarks(client.get(url, asked).content)]

    assert names(year=2026) == ["苏禾", "林小满"]
    assert names(year=2026, teacher=teacher_of(qingzhu.mentor).pk) == ["林小满"]
    assert names(session=second.pk) == ["苏禾", "林小满"]
    assert AuditEntry.objects.filter(verb="print_training").count() == 3
