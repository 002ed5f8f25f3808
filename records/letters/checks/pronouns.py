"""Is the child spoken to as 你? One that says 他, 她 or 您 was mostly copied."""

import re
from collections.abc import Iterator

from records.letters.checks.findings import CheckContext, Finding, LetterText
from records.letters.checks.naming import forms_of, given_of
from records.letters.checks.reading import Span, quotes, sentence_around, sentences, titles
from schools.enums import Check

#: 他 and 她 for one person: not 他们, 其他, 吉他, 他人, 维他命.
_THIRD = re.compile(r"(?<![其吉维排利自])[他她](?![们人乡日年方处国山命律])")
#: A letter that speaks to somebody, though it never says 你: 我们一起去; 小雨, …; 记得早点睡; 愿…
_SPEAKS = re.compile(
    r"[你妳您咱]|我们|(?:^|[。！？!?\n])\W{0,2}(?:亲爱的|嗨|嘿|嘻|哈喽|喂|小\w{1,3}[，,：:！]|(?:孩子|宝贝|同学|小朋友)[，,：:！]|\w{1,4}(?:同学|小朋友|宝贝)[，,：:！])"
    r"|(?:^|[，。！？!?\n])(?:早点|早些|多|少|别|不要|好好|记得|别忘|别怕|别急|加油|愿|祝|祝愿|希望|期待|盼|等着|来|请|下次|如果|要是|慢慢来|放假了|谢谢|恭喜)|(?:吧|哦|呀|啦|喽|见)[。！!]"
)
#: Said about the child, to others.
_ABOUT = re.compile(r"该[生同]|这(?:个|位)(?:孩子|同学|学生)|孩子(?:在|很|是|能|的)|家长|[他她](?!们)|\bta\b|此生")
#: Somebody else who may be meant. With one of these before it, in this paragraph or the last, nothing is said.
_SOMEBODY = re.compile(
    "小姑娘|小男|小女|娃|家伙|阿婆|婆婆|大爷|大叔|大妈|大伯|摊主|老板|店主|师|员|工人|低年级|年级的|新生|主人|画里|王|"
    "同学|[同前后邻]桌|室友|搭档|朋友|伙伴|老师|导师|教练|师傅|校长|保安|妈|爸|爷|奶|外公|外婆|姥|家长|父|母|弟|妹|哥|姐|叔|阿姨|舅舅|姑姑|姑妈|伯伯|婶婶|"
    "男孩|女孩|男生|女生|孩子|学长|队友|学生|新来的|邻居|别人|有人|谁|一个人|一位|那位|这位|那个人|大人|老人|客人|观众|对方|对手|裁判|婴儿|宝宝|"
    "人物|主人公|主角|角色|作者|作家|诗人|词人|画家|音乐家|科学家|歌手|球员|运动员|选手|偶像|明星|英雄|将军|皇帝|总理|主席|"
    "先生|女士|司机|医生|护士|军人|战士|解放军|警察|组长|班长|队长|课代表|猫|狗"
)
#: Books, films and persons of history: 你迷上了苏轼，他…
_TOLD = re.compile(
    "迷上|喜欢上|崇拜|敬佩|故事|历史|课文|书里|书中|电影|传记|介绍|扮演|画了|画的|写了|写的是|"
    "苏轼|李白|杜甫|孔子|鲁迅|岳飞"
)
_POLITE = re.compile("您")
#: Said to grown-ups: a greeting to the parents, or what the child says to a teacher.
_GROWN_UP = re.compile("家长|爸|妈|父|母|爷|奶|外公|外婆|姥|监护|老师|校长|阿姨|叔叔|师傅|先生|女士")


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """您, 他 and 她 where the child seems to be meant."""
    findings = []
    for field, text in letter.fields():
        for at in _polite(text):
            message = "这里用了“您”。寄语是写给孩子的，建议用“你”，读起来更亲近。"
            findings.append(Finding(Check.PRONOUN, message, at, at + 1, field))
        for at in _third(text, given_of(context.pupil_name), context):
            message = _explained(text[at], context)
            findings.append(Finding(Check.PRONOUN, message, at, at + 1, field))
    return findings


def check_opening(letter: LetterText, context: CheckContext) -> list[Finding]:
    """A body that speaks to nobody: it never says 你 or 我们, calls no child, wishes and asks for nothing."""
    body = letter.body
    if not body.strip() or re.search("[你妳]", body) or _calls(body, context.pupil_name):
        return []
    if _SPEAKS.search(body) and not _ABOUT.search(body):
        return []
    message = "正文里没有出现“你”。寄语是直接对孩子说的话，请用“你”来写，例如“还记得那天你……”。"
    return [Finding(Check.NO_OPENING, message)]


def _calls(body: str, name: str) -> bool:
    """Whether the child is named at the beginning of a line or sentence, or anywhere before a comma."""
    names = "|".join(re.escape(form) for form, _kind in forms_of(name))
    if not names:
        return False
    before = r"(?:^|[，。！？!?：:\n“])\W{0,3}(?:[^，。！？：\n]{1,8}、)?"
    called = rf"{before}(?:{names})(?:同学|小朋友|宝贝)?(?:$|[，,：:！!。啊呀])"
    return re.search(called, body.strip()) is not None


def _explained(pronoun: str, context: CheckContext) -> str:
    wrong = {"male": "她", "female": "他"}.get(context.gender)
    if pronoun == wrong:
        sex = "男生" if context.gender == "male" else "女生"
        return (
            f"这里的“{pronoun}”如果是说{context.pupil_name}，性别不对：名册上是{sex}。"
            "寄语是对孩子说的话，建议直接用“你”。"
        )
    return f"这里的“{pronoun}”如果是说{context.pupil_name}，建议改成“你”：寄语是直接对孩子说的话。"


def _polite(text: str) -> Iterator[int]:
    quoted = quotes(text)
    for found in _POLITE.finditer(text):
        at = found.start()
        if any(span.holds(at) for span in quoted):
            continue
        sentence = sentence_around(text, at)
        # Where nobody is called 你, a grown-up named only later is not the one spoken to: 您爱画画，老师很高兴.
        before, _you, after = sentence.partition("您")
        if not _GROWN_UP.search(sentence if "你" in text else before + re.split("[，,]", after)[0]):
            yield at


def _third(text: str, given: str, context: CheckContext) -> Iterator[int]:
    skipped, name = quotes(text) + titles(text), context.pupil_name
    former = ""
    for start, paragraph in _paragraphs(text):
        spans = sentences(paragraph)
        for found in _THIRD.finditer(paragraph):
            at = found.start()
            if any(span.holds(start + at) for span in skipped):
                continue
            before = paragraph[:at]
            around = f"{former}\n{before}"
            # The clause after it may still name the person: 他是你的同桌.
            clause = re.split("[，。！？；,.!?;]", paragraph[at:], maxsplit=1)[0]
            if re.fullmatch(
                rf"\W*(?:{re.escape(name)}|{re.escape(given)})(?:同学|小朋友)?[，,：:]\s*", f"{former}{before}"
            ):
                yield start + at  # Nobody but the child has been named.
                continue
            if _SOMEBODY.search(around) or _SOMEBODY.search(clause) or _TOLD.search(around) or "《" in around:
                continue
            if any(other in before for other in context.others if other != name):
                continue  # A classmate is meant: 你和路佳宁一起画，他画船，你画海.
            opens = any(span.start == at for span in spans)
            if opens or "你" not in before or _named_near(spans, paragraph, at, given, name):
                yield start + at
        former = paragraph or former


def _named_near(spans: list[Span], paragraph: str, at: int, given: str, name: str) -> bool:
    """Whether the child's own name stands in the same sentence before `at`, not as an address, or in the one before."""
    number = next((i for i, span in enumerate(spans) if span.holds(at)), 0)
    near = paragraph[spans[max(0, number - 1)].start if spans else 0 : at]
    return any(
        re.search(f"{re.escape(form)}(?![，,：:！!、])", near) is not None for form in {given, name} if len(form) > 1
    )


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
