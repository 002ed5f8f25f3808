"""Which characters can be printed, and what stands for those that cannot."""

import pytest

from core import glyphs


def test_rare_characters_of_names_all_print() -> None:
    assert glyphs.missing_glyphs("䶮㛃𬱖𫖯𬍛𬘘𠅤𰻝 林鼎/安盼盼 一<1> √〓✂★") == []


def test_characters_without_a_glyph_are_reported_once_in_order() -> None:
    assert glyphs.missing_glyphs("好👍好😀👍") == ["👍", "😀"]


def test_private_use_characters_are_never_believed() -> None:
    assert glyphs.missing_glyphs("张\ue863") == ["\ue863"]


def test_joiners_selectors_and_line_ends_are_not_reported() -> None:
    assert glyphs.missing_glyphs("甲\n乙\u200d\ufe0f\U000e0100") == []


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("加油👍🏽。", "加油〓。"),
        ("👨‍👩‍👧‍👦一家", "〓一家"),
        ("❤️", "〓"),
        ("甲\x07乙\x00", "甲乙"),
        ("没有变化", "没有变化"),
    ],
)
def test_a_character_without_a_glyph_prints_as_one_geta_mark(typed: str, shown: str) -> None:
    assert glyphs.printable(typed) == shown


def test_a_machine_without_the_fonts_says_which_packages_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FONT_DIRS", ())
    glyphs._covered.cache_clear()
    glyphs._prints.cache_clear()
    try:
        assert glyphs.missing_fonts() == ["LXGW WenKai", "Noto Serif CJK SC", "Noto Sans CJK SC"]
        with pytest.raises(glyphs.FontsMissingError, match="fonts-lxgw-wenkai"):
            glyphs.missing_glyphs("字")
    finally:
        glyphs._covered.cache_clear()
        glyphs._prints.cache_clear()
