"""Which version of a record book carries what out of the database."""

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from records.contexts import BookVersion
from records.papers.queries.books import BookSource
from records.papers.queries.print_lists import mentors_for_print
from schools.enums import Design
from tests.cast import SchoolCast
from tests.records.builders import letter, talk, visit


def source_of(cast: SchoolCast) -> BookSource:
    return BookSource(cast.actor(cast.office), cast.year, [cast.slot])


@pytest.fixture
def recorded(qingzhu: SchoolCast) -> SchoolCast:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="孩子在给弟弟读绘本。")
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="一起约定先画图再列式。")
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    return qingzhu


def test_filled_and_mixed_books_carry_the_same_records(recorded: SchoolCast) -> None:
    source = source_of(recorded)
    filled = source.book(recorded.slot, mask_phones=True, version=BookVersion.FILLED)
    mixed = source.book(recorded.slot, mask_phones=True)
    assert (filled.version, mixed.version) == (BookVersion.FILLED, BookVersion.MIXED)
    assert replace(filled, version=BookVersion.MIXED) == mixed
    texts = [entry.text for part in mixed.pupils[0].entries for slot in part for entry in slot if entry.text]
    assert texts[:2] == ["孩子在给弟弟读绘本。", "一起约定先画图再列式。"]
    assert len(source.shown(recorded.slot, version=BookVersion.FILLED)) == 3


def test_a_blank_book_carries_people_and_neither_ticks_nor_texts(recorded: SchoolCast) -> None:
    source = source_of(recorded)
    blank = source.book(recorded.slot, mask_phones=False, version=BookVersion.BLANK)
    mixed = source.book(recorded.slot, mask_phones=False)
    assert [(p.ticks, p.entries) for p in blank.pupils] == [((), ())] * 2
    bare = tuple(replace(pupil, ticks=(), entries=()) for pupil in mixed.pupils)
    assert replace(mixed, pupils=bare, version=BookVersion.BLANK) == blank
    assert source.shown(recorded.slot, version=BookVersion.BLANK) == []


def test_a_blank_book_does_not_read_the_records(
    recorded: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = recorded.actor(recorded.office)
    (mentor,) = (slot for slot in mentors_for_print(actor, recorded.year) if slot == recorded.slot)
    with django_assert_num_queries(7):
        source = BookSource(actor, recorded.year, [mentor])
        source.book(mentor, mask_phones=True, version=BookVersion.BLANK)
        source.shown(mentor, version=BookVersion.BLANK)


def test_the_cover_is_drawn_for_the_grade_of_the_first_class(recorded: SchoolCast) -> None:
    assert source_of(recorded).book(recorded.slot, mask_phones=True).design == Design.LOWER


def test_a_school_may_choose_one_design_for_all(recorded: SchoolCast) -> None:
    source = source_of(recorded)
    source.style = replace(source.style, words=replace(source.style.words, design=Design.SENIOR))
    assert source.book(recorded.slot, mask_phones=True).design == Design.SENIOR
