"""Which characters can be printed, and what stands for those that cannot."""

import pytest

from core import glyphs

#: Asks for an emoji in outline; shows nothing.
PLAIN = "\ufe0e"


def test_rare_characters_of_names_all_print() -> None:
    assert glyphs.missing_glyphs("䶮㛃𬱖𫖯𬍛𬘘𠅤𰻝 林鼎/安盼盼 一<1> √〓✂★") == []


def test_characters_without_a_glyph_are_reported_once_in_order() -> None:
    assert glyphs.missing_glyphs("好🥰好🦽🥰👍") == ["🥰", "🦽"]


def test_private_use_characters_are_never_believed() -> None:
    assert glyphs.missing_glyphs("张\ue863") == ["\ue863"]


def test_what_shows_nothing_or_is_left_out_is_not_reported() -> None:
    assert glyphs.missing_glyphs("甲\n乙\u200d\ufe0f\U000e0100👍🏽👨‍🦰🏃‍♀️1️⃣") == []


def test_a_character_newer_than_this_python_is_believed_to_the_fonts() -> None:
    assert glyphs.missing_glyphs("\U000313bc\U000323af") == ["\U000323af"]  # Both of Extension H.


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("加油👍🏽。", "加油👍。"),
        ("🏽", ""),
        ("👨‍👩‍👧‍👦一家", "👨👩👧👦一家"),
        ("🧑🏽‍🎓", "🧑🎓"),
        ("🏃🏽‍♀️跑", "🏃跑"),
        ("👨‍🦰", "👨"),
        ("👩‍🦽推车", "〓推车"),
        ("🥰🏽🥰", "〓〓"),
        ("🥰\u200d</p>", "〓\u200d</p>"),
        ("🇨🇳", "🇨🇳"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴"),
        ("❤️与❤", "❤与❤"),
        ("1️⃣", "1"),
        ("甲\x07乙\x00", "甲乙"),
        ("甲\u202e乙丙", "甲乙丙"),
        ("没有变化★", "没有变化★"),
    ],
)
def test_each_text_prints_as_what_can_be_read(typed: str, shown: str) -> None:
    printed = glyphs.printable(typed)
    assert printed.replace(PLAIN, "") == shown
    assert glyphs.printable(printed) == printed


def test_an_emoji_is_asked_for_in_outline() -> None:
    assert glyphs.printable("好😀❤️") == f"好😀{PLAIN}❤{PLAIN}"


def test_a_machine_without_the_fonts_says_which_packages_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FONT_DIRS", ())
    glyphs._covered.cache_clear()
    glyphs._prints.cache_clear()
    try:
        with pytest.raises(glyphs.FontsMissingError, match="fonts-lxgw-wenkai"):
            glyphs.missing_glyphs("字")
    finally:
        glyphs._covered.cache_clear()
        glyphs._prints.cache_clear()
