"""What the headings of a pupils' roster mean, above all whose name, relation and phone a column holds.

Schools name guardians in hundreds of ways: by order (监护人1, 第二联系人), by kinship (父亲, 奶奶), as members of the
family (成员1, as the national 学籍 export does), with the words in any order, or twice the same. So headings are taken
apart into a person, an ordinal and a part, instead of being listed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from core.text import clean_key
from core.workbooks import by_specs
from students.imports.columns import COLUMNS, GUARDIANS, IN_ONE_CELL

# Each kinship as headings and cells write it → the relation that is stored.
KIN = {
    **dict.fromkeys(("父亲", "爸爸", "爸", "父"), "父亲"),
    **dict.fromkeys(("母亲", "妈妈", "妈", "母"), "母亲"),
    **dict.fromkeys(("爷爷", "祖父"), "爷爷"),
    **dict.fromkeys(("奶奶", "祖母"), "奶奶"),
    **dict.fromkeys(("外公", "姥爷", "外祖父"), "外公"),
    **dict.fromkeys(("外婆", "姥姥", "外祖母"), "外婆"),
}
_FIXED = {"父亲": 1, "母亲": 2}
_GENERAL = (
    "家庭成员或监护人",
    "成员或监护人",
    "家庭主要成员",
    "家庭成员",
    "主要成员",
    "成员",
    "法定监护人",
    "主要监护人",
    "监护人",
    "家长",
    "紧急联系人",
    "紧急",
    "主要联系人",
    "联系人",
    "亲属",
    "亲戚",
)
_ORDINALS = {sign: at for at, signs in enumerate(("1一", "2二", "3三", "4四"), start=1) for sign in signs}
_WHO = "|".join(sorted((*KIN, *_GENERAL), key=len, reverse=True))
_ORDINAL = "[1-4一二三四]"
_PHONE_WORD = r"(?:联系|联络|移动|手机|常用)*(?:电话|手机|号码|方式|手机号|座机|固话)(?:号码|号)?"
_PARTS = {
    "guardian": r"是否(?:为|是)?(?:法定)?监护人",
    "contact": rf"(?:姓名|名字)(?:及其?|和|与|/|、|\+)?{_PHONE_WORD}|信息|联系信息",
    "relation": r"(?:[与和](?:学生|孩子|本人|幼儿|儿童|被监护人)的?|亲属)?(?:关系|称谓|称呼)|身份",
    "phone": _PHONE_WORD,
    "name": r"姓名|名字|名称|名",
}
_PART = "|".join(f"(?:{words})" for words in _PARTS.values())
_PERSON = re.compile(
    rf"(?:第?(?P<o1>{_ORDINAL}))?(?:学生|孩子)?(?P<who>{_WHO})(?P<o2>{_ORDINAL})?的?(?P<part>{_PART})?(?P<o3>{_ORDINAL})?"
)
_TURNED = re.compile(rf"(?P<part>{_PART})(?P<who>{_WHO})(?P<o1>{_ORDINAL})?(?P<o2>)(?P<o3>)")
_BARE = re.compile(rf"(?:家庭|家里)?(?P<part>{_PARTS['relation']}|{_PHONE_WORD})(?P<o1>{_ORDINAL})?")
_BOTH = re.compile(rf"(?:学生)?(?:父母亲?|双亲|爸爸?妈妈?)(?:双方)?的?(?:{_PART})?|家庭联系方式")
_SIGNS = re.compile(r"[\s*★☆※●:\-_/.·、()\[\]【】\"“”=]|必填|选填|可不填")
# What else is asked of a family, and never holds a name or a phone to write to.
_NO_CONTACT = re.compile(
    r"单位|职业|职务|职称|学历|文化|民族|政治|籍贯|户口|住址|地址|证件|身份证|说明|是否|微信|qq|邮箱|年龄|出生|国籍|意见|签|健康|备注"
)
# Other people of a school, whose numbers are not the pupils' families'.
_NO_FAMILY = re.compile(r"学生|本人|班主任|教师|老师|导师|校长|学校|宿舍|宿管")
_FAMILY = re.compile(rf"{_WHO}|父母|家庭|亲|叔|伯|姑|舅|姨|哥|姐")


class Heading(NamedTuple):
    """A heading taken apart: whose (empty: nobody's in particular), which of several (0: not said), and what."""

    who: str
    ordinal: int
    part: str


@dataclass(slots=True)
class _Person:
    who: str
    ordinal: int
    # Part → position of the heading in the row.
    parts: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=2000)
def parse_heading(text: str) -> Heading | None:
    """A heading about a guardian taken apart; None if it is about something else."""
    key = _SIGNS.sub("", clean_key(text)).lower()
    if _BOTH.fullmatch(key):
        return Heading("父母", 0, "contact")
    if found := _PERSON.fullmatch(key) or _TURNED.fullmatch(key):
        ordinal = next((_ORDINALS[sign] for sign in found.group("o1", "o2", "o3") if sign), 0)
        who = "紧急联系人" if found["who"] == "紧急" else found["who"]
        part = _part(found["part"] or "名")
        if part == "contact" and (ordinal or who in KIN):
            part = "name"
        elif found["part"] and found["part"].endswith("方式") and not ordinal and who not in KIN:
            part = "contact"
        return Heading(who, ordinal, part)
    if found := _BARE.fullmatch(key):
        return Heading("", _ORDINALS.get(found["o1"] or "", 0), _part(found["part"]))
    return None


def relation_in(heading: str) -> str:
    """The relation that a heading itself tells: 父亲姓名, 电话（妈妈）."""
    parsed = parse_heading(heading)
    return KIN.get(parsed.who, "") if parsed is not None else ""


def is_about_family(heading: str) -> bool:
    """Whether a heading that nobody knows may hold names or phones of pupils' families."""
    return bool(_FAMILY.search(heading)) and not _NO_CONTACT.search(heading.lower()) and not _NO_FAMILY.search(heading)


def may_be_phone_of_family(heading: str) -> bool:
    """Whether numbers under a heading that nobody knows may be those of pupils' families."""
    return not _NO_FAMILY.search(heading) and not _NO_CONTACT.search(heading.lower())


def meanings(headings: Sequence[str]) -> list[str]:
    """The column key of each heading of a row, empty where nobody knows it.

    A key that several headings get is one that a person has to be asked about.
    """
    found = by_specs(COLUMNS, headings)
    parsed = {
        at: told
        for at, heading in enumerate(headings)
        if (told := parse_heading(heading)) is not None and (told.who or not found[at])
    }
    for at in parsed:
        found[at] = ""
    people = _people(parsed)
    bare = {part: [at for at, told in parsed.items() if told == ("", 0, part)] for part in ("relation", "phone")}
    contacts = [at for at, told in parsed.items() if told.part == "contact"]
    _place_contacts(contacts, people, parsed, found, has_phone=bool(bare["phone"]))
    for part, columns in bare.items():
        _place_bare(part, columns, people)
    taken = {at for person in people for at in person.parts.values()}
    for person, position in _positions(people):
        for part, at in person.parts.items():
            found[at] = f"guardian{position}_{part}"
        for at in _unclear(person, parsed, taken):
            found[at] = f"guardian{position}_{parsed[at].part}"
    return found


def _part(word: str) -> str:
    return next(part for part, words in _PARTS.items() if re.fullmatch(words, word))


def _people(parsed: dict[int, Heading]) -> list[_Person]:
    """The people whom the headings name, in order; the same headings again are another person."""
    people: list[_Person] = []
    for at, told in parsed.items():
        if told.part == "contact" or not (told.who or told.ordinal):
            continue
        same = [p for p in people if (p.who, p.ordinal) == told[:2]]
        if not told.who:
            # 联系电话2 beside 家长2姓名.
            same = [p for p in people if p.ordinal == told.ordinal]
        person = next((p for p in same if told.part not in p.parts), None)
        if person is None:
            if same and (told.part != "name" or told.ordinal or told.who in KIN):
                # Two phones of one person, two names of one father.
                continue
            person = _Person(told.who, told.ordinal)
            people.append(person)
        person.parts[told.part] = at
    return [
        person
        for at, person in enumerate(people)
        # The same person again, with other columns than at first, may be anything.
        if not any((p.who, p.ordinal) == (person.who, person.ordinal) and _differ(p, person) for p in people[:at])
    ]


def _differ(one: _Person, other: _Person) -> bool:
    return one.parts.keys() != other.parts.keys()


def _unclear(person: _Person, parsed: dict[int, Heading], taken: set[int]) -> list[int]:
    """Further headings that say the same as this person's, and that nobody took: which is meant must be asked."""
    words = {parsed[at] for at in person.parts.values()}
    return [at for at, told in parsed.items() if at not in taken and told in words]


def _place_contacts(
    contacts: list[int], people: list[_Person], parsed: dict[int, Heading], found: list[str], *, has_phone: bool
) -> None:
    """家长信息, 父母电话: the phone of the one person beside it, else a cell in which several people may stand."""
    with_phone = has_phone or any("phone" in person.parts for person in people)
    for at in contacts:
        if not people:
            found[at] = IN_ONE_CELL
        elif not with_phone and len(people) == 1:
            people[0].parts["phone"] = at
        elif not with_phone:
            people.append(_Person(parsed[at].who, 0, {"phone": at}))


def _place_bare(part: str, columns: list[int], people: list[_Person]) -> None:
    """Give 关系 and 电话 to the people beside whom they stand; what may be anybody's stays unread or is asked about."""
    lacking = [person for person in people if part not in person.parts]
    if not columns or (people and not lacking):
        return
    if not people:
        people.append(_Person("", 0, {part: columns[0]}))
        return
    before = [_owner(at, people) for at in columns]
    if len(people) == 1:
        people[0].parts[part] = columns[0]
    elif len(columns) == len(lacking) and all(a is b for a, b in zip(before, lacking, strict=True)):
        for at, person in zip(columns, lacking, strict=True):
            person.parts[part] = at
    elif part == "relation" and len(columns) == 1 and before[0] in lacking:
        before[0].parts[part] = columns[0]
    elif part == "phone" and len(lacking) == len(people):
        # One number beside several names: nobody knows whose it is, so it is nobody's in particular.
        people.append(_Person("", 0, {part: columns[0]}))


def _owner(at: int, people: list[_Person]) -> _Person | None:
    """The person whose columns stand last before this one."""
    before = [(max(c for c in p.parts.values() if c < at), p) for p in people if min(p.parts.values()) < at]
    return max(before, key=lambda pair: pair[0])[1] if before else None


def _positions(people: list[_Person]) -> list[tuple[_Person, int]]:
    """Each person with a place among the guardians: by ordinal, 父亲 and 母亲 first and second, others behind."""
    free = list(GUARDIANS)
    placed: dict[int, int] = {}
    real = [person for person in people if person.parts.keys() & {"name", "phone"}]
    for wanted in (lambda p: p.ordinal, lambda p: _FIXED.get(KIN.get(p.who, ""), 0)):
        for person in real:
            position = wanted(person)
            if id(person) not in placed and position in free:
                placed[id(person)] = position
                free.remove(position)
    for person in real:
        if id(person) not in placed and free:
            placed[id(person)] = free.pop(0)
    return [(person, placed[id(person)]) for person in real if id(person) in placed]
