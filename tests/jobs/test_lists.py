"""A list that leaves the house: as a workbook and on paper, with a reason, logged, whatever its size."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry, User
from core.errors import DomainError
from core.lists import ListColumn, ListOut, batched
from core.workbooks import cell_text, read_workbook
from jobs.enums import ListShape
from jobs.list_paper import list_pdf
from jobs.lists import MOST_ON_PAPER, take_out
from schools.contexts import Letterhead
from tests.cast import TODAY, SchoolCast

SignIn = Callable[[User], Client]


def a_list(rows: Any, **changed: Any) -> ListOut:
    values: dict[str, Any] = {"title": "参加培训的老师", "names_children": False, "name": "training"} | changed
    return ListOut(columns=[ListColumn("姓名"), ListColumn("次数", 6, number=True)], rows=rows, **values)


def cells(data: bytes) -> list[list[list[str]]]:
    """The sheets of a workbook as rows of texts."""
    book = read_workbook(data, file_name="x.xlsx")
    return [[[cell_text(cell) for cell in row.cells] for row in sheet.rows] for sheet in book.sheets]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def exported(client: Client, **typed: object) -> Any:
    return client.post(reverse("office:export_pupils"), {"as": "xlsx", "reason": "check", **typed})


def names(response: Any) -> list[str]:
    (sheet,) = cells(body(response))
    return [row[2] for row in sheet[1:]]


def last_entry() -> AuditEntry:
    return AuditEntry.objects.filter(verb="take_out_list").get()


# --- The shape --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_workbook_holds_the_rows_as_text_and_numbers_and_the_tables_behind(qingzhu: SchoolCast) -> None:
    table = a_list([["=1+1", 2], ["林小满", None]], further=[a_list([["陶然", 3]], title="另一张")])
    with take_out(actor=qingzhu.actor(qingzhu.office), table=table, shape=ListShape.XLSX) as file:
        assert cells(file.read()) == [
            [["姓名", "次数"], ["=1+1", "2"], ["林小满"]],
            [["姓名", "次数"], ["陶然", "3"]],
        ]
    assert last_entry().detail == {"list": "training", "as": "xlsx", "rows": 3, "where": {}}


@pytest.mark.django_db
def test_a_list_of_children_wants_a_reason_before_anything_is_read(qingzhu: SchoolCast) -> None:
    def never() -> Iterator[list[str | int | None]]:
        raise AssertionError("rows were read")
        yield []

    with pytest.raises(DomainError) as refused:
        take_out(actor=qingzhu.actor(qingzhu.office), table=a_list(never(), names_children=True), shape=ListShape.XLSX)
    assert refused.value.code == "no_reason"
    assert not AuditEntry.objects.filter(verb="take_out_list").exists()


@pytest.mark.django_db
def test_more_lines_than_a_paper_has_are_refused_with_what_to_do(qingzhu: SchoolCast) -> None:
    table = a_list([["林小满", 1]] * (MOST_ON_PAPER + 1))
    with pytest.raises(DomainError) as refused:
        take_out(actor=qingzhu.actor(qingzhu.office), table=table, shape=ListShape.PDF)
    assert refused.value.message == "现在的筛选超过 1500 行，纸上放不下。请先选一个年级或班级再打印，或者导出 Excel。"


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_rows_of_a_workbook(qingzhu: SchoolCast) -> None:
    def peak(count: int) -> int:
        table = a_list([f"学生{n}", n] for n in range(count))
        tracemalloc.start()
        take_out(actor=qingzhu.actor(qingzhu.office), table=table, shape=ListShape.XLSX).close()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(4000) < peak(500) + 300_000


def test_a_paper_has_the_school_its_heading_the_filters_and_each_row() -> None:
    table = a_list([["林小满", 2], ["陶然", None]], about="2026学年第一学期", note="按姓名排列，不作评比。")
    pages = PdfReader(io.BytesIO(list_pdf(table, Letterhead(name="青竹小学"), TODAY))).pages
    text = pages[0].extract_text().replace(" ", "")
    assert len(pages) == 1
    for words in ("青竹小学", "参加培训的老师", "2026学年第一学期", "2026年11月18日", "林小满", "陶然", "不作评比"):
        assert words in text


def test_rows_are_taken_in_parts() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


# --- The pupils' list of the office -----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_pupils_of_the_filter_go_out_in_its_order_with_their_ticks(qingzhu: SchoolCast, client_of: SignIn) -> None:
    response = exported(client_of(qingzhu.office), show="no_mentor", term="2026-1")
    (sheet,) = cells(body(response))
    assert sheet[0][:4] == ["班级", "座号", "姓名", "导师"]
    assert [row[2:5] for row in sheet[1:]] == [["丁小雨", "还没有导师", "未完成"]]
    assert unquote(response["Content-Disposition"]) == "attachment; filename*=utf-8''学生完成情况-20261118.xlsx"
    assert last_entry().detail == {
        "list": "pupils",
        "as": "xlsx",
        "rows": 1,
        "reason": "check",
        "where": {"term": "2026-1", "show": "no_mentor", "place": ""},
    }


@pytest.mark.django_db
def test_ticked_pupils_go_out_alone_and_those_of_another_school_never(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.office)
    first, _second = qingzhu.pupils
    assert names(exported(client, pick=[first.pk, other.pupils[0].pk, "9" * 5000])) == ["安可儿"]
    assert len(names(exported(client, pick=[first.pk], all="1"))) == 5


@pytest.mark.django_db
def test_without_a_reason_the_page_asks_and_keeps_what_was_chosen(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    first, _second = qingzhu.pupils
    response = exported(client, reason="", pick=[first.pk], show="none")
    assert response.status_code == 422
    page = response.content.decode()
    assert "请选择用途。" in page
    assert f'<input type="hidden" name="pick" value="{first.pk}">' in page
    assert '<input type="hidden" name="show" value="none">' in page
    assert "请写明用途。" in exported(client, reason="other").content.decode()
    assert not AuditEntry.objects.filter(verb="take_out_list").exists()


@pytest.mark.django_db
def test_a_filter_that_is_none_takes_nothing_out(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """The page falls back to all pupils; the file did so as well."""
    assert exported(client_of(qingzhu.office), show="nobody").status_code == 409
    assert not AuditEntry.objects.filter(verb="take_out_list").exists()


@pytest.mark.django_db
def test_the_words_of_another_purpose_are_kept(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert exported(client_of(qingzhu.office), reason="other", words="督导检查").status_code == 200
    assert (last_entry().detail["reason"], last_entry().detail["words"]) == ("other", "督导检查")


@pytest.mark.django_db
def test_the_list_on_paper_opens_in_the_browser(qingzhu: SchoolCast, client_of: SignIn) -> None:
    response = client_of(qingzhu.office).post(reverse("office:export_pupils"), {"as": "pdf", "reason": "meeting"})
    assert (response["Content-Type"], response["Content-Disposition"][:6]) == ("application/pdf", "inline")
    text = PdfReader(io.BytesIO(body(response))).pages[0].extract_text()
    assert [name for name in ("安可儿", "范思齐", "林小满") if name not in text] == []


@pytest.mark.django_db
def test_a_name_that_does_not_print_is_said_before_the_paper(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, _second = qingzhu.pupils
    first.name = "安\U0003134a儿"
    first.save()
    client = client_of(qingzhu.office)
    asked = {"as": "pdf", "reason": "meeting"}
    assert client.post(reverse("office:export_pupils"), asked).status_code == 409
    assert client.post(reverse("office:export_pupils"), asked | {"missing": "ok"}).status_code == 200


@pytest.mark.django_db
def test_the_page_of_the_pupils_offers_both_and_says_how_many(qingzhu: SchoolCast, client_of: SignIn) -> None:
    page = client_of(qingzhu.leader).get(reverse("office:pupils"), {"show": "none"}).content.decode()
    assert "现在的筛选共 5 人" in page
    assert page.count('name="pick"') == 5
    assert '<input type="hidden" name="show" value="none">' in page
