"""Telephone numbers as people type them, and their one stored form. Pure functions."""

import re
from dataclasses import dataclass

import phonenumbers

from core.text import clean_key

_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILES = re.compile(r"1[3-9]\d{9}(?:\s+1[3-9]\d{9})+")
_MOBILE_WITHIN = re.compile(r"(?<![\d+-])1[3-9]\d{9}(?![\d-])")
_PHONE_SEPARATORS = re.compile(r"[、,，;；/／|\n]+")


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number as stored. `valid` says that it can exist, `mobile` that it takes messages."""

    number: str
    valid: bool
    mobile: bool


def split_phones(text: str) -> list[str]:
    """The numbers of a cell that holds several, in order; separators `、 , ; / |` and line breaks."""
    parts = [part.strip() for part in _PHONE_SEPARATORS.split(text) if part.strip()]
    # Blanks also stand inside a number; between two whole mobile numbers they separate.
    return [number for part in parts for number in (part.split() if _MOBILES.fullmatch(part) else [part])]


def mobile_within(text: str) -> str:
    """The one mobile number in a text that says more, such as `13800138000妈妈`; empty if there is none or several."""
    found = set(_MOBILE_WITHIN.findall(clean_key(text)))
    return found.pop() if len(found) == 1 else ""


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
