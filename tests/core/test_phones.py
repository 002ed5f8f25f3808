"""Telephone numbers as people type them."""

import pytest

from core.phones import normalise_phone, phones_in, split_phones


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


@pytest.mark.parametrize(
    "typed,stored",
    [
        ("妈妈13900000001", ["13900000001"]),
        ("微信：139 0000 0001", ["13900000001"]),
        ("*13900000001", ["13900000001"]),
        ("13900000001。", ["13900000001"]),
        ("13900000001x", ["13900000001"]),
        ("8613900000001", ["13900000001"]),
        ("+86-139-0000-0001", ["13900000001"]),
        ("(86)13900000001", ["13900000001"]),
        ("013900000001", ["13900000001"]),
        ("QQ12345678 13900000001", ["13900000001"]),
        ("13,900,000,001", ["13900000001"]),
        ('="13900000001"', ["13900000001"]),
        ("13900000001(父)13900000002(母)", ["13900000001", "13900000002"]),
        ("爸爸139 0000 0001 妈妈139 0000 0002", ["13900000001", "13900000002"]),
        ("139 0000 0001 139 0000 0002", ["13900000001", "13900000002"]),
        ("13900000001和13900000001", ["13900000001"]),
        ("021-59120000转123", ["021-59120000转123"]),
        ("021-59120000-12", ["021-59120000转12"]),
        ("家里：021-59120000", ["021-59120000"]),
    ],
)
def test_a_number_is_found_among_the_words_around_it(typed: str, stored: list[str]) -> None:
    """妈妈139… was stored as 139-00000001: the library looked for a number anywhere in the text."""
    assert [phone.number for phone in phones_in(typed).phones] == stored


@pytest.mark.parametrize(
    "typed",
    [
        "139OOOOOOO1",
        "1390000000l",
        "I3900000001",
        "1-800-FLOWERS",
        "139000000012",
        "1390000000",
        "1390000000113900000002",
        "021-13900000001",
        "+13900000001",
        "13900000001 2",
        "139-0000-00012",
        "一三九",
        "110101201901010001",
    ],
)
def test_what_may_be_another_number_is_none(typed: str) -> None:
    """139OOOOOOO1 was stored as 139-66666661: letters became the keys of a dial."""
    assert phones_in(typed).phones == ()
