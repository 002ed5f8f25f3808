"""Plain values of the announcements: the texts that are copied for a class's group, and the sheet that is printed."""

import datetime
from dataclasses import dataclass
from typing import Protocol

from core.clock import cn_full_day
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


def how_to_open(address: str, until: datetime.date | None) -> str:
    """How a family opens its child's page, for a group: no name and no code stands in it."""
    valid = f"凭条到{cn_full_day(until)}有效。" if until is not None else ""
    return (
        f"请扫学校发的家长凭条上的二维码，或在浏览器打开 {address} ，输入凭条上的码和登记手机号的后四位，不用注册。"
        f"{valid}凭条丢了，请联系班主任。"
    )


def letters_told(school: str, letter: str, term: str, place: str, opening: str) -> str:
    """What a class's group is told after a release."""
    return (
        f"【{school}】{place}各位家长：\n{term}的《{letter}》已经发布，是导师写给孩子的话，请和孩子一起读。\n{opening}"
    )


def announcement_told(school: str, title: str, text: str, opening: str, *, confirm: bool) -> str:
    """An announcement as it is copied; with `opening` for families, who may have to confirm it."""
    more = f"\n{'看过请打开凭条页面点“我已知晓”。' if confirm else ''}{opening}" if opening else ""
    return f"【{school}】{title}\n{text}{more}"
