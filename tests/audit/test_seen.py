"""谁看过: everybody sees who opened and took out what concerns them."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from accounts.services import audit
from core.clock import now
from records.audit.queries.seen import seen_by_others
from records.desk.services.readings import note_readings
from records.models.records import HomeVisit
from schools.enums import NoteVisibility
from tests.audit.test_lines import cleared, visited
from tests.cast import TODAY, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
PAGE = reverse("audit:seen")
#: Session, user, roles, school and unread notices are four; then pupils and slots, what one wrote, the tables of the
#: pupils, files, their names, places, lists and the readers' roles.
QUERIES = 12


def told(cast: SchoolCast, user: User) -> list[tuple[str, str, str]]:
    return [(line.who, line.role, line.words) for line in seen_by_others(cast.actor(user))]


def opened(cast: SchoolCast, user: User, *pupils: object) -> None:
    for pupil in pupils:
        audit(actor=cast.actor(user), verb="open_pupil", target=pupil, kind=AuditKind.READ)  # type: ignore[arg-type]  # pupils


def took_out(cast: SchoolCast, user: User, name: str, **where: object) -> None:
    detail = {"list": name, "rows": 9, "where": where}
    audit(actor=cast.actor(user), verb="take_out_list", kind=AuditKind.READ, detail=detail)


def test_files_texts_papers_and_lists_that_concern_one_are_told_by_day_and_person(qingzhu: SchoolCast) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    office, mine = qingzhu.office, qingzhu.pupils
    opened(qingzhu, office, *mine, mine[0], qingzhu.pupil_of_colleague)
    opened(qingzhu, qingzhu.mentor, mine[0])
    note_readings(actor=qingzhu.actor(office), records=[HomeVisit.objects.get()])
    audit(actor=qingzhu.actor(office), verb="print_book", target=qingzhu.slot, kind=AuditKind.READ)
    took_out(qingzhu, qingzhu.leader, "pupils", place=f"c{qingzhu.class_one.pk}")
    took_out(qingzhu, qingzhu.leader, "letters", place=f"c{qingzhu.class_five.pk}")
    took_out(qingzhu, qingzhu.leader, "letters", place="", mentor=qingzhu.slot_colleague.pk)
    took_out(qingzhu, qingzhu.leader, "mentors")
    assert told(qingzhu, qingzhu.mentor) == [
        ("德育韩", "德育室", "打印了导师记录本"),
        ("德育韩", "德育室", "打开了学生的档案：安可儿、白一诺"),
        ("德育韩", "德育室", "看了您写的家访"),
        ("程远", "领导小组", "导出或打印了可能有您学生的名单：学生完成情况"),
    ]
    assert told(qingzhu, qingzhu.sharer) == [("程远", "领导小组", "导出或打印了可能有您学生的名单：寄语进度")]
    assert told(qingzhu, qingzhu.counsellor) == []


def test_a_restricted_note_tells_its_author_who_read_it_and_nobody_else(qingzhu: SchoolCast) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0], NoteVisibility.COUNSELLOR)
    note_readings(actor=qingzhu.actor(qingzhu.counsellor), records=[HomeVisit.objects.get()])
    assert told(qingzhu, qingzhu.mentor) == [("温言", "心理老师", "看了您写的家访")]
    assert [told(qingzhu, user) for user in (qingzhu.office, qingzhu.colleague, qingzhu.homeroom)] == [[], [], []]


def test_it_looks_back_for_ninety_days(qingzhu: SchoolCast) -> None:
    cleared()
    opened(qingzhu, qingzhu.office, *qingzhu.pupils)
    AuditEntry.objects.filter(target_id=qingzhu.pupils[0].pk).update(at=now() - datetime.timedelta(days=91))
    AuditEntry.objects.filter(target_id=qingzhu.pupils[1].pk).update(at=now() - datetime.timedelta(days=89))
    found = seen_by_others(qingzhu.actor(qingzhu.mentor))
    assert [(line.day, line.words) for line in found] == [
        (TODAY - datetime.timedelta(days=89), "打开了学生的档案：白一诺")
    ]


def test_the_page_takes_as_many_queries_for_three_lines_as_for_one(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mentor = client_of(qingzhu.mentor)
    opened(qingzhu, qingzhu.office, qingzhu.pupils[0])
    with django_assert_num_queries(QUERIES):
        assert mentor.get(PAGE).context["page"].paginator.count == 1
    opened(qingzhu, qingzhu.leader, *qingzhu.pupils)
    took_out(qingzhu, qingzhu.leader, "pupils")
    with django_assert_num_queries(QUERIES):
        assert mentor.get(PAGE).context["page"].paginator.count == 3
