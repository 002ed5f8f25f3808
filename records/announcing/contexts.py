"""Plain values of the announcements: the text that is copied for a class's group, and the sheet that is printed."""

import datetime
from dataclasses import dataclass
from typing import Protocol

from schools.contexts import Letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePaper:
    """An announcement as an A4 sheet; `receipt` adds a part to be torn off and brought back."""

    school: Letterhead
    title: str
    paragraphs: tuple[str, ...]
    to_whom: str
    on: datetime.date
    for_families: bool
    receipt: bool


class Named(Protocol):
    """A stored file."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file beside an announcement, and where its reader opens it."""

    name: str
    size: int
    url: str

    @classmethod
    def of(cls, file: Named, url: str) -> "FileLink":
        """The link to a stored file."""
        return cls(file.name, file.size, url)


def announcement_told(school: str, title: str, text: str, opening: str, *, confirm: bool) -> str:
    """An announcement as it is copied; with `opening` for families, who may have to confirm it."""
    more = f"\n{'看过请打开凭条页面点“我已知晓”。' if confirm else ''}{opening}" if opening else ""
    return f"【{school}】{title}\n{text}{more}"
