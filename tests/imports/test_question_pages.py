"""Each question of the mentors' and teachers' rosters on the page: asked, answered with a tick, marked, taken back."""

import io
from collections.abc import Sequence

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from mentors.models.slots import Assignment, Teacher, TeamMember
from tests.cases.books import MENTORS, TEACHERS
from tests.imports.conftest import Desk, book, pupil
from tests.imports.test_pages import latest, page, post_file
from tests.stored import StoredStates

ONE = "一<1>"
ONCE = (("班级", "姓名", "导师"), (ONE, "甲一", "王一"), (ONE, "甲二", ""), (ONE, "甲三", ""))
TWO_IN_A_CELL = (("班级", ONE), ("导师团长", "王一"), ("导师", "张三、赵四"))
UNNUMBERED = (("姓名", "职务"), ("钱七", ""), ("周八", ""))
RENAMED = (("工号", "姓名"), ("T1", "王一一"), ("T2", "李二"))


@pytest.fixture
def school(desk: Desk, stored_states: StoredStates) -> Desk:
    """Three pupils, four teachers, one of them a mentor."""
    return stored_states.given("three pupils and a mentor", lambda: filled(desk))


def filled(desk: Desk) -> Desk:
    """By imports."""
    desk.students(*(pupil(n, name) for n, name in enumerate(("甲一", "甲二", "甲三"), start=1)))
    staff = [("T1", "王一"), ("T2", "李二"), ("T3", "张三"), ("T4", "赵四")]
    desk.run(book(("工号", "姓名"), *staff), TEACHERS)
    desk.run(book(("班级", ONE), ("导师团长", "王一")), MENTORS)
    return desk


def state() -> tuple[int, int, int, str]:
    """Mentors given, seats, teachers, and the first teacher's name."""
    first = Teacher.objects.get(number="T1")
    return Assignment.objects.count(), TeamMember.objects.count(), Teacher.objects.count(), first.name


@pytest.mark.parametrize(
    "kind,rows,title,question,without,ticked",
    [
        (
            "mentors",
            ONCE,
            "没有写导师的行",
            "第 3–4 行没有写导师，沿用上一行的“王一”？（2 名学生）",
            (1, 1, 4, "王一"),
            (3, 1, 4, "王一"),
        ),
        (
            "mentors",
            TWO_IN_A_CELL,
            "一格里写了两位导师",
            "一（1）班“张三、赵四”是两位导师？",
            (0, 1, 4, "王一"),
            (0, 3, 4, "王一"),
        ),
        (
            "teachers",
            UNNUMBERED,
            "没有工号的教师",
            "自动编工号：钱七 T001、周八 T002",
            (0, 1, 4, "王一"),
            (0, 1, 6, "王一"),
        ),
        ("teachers", RENAMED, "改名", "王一 → 王一一", (0, 1, 4, "王一"), (0, 1, 4, "王一一")),
    ],
)
def test_a_question_is_asked_answered_and_taken_back(
    school: Desk,
    admin_client: Client,
    kind: str,
    rows: Sequence[Sequence[object]],
    title: str,
    question: str,
    without: tuple[int, int, int, str],
    ticked: tuple[int, int, int, str],
) -> None:
    before = state()
    for accepted, wanted in ((False, without), (True, ticked)):
        post_file(admin_client, book(*rows), kind=kind)
        batch = latest()
        text = page(admin_client, batch)
        assert (title in text, question in text, "checked" in text) == (True, True, False)
        keys = [key for key, _ in batch.summary["choices"]] if accepted else []
        admin_client.post(reverse("imports:confirm", args=[batch.pk]), {"accepted": keys})
        assert state() == wanted
        if state() != before:
            admin_client.post(reverse("imports:undo", args=[batch.pk]))
        assert state() == before


def test_the_marked_workbook_marks_the_rows_that_are_asked_about(school: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(*ONCE), kind="mentors")
    response = admin_client.get(reverse("imports:marked", args=[latest().pk]))
    marked = openpyxl.load_workbook(io.BytesIO(response.content))
    comments = {cell.coordinate for row in marked["名册"].iter_rows() for cell in row if cell.comment is not None}
    assert comments == {"C3", "C4"}


def test_a_marked_workbook_asks_the_same_again(school: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(*ONCE), kind="mentors")
    response = admin_client.get(reverse("imports:marked", args=[latest().pk]))
    first = latest().summary["choices"]
    post_file(admin_client, response.content, kind="mentors")
    assert latest().summary["choices"] == first


def test_a_file_in_no_known_shape_leads_to_the_template(school: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(("姓名", "年龄"), ("甲一", 9)), kind="mentors")
    text = page(admin_client, latest())
    assert "没有找到导师匹配表" in text
    for shape in ("teams", "pairs"):
        assert f'href="{reverse("imports:template", args=[shape])}"' in text


def test_a_file_that_is_read_offers_no_template(school: Desk, admin_client: Client) -> None:
    post_file(admin_client, book(*ONCE), kind="mentors")
    assert reverse("imports:template", args=["pairs"]) not in page(admin_client, latest())


def test_a_tick_that_is_not_offered_writes_nothing(school: Desk, admin_client: Client) -> None:
    """One unknown key dropped every tick, and the rest was written as if nobody had ticked anything."""
    before = state()
    post_file(admin_client, book(*ONCE), kind="mentors")
    batch = latest()
    keys = [key for key, _ in batch.summary["choices"]]
    answer = admin_client.post(
        reverse("imports:confirm", args=[batch.pk]), {"accepted": [*keys, "carry:gone"]}, follow=True
    )
    assert "预览之后选项有了变动，没有导入。" in answer.content.decode()
    assert (state(), latest().state) == (before, "checked")
