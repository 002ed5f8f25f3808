"""The plan as a document 方案全文, as plain values: what is written, and what is printed."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from records.office.queries.plan_words import ActionLine
from records.setup.enums import DocumentPart, GroupPlace
from schools.contexts import Letterhead


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One person of the leading group: place, name, office 职务 (校长、德育主任…) and division of work 分工."""

    place: GroupPlace
    name: str
    office: str = ""
    duties: str = ""


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """All that a version says itself. `parts` hold placeholders, in whose place the rules' figures are put."""

    parts: Mapping[DocumentPart, str]
    members: tuple[GroupMember, ...]


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade of the plan, how its pupils find their mentors."""

    grade: str
    matching: str


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What the rules in force say: `words` stand in the place of placeholders, grades and actions are tables."""

    words: Mapping[str, str]
    grades: tuple[GradeLine, ...]
    actions: tuple[ActionLine, ...]
    cap: int
    letter_label: str


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A part with its number as it is printed (一, 二 …) and its text, figures in place."""

    part: DocumentPart
    number: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """The text by lines."""
        return self.text.splitlines()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPaper:
    """The whole document as it is printed. `plan_version` is that of the rules whose figures it shows."""

    school: Letterhead
    title: str
    year: str
    version: int
    on: datetime.date
    plan_version: int
    sections: tuple[DocumentSection, ...]
    members: tuple[GroupMember, ...]
    figures: PlanFigures
    files: tuple[str, ...] = ()
