"""Reading a text for words that may not be meant as they look: sentences, titles in 《》, negations."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from records.letters.checks.findings import Check, Field, Finding

_SENTENCE_END = re.compile(r"[。！？!?；;…\n]+")
_TITLE = re.compile(r"《[^《》\n]{1,40}》")
_QUOTE = re.compile(r"“[^“”\n]{1,120}”|「[^「」\n]{1,120}」|『[^『』\n]{1,120}』|\"[^\"\n]{1,120}\"|‘[^‘’\n]{1,120}’")
#: A denial shortly before, inside of the same clause: 从来不是差生, 别和谁比, 不再偷懒.
_DENIED = re.compile(r"(?:不|没有|没|别|莫|绝非|并非|无需|无须|哪里|何必|谁说)[^，。！？；：,.!?;:\n]{0,4}$")


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
    """Words that are looked for, for one reason.

    `message` has a place for the words found. `unless`: what, in the same sentence, makes them harmless. `deniable`:
    harmless where they are denied. `quotable`: harmless in quotation marks.
    """

    code: Check
    words: re.Pattern[str]
    message: str
    unless: re.Pattern[str] | None = None
    deniable: bool = False
    quotable: bool = False


def words(*patterns: str) -> re.Pattern[str]:
    """Any of the patterns, the earlier one first."""
    return re.compile("|".join(patterns), re.IGNORECASE)


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
    for match in group.words.finditer(text):
        start = match.start()
        if any(span.holds(start) for span in named):
            continue
        if group.quotable and any(span.holds(start) for span in quoted):
            continue
        if group.deniable and denied(text, start):
            continue
        if group.unless is not None and group.unless.search(sentence_around(text, start)):
            continue
        yield Span(*match.span())
