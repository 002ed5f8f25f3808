"""The bureau: schools side by side in figures, and their plans; never a name."""

import datetime
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from records.bureau.models import CountedTerm
from records.bureau.queries.schools import Comparison
from records.bureau.services.counting import recount_all
from schools.enums import Preset
from schools.models import School
from schools.services import create_class, create_school
from students.models import Enrolment
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, text, tree
from tests.records.builders import TEXT, released_letter, visit

SignIn = Callable[[User], Client]
BUREAU = "江城市教育局"


def second_school(code: str = "jiangcheng", pupils: int = 2) -> None:
    """A senior school of the same bureau with a few pupils and no mentors."""
    _school, year = create_school(
        code=code, name=f"{code}一中", preset=Preset.SENIOR_YEARLY, start_year=2026, bureau_name=BUREAU
    )
    school_class = create_class(year=year, grade_number=10, number=1)
    EnrolmentFactory.create_batch(pupils, school_class=school_class)


def figures(client: Client, address: str = "") -> dict[str, list[str]]:
    """The rows of a page of the bureau: first column → the words of the others."""
    page = tree(client.get(address or reverse("bureau:home")))
    (table,) = by_class(page, "city-table")
    cells = [[text(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")][1:]
    return {row[0]: row[1:] for row in cells}


def test_schools_stand_side_by_side_in_figures(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Five pupils, four of them in one grade: whatever would tell of a group under five is a dash or a word."""
    second_school()
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    EnrolmentFactory.create_batch(12, school_class=qingzhu.class_one)
    EnrolmentFactory.create_batch(8, school_class=qingzhu.class_five)
    recount_all(today=TODAY)
    assert figures(client_of(qingzhu.bureau_user)) == {
        "jiangcheng一中": ["—", "0", "—", "—", "—", "—", "—", "—", "—", "—", "第 1 版"],
        "青竹小学": ["—", "4", "—", "—", "—", "—", "—", "—", "—", "0% 0/5", "第 1 版"],
        "全市": [
            "27",
            "4",
            "—",
            "不足 5 共 27",
            "不足 5 共 27",
            "0% 0/27",
            "不足 5 共 27",
            "—",
            "—",
            "0% 0/5",
            "",
        ],
    }


def test_a_large_school_is_read_with_its_grades(qingzhu: SchoolCast, client_of: SignIn) -> None:
    EnrolmentFactory.create_batch(26, school_class=qingzhu.class_one)
    EnrolmentFactory.create_batch(19, school_class=qingzhu.class_five)
    for place in Enrolment.objects.filter(school_class=qingzhu.class_one)[:12]:
        visit(qingzhu, qingzhu.homeroom, place.pupil)
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)
    address = reverse("bureau:school", args=[qingzhu.school.pk])
    assert figures(client)["青竹小学"] == [*figures(client)["全市"][:-1], "第 1 版"]
    assert {label: row[:3] for label, row in figures(client, address).items()} == {
        "一年级": ["30", "不足 5 共 30", "40% 12/30"],
        "五年级": ["20", "不足 5 共 20", "0% 0/20"],
        "全校": ["50", "不足 5 共 50", "24% 12/50"],
    }


def test_no_page_of_the_bureau_names_a_pupil_or_a_teacher(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)
    names = [p.name for p in (*qingzhu.pupils, qingzhu.pupil_shared)] + [qingzhu.mentor.name, qingzhu.homeroom.name]
    own = [qingzhu.school.pk]
    for address in (reverse("bureau:home"), reverse("bureau:school", args=own), reverse("plan:school", args=own)):
        words = client.get(address).content.decode()
        assert [name for name in names if name in words] == []
        assert (qingzhu.school.name in words, TEXT in words) == (True, False)


def test_the_bureau_reads_a_schools_plan(qingzhu: SchoolCast, client_of: SignIn) -> None:
    words = client_of(qingzhu.bureau_user).get(reverse("plan:school", args=[qingzhu.school.pk])).content.decode()
    for part in ("全员导师制工作实施方案（试行稿）", "原则上不超过 15 名学生", "班主任与学生协商"):
        assert part in words


def test_schools_of_another_bureau_do_not_exist(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.bureau_user)
    recount_all(today=TODAY)
    assert [row.school for row in client.get(reverse("bureau:home")).context["found"].rows] == [qingzhu.school]
    for name in ("plan:school", "bureau:school"):
        assert client.get(reverse(name, args=[other.school.pk])).status_code == 404
    assert client.post(reverse("bureau:take_out_grades", args=[other.school.pk])).status_code == 404


def test_a_school_without_a_year_says_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    qingzhu.year.is_current = False
    qingzhu.year.save()
    client = client_of(qingzhu.bureau_user)
    assert "还没有设置学年和方案" in client.get(reverse("bureau:home")).content.decode()
    assert client.get(reverse("plan:school", args=[qingzhu.school.pk])).status_code == 200


@pytest.mark.parametrize("part", ["office", "leader", "admin", "homeroom", "mentor", "counsellor"])
def test_people_of_a_school_do_not_compare_schools(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    client = client_of(qingzhu.people[part])
    assert client.get(reverse("bureau:home")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_school_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(1, count):
        second_school(f"s{number}")
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)
    client.get(reverse("bureau:home"))
    with django_assert_num_queries(9):
        client.get(reverse("bureau:home"))
    with django_assert_num_queries(8):
        client.get(reverse("bureau:school", args=[qingzhu.school.pk]))


@pytest.mark.both_databases
def test_rows_are_kept_until_a_figure_or_a_name_changes(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Twenty readers at once waited for each other, and each had the same table made anew."""
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)

    def found() -> Comparison:
        looked: Comparison = client.get(reverse("bureau:home")).context["found"]
        return looked

    first = found()
    assert found() is first
    CountedTerm.objects.update(mentors=77)
    School.objects.filter(pk=qingzhu.school.pk).update(name="新青竹小学")
    assert figures(client)["新青竹小学"][1] == "77"
    assert found() is not first


def test_terms_are_switched_and_the_order_is_by_name_or_by_what_is_open(qingzhu: SchoolCast, client_of: SignIn) -> None:
    second_school("aa", 10)
    EnrolmentFactory.create_batch(9, school_class=qingzhu.class_one)
    EnrolmentFactory.create_batch(9, school_class=qingzhu.class_five)
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)
    assert list(figures(client)) == ["aa一中", "青竹小学", "全市"]
    assert list(figures(client, reverse("bureau:home") + "?by=open")) == ["青竹小学", "aa一中", "全市"]
    recount_all(today=datetime.date(2027, 5, 10))
    page = client.get(reverse("bureau:home"))
    assert [term.key for term in page.context["found"].terms] == ["2026-2", "2026-1"]
    assert page.context["found"].term.key == "2026-2"
    assert client.get(reverse("bureau:home") + "?term=2026-1").context["found"].term.key == "2026-1"


def test_the_table_goes_out_as_a_workbook_and_on_paper(qingzhu: SchoolCast, client_of: SignIn) -> None:
    EnrolmentFactory.create_batch(26, school_class=qingzhu.class_one)
    recount_all(today=TODAY)
    client = client_of(qingzhu.bureau_user)
    answer = client.post(reverse("bureau:take_out_schools"), {"as": "xlsx", "term": "2026-1"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content)))["各校情况"]  # type: ignore[attr-defined]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["学校", "学生", "导师"]
    assert [(row[0], row[1]) for row in rows[1:]] == [("青竹小学", "31"), ("全市", "31")]
    paper = client.post(reverse("bureau:take_out_grades", args=[qingzhu.school.pk]), {"as": "pdf"})
    assert "青竹小学各年级" in PdfReader(BytesIO(b"".join(paper.streaming_content))).pages[0].extract_text()  # type: ignore[attr-defined]
    assert list(AuditEntry.objects.filter(verb="take_out_list").values_list("detail__list", flat=True)) == [
        "bureau_grades",
        "bureau_schools",
    ]
