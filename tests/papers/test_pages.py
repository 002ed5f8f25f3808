"""The papers on the spot: PDFs read back, and who gets which."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from records.desk.models import Reading
from records.letters.services.office import accept_letter
from records.papers.queries.books import BookSource, record_book_context
from records.papers.queries.print_lists import mentors_for_print
from schools.enums import NoteVisibility
from schools.services import create_class
from students.models import FamilySlip
from students.services import slip_code
from tests.cast import SINCE, EnrolmentFactory, SchoolCast
from tests.documents.reading import page_texts, squeezed, text
from tests.records.builders import LETTER, letter, partner_of, released_letter, talk, visit

SignIn = Callable[[User], Client]
SECRET = "这段话只给自己看。"


def pages(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


# --- The record book --------------------------------------------------------------------------------------------------
def test_a_mentor_prints_the_own_record_book(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    teacher = qingzhu.slot.members.get().teacher
    visit(qingzhu, qingzhu.mentor, first, text="孩子在给弟弟读绘本。", teachers=[teacher], guardians_met="母亲")
    talk(qingzhu, qingzhu.mentor, first, second, text="一起约定先画图再列式。", place="操场")
    released_letter(qingzhu, qingzhu.mentor, second)
    answer = client_of(qingzhu.mentor).get(reverse("papers:my_book"))
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("application/pdf", True)
    # Cover, its blank back, the roster table, one page per pupil.
    cover, _blank, roster, page_of_first, page_of_second = page_texts(answer.content)
    for part in ("导师记录本", "林小满", "一（1）班", "2人", "青竹小学", "2026年9月-2027年6月"):
        assert part in cover
    assert (roster.count("√11."), "安可儿" in roster, "曹子墨" in roster) == (4, True, False)
    assert ("孩子在给弟弟读绘本。" in page_of_first, "母亲" in page_of_first) == (True, True)
    assert ["一起约定先画图再列式。" in page for page in (page_of_first, page_of_second)] == [True, True]
    assert [squeezed(LETTER) in page for page in (page_of_first, page_of_second)] == [False, True]
    # Whoever was there too stands on a page of their own.
    assert second.name not in page_of_first


def test_restricted_texts_never_print_but_leave_a_trace(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, _second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first, text=SECRET, agreement=SECRET, visibility=NoteVisibility.AUTHOR)
    talk(qingzhu, qingzhu.mentor, first, text=SECRET, place="心理室", visibility=NoteVisibility.COUNSELLOR)
    own = client_of(qingzhu.mentor).get(reverse("papers:my_book")).content
    office = client_of(qingzhu.office).get(reverse("papers:book", args=[qingzhu.slot.pk])).content
    for pdf in (own, office):
        words = text(pdf)
        assert (squeezed(SECRET) in words, "心理室" in words, words.count("有一条受限记录")) == (False, False, 2)


def test_drafts_and_returned_letters_do_not_print(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    words = text(client_of(qingzhu.mentor).get(reverse("papers:my_book")).content)
    assert squeezed(LETTER) not in words


def test_phones_are_masked_unless_asked_for(qingzhu: SchoolCast, client_of: SignIn) -> None:
    phone = qingzhu.pupils[0].guardians.get().phone
    client = client_of(qingzhu.mentor)
    masked = text(client.get(reverse("papers:my_book")).content)
    full = text(client.get(reverse("papers:my_book"), {"phones": "full"}).content)
    assert [phone in masked, f"{phone[:3]}****{phone[-4:]}" in masked, phone in full] == [False, True, True]
    details = [e.detail for e in AuditEntry.objects.filter(verb="print_book").order_by("pk")]
    assert details == [{"full_phones": False, "pupils": 2}, {"full_phones": True, "pupils": 2}]


def test_the_desk_offers_the_book_in_each_version_and_a_blank_one_logs_no_reading(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    visit(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, text="孩子在给弟弟读绘本。")
    client = client_of(qingzhu.office)
    book = reverse("papers:book", args=[qingzhu.slot_colleague.pk])
    words = {"blank": text(client.get(book, {"version": "blank"}).content)}
    assert Reading.objects.count() == 0
    words |= {version: text(client.get(book, {"version": version}).content) for version in ("filled", "mixed")}
    assert Reading.objects.count() == 1
    assert {version: "孩子在给弟弟读绘本。" in said for version, said in words.items()} == {
        "blank": False,
        "filled": True,
        "mixed": True,
    }
    page = client_of(qingzhu.colleague).get(reverse("desk:home")).content.decode()
    own = reverse("papers:my_book")
    assert [f'href="{own}{end}"' in page for end in ("", "?version=filled", "?version=blank", "?phones=full")] == [
        True
    ] * 4


def test_the_office_prints_a_book_without_names(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).get(reverse("papers:blank_book"))
    cover, *inside = page_texts(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    # The cover's back, the roster, and a page for each of its fifteen rows.
    assert (len(inside), "青竹小学" in cover) == (17, True)
    words = cover + "".join(inside)
    assert [name for name in ("林小满", "安可儿", "曹子墨") if name in words] == []


def test_the_office_prints_sheets_of_tree_hole_cards(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    address = reverse("papers:tree_hole_cards")
    one = client.get(address).content
    three = client.get(address, {"design": "senior", "sheets": "3"}).content
    assert (pages(one), pages(three)) == (1, 3)
    assert (text(one).count("心灵树洞卡"), text(three).count("心灵树洞卡")) == (2, 12)
    for wrong in ({"sheets": "0"}, {"sheets": "51"}, {"sheets": "x"}, {"design": "round"}):
        answer = client.get(address, wrong)
        assert (answer.status_code, "张数在 1 到 50 之间" in answer.content.decode()) == (409, True)


def test_a_shared_slot_prints_both_names(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(partner_of(qingzhu))
    cover = page_texts(client.get(reverse("papers:my_book")).content)[0]
    assert "陶然／石磊" in cover


def test_a_column_follows_the_plan(qingzhu: SchoolCast) -> None:
    book = record_book_context(qingzhu.slot, qingzhu.year, actor=qingzhu.actor(qingzhu.office))
    assert [(c.title, [p.short for p in c.periods]) for c in book.columns] == [
        ("一次家访", ["上", "下"]),
        ("一次谈心", ["上", "下"]),
        ("一次反馈", ["上", "下"]),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_books_are_read_in_the_same_number_of_queries(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for writer, pupils in ((qingzhu.mentor, qingzhu.pupils), (qingzhu.sharer, [qingzhu.pupil_shared])):
        visit(qingzhu, writer, pupils[0])
        talk(qingzhu, writer, pupils[0])
        letter(qingzhu, writer, pupils[0])
    actor = qingzhu.actor(qingzhu.office)
    slots = [qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_shared][:count]
    mentors = [slot for slot in mentors_for_print(actor, qingzhu.year) if slot in slots]
    with django_assert_num_queries(16):
        source = BookSource(actor, qingzhu.year, mentors)
        books = [source.book(mentor, mask_phones=True) for mentor in mentors]
    assert [len(book.pupils) for book in books] == [2, 1, 1][:count]


# --- Letters ----------------------------------------------------------------------------------------------------------
def test_my_letters_come_in_handing_out_order(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    empty = client.get(reverse("papers:my_letters"))
    assert (empty.status_code, "还没有已交的寄语" in empty.content.decode()) == (409, True)
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    mine = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=mine, version=1)
    letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    pdf = client.get(reverse("papers:my_letters")).content
    found = page_texts(pdf)
    assert [name in page for name, page in zip(("安可儿同学", "白一诺同学"), found, strict=True)] == [True, True]
    assert pages(client.get(reverse("papers:my_letters"), {"layout": "a4"}).content) == 1


@pytest.mark.parametrize("query", [{}, {"layout": "a4"}, {"paper": "card"}])
def test_my_letters_leave_out_by_name_what_nobody_has_proof_read(
    qingzhu: SchoolCast, client_of: SignIn, query: dict[str, str]
) -> None:
    """Seen: the mentor's print-out held letters that nobody had proof-read, ready to be handed out."""
    first, second = qingzhu.pupils
    client, address = client_of(qingzhu.mentor), reverse("papers:my_letters")
    waiting = letter(qingzhu, qingzhu.mentor, first)
    none = client.get(address, query)
    assert (none.status_code, "安可儿已经交了，德育室还没有校对" in none.content.decode()) == (409, True)
    released_letter(qingzhu, qingzhu.mentor, second)
    told = client.get(address, query)
    assert (told.status_code, told.content.decode().count("德育室还没有校对")) == (409, 1)
    texts = "".join(page_texts(client.get(address, query | {"left_out": "ok"}).content))
    assert ("安可儿" in texts, "白一诺" in texts) == (False, True)
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=waiting, version=1)
    texts = "".join(page_texts(client.get(address, query).content))
    assert ("安可儿" in texts, "白一诺" in texts) == (True, True)


def test_a_class_prints_what_its_reader_may_have(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    address = reverse("papers:class_letters", args=[qingzhu.class_one.pk])
    office, homeroom = (page_texts(client_of(user).get(address).content) for user in (qingzhu.office, qingzhu.homeroom))
    assert ["安可儿同学" in office[0], "曹子墨同学" in office[1], len(office)] == [True, True, 2]
    assert ["曹子墨同学" in homeroom[0], len(homeroom)] == [True, 1]


# --- Slips ------------------------------------------------------------------------------------------------------------
def test_slips_carry_codes_that_stay_the_same(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    address = reverse("papers:class_slips_print", args=[qingzhu.class_one.pk])
    words = text(client.post(address).content)
    slips = FamilySlip.objects.filter(pupil__enrolments__school_class=qingzhu.class_one)
    assert slips.count() == 4
    for slip in slips:
        code = slip_code(slip).upper()
        assert (f"{code[:4]}-{code[4:]}" in words, reverse("family:slip", args=[slip.key]) in words) == (True, True)
    assert text(client.post(address).content) == words
    assert "2027年8月31日前有效".replace(" ", "") in words.replace(" ", "").replace("\n", "")


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "part,expected",
    [
        ("office", {"index": 200, "book": 200, "letters": 200, "slips": 200, "mine": 403}),
        ("homeroom", {"index": 403, "book": 403, "letters": 200, "slips": 200, "mine": 200}),
        ("admin", {"index": 403, "book": 403, "letters": 403, "slips": 200, "mine": 403}),
        ("mentor", {"index": 403, "book": 403, "letters": 403, "slips": 403, "mine": 200}),
        ("leader", {"index": 403, "book": 403, "letters": 403, "slips": 403, "mine": 403}),
        ("counsellor", {"index": 403, "book": 403, "letters": 403, "slips": 403, "mine": 403}),
        ("bureau_user", {"index": 403, "book": 403, "letters": 403, "slips": 403, "mine": 403}),
    ],
)
def test_each_role_prints_what_is_theirs(
    qingzhu: SchoolCast, client_of: SignIn, part: str, expected: dict[str, int]
) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.people[part])
    addresses = {
        "index": reverse("papers:index"),
        "book": reverse("papers:book", args=[qingzhu.slot.pk]),
        "letters": reverse("papers:class_letters", args=[qingzhu.class_one.pk]),
        "slips": reverse("papers:class_slips", args=[qingzhu.class_one.pk]),
        "mine": reverse("papers:my_book"),
    }
    assert {name: client.get(address).status_code for name, address in addresses.items()} == expected


def test_the_class_teacher_of_one_class_prints_no_other(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.homeroom)
    names = ("papers:class_letters", "papers:class_slips")
    assert [client.get(reverse(n, args=[qingzhu.class_five.pk])).status_code for n in names] == [403, 403]
    assert not FamilySlip.objects.exists()


def test_another_schools_papers_do_not_exist(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    addresses = [
        reverse("papers:book", args=[other.slot.pk]),
        reverse("papers:class_letters", args=[other.class_one.pk]),
        reverse("papers:class_slips", args=[other.class_one.pk]),
    ]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    assert not FamilySlip.objects.exists()


def test_a_mentor_without_a_slot_is_told_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    grant_role(actor=qingzhu.system, user=qingzhu.counsellor, role=Role.MENTOR, school=qingzhu.school, starts_on=SINCE)
    answer = client_of(qingzhu.counsellor).get(reverse("papers:my_book"))
    assert (answer.status_code, "还没有导师名额" in answer.content.decode()) == (409, True)


# --- The list of all papers -------------------------------------------------------------------------------------------
def test_the_list_counts_what_can_be_printed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1], draft=True)
    overview = client_of(qingzhu.office).get(reverse("papers:index")).context["overview"]
    assert [(c.school_class.label, c.pupils, c.letters) for c in overview.classes] == [
        ("一（1）班", 4, 1),
        ("五（1）班", 1, 0),
    ]
    assert (overview.mentors, overview.letters, overview.pupils) == (4, 1, 5)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_list_costs_the_same_for_two_classes_and_for_four(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, classes: int
) -> None:
    for number in range(2, classes):
        EnrolmentFactory.create(school_class=create_class(year=qingzhu.year, grade_number=1, number=number))
    client = client_of(qingzhu.office)
    with django_assert_num_queries(15):
        client.get(reverse("papers:index"))
