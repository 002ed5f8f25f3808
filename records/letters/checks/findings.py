"""What a check is given and what it finds; no check knows the database or a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from records.papers.letter_page import LetterPage
from schools.enums import Check

Field = Literal["body", "advice"]
#: `blocking` if the plan asks for it to be settled before the letter is handed in (`Plan.letter_blocking`).
Severity = Literal["notice", "blocking"]


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter as it is typed, finished or not."""

    body: str
    advice: str = ""

    def fields(self) -> tuple[tuple[Field, str], tuple[Field, str]]:
        """Both texts under their names."""
        return ("body", self.body), ("advice", self.advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """That a letter says nearly the same as an earlier one. Nothing of that letter is told but what both say.

    `sentences` stand in this letter; `own`: the earlier one is by the same writer; `same_pupil`: it went to this pupil.
    """

    ratio: float
    own: bool
    same_pupil: bool
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What the checks need to know. `others` are the classmates and the mentor's other pupils; `gender` as in Pupil.

    `page` is the page that the letter is printed on.
    """

    pupil_name: str
    gender: str = ""
    others: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    wants_advice: bool = False
    blocking: frozenset[str] = field(default_factory=frozenset)
    alike: Alike | None = None
    page: LetterPage = field(default_factory=LetterPage)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at again. `start` and `end` count characters in the text of `field`; None: the whole of it."""

    code: Check
    message: str
    start: int | None = None
    end: int | None = None
    field: Field = "body"
    severity: Severity = "notice"


Checker = Callable[[LetterText, CheckContext], list[Finding]]
