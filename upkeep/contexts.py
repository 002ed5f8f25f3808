"""Plain values that queries give and pages show."""

import datetime
from dataclasses import dataclass

from upkeep.enums import Standing


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup that was made and verified, and what came after it."""

    #: When it was finished; None where there has never been one.
    at: datetime.datetime | None
    path: str
    size: int
    encrypted: bool
    #: Whether no backup was finished for so long that somebody has to look: `OVERDUE` after the last one, or after the
    #: first account was made.
    overdue: bool
    #: Why the last try failed, where it came after the last good one; else empty.
    trouble: str


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the page 状态."""

    label: str
    words: str
    standing: Standing
    #: What to do about it; empty where all is well.
    todo: str = ""
    #: Where it is looked at more closely.
    href: str = ""
