"""记录本收发: each step once and in order, nobody checks their own, all of one school."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services import create_user, grant_role
from core.errors import DomainError
from core.shortcodes import short_code
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor, Teacher
from mentors.services.assignments import assign_pupil
from mentors.services.slots import create_mentor
from mentors.staff.services.transfers import change_class, retire_teacher
from notices.models import Notice
from records.enums import BookStep
from records.papers.models import BookHandling
from records.papers.queries.book_handling import (
    HandledBook,
    HandledBooks,
    check_items,
    find_handled_books,
    returned_books,
    slot_of_code,
)
from records.papers.services.book_handling import (
    OWN,
    OWN_ALONE,
    Marking,
    keep_check_items,
    mark_books,
    note_remark,
    return_book,
    undo_books,
)
from schools.calendar import YearCalendar
from tests.cast import SINCE, TODAY, SchoolCast, TeacherFactory
from tests.records.builders import letter, partner_of, talk, term_of, visit

pytestmark = pytest.mark.django_db
AUTUMN = datetime.date(2026, 9, 1)
ISSUED, COLLECTED, CHECKED = BookStep.ISSUED, BookStep.COLLECTED, BookStep.CHECKED


def mark(
    cast: SchoolCast, *slots: Mentor, step: BookStep = ISSUED, on: datetime.date = TODAY, actor: Actor | None = None
) -> Marking:
    return mark_books(
        actor=actor or cast.actor(cast.office), term=term_of(cast), mentors=[s.pk for s in slots], step=step, on=on
    )


def undo(cast: SchoolCast, *slots: Mentor, step: BookStep, actor: Actor | None = None) -> Marking:
    return undo_books(
        actor=actor or cast.actor(cast.office), term=term_of(cast), mentors=[s.pk for s in slots], step=step
    )


def dates(slot: Mentor) -> tuple[datetime.date | None, ...]:
    book = BookHandling.objects.get(mentor=slot)
    return book.issued_on, book.collected_on, book.checked_on


def calendar_of(cast: SchoolCast, number: int = 1) -> YearCalendar:
    calendar = cast.actor(cast.office).calendar.now.in_term(number)
    assert calendar is not None
    return calendar


def handled_in(cast: SchoolCast, **place: Any) -> HandledBooks:
    return find_handled_books(cast.actor(cast.office), calendar_of(cast), **place)


def book_of(cast: SchoolCast, slot: Mentor) -> HandledBook:
    return next(book for book in handled_in(cast).books if book.mentor == slot)


def office_mentor(cast: SchoolCast) -> Actor:
    """`mentor`, who belongs to 德育室 as well: 9 of 14 of the plan's working group are mentors."""
    grant_role(actor=cast.system, user=cast.mentor, role=Role.MORAL_OFFICE, school=cast.school, starts_on=SINCE)
    return cast.actor(cast.mentor)


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code, refused.value.message


# --- Steps ------------------------------------------------------------------------------------------------------------
def test_a_book_goes_out_comes_back_and_is_checked(qingzhu: SchoolCast) -> None:
    for step, day in ((ISSUED, AUTUMN), (COLLECTED, TODAY), (CHECKED, TODAY)):
        assert mark(qingzhu, qingzhu.slot, step=step, on=day) == Marking((qingzhu.slot.pk,))
    assert dates(qingzhu.slot) == (AUTUMN, TODAY, TODAY)
    assert BookHandling.objects.get().checked_by == qingzhu.office
    entries = AuditEntry.objects.filter(verb="mark_books").order_by("pk").values_list("user_id", "detail")
    assert list(entries) == [
        (qingzhu.office.pk, {"step": "issued", "count": 1, "on": "2026-09-01"}),
        (qingzhu.office.pk, {"step": "collected", "count": 1, "on": "2026-11-18"}),
        (qingzhu.office.pk, {"step": "checked", "count": 1, "on": "2026-11-18"}),
    ]


def test_many_books_move_at_once_and_those_not_at_the_step_stay(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot, on=AUTUMN)
    done = mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, qingzhu.slot_shared)
    assert done == Marking((qingzhu.slot_colleague.pk, qingzhu.slot_shared.pk), others=1)
    assert dates(qingzhu.slot) == (AUTUMN, None, None)
    assert mark(qingzhu, qingzhu.slot, qingzhu.slot_homeroom, step=COLLECTED) == Marking((qingzhu.slot.pk,), others=1)
    assert BookHandling.objects.count() == 3


def test_a_double_click_changes_nothing(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot, on=AUTUMN)
    before = AuditEntry.objects.count()
    assert mark(qingzhu, qingzhu.slot) == Marking((), others=1)
    assert (dates(qingzhu.slot), AuditEntry.objects.count()) == ((AUTUMN, None, None), before)


def test_a_book_is_not_checked_before_it_is_back(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot)
    assert mark(qingzhu, qingzhu.slot, step=CHECKED) == Marking((), others=1)
    assert dates(qingzhu.slot) == (TODAY, None, None)


def test_a_date_before_the_former_step_marks_none_of_them(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot, on=AUTUMN)
    mark(qingzhu, qingzhu.slot_colleague, on=TODAY)
    early = AUTUMN + datetime.timedelta(days=1)
    code, message = refusal(
        lambda: mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, step=COLLECTED, on=early),
    )
    assert (code, message) == (
        "date_disordered",
        "选中的记录本里有 11月18日 才发下的，日期不能更早，请改一下日期。",
    )
    assert [dates(s)[1] for s in (qingzhu.slot, qingzhu.slot_colleague)] == [None, None]


@pytest.mark.parametrize("day", [TODAY + datetime.timedelta(days=1), datetime.date(2026, 5, 31)])
def test_a_date_in_the_future_or_of_another_year_is_refused(qingzhu: SchoolCast, day: datetime.date) -> None:
    assert refusal(lambda: mark(qingzhu, qingzhu.slot, on=day))[0] == "date_out_of_range"
    assert not BookHandling.objects.exists()


def test_terms_are_apart(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot)
    second = find_handled_books(qingzhu.actor(qingzhu.office), calendar_of(qingzhu, 2))
    assert second.counts == {"waiting": 4, "issued": 0, "returned": 0, "collected": 0, "checked": 0}
    assert handled_in(qingzhu).counts == {"waiting": 3, "issued": 1, "returned": 0, "collected": 0, "checked": 0}


# --- Taking back ------------------------------------------------------------------------------------------------------
def test_the_last_step_is_taken_back_and_no_earlier_one(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, on=AUTUMN)
    mark(qingzhu, qingzhu.slot, step=COLLECTED)
    assert undo(qingzhu, qingzhu.slot, qingzhu.slot_colleague, step=ISSUED) == Marking(
        (qingzhu.slot_colleague.pk,), others=1
    )
    assert dates(qingzhu.slot) == (AUTUMN, TODAY, None)
    # Nothing is left to say of the other one.
    assert BookHandling.objects.count() == 1
    undo(qingzhu, qingzhu.slot, step=COLLECTED)
    assert dates(qingzhu.slot) == (AUTUMN, None, None)


def test_a_check_taken_back_forgets_who_checked(qingzhu: SchoolCast) -> None:
    for step in BookStep:
        mark(qingzhu, qingzhu.slot, step=step)
    undo(qingzhu, qingzhu.slot, step=CHECKED)
    assert (dates(qingzhu.slot)[2], BookHandling.objects.get().checked_by) == (None, None)


def test_a_remark_outlives_the_issue_that_is_taken_back(qingzhu: SchoolCast) -> None:
    office, term = qingzhu.actor(qingzhu.office), term_of(qingzhu)
    mark(qingzhu, qingzhu.slot)
    note_remark(actor=office, term=term, mentor=qingzhu.slot, remark=" 封面破了 ")
    undo(qingzhu, qingzhu.slot, step=ISSUED)
    assert BookHandling.objects.get().remark == "封面破了"
    note_remark(actor=office, term=term, mentor=qingzhu.slot, remark="")
    assert not BookHandling.objects.exists()


def test_a_remark_has_a_length_and_stays_out_of_the_log(qingzhu: SchoolCast) -> None:
    office, term = qingzhu.actor(qingzhu.office), term_of(qingzhu)
    note_remark(actor=office, term=term, mentor=qingzhu.slot, remark="满" * 200)
    code, _ = refusal(lambda: note_remark(actor=office, term=term, mentor=qingzhu.slot, remark="满" * 201))
    assert (code, BookHandling.objects.get().remark) == ("remark_long", "满" * 200)
    assert [e.detail for e in AuditEntry.objects.filter(verb="book_remark")] == [{"term": 1, "length": 200}]


# --- The own book -----------------------------------------------------------------------------------------------------
def test_the_own_book_is_issued_and_collected_but_checked_by_a_colleague(qingzhu: SchoolCast) -> None:
    own = office_mentor(qingzhu)
    for step in (ISSUED, COLLECTED):
        assert mark(qingzhu, qingzhu.slot, step=step, actor=own).marked == (qingzhu.slot.pk,)
    assert refusal(lambda: mark(qingzhu, qingzhu.slot, step=CHECKED, actor=own)) == ("own_book", OWN)
    mark(qingzhu, qingzhu.slot, step=CHECKED)
    assert refusal(lambda: undo(qingzhu, qingzhu.slot, step=CHECKED, actor=own)) == ("own_book", OWN)
    assert dates(qingzhu.slot) == (TODAY, TODAY, TODAY)


def test_among_others_the_own_book_stays_behind(qingzhu: SchoolCast) -> None:
    own = office_mentor(qingzhu)
    for step in (ISSUED, COLLECTED):
        mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, step=step)
    done = mark(qingzhu, qingzhu.slot, qingzhu.slot_colleague, step=CHECKED, actor=own)
    assert done == Marking((qingzhu.slot_colleague.pk,), own=1)


def test_whoever_is_alone_is_sent_to_the_admin(qingzhu: SchoolCast) -> None:
    own = office_mentor(qingzhu)
    qingzhu.office.is_active = False
    qingzhu.office.save()
    for step in (ISSUED, COLLECTED):
        mark(qingzhu, qingzhu.slot, step=step, actor=own)
    assert refusal(lambda: mark(qingzhu, qingzhu.slot, step=CHECKED, actor=own)) == ("own_book", OWN_ALONE)


def test_a_shared_book_is_own_to_both_who_hold_it(qingzhu: SchoolCast) -> None:
    partner = partner_of(qingzhu)
    for user in (qingzhu.sharer, partner):
        grant_role(actor=qingzhu.system, user=user, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    for step in (ISSUED, COLLECTED):
        mark(qingzhu, qingzhu.slot_shared, step=step)
    for user in (qingzhu.sharer, partner):
        own = qingzhu.actor(user)
        assert refusal(lambda who=own: mark(qingzhu, qingzhu.slot_shared, step=CHECKED, actor=who))[0] == "own_book"


def test_the_remark_about_the_own_book_is_a_colleagues(qingzhu: SchoolCast) -> None:
    own = office_mentor(qingzhu)
    term = term_of(qingzhu)
    assert refusal(lambda: note_remark(actor=own, term=term, mentor=qingzhu.slot, remark="很好"))[0] == "own_book"
    assert not BookHandling.objects.exists()


# --- Who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["admin", "homeroom", "mentor", "counsellor", "leader", "bureau_user"])
def test_nobody_but_the_moral_office_writes_or_sees(qingzhu: SchoolCast, part: str) -> None:
    mark(qingzhu, qingzhu.slot)
    actor, term = qingzhu.actor(qingzhu.people[part]), term_of(qingzhu)
    # The bureau acts in no school.
    expected = "other_school" if part == "bureau_user" else "not_allowed"
    for call in (
        lambda: mark(qingzhu, qingzhu.slot, step=COLLECTED, actor=actor),
        lambda: undo(qingzhu, qingzhu.slot, step=ISSUED, actor=actor),
        lambda: note_remark(actor=actor, term=term, mentor=qingzhu.slot, remark="好"),
    ):
        assert refusal(call)[0] == expected
    assert not BookHandling.objects.visible_to(actor).exists()


def test_another_schools_books_and_terms_are_refused(qingzhu: SchoolCast, other: SchoolCast) -> None:
    mark(other, other.slot)
    office = qingzhu.actor(qingzhu.office)
    assert refusal(lambda: mark(other, other.slot, step=COLLECTED, actor=office))[0] == "other_school"
    assert refusal(lambda: mark(qingzhu, qingzhu.slot, other.slot))[0] == "other_school"
    assert refusal(lambda: undo(qingzhu, other.slot, step=ISSUED))[0] == "other_school"
    assert not BookHandling.objects.visible_to(office).exists()
    assert dates(other.slot) == (TODAY, None, None)


# --- What the database repeats ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "values,constraint",
    [
        ({"collected_on": TODAY}, "book_collected_after_issue"),
        ({"issued_on": TODAY, "collected_on": AUTUMN}, "book_collected_after_issue"),
        ({"issued_on": TODAY, "checked_on": TODAY}, "book_checked_after_collection"),
        ({"issued_on": AUTUMN, "collected_on": TODAY, "checked_on": AUTUMN}, "book_checked_after_collection"),
    ],
)
def test_the_database_refuses_steps_out_of_order(qingzhu: SchoolCast, values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BookHandling.objects.create(school=qingzhu.school, term=term_of(qingzhu), mentor=qingzhu.slot, **values)


def test_the_database_refuses_a_second_row_and_a_checker_without_a_date(qingzhu: SchoolCast) -> None:
    row: dict[str, Any] = {"school": qingzhu.school, "term": term_of(qingzhu), "mentor": qingzhu.slot}
    with pytest.raises(IntegrityError, match="book_checker_has_date"), transaction.atomic():
        BookHandling.objects.create(**row, checked_by=qingzhu.office)
    BookHandling.objects.create(**row, issued_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        BookHandling.objects.create(**row)


# --- What the page shows ---------------------------------------------------------------------------------------------
def test_books_stand_by_class_in_the_teams_order(qingzhu: SchoolCast) -> None:
    handled = handled_in(qingzhu)
    assert [(g.label, [(c.label, [b.mentor.names for b in c.books]) for c in g.classes]) for g in handled.grades] == [
        ("一年级", [("一（1）班", ["何知秋", "林小满", "苏禾"])]),
        ("五年级", [("五（1）班", ["陶然/石磊"])]),
    ]


def test_a_book_counts_its_pupils_and_ticks(qingzhu: SchoolCast) -> None:
    first, second = qingzhu.pupils
    # Who has moved to another class has two enrolments and still counts once.
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, first, second)
    letter(qingzhu, qingzhu.mentor, second)
    admin = qingzhu.actor(qingzhu.admin)
    change_class(actor=admin, pupil=second, school_class=qingzhu.class_five, keep_mentor=True)
    book = book_of(qingzhu, qingzhu.slot)
    assert (book.pupils, [(p.label, p.done, p.total) for p in book.actions]) == (
        2,
        [("家访", 1, 2), ("谈心", 2, 2), ("成长寄语", 1, 2)],
    )
    assert (book.done, book.owed, book.is_complete) == (4, 6, False)


def test_a_full_book_is_complete(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupil_of_colleague
    visit(qingzhu, qingzhu.colleague, pupil)
    talk(qingzhu, qingzhu.colleague, pupil)
    letter(qingzhu, qingzhu.colleague, pupil)
    assert [b.is_complete for b in handled_in(qingzhu).books] == [False, False, True, False]


def test_a_slot_without_a_team_stands_under_its_pupils_class(qingzhu: SchoolCast) -> None:
    lone, idle = (
        create_mentor(actor=qingzhu.system, year=qingzhu.year, teachers=[TeacherFactory.create(school=qingzhu.school)])
        for _ in range(2)
    )
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_unassigned, mentor=lone, origin=AssignmentOrigin.OFFICE)
    handled = handled_in(qingzhu, class_id=qingzhu.class_one.pk)
    assert [b.mentor for b in handled.books][-1] == lone
    assert idle not in [b.mentor for b in handled_in(qingzhu).books]


def test_the_book_of_a_teacher_who_left_is_still_to_come_back(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot)
    leaving = Teacher.objects.get(user=qingzhu.mentor)
    retire_teacher(actor=qingzhu.actor(qingzhu.admin), teacher=leaving, left_on=TODAY, successor=qingzhu.slot_colleague)
    left = book_of(qingzhu, qingzhu.slot)
    assert (left.state, left.pupils, left.mentor.names) == ("issued", 0, "林小满")
    assert mark(qingzhu, qingzhu.slot, step=COLLECTED).marked == (qingzhu.slot.pk,)


def test_places_and_states_filter_and_counts_stay_those_of_the_place(qingzhu: SchoolCast) -> None:
    mark(qingzhu, qingzhu.slot, qingzhu.slot_shared)
    mark(qingzhu, qingzhu.slot, step=COLLECTED)
    grade = handled_in(qingzhu, grade_id=qingzhu.class_one.grade_id, state="collected")
    assert [b.mentor for b in grade.books] == [qingzhu.slot]
    assert (grade.counts, grade.total) == ({"waiting": 2, "issued": 0, "returned": 0, "collected": 1, "checked": 0}, 3)
    assert [grade.reached(step) for step in BookStep] == [1, 1, 0]


def test_the_own_book_is_told_apart(qingzhu: SchoolCast) -> None:
    own = office_mentor(qingzhu)
    assert [b.mentor for b in find_handled_books(own, calendar_of(qingzhu)).books if b.is_own] == [qingzhu.slot]


def test_a_colleague_of_another_account_is_no_holder(qingzhu: SchoolCast) -> None:
    user = create_user(actor=qingzhu.system, username="second-office", name="韩二", school=qingzhu.school)
    grant_role(actor=qingzhu.system, user=user, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    assert not any(b.is_own for b in find_handled_books(qingzhu.actor(user), calendar_of(qingzhu)).books)


# --- Given back to be made up -----------------------------------------------------------------------------------------
def give_back(cast: SchoolCast, slot: Mentor, remark: str = "请补上日期", **more: Any) -> BookHandling:
    actor = more.pop("actor", None) or cast.actor(cast.office)
    return return_book(actor=actor, term=term_of(cast), mentor=slot, remark=remark, **more)


def collected(cast: SchoolCast, *slots: Mentor) -> None:
    mark(cast, *slots, on=AUTUMN)
    mark(cast, *slots, step=COLLECTED)


def test_a_book_that_was_given_back_is_collected_and_checked_again(qingzhu: SchoolCast) -> None:
    slot = qingzhu.slot
    collected(qingzhu, slot)
    mark(qingzhu, slot, step=CHECKED)
    book = give_back(qingzhu, slot, made_up=["签名齐全", " "])
    assert (dates(slot), book.returned_on, book.made_up, book.is_returned) == (
        (AUTUMN, None, None),
        TODAY,
        ["签名齐全"],
        True,
    )
    handled = handled_in(qingzhu)
    assert (handled.counts["returned"], handled.reached(ISSUED), handled.reached(COLLECTED)) == (1, 1, 0)
    # It is out: what is undone is not its issue.
    assert undo(qingzhu, slot, step=ISSUED) == Marking((), 0, 1)
    assert mark(qingzhu, slot, step=COLLECTED).marked == (slot.pk,)
    assert mark(qingzhu, slot, step=CHECKED).marked == (slot.pk,)
    assert handled_in(qingzhu).counts["checked"] == 1


def test_its_mentors_read_why_and_nobody_else(qingzhu: SchoolCast, other: SchoolCast) -> None:
    collected(qingzhu, qingzhu.slot)
    give_back(qingzhu, qingzhu.slot, made_up=["签名齐全"])
    give_back(qingzhu, qingzhu.slot, made_up=["签名齐全"])
    told = Notice.objects.filter(kind="book_returned")
    assert [(notice.recipient, notice.body) for notice in told] == [(qingzhu.mentor, "签名齐全；请补上日期")]
    people = (qingzhu.mentor, qingzhu.colleague, qingzhu.office)
    assert [len(returned_books(qingzhu.actor(user))) for user in people] == [1, 0, 0]
    assert returned_books(other.actor(other.mentor)) == []
    mark(qingzhu, qingzhu.slot, step=COLLECTED)
    assert returned_books(qingzhu.actor(qingzhu.mentor)) == []


def test_what_cannot_be_given_back(qingzhu: SchoolCast, other: SchoolCast) -> None:
    def refusal(**more: Any) -> str:
        with pytest.raises(DomainError) as refused:
            give_back(qingzhu, qingzhu.slot, **more)
        return refused.value.code

    assert refusal() == "not_collected"
    collected(qingzhu, qingzhu.slot)
    assert refusal(remark=" ") == "return_unexplained"
    assert refusal(remark="长" * 201) == "remark_long"
    assert refusal(actor=qingzhu.actor(qingzhu.homeroom)) == "not_allowed"
    assert refusal(actor=other.actor(other.office)) == "other_school"
    grant_role(
        actor=qingzhu.system,
        user=qingzhu.mentor,
        role=Role.MORAL_OFFICE,
        school=qingzhu.school,
        starts_on=SINCE,
    )
    assert refusal(actor=qingzhu.actor(qingzhu.mentor)) == "own_book"


def test_it_is_not_collected_again_before_it_was_given_back(qingzhu: SchoolCast) -> None:
    collected(qingzhu, qingzhu.slot)
    give_back(qingzhu, qingzhu.slot)
    with pytest.raises(DomainError) as refused:
        mark(qingzhu, qingzhu.slot, step=COLLECTED, on=TODAY - datetime.timedelta(days=1))
    assert refused.value.code == "date_disordered"


def test_the_check_list_is_the_schools_own(qingzhu: SchoolCast, other: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    keep_check_items(actor=office, lines=["签名齐全", " ", "日期完整", "签名齐全"])
    keep_check_items(actor=office, lines=["签名齐全", "日期完整"])
    assert [item.text for item in check_items(office)] == ["签名齐全", "日期完整"]
    assert check_items(other.actor(other.office)) == []
    assert AuditEntry.objects.filter(verb="keep_check_items").count() == 1
    for actor, lines in ((qingzhu.actor(qingzhu.mentor), ["一"]), (office, [str(n) for n in range(13)])):
        with pytest.raises(DomainError):
            keep_check_items(actor=actor, lines=lines)


def test_the_code_of_a_cover_finds_the_book_in_ones_own_school(qingzhu: SchoolCast, other: SchoolCast) -> None:
    code = short_code(qingzhu.slot.pk)
    texts = (code, f"https://school.example/papers/shelf/c/{code}/", "ZZZZ")
    found = [slot_of_code(qingzhu.actor(qingzhu.office), text) for text in texts]
    assert found == [qingzhu.slot, qingzhu.slot, None]
    assert slot_of_code(other.actor(other.office), code) is None
