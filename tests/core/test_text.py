"""Cleaning of names, numbers and telephones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import (
    bare_number,
    chinese_number,
    clean_key,
    clean_name,
    clean_text,
    is_nothing,
    lost_digits,
    number_text,
    quantity,
    split_marks,
    to_chinese,
    without_days,
    without_identity,
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
    # Cells can hold these; a roster with one broke its preview.
    assert (number_text(float("inf")), number_text(float("nan"))) == ("inf", "nan")


def test_a_spreadsheet_number_of_sixteen_digits_has_lost_some() -> None:
    assert [lost_digits(999_999_999_999_999), lost_digits(1_000_000_000_000_000)] == [False, True]


def test_chinese_numerals_go_both_ways() -> None:
    assert [chinese_number(to_chinese(n)) for n in range(100)] == list(range(100))
    assert [chinese_number("两"), chinese_number("壹"), chinese_number("")] == [2, None, None]
    assert [quantity("１２"), quantity("十二"), quantity("x")] == [12, 12, None]
    with pytest.raises(ValueError, match="no Chinese numeral for 100"):
        to_chinese(100)


NOTHING = [
    "无",
    "/",
    "——",
    "…",
    "NULL",
    "nan",
    "None",
    "N/A",
    "#N/A",
    "暂无",
    "（无）",
    "待定",
    " 不详 ",
    "没有",
    "ＮＵＬＬ",
]


@pytest.mark.parametrize("typed", NOTHING)
def test_a_word_for_nothing_is_nothing(typed: str) -> None:
    assert (is_nothing(typed), is_nothing(typed, zero=False)) == (True, True)


@pytest.mark.parametrize("typed", ["0", "000", "0.0", "〇", "零"])
def test_zero_is_nothing_except_in_free_text(typed: str) -> None:
    assert (is_nothing(typed), is_nothing(typed, zero=False)) == (True, False)


@pytest.mark.parametrize("typed", ["无名", "吴", "Na", "No", "-1", "1", "空空", "王", "x", "00123"])
def test_a_name_or_number_that_only_begins_like_nothing_is_something(typed: str) -> None:
    assert not is_nothing(typed)


@pytest.mark.parametrize(
    "typed,bare",
    [
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("’00123", "00123"),
        ('"00123"', "00123"),
        ("“00123”", "00123"),
        ("20260101.0", "20260101"),
        ("00123.00", "00123"),
        ("13,800,138,000", "13800138000"),
        ("13,800,138,000.00", "13800138000"),
        ("\u00a000123\u00a0", "00123"),
        ("１２３", "123"),
        ("1.5", "1.5"),
        ("12,345", "12,345"),
    ],
)
def test_a_number_comes_out_of_its_wrapping(typed: str, bare: str) -> None:
    assert bare_number(typed) == bare


@pytest.mark.parametrize(
    "typed,name,marks",
    [
        ("1.张三", "张三", "1."),
        ("12、张三", "张三", "12、"),
        ("①张三", "张三", "1"),
        ("(3) 张三", "张三", "(3)"),
        ("张三*", "张三", "*"),
        ("★张三", "张三", "★"),
        ("张三/13900000001", "张三", "/13900000001"),
        ("张三 G12", "张三", "G12"),
        ("孙一 女", "孙一", "女"),
        ("张三2", "张三2", ""),
        ("王一(1)", "王一(1)", ""),
        ("J. Smith", "J. Smith", ""),
        ("买买提.吐尔逊", "买买提.吐尔逊", ""),
        ("孙 一 女", "孙 一 女", ""),
    ],
)
def test_what_stands_around_a_name_is_taken_off(typed: str, name: str, marks: str) -> None:
    assert split_marks(typed) == (name, marks)


@pytest.mark.parametrize(
    "text,shown",
    [
        ("110101201901010001", "110***001"),
        ("11010120190101001X的", "110***01X的"),
        ("G110101201901010001", "G110***001"),
        ("110101190101001", "110***001"),
        ("110101 20190101 001X", "110***001X"),
        ("１１０１０１２０１９０１０１０００１", "１１０***００１"),
        ("13900000001、13900000002", "13900000001、13900000002"),
    ],
)
def test_the_middle_of_an_identity_number_is_never_shown(text: str, shown: str) -> None:
    assert without_identity(text) == shown


@pytest.mark.parametrize("day", ["20190101", "2019-01-01", "2019年1月1日", "2019/1/1", "2019-01-01 00:00"])
def test_a_birth_date_is_not_shown_where_days_have_no_business(day: str) -> None:
    assert without_days(day).replace(" 00:00", "") == "***"
