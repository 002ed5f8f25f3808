"""Cleaning of names, numbers and telephones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import normalise_phone, split_phones
from core.text import (
    chinese_number,
    clean_key,
    clean_name,
    clean_text,
    lost_digits,
    number_text,
    quantity,
    to_chinese,
)


@pytest.mark.parametrize(
    "typed,stored",
    [
        ("葛 兰", "葛兰"),
        ("张　三", "张三"),
        ("欧阳 娜 娜", "欧阳娜娜"),
        (" 王•五 ", "王·五"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("J. Smith", "J. Smith"),
        ("Anna  Li", "Anna Li"),
        ("\u200b李\ufeff四\u202e", "李四"),
        ("⼀一", "一一"),
        ("'张三", "张三"),
        ("李\n四", "李四"),
        ("𠮷𬭎㛃䶮", "𠮷𬭎㛃䶮"),
    ],
)
def test_a_name_has_one_stored_form(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@given(st.text(max_size=80))
def test_cleaning_a_clean_name_changes_nothing(text: str) -> None:
    once = clean_name(text)
    assert clean_name(once) == once


@given(st.text(max_size=80))
def test_clean_text_holds_no_control_character(text: str) -> None:
    assert clean_text(text).isprintable() or any(ord(c) > 127 for c in clean_text(text))
    assert "\x00" not in clean_text(text)
    assert "\u202e" not in clean_text(text)


def test_free_text_keeps_chinese_punctuation_and_a_label_does_not() -> None:
    assert clean_text("性格内向，\t慢热") == "性格内向， 慢热"
    assert clean_key("１３８（一）") == "138(一)"


def test_a_number_reads_as_its_writer_saw_it() -> None:
    assert number_text(19900000001.0) == "19900000001"
    assert number_text(1.5) == "1.5"


def test_a_spreadsheet_number_of_sixteen_digits_has_lost_some() -> None:
    assert [lost_digits(999_999_999_999_999), lost_digits(1_000_000_000_000_000)] == [False, True]


@pytest.mark.parametrize(
    "typed,stored",
    [
        ("19900000001", "19900000001"),
        ("+86 199-0000-0001", "19900000001"),
        ("0086 13800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("02159120000", "021-59120000"),
        ("021-59120000", "021-59120000"),
        ("+1 650 253 0000", "+16502530000"),
    ],
)
def test_a_telephone_number_has_one_stored_form(typed: str, stored: str) -> None:
    phone = normalise_phone(typed)
    assert (phone.number, phone.valid) == (stored, True)


@pytest.mark.parametrize("typed", ["1234", "59120000", "1990000000", "199000000011", "电话"])
def test_what_cannot_be_rung_is_not_valid_and_kept_as_typed(typed: str) -> None:
    phone = normalise_phone(typed)
    assert (phone.number, phone.valid, phone.mobile) == (typed, False, False)


def test_two_phones_in_a_cell_are_split() -> None:
    assert split_phones("19900000001、19900000002; 021-59120000") == ["19900000001", "19900000002", "021-59120000"]


def test_chinese_numerals_go_both_ways() -> None:
    assert [chinese_number(to_chinese(n)) for n in range(100)] == list(range(100))
    assert [chinese_number("两"), chinese_number("壹"), chinese_number("")] == [2, None, None]
    assert [quantity("１２"), quantity("十二"), quantity("x")] == [12, 12, None]
    with pytest.raises(ValueError, match="no Chinese numeral for 100"):
        to_chinese(100)
