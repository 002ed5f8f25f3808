"""The people named in one cell, as schools write them: `张三老师`, `张三（15人）`, `语文：张三`, `甲、乙`, `待定`.

Pure: who is known is asked of the caller. A part of a text is set aside only if what is left is a known name; a text of
which no reading gives known names comes back as typed, so that it is refused and not guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.text import clean_key, clean_name, clean_text, is_nothing

Known = Callable[[str], bool]
# Only this means that two people share one place.
SHARED = "/"
SEVERAL = "、"
# A head count without 人 is one only from here on: below it may tell two people of one name apart, as in 王一(2).
LEAST_BARE_COUNT = 4

_SEPARATOR = re.compile(r"(?:[、,;|&+]|(?P<shared>/)|\n)(?![^(\[【〔]*[)\]】〕])")
_AND = re.compile(r"[和与及]")
_NOTE = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_COUNT_WORDS = r"(?:共|带|合计|计|等)*\s*"
_COUNT = re.compile(
    rf"(?P<name>.*?)[\s:]*(?:[(\[【〔]\s*{_COUNT_WORDS}(?P<a>\d{{1,3}})\s*(?P<unit>[名人位个](?:学?生|同学)?)?\s*[)\]】〕]"
    rf"|{_COUNT_WORDS}(?P<b>\d{{1,3}})\s*[名人位个](?:学?生|同学)?|(?<=\s)(?P<c>\d{{1,3}}))"
)
_MARK = re.compile(r"\d{1,3}|[一二三四五六七八九十大小甲乙丙丁]|[A-Za-z]", re.ASCII)
_RUNNING = re.compile(r"(?:^|(?<=[\s、,;/|\n]))[(\[]?\d{1,2}[.)\]、]\s*(?=[^\d\s、,;/|.])")
_DUTY = (
    "副?班主任|副?(?:导师团?)?团长|(?:全员|成长|结对|学科|副|主)?导师|(?:副|正)?校长|书记|(?:德育|年级|教导)?主任|"
    "(?:年级|备课|教研)?组长|任课|科任|教师|老师|语文|数学|英语|外语|体育|音乐|美术|书法|科学|自然|道德与法治|道法|品德|思政|政治|"
    "历史|地理|物理|化学|生物|信息科技|信息技术|信息|劳技|劳动|心理|综合|探究|社团|图书|卫生|保健|正|兼|男|女"
)
_WORDS = re.compile(rf"(?:{_DUTY})(?:组|课|科|学科)?(?:{_DUTY})?(?:老师|教师)?")
_BEFORE = re.compile(rf"(?:{_DUTY})+\s*[:：]?\s*(?=\S)")
_BEHIND = re.compile(rf"(?<=\S)\s*(?:{_DUTY})+")


@dataclass(frozen=True, slots=True)
class People:
    """Who a cell names. `sign`: what stands between several, `SHARED` or `SEVERAL`; empty for one.

    `count`: the head count behind; `aside`: words that are no part of the names; `strange`: some of them are no duty,
    subject or remark that is known. Names that nobody knows are as typed.
    """

    names: tuple[str, ...] = ()
    sign: str = ""
    count: int | None = None
    aside: tuple[str, ...] = ()
    strange: bool = False


def read_people(text: str, known: Known) -> People:
    """The people that `text` names; none if it is empty or says so in words."""
    # Half a line break is no separator that a later step would still see.
    lines = [line for line in re.split(r"[\r\n]+", text) if clean_key(line)]
    typed = "\n".join(clean_key(line) for line in lines)
    if not typed or is_nothing(typed):
        return People()
    whole = clean_name(typed)
    if known(whole):
        return People((whole,))
    aside: list[str] = []
    names: list[str] = []
    typed, count = _split_count(typed, known)
    typed = _RUNNING.sub("\n", typed)
    shared = [match["shared"] is not None for match in _SEPARATOR.finditer(typed)]
    counts: list[int] = []
    for part in _parts(typed):
        if is_nothing(part):
            continue
        found, words, counted = _read_part(part, known)
        names += found
        aside += words
        counts += counted
    if counts:
        count = sum(counts) + (count or 0)
    unique = tuple(dict.fromkeys(names))
    sign = "" if len(unique) < 2 else SHARED if shared and all(shared) and len(shared) == len(names) - 1 else SEVERAL
    return People(unique, sign, count, tuple(aside), not all(map(_is_title, aside)))


def _is_title(words: str) -> bool:
    return all(_WORDS.fullmatch(word) for word in re.split(r"[、,;/ ]+", words))


def _parts(typed: str) -> list[str]:
    """The pieces between separators; those within brackets do not count."""
    ends = [(match.start(), match.end()) for match in _SEPARATOR.finditer(typed)]
    starts = [0, *(end for _, end in ends)]
    pieces = (typed[at:end].strip() for at, (end, _) in zip(starts, [*ends, (len(typed), 0)], strict=True))
    return [piece for piece in pieces if piece]


def _split_count(text: str, known: Known) -> tuple[str, int | None]:
    """A text without the head count at its end. `T0001` and `王一(2)` hold none."""
    found = _COUNT.fullmatch(text)
    if found is None or known(clean_name(text)):
        return text, None
    count = int(found["a"] or found["b"] or found["c"])
    bare = not found["b"] and not found["unit"]
    if not found["name"].strip() or (bare and count < LEAST_BARE_COUNT):
        return text, None
    return found["name"].rstrip("、,; "), count


def _read_part(part: str, known: Known) -> tuple[list[str], list[str], list[int]]:
    """The names of one piece, the words set aside, and head counts."""
    name = clean_name(part)
    if known(name):
        return [name], [], []
    text, count = _split_count(part, known)
    counts = [] if count is None else [count]
    for candidate, words in _without_words(text):
        names = _partition(candidate, known)
        # A mark tells two people of one name apart, and another's name in brackets says that there is a question.
        if names and not any(_MARK.fullmatch(word) or known(clean_name(word)) for word in words):
            return names, words, counts
    pieces = [clean_name(piece) for piece in _AND.split(text)]
    if len(pieces) > 1 and all(piece and known(piece) for piece in pieces):
        return pieces, [], counts
    return [name], [], []


def _without_words(text: str) -> list[tuple[str, list[str]]]:
    """Ways to read a text, the plainest first: all of it, without remarks in brackets, without titles around it."""
    notes = [clean_text(note) for note in _NOTE.findall(text) if clean_text(note)]
    bare = clean_text(_NOTE.sub(" ", text))
    ways = [(text, []), (bare, notes)]
    if ":" in bare:
        for piece, other in (bare.split(":", 1), bare.split(":", 1)[::-1]):
            if _WORDS.fullmatch(piece.replace(" ", "")):
                ways.append((other, [*notes, piece.strip()]))
                ways += [(way, [*notes, piece.strip(), *words]) for way, words in _without_titles(other)]
    ways += [(way, [*notes, *words]) for way, words in _without_titles(bare)]
    return [(way, words) for way, words in ways if way]


def _without_titles(text: str) -> list[tuple[str, list[str]]]:
    ways: list[tuple[str, list[str]]] = []
    before, behind = _BEFORE.match(text), None
    for match in _BEHIND.finditer(text):
        if match.end() == len(text):
            behind = match
            break
    if behind is not None:
        ways.append((text[: behind.start()].strip(), [behind[0].strip()]))
    if before is not None:
        ways.append((text[before.end() :].strip(), [before[0].strip(" :")]))
    if before is not None and behind is not None and before.end() < behind.start():
        ways.append((text[before.end() : behind.start()].strip(), [before[0].strip(" :"), behind[0].strip()]))
    return ways


def _partition(text: str, known: Known) -> list[str]:
    """The names that blanks separate, if exactly one way of joining the pieces gives known names: `孙 予 史娜`."""
    pieces = text.split()
    if len(pieces) > 40:
        return []
    # ways[i]: at most two readings of the first i pieces.
    ways: list[list[list[str]]] = [[[]], *([] for _ in pieces)]
    for end in range(1, len(pieces) + 1):
        for start in range(max(0, end - 4), end):
            name = clean_name(" ".join(pieces[start:end]))
            if ways[start] and known(name):
                ways[end] = [*ways[end], *([*way, name] for way in ways[start])][:2]
    return ways[-1][0] if len(ways[-1]) == 1 else []
