"""What goes into a record book, field by field: whose, which records, in which column, under which words."""

import datetime
from dataclasses import asdict
from typing import Any

import pytest

from accounts.models import User
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Teacher
from mentors.services.assignments import assign_pupil, unassign_pupil
from mentors.services.slots import set_team
from records.contexts import BookPupil, Entry, RecordBook
from records.desk.services.deletion import delete_note
from records.letters.services.office import accept_letter, return_letter
from records.letters.services.writing import NOT_PROOFED
from records.models.records import GrowthLetter, HomeVisit, Note
from records.papers.queries.books import BookSource, empty_book, record_book_context
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility, PeriodKind, VisitOutcome
from schools.models import Plan
from students.enums import EndReason
from students.models import Enrolment, Guardian, Pupil
from tests.cast import TODAY, EnrolmentFactory, GuardianFactory, SchoolCast
from tests.plans import ask
from tests.records.builders import letter, partner_of, released_letter, talk, term_of, visit
from tests.records.words import on_paper

DAY = TODAY - datetime.timedelta(days=1)


def book_of(cast: SchoolCast, by: User | None = None, **options: Any) -> RecordBook:
    return record_book_context(cast.slot, cast.year, actor=cast.actor(by or cast.mentor), **options)


def page_of(book: RecordBook, pupil: Pupil) -> BookPupil:
    (found,) = (page for page in book.pupils if page.name == pupil.name)
    return found


def only(page: BookPupil, column: int, period: int = 0) -> Entry:
    (entry,) = page.entries[column][period]
    return entry


def said(entry: Entry) -> list[tuple[str, str]]:
    return [(word, value) for word, value in entry.details if value]


# --- Cover and roster -------------------------------------------------------------------------------------------------
def test_the_cover_says_whose_book_it_is(qingzhu: SchoolCast) -> None:
    book = book_of(qingzhu)
    assert (book.title, book.subtitle, book.school.name) == ("人人都有“好朋友”老师", "导师记录本", "青竹小学")
    assert (book.mentors, book.class_labels, book.period) == (("林小满",), ("一（1）班",), "2026年9月-2027年6月")
    assert (book.pupil_count, [page.name for page in book.pupils]) == (2, ["安可儿", "白一诺"])
    empty = empty_book(qingzhu.actor(qingzhu.office), qingzhu.year)
    assert (empty.mentors, empty.class_labels, empty.pupils, empty.pupil_count) == ((), (), (), None)
    assert (empty.title, empty.subtitle, empty.period, empty.columns, empty.version) == (
        book.title, book.subtitle, book.period, book.columns, "blank",
    )  # fmt: skip


def test_the_roster_stands_in_the_order_of_class_seat_and_name(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    for name, pinyin in (("周一", "zhouyi"), ("陈一", "chenyi")):
        pupil = EnrolmentFactory.create(
            school_class=qingzhu.class_one, seat_number=None, pupil__name=name, pupil__pinyin=pinyin
        ).pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    Enrolment.objects.filter(pupil=first).update(seat_number=9, brief="喜欢足球")
    book = book_of(qingzhu)
    assert [(page.name, page.class_label, page.summary) for page in book.pupils] == [
        ("白一诺", "一（1）班", ""),
        ("安可儿", "一（1）班", "喜欢足球"),
        ("陈一", "一（1）班", ""),
        ("周一", "一（1）班", ""),
        ("范思齐", "五（1）班", ""),
    ]
    assert (book.class_labels, book.pupil_count, second.name) == (("一（1）班", "五（1）班"), 5, "白一诺")


def test_the_first_guardian_with_a_number_is_printed(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    Guardian._default_manager.filter(pupil__in=qingzhu.pupils).delete()
    GuardianFactory.create(pupil=first, position=1, phone="")
    GuardianFactory.create(pupil=first, position=2, phone="13900001111")
    GuardianFactory.create(pupil=first, position=3, phone="13900002222")
    assert [page.phone for page in book_of(qingzhu).pupils] == ["139****1111", ""]
    assert [page.phone for page in book_of(qingzhu, mask_phones=False).pupils] == ["13900001111", ""]
    assert second.guardians.count() == 0


def test_only_whom_the_mentor_holds_stands_in_the_book(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupil_of_colleague, mentor=qingzhu.slot)
    assert [page.name for page in book_of(qingzhu).pupils] == ["安可儿", "白一诺"]
    Plan.objects.filter(year=qingzhu.year).update(supporting_owes=True)
    assert [page.name for page in book_of(qingzhu).pupils] == ["安可儿", "白一诺", "曹子墨"]
    unassign_pupil(actor=qingzhu.system, pupil=first, year=qingzhu.year)
    assert [page.name for page in book_of(qingzhu).pupils] == ["白一诺", "曹子墨"]
    # After the roll-over, which comes before the year's last day: what only it ended still makes the book.
    rolled_on = TODAY + datetime.timedelta(days=1)
    second.assignments.update(ends_on=rolled_on)
    second.enrolments.update(ends_on=rolled_on, end_reason=EndReason.PROMOTED)
    qingzhu.year.is_current = False
    qingzhu.year.save()
    assert [page.name for page in book_of(qingzhu).pupils] == ["白一诺", "曹子墨"]


def test_a_mentor_without_pupils_has_the_team_s_classes_on_the_cover(qingzhu: SchoolCast) -> None:
    set_team(
        actor=qingzhu.system, school_class=qingzhu.class_five, mentors=[qingzhu.slot_shared, qingzhu.slot_homeroom],
        leader=qingzhu.slot_shared,
    )  # fmt: skip
    source = BookSource(
        qingzhu.actor(qingzhu.office), qingzhu.year, [qingzhu.slot_homeroom, qingzhu.slot, qingzhu.slot_shared]
    )
    book = source.book(qingzhu.slot_homeroom, mask_phones=True)
    assert (book.class_labels, book.pupil_count) == (("一（1）班", "五（1）班"), 0)
    # It is filed under the class that is led, else under the team's first.
    slots = (qingzhu.slot_homeroom, qingzhu.slot, qingzhu.slot_shared)
    assert [source.folder(slot) for slot in slots] == [
        qingzhu.class_one.code, qingzhu.class_one.code, qingzhu.class_five.code,
    ]  # fmt: skip
    set_team(actor=qingzhu.system, school_class=qingzhu.class_one, mentors=[], leader=None)
    set_team(actor=qingzhu.system, school_class=qingzhu.class_five, mentors=[], leader=None)
    source = BookSource(qingzhu.actor(qingzhu.office), qingzhu.year, [qingzhu.slot_homeroom, qingzhu.slot])
    # Else under the first pupil's, else under none.
    assert [source.folder(slot) for slot in slots[:2]] == ["未分班", qingzhu.class_one.code]


# --- Columns and ticks ------------------------------------------------------------------------------------------------
def test_columns_follow_the_plan_in_number_and_period(qingzhu: SchoolCast) -> None:
    assert [(column.title, column.action) for column in book_of(qingzhu).columns] == [
        ("一次家访", "visit"), ("一次谈心", "talk"), ("一次反馈", "letter"),
    ]  # fmt: skip
    ask(qingzhu.year, "visit", period=PeriodKind.YEAR, count=2)
    ask(qingzhu.year, "talk", count=3)
    ask(qingzhu.year, "letter", required=False)
    assert [asdict(column) for column in book_of(qingzhu).columns] == [
        {"action": "visit", "title": "两次家访", "periods": ({"label": "本学年", "short": "年"},), "lines": 0},
        {
            "action": "talk",
            "title": "三次谈心",
            "periods": ({"label": "第一学期", "short": "上"}, {"label": "第二学期", "short": "下"}),
            "lines": 0,
        },
    ]


def test_ticks_stand_in_their_column_and_term_with_their_day(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    visit(qingzhu, qingzhu.mentor, second, outcome=VisitOutcome.POSTPONED)
    talk(qingzhu, qingzhu.mentor, first, term=term_of(qingzhu, 2))
    letter(qingzhu, qingzhu.mentor, second)
    book = book_of(qingzhu)

    def ticks(pupil: Pupil) -> list[list[datetime.date | bool | None]]:
        return [[tick.done and tick.on for tick in column] for column in page_of(book, pupil).ticks]

    assert ticks(first) == [[DAY, False], [False, DAY], [False, False]]
    assert ticks(second) == [[False, False], [False, False], [TODAY, False]]
    assert all(tick.required for page in book.pupils for column in page.ticks for tick in column)
    ask(qingzhu.year, "talk", grades=[qingzhu.class_five.grade])
    required = [[tick.required for tick in column] for column in book_of(qingzhu).pupils[0].ticks]
    assert required == [[True, True], [False, False], [True, True]]


def test_under_a_yearly_plan_both_terms_stand_in_one_period(qingzhu: SchoolCast) -> None:
    ask(qingzhu.year, "talk", period=PeriodKind.YEAR)
    first = qingzhu.pupils[0]
    for number, words in ((2, "后来的"), (1, "先前的")):
        talk(qingzhu, qingzhu.mentor, first, term=term_of(qingzhu, number), text=words)
    rebuild_ticks(year=qingzhu.year, on=TODAY)
    page = page_of(book_of(qingzhu), first)
    assert [[entry.text for entry in period] for period in page.entries[1]] == [["后来的", "先前的"]]
    assert [(tick.done, tick.on) for tick in page.ticks[1]] == [(True, DAY)]


# --- Records ----------------------------------------------------------------------------------------------------------
def test_a_visit_carries_each_field_under_its_word(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    people = list(Teacher.objects.filter(user__in=[qingzhu.mentor, qingzhu.colleague]))
    visit(
        qingzhu, qingzhu.homeroom, first, form="video", outcome=VisitOutcome.DECLINED, guardians_met="奶奶",
        text="谈了作息。", agreement="每天读书", follow_up_on=datetime.date(2026, 12, 8), teachers=people,
    )  # fmt: skip
    entry = only(page_of(book_of(qingzhu), first), 0)
    assert (entry.on, entry.heading, entry.text, entry.advice, entry.signature) == (DAY, "视频", "谈了作息。", "", "")
    assert said(entry) == on_paper(
        "visit", outcome="家长婉拒", teachers="林小满、苏禾", guardians_met="奶奶", agreement="每天读书",
        follow_up_on="2026年12月8日（周二）",
    )  # fmt: skip
    assert page_of(book_of(qingzhu), second).entries == (((), ()),) * 3


def test_a_talk_carries_each_field_under_its_word(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    talk(
        qingzhu, qingzhu.homeroom, first, second, form="phone", occasion="after_exam", place="图书角",
        strategies=["study", "gone", "mind"], text="先画图。", home_contacted=True,
        follow_up_on=datetime.date(2026, 12, 8),
    )  # fmt: skip
    book = book_of(qingzhu)
    for pupil in qingzhu.pupils:
        entry = only(page_of(book, pupil), 1)
        assert (entry.on, entry.heading, entry.text) == (DAY, "考试后", "先画图。")
        assert said(entry) == on_paper(
            "talk", form="电话", place="图书角", strategies="学业辅导、心理疏导", created_by="何知秋",
            home_contacted="已联系家长", follow_up_on="2026年12月8日（周二）",
        )  # fmt: skip


def test_the_mentors_own_talk_does_not_name_them_again(qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert said(only(book_of(qingzhu).pupils[0], 1)) == on_paper("talk", form="面对面")


def test_a_letter_carries_text_advice_word_and_names(qingzhu: SchoolCast) -> None:
    partner_of(qingzhu)
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    written = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared, body="你很有耐心。", advice="每天跳绳。")
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=written, version=1)
    book = record_book_context(qingzhu.slot_shared, qingzhu.year, actor=qingzhu.actor(qingzhu.sharer))
    entry = only(book.pupils[0], 2)
    assert (entry.on, entry.heading, entry.text, entry.advice, entry.signature, entry.details) == (
        TODAY, "成长激励卡", "你很有耐心。", "每天跳绳。", "陶然　石磊", (),
    )  # fmt: skip
    GrowthLetter.objects.update(body="", advice="", handwritten=True)
    book = record_book_context(qingzhu.slot_shared, qingzhu.year, actor=qingzhu.actor(qingzhu.sharer))
    assert only(book.pupils[0], 2).text == "手写，已交给学生。"
    moment = datetime.datetime(2026, 11, 15, 17, tzinfo=datetime.UTC)
    GrowthLetter.objects.update(body="打了字的", handed_in_at=moment)
    book = record_book_context(qingzhu.slot_shared, qingzhu.year, actor=qingzhu.actor(qingzhu.sharer))
    # The day of the school's clock, not of the server's.
    assert (only(book.pupils[0], 2).text, only(book.pupils[0], 2).on) == ("打了字的", datetime.date(2026, 11, 16))


def test_the_book_says_in_the_place_of_a_text_that_nobody_has_proof_read(qingzhu: SchoolCast) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你很有耐心。", advice="每天跳绳。")
    entry = only(book_of(qingzhu).pupils[0], 2)
    assert (entry.on, entry.heading, entry.text, entry.advice) == (TODAY, "成长寄语", NOT_PROOFED, "")
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=written, version=1)
    assert only(book_of(qingzhu).pupils[0], 2).text == "你很有耐心。"


def test_only_letters_that_were_handed_in_or_released_are_printed(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    shown = []
    written = letter(qingzhu, qingzhu.mentor, first, draft=True)
    shown.append(len(book_of(qingzhu).pupils[0].entries[2][0]))
    GrowthLetter.objects.filter(pk=written.pk).delete()
    written = letter(qingzhu, qingzhu.mentor, first)
    shown.append(len(book_of(qingzhu).pupils[0].entries[2][0]))
    return_letter(actor=qingzhu.actor(qingzhu.office), letter=written, reason="请写具体些")
    shown.append(len(book_of(qingzhu).pupils[0].entries[2][0]))
    released_letter(qingzhu, qingzhu.mentor, second)
    shown.append(len(book_of(qingzhu).pupils[1].entries[2][0]))
    assert shown == [0, 1, 0, 1]


@pytest.mark.parametrize("kind", ["visit", "talk"])
def test_what_is_restricted_deleted_or_anothers_has_no_text_in_the_book(qingzhu: SchoolCast, kind: str) -> None:
    pupil, column = qingzhu.pupils[0], 0 if kind == "visit" else 1
    make = visit if kind == "visit" else talk
    make(qingzhu, qingzhu.mentor, pupil, date=DAY - datetime.timedelta(days=1), visibility=NoteVisibility.AUTHOR)
    make(qingzhu, qingzhu.mentor, pupil, text="给大家看")
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=make(qingzhu, qingzhu.mentor, pupil, text="删掉了"))
    source = BookSource(qingzhu.actor(qingzhu.mentor), qingzhu.year, [qingzhu.slot])
    restricted, open_to_all = source.book(qingzhu.slot, mask_phones=True).pupils[0].entries[column][0]
    assert (restricted.restricted, restricted.text, restricted.details, restricted.on) == (
        True, "", (), DAY - datetime.timedelta(days=1),
    )  # fmt: skip
    assert (open_to_all.restricted, open_to_all.text) == (False, "给大家看")
    # What the book shows is what its printing is logged for.
    assert [record.text for record in source.shown(qingzhu.slot) if isinstance(record, Note)] == ["给大家看"]
    assert source.shown(qingzhu.slot_colleague) == []


def test_records_stand_by_their_days(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    for days in (3, 9, 5):
        day = TODAY - datetime.timedelta(days=days)
        visit(qingzhu, qingzhu.mentor, pupil, date=day, text=f"家访{days}")
        talk(qingzhu, qingzhu.mentor, pupil, date=day, text=f"谈心{days}")
    page = page_of(book_of(qingzhu), pupil)
    assert [[entry.text for entry in page.entries[n][0]] for n in (0, 1)] == [
        ["家访9", "家访5", "家访3"], ["谈心9", "谈心5", "谈心3"],
    ]  # fmt: skip
    HomeVisit.objects.all().delete()
    assert page_of(book_of(qingzhu), pupil).entries[0] == ((), ())


def test_the_books_of_several_mentors_do_not_mix(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="林的家访")
    visit(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, text="苏的家访")
    source = BookSource(qingzhu.actor(qingzhu.office), qingzhu.year, [qingzhu.slot, qingzhu.slot_colleague])
    books = [source.book(slot, mask_phones=True) for slot in (qingzhu.slot, qingzhu.slot_colleague)]
    assert [[page.name for page in book.pupils] for book in books] == [["安可儿", "白一诺"], ["曹子墨"]]
    assert [len(source.shown(slot)) for slot in (qingzhu.slot, qingzhu.slot_colleague)] == [1, 1]
