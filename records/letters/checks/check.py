"""All checks of a letter in one call."""

from dataclasses import replace
from typing import Final

from records.letters.checks import (
    address,
    comparison,
    diagnosis,
    family,
    form,
    hurtful,
    names,
    origin,
    placeholder,
    pronouns,
    ranking,
    threat,
)
from records.letters.checks.findings import CheckContext, Checker, Finding, LetterText
from records.letters.checks.weighing import weighed
from schools.enums import Check

CHECKERS: Final[tuple[Checker, ...]] = (
    names.check,
    pronouns.check,
    address.check,
    form.check_likeness,
    hurtful.check,
    ranking.check,
    threat.check,
    comparison.check,
    family.check,
    diagnosis.check,
    origin.check,
    placeholder.check,
    pronouns.check_opening,
    form.check_advice,
    form.check_glyphs,
    form.check_length,
)
_ORDER = {check: number for number, check in enumerate(Check)}


def check_letter(letter: LetterText, *, context: CheckContext) -> list[Finding]:
    """What to look at again in `letter`, by check, then by place. Nothing is found in an empty letter.

    No finding blocks unless the plan lists its code: then its severity is `blocking`. Never raises on any text.
    """
    found = weighed(ruled(letter, context), letter, context)
    blocking = context.blocking | {also for code, also in (("ranking", "comparison"),) if code in context.blocking}
    marked = [replace(f, severity="blocking") if f.code in blocking else f for f in found]
    return sorted(marked, key=lambda f: (_ORDER[f.code], f.field == "advice", f.start or 0))


def ruled(letter: LetterText, context: CheckContext) -> list[Finding]:
    """What the rules alone find in `letter`."""
    return [finding for checker in CHECKERS for finding in checker(letter, context)]
