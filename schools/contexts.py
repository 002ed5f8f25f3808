"""Plain values that are neither rows nor words of one screen: what papers have in common, the windows of a plan."""

import datetime
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.colours import BAMBOO, recolouring
from schools.enums import Anchor, Design, KeyDateKind

#: How many months a school can keep the log of who did what: six at least, as the law says of such logs
#: (网络安全法, article 21).
AUDIT_MONTHS: Final = (6, 120)
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, order=True)
class WindowRule:
    """When an action is to be done 窗口, as a plan says it: from `opens_days` to `due_days` after the anchor.

    Days before the anchor are negative. `Anchor.YEAR` is the whole term or year and has no days.
    """

    anchor: Anchor
    opens_days: int = 0
    due_days: int = 0


@dataclass(frozen=True, slots=True)
class TermDates:
    """First and last day of the two terms of a year, in order."""

    first_start: datetime.date
    first_end: datetime.date
    second_start: datetime.date
    second_end: datetime.date

    @property
    def in_order(self) -> bool:
        """Whether each day lies after the one before."""
        return self.first_start < self.first_end < self.second_start < self.second_end

    @property
    def pairs(self) -> tuple[tuple[datetime.date, datetime.date], tuple[datetime.date, datetime.date]]:
        """First and last day of each term."""
        return (self.first_start, self.first_end), (self.second_start, self.second_end)

    def contain(self, day: datetime.date) -> bool:
        """Whether `day` lies in one of the terms."""
        return any(first <= day <= last for first, last in self.pairs)


@dataclass(frozen=True, slots=True, order=True)
class DateSpan:
    """Days that have a name in a school's calendar 校历: an exam, days off, school on a weekend 调休."""

    starts_on: datetime.date
    ends_on: datetime.date
    kind: KeyDateKind
    name: str

    def contains(self, day: datetime.date) -> bool:
        """Whether `day` is one of them."""
        return self.starts_on <= day <= self.ends_on

    @property
    def days(self) -> list[datetime.date]:
        """All of them."""
        return [self.starts_on + datetime.timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]


@dataclass(frozen=True, slots=True)
class YearDates:
    """All dates of a school year: its terms, and its named days in order."""

    terms: TermDates
    spans: tuple[DateSpan, ...]

    def is_school_day(self, day: datetime.date) -> bool:
        """Whether there is school on `day`: on weekdays, the days off and the days of 调休 aside."""
        kinds = {span.kind for span in self.spans if span.contains(day)}
        if KeyDateKind.HOLIDAY in kinds:
            return False
        return KeyDateKind.WORKDAY in kinds or day.weekday() < 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The head of every paper. `logo` is a PNG or JPEG; `colour` (`#rrggbb`) is the school's."""

    name: str
    logo: bytes | None = None
    colour: str = BAMBOO

    @property
    def assets(self) -> dict[str, bytes]:
        """The logo under the name that templates use: `<img src="asset:logo">`; empty without one."""
        return {"logo": self.logo} if self.logo else {}

    @property
    def recolour(self) -> dict[str, str]:
        """Which of the school's shades stands in for which of those that style sheets are written with."""
        return recolouring(self.colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperWords:
    """The titles and texts of a school's papers as it has set them; the defaults are those of a school that set none.

    `salutation` and `appointment` hold placeholders (`NAME` and others) that `filled` replaces. `design` None follows
    the pupil's grade. `signed_by_hand` prints a line instead of the mentors' names; `family_code` prints the code that
    opens the family's page.
    """

    book_title: str = "人人都有“好朋友”老师"
    book_subtitle: str = "导师记录本"
    salutation: str = "{姓名}同学："
    closing: str = ""
    card_title: str = "成长激励卡"
    card_motto: str = "每一点进步，老师都看在眼里"
    tree_hole_title: str = "心灵树洞卡"
    tree_hole_intro: str = "写给你信任的老师。老师会保守秘密，和你一起想办法。"
    slip_note: str = "请您和孩子一起读老师写的寄语。"
    appointment_title: str = "聘书"
    appointment: str = "兹聘请{姓名}老师担任{学年}{班级}学生成长导师。愿您以爱育人，做学生的良师益友。"
    signed_by_hand: bool = False
    family_code: bool = False
    design: Design | None = None

    def design_for(self, grade_number: int) -> Design:
        """The design of a paper for a pupil of a grade, 1 to 12."""
        return self.design or Design.for_grade(grade_number)


def filled(template: str, words: Mapping[str, str]) -> str:
    """`template` with each `{word}` of `words` replaced, once; other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), template)


def placeholders(template: str) -> list[str]:
    """The words in braces of `template`, known or not, in their order."""
    return _PLACEHOLDER.findall(template)


def plain_braces(text: str) -> str:
    """`text` with the braces of a Chinese keyboard made those of placeholders."""
    return text.replace("｛", "{").replace("｝", "}")


def placeholder_problem(text: str, allowed: Collection[str], label: str) -> str:
    """A sentence that names the first placeholder of `text` that is not `allowed` in the text `label`; else empty."""
    unknown = next((word for word in placeholders(text) if word not in allowed), None)
    if unknown is None:
        return ""
    if not allowed:
        return f"{label}里不能用花括号，请去掉{{{unknown}}}。"
    known = "、".join(f"{{{word}}}" for word in allowed)
    return f"不认识{{{unknown}}}。{label}里可以用：{known}。"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStyle:
    """Head and words together: how a school's papers look and speak."""

    head: Letterhead
    words: PaperWords = field(default_factory=PaperWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLook:
    """What a sample paper is set in: the school's style, a design, and what the plan calls the letter."""

    style: PaperStyle
    design: Design = Design.UPPER
    letter_label: str = "成长寄语"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSample:
    """A paper with invented content that shows a school's settings: `make` sets it by the paper's own function.

    `has_designs` says whether the designs differ; `dots_per_inch` gives a picture about as wide as its place on a page.
    """

    key: str
    label: str
    make: Callable[[SampleLook], bytes]
    has_designs: bool = False
    dots_per_inch: int = 92
