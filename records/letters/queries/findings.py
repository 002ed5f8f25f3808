"""Findings of the checks as a page lists them: what, why, and the words in their place."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from records.letters.checks import CHECK_LABELS, Finding

AROUND: Final = 12


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding. `start` and `end` count as a browser does; `key` names it for as long as the words stay the same."""

    finding: Finding
    title: str
    key: str
    before: str
    marked: str
    after: str
    start: int | None
    end: int | None

    @property
    def is_blocking(self) -> bool:
        """Whether the plan wants it settled before the letter is handed in."""
        return self.finding.severity == "blocking"


def finding_lines(findings: Iterable[Finding], *, body: str, advice: str) -> list[FindingLine]:
    """The findings of these texts, blocking ones first."""
    lines = [_line(finding, advice if finding.field == "advice" else body) for finding in findings]
    return sorted(lines, key=lambda line: not line.is_blocking)


def _line(finding: Finding, text: str) -> FindingLine:
    title = CHECK_LABELS[finding.code]
    start, end = finding.start, finding.end
    if start is None or end is None:
        return FindingLine(finding, title, _key(finding, ""), "", "", "", None, None)
    marked = text[start:end]
    return FindingLine(
        finding=finding,
        title=title,
        key=_key(finding, marked),
        before=text[max(0, start - AROUND) : start],
        marked=marked,
        after=text[end : end + AROUND],
        start=_units(text[:start]),
        end=_units(text[:end]),
    )


def _units(text: str) -> int:
    # A browser counts rare characters beyond the first plane twice.
    return len(text.encode("utf-16-le")) // 2


def _key(finding: Finding, marked: str) -> str:
    """The words themselves do not stay in the browser's store: a school's computers are shared."""
    return f"{finding.code}-{hashlib.sha256(marked.encode()).hexdigest()[:12]}"
