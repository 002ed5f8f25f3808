"""心灵树洞卡 read back: blank, all that a pupil needs on each card, whatever words a school chooses."""

from pathlib import Path

import pytest

from records.papers.documents.tree_hole import render_tree_hole_cards
from schools.contexts import Letterhead
from schools.enums import Design
from tests.documents import builders_small, reading
from tests.documents.builders_small import tree_hole_cards

#: Cards on a sheet, and the height of one in millimetres.
SHEETS = {Design.LOWER: (2, 148.5), Design.UPPER: (4, 105.0), Design.SENIOR: (4, 105.0)}


def test_a_card_says_what_it_is_for_in_the_order_of_writing(tmp_path: Path) -> None:
    pdf = render_tree_hole_cards(tree_hole_cards(Design.LOWER))
    card = (
        "心灵树洞卡江城市青竹小学写给你信任的老师。老师会保守秘密，和你一起想办法。写给老师我叫班级（可以不写）"
        "关于□思想□学习□心理□生活□情绪我想说：我希望□想和老师当面聊聊□想收到老师的回信□只想说一说可以告诉家长吗□可以□先不要"
        "写不下可以写在背面。写好后对折，投进“心灵树洞”，或者交给你信任的老师。写上姓名，老师才能找到你。"
        "老师会为你保密；只有担心你的安全时，才会和能帮助你的大人商量。"
        "情况紧急时请立即联系心理老师和德育室，必要时拨打110、120或心理援助热线12356。"
    )
    assert reading.spoken(pdf, tmp_path) == card * 2
    assert reading.figures(pdf) == ["江城市青竹小学校徽"] * 2
    reading.assert_sound(pdf, tmp_path, title="心灵树洞卡 · 江城市青竹小学")


@pytest.mark.parametrize("design", Design)
def test_so_many_sheets_of_cards_each_with_its_bookmark(design: Design, tmp_path: Path) -> None:
    pdf = render_tree_hole_cards(tree_hole_cards(design, sheets=2, title="悄悄话卡", emergency=""))
    pages = reading.page_texts(pdf)
    assert [page.count("可以告诉家长吗") for page in pages] == [SHEETS[design][0]] * 2
    assert reading.bookmarks(pdf) == [("第 1 张", 1), (">悄悄话卡", 1), ("第 2 张", 2), (">悄悄话卡", 2)]
    reading.assert_sound(pdf, tmp_path, title="悄悄话卡 · 江城市青竹小学")


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize("repeats", [0, 1, 3, 10])
def test_no_word_of_a_school_runs_over_the_line_to_cut_along(tmp_path: Path, design: Design, repeats: int) -> None:
    intro = "写给你信任的老师。这里什么都可以说，老师会替你守住秘密，和你一起慢慢想办法。不用怕写错字，也不用怕说错话。"
    cards = tree_hole_cards(
        design,
        school=Letterhead(name=builders_small.LONG_SCHOOL),
        title="写给老师的悄悄话",
        intro=intro if repeats else "",
        emergency=builders_small.EMERGENCY * repeats,
    )
    pdf = render_tree_hole_cards(cards)
    (page,) = reading.page_texts(pdf)
    places = reading.places(pdf, tmp_path)
    height = float(reading.reader(pdf).pages[0].mediabox.height) * 25.4 / 72 / 2
    last_of_first_card = max(bottom for _word, _left, top, _right, bottom in places if top < height)
    assert last_of_first_card < height - 1.5
    assert page.count("12356") == page.count("可以告诉家长吗") * repeats


def test_the_same_cards_give_the_same_bytes_and_no_sheet_is_an_error() -> None:
    assert render_tree_hole_cards(tree_hole_cards()) == render_tree_hole_cards(tree_hole_cards())
    with pytest.raises(ValueError, match="no sheet"):
        render_tree_hole_cards(tree_hole_cards(sheets=0))
