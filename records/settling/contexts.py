"""What the papers of a term's end show: plain values, filled by `records.settling.queries`."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from records.settling.enums import ReportPart
from schools.contexts import Letterhead

#: Fewer pupils than this are not told as a number on paper: it might be seen who they are.
FEW: Final = 5
NUMERALS: Final = "一二三四五六七八九"


def few(count: int) -> str:
    """A number of pupils whom nobody is to recognise: 0, 少于 5, 12."""
    return f"少于 {FEW}" if 0 < count < FEW else str(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table: `header` above `rows`; the first column names the row. `total` says that the last row is a sum."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """The rows with the name of its column beside each cell."""
        return [list(zip(self.header, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """The school's own words on a part: the newest `version` (0: none yet), by whom and when they were written."""

    version: int = 0
    text: str = ""
    by: str = ""
    on: date | None = None

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lines that have something in them: each is a paragraph."""
        return tuple(line.strip() for line in self.text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """One part: the school's words, sentences that hold figures, and tables."""

    part: ReportPart
    facts: tuple[str, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    comment: Comment = Comment()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print."""
        return not (self.facts or self.tables or self.comment.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermReport:
    """学期报告. `sections` are all parts; what is empty is not printed, and the others are numbered."""

    school: Letterhead
    term: str
    on: date
    sections: tuple[ReportSection, ...]

    @property
    def title(self) -> str:
        """What stands on top."""
        return f"{self.term}全员导师制工作报告"

    @property
    def numbered(self) -> tuple[tuple[str, ReportSection], ...]:
        """What is printed: 一、总体情况."""
        printed = [section for section in self.sections if not section.is_empty]
        return tuple((f"{NUMERALS[at]}、{section.part.label}", section) for at, section in enumerate(printed))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceYear:
    """A school year in which a teacher was a mentor: of which classes' pupils, how many, and with whom together."""

    year: str
    classes: tuple[str, ...]
    pupils: int
    supported: int = 0
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCertificate:
    """导师工作证明 of one teacher: the years, the oldest first. `pupils` are those of all years, each once.

    `lasts`: the last year is the present one. `on` is the day that stands beneath.
    """

    school: Letterhead
    name: str
    years: tuple[ServiceYear, ...]
    pupils: int
    lasts: bool
    on: date
