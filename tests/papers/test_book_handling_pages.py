"""The pages of 记录本收发: filters, marking many, taking back, a remark, the printed list; with htmx and without."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.shortcodes import short_code
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor, set_team
from records.contexts import RecordBook
from records.enums import BookStep
from records.papers.documents.record_book import render_record_book
from records.papers.models import BookHandling
from records.papers.queries.books import record_book_context
from records.papers.services.book_handling import OWN
from schools.enums import Module
from schools.services import use_modules
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.documents import reading
from tests.records.test_book_handling import dates, mark

SignIn = Callable[[User], Client]
HANDLING = reverse("papers:handling")
MARK, UNDO = reverse("papers:handling_mark"), reverse("papers:handling_undo")
HTMX = {"HX-Request": "true", "HX-Target": "book-handling"}


def post(client: Client, *slots: Mentor, act: str = "issued", url: str = MARK, **more: Any) -> Any:
    headers = more.pop("headers", None)
    data = {"term": 1, "act": act, "books": [s.pk for s in slots], "on": TODAY.isoformat(), **more}
    return client.post(url, data, headers=headers)


def said(answer: Any) -> list[str]:
    return [str(m) for m in answer.context["messages"]]


def shown(answer: Any) -> list[str]:
    return [b.mentor.names for b in answer.context["handled"].books]


def test_the_page_shows_books_by_class_with_state_dates_and_form(qingzhu: SchoolCast, client_of: SignIn) -> None:
    mark(qingzhu, qingzhu.slot, on=datetime.date(2026, 9, 1))
    mark(qingzhu, qingzhu.slot, step=BookStep.COLLECTED)
    page = client_of(qingzhu.office).get(HANDLING)
    assert shown(page) == ["何知秋", "林小满", "苏禾", "陶然/石磊"]
    assert page.context["progress"] == [("已发下", 1), ("已收回", 1), ("已检查", 0)]
    html = page.content.decode()
    assert [html.count(text) for text in ("9.1 发", "11.18 收", "已填 0/6", "已填 0/3", "还没有学生")] == [
        1,
        1,
        1,
        2,
        1,
    ]
    assert (html.count('name="books"'), html.count("一（1）班")) == (4, 4)


def test_place_state_and_term_filter(qingzhu: SchoolCast, client_of: SignIn) -> None:
    mark(qingzhu, qingzhu.slot)
    client = client_of(qingzhu.office)
    place = f"g{qingzhu.class_one.grade_id}"
    assert shown(client.get(HANDLING, {"place": place, "state": "waiting"})) == ["何知秋", "苏禾"]
    assert shown(client.get(HANDLING, {"state": "issued"})) == ["林小满"]
    assert shown(client.get(HANDLING, {"state": "issued", "term": "2"})) == []
    assert len(shown(client.get(HANDLING, {"state": "nonsense", "place": "x"}))) == 4


def test_ticked_books_are_marked_and_the_page_keeps_its_filters(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    place = f"c{qingzhu.class_one.pk}"
    answer = post(client, qingzhu.slot, qingzhu.slot_colleague, place=place, state="waiting")
    assert (answer.status_code, answer["Location"]) == (302, f"{HANDLING}?term=1&place={place}&state=waiting")
    assert [dates(s) for s in (qingzhu.slot, qingzhu.slot_colleague)] == [(TODAY, None, None)] * 2


def test_all_that_are_ready_in_a_place_go_out_at_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    post(client, act="all-issued", place=f"g{qingzhu.class_one.grade_id}")
    assert BookHandling.objects.filter(issued_on=TODAY).count() == 3
    post(client, act="all-issued")
    assert BookHandling.objects.filter(issued_on=TODAY).count() == 4
    # A check is made book by book.
    assert post(client, act="all-checked").status_code == 409


def test_htmx_gets_the_books_alone(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = post(client_of(qingzhu.office), qingzhu.slot, headers=HTMX)
    html = answer.content.decode()
    assert (answer.status_code, "<html" in html, html.count('id="book-handling"')) == (200, False, 1)
    assert 'id="book-handling" class="stack" aria-label="书架">' in html
    assert html.count("已发下 1 本") == 1


def test_what_was_done_last_is_taken_back_with_one_press(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    post(client, qingzhu.slot, qingzhu.slot_colleague)
    last = client.get(HANDLING).context["last"]
    assert (last["step"], last["count"]) == (BookStep.ISSUED, 2)
    assert client.get(HANDLING, {"term": 2}).context["last"] is None
    answer = client.post(UNDO, {"term": 1, "act": last["step"], "books": last["books"]}, follow=True)
    assert said(answer) == ["已撤销 2 本的“发下”。"]
    assert (BookHandling.objects.exists(), answer.context["last"]) == (False, None)


def test_what_a_colleague_has_changed_since_is_not_taken_back(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    post(client, qingzhu.slot)
    mark(qingzhu, qingzhu.slot, step=BookStep.COLLECTED)
    answer = client.post(UNDO, {"term": 1, "act": "issued", "books": [qingzhu.slot.pk]}, follow=True)
    assert said(answer) == ["有 1 本没有改动：刚才已经有了新的登记，请看过再改。"]
    assert dates(qingzhu.slot) == (TODAY, TODAY, None)


def test_nothing_ticked_and_nothing_ready_are_told(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    assert said(post(client, headers=HTMX)) == ["没有登记任何记录本：请先勾选。"]
    assert said(post(client, qingzhu.slot, act="checked", headers=HTMX)) == [
        "有 1 本没有改动：还没有收回，或者已经检查了。"
    ]


@pytest.mark.parametrize(
    "data,sentence",
    [
        ({"on": ""}, "请选择日期。"),
        ({"on": "2026-02-30"}, "日期不对，请按“2026-09-03”的样子填写。"),
        ({"on": "2026-11-19"}, "这里不能填2026年11月19日，请填2026年6月1日到2026年11月18日之间的日期。"),
        ({"act": "burn"}, "没有看清要登记哪些记录本"),
        ({"books": ["x"]}, "没有看清要登记哪些记录本"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    qingzhu: SchoolCast, client_of: SignIn, data: dict[str, Any], sentence: str
) -> None:
    values = {"term": 1, "act": "issued", "books": [qingzhu.slot.pk], "on": TODAY.isoformat(), **data}
    answer = client_of(qingzhu.office).post(MARK, values)
    assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert not BookHandling.objects.exists()


def test_the_own_book_says_whom_to_ask(qingzhu: SchoolCast, client_of: SignIn) -> None:
    grant_role(
        actor=qingzhu.system, user=qingzhu.mentor, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE
    )
    for step in (BookStep.ISSUED, BookStep.COLLECTED):
        mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, step=step)
    client = client_of(qingzhu.mentor)
    assert said(post(client, qingzhu.slot, qingzhu.slot_colleague, act="checked", headers=HTMX)) == [OWN]
    answer = post(client, qingzhu.slot, act="checked")
    assert (answer.status_code, OWN in answer.content.decode()) == (409, True)
    html = client.get(reverse("papers:handling_book", args=[qingzhu.slot.pk])).content.decode()
    assert ("检查通过" in html, "保存备注" in html, "请德育室的另一位老师来做" in html) == (False, False, True)


# --- One book ---------------------------------------------------------------------------------------------------------
def test_a_remark_is_kept_and_never_printed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    address = reverse("papers:handling_book", args=[qingzhu.slot.pk])
    answer = client.post(address, {"term": 1, "remark": "封面破损，已换新"}, follow=True)
    assert (said(answer), answer.content.decode().count("有备注")) == (["备注已保存。"], 1)
    assert "封面破损，已换新" in client.get(address).content.decode()
    assert "封面破损" not in reading.text(client.get(reverse("papers:handling_list")).content)
    long = client.post(address, {"term": 1, "remark": "满" * 201})
    assert (long.status_code, "备注最多 200 字" in long.content.decode()) == (422, True)


def test_the_panel_answers_with_the_books_out_of_band(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    panel = {"HX-Request": "true", "HX-Target": "panel"}
    address = reverse("papers:handling_book", args=[qingzhu.slot.pk])
    assert client.get(address, {"state": "issued"}, headers=panel).content.decode().count('hx-target="#panel"') == 2
    answer = post(client, qingzhu.slot, headers=panel)
    assert 'id="book-handling" class="stack" aria-label="书架" hx-swap-oob="true">' in answer.content.decode()


# --- The printed list -------------------------------------------------------------------------------------------------
def test_the_list_prints_what_is_recorded_and_is_logged(qingzhu: SchoolCast, client_of: SignIn) -> None:
    mark(qingzhu, qingzhu.slot, on=datetime.date(2026, 9, 1))
    client = client_of(qingzhu.office)
    whole = reading.page_texts(client.get(reverse("papers:handling_list")).content)
    assert ["林小满29.1" in whole[0], "苏禾1" in whole[0], "陶然/石磊1" in whole[1], len(whole)] == [
        True,
        True,
        True,
        2,
    ]
    place = {"place": f"c{qingzhu.class_five.pk}"}
    assert len(reading.page_texts(client.get(reverse("papers:handling_list"), place).content)) == 1
    assert [e.detail for e in AuditEntry.objects.filter(verb="print_book_list").order_by("pk")] == [
        {"books": 4},
        {"books": 1},
    ]


def test_without_mentors_there_is_nothing_to_print(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    clear_slots(qingzhu)
    answer = client.get(reverse("papers:handling_list"))
    assert (answer.status_code, "还没有导师" in answer.content.decode()) == (409, True)
    assert "书架上还没有记录本" in client.get(HANDLING).content.decode()


def clear_slots(cast: SchoolCast) -> None:
    """Take all slots of the cast's school away."""
    for slot in Mentor.objects.of_year(cast.year):
        slot.assignments.all().delete()
        slot.delete()


# --- Cost -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("books", [1, 3])
def test_the_page_costs_the_same_for_one_book_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, books: int
) -> None:
    clear_slots(qingzhu)
    slots = [
        create_mentor(actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)])
        for _ in range(books)
    ]
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=slots, leader=slots[0])
    for slot in slots:
        pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=slot, origin=AssignmentOrigin.HOMEROOM)
    for step in BookStep:
        mark(qingzhu, *slots, step=step)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(16):
        assert len(shown(client.get(HANDLING))) == books


# --- Given back, and found by the cover -------------------------------------------------------------------------------
def test_a_book_is_given_back_on_its_page_and_its_mentor_reads_it_on_the_desk(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.office)
    client.post(reverse("papers:handling_items"), {"lines": "签名齐全\n日期完整"})
    for step in (BookStep.ISSUED, BookStep.COLLECTED):
        mark(qingzhu, qingzhu.slot, step=step)
    url = reverse("papers:handling_return", args=[qingzhu.slot.pk])
    empty = client.post(url, {"term": "1"})
    assert (empty.status_code, list(empty.context["returns"].errors)) == (422, ["why"])
    assert client.post(url, {"term": "1", "made_up": ["日期完整"], "why": "第 3 页"}).status_code == 302
    assert shown(client.get(HANDLING, {"state": "returned"})) == ["林小满"]
    desk = client_of(qingzhu.mentor).get(reverse("desk:home")).content.decode()
    assert [desk.count(text) for text in ("记录本退回来补一补", "要补：日期完整", "第 3 页")] == [1, 1, 1]
    # 全部收回 takes it with the others.
    post(client, act="all-collected", place="")
    assert client_of(qingzhu.mentor).get(reverse("desk:home")).content.decode().count("记录本退回来补一补") == 0


def test_covers_are_scanned_one_after_the_other(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.office), reverse("papers:handling_scan")
    code = short_code(qingzhu.slot.pk)
    answer = client.post(url, {"code": code.lower(), "do": "issued"})
    assert answer["Location"] == f"{url}?do=issued"
    page = client.get(answer["Location"])
    assert (said(page), page.context["form"]["do"].value()) == (["已发下：林小满"], "issued")
    mark(qingzhu, qingzhu.slot_colleague)
    again = client.post(url, {"code": short_code(qingzhu.slot_colleague.pk), "do": "issued"}, follow=True)
    assert said(again) == ["苏禾的记录本没有改动：已经发下了。"]
    wrong = client.post(url, {"code": "ZZZZ", "do": "collected"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["code"])
    book = reverse("papers:handling_book", args=[qingzhu.slot.pk])
    assert client.post(url, {"code": code, "do": "look"})["Location"] == book
    assert client.get(reverse("papers:handling_code", args=[code]))["Location"] == book
    assert client.get(reverse("papers:handling_code", args=["ZZZZ"])).status_code == 404


def test_the_cover_says_the_code_where_the_shelf_is_kept(qingzhu: SchoolCast) -> None:
    """A code that leads to no page would only puzzle people."""

    def book_of_slot() -> RecordBook:
        return record_book_context(qingzhu.slot, qingzhu.year, actor=qingzhu.actor(qingzhu.office))

    book = book_of_slot()
    assert book.code == short_code(qingzhu.slot.pk)
    assert book.code_url.endswith(f"/papers/shelf/c/{book.code}/")
    text = reading.text(render_record_book(book))
    assert text.count(f"编号{book.code}") == 1
    use_modules(school=qingzhu.school, modules=[m for m in Module if m != Module.BOOK_HANDLING])
    qingzhu.year.refresh_from_db()
    assert book_of_slot().code == ""
