"""Another pupil's name in a letter: copied, or pasted from the neighbour's. Precision before recall."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from core.text import MIDDLE_DOT
from core.variants import fold_variants
from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.ordinary import inside_idiom, is_word, straddles
from records.letters.checks.reading import Span

#: Surnames of two characters that schools have; all others have one.
COMPOUND_SURNAMES = frozenset(
    """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠
    公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 闾丘 单于 轩辕 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 西门
    贺兰 纳兰 拓跋 完颜
    """.split()  # noqa: SIM905  # reads better than a page of quotation marks
)
#: Before a given name, these make another full name of it, one that nobody here bears. Without 和 于 高 时 向,
#: which are words as well.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付邹孟熊秦邱"
    "江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
_SKIPPED = frozenset(f" \u3000\u00a0{MIDDLE_DOT}•‧∙⋅・･")
#: What follows a name of two characters; any other character may belong to a longer name (梁红 and 梁红梅).
_AFTER = frozenset(
    "的和跟与同是在说也就都还把被给让对从向有没那这你我他她它们很不了着过吗呢吧啊做跑"
    "去来帮送教得为最总已正刚能会想要写画唱讲读打踢站坐捡拿扶借搬擦找叫问答笑哭量收看听"
)
_AFTER_PAIRS = ("一起", "一样", "一同", "一块", "一道")
#: Before a name, these end the word before: 同桌子涵 holds no 桌子.
_BEFORE = ("同桌", "同学", "朋友", "伙伴", "好友", "队友", "组长", "班长", *"和跟与给帮让陪像把被请找问替向")
#: Before 同学 these are no names: 新同学, 男同学.
_NO_NAMES = frozenset("新老男女好每位各诸众同全小大本外个些的名多有几级班校组桌前后左右旧名")
_OPENS = frozenset("。！？!?；;…\n“”「」")


class _Kind(Enum):
    """How much a form says by itself."""

    FULL = auto()  # Three characters and more: 王子涵.
    SHORT = auto()  # Surname and one character: 梁红.
    GIVEN = auto()  # 子涵.
    PET = auto()  # 小明, 阿明, 明明, 明同学.


@dataclass(frozen=True, slots=True)
class _Compact:
    """A text without blanks and middle dots, in one form of writing; `at` tells where each character stood."""

    text: str
    at: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "_Compact":
        kept = [(char, at) for at, char in enumerate(text) if char not in _SKIPPED]
        folded = "".join(_fold(char) for char, _at in kept)
        return cls(folded, tuple(at for _char, at in kept))


def _fold(char: str) -> str:
    folded = fold_variants(char.lower())
    return folded if len(folded) == 1 else char


def _han(text: str) -> bool:
    return all(char >= "\u2e80" for char in text)


def given_of(name: str) -> str:
    """The given name of `name`: 欧阳一诺 → 一诺; of 迪丽热巴·买买提 what stands before the dot."""
    first, dot, _rest = name.partition(MIDDLE_DOT)
    if dot:
        return first
    compact = _Compact.of(name).text
    return compact[2 if compact[:2] in COMPOUND_SURNAMES and len(compact) > 2 else 1 :]


def _forms(name: str) -> Iterator[tuple[str, _Kind]]:
    full, given = _Compact.of(name).text, _Compact.of(given_of(name)).text
    if len(full) > 1:
        yield full, _Kind.SHORT if len(full) == 2 else _Kind.FULL
    if not _han(full):
        return
    if len(given) == 1:
        for pet in (f"小{given}{given}", f"小{given}", f"阿{given}", given * 2, f"{given}同学"):
            yield pet, _Kind.PET
    else:
        if given != full:
            yield given, _Kind.FULL if len(given) > 2 else _Kind.GIVEN
        if len(given) == 3:
            yield given[1:], _Kind.GIVEN  # 张李思齐 bears the names of both parents.


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Names of other pupils in body and advice, each once."""
    others = {form: kind for name in context.others for form, kind in _forms(name)}
    allowed = {form for form, _kind in _forms(context.pupil_name)}
    allowed |= {_Compact.of(name).text for name in context.teachers if len(name) > 1}
    for form in allowed:
        others.pop(form, None)
    others.pop("", None)
    findings = []
    told = set()
    for field, text in letter.fields():
        for span in _names_in(text, others, allowed):
            name = text[span.start : span.end]
            if name in told:
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


def _names_in(text: str, others: dict[str, _Kind], allowed: Iterable[str]) -> Iterator[Span]:
    compact = _Compact.of(text)
    own = list(_allowed_spans(compact.text, allowed))
    lengths = sorted({len(form) for form in others}, reverse=True)
    at = 0
    while at < len(compact.text):
        for length in lengths:
            end = at + length
            form = compact.text[at:end]
            kind = others.get(form)
            if kind is None or end > len(compact.text) or any(span.start <= at and end <= span.end for span in own):
                continue
            if _meant(compact.text, at, end, kind):
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


def _meant(text: str, start: int, end: int, kind: _Kind) -> bool:
    """Whether the form between `start` and `end` is a name where it stands."""
    form = text[start:end]
    if not _han(form):
        return not _touches_latin(text, start, end)
    if kind is _Kind.FULL:
        return not inside_idiom(text, start, end)
    if is_word(form):
        return _addressed(text, start, end)
    if form.endswith("同学") and kind is _Kind.PET:
        return form[0] not in _NO_NAMES and not straddles(text, start, start + 1)[0] and text[end : end + 1] != "们"
    left, right = straddles(text, start, end)
    if right or inside_idiom(text, start, end) or (left and not text[:start].endswith(_BEFORE)):
        return False
    if kind is _Kind.SHORT:
        if start > 0 and _is_han(text[start - 1]) and not text[:start].endswith((*_BEFORE, *"是在有为到的叫")):
            return False
        following = text[end : end + 1]
        return not _is_han(following) or following in _AFTER or text[end : end + 2] in _AFTER_PAIRS
    return not (kind is _Kind.GIVEN and start > 0 and text[start - 1] in _SURNAMES)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"


def _touches_latin(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isascii() and before.isalnum() and text[start].isascii()) or (
        after.isascii() and after.isalnum() and text[end - 1].isascii()
    )


def _addressed(text: str, start: int, end: int) -> bool:
    """Whether a word is used as a name: 高兴同学, 亲爱的文静, or spoken to at the beginning of a sentence."""
    after = text[end : end + 3]
    if after.startswith(("同学", "小朋友")) and after[2:] != "们":
        return True
    if text[:start].endswith("亲爱的"):
        return after[:1] in {"，", ",", "：", ":", "\n"}
    opens = start == 0 or text[start - 1] in _OPENS
    return opens and (after[:1] in {"：", ":"} or after[:2] in {"，你", ",你"})
