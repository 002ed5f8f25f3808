"""Pinyin of names, surnames read as surnames."""

import pytest

from core.pinyin import name_pinyin


@pytest.mark.parametrize(
    "name,full",
    [
        ("单雨", "shanyu danyu"),
        ("曾程佳", "zengchengjia cengchengjia"),
        ("仇一", "qiuyi chouyi"),
        ("解放", "xiefang jiefang"),
        ("尉迟恭", "yuchigong weichigong"),
        ("张三", "zhangsan"),
        ("买买提·吐尔逊", "maimaitituerxun"),
        ("Tom Li", "tomli"),
    ],
)
def test_a_surname_is_read_as_one_and_the_plain_reading_is_indexed_too(name: str, full: str) -> None:
    assert name_pinyin(name).full == full


def test_initials_stand_between_blanks_for_searching() -> None:
    assert name_pinyin("单雨").initials == " sy dy "
    assert name_pinyin("张三").initials == " zs "


def test_an_unknown_character_stays_itself() -> None:
    assert name_pinyin("张𠮷").full == "zhang𠮷"


def test_names_are_read_without_the_dictionary_of_words() -> None:
    """It took three quarters of the time, and 44 MB, of the first name that a process read."""
    assert name_pinyin("王小明").full == "wangxiaoming"
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 - loaded by the line above

    assert PHRASES_DICT == {}
