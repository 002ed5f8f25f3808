"""A good letter is left in peace: not one finding in sixty of them, nor are two of them alike."""

import itertools

import pytest

from records.letters.checks import CheckContext, Finding, LetterText, check_letter
from records.letters.checks.likeness import ALIKE, ratio
from tests.records.lettercheck.good_letters import GOOD_LETTERS

#: A class with every name that looks like a word.
CLASSMATES = (
    *(
        "高兴",
        "文静",
        "文明",
        "张开",
        "林子",
        "王子涵",
        "李思想",
        "赵晨曦",
        "陈阳光",
        "梁红",
        "周明",
        "吴雨",
        "郑天",
        "白云",
        "马路",
    ),
    *(
        "欧阳一诺",
        "钱星河",
        "孙悟",
        "何安宁",
        "高远",
        "方正",
        "夏天",
        "江河",
        "秋月",
        "石头",
        "金色",
        "黄豆",
        "田野",
        "温暖",
        "安静",
    ),
    *(
        "杨一心",
        "许可",
        "韩小草",
        "冯勇",
        "邓认真",
        "曹春",
        "彭友",
        "曾经",
        "萧声",
        "宋书",
        "唐诗",
        "梁心",
        "罗子",
        "谢谢",
        "向上",
    ),
    *(
        "迪丽热巴·买买提",
        "Anna Lee",
        "陈小",
        "成长",
        "于是",
        "常来",
        "时间",
        "程序",
        "何时",
        "乐于",
        "安心",
        "平时",
        "明白",
        "宁静",
    ),
)
CONTEXT = CheckContext(pupil_name="沈知夏", gender="female", others=CLASSMATES, teachers=("林小满", "成长安"))


def test_there_are_sixty_letters_each_another() -> None:
    assert len(set(GOOD_LETTERS)) == 60


@pytest.mark.parametrize("letter", GOOD_LETTERS, ids=[letter[:8] for letter in GOOD_LETTERS])
def test_a_good_letter_has_no_finding(letter: str) -> None:
    found: list[Finding] = check_letter(LetterText(letter), context=CONTEXT)
    assert found == []


def test_no_two_good_letters_are_nearly_half_as_alike_as_a_copy() -> None:
    assert max(ratio(one, two) for one, two in itertools.combinations(GOOD_LETTERS, 2)) < ALIKE / 1.5
