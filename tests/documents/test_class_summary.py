"""班级学期小结 read back: one or two pages, heads that repeat, every name, no ranking."""

from dataclasses import replace
from pathlib import Path

import pytest

from records.papers.documents.class_summary import class_summary_manuscript, render_class_summary
from schools.contexts import Letterhead
from tests.documents import builders, builders_lists, reading


@pytest.fixture(scope="module")
def large() -> bytes:
    return render_class_summary(builders_lists.class_summary(44))


def test_a_class_of_44_fits_on_two_pages_and_heads_repeat(large: bytes) -> None:
    pages = reading.page_texts(large)
    assert [page.count("座号姓名导师家访谈心成长寄语") for page in pages] == [1, 1]
    assert [page.count("√已完成") for page in pages] == [0, 1]


def test_every_pupil_stands_there_once_in_order(large: bytes, tmp_path: Path) -> None:
    spoken = reading.spoken(large, tmp_path)
    places = [spoken.find(f"{n}{reading.squeezed(builders_lists.summary_pupil(n).name)}") for n in range(1, 45)]
    assert (min(places) > 0, places == sorted(places)) == (True, True)


def test_figures_and_team_stand_in_the_order_given(large: bytes, tmp_path: Path) -> None:
    assert reading.spoken(large, tmp_path).startswith(
        "江城市青竹小学全员导师制五（6）班学期小结2026学年第一学期2027年1月20日打印本学期概况家访35/44人79%谈心33/44人75%"
        "成长寄语29/44人65%学生已有导师面对面谈心成长寄语已交成长寄语已发布44人42人88%39/44次29封14封导师团导师本班学生"
        "家访谈心成长寄语何知秋团长14人"
    )


def test_it_is_sound_tagged_and_bookmarked(large: bytes, tmp_path: Path) -> None:
    reading.assert_sound(large, tmp_path, title="班级学期小结 · 五（6）班 · 2026学年第一学期 · 江城市青竹小学")
    assert reading.bookmarks(large) == [("五（6）班", 1)]


def test_the_largest_class_with_a_large_team_of_long_names_still_takes_two_pages() -> None:
    school = Letterhead(name="江城市<b>外国语</b>实验学校附属青竹小学", logo=builders.logo(), colour="#8c2f39")
    team = (*builders_lists.TEAM, "阿依古丽·买买提明江/司马相如诸葛孔明欧阳锋君", "沈䶮", "顾𬱖", "程𫖯")
    pages = reading.page_texts(render_class_summary(builders_lists.class_summary(56, school=school, mentors=team)))
    assert (len(pages), "江城市<b>外国语</b>实验学校" in pages[0], "司马相如诸葛孔明欧阳锋君0人———" in pages[0]) == (
        2,
        True,
        True,
    )


def test_an_empty_class_says_so_on_one_page() -> None:
    pages = reading.page_texts(render_class_summary(builders_lists.class_summary(0, mentors=())))
    assert [page.count(text) for page in pages for text in ("这个班还没有学生", "还没有谈心", "按方案不作要求")] == [
        1,
        1,
        3,
    ]


def test_the_same_summary_has_the_same_digest_and_another_tick_another() -> None:
    one = builders_lists.class_summary(3)
    assert class_summary_manuscript(one).digest == class_summary_manuscript(builders_lists.class_summary(3)).digest
    other = replace(one, face_to_face=(40, 44))
    assert class_summary_manuscript(one).digest != class_summary_manuscript(other).digest


def test_figures_that_do_not_fit_the_actions_are_an_error() -> None:
    one = builders_lists.class_summary(1)
    with pytest.raises(ValueError, match="follow the actions"):
        class_summary_manuscript(replace(one, actions=one.actions[:2]))
