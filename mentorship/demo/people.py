"""Invented names, deterministic from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SURNAMES = (
    "林周郑吴何高梁宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦方白邹孟熊秦江阎薛侯雷"
    "龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
DOUBLE_SURNAMES = ("欧阳", "司徒", "上官", "诸葛", "尉迟")
GIVEN = (
    "子涵宇轩思远可馨一诺若溪承安星河沐辰雨桐知夏景行清扬明哲书瑶乐言嘉禾语彤浩然芷若锦程亦凡梓萱俊熙云舒佳宁晨曦文博静姝"
    "天佑慕青望舒念安初晴予墨南风怀瑾竹君听澜"
)
# Names that plain fonts and old encodings lose; a real roster has some of them.
RARE = ("𬱖", "䶮", "㛃", "𫖯", "垚", "燚", "𬍛", "翀")
RELATIONS = ("母亲", "父亲", "母亲", "父亲", "祖母", "外祖父")
REMARKS = (
    "",
    "",
    "",
    "",
    "性格内向，慢热",
    "喜欢画画",
    "校篮球队队员",
    "由外婆照看",
    "数学兴趣浓",
    "刚从外地转来",
    "爱看科普书",
    "哮喘，体育课留意",
)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person with a family name, so that a guardian can share it."""

    surname: str
    given: str

    @property
    def name(self) -> str:
        """Family name and given name."""
        return self.surname + self.given


def people(rng: random.Random) -> Iterator[Person]:
    """An endless row of people; names may repeat, as they do in schools."""
    while True:
        surname = rng.choice(DOUBLE_SURNAMES) if rng.random() < 0.012 else rng.choice(SURNAMES)
        if rng.random() < 0.013:
            given = rng.choice(RARE)
        elif rng.random() < 0.14:
            given = rng.choice(GIVEN)
        else:
            start = rng.randrange(0, len(GIVEN) - 1)
            given = GIVEN[start : start + 2] if rng.random() < 0.5 else rng.choice(GIVEN) + rng.choice(GIVEN)
        yield Person(surname, given)
