"""Whether a pupil of a roster is there: 学籍状态 and the like, a remark such as 已转出, 王一(休学)."""

import re

from core.text import clean_key

# 就读方式 (走读, 住宿) is no status. What the national system knows (学籍异动), and how schools write it.
_ABSENT = re.compile(
    r"转出|转学|转走|转校|休学|退学|离校|离开|毕业|结业|肄业|死亡|去世|亡故|病故|出国|出境|移民|借出|外借|空挂|挂学籍|开除|除名"
    r"|辍学|失学|流失|停学|注销|失踪|失联|未报到|未报名|未到校|不在校|不在籍|不在读|不就读|无学籍|弃学"
)
_PRESENT = re.compile(
    r"(?:正常)?(?:在读|在校|在籍|就读|在册|学籍|注册|入学|读书)*(?:状态)?(?:正常|生)?|在籍在校|在校在籍|有学籍|正常.*|新生|借读|插班|随班就读"
)
_CAME_BACK = re.compile(r"复学|转入|返校|插班|已回")
_NO = ("否", "不是", "非", "n", "no", "false", "×", "x")
_YES = ("是", "y", "yes", "true", "√", "✓", "1", "有")
_REMARK = re.compile(rf"(?:已|已经|现已|申请|办理)?(?:{_ABSENT.pattern})(?:了|中|手续)?")


def status_of(text: str, heading: str) -> tuple[str, bool]:
    """The word for not being there that a cell under `heading` says, empty if none; and whether it was understood."""
    key = clean_key(text).lower().replace(" ", "")
    if not key:
        return "", True
    if key in _NO:
        return ("不在校", True) if heading.startswith("是否") else ("", False)
    if _CAME_BACK.search(key) and "转出" not in key:
        return "", True
    if _ABSENT.search(key):
        return clean_key(text), True
    return "", key in _YES or _PRESENT.fullmatch(key) is not None


def status_in_remark(text: str) -> str:
    """The word for not being there, if a remark says nothing else: `已转出`."""
    return text if 1 < len(text) <= 12 and _REMARK.fullmatch(clean_key(text).replace(" ", "")) else ""
