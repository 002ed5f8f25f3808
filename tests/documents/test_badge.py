"""导师证 read back: 86 × 54 mm ten to a page, long names and many classes whole, the code only where there is one."""

from pathlib import Path

import pytest

from mentors.staff.documents.badge import render_badges
from schools.contexts import Letterhead
from schools.enums import Design
from tests.documents import builders_small, reading
from tests.documents.builders_small import badge, photo


def test_ten_badges_fill_a_sheet() -> None:
    pages = reading.page_texts(render_badges([badge() for _ in range(12)]))
    assert [page.count("2026学年") for page in pages] == [10, 2]
    assert [page.count("第1张，共2张") for page in pages] == [1, 0]


@pytest.mark.parametrize("design", Design)
def test_each_is_86_by_54_millimetres_between_its_cut_marks(tmp_path: Path, design: Design) -> None:
    pdf = render_badges([badge(name, design=design) for name in "甲乙丙丁戊己庚辛壬癸"])
    box = reading.reader(pdf).pages[0].mediabox
    assert (round(float(box.width) * 25.4 / 72), round(float(box.height) * 25.4 / 72)) == (210, 297)
    places = {word: (left, top) for word, left, top, _right, _bottom in reading.places(pdf, tmp_path)}
    across = [round(places[right][0] - places[left][0], 1) for left, right in ("甲乙", "丙丁", "壬癸")]
    down = [round(places[lower][1] - places[upper][1], 1) for upper, lower in ("甲丙", "丙戊", "戊庚", "庚壬")]
    assert (across, down) == ([86.0] * 3, [54.0] * 4)
    # The cut marks of `badge_marks.svg`: 19 mm from the left, 13.5 mm from the top.
    left, top = places["甲"]
    assert (19 < left < 19 + 86, 13.5 < top < 13.5 + 54) == (True, True)


def test_it_is_sound_tagged_and_spoken_in_order(tmp_path: Path) -> None:
    pdf = render_badges([badge(photo=photo(), mentor_card_url="https://example.com/cards/abc/"), badge("林小满")])
    reading.assert_sound(pdf, tmp_path, title="导师证 · 江城市青竹小学")
    assert reading.spoken(pdf, tmp_path) == (
        "导师证第1张，共1张请沿裁切线裁开导师证江城市青竹小学程𫖯语文一（1）班2026学年扫码认识我"
        "导师证江城市青竹小学贴照片处林小满语文一（1）班2026学年"
    )
    assert reading.figures(pdf) == ["打开程𫖯老师名片的二维码", "程𫖯的照片"]
    assert reading.bookmarks(pdf) == [("导师证（第 1 张）", 1)]


@pytest.mark.parametrize("design", Design)
def test_everything_stays_inside_of_its_badge(tmp_path: Path, design: Design) -> None:
    school = Letterhead(name=builders_small.LONG_SCHOOL, colour="#1f4e8c")
    pdf = render_badges(builders_small.badges(design, school=school))
    text = reading.printed(pdf, tmp_path)
    words = (
        "阿依古丽·买买提明江",
        builders_small.LONG_NAME,
        "五<1>、五<2>、五<3>等6个班",
        "语文、道德与法治、综合实践",
    )
    assert [text.count(word) for word in words] == [1] * 4
    for word, left, top, right, bottom in reading.places(pdf, tmp_path):
        if top > 13.5:
            column, row = int((left - 19) // 86), int((top - 13.5) // 54)
            inside = (right < 19 + 86 * (column + 1) - 2, bottom < 13.5 + 54 * (row + 1) - 1)
            assert (word, *inside) == (word, True, True)


def test_a_school_with_a_logo_prints_it_on_each() -> None:
    pdf = render_badges(builders_small.badges()[3:5])
    assert reading.figures(pdf) == ["打开沈䶮老师名片的二维码", "江城市青竹小学校徽", "江城市青竹小学校徽"]


def test_the_same_badges_give_the_same_bytes_and_none_is_an_error() -> None:
    assert render_badges([badge(photo=photo())]) == render_badges([badge(photo=photo())])
    with pytest.raises(ValueError, match="no badge"):
        render_badges([])
