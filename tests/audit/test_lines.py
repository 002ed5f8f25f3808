"""使用记录: who reads it, and what its lines say."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from accounts.services import audit, create_user, grant_role
from core.clock import now
from mentors.models.slots import Teacher
from records.care.services.referrals import refer
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from schools.enums import NoteVisibility
from schools.models import Term
from students.models import Pupil
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
PAGE, EXPORT = reverse("audit:lines"), reverse("audit:export")
#: Session, user, roles, school and unread notices are four; then how many lines, the lines, their names, and whether
#: many files were opened within an hour.
QUERIES = 8


def said(client: Client, **asked: str) -> list[str]:
    """The lines of the page as `who words`, the newest first."""
    page = client.get(PAGE, asked)
    assert page.status_code == 200
    return [f"{line.who} {line.words}" for line in page.context["lines"]]


def cleared() -> None:
    """What the cast's making wrote is none of these tests' business."""
    AuditEntry.objects.all().delete()


def visited(cast: SchoolCast, pupil: Pupil, visibility: NoteVisibility = NoteVisibility.TEAM) -> None:
    log_visit(
        actor=cast.actor(cast.mentor),
        pupil=pupil,
        term=Term.objects.get(year=cast.year, number=1),
        data=VisitData(date=TODAY, visibility=visibility, text="说了说近况"),
        teachers=[Teacher.objects.get(user=cast.mentor)],
        submission=uuid.uuid4(),
    )


def talked(cast: SchoolCast, *pupils: Pupil) -> None:
    log_talk(
        actor=cast.actor(cast.mentor),
        pupils=pupils,
        term=Term.objects.get(year=cast.year, number=1),
        data=TalkData(date=TODAY, visibility=NoteVisibility.TEAM),
        submission=uuid.uuid4(),
    )


def officer(cast: SchoolCast) -> User:
    user = create_user(actor=cast.system, username=f"{cast.school.code}-data", name="邵数据", school=cast.school)
    grant_role(actor=cast.system, user=user, role=Role.DATA_OFFICER, school=cast.school, starts_on=SINCE)
    return user


def test_it_is_read_by_the_admin_and_whoever_answers_for_the_data(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    people = {**qingzhu.people, "officer": officer(qingzhu)}
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    read = {part: client_of(user).get(PAGE).status_code for part, user in people.items()}
    assert read == {part: 200 if part in ("admin", "officer") else 403 for part in people}
    assert said(client_of(people["officer"]))[-1:] == ["林小满 登记了家访：安可儿"]
    assert said(client_of(other.admin)) == []


def test_lines_say_who_did_what_to_whom(qingzhu: SchoolCast, client_of: SignIn) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    talked(qingzhu, *qingzhu.pupils)
    audit(actor=qingzhu.actor(qingzhu.admin), verb="rename_account", target=qingzhu.mentor, kind=AuditKind.ACCOUNT)
    audit(actor=qingzhu.system, verb="release_letters", detail={"count": 2})
    assert said(client_of(qingzhu.admin)) == [
        "系统 发布了寄语（2 份）",
        "管一鸣 改了账号名：林小满",
        "林小满 登记了谈心：安可儿、白一诺",
        "林小满 登记了家访：安可儿",
    ]


def test_what_is_restricted_names_nobody_and_no_pupil_finds_it(qingzhu: SchoolCast, client_of: SignIn) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0], NoteVisibility.AUTHOR)
    refer(actor=qingzhu.actor(qingzhu.mentor), pupil=qingzhu.pupils[0], text="睡不着", submission=uuid.uuid4())
    admin = client_of(qingzhu.admin)
    assert said(admin) == ["林小满 写了一条受限记录", "林小满 登记了家访"]
    assert said(admin, pupil="安可儿") == []


def test_the_filters_are_person_pupil_kind_and_day(qingzhu: SchoolCast, client_of: SignIn) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    visited(qingzhu, qingzhu.pupils[1])
    audit(actor=qingzhu.actor(qingzhu.office), verb="open_pupil", target=qingzhu.pupils[1], kind=AuditKind.READ)
    AuditEntry.objects.filter(verb="open_pupil").update(at=now() - datetime.timedelta(days=1))
    admin = client_of(qingzhu.admin)
    seen, logged = "德育韩 打开了学生的档案：白一诺", [f"林小满 登记了家访：{name}" for name in ("白一诺", "安可儿")]
    assert said(admin) == [*logged, seen]
    assert said(admin, pupil="白一诺") == [logged[0], seen]
    assert said(admin, who="林小") == logged
    assert said(admin, kind="read") == [seen]
    assert said(admin, day=TODAY.isoformat()) == logged
    assert said(admin, day="2026-02-30", kind="nothing", page="99") == [*logged, seen]
    assert said(admin, who="没有这个人") == []


def test_a_name_that_many_share_is_asked_for_in_full(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for n in range(21):
        EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name=f"同姓{n}")
    page = client_of(qingzhu.admin).get(PAGE, {"pupil": "同姓"})
    assert page.context["problem"] == "“同姓”有 20 名学生以上，请写完整的姓名。"
    assert page.context["lines"] == []


def test_the_page_takes_as_many_queries_for_three_lines_as_for_one(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin = client_of(qingzhu.admin)
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    with django_assert_num_queries(QUERIES):
        assert len(said(admin)) == 1
    audit(actor=qingzhu.actor(qingzhu.admin), verb="rename_account", target=qingzhu.mentor, kind=AuditKind.ACCOUNT)
    audit(actor=qingzhu.actor(qingzhu.office), verb="open_pupil", target=qingzhu.pupils[1], kind=AuditKind.READ)
    with django_assert_num_queries(QUERIES):
        assert len(said(admin)) == 3


def test_the_lines_go_out_with_a_reason_and_that_is_a_line_too(qingzhu: SchoolCast, client_of: SignIn) -> None:
    cleared()
    visited(qingzhu, qingzhu.pupils[0])
    admin = client_of(qingzhu.admin)
    assert admin.post(EXPORT, {"as": "xlsx"}).status_code == 422
    answer = admin.post(EXPORT, {"as": "xlsx", "reason": "archive", "pupil": "安可儿"})
    assert answer.status_code == 200
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a FileResponse
    assert said(admin)[0] == "管一鸣 导出或打印了名单（使用记录，Excel，用途：学校存档，1 行）"


def test_wrong_passwords_are_counted_in_one_line_and_unknown_names_leave_none(
    qingzhu: SchoolCast, client_of: SignIn, client: Client
) -> None:
    cleared()
    address, name = reverse("accounts:sign_in"), qingzhu.mentor.username
    for password in ("wrong-1", "wrong-2", "wrong-3"):
        assert client.post(address, {"username": name, "password": password}).status_code == 422
    client.post(address, {"username": "nobody-here", "password": "wrong"})
    assert said(client_of(qingzhu.admin)) == ["有人 登录时输错了密码：林小满（3 次）"]
    rows = AuditEntry.objects.all()
    assert [(row.user, row.target_id, row.detail) for row in rows] == [(None, qingzhu.mentor.pk, {})] * 3
