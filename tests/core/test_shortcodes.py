"""Short codes on paper: typed wrongly they are told, never taken for another row's."""

from hypothesis import given
from hypothesis import strategies as st

from core.shortcodes import ALPHABET, key_of_code, short_code


@given(st.integers(0, 10**9))
def test_a_code_says_its_key_however_it_is_typed(key: int) -> None:
    code = short_code(key)
    assert [key_of_code(text) for text in (code, code.lower(), f" {code[:1]} {code[1:]} ")] == [key] * 3


@given(st.integers(0, 10**6), st.integers(0, 9), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_told(key: int, at: int, sign: str) -> None:
    code = short_code(key)
    at %= len(code)
    typed = code[:at] + sign + code[at + 1 :]
    assert key_of_code(typed) == (key if typed == code else None)


@given(st.integers(0, 10**6), st.integers(0, 9))
def test_two_signs_that_changed_places_are_told(key: int, at: int) -> None:
    code = short_code(key)
    at %= len(code) - 1
    typed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert key_of_code(typed) == (key if typed == code else None)


def test_what_is_no_code_is_none() -> None:
    assert [key_of_code(text) for text in ("", "2", "O0", "编号", "2" * 40)] == [None] * 5
