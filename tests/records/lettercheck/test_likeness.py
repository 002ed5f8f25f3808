"""How alike two letters are: names, order and a few words make no other letter of one that was copied."""

import itertools
import random

import numpy as np
import pytest

from mentorship.demo.texts import letter_body
from records.letters.checks.likeness import (
    ALIKE,
    SIZE,
    VERSION,
    nearest,
    ratio,
    shared_sentences,
    signature,
)
from tests.records.lettercheck.good_letters import GOOD_LETTERS

COPIED = (
    "还记得十月那场接力赛吗？你跑最后一棒，鞋带松了也没停下。\n"
    "你做事不慌，遇到难题愿意再想一遍，这份耐心很珍贵。你总能看见别人的需要。\n"
    "子涵，新的一年，愿你继续做那个认真又温暖的自己。"
)
COPIES = {
    "another name": COPIED.replace("子涵", "思远"),
    "some words": COPIED.replace("接力赛", "长跑赛").replace("鞋带", "帽子").replace("珍贵", "难得"),
    "another order": "\n".join(reversed(COPIED.split("\n"))),
    "a sentence more": COPIED + "寒假里好好休息，多看看雪。",
    "a sentence less": COPIED.replace("你总能看见别人的需要。", ""),
    "blanks and marks": COPIED.replace("，", ", ").replace("。", " ！").replace("\n", "\n\n　　"),
    "traditional characters": COPIED.replace("贵", "貴").replace("记", "記").replace("难", "難"),
}


def share(one: bytes, two: bytes) -> float:
    """The share of equal bytes of two signatures."""
    return float(np.mean(np.frombuffer(one, np.uint8)[1:] == np.frombuffer(two, np.uint8)[1:]))


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_found_whatever_was_changed(how: str) -> None:
    copy = COPIES[how]
    others = [signature(letter, "沈知夏") for letter in GOOD_LETTERS]
    place = nearest(signature(copy, "赵思远"), [*others, signature(COPIED, "王子涵")])[0]
    assert (place, ratio(copy, COPIED, names=("赵思远", "王子涵")) >= ALIKE) == (len(others), True)


@pytest.mark.parametrize("letter", GOOD_LETTERS[:20])
def test_another_good_letter_is_no_copy(letter: str) -> None:
    assert ratio(letter, COPIED) < ALIKE / 2


def test_letters_put_together_from_one_bank_of_sentences_are_found_where_most_is_shared() -> None:
    chance = random.Random(5)
    letters = [letter_body(chance, "子涵") for _ in range(60)]
    pairs = [(one, two) for one, two in itertools.combinations(letters, 2) if ratio(one, two) >= ALIKE]
    missed = [pair for pair in pairs if not nearest(signature(pair[0]), [signature(pair[1])])]
    assert (len(pairs) > 20, missed) == (True, [])


def test_a_signature_stays_the_same_from_version_to_version() -> None:
    found = signature(COPIED, "王子涵")
    assert (len(found), found[0], found[:9].hex()) == (SIZE, VERSION, "01e7cf8f3f948a0c25")


def test_a_short_text_has_no_signature() -> None:
    assert (signature("你很棒，继续加油！"), ratio("你很棒", "你很棒")) == (b"", 0.0)


def test_signatures_of_another_kind_are_passed_over() -> None:
    found = signature(COPIED)
    assert nearest(found, [b"", found[:-1], bytes([VERSION + 1]) + found[1:], memoryview(found)]) == [3]


def test_shared_sentences_are_the_letters_own_the_longest_first() -> None:
    other = "别的话说在前面，和谁都不一样。你做事不慌，遇到难题愿意再想一遍，这份耐心很珍贵！你总能看到别人的需要。"
    assert shared_sentences(COPIED, other) == [
        "你做事不慌，遇到难题愿意再想一遍，这份耐心很珍贵",
        "你总能看见别人的需要",
    ]
