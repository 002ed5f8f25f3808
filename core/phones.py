"""Telephone numbers as people type them, and their one stored form. Pure functions.

Letters never become digits, and digits that stand in a text become a number only where exactly one reading is possible.
"""

import re
from dataclasses import dataclass

from core.text import bare_number

_MOBILE = re.compile(r"(?:\+86|0086|86)?0?(1[3-9]\d{9})")
_MOBILES = re.compile(r"1[3-9]\d{9}(?:\s+1[3-9]\d{9})+")
# Inside of a text: blanks and dashes only where people put them, and no further digit that may belong to it.
_MOBILE_WITHIN = re.compile(
    r"(?<![\d+])(?<!\d-)(?:(?:\+|00)?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d|-\d)(?! \d{1,6}(?![\d -]))"
)
_SEPARATORS = re.compile(r"[、,，;；/／|\n和或及&]+")
_BETWEEN_DIGITS = re.compile(r"[\s\-()（）\u2010-\u2015.]")
_EXTENSION = re.compile(r"(.*\d\)?) ?(?:转|分机|ext\.?|#) ?(\d{1,6})|(\(?0\d{2,3}\)?[- ]?\d{7,8})-(\d{1,6})")
_DIALLED = re.compile(r"\+?\d{5,20}")
# Whose number it is, before or behind it.
_LABEL = re.compile(r"^[\u4e00-\u9fff: ]+|[\u4e00-\u9fff: ]+$|\([^()\d]*\)$|^\([^()\d]*\)")
_SAYS_NOTHING = re.compile(r"[\s\W_]*")


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number as stored. `valid` says that it can exist, `mobile` that it takes messages."""

    number: str
    valid: bool
    mobile: bool


@dataclass(frozen=True, slots=True)
class PhonesInText:
    """Every number that a text holds beyond doubt, in order and once; `says_more` if there is anything else."""

    phones: tuple[Phone, ...]
    says_more: bool


def split_phones(text: str) -> list[str]:
    """The numbers of a cell that holds several, in order; separators `、 , ; / |`, 和 and line breaks."""
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    # Blanks also stand inside a number; between two whole mobile numbers they separate.
    return [number for part in parts for number in (part.split() if _MOBILES.fullmatch(part) else [part])]


def phones_in(text: str) -> PhonesInText:
    """The telephone numbers in what somebody typed, with whatever words around them: `妈妈139…`, `139…(父)138…(母)`."""
    typed = bare_number(text)
    whole = normalise_phone(typed)
    if whole.valid:
        return PhonesInText((whole,), says_more=False)
    found: dict[str, Phone] = {}
    says_more = False
    for part in split_phones(typed):
        phone = normalise_phone(part)
        if phone.valid:
            found[phone.number] = phone
            continue
        line = normalise_phone(_LABEL.sub("", part))
        if line.valid:
            found[line.number] = line
            says_more = True
            continue
        within = ["".join(match.groups()) for match in _MOBILE_WITHIN.finditer(part)]
        found.update({number: Phone(number, valid=True, mobile=True) for number in within})
        says_more |= not within or not _SAYS_NOTHING.fullmatch(_MOBILE_WITHIN.sub("", part))
    return PhonesInText(tuple(found.values()), says_more)


def normalise_phone(text: str) -> Phone:
    """One number in stored form: mobiles as 11 digits, mainland land lines `021-59120000`, foreign ones as `+…`.

    What is anything else than one number comes back as typed (cleaned) with `valid=False`.
    """
    typed = bare_number(text)
    digits = _BETWEEN_DIGITS.sub("", typed)
    if mobile := _MOBILE.fullmatch(digits):
        return Phone(mobile[1], valid=True, mobile=True)
    if with_extension := _EXTENSION.fullmatch(typed.lower()):
        base, extension, dashed, its_extension = with_extension.groups()
        line = normalise_phone(base or dashed)
        if line.valid and not line.mobile:
            return Phone(f"{line.number}转{extension or its_extension}", valid=True, mobile=False)
    # The library reads letters as the keys of a dial and looks for a number anywhere in a text.
    if not _DIALLED.fullmatch(digits):
        return Phone(typed, valid=False, mobile=False)
    import phonenumbers

    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        return Phone(typed, valid=False, mobile=False)
    if not phonenumbers.is_valid_number(number):
        return Phone(typed, valid=False, mobile=False)
    kind = phonenumbers.number_type(number)
    mobile_kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    is_mobile = kind in mobile_kinds
    if number.country_code == 86:
        formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        area, _, rest = formatted.partition(" ")
        return Phone(f"{area}-{rest.replace(' ', '')}" if rest else area, valid=True, mobile=is_mobile)
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(formatted, valid=True, mobile=is_mobile)
