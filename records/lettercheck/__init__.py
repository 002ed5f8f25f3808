"""Checks of a letter while it is written: pure functions, each finding explained, none blocking.

A letter is caught before anyone else sees it if it holds another child's name, was copied, or says what hurts.
"""

from records.lettercheck.check import check_letter
from records.lettercheck.findings import CHECK_LABELS, Alike, Check, CheckContext, Finding, LetterText
from records.lettercheck.page import LetterPage, fits_page, overflow

__all__ = [
    "CHECK_LABELS",
    "Alike",
    "Check",
    "CheckContext",
    "Finding",
    "LetterPage",
    "LetterText",
    "check_letter",
    "fits_page",
    "overflow",
]
