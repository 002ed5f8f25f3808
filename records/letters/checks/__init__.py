"""Checks of a letter while it is written: pure functions, each finding explained, none blocking.

A letter is caught before anyone else sees it if it holds another child's name, was copied, or says what hurts.
"""

from records.letters.checks.check import check_letter
from records.letters.checks.findings import Alike, CheckContext, Finding, LetterText
from schools.enums import Check

__all__ = [
    "Alike",
    "Check",
    "CheckContext",
    "Finding",
    "LetterText",
    "check_letter",
]
