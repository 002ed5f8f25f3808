"""暂不适合: 德育室's page and steps, and that nobody else can tell whether there is a case (Wuhu plan 五(二))."""

import datetime
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.enums import ReadinessState
from mentors.models.slots import Teacher
from mentors.staff.models import ReadinessCase
from mentors.staff.services.readiness import begin_training, edit_reason, mark_ready, open_case
from records.merging.services import draw_teacher_merge, merge_teachers
from tests.cast import TODAY, SchoolCast, TeacherFactory
from tests.pages import tables, tree
from tests.roles.test_url_matrix import MATRIX
from tests.roles.world import build_world

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
DAY = TODAY - datetime.timedelta(days=9)
REASON = "家里有事，暂缓半年"
OTHERS = ("admin", "homeroom", "mentor", "colleague", "sharer", "counsellor", "leader", "bureau_user")


def teacher_of(user: User) -> Teacher:
    return Teacher.objects.get(user=user)


def case_of(cast: SchoolCast, teacher: Teacher | None = None) -> ReadinessCase:
    office = cast.actor(cast.office)
    return open_case(actor=office, teacher=teacher or teacher_of(cast.mentor), starts_on=DAY, reason=REASON)


# --- Steps ------------------------------------------------------------------------------------------------------------
def test_a_teacher_goes_from_paused_through_training_to_ready(qingzhu: SchoolCast) -> None:
    office, case = qingzhu.actor(qingzhu.office), case_of(qingzhu)
    assert (case.state, case.starts_on, case.reason) == (ReadinessState.PAUSED, DAY, REASON)
    case = begin_training(actor=office, case=case, on=DAY + datetime.timedelta(days=2))
    assert (case.state, case.training_on) == (ReadinessState.TRAINING, DAY + datetime.timedelta(days=2))
    case = mark_ready(actor=office, case=case, on=TODAY)
    assert (case.state, case.ready_on) == (ReadinessState.READY, TODAY)
    # A second case may follow a closed one.
    assert case_of(qingzhu).pk != case.pk


def test_refusals_say_what_is_wrong(qingzhu: SchoolCast) -> None:
    office, case = qingzhu.actor(qingzhu.office), case_of(qingzhu)
    gone = TeacherFactory.create(school=qingzhu.school, left_on=DAY)
    tomorrow, before = TODAY + datetime.timedelta(days=1), DAY - datetime.timedelta(days=1)

    def code(call: Callable[[], object]) -> str:
        with pytest.raises(DomainError) as refusal:
            call()
        return refusal.value.code

    assert code(lambda: case_of(qingzhu)) == "already_open"
    assert code(lambda: case_of(qingzhu, gone)) == "has_left"
    colleague = teacher_of(qingzhu.colleague)
    assert code(lambda: open_case(actor=office, teacher=colleague, starts_on=tomorrow)) == "date_out_of_range"
    assert code(lambda: begin_training(actor=office, case=case, on=before)) == "date_out_of_range"
    assert code(lambda: mark_ready(actor=office, case=case, on=tomorrow)) == "date_out_of_range"
    assert code(lambda: edit_reason(actor=office, case=case, reason="长" * 501)) == "reason_too_long"
    mark_ready(actor=office, case=case, on=TODAY)
    assert code(lambda: begin_training(actor=office, case=case, on=TODAY)) == "already_ready"


@pytest.mark.parametrize("part", OTHERS)
def test_nobody_else_may_do_anything(qingzhu: SchoolCast, part: str) -> None:
    actor, case, teacher = qingzhu.actor(qingzhu.people[part]), case_of(qingzhu), teacher_of(qingzhu.colleague)
    calls: tuple[Callable[[], object], ...] = (
        lambda: open_case(actor=actor, teacher=teacher, starts_on=DAY),
        lambda: begin_training(actor=actor, case=case, on=TODAY),
        lambda: mark_ready(actor=actor, case=case, on=TODAY),
        lambda: edit_reason(actor=actor, case=case, reason=""),
    )
    expected = "other_school" if part == "bureau_user" else "not_allowed"
    for call in calls:
        with pytest.raises(DomainError) as refusal:
            call()
        assert refusal.value.code == expected
    assert list(ReadinessCase.objects.visible_to(actor)) == []


def test_another_schools_office_finds_nothing(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    case = case_of(qingzhu)
    client = client_of(other.office)
    assert client.get(reverse("readiness:case", args=[case.pk])).status_code == 404
    assert client.get(reverse("readiness:new", args=[case.teacher_id])).status_code == 404
    with pytest.raises(DomainError) as refusal:
        mark_ready(actor=other.actor(other.office), case=case, on=TODAY)
    assert refusal.value.code == "other_school"


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_the_page_counts_mentors_and_who_is_missing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    waiting = TeacherFactory.create(school=qingzhu.school, name="秦朗")
    TeacherFactory.create(school=qingzhu.school, name="夏雨")
    TeacherFactory.create(school=qingzhu.school, name="走远", left_on=DAY)
    case_of(qingzhu, waiting)
    page = client_of(qingzhu.office).get(reverse("readiness:list"))
    overview = page.context["overview"]
    # The cast has five teachers in four slots.
    assert (overview.teachers, overview.mentors, overview.without, overview.waiting) == (7, 5, 2, 1)
    assert (overview.not_ready, overview.with_pupils) == (1, [])
    assert "还有 2 位老师没有担任导师，其中 1 位先参加培训" in page.content.decode()
    shown = client_of(qingzhu.office).get(reverse("readiness:list") + "?show=without")
    assert [row.teacher.name for row in shown.context["rows"]] == ["秦朗", "夏雨"]


def test_it_warns_while_such_a_teacher_still_has_pupils(qingzhu: SchoolCast, client_of: SignIn) -> None:
    case_of(qingzhu)
    page = client_of(qingzhu.office).get(reverse("readiness:list"))
    assert "林小满老师还带着学生" in page.content.decode()
    assert [row.teacher.name for row in page.context["rows"] if row.holds_pupils] == ["林小满"]


def test_the_list_is_in_the_order_that_is_asked_for(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)

    def names(sort: str) -> list[str]:
        return [row.teacher.name for row in client.get(reverse("readiness:list"), {"sort": sort}).context["rows"]]

    assert names("-name") == names("name")[::-1] == ["石磊", "陶然", "苏禾", "林小满", "何知秋"]
    assert sorted(names("")) == sorted(names("name"))


def test_the_way_through_the_pages(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, teacher = client_of(qingzhu.office), teacher_of(qingzhu.mentor)
    new = reverse("readiness:new", args=[teacher.pk])
    client.post(new, {"starts_on": DAY.isoformat(), "reason": REASON})
    case = ReadinessCase.objects.get()
    url = reverse("readiness:case", args=[case.pk])
    # Registered already: the same address leads to the case.
    assert client.get(new)["Location"] == url
    assert REASON in client.get(url).content.decode()
    client.post(url, {"step": "training", "on": TODAY.isoformat()})
    client.post(url, {"step": "reason", "reason": "好多了"})
    assert client.post(url, {"step": "ready", "on": (DAY - datetime.timedelta(days=1)).isoformat()}).status_code == 422
    assert client.post(url, {"step": "ready", "on": TODAY.isoformat()})["Location"] == reverse("readiness:list")
    case.refresh_from_db()
    assert (case.state, case.reason, case.training_on, case.ready_on) == ("ready", "好多了", TODAY, TODAY)


def test_the_log_has_no_reason(qingzhu: SchoolCast, client_of: SignIn) -> None:
    case = case_of(qingzhu)
    edit_reason(actor=qingzhu.actor(qingzhu.office), case=case, reason="好多了")
    client_of(qingzhu.office).get(reverse("readiness:case", args=[case.pk]))
    entries = AuditEntry.objects.filter(target_type="mentors.readinesscase").order_by("pk")
    assert [(e.verb, e.kind, e.detail) for e in entries] == [
        ("open_readiness", "change", {}),
        ("edit_readiness", "change", {}),
        ("open_readiness_case", "read", {}),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_case_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for user in (qingzhu.mentor, qingzhu.colleague, qingzhu.homeroom)[:count]:
        case_of(qingzhu, teacher_of(user))
    client = client_of(qingzhu.office)
    with django_assert_num_queries(14):
        client.get(reverse("readiness:list"))


# --- Nobody else learns of it -----------------------------------------------------------------------------------------
# Papers of 德育室 are long to make; marking notices as read changes the next page; workbooks are compared by cell; the
# audit says that something restricted was written, and not of whom: see the test below.
LEFT_OUT = re.compile(
    r"papers:|badges:|notices:open|imports:(export|template|marked)|jobs:download|sign_in|audit:lines"
)
CHANGING = (
    re.compile(r'name="(?:csrfmiddlewaretoken|press)" value="\w+"'),
    re.compile(r'"X-CSRFToken": "\w+"'),
    re.compile(r'nonce="[^"]+"'),
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
)


ASKED = re.compile(r'(?:FROM|JOIN) "(\w+)"')
WRITTEN = re.compile(r'^(?:INSERT INTO|UPDATE) "(\w+)"')


def seen(client: Client, addresses: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Status and body of each page, without what differs from one look to the next."""
    pages = {}
    for name, url in addresses.items():
        answer = client.get(url)
        text = answer.content.decode() if answer.get("Content-Type", "").startswith("text/") else ""
        for pattern in CHANGING:
            text = pattern.sub("", text)
        pages[name] = (answer.status_code, text)
    return pages


def asking(client: Client, addresses: dict[str, str], tables: set[str]) -> dict[str, str]:
    """The pages that ask the database for a row of these tables: no other can change with them."""
    found = {}
    for name, url in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        if tables & {table for query in queries for table in ASKED.findall(query["sql"])}:
            found[name] = url
    return found


def exported(client: Client) -> dict[str, list[tuple[object, ...]]]:
    sheets: dict[str, list[tuple[object, ...]]] = {}
    for shape in ("teachers", "teams", "pairs"):
        data = client.get(reverse("imports:export", args=[shape])).content
        rows = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
        sheets[shape] = [tuple(row) for row in rows]
    return sheets


# All pages are asked on PostgreSQL by tests/roles/test_wild_input.py.
@pytest.mark.any_database
@pytest.mark.parametrize("part", OTHERS)
def test_every_page_is_the_same_with_and_without_a_case(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, part: str
) -> None:
    world = build_world(qingzhu, other)
    ReadinessCase.objects.all().delete()
    addresses = {
        name: world.url(name)
        for name, (method, _) in MATRIX.items()
        if method == "GET" and not LEFT_OUT.search(name) and name != "readiness:case"
    }
    teacher = teacher_of(qingzhu.mentor)
    twin = TeacherFactory.create(school=qingzhu.school, name=teacher.name, number="T-TWIN")
    addresses["merge preview"] = f"{reverse('merge:teachers', args=[twin.pk])}?other={teacher.pk}"
    client = client_of(qingzhu.people[part])
    office = qingzhu.actor(qingzhu.office)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        begin_training(actor=office, case=case_of(qingzhu, teacher), on=TODAY)
        transaction.set_rollback(True)
    touched = {table for query in queries for table in WRITTEN.findall(query["sql"])}
    assert "mentors_readinesscase" in touched
    # Looking changes what is looked at once (a first visit): the second look counts.
    addresses = {name: addresses[name] for name in {*asking(client, addresses, touched), "manage:person"}}
    before = seen(client, addresses)
    rosters = exported(client) if part == "admin" else {}
    begin_training(actor=office, case=case_of(qingzhu, teacher), on=TODAY)
    assert seen(client, addresses) == before
    assert (exported(client) if part == "admin" else {}) == rosters
    assert before["manage:person"][0] == (200 if part == "admin" else 403)


def test_the_audit_tells_the_admin_that_something_restricted_was_written_and_not_of_whom(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    begin_training(actor=qingzhu.actor(qingzhu.office), case=case_of(qingzhu, teacher_of(qingzhu.mentor)), on=TODAY)
    [lines] = tables(tree(client_of(qingzhu.admin).get(reverse("audit:lines"))))
    when = "11月18日 10:00"
    assert [line for line in lines if line[1] == "德育韩"] == [[when, "德育韩", "写了一条受限记录", "修改"]] * 2


def test_the_admin_can_merge_and_hand_over_as_if_there_were_no_case(qingzhu: SchoolCast) -> None:
    admin, teacher = qingzhu.actor(qingzhu.admin), teacher_of(qingzhu.mentor)
    twin = TeacherFactory.create(school=qingzhu.school, name=teacher.name)
    without = draw_teacher_merge(actor=admin, kept=teacher, other=twin)
    first, second = case_of(qingzhu, teacher), case_of(qingzhu, twin)
    with_case = draw_teacher_merge(actor=admin, kept=teacher, other=twin)
    assert (with_case.moving, with_case.notes, with_case.refusal) == (without.moving, without.notes, without.refusal)
    merge_teachers(actor=admin, kept=teacher, other=twin)
    assert list(ReadinessCase.objects.values_list("pk", "teacher_id")) == [(first.pk, teacher.pk)]
    assert second.pk != first.pk
    (entry,) = AuditEntry.objects.filter(verb="merge_teachers")
    assert set(entry.detail) == {"other", "moved"}


def test_a_case_moves_with_the_merged_entry(qingzhu: SchoolCast) -> None:
    teacher = teacher_of(qingzhu.mentor)
    twin = TeacherFactory.create(school=qingzhu.school, name=teacher.name)
    case = case_of(qingzhu, twin)
    merge_teachers(actor=qingzhu.actor(qingzhu.admin), kept=teacher, other=twin)
    case.refresh_from_db()
    assert (case.teacher_id, case.reason) == (teacher.pk, REASON)
