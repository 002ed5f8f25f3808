"""Reading a text for words that may not be meant as they look: clauses, titles in 《》, quotations, denials."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from records.letters.checks.findings import Field, Finding
from records.letters.checks.slots import DONE, TALE
from schools.enums import Check

_SENTENCE_END = re.compile(r"[。！？!?；;…\n]+")
_CLAUSE_END = re.compile(r"[，。！？；：…\n,!?;:]+")
_TITLE = re.compile(r"《[^《》\n]{1,40}》")
_QUOTE = re.compile(r"“[^“”\n]{1,120}”|「[^「」\n]{1,120}」|『[^『』\n]{1,120}』|\"[^\"\n]{1,120}\"|‘[^‘’\n]{1,120}’")
_TALE = re.compile(f"{TALE}|《")
_DONE = re.compile(DONE)
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


def clauses(text: str, sentence: Span) -> list[Span]:
    """The clauses of `sentence` without the marks between them; the sentence itself if it is nothing but marks."""
    found, start = [], sentence.start
    for mark in (*_CLAUSE_END.finditer(text, sentence.start, sentence.end), None):
        end = mark.start() if mark else sentence.end
        if text[start:end].strip():
            found.append(Span(start, end))
        start = mark.end() if mark else end
    return found or [sentence]


def unquoted(text: str) -> str:
    """`text` with titles and quoted speech blanked, as long as before."""
    for span in (*titles(text), *quotes(text)):
        text = text[: span.start] + "＊" * (span.end - span.start) + text[span.end :]
    return text


def denied(text: str, at: int) -> bool:
    """Whether what begins at `at` is denied just before."""
    return _DENIED.search(text, max(0, at - 8), at) is not None


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns that are looked for, for one reason.

    `message` has a place for the words found. `unless`: what, in the same clause, makes them harmless; an exception for
    a whole sentence silenced marks beside 努力 and beside 听完故事. `deniable`: harmless where they are denied just
    before. `even_quoted`: counts in quotation marks too, where mostly others speak. `told`: harmless in a tale or a
    part played, in this clause or the one before. `weak`: harmless in a sentence that tells of what the child did.
    `cue`: what a sentence, or the one before, must hold to be read at all: reading takes time.
    """

    code: Check
    words: str
    message: str
    unless: str = ""
    deniable: bool = False
    even_quoted: bool = False
    told: bool = False
    weak: bool = False
    cue: str = ""


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
    read = _Stretches(text)
    for group in groups:
        for span in _matches(group, text, read.of(group), named, quoted):
            if any(span.meets(other) for other in taken):
                continue
            taken.append(span)
            found = " ".join(text[span.start : span.end].split())
            findings.append(Finding(group.code, group.message.format(found), span.start, span.end, field))
    return sorted(findings, key=lambda finding: finding.start or 0)


class _Stretches:
    """Which parts of a text a group is looked for in, each kind reckoned once for a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[bool, str], list[Span]] = {(False, ""): [Span(0, len(text))]}

    def of(self, group: Group) -> list[Span]:
        """The parts for `group`: sentences that follow each other are one part."""
        key = (group.weak, group.cue)
        if key not in self._known:
            self._known[key] = list(self._reckoned(*key))
        return self._known[key]

    def _reckoned(self, weak: bool, cue: str) -> Iterator[Span]:
        open_at, end, cued = None, 0, False
        for span in sentences(self._text):
            sentence = self._text[span.start : span.end]
            before, cued = cued, not cue or _compiled(cue).search(sentence) is not None
            wanted = (before or cued) and not (weak and _DONE.search(sentence))
            if wanted and open_at is None:
                open_at = span.start
            elif not wanted and open_at is not None:
                yield Span(open_at, end)
                open_at = None
            end = span.end
        if open_at is not None:
            yield Span(open_at, end)


def _matches(group: Group, text: str, stretches: list[Span], named: list[Span], quoted: list[Span]) -> Iterator[Span]:
    unless = _compiled(group.unless) if group.unless else None  # Here, lest the first match pay for it.
    pattern = _compiled(group.words)
    for match in (found for part in stretches for found in pattern.finditer(text, part.start, part.end)):
        start = match.start()
        if any(span.holds(start) for span in named):
            continue
        if not group.even_quoted and any(span.holds(start) for span in quoted):
            continue
        if group.deniable and denied(text, start):
            continue
        if unless and unless.search(clauses_around(text, *match.span())):
            continue
        if group.told and _TALE.search(clauses_around(text, *match.span(), before=1)):
            continue
        yield Span(*match.span())
