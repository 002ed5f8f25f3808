"""意向征询表 read back: two to a page while the list is short, whole and over further pages when it is long."""

from pathlib import Path

import pytest

from mentors.rounds.documents.ballot import render_ballots
from tests.documents import reading
from tests.documents.builders_small import ballot


def test_a_form_is_sound_and_spoken_in_the_order_of_writing(tmp_path: Path) -> None:
    pdf = render_ballots(ballot(2, pupils=1))
    reading.assert_sound(pdf, tmp_path, title="意向征询表 · 五<6>")
    assert reading.spoken(pdf, tmp_path) == (
        "五<6>江城市青竹小学我想选的导师2026学年五年级导师意向征询1号沈䶮"
        "选你想请来当导师的老师，把编号写在格子里，最多3位。"
        "第一志愿为什么选（可以不写）第二志愿为什么选（可以不写）第三志愿为什么选（可以不写）"
        "1丁一鼎/裴小盼语文喜欢打羽毛球、养多肉，周末常去图书馆2司马相如诸葛孔明欧阳锋君数学、信息科技"
        "请在2026年9月12日前交给班主任。也可以用凭条在手机上填，以最后一次提交的为准。"
    )
    assert reading.bookmarks(pdf) == [("沈䶮", 1)]


@pytest.mark.parametrize(
    "mentors, max_choices, pages",
    [(6, 3, 1), (12, 3, 1), (9, 5, 1), (12, 10, 2), (26, 3, 2), (60, 3, 4)],
)
def test_no_mentor_is_lost_however_long_the_list(tmp_path: Path, mentors: int, max_choices: int, pages: int) -> None:
    pdf = render_ballots(ballot(mentors, max_choices=max_choices))
    texts = reading.page_texts(pdf)
    assert len(texts) == pages
    every = "".join(texts)
    assert every.count("语文") == 2 * len(range(0, mentors, 3))
    assert every.count("志愿") == 2 * max_choices
    if pages == 1:
        # The upper form ends above the line to cut along, its list above its last line.
        upper = [box for box in reading.places(pdf, tmp_path) if box[2] < 148.5]
        foot = next(top for word, _left, top, _right, _bottom in upper if word.startswith("请在"))
        listed = [bottom for word, _left, top, _right, bottom in upper if top < foot - 0.1]
        assert (max(listed) <= foot, max(box[4] for box in upper) < 146) == (True, True)


def test_nothing_to_print_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        render_ballots(ballot(0))
