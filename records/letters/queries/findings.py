"""Findings of the checks as a page lists them: what, why, and the words in their place."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from records.letters.checks import Finding

AROUND: Final = 12
MOST_KNOWN: Final = 60
_KEY: Final = re.compile(r"\b[a-z_]{3,30}-[0-9a-f]{12}\b")


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
    # Whether the writer has waved it aside.
    is_known: bool = False

    @property
    def is_blocking(self) -> bool:
        """Whether the plan wants it settled before the letter is handed in."""
        return self.finding.severity == "blocking"


def finding_lines(
    findings: Iterable[Finding], *, body: str, advice: str, known: Collection[str] = ()
) -> list[FindingLine]:
    """The findings of these texts, blocking ones first; `known` are the keys that were waved aside."""
    lines = [_line(finding, advice if finding.field == "advice" else body, known) for finding in findings]
    return sorted(lines, key=lambda line: not line.is_blocking)


def open_lines(findings: Iterable[Finding], *, body: str, advice: str, known: Collection[str]) -> list[FindingLine]:
    """Those of `finding_lines` that nobody has waved aside; blocking ones cannot be."""
    lines = finding_lines(findings, body=body, advice=advice, known=known)
    return [line for line in lines if line.is_blocking or not line.is_known]


def codes_of(findings: Iterable[Finding]) -> list[str]:
    """What a letter keeps of its findings: the codes, one for each place."""
    return [finding.code.value for finding in findings]


def keys_in(text: str) -> list[str]:
    """The keys of findings that a form or a draft carries, at most 60; what is no key is left out."""
    return list(dict.fromkeys(_KEY.findall(text)))[-MOST_KNOWN:]


def _line(finding: Finding, text: str, known: Collection[str]) -> FindingLine:
    title = finding.code.label
    start, end = finding.start, finding.end
    if start is None or end is None:
        key = _key(finding, "")
        return FindingLine(finding, title, key, "", "", "", None, None, key in known)
    marked = text[start:end]
    key = _key(finding, marked)
    return FindingLine(
        finding=finding,
        title=title,
        key=key,
        before=text[max(0, start - AROUND) : start],
        marked=marked,
        after=text[end : end + AROUND],
        start=_units(text[:start]),
        end=_units(text[:end]),
        is_known=key in known,
    )


def _units(text: str) -> int:
    # A browser counts rare characters beyond the first plane twice.
    return len(text.encode("utf-16-le")) // 2


def _key(finding: Finding, marked: str) -> str:
    """It names the words without repeating them: it lies in forms, drafts and beside the letter."""
    return f"{finding.code}-{hashlib.sha256(marked.encode()).hexdigest()[:12]}"
