"""Words of danger: found by patterns of two slots, excused by kinds of topic in their clause."""

import json
import re
import time
from pathlib import Path

import pytest

from records.danger import Level, look

CORPUS = Path(__file__).parent / "corpus"


def cases(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


def share(rows: list[dict[str, str]], level: Level) -> float:
    return sum(look(row["text"]).level is level for row in rows) / len(rows)


@pytest.mark.parametrize(
    "name, found, calm",
    [
        ("open.jsonl", 0.95, 0.95),
        ("second.jsonl", 0.95, 0.93),
        ("third.jsonl", 0.93, 0.9),
        ("fourth.jsonl", 0.95, 0.92),
        ("fifth.jsonl", 0.95, 0.95),
        ("seventh.jsonl", 0.95, 0.95),
    ],
)
def test_the_corpus_holds_its_floor(name: str, found: float, calm: float) -> None:
    """Seen: no look at all; a list of words found 7 of 61 and flagged 15 of 40 harmless ones."""
    rows = cases(name)
    today, harmless = ([row for row in rows if row["level"] == level] for level in ("today", "none"))
    assert share(today, Level.TODAY) >= found
    assert share(harmless, Level.NONE) >= calm


@pytest.mark.parametrize("name, asked, sooner", [("open.jsonl", 0.9, 0.35), ("fourth.jsonl", 0.85, 0.1)])
def test_most_texts_to_watch_are_asked_about_and_few_of_them_today(name: str, asked: float, sooner: float) -> None:
    """Seen: of fresh texts to watch 14 of 45 were asked about, of the first ones 9 of 23 as if for today."""
    rows = [row for row in cases(name) if row["level"] == "watch"]
    assert 1 - share(rows, Level.NONE) >= asked
    assert share(rows, Level.TODAY) <= sooner


@pytest.mark.parametrize(
    "text, level",
    [
        # The same words, meant and not meant.
        ("我不想活了", Level.TODAY),
        ("我不想活动，只想躺着看书", Level.NONE),
        ("我好想死", Level.TODAY),
        ("我想死你了，外婆", Level.NONE),
        ("作业多得想死，哈哈", Level.NONE),
        ("这个号练废了，想重开。不是游戏，是我。", Level.TODAY),
        ("这个号练废了，想重开一局游戏", Level.NONE),
        ("站在天台上往下跳就好了", Level.TODAY),
        ("今天坐了跳楼机，从六十米往下跳，好爽", Level.NONE),
        ("爸爸用皮带抽我", Level.TODAY),
        ("爸爸教我打羽毛球，打得我满头大汗", Level.NONE),
        ("叔叔摸我下面，说是秘密", Level.TODAY),
        ("医生阿姨摸了摸我的肚子", Level.NONE),
        ("我用美工刀划手臂", Level.TODAY),
        ("手工课我用美工刀划破了手指", Level.NONE),
        # Spaced out, in other letters, as a picture.
        ("我 想 死", Level.TODAY),
        ("想ＺＳ", Level.TODAY),
        ("💊💊💊够了", Level.TODAY),
        # Denied.
        ("该生否认有轻生的想法", Level.NONE),
        ("没有人知道我不想活了", Level.TODAY),
        # A title is nobody's wish.
        ("正在读《自杀俱乐部》", Level.NONE),
        # A game in one sentence does not excuse the next.
        ("昨天打游戏赢了三局。爸爸喝了酒又用皮带抽我。", Level.TODAY),
        ("与其谈话，没有不想活的念头", Level.NONE),
        # An image that no pattern knows: its words are of that kind, and nothing everyday stands beside them.
        ("我想一直往水深的地方走，直到谁也看不见我。", Level.TODAY),
        ("墙上的钟停了，我也该停了。", Level.TODAY),
        ("我们班的窗户朝南，冬天的太阳晒得人想睡觉，很舒服。", Level.NONE),
        # Everyday words around it take nothing from a plain one.
        ("今天语文课上大家都笑了，可是我不想活了", Level.TODAY),
        # To watch.
        ("最近三个星期都高兴不起来", Level.WATCH),
        ("", Level.NONE),
    ],
)
def test_a_wording_is_read_by_what_stands_around_it(text: str, level: Level) -> None:
    assert look(text).level is level


@pytest.mark.parametrize("text", ["老师：我不想活了。", "我 想 死，真的", "😀我不想活了😀", "ＡＢ我不想活了"])
def test_the_marked_phrase_is_of_the_text_itself(text: str) -> None:
    marks = look(text).marks
    phrases = [re.sub(r"\s", "", text[mark.start : mark.end]) for mark in marks]
    assert all(phrase in {"不想活了", "我想死", "想死"} for phrase in phrases)
    assert len(phrases) == 1


def test_marks_stand_in_order_and_apart() -> None:
    for row in cases("open.jsonl"):
        places = [place for mark in look(row["text"]).marks for place in (mark.start, mark.end)]
        assert places == sorted(places)


def test_a_look_takes_less_than_ten_milliseconds_a_text() -> None:
    texts = [row["text"] for row in cases("open.jsonl")]
    start = time.process_time()
    for text in texts:
        look(text)
    assert (time.process_time() - start) / len(texts) < 0.01


@pytest.mark.parametrize("text", ["我" * 6000, "爸爸" * 3000, "不" * 6000, "他们打" * 2000, "，" * 6000])
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    look(text)
    assert time.process_time() - start < 1
