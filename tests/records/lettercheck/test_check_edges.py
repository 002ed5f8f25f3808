"""The edges of the checks: what planted errors changed and no test noticed. Marks are compared whole, never counted."""

import dataclasses

import pytest

from records.letters.checks import Check, CheckContext, Finding, LetterText, check_letter
from records.letters.checks.check import ruled
from records.letters.checks.reading import Group, look_for
from tests.records.lettercheck.cases import OTHERS, PUPIL

GIRL = CheckContext(pupil_name=PUPIL, gender="female", others=OTHERS, teachers=("林小满",))
BOY = dataclasses.replace(GIRL, gender="male")
FORMS = (Check.OTHER_NAME, Check.PRONOUN, Check.PLACEHOLDER)


def marked(text: str, code: Check, context: CheckContext = GIRL, *, advice: bool = False) -> list[str]:
    """What one check marks in a body, or in advice below a harmless one."""
    letter = LetterText("你很好。", text) if advice else LetterText(text)
    return [text[f.start : f.end] for f in check_letter(letter, context=context) if f.code == code]


@pytest.mark.parametrize(
    "text,names",
    [
        ("大家都喊“阿强”，你没有跟着喊。", ["阿强"]),
        ("大家都喊「阿远」，你没有跟着喊。", ["阿远"]),
        ("把卡片送给亲爱的慕晴当礼物，你的心意她懂。", ["慕晴"]),
        # Each once, and the ones after it too.
        ("思远，你好。思远，谢谢你和雨桐。", ["思远", "雨桐"]),
    ],
)
def test_another_name_is_marked_where_it_stands(text: str, names: list[str]) -> None:
    assert marked(text, Check.OTHER_NAME) == names


@pytest.mark.parametrize(
    "text,names",
    [
        ("雨彤，你这学期很用心。", ["雨彤"]),
        ("晨希，你的画我还留着。", ["晨希"]),
        ("你和若西一起办了黑板报。", ["若西"]),
        ("你和王梓涵一起写字。", ["王梓涵"]),
        ("你把书借给了黄义诺。", ["黄义诺"]),
        # No place where a person is meant; the child's own name, however it is typed.
        ("你夸雨同真好。", []),
        ("子含，你这学期很用心。", []),
    ],
)
def test_a_name_typed_with_a_character_of_the_same_sound_is_marked(text: str, names: list[str]) -> None:
    """Planted: names were not looked for by their sound at all, and no test failed."""
    assert marked(text, Check.OTHER_NAME) == names


@pytest.mark.parametrize(
    "context,text,words",
    [
        (BOY, "你真是个小姑娘。", ["你真是个小姑娘"]),
        (BOY, "你真是个公主。", ["你真是个公主"]),
        (BOY, "你像个新娘。", ["你像个新娘"]),
        (GIRL, "你真是个硬汉。", ["你真是个硬汉"]),
        (GIRL, "你像个男儿一样有力。", ["你像个男儿"]),
        (GIRL, "你真是个老爷们。", ["你真是个老爷们"]),
        (GIRL, "你真是个帅小伙。", ["帅小伙"]),
        # Said of others, or a part played; in another clause that is no excuse.
        (BOY, "你是班里写的小姑娘。", []),
        (BOY, "你像个小姑娘一样捏泥人。", []),
        (BOY, "你是全校的小姑娘。", []),
        (BOY, "你是小姑娘，写的是楷书。", ["你是小姑娘"]),
        (GIRL, "你像个男儿写的字一样有力。", []),
        (GIRL, "你当上了帅小伙的角色。", []),
        # As the roster says.
        (GIRL, "你真是个小姑娘。", []),
        (BOY, "你真是个帅小伙。", []),
    ],
)
def test_words_of_the_other_sex_are_marked(context: CheckContext, text: str, words: list[str]) -> None:
    assert [marked(text, Check.PRONOUN, context, advice=advice) for advice in (False, True)] == [words, words]


@pytest.mark.parametrize(
    "text,in_body,in_advice",
    [
        ("请家长多陪孩子读书。你要加油。", ["请家长多"], []),
        ("该生很好。你要加油。", ["该生"], ["该生"]),
        ("孩子很懂事，孩子爱劳动。你要加油。", ["孩子"], []),
        ("这学期过得真快。孩子很懂事，孩子爱劳动。你要加油。", ["孩子"], []),
        ("孩子很懂事。你要加油，孩子爱劳动。", [], []),
        ("您真棒。", ["您"], ["您"]),
    ],
)
def test_words_to_the_parents_are_marked_in_the_body(text: str, in_body: list[str], in_advice: list[str]) -> None:
    assert [marked(text, Check.PRONOUN, advice=advice) for advice in (False, True)] == [in_body, in_advice]


@pytest.mark.parametrize("text,place", [("孩子很懂事，孩子爱劳动。", 0), ("真快。孩子很懂事，孩子爱劳动。", 3)])
def test_the_mark_at_a_child_spoken_of_lies_on_the_word(text: str, place: int) -> None:
    """Planted: it began one character before or after."""
    found = [f for f in check_letter(LetterText(text), context=GIRL) if f.code == Check.PRONOUN]
    assert [(f.start, f.end) for f in found] == [(place, place + 2)]


@pytest.mark.parametrize(
    "text,starts",
    [
        ("李子涵，他真棒。她很努力。", [4, 8]),
        ("李子涵：\n他真棒，她很努力。", [5, 9]),
        ("你好。\n他真棒。", [4]),
        ("你的同桌真好。\n他真棒。", []),
        ("你的同桌真好。\n还有。\n他真棒。", [12]),
    ],
)
def test_every_pronoun_that_means_the_child_is_marked_where_it_stands(text: str, starts: list[int]) -> None:
    """Planted: after the first one none was looked for, or the mark lay before the text."""
    found = [f for f in check_letter(LetterText(text), context=GIRL) if f.code == Check.PRONOUN]
    assert [(f.start, f.end) for f in found] == [(start, start + 1) for start in starts]


@pytest.mark.parametrize("text,count", [("李子涵，画得真好。", 0), ("王子涵，画得真好。", 1), ("画得真好，子涵！", 0)])
def test_a_letter_that_calls_the_child_by_name_speaks_to_it(text: str, count: int) -> None:
    found = check_letter(LetterText(text), context=GIRL)
    assert [f.code for f in found].count(Check.NO_OPENING) == count


@pytest.mark.parametrize(
    "text,words",
    [
        ("你的数学不及格，你每天练字。", ["不及格"]),
        ("你的语文是双百。", ["双百"]),
        ("你被评定为A等。", ["评定为A等"]),
        ("你的语文得了甲等。", ["甲等"]),
        ("你的英语是全优。", ["全优"]),
        ("你的数学不再不及格。", []),
        ("你的月考爬到了前排。", ["月考爬到了前排"]),
        ("你的成绩往上爬了三个台阶。", ["成绩往上爬了三个台阶"]),
        ("你每天写日记，月考爬了三个台阶。", []),
        ("你画了一幅画，说自己摸到了良好的线。", []),
        ("你的数学挂了A。", ["数学挂了A"]),
        ("你的数学不是挂了A。", []),
        ("你甩掉了吊车尾。", ["甩掉了吊车尾"]),
        ("你从未甩掉吊车尾。", []),
        ("别够着良好的门槛。", []),
    ],
)
def test_marks_and_places_are_marked_unless_they_are_denied_or_told_of(text: str, words: list[str]) -> None:
    assert marked(text, Check.RANKING) == words


#: A group that looks for one word, for what `look_for` does by itself.
NUMBER = Group(Check.RANKING, r"第\s*\d", "“{}”是名次。")


def places(group: Group, text: str) -> list[tuple[int | None, int | None]]:
    return [(found.start, found.end) for found in look_for((group,), text, "body")]


def test_a_finding_says_the_words_found_with_single_blanks() -> None:
    """Planted: the message named None."""
    assert look_for((NUMBER,), "得了第 \n 3。", "advice") == [
        Finding(Check.RANKING, "“第 3”是名次。", 2, 7, "advice", "notice")
    ]


def test_what_is_taken_already_hides_nothing_behind_it() -> None:
    first, both = dataclasses.replace(NUMBER, words="第1"), NUMBER
    text = "第1和第2"
    assert [(f.start, f.end) for f in look_for((first, both), text, "body")] == [(0, 2), (3, 5)]


@pytest.mark.parametrize(
    "changed,text,starts",
    [
        ({}, "《第1》第2，“第3”第4", [4, 11]),
        ({"even_quoted": True}, "《第1》第2，“第3”第4", [4, 8, 11]),
        ({}, "别说第1，第2", [2, 5]),
        ({"deniable": True}, "别说第1，第2", [5]),
        ({"unless": "球"}, "打球第1，第2", [5]),
        ({"told": True}, "你演小鸟，第1，第2", [8]),
        ({"weak": True}, "你种豆苗第1。第2。", [7]),
        ({"cue": "考"}, "第1。第2考。第3。第4。", [3, 7]),
    ],
)
def test_what_makes_words_harmless_does_so_there_and_not_beyond(
    changed: dict[str, object], text: str, starts: list[int]
) -> None:
    group = dataclasses.replace(NUMBER, **changed)  # type: ignore[arg-type]  # fields of a group
    assert [start for start, _end in places(group, text)] == starts


@pytest.mark.parametrize(
    "body, found",
    [
        ("小满，你画得真好。期待下学期，亲爱的思远更自信。", [(Check.OTHER_NAME, "思远")]),
        ("小满，你画得真好。愿我们亲爱的一诺，天天开心。", [(Check.OTHER_NAME, "一诺")]),
        ("小满，你画得真好。老师想说，我们的心怡是最懂事的孩子。", [(Check.OTHER_NAME, "心怡")]),
        ("小满，你写得真好。王子涵，老师为你高兴。", [(Check.OTHER_NAME, "王子涵")]),
        ("小满，王子涵说你是大侦探，老师也这样想。", []),
        ("小满，你和王子涵、全心怡合画的大树还贴在墙上。", []),
        ("小满，你出的填空题“春天在____里”贴了一面墙。", []),
        ("小满，你编的三个字让老师笑了好久。他、她、它，你现在一个都不会用错。", []),
        ("小满，这学期你参加了 、 和 ，每一次都尽力。", [(Check.PLACEHOLDER, "了 、")]),
        ("小满，看着这个小伙子一天天长高，真好。你要多吃饭。", [(Check.PRONOUN, "看着这个小伙子")]),
    ],
)
def test_a_form_is_told_where_it_stands_for_somebody_or_something_else(
    body: str, found: list[tuple[Check, str]]
) -> None:
    """Seen: 王子 of another child's name was the wrong sex for a girl; a name in mid-sentence was not found."""
    context = CheckContext(
        pupil_name="何小满", gender="female", others=("王子涵", "全心怡", "周思远", "杨一诺"), teachers=("林老师",)
    )
    told = ruled(LetterText(body), context)
    assert [(each.code, body[each.start : each.end]) for each in told if each.code in FORMS] == found
