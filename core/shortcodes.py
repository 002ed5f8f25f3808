"""Short codes of rows for paper: read by a camera or typed, with a sign that tells a slip of the finger. No secret."""

from typing import Final

#: 31 signs that nobody takes for each other, a prime: one wrong sign and two that changed places are always told.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def short_code(key: int) -> str:
    """The code of a row: its key in few signs, and one that checks them. `key` is 0 or more."""
    signs = ""
    while key or not signs:
        key, at = divmod(key, len(ALPHABET))
        signs = ALPHABET[at] + signs
    return signs + ALPHABET[_check(signs)]


def key_of_code(text: str) -> int | None:
    """The key of a code as it was typed, with blanks and in small letters too; None for what is no code."""
    signs = "".join(text.split()).upper()
    if not 2 <= len(signs) <= 14 or any(sign not in ALPHABET for sign in signs):
        return None
    if signs[-1] != ALPHABET[_check(signs[:-1])]:
        return None
    key = 0
    for sign in signs[:-1]:
        key = key * len(ALPHABET) + ALPHABET.index(sign)
    return key


def _check(signs: str) -> int:
    return sum(place * (ALPHABET.index(sign) + 1) for place, sign in enumerate(reversed(signs), 2)) % len(ALPHABET)
