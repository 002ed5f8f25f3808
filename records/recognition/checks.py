"""Whether an experience note 经验分享 tells who a child is: names, numbers, a class. Pure; what is found is not kept.

Short forms of names are looked for as in letters, among the pupils whom the author knows; of all other children of the
school the whole name, for 3000 children have every short form together.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from records.letters.checks.findings import CheckContext
from records.letters.checks.names import spans_of
from records.letters.checks.naming import Compact, is_han
from records.letters.checks.ordinary import is_word

#: Seven digits and more, with what people put between them: telephones, identity and student numbers.
_NUMBER: Final = re.compile(r"(?<![\d.])\d(?:[ -]?\d){6,}[xX]?(?!\d)")
_DAY: Final = re.compile(r"(?:19|20)\d\d[ -]?[01]?\d[ -]?[0-3]?\d")
_CLASS: Final = re.compile(r"[(（]\d{1,2}[)）]班|\d{1,2}班|[一二三四五六七八九十]{1,3}班")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that tells who a child is: `text` in `field`. `must_go`: it can mean nothing else."""

    field: str
    text: str
    message: str
    must_go: bool = False


def mentions_in(texts: Mapping[str, str], *, known: Collection[str], everyone: Collection[str]) -> list[Mention]:
    """What in `texts` (by field) tells who a child is, each once, in the order of the fields.

    `known` are the names of the pupils around the author, `everyone` those of all pupils of the school, former ones
    too.
    """
    found: dict[tuple[str, str], Mention] = {}
    for field, text in texts.items():
        for mention in (*_numbers(field, text), *_names(field, text, known, everyone), *_classes(field, text)):
            found.setdefault((mention.field, mention.text), mention)
    return list(found.values())


def _numbers(field: str, text: str) -> Iterator[Mention]:
    # Full-width digits are folded one by one, so that places stay.
    plain = "".join(folded if len(folded := unicodedata.normalize("NFKC", char)) == 1 else char for char in text)
    for match in _NUMBER.finditer(plain):
        if _DAY.fullmatch(match[0]) is None:
            message = f"“{match[0]}”像是电话或证件号码，请删去。"
            yield Mention(field, match[0], message, must_go=True)


def _names(field: str, text: str, known: Collection[str], everyone: Collection[str]) -> Iterator[Mention]:
    spans = spans_of(text, CheckContext(pupil_name="", others=tuple(sorted(set(known)))))
    told = {text[span.start : span.end] for span in spans}
    for name in (*sorted(told), *(name for name in _whole_names(text, everyone) if name not in told)):
        yield Mention(field, name, f"“{name}”像是本校学生的名字，请改成“小A”“一位同学”这样的写法。")


def _whole_names(text: str, everyone: Collection[str]) -> list[str]:
    compact = Compact.of(text)
    forms = {form for name in everyone if len(form := Compact.of(name).text) > 1}
    # 高兴 is a child somewhere, and a word here.
    forms = {form for form in forms if len(form) > 2 or (is_han(form) and not is_word(form))}
    found: list[str] = []
    for length in sorted({len(form) for form in forms}, reverse=True):
        found += [
            text[compact.at[at] : compact.at[at + length - 1] + 1]
            for at in range(len(compact.text) - length + 1)
            if compact.text[at : at + length] in forms
        ]
    return list(dict.fromkeys(found))


def _classes(field: str, text: str) -> Iterator[Mention]:
    for match in _CLASS.finditer(text):
        yield Mention(field, match[0], f"写了“{match[0]}”，同事可能认得出是谁，请改成“一个班”。")
