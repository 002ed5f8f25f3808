"""Cases 48 to 51: how classes are written."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from jobs.importers import ImportOptions
from jobs.imports import upload_batch
from jobs.models import ColumnMapping, ImportBatch
from schools.enums import Preset
from schools.labels import GradeSense, parse_class_label
from schools.models import SchoolClass
from schools.services import create_school
from tests.cases.books import STUDENTS, book, errors, messages, places, read
from tests.imports.conftest import Desk
from tests.senses import JUNIOR, PRIMARY, SENIOR

HEADER = ("姓名", "班级")


def uploaded(desk: Desk, data: bytes, *, create: bool = True) -> ImportBatch:
    return upload_batch(
        actor=desk.actor,
        year=desk.year,
        kind=STUDENTS,
        data=data,
        file_name="名册.xlsx",
        options=ImportOptions(create_classes=create),
    )


@pytest.mark.parametrize(
    "label",
    ["一<1>", "一（1）班", "一(1)", "1年级1班", "一年级一班", "1年级(1)班", "G1C1", "101", "1.1", "2026级1班", "1-1"],
)
def test_case_48_every_spelling_is_one_class(desk: Desk, label: str) -> None:
    assert read(desk, book(HEADER, ("甲", label))).log.findings == ()
    assert places() == [("甲", "一（1）班")]


@pytest.mark.parametrize(
    "label,sense,named",
    [
        ("高一1班", SENIOR, "高一（1）班"),
        ("初一(1)", JUNIOR, "初一（1）班"),
        ("七(1)", JUNIOR, "初一（1）班"),
        ("2026级1班", SENIOR, "高一（1）班"),
        ("高一1班", PRIMARY, None),
    ],
)
def test_case_48_the_school_s_grades_count(label: str, sense: GradeSense, named: str | None) -> None:
    key = parse_class_label(label, sense=sense, start_year=2026)
    assert (key and key.label) == named


def test_case_48_the_preview_lists_each_spelling_with_its_class(desk: Desk) -> None:
    batch = uploaded(desk, book(HEADER, ("甲", "一<1>"), ("乙", "101"), ("丙", "一<2>"), ("丁", "一<1>")))
    assert [tuple(pair) for pair in batch.summary["spellings"]] == [
        ("一<1>", "一（1）班"),
        ("101", "一（1）班"),
        ("一<2>", "一（2）班"),
    ]


def test_case_48_an_unknown_spelling_is_asked_once_and_remembered(desk: Desk, admin_client: Client) -> None:
    read(desk, book(HEADER, ("先", "一<1>")))
    data = book(HEADER, ("甲", "火箭班"), ("先", "一<1>"))
    batch = uploaded(desk, data)
    assert (batch.summary["unread_classes"], batch.summary["errors"]) == (["火箭班"], 1)
    page = admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert '<option value="1-1">一（1）班</option>' in page
    admin_client.post(reverse("imports:mapping", args=[batch.pk]), {"key": ["=火箭班"], "field": ["1-1"]})
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert places() == [("先", "一（1）班"), ("甲", "一（1）班")]
    assert dict(ColumnMapping.objects.values_list("header", "field")) == {"=火箭班": "1-1"}
    assert uploaded(desk, data).summary["unchanged"] == 2


def test_case_48_what_one_school_said_is_not_known_to_another(desk: Desk) -> None:
    ColumnMapping.objects.create(school=desk.school, kind=STUDENTS, header="孩子", field="name")
    school, year = create_school(code="b", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    other = Desk(school, year, desk.admin)
    data = book(("孩子", "班级", "性别"), ("甲", "一<1>", "女"))
    assert desk.run(data, STUDENTS, dry=True).log.has_errors is False
    stranger = other.actor.__class__(None, "系统", school.pk, None, other.actor.roles)
    batch = upload_batch(
        actor=stranger, year=year, kind=STUDENTS, data=data, file_name="a.xlsx", options=ImportOptions(True)
    )
    assert [f["code"] for f in batch.findings if f["level"] == "error"] == ["column_missing"]


@pytest.mark.parametrize("value", [datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2), "1月2日"])
def test_case_49_a_class_that_became_a_date_is_an_error_with_a_hint(desk: Desk, value: object) -> None:
    report = read(desk, book(HEADER, ("甲", value)))
    ((code, row, column, _),) = errors(report)
    assert (code in ("class_is_date", "class_unreadable"), row, column) == (True, 2, "班级")
    assert "写成“一（1）班”" in messages(report)[0]


def test_case_49_a_decimal_is_a_class_unless_a_zero_may_have_been_lost(desk: Desk) -> None:
    assert read(desk, book(HEADER, ("甲", 1.1))).written
    read(desk, book(HEADER, ("乙", "一<10>")))
    report = read(desk, book(HEADER, ("甲", 1.1)))
    assert errors(report) == [("class_ambiguous", 2, "班级", "1.1")]
    assert read(desk, book(HEADER, ("甲", "一<1>"))).unchanged == 1


@pytest.mark.parametrize("label", [" 一（1）班 ", "一（1）", "一 (1) 班", "1(1)班　", "一1"])
def test_case_50_blanks_and_a_missing_ban_do_not_matter(desk: Desk, label: str) -> None:
    assert read(desk, book(HEADER, ("甲", label))).log.findings == ()
    assert places() == [("甲", "一（1）班")]


def test_case_51_a_class_that_is_missing_is_asked_about_and_never_created_silently(desk: Desk) -> None:
    batch = uploaded(desk, book(HEADER, ("甲", "一<1>")), create=False)
    assert (batch.summary["unknown_classes"], batch.state) == (["一（1）班"], "refused")
    assert SchoolClass.objects.count() == 0
