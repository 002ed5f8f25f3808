"""After a release: the text for a class's group, and the families that were not reached."""

import io
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import AuditEntry, User
from jobs.models import Job
from records.announcing.enums import Audience
from records.models.records import GrowthLetter
from students.models import FamilySlip
from tests.announcing.builders import announce
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.documents.reading import text as pdf_text
from tests.family.test_family_pages import enter, slip_of
from tests.pages import by_class, tables, text, tree
from tests.records.builders import released_letter

ClientOf = Callable[[User], Client]
AT = reverse("announcements:families")
SLIPS = reverse("announcements:families_slips")


def names(client: Client, **asked: str) -> list[str]:
    return [row.pupil.name for row in client.get(AT, asked).context["rows"]]


def rows_of(answer: Any) -> list[tuple[Any, ...]]:
    """The lines of a workbook that was answered."""
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    return list(sheet.iter_rows(min_row=2, values_only=True))


@pytest.fixture
def released(qingzhu: SchoolCast) -> SchoolCast:
    """Two letters of class one are out: 安可儿's family has opened the slip and read, 白一诺's has no slip."""
    letters = [released_letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    family = Client()
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    enter(family, slip)
    family.get(reverse("family:letter", args=[slip.key, letters[0].pk]))
    return qingzhu


def test_the_text_names_the_school_and_the_way_and_nobody(released: SchoolCast, client_of: ClientOf) -> None:
    page = client_of(released.homeroom).get(AT, {"place": f"c{released.class_one.pk}"})
    until = FamilySlip.objects.get().ends_on
    assert until is not None
    assert page.context["copied"] == (
        "【青竹小学】一（1）班各位家长：\n"
        "2026学年第一学期的《成长寄语》已经发布，是导师写给孩子的话，请和孩子一起读。\n"
        "请扫学校发的家长凭条上的二维码，或在浏览器打开 http://127.0.0.1:8000/f/ ，输入凭条上的码和登记手机号的后四位，"
        f"不用注册。凭条到{until.year}年{until.month}月{until.day}日有效。凭条丢了，请联系班主任。"
    )


def test_before_a_release_there_is_nothing_to_tell(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    assert client_of(qingzhu.office).get(AT).context["copied"] == ""


def test_the_figures_of_a_class_lead_to_who_they_are(released: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(released.office)
    classes, _families = tables(tree(client.get(AT)))
    assert classes == [["一（1）班", "4", "3", "2", "1"], ["五（1）班", "1", "1", "0", "0"]]
    one = f"c{released.class_one.pk}"
    assert names(client, place=one, show="unopened") == ["白一诺", "曹子墨", "丁小雨"]
    assert names(client, place=one, show="unread") == ["白一诺"]
    assert names(client) == ["白一诺", "曹子墨", "丁小雨", "范思齐"]


def test_a_teacher_who_helped_with_the_slip_has_not_opened_it_for_the_family(
    released: SchoolCast, client_of: ClientOf
) -> None:
    helper = client_of(released.mentor)
    enter(helper, slip_of(released, released.pupils[1]))
    assert "白一诺" in names(client_of(released.office), show="unopened")


def test_what_was_opened_is_known_without_the_log(released: SchoolCast, client_of: ClientOf) -> None:
    """It was counted from the log alone, which is pruned."""
    enter(client_of(released.mentor), slip_of(released, released.pupils[1]))
    FamilySlip.objects.update(opened_on=None)
    import_module("students.migrations.0004_slip_opened_on").fill(apps, None)
    AuditEntry.objects.all().delete()
    opened = FamilySlip.objects.exclude(opened_on=None).values_list("pupil__name", "opened_on")
    assert list(opened) == [("安可儿", TODAY)]
    client = client_of(released.office)
    one = f"c{released.class_one.pk}"
    assert names(client, place=one, show="unopened") == ["白一诺", "曹子墨", "丁小雨"]


def test_a_corrected_letter_that_nobody_has_read_since_is_unread(released: SchoolCast, client_of: ClientOf) -> None:
    GrowthLetter.objects.filter(pupil=released.pupils[0]).update(read_at=None)
    assert names(client_of(released.office), show="unread") == ["安可儿", "白一诺"]


def test_the_homeroom_teacher_has_the_own_class_alone(released: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(released.homeroom)
    assert names(client) == names(client, place=f"c{released.class_five.pk}") == ["白一诺", "曹子墨", "丁小雨"]
    assert client.post(SLIPS, {"place": f"c{released.class_five.pk}"}).status_code == 409


def test_their_slips_alone_are_printed(released: SchoolCast, client_of: ClientOf) -> None:
    answer = client_of(released.homeroom).post(SLIPS, {"show": "unread"})
    paper = pdf_text(answer.content)
    assert [name in paper for name in ("白一诺", "安可儿", "曹子墨")] == [True, False, False]
    assert set(FamilySlip.objects.values_list("pupil__name", flat=True)) == {"安可儿", "白一诺"}


def test_of_several_classes_they_are_a_job_of_just_these_pupils(released: SchoolCast, client_of: ClientOf) -> None:
    client_of(released.office).post(SLIPS, {"show": "unopened"})
    job = Job.objects.get()
    in_one = [pupil.pk for pupil in (released.pupils[1], released.pupil_of_colleague, released.pupil_unassigned)]
    wanted = [
        {"class": released.class_one.pk, "pupils": in_one},
        {"class": released.class_five.pk, "pupils": [released.pupil_shared.pk]},
    ]
    assert [item.payload for item in job.items.order_by("pk")] == wanted
    assert job.title == "2026学年家长凭条（4 人）"


def test_the_list_is_taken_out_with_a_reason_and_logged(released: SchoolCast, client_of: ClientOf) -> None:
    client, at = client_of(released.office), reverse("announcements:families_export")
    assert client.post(at, {"show": "unread", "as": "xlsx"}).status_code == 422
    answer = client.post(at, {"show": "unread", "as": "xlsx", "reason": "check"})
    assert rows_of(answer) == [("一（1）班", 2, "白一诺", "还没有凭条", "没读")]
    assert AuditEntry.objects.filter(verb="take_out_list", detail__list="families_not_reached").count() == 1


def test_who_has_not_read_an_announcement_is_taken_out_too(released: SchoolCast, client_of: ClientOf) -> None:
    """Names of children want a reason, those of teachers none."""
    client = client_of(released.office)
    families = announce(released, Audience.CLASS, by=released.homeroom, school_class=released.class_one)
    teachers = announce(released, Audience.ROLES, roles=(Role.COUNSELLOR, Role.LEADER))
    at = [reverse("announcements:left_export", args=[row.pk]) for row in (families, teachers)]
    assert client.post(at[0], {"as": "xlsx"}).status_code == 422
    answers = [client.post(at[0], {"as": "xlsx", "reason": "check"}), client.post(at[1], {"as": "xlsx"})]
    assert [rows_of(answer) for answer in answers] == [
        [
            ("一（1）班", 1, "安可儿", "没有看"),
            ("一（1）班", 2, "白一诺", "还没有凭条"),
            ("一（1）班", 3, "曹子墨", "还没有凭条"),
            ("一（1）班", 4, "丁小雨", "还没有凭条"),
        ],
        [("温言",), ("程远",)],
    ]


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_takes_the_same_queries_for_one_and_for_more(
    released: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    EnrolmentFactory.create_batch(more, school_class=released.class_one)
    client = client_of(released.office)
    with django_assert_num_queries(12):
        assert len(client.get(AT).context["rows"]) == 4 + more


def test_the_pages_of_letters_and_of_the_class_lead_here(released: SchoolCast, client_of: ClientOf) -> None:
    for user, page in (
        (released.office, reverse("office:letters")),
        (released.homeroom, reverse("office:class", args=[released.class_one.pk])),
    ):
        shown = tree(client_of(user).get(page))
        assert [text(link) for link in by_class(shown, "btn") if AT in (link.get("href") or "")] == ["通知家长"]
