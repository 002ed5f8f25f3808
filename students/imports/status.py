"""Whether a pupil of a roster is there: 学籍状态 and the like, a remark such as 已转出, 王一(休学)."""

import re
from functools import lru_cache

from core.text import HAN, clean_key

# 就读方式 (走读, 住宿) is no status. What the national system knows (学籍异动), and how schools write it.
_ABSENT = re.compile(
    r"转出|转学|转走|转校|休学|退学|离校|离开|毕业|结业|肄业|死亡|去世|亡故|病故|出国|出境|移民|借出|外借|空挂|挂学籍|开除|除名"
    r"|辍学|失学|流失|停学|注销|失踪|失联|未报到|未报名|未到校|不在校|不在籍|不在读|不就读|无学籍|弃学"
)
_PRESENT = re.compile(
    r"(?:正常)?(?:在读|在校|在籍|就读|在册|学籍|注册|入学|读书)*(?:状态)?[-/:,]?(?:正常|生|是)?|在籍在校|在校在籍|有学籍|正常.*|新生|借读|插班|随班就读"
)
_CAME_BACK = re.compile(r"复学|转入|返校|插班|已回")
_NO = ("否", "不是", "非", "n", "no", "false", "×", "x")
_YES = ("是", "y", "yes", "true", "√", "✓", "1", "有")
# What a remark says of the child itself, and only with these: 2026年10月转出, 因病休学一年, 已转至实验小学.
_GONE = (
    r"转出|转学(?!来|入|进|生)|转走|转校|(?:已经?|学籍|现)转(?:至|往|到|去)|转(?:至|往|到|去).{1,12}(?:小学|中学|学校|校区?|外地|外省|老家)"
    r"|休学|退学|辍学|失学|流失|离校(?!近|远|较|很|最|不|路|家|接|时|后|前|早|晚|回)|借出|空挂|挂学籍|除名|开除|停学|弃学"
    r"|未报到|未到校|不在校|不在籍|不在读|不就读|不来了|不再就读|出国(?:了|就读|留学)"
)
_WHEN = r"(?:(?:20)?\d{2}[年./-])?(?:\d{1,2}[月./-](?:\d{1,2}[日号]?)?)?|去年|今年|本学期|上学期|暑假|暑期|开学"
_REMARK = re.compile(
    rf"(?:{_WHEN})?(?:已经?|现已?|申请|办理|因[\u4e00-\u9fff]{{1,4}}|于|自|起)*(?:{_ABSENT.pattern}|{_GONE})"
    rf"(?:了|中|手续|办理中|期间?|生|一年|半年|[至到去往回].{{1,12}}|\(?[\d年月日号./~—至起到今-]+\)?)*"
)
_OF_OTHERS = re.compile("父|母|爸|妈|爷|奶|外公|外婆|姥|哥|姐|弟|妹|家长|监护人|家人|勿|不得|曾|原")
_MENTIONED = re.compile(_GONE)
_BEHIND_NAME = re.compile(
    rf"(.*?[{HAN}]{{2,}}?)[\s\-—/,、:;_.]*((?:已|现)?(?:转出|转学|转走|转校|休学|退学|辍学|离校|借出))(?:了|中|生)?"
)


@lru_cache(maxsize=64)
def status_of(text: str, heading: str) -> tuple[str, bool]:
    """The word for not being there that a cell under `heading` says, empty if none; and whether it was understood."""
    key = clean_key(text).lower().replace(" ", "")
    if not key:
        return "", True
    asks_whether_gone = heading.startswith("是否") and _ABSENT.search(heading)
    if asks_whether_gone and key in (*_YES, *_NO):
        return (asks_whether_gone[0] if key in _YES else "", True)
    if key in _NO:
        return ("不在校", True) if heading.startswith(("是否", "在校", "在读", "在籍")) else ("", False)
    if _CAME_BACK.search(key) and "转出" not in key:
        return "", True
    if _ABSENT.search(key):
        return clean_key(text), True
    return "", key in _YES or _PRESENT.fullmatch(key) is not None


def status_in_remark(text: str) -> str:
    """The word for not being there, if a remark says nothing else: `已转出`, `2026年10月转出`, `休学一年`."""
    key = clean_key(text).replace(" ", "")
    if not key or _CAME_BACK.search(key) or _OF_OTHERS.search(key):
        return ""
    return text if _REMARK.fullmatch(key) else ""


def status_mentioned(text: str) -> str:
    """A word for not being there that a remark mentions among others, of which nobody knows whether it still holds."""
    key = clean_key(text).replace(" ", "")
    found = None if _CAME_BACK.search(key) else _MENTIONED.search(key)
    return found[0] if found else ""


def split_status(name: str) -> tuple[str, str]:
    """A name without the word for not being there behind it, and the word: `蒋六 转走`, `杨九-转学`."""
    # Most names are shorter than any name with such a word.
    found = _BEHIND_NAME.fullmatch(name) if len(name) > 3 else None
    return (found[1], found[2]) if found else (name, "")
