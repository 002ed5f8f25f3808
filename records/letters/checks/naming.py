"""The forms in which a child is called: 王子涵, 子涵, 小涵, 阿涵, 涵涵; and a text in which they are looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from core.text import MIDDLE_DOT
from core.variants import fold_variants

#: Surnames of two characters that schools have; all others have one.
COMPOUND_SURNAMES = frozenset(
    """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠
    公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 闾丘 单于 轩辕 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 西门
    贺兰 纳兰 拓跋 完颜
    """.split()  # noqa: SIM905  # reads better than a page of quotation marks
)
_SKIPPED = frozenset(f" \u3000\u00a0{MIDDLE_DOT}•‧∙⋅・･")


class Form(Enum):
    """How much a form says by itself."""

    FULL = auto()  # Three characters and more: 王子涵.
    SHORT = auto()  # Surname and one character: 梁红.
    GIVEN = auto()  # 子涵.
    PET = auto()  # 小明, 阿明, 明明, 明同学 of 梁明.
    NICK = auto()  # 小涵, 阿涵, 涵涵, 涵宝 of 王子涵: many names have one character.


@dataclass(frozen=True, slots=True)
class Compact:
    """A text without blanks and middle dots, in one form of writing; `at` tells where each character stood."""

    text: str
    at: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Compact":
        """`text` as names are compared."""
        kept = [(char, at) for at, char in enumerate(text) if char not in _SKIPPED]
        folded = "".join(_fold(char) for char, _at in kept)
        return cls(folded, tuple(at for _char, at in kept))


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    folded = fold_variants(char.lower())
    return folded if len(folded) == 1 else char


def is_han(text: str) -> bool:
    """Whether nothing in `text` is Latin or a digit."""
    return all(char >= "\u2e80" for char in text)


def given_of(name: str) -> str:
    """The given name of `name`: 欧阳一诺 → 一诺; of 迪丽热巴·买买提 what stands before the dot."""
    first, dot, _rest = name.partition(MIDDLE_DOT)
    if dot:
        return first
    compact = Compact.of(name).text
    return compact[2 if compact[:2] in COMPOUND_SURNAMES and len(compact) > 2 else 1 :]


@lru_cache(maxsize=512)
def forms_of(name: str) -> tuple[tuple[str, Form], ...]:
    """All forms of one name with what each says by itself."""
    return tuple(_forms(name))


def _forms(name: str) -> Iterator[tuple[str, Form]]:
    full, given = Compact.of(name).text, Compact.of(given_of(name)).text
    if len(full) > 1:
        yield full, Form.SHORT if len(full) == 2 else Form.FULL
    if not is_han(full):
        return
    if len(given) == 1:
        for pet in (f"小{given}{given}", f"小{given}", f"阿{given}", given * 2, f"{given}同学"):
            yield pet, Form.PET
    else:
        if given != full:
            yield given, Form.FULL if len(given) > 2 else Form.GIVEN
        if len(given) == 3:
            yield given[1:], Form.GIVEN  # 张李思齐 bears the names of both parents.
    for char in dict.fromkeys(given[-2:]):
        if len(given) > 1 and char not in "小阿一":
            for nick in (f"小{char}", f"阿{char}", char * 2, f"{char}宝", f"{char}儿", f"{char}仔", f"小{char}{char}"):
                yield nick, Form.NICK
