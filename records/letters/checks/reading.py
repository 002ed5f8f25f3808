"""Reading a text for words that may not be meant as they look: clauses, titles in 《》, quotations, denials."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from records.letters.checks.findings import Check, Field, Finding
from records.letters.checks.slots import TALE

_SENTENCE_END = re.compile(r"[。！？!?；;…\n]+")
_CLAUSE_END = re.compile(r"[，。！？；：…\n,!?;:]+")
_TITLE = re.compile(r"《[^《》\n]{1,40}》")
_QUOTE = re.compile(r"“[^“”\n]{1,120}”|「[^「」\n]{1,120}」|『[^『』\n]{1,120}』|\"[^\"\n]{1,120}\"|‘[^‘’\n]{1,120}’")
_TALE = re.compile(f"{TALE}|《")
#: A denial shortly before, inside of the same clause: 从来不是差生, 别和谁比, 不再偷懒.
_DENIED = re.compile(
    r"(?:不|没有|没|未|别|莫|非|绝非|并非|无需|无须|无关|哪里|哪有|何必|谁说|与其)[^，。！？；：,.!?;:\n]{0,4}$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether the character at `at` lies inside."""
        return self.start <= at < self.end

    def meets(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def sentences(text: str) -> list[Span]:
    """The sentences of `text` with their closing marks, none of them empty."""
    spans, start = [], 0
    for mark in _SENTENCE_END.finditer(text):
        if text[start : mark.start()].strip():
            spans.append(Span(start, mark.end()))
        start = mark.end()
    if text[start:].strip():
        spans.append(Span(start, len(text)))
    return spans


def sentence_around(text: str, at: int) -> str:
    """The sentence that the character at `at` belongs to."""
    ends = [mark.end() for mark in _SENTENCE_END.finditer(text)]
    number = bisect_right(ends, at)
    return text[ends[number - 1] if number else 0 : ends[number] if number < len(ends) else len(text)]


def clauses_around(text: str, start: int, end: int, *, before: int = 0) -> str:
    """The clauses that `text[start:end]` touches, and so many before them."""
    ends = [mark.end() for mark in _CLAUSE_END.finditer(text)]
    first = max(0, bisect_right(ends, start) - before)
    last = bisect_right(ends, max(start, end - 1))
    return text[ends[first - 1] if first else 0 : ends[last] if last < len(ends) else len(text)]


def titles(text: str) -> list[Span]:
    """Titles of books and films: what stands in them is not about the child."""
    return [Span(*found.span()) for found in _TITLE.finditer(text)]


def quotes(text: str) -> list[Span]:
    """Quoted speech: somebody else's words."""
    return [Span(*found.span()) for found in _QUOTE.finditer(text)]


def denied(text: str, at: int) -> bool:
    """Whether what begins at `at` is denied just before."""
    return _DENIED.search(text, max(0, at - 8), at) is not None


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns that are looked for, for one reason.

    `message` has a place for the words found. `unless`: what, in the same clause, makes them harmless; an exception for
    a whole sentence silenced marks beside 努力 and beside 听完故事. `deniable`: harmless where they are denied just
    before. `quotable`: harmless in quotation marks. `told`: harmless in a tale or a part played, in this clause or the
    one before.
    """

    code: Check
    words: str
    message: str
    unless: str = ""
    deniable: bool = False
    quotable: bool = False
    told: bool = False


def words(*patterns: str) -> str:
    """A pattern: any of the patterns, the earlier one first; `^` and `$` stand for lines."""
    return "|".join(patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # All of them take a quarter of a second: no process does that before it checks a letter.
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def look_for(groups: Iterable[Group], text: str, field: Field) -> list[Finding]:
    """What `groups` find in `text`, in the order of the text; no character is reported twice."""
    named, quoted = titles(text), quotes(text)
    taken: list[Span] = []
    findings = []
    for group in groups:
        for span in _matches(group, text, named, quoted):
            if any(span.meets(other) for other in taken):
                continue
            taken.append(span)
            found = " ".join(text[span.start : span.end].split())
            findings.append(Finding(group.code, group.message.format(found), span.start, span.end, field))
    return sorted(findings, key=lambda finding: finding.start or 0)


def _matches(group: Group, text: str, named: list[Span], quoted: list[Span]) -> Iterator[Span]:
    for match in _compiled(group.words).finditer(text):
        start = match.start()
        if any(span.holds(start) for span in named):
            continue
        if group.quotable and any(span.holds(start) for span in quoted):
            continue
        if group.deniable and denied(text, start):
            continue
        if group.unless and _compiled(group.unless).search(clauses_around(text, *match.span())):
            continue
        if group.told and _TALE.search(clauses_around(text, *match.span(), before=1)):
            continue
        yield Span(*match.span())
