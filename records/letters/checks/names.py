"""Another pupil's name in a letter: copied, or pasted from the neighbour's. Precision before recall.

Full names are looked for everywhere. What is shorter, or a word, needs a place where a person is meant: spoken to, at
the start of a letter or a sentence or before 同学, or between 和 and 一起. At such places names count by sound too
(若含 for 若涵), for pinyin keyboards offer the neighbour's child first.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from core.pinyin import name_pinyin
from records.letters.checks.findings import CheckContext, Finding, LetterText
from records.letters.checks.naming import Compact, Form, forms_of, is_han
from records.letters.checks.ordinary import NAMES_LIKE_WORDS, inside_idiom, is_word, straddles
from records.letters.checks.persons import (
    ADVERBS,
    AFTER,
    AFTER_PAIRS,
    BEFORE,
    CLOSES,
    NAMING,
    NO_NAMES,
    OF_NAMES,
    PERSON_AFTER,
    SPOKEN_TO,
    SURNAMES,
    WISHES,
    after_greeting,
    follows_person,
    opens,
    person_places,
)
from records.letters.checks.reading import Span, sentence_around
from schools.enums import Check

#: After a name: somebody is spoken to, or the name is all that is said.
_CALLED = (*CLOSES, *"你同小宝")
#: Before a classmate with whom, or for whom, the child does something: 和, 等, 牵着; 你和程果果、葛一川合画.
_WITH = re.compile("(?:和|跟|与|同|向|给|帮|等|教|陪|替|借|约|牵着|扶着)(?:[^，。！？\\s]{2,4}、)*$")


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Names of other pupils in body and advice, each once."""
    findings = []
    told = set()
    for field, text in letter.fields():
        for span in spans_of(text, context):
            name = text[span.start : span.end]
            if name in told or _accompanies(text, span, context):
                continue
            told.add(name)
            findings.append(
                Finding(
                    Check.OTHER_NAME,
                    f"这里写到了“{name}”，像是班上或您指导的另一位学生。寄语只写给{context.pupil_name}，请看看是不是写错了名字；"
                    "如果确实想提到同伴，可以改成“一位同学”。",
                    span.start,
                    span.end,
                    field,
                )
            )
    return findings


def _accompanies(text: str, span: Span, context: CheckContext) -> bool:
    """Whether the child, called by name before, did something with this classmate: 小白，你和路佳宁一起造了纸船.

    So also in 尚可为忘了台词，你在侧幕提了一句: the classmate does something, and 你 is the child. Such a letter is
    no other child's. Seen: 16 of 450 harmless letters were marked for it, and 30 of 500 sentences.
    """
    before, after = text[: span.start], text[span.end :]
    if not any(form in before for form, _kind in forms_of(context.pupil_name)):
        return False
    if before.endswith(("你和", "你与", "你跟", "你同")):
        return True
    if text[span.start : span.end] not in context.others or after.startswith(_CALLED):
        return False
    if _WITH.search(before) is not None:
        return "你" in sentence_around(text, span.start)
    is_first = opens(text, span.start) or before.endswith(("，", ","))
    return is_first and "你" in sentence_around(text, span.start).partition(text[span.start : span.end])[2]


def spans_of(text: str, context: CheckContext) -> tuple[Span, ...]:
    """Where `text` names another pupil than the one it is written to."""
    return _spans(text, context.pupil_name, context.others, context.teachers)


@lru_cache(maxsize=8)  # Three checks ask for the same text, one after the other.
def _spans(text: str, pupil: str, names: tuple[str, ...], teachers: tuple[str, ...]) -> tuple[Span, ...]:
    others, sounds, allowed = _known(pupil, names, teachers)
    return tuple(_names_in(Compact.of(text), others, sounds, allowed))


@lru_cache(maxsize=64)
def _known(
    pupil: str, names: tuple[str, ...], teachers: tuple[str, ...]
) -> tuple[dict[str, Form], dict[str, tuple[str, Form]], frozenset[str]]:
    """Forms of the others' names, the same by sound, and what is never told: the child's and the teachers'."""
    others = dict(sorted((each for name in names for each in forms_of(name)), key=lambda each: -each[1].value))
    allowed = {form for form, _kind in forms_of(pupil)} | {pupil[:1] + "同学", pupil[-1:] + "同学"}
    allowed |= {Compact.of(name).text for name in teachers if len(name) > 1}
    for form in (*allowed, ""):
        others.pop(form, None)
    own = {_sound(form) for form, _kind in forms_of(pupil) if len(form) > 1}
    sounds = {
        _sound(form): (form, kind)
        for form, kind in others.items()
        if kind in (Form.FULL, Form.GIVEN) and is_han(form) and len(form) in (2, 3)
    }
    return others, {sound: form for sound, form in sounds.items() if sound not in own}, frozenset(allowed)


@lru_cache(maxsize=8192)
def _sound(form: str) -> str:
    return name_pinyin(form).full.split(" ")[0]


def _names_in(
    compact: Compact, others: dict[str, Form], sounds: dict[str, tuple[str, Form]], allowed: Iterable[str]
) -> Iterator[Span]:
    text = compact.text
    own = list(_allowed_spans(text, allowed))
    lengths = sorted({len(form) for form in others}, reverse=True)
    heard = person_places(text)
    at = 0
    while at < len(text):
        for length in lengths:
            end = at + length
            kind = others.get(text[at:end])
            if kind is None or end > len(text) or any(span.start <= at and end <= span.end for span in own):
                continue
            if _meant(text, at, end, kind):
                yield Span(compact.at[at], compact.at[end - 1] + 1)
                at = end - 1
                break
        else:
            for end in (at + 3, at + 2) if at in heard else ():
                if end <= len(text) and _sounds_like(text, at, end, sounds, own):
                    yield Span(compact.at[at], compact.at[end - 1] + 1)
                    at = end - 1
                    break
        at += 1


def _allowed_spans(text: str, allowed: Iterable[str]) -> Iterator[Span]:
    for form in allowed:
        at = text.find(form) if form else -1
        while at >= 0:
            yield Span(at, at + len(form))
            at = text.find(form, at + 1)


def _sounds_like(text: str, start: int, end: int, sounds: dict[str, tuple[str, Form]], own: list[Span]) -> bool:
    """Whether another pupil's name is written here with a character of the same sound, where a person is meant."""
    form = text[start:end]
    if not all(map(_is_han, form)):
        return False
    found = sounds.get(_sound(form))
    if found is None or found[0] == form or is_word(form) or len(found[0]) != len(form):
        return False
    if not any(one == other for one, other in zip(form, found[0], strict=True)) and not _greeted(text, start, end):
        return False
    if any(span.meets(Span(start, end)) for span in own):
        return False
    return len(form) == 3 or _addressed_loosely(text, start, end) or _mentioned(text, start, end)


def _greeted(text: str, start: int, end: int) -> bool:
    """Whether a sentence begins with the form and a comma, and then says 你: 浩南，愿你…"""
    return opens(text, start) and text.startswith(SPOKEN_TO, end)


def _meant(text: str, start: int, end: int, kind: Form) -> bool:
    """Whether the form between `start` and `end` is a name where it stands."""
    form = text[start:end]
    if text.endswith(NAMING, 0, start):
        return False
    if not is_han(form):
        return not _touches_latin(text, start, end)
    if kind is Form.FULL:
        # 白云飞 is nobody in 白云飞过山头, where two words share it.
        return not inside_idiom(text, start, end) and not (is_word(form[:2]) and _runs_on(text, start, end))
    if kind is Form.NICK:
        return _nicked(text, start, end)
    if kind is Form.GIVEN and text.endswith("亲爱的", 0, start):
        return True
    if is_word(form):
        if kind is Form.GIVEN and form not in NAMES_LIKE_WORDS and _beside(text, start, end):
            return True
        return _addressed(text, start, end) or (
            text.startswith("你", end) and text.endswith(("那天", "那次", "那时", "记得"), 0, start)
        )
    if form.endswith("同学") and kind is Form.PET:
        return form[0] not in NO_NAMES and not straddles(text, start, start + 1)[0] and text[end : end + 1] != "们"
    left, right = straddles(text, start, end)
    if right or inside_idiom(text, start, end) or (left and not text.endswith((*BEFORE, "亲爱的", "我们的"), 0, start)):
        return False
    if kind is Form.SHORT:
        return _short(text, start, end)
    if kind is Form.GIVEN and start > 0 and text[start - 1] in SURNAMES:
        return False
    if kind is Form.GIVEN and not all(char in OF_NAMES for char in form):
        return _addressed_loosely(text, start, end) or _mentioned(text, start, end)
    return True


def _runs_on(text: str, start: int, end: int) -> bool:
    """Whether the last character of a full name goes on as a verb does, and nobody is spoken to."""
    return text[end : end + 1] in frozenset("过着了起到进出满来去向") and not _addressed_loosely(text, start, end)


def _beside(text: str, start: int, end: int) -> bool:
    """Whether the child does something with whoever this is: 你和一鸣在科技节上."""
    return text.endswith(("你和", "你跟", "你与", "你同", "你约", "你帮", "你教", "你陪"), 0, start) and (
        text.startswith(
            ("一起", "一同", "在", "合", "搭", "同", "两", "都", "打", "做", "下", "去", "抬", "把", "轮"), end
        )
    )


def _short(text: str, start: int, end: int) -> bool:
    if start > 0 and _is_han(text[start - 1]) and not text.endswith((*BEFORE, *"是在有为到的叫"), 0, start):
        return False
    following = text[end : end + 1]
    if _is_han(following) and following not in AFTER and text[end : end + 2] not in AFTER_PAIRS:
        return False
    return text[end - 1] in OF_NAMES or _addressed_loosely(text, start, end) or _mentioned(text, start, end)


def _nicked(text: str, start: int, end: int) -> bool:
    """小涵, 阿杰, 涵涵: only where a person is spoken to or spoken of, and no word is meant."""
    form = text[start:end]
    if straddles(text, start, end)[1] or inside_idiom(text, start, end):
        return False
    if is_word(form) or form[-1] in "儿宝仔" or (form[0] != "小" and form[0] != "阿"):
        return _addressed(text, start, end)
    quoted = text[start - 1 : start] in {"“", "‘", "「"} and text[end : end + 1] in {"”", "’", "」"}
    return quoted or _addressed_loosely(text, start, end) or _mentioned(text, start, end)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"


def _touches_latin(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isascii() and before.isalnum() and text[start].isascii()) or (
        after.isascii() and after.isalnum() and text[end - 1].isascii()
    )


def _addressed(text: str, start: int, end: int) -> bool:
    """Whether a word is used as a name: 高兴同学, 亲爱的文静, or spoken to at the beginning of a sentence.

    The first words of a letter before a comma are an address: 江河，这学期你…
    """
    after = text[end : end + 3]
    if after.startswith(("同学", "小朋友", "宝贝", "宝宝")) and after[2:3] != "们" and not after.startswith("小朋友们"):
        return start == 0 or not _is_han(text[start - 1]) or follows_person(text, start)
    if text.endswith("亲爱的", 0, start):
        return after[:1] in {"，", ",", "：", ":", "\n", "！"}
    form = text[start:end]
    if form in ADVERBS and opens(text, start) and text.startswith(("，谢谢你", "，老师谢谢你"), end):
        return True
    if form in ADVERBS:
        return (start == 0 or text[start - 1] == "\n") and after[:1] in {"：", ":"}
    if after_greeting(text, start):
        return after[:1] in {"！", "!", "。", ""}
    if not opens(text, start):
        return False
    if start == 0 or text[start - 1] == "\n":
        return after[:1] in {"，", ",", "：", ":", "！"} and "你" in text[end : end + 40]
    return (
        after[:1] in {"：", ":"}
        or after[:2] in {"啊，", "呀，"}
        or (after[:1] in {"，", ","} and _spoken_to(text, form, end))
    )


def _spoken_to(text: str, form: str, end: int) -> bool:
    return form[0] == form[-1] or "你" in text[end : end + 30] or text.startswith(WISHES, end + 1)


def _addressed_loosely(text: str, start: int, end: int) -> bool:
    """Whether a form that is no word is spoken to: at the start of a sentence, or alone after a greeting."""
    if after_greeting(text, start) or text.endswith("亲爱的", 0, start):
        return True
    if not opens(text, start):
        # 更爱发言的佳宁，老师给你当观众; 但梦瑶你从来没喊过苦.
        if text[start - 1] == "的":
            return text[end : end + 1] in {"，", ","} and (
                "你" in text[end : end + 12] or "老师" in text[end : end + 4]
            )
        return text[start - 1] in "，,但而可" and text.startswith("你", end)
    return text[end : end + 1] in CLOSES or text.startswith(PERSON_AFTER, end)


def _mentioned(text: str, start: int, end: int) -> bool:
    """Whether a person is spoken of: after 和 or 借给, and before nothing that would make a longer word of it."""
    if not follows_person(text, start):
        return False
    following = text[end : end + 1]
    return not _is_han(following) or following in AFTER or text[end : end + 2] in AFTER_PAIRS
