"""导师工作证明: for how many years somebody has been a mentor, and of how many pupils."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher
from mentors.services.assignments import assign_pupil
from records.settling.contexts import ServiceCertificate
from records.settling.documents.service_certificate import render_certificates
from records.settling.queries.certificates import certificates, mentors_of
from schools.models import SchoolClass, SchoolYear
from students.models import Enrolment, Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.documents import builders_term, reading
from tests.pages import tables, tree

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
QUERIES = 9


def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def certified(cast: SchoolCast, *users: User) -> list[ServiceCertificate]:
    return certificates(cast.actor(cast.office), cast.year, [teacher_of(user) for user in users])


def last_year(cast: SchoolCast, teacher: Teacher, *pupils: Pupil) -> None:
    """The former year, in which `teacher` was the mentor of `pupils` of grade 5."""
    year, _ = SchoolYear.objects.get_or_create(
        school=cast.school,
        start_year=2025,
        defaults={"starts_on": datetime.date(2025, 9, 1), "ends_on": datetime.date(2026, 7, 1)},
    )
    room, _ = SchoolClass.objects.get_or_create(
        school=cast.school, year=year, grade=cast.class_five.grade, defaults={"number": 2}
    )
    slot = Mentor.objects.create(school=cast.school, year=year, capacity=15)
    MentorMember.objects.create(school=cast.school, mentor=slot, year=year, teacher=teacher)
    for pupil in pupils:
        span = {"starts_on": datetime.date(2025, 9, 1), "ends_on": datetime.date(2026, 7, 1)}
        Enrolment.objects.create(
            school=cast.school, year=year, school_class=room, pupil=pupil, end_reason="promoted", **span
        )
        Assignment.objects.create(
            school=cast.school,
            year=year,
            pupil=pupil,
            mentor=slot,
            kind=AssignmentKind.MAIN,
            origin=AssignmentOrigin.OFFICE,
            **span,
        )


def test_years_and_pupils_are_counted_each_once(qingzhu: SchoolCast) -> None:
    """A pupil of both years is one pupil; one who got another mentor later was a pupil all the same."""
    first, second = qingzhu.pupils
    last_year(qingzhu, teacher_of(qingzhu.mentor), first, qingzhu.pupil_of_colleague)
    Assignment.objects.filter(pupil=second).update(starts_on=TODAY - datetime.timedelta(days=30))
    assign_pupil(actor=qingzhu.system, pupil=second, mentor=qingzhu.slot_homeroom, origin=AssignmentOrigin.OFFICE)
    Assignment.objects.filter(pupil=second, mentor=qingzhu.slot).update(ends_on=TODAY)
    (found,) = certified(qingzhu, qingzhu.mentor)
    assert [(year.year, year.classes, year.pupils, year.supported) for year in found.years] == [
        ("2025学年", ("五（2）班",), 2, 0),
        ("2026学年", ("一（1）班",), 2, 0),
    ]
    assert (found.pupils, found.lasts) == (3, True)


def test_a_pupil_of_one_day_was_a_slip_of_the_finger(qingzhu: SchoolCast) -> None:
    Assignment.objects.filter(mentor=qingzhu.slot_colleague).update(ends_on=TODAY, starts_on=TODAY)
    assert certified(qingzhu, qingzhu.colleague) == []
    assert teacher_of(qingzhu.colleague) not in mentors_of(qingzhu.actor(qingzhu.office), qingzhu.year)


def test_a_shared_slot_names_the_other_and_supporting_stands_apart(qingzhu: SchoolCast) -> None:
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_shared)
    (found,) = certified(qingzhu, qingzhu.sharer)
    (year,) = found.years
    assert (year.pupils, year.supported, year.shared_with, found.pupils) == (1, 1, ("石磊",), 1)


def test_the_paper_says_it_in_one_sentence() -> None:
    first, second = reading.page_texts(render_certificates(builders_term.certificates()))
    assert "兹证明林小满老师自2024学年至2026学年共3个学年在我校全员导师制工作中担任导师，先后指导学生31名。" in first
    assert "兹证明苏禾老师于2024学年在我校全员导师制工作中担任导师，指导学生15名。" in second
    assert ["（盖章）" in page for page in (first, second)] == [True, True]
    assert ("与石磊共同担任" in first, "二〇二七年一月二十日" in first) == (True, True)


def test_mentors_open_their_own_and_it_is_logged(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    assert "/settling/certificates/mine.pdf" in client.get("/my/").content.decode()
    answer = client.get(reverse("settling:my_certificate"))
    assert "林小满" in reading.text(answer.content)
    entry = AuditEntry.objects.get(verb="print_service_certificates")
    assert (entry.target_id, entry.detail) == (
        teacher_of(qingzhu.mentor).pk,
        {"year": 2026, "certificates": 1},
    )


def test_who_had_no_pupils_is_told_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert client_of(qingzhu.homeroom).get(reverse("settling:my_certificate")).status_code == 409


def test_the_office_finds_every_mentor_by_name(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.office)
    client.get("/settling/certificates/")
    with django_assert_num_queries(QUERIES):
        page = tree(client.get("/settling/certificates/"))
    assert [row[0] for row in tables(page)[0]] == ["林小满", "石磊", "苏禾", "陶然"]


def test_three_certificates_take_no_more_queries_than_one(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    EnrolmentFactory.create(school_class=qingzhu.class_one)
    for users in ([qingzhu.mentor], [qingzhu.mentor, qingzhu.colleague, qingzhu.sharer]):
        teachers = [teacher_of(user) for user in users]
        actor = qingzhu.actor(qingzhu.office)
        with django_assert_num_queries(6):
            certificates(actor, qingzhu.year, teachers)
