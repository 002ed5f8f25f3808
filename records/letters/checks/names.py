"""Another pupil's name in a letter: copied, or pasted from the neighbour's. Precision before recall.

Full names are looked for everywhere. What is shorter, or a word, needs a place where a person is meant: spoken to, at
the start of a letter or a sentence or before 同学, or between 和 and 一起. At such places names count by sound too
(若含 for 若涵), for pinyin keyboards offer the neighbour's child first.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from core.pinyin import name_pinyin
from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.naming import Compact, Form, forms_of, is_han
from records.letters.checks.ordinary import NAMES_LIKE_WORDS, inside_idiom, is_word, straddles
from records.letters.checks.reading import Span

#: Before a given name, these make another full name of it, one that nobody here bears. Without 和 于 高 时 向,
#: which are words as well.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付邹孟熊秦邱"
    "江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
#: What follows a name of two characters; any other character may belong to a longer name (梁红 and 梁红梅).
_AFTER = frozenset(
    "的和跟与同是在说也就都还把被给让对从向有没那这你我他她它们很不了着过吗呢吧啊做跑"
    "去来帮送教得为最总已正刚能会想要写画唱讲读打踢站坐捡拿扶借搬擦找叫问答笑哭量收看听"
)
_AFTER_PAIRS = (
    "一起",
    "一样",
    "一同",
    "一块",
    "一道",
    "天天",
    "每天",
    "永远",
    "越来",
    "新年",
    "平安",
    "健康",
    "快乐",
    "同桌",
)
#: Before a name, these end the word before: 同桌子涵 holds no 桌子.
_BEFORE = ("同桌", "同学", "朋友", "伙伴", "好友", "队友", "组长", "班长", *"和跟与给帮让陪像把被请找问替向")
#: Before a form that may be no name: a person follows. 写给 and 约 say so too.
_PERSON_BEFORE = (
    *_BEFORE,
    *"教约听叫陪等为对",
    "给了",
    "写给",
    "送给",
    "借给",
    "那天",
    "室友",
    "同伴",
    "搭档",
    "亲爱的",
    "邻座",
    "愿",
    "祝",
    "谢谢",
)
_LAST_BEFORE = frozenset(before[-1] for before in _PERSON_BEFORE)
#: After such a form: it was a person.
_PERSON_AFTER = (
    *(
        "同学",
        "小朋友",
        "宝贝",
        "宝宝",
        "哥",
        "姐",
        "弟",
        "妹",
        "老弟",
        "小妹",
        "啊",
        "呀",
        "哎",
        "，你",
        ",你",
        "：",
        ":",
    ),
    *(
        "一起",
        "一样",
        "一同",
        "一块",
        "一道",
        "和你",
        "跟你",
        "陪你",
        "帮你",
        "说",
        "也",
        "都",
        "真",
        "你",
        "笑",
        "问",
        "教你",
        "把",
    ),
)
#: Characters that children are named by and that seldom make words: two of them are a name wherever they stand.
_OF_NAMES = frozenset(
    "梓涵萱轩琪怡诗雨欣佳嘉浩宇辰睿泽奕皓铭煜俊杰博瑶雅芷彤婷娜倩蕊颖诺熙琳彬予语桐若溪子思念之昊承志慧敏宸懿晗菲莹楠琦瑾瑜璇馨钰轶翔鹏霖昕妍薇茜悦媛翰骏辉斌"
    "凯磊涛强伟勇军娟芳丽艳婉沐可楚依帆铮"
)
#: Before 同学 these are no names: 新同学, 男同学.
_NO_NAMES = frozenset("新老男女好每位各诸众同全小大本外个些的名多有几级班校组桌前后左右旧名")
_OPENS = frozenset('。！？!?；;…\n“”「」‘’"—~～（(')
_CLOSES = frozenset('，,：:！!。~～…”’"')
#: Words that open a sentence before 你 without being anybody's name there.
_ADVERBS = frozenset(
    [
        "平时",
        "于是",
        "何时",
        "常来",
        "明白",
        "时间",
        "当时",
        "同时",
        "有时",
        "平常",
        "明天",
        "今天",
        "昨天",
        "春天",
        "夏天",
        "秋天",
        "冬天",
        "清晨",
        "黎明",
        "黄昏",
        "夜晚",
        "早晨",
        "傍晚",
        "初夏",
        "初春",
        "曾经",
        "终于",
        "果然",
        "当然",
        "偶尔",
        "时常",
        "秋月",
        "谢谢",
        "快乐",
        "加油",
        "再见",
        "安心",
        "放心",
        "向上",
        "未来",
        "从前",
        "以后",
        "后来",
        "如今",
        "胜利",
        "自由",
    ]  # as above
)
_WISHES = ("记得", "愿", "希望", "别忘", "请", "下学期", "新学期", "新的一年", "老师", "加油", "谢谢", "祝", "继续")
#: A pet, a plant, a person of a story is called so.
_NAMING = tuple(
    word + mark
    for word in ("取名", "起名", "取名叫", "起名叫", "名叫", "名字叫", "叫做", "叫它")
    for mark in ("", "“", "‘")
)
#: Before a comma these speak to somebody: 祝毕业快乐，乐乐！
_GREETINGS = (
    "快乐",
    "加油",
    "再见",
    "你好",
    "你好呀",
    "谢谢你",
    "恭喜你",
    "记住",
    "别怕",
    "晚安",
    "早安",
    "辛苦了",
    "祝贺你",
    "嗨",
    "哈喽",
)


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Names of other pupils in body and advice, each once."""
    findings = []
    told = set()
    for field, text in letter.fields():
        for span in spans_of(text, context):
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


def spans_of(text: str, context: CheckContext) -> list[Span]:
    """Where `text` names another pupil than the one it is written to."""
    others, sounds, allowed = _known(context.pupil_name, context.others, context.teachers)
    return list(_names_in(Compact.of(text), others, sounds, allowed))


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
            for end in (at + 3, at + 2):
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
    if not (_opens(text, start) or _after_greeting(text, start) or _follows_person(text, start)) or not all(
        map(_is_han, form)
    ):
        return False
    found = sounds.get(_sound(form))
    if found is None or is_word(form) or len(found[0]) != len(form):
        return False
    if not any(one == other for one, other in zip(form, found[0], strict=True)):
        return False
    if any(span.meets(Span(start, end)) for span in own):
        return False
    return len(form) == 3 or _addressed_loosely(text, start, end) or _mentioned(text, start, end)


def _meant(text: str, start: int, end: int, kind: Form) -> bool:
    """Whether the form between `start` and `end` is a name where it stands."""
    form = text[start:end]
    if text.endswith(_NAMING, 0, start):
        return False
    if not is_han(form):
        return not _touches_latin(text, start, end)
    if kind is Form.FULL:
        return not inside_idiom(text, start, end)
    if kind is Form.NICK:
        return _nicked(text, start, end)
    if is_word(form):
        if kind is Form.GIVEN and form not in NAMES_LIKE_WORDS and _beside(text, start, end):
            return True
        return _addressed(text, start, end) or (
            text.startswith("你", end) and text.endswith(("那天", "那次", "那时", "记得"), 0, start)
        )
    if form.endswith("同学") and kind is Form.PET:
        return form[0] not in _NO_NAMES and not straddles(text, start, start + 1)[0] and text[end : end + 1] != "们"
    left, right = straddles(text, start, end)
    if right or inside_idiom(text, start, end) or (left and not text.endswith(_BEFORE, 0, start)):
        return False
    if kind is Form.SHORT:
        return _short(text, start, end)
    if kind is Form.GIVEN and start > 0 and text[start - 1] in _SURNAMES:
        return False
    if kind is Form.GIVEN and not all(char in _OF_NAMES for char in form):
        return _addressed_loosely(text, start, end) or _mentioned(text, start, end)
    return True


def _beside(text: str, start: int, end: int) -> bool:
    """Whether the child does something with whoever this is: 你和一鸣在科技节上."""
    return text.endswith(("你和", "你跟", "你与", "你同", "你约", "你帮", "你教", "你陪"), 0, start) and (
        text.startswith(
            ("一起", "一同", "在", "合", "搭", "同", "两", "都", "打", "做", "下", "去", "抬", "把", "轮"), end
        )
    )


def _short(text: str, start: int, end: int) -> bool:
    if start > 0 and _is_han(text[start - 1]) and not text.endswith((*_BEFORE, *"是在有为到的叫"), 0, start):
        return False
    following = text[end : end + 1]
    if _is_han(following) and following not in _AFTER and text[end : end + 2] not in _AFTER_PAIRS:
        return False
    return text[end - 1] in _OF_NAMES or _addressed_loosely(text, start, end) or _mentioned(text, start, end)


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


def _opens(text: str, start: int) -> bool:
    return start == 0 or text[start - 1] in _OPENS or text.endswith("亲爱的", 0, start)


def _after_greeting(text: str, start: int) -> bool:
    return text[start - 1 : start] in {"，", ","} and text[: start - 1].endswith(_GREETINGS)


def _addressed(text: str, start: int, end: int) -> bool:
    """Whether a word is used as a name: 高兴同学, 亲爱的文静, or spoken to at the beginning of a sentence.

    The first words of a letter before a comma are an address: 江河，这学期你…
    """
    after = text[end : end + 3]
    if after.startswith(("同学", "小朋友", "宝贝", "宝宝")) and after[2:3] != "们" and not after.startswith("小朋友们"):
        return start == 0 or not _is_han(text[start - 1]) or _follows_person(text, start)
    if text.endswith("亲爱的", 0, start):
        return after[:1] in {"，", ",", "：", ":", "\n", "！"}
    form = text[start:end]
    if form in _ADVERBS:
        return (start == 0 or text[start - 1] == "\n") and after[:1] in {"：", ":"}
    if _after_greeting(text, start):
        return after[:1] in {"！", "!", "。", ""}
    if not _opens(text, start):
        return False
    if start == 0 or text[start - 1] == "\n":
        return after[:1] in {"，", ",", "：", ":", "！"} and "你" in text[end : end + 40]
    return (
        after[:1] in {"：", ":"}
        or after[:2] in {"啊，", "呀，"}
        or (after[:1] in {"，", ","} and _spoken_to(text, form, end))
    )


def _spoken_to(text: str, form: str, end: int) -> bool:
    return form[0] == form[-1] or "你" in text[end : end + 30] or text.startswith(_WISHES, end + 1)


def _addressed_loosely(text: str, start: int, end: int) -> bool:
    """Whether a form that is no word is spoken to: at the start of a sentence, or alone after a greeting."""
    if _after_greeting(text, start) or text.endswith("亲爱的", 0, start):
        return True
    if not _opens(text, start):
        return False
    return text[end : end + 1] in _CLOSES or text.startswith(_PERSON_AFTER, end)


def _follows_person(text: str, start: int) -> bool:
    return text[start - 1 : start] in _LAST_BEFORE and text.endswith(_PERSON_BEFORE, 0, start)


def _mentioned(text: str, start: int, end: int) -> bool:
    """Whether a person is spoken of: after 和 or 借给, and before nothing that would make a longer word of it."""
    if not _follows_person(text, start):
        return False
    following = text[end : end + 1]
    return not _is_han(following) or following in _AFTER or text[end : end + 2] in _AFTER_PAIRS
