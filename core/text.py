"""Cleaning of what people type into cells: text, names, numbers, dates, Chinese numerals.

Everything here is a pure function from a value to a value. None of it knows what a column means.
"""

import datetime
import re
import unicodedata

# Ideographs with their extensions, radicals, 〇 and 々.
HAN = r"\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
MIDDLE_DOT = "\u00b7"
# A spreadsheet keeps 15 significant digits; from here on the last ones may be invented.
_EXACT_NUMBERS = 10**15

_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}]) +(?=[{HAN}])")
_DOTS = re.compile(r" *[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387] *")
_FULL_STOP_IN_NAME = re.compile(rf"(?<=[{HAN}]) *[.\u3002] *(?=[{HAN}])")
# Format characters (zero width, direction marks), controls and halves of surrogate pairs: Unicode's Cc, Cf and Cs
# without white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
# Of these, what no keyboard types and what can make a name look like another: controls and changes of direction.
_TRICKS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Letters, digits and common ideographs: what most cells of a roster hold, and what no cleaning changes.
_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff]*").fullmatch
EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


_PLAIN_TEXT = re.compile("[0-9A-Za-z\u4e00-\u9fff()<>（）、，。]*").fullmatch


def visible(text: str) -> str:
    """`text` without control, zero-width and direction characters; white space stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text)


def has_tricks(text: str) -> bool:
    """Whether `text` holds controls or changes of direction, which cleaning removes and the reader should know of."""
    return _TRICKS.search(text) is not None


def clean_text(text: str) -> str:
    """Free text: nothing invisible, white space of any kind collapsed; full-width punctuation is kept."""
    if _PLAIN_TEXT(text):
        return text
    return _SPACES.sub(" ", visible(text)).strip()


def clean_key(text: str) -> str:
    """A number, a label or a heading: as `clean_text`, with full-width and compatibility forms folded (NFKC)."""
    if _PLAIN(text):
        return text
    return clean_text(unicodedata.normalize("NFKC", text))


def clean_name(text: str) -> str:
    """A person's name in its one stored form.

    Padding between Han characters goes (`葛 兰`, `张　三`), between Latin words it stays; all middle dots become
    U+00B7; a leading apostrophe typed to force text is dropped.
    """
    if _PLAIN(text):
        return text
    name = clean_key(text).lstrip("'\u2019")
    name = _DOTS.sub(MIDDLE_DOT, name)
    name = _FULL_STOP_IN_NAME.sub(MIDDLE_DOT, name)
    return _BETWEEN_HAN.sub("", name)


# A word in brackets behind a name: 王一(转). Marks that tell two children of one name apart belong to the name.
_NOTE = re.compile(r"(.+?) *[(\[【〔](?P<note>[^()\[\]【】〔〕<>]{1,20})[)\]】〕]")
_MARK = re.compile(r"\d{1,2}|[一二三四五六七八九十大小甲乙丙丁男女]|[A-Za-z]", re.ASCII)


def split_note(name: str) -> tuple[str, str]:
    """A cleaned name without the remark that stands behind it in brackets, and the remark: `王一(借读)`."""
    found = _NOTE.fullmatch(name) if name.endswith((")", "]", "】", "〕")) else None
    if found is None or _MARK.fullmatch(found["note"]):
        return name, ""
    return found[1], found["note"]


def number_text(number: float) -> str:
    """The digits that the writer of a numeric cell saw: `19900000001.0` → `19900000001`."""
    if number == int(number) and abs(number) < 10**21:
        return str(int(number))
    return repr(float(number))


def lost_digits(number: float) -> bool:
    """True if a spreadsheet cannot have kept all digits of this number (more than 15)."""
    return abs(number) >= _EXACT_NUMBERS


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


_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}[-./]\d{1,2}[-./](?:\d{2}|\d{4})|\d{2}[-./年]\d{1,2}[-./月]\d{1,2}日?")
# Day numbers of the years 1950 to 2100: what a date column without date format holds.
_SERIALS = range(18_264, 73_415)
_EPOCH, _EPOCH_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)


class AmbiguousDate(ValueError):
    """The text may mean more than one day: `1/9/2026`, `26.9.1`."""


def parse_date(text: str, *, from_1904: bool = False) -> datetime.date | None:
    """The day that a text or a bare day number of a spreadsheet means; None if it is none.

    Raises AmbiguousDate if the order of day, month and year cannot be known.
    """
    key = clean_key(text).replace(" ", "")
    if key.isascii() and key.isdigit() and len(key) == 5 and int(key) in _SERIALS:
        return (_EPOCH_1904 if from_1904 else _EPOCH) + datetime.timedelta(days=int(key))
    found = _DATE.fullmatch(key)
    if found is None:
        if _AMBIGUOUS_DATE.fullmatch(key):
            raise AmbiguousDate(text)
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
