"""Cleaning of what people type into cells: text, names, numbers, telephones, Chinese numerals.

Everything here is a pure function from a value to a value. None of it knows what a column means.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

# Ideographs with their extensions, radicals, 〇 and 々.
HAN = r"\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
MIDDLE_DOT = "\u00b7"
# A spreadsheet keeps 15 significant digits; from here on the last ones may be invented.
_EXACT_NUMBERS = 10**15

_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
_DOTS = re.compile(r" *[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387] *")
_FULL_STOP_IN_NAME = re.compile(rf"(?<=[{HAN}]) *[.\u3002] *(?=[{HAN}])")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_PHONE_SEPARATORS = re.compile(r"[、,，;；/／|\n]+")
# Format characters (zero width, direction marks), controls and halves of surrogate pairs.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


@lru_cache(maxsize=4096)
def _invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE and character not in "\t\n\r\x0b\x0c\x85"


def visible(text: str) -> str:
    """`text` without control, zero-width and direction characters; white space stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if not _invisible(c))


def clean_text(text: str) -> str:
    """Free text: nothing invisible, white space of any kind collapsed; full-width punctuation is kept."""
    return _SPACES.sub(" ", visible(text)).strip()


def clean_key(text: str) -> str:
    """A number, a label or a heading: as `clean_text`, with full-width and compatibility forms folded (NFKC)."""
    return clean_text(unicodedata.normalize("NFKC", text))


def clean_name(text: str) -> str:
    """A person's name in its one stored form.

    Padding between Han characters goes (`郭 红`, `张　三`), between Latin words it stays; all middle dots become
    U+00B7; a leading apostrophe typed to force text is dropped.
    """
    name = clean_key(text).lstrip("'\u2019")
    name = _DOTS.sub(MIDDLE_DOT, name)
    name = _FULL_STOP_IN_NAME.sub(MIDDLE_DOT, name)
    return _BETWEEN_HAN.sub("", name)


def number_text(number: float) -> str:
    """The digits that the writer of a numeric cell saw: `19900000001.0` → `19900000001`."""
    if number == int(number) and abs(number) < 10**21:
        return str(int(number))
    return repr(float(number))


def lost_digits(number: float) -> bool:
    """True if a spreadsheet cannot have kept all digits of this number (more than 15)."""
    return abs(number) >= _EXACT_NUMBERS


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number as stored. `valid` says that it can exist, `mobile` that it takes messages."""

    number: str
    valid: bool
    mobile: bool


def split_phones(text: str) -> list[str]:
    """The numbers of a cell that holds several, in order; separators `、 , ; / |` and line breaks."""
    return [part.strip() for part in _PHONE_SEPARATORS.split(text) if part.strip()]


def normalise_phone(text: str) -> Phone:
    """One number in stored form: mobiles as 11 digits, mainland land lines `021-59120000`, foreign ones as `+…`.

    What cannot be a telephone number comes back as typed (cleaned) with `valid=False`.
    """
    typed = clean_key(text).lstrip("'\u2019")
    digits = re.sub(r"[\s\-()（）—–.]", "", typed)
    national = re.sub(r"^(?:\+86|0086)", "", digits)
    if _MOBILE.fullmatch(national):
        return Phone(national, valid=True, mobile=True)
    try:
        number = phonenumbers.parse(typed.replace("—", "-"), "CN")
    except phonenumbers.NumberParseException:
        return Phone(typed, valid=False, mobile=False)
    if not phonenumbers.is_valid_number(number):
        return Phone(typed, valid=False, mobile=False)
    kind = phonenumbers.number_type(number)
    mobile = kind in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if number.country_code == 86:
        formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        area, _, rest = formatted.partition(" ")
        return Phone(
            f"{area}-{rest.replace(' ', '')}" if rest else area,
            valid=True,
            mobile=mobile,
        )
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        valid=True,
        mobile=mobile,
    )


_DIGITS = "〇一二三四五六七八九"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"零": 0, "两": 2}


def chinese_number(text: str) -> int | None:
    """`十二` → 12, `二十` → 20, `一` → 1, up to 99; None if the text is no such numeral."""
    if not text:
        return None
    tens, ten, units = text.rpartition("十")
    if ten:
        high = 1 if not tens else _VALUES.get(tens)
        low = 0 if not units else _VALUES.get(units)
        return None if not high or low is None else high * 10 + low
    return _VALUES.get(text)


def to_chinese(number: int) -> str:
    """`12` → `十二`, for 0 to 99; raises ValueError outside."""
    if not 0 <= number <= 99:
        raise ValueError(f"no Chinese numeral for {number}")
    tens, units = divmod(number, 10)
    if not tens:
        return _DIGITS[units]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[units] if units else "")


def quantity(text: str) -> int | None:
    """A whole number written in digits of any width or as a Chinese numeral; None for anything else."""
    key = clean_key(text)
    return int(key) if key.isascii() and key.isdigit() and len(key) < 10 else chinese_number(key)
