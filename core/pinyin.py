"""Pinyin of a person's name, for sorting and for searching by what a teacher types.

A surname is read as a surname (单 shàn, 曾 zēng, 仇 qiú, 解 xiè, 尉迟 yùchí); the everyday reading of its
characters is indexed beside it, because that is what many people type.
"""

import os
from dataclasses import dataclass
from functools import lru_cache

from core.text import MIDDLE_DOT

# Characters are read one by one: pypinyin's 47,000 words are another 0.12 s and 44 MB of each process that reads names.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

# Only what the dictionary's first reading gets wrong.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge",
    "覃": "qin", "翟": "zhai", "乐": "yue", "折": "she", "繁": "po", "秘": "bi", "洗": "xian", "员": "yun",
    "缪": "miao", "召": "shao", "种": "chong", "都": "du", "能": "nai", "祭": "zhai", "黑": "he", "薄": "bo",
    "郇": "xun", "隗": "wei", "藏": "zang", "么": "yao", "佴": "nai", "卜": "bu", "阚": "kan",
}  # fmt: skip
_COMPOUND_SURNAMES = {
    "尉迟": ("yu", "chi"), "单于": ("chan", "yu"), "万俟": ("mo", "qi"), "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"), "鲜于": ("xian", "yu"), "独孤": ("du", "gu"), "令狐": ("ling", "hu"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamePinyin:
    """All readings of a name, the surname's own reading first.

    `full`: `shanyu danyu`, sorts and is searched as typed; `initials`: ` sy dy `, each between blanks.
    """

    full: str
    initials: str


@lru_cache(maxsize=16384)
def _syllable(character: str) -> str:
    if character.isascii() or character == MIDDLE_DOT:
        return character.lower() if character.isalnum() else ""
    from pypinyin import Style, pinyin

    return pinyin(character, style=Style.NORMAL)[0][0]


def syllables(text: str) -> list[str]:
    """How each character of `text` is read every day, one for one; `""` for what has no reading."""
    return [_syllable(character) for character in text]


def name_pinyin(name: str) -> NamePinyin:
    """The readings of `name` (already cleaned). Characters without a known reading stay themselves."""
    plain = [_syllable(c) for c in name]
    if name[:2] in _COMPOUND_SURNAMES and len(name) > 2:
        as_surname = [*_COMPOUND_SURNAMES[name[:2]], *plain[2:]]
    elif name[:1] in _SURNAMES:
        as_surname = [_SURNAMES[name[0]], *plain[1:]]
    else:
        return NamePinyin("".join(plain), f" {''.join([s[:1] for s in plain])} ")
    readings = [as_surname] if as_surname == plain else [as_surname, plain]
    full = dict.fromkeys("".join(reading) for reading in readings)
    initials = dict.fromkeys("".join(s[:1] for s in reading) for reading in readings)
    return NamePinyin(full=" ".join(full), initials=f" {' '.join(initials)} ")
