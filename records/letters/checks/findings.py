"""What a check is given and what it finds; no check knows the database or a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from records.papers.letter_page import LetterPage

Field = Literal["body", "advice"]
#: `blocking` if the plan asks for it to be settled before the letter is handed in (`Plan.letter_blocking`).
Severity = Literal["notice", "blocking"]


class Check(StrEnum):
    """The codes of the checks: what `Plan.letter_blocking` lists."""

    OTHER_NAME = "other_name"
    PRONOUN = "pronoun"
    LIKENESS = "likeness"
    HURTFUL = "hurtful"
    RANKING = "ranking"
    COMPARISON = "comparison"
    THREAT = "threat"
    ORIGIN = "origin"
    FAMILY = "family"
    DIAGNOSIS = "diagnosis"
    GLYPH = "glyph"
    TOO_LONG = "too_long"
    NO_OPENING = "no_opening"
    ADVICE_MISSING = "advice_missing"
    ADVICE_NOT_WANTED = "advice_not_wanted"
    PLACEHOLDER = "placeholder"


#: Each check as a plan's page names it, in the order in which findings are listed.
CHECK_LABELS: dict[Check, str] = {
    Check.OTHER_NAME: "写到了其他学生的名字",
    Check.PRONOUN: "称呼不像是写给这位学生的",
    Check.LIKENESS: "和另一封寄语几乎相同",
    Check.HURTFUL: "可能伤到孩子的话",
    Check.THREAT: "吓人或让孩子羞愧的话",
    Check.RANKING: "分数、等级或名次",
    Check.COMPARISON: "与别人比较",
    Check.FAMILY: "家庭情况",
    Check.DIAGNOSIS: "疾病与诊断",
    Check.ORIGIN: "出身、地域、民族、信仰",
    Check.PLACEHOLDER: "没有填完的空位",
    Check.NO_OPENING: "没有称呼“你”",
    Check.ADVICE_MISSING: "没有写成长建议",
    Check.ADVICE_NOT_WANTED: "多写了成长建议",
    Check.GLYPH: "印不出来的字",
    Check.TOO_LONG: "一页纸写不下",
}


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
