"""Invented contexts for the paper tests."""

import dataclasses
from datetime import date
from io import BytesIO

from PIL import Image

from mentors.staff.documents.account_slip import AccountPaper
from records.contexts import (
    BookPupil,
    BookVersion,
    Column,
    Entry,
    Letter,
    PaperPeriod,
    PaperTick,
    RecordBook,
    Slip,
)
from schools.contexts import Letterhead
from schools.enums import ActionKind, Design

SCHOOL = Letterhead(name="江城市青竹小学")
TERMS = (PaperPeriod(label="第一学期", short="上"), PaperPeriod(label="第二学期", short="下"))
YEAR = (PaperPeriod(label="本学年", short="年"),)
TERMLY = (
    Column(action=ActionKind.VISIT, title="一次家访", periods=TERMS),
    Column(action=ActionKind.TALK, title="一次谈心", periods=TERMS),
    Column(action=ActionKind.LETTER, title="一次反馈", periods=TERMS),
)
YEARLY = (
    Column(action=ActionKind.VISIT, title="一次家访", periods=YEAR),
    Column(action=ActionKind.TALK, title="一次谈心", periods=YEAR),
    Column(action=ActionKind.LETTER, title="一次反馈", periods=TERMS),
)
ANNEX = tuple(Column(action=column.action, title=column.title, periods=YEAR) for column in TERMLY)
NAMES = (
    "沈䶮", "柳㛃", "顾𬱖", "程𫖯", "欧阳若溪", "丁小满", "阿依古丽·买买提明江", "方一诺", "孟子涵", "许 言",
    "唐晚晴", "宋知夏", "陆星野", "林沐阳", "周景行", "郑安然", "冯予安",
)  # fmt: skip
BODY = (
    "这个学期，老师记得最清楚的是十月的那次大扫除：别的同学都去玩了，你一个人把教室后面的书一本一"
    "本地摆整齐，还把破了角的《小王子》悄悄用胶带粘好。你说，“书也会疼的”。那一刻，老师觉得，你"
    "的心里住着一个很温柔的人。\n"
    "你还记得吗？学期开始的时候，你说自己不敢在大家面前讲话。可是元旦联欢会上，你站到了台上，声音"
    "有一点发抖，却把那首诗完完整整地背了下来。台下的掌声，是送给你一次又一次练习的。\n"
    "新的学期，愿你继续这样认真地对待每一件小事，也愿你多和伙伴们分享你的想法。你的“好朋友”老师"
    "，会一直在你身边。"
)
ADVICE = "假期里，可以每天和爸爸妈妈说一件今天最开心的事，再试着请一位同学来家里一起看书。"
#: Three thousand characters in five paragraphs; each sentence has a number, so that none can be lost unseen.
LONG_NOTE = "\n".join(
    "".join(f"第{part * 40 + n:03d}句：孩子说起班里的事，老师听着。" for n in range(40))[:599] + "完"
    for part in range(5)
)
EMOJI_NOTE = "孩子画了一张卡片😀，写着“谢谢老师❤️”，还给全家👨‍👩‍👧画了像👍🏽。"
VISIT_TEXT = (
    "到家时孩子正在给弟弟读绘本。妈妈说他在家话不多，但很愿意帮忙做家务。谈到了作息：晚上九点半前"
    "睡觉，周末和爸爸一起打羽毛球。孩子带老师看了自己的小书架，最喜欢的是讲昆虫的书。"
)
TALK_TEXT = (
    "期中考试前在操场边走边聊。孩子说数学应用题读不懂题意，有些着急。一起约定：先画图，再列式；每"
    "天只做两题，做完讲给同桌听。"
)


def logo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64), (47, 107, 79)).save(out, "PNG")
    return out.getvalue()


def pupil(
    name: str,
    class_label: str,
    *,
    columns: tuple[Column, ...] = TERMLY,
    filled: bool = True,
    note: str = TALK_TEXT,
) -> BookPupil:
    """A pupil whose first period is recorded (or nothing at all)."""
    first = (
        Entry(
            on=date(2026, 8, 25), heading="上门", text=VISIT_TEXT,
            details=(
                ("结果", "已完成"), ("参加", "丁一鼎、郭小红"), ("家长", "母亲"), ("约定", "每天亲子阅读二十分钟"),
                ("回访", "2026年9月25日（周五）"),
            ),
        ),
        Entry(
            on=date(2026, 11, 9), heading="考试前", text=note,
            details=(
                ("形式", "面对面"), ("地点", "操场"), ("策略", "学业辅导、心理疏导"), ("参加", ""),
                ("家校沟通", "已联系家长"), ("再谈", ""),
            ),
        ),
        Entry(on=date(2027, 1, 18), heading="成长寄语", text=BODY, signature="丁一鼎　裴小盼"),
    )  # fmt: skip
    ticks = tuple(
        tuple(
            PaperTick(
                done=filled and place == 0,
                on=entry.on if filled and place == 0 else None,
            )
            for place, _ in enumerate(column.periods)
        )
        for column, entry in zip(columns, first, strict=True)
    )
    entries: tuple[tuple[tuple[Entry, ...], ...], ...] = tuple(
        tuple((entry,) if filled and place == 0 else () for place, _ in enumerate(column.periods))
        for column, entry in zip(columns, first, strict=True)
    )
    return BookPupil(
        name=name,
        class_label=class_label,
        phone="138****0000",
        summary="乐于助人，喜欢画画；数学应用题需要多鼓励",
        ticks=ticks,
        entries=entries,
    )


def book(
    pupils: tuple[BookPupil, ...] = (),
    *,
    columns: tuple[Column, ...] = TERMLY,
    mentors: tuple[str, ...] = ("丁一鼎", "裴小盼"),
    class_labels: tuple[str, ...] = ("五<6>",),
    school: Letterhead = SCHOOL,
    blank_pages: int = 0,
) -> RecordBook:
    return RecordBook(
        school=school,
        mentors=mentors,
        class_labels=class_labels,
        period="2026年9月-2027年6月",
        columns=columns,
        pupils=pupils,
        blank_pages=blank_pages,
    )


def two_classes() -> RecordBook:
    """17 pupils of two classes, a shared slot, rare characters and a name of twelve characters.

    The first has a note of 3,000 characters, the second one with emoji, the fourth one of which only the date is known,
    each third nothing.
    """
    names = [*NAMES[:16], "司马相如诸葛孔明欧阳锋君"]
    notes = {0: LONG_NOTE, 1: EMOJI_NOTE}
    pupils = [
        pupil(name, "五<6>" if index < 13 else "五<5>", filled=index % 3 != 2, note=notes.get(index, TALK_TEXT))
        for index, name in enumerate(names)
    ]
    visits, _talks, letters = pupils[3].entries
    pupils[3] = dataclasses.replace(pupils[3], entries=(visits, ((Entry(on=date(2026, 11, 9)),), ()), letters))
    return book(tuple(pupils), class_labels=("五<6>", "五<5>"))


def handwritten() -> RecordBook:
    """A blank book for handwriting, of which only the mentors and the class are known."""
    return dataclasses.replace(book(), version=BookVersion.BLANK)


def yearly() -> RecordBook:
    """A book of a senior school, whose plan asks for visit and talk once a year."""
    pupils = tuple(pupil(name, "高一（3）班", columns=YEARLY) for name in NAMES[:9])
    school = Letterhead(name="江城市第一高级中学", colour="#1f4e8c", logo=logo())
    made = book(pupils, columns=YEARLY, class_labels=("高一（3）班",), school=school)
    return dataclasses.replace(made, design=Design.SENIOR)


def crowded() -> RecordBook:
    """40 pupils with long situations, of six classes by the cover, under long names and a long title."""
    summary = "乐于助人，喜欢画画；父母在外地工作，与奶奶同住，周末由姑姑接送，近期睡眠不好，请多关心。"
    pupils = tuple(
        dataclasses.replace(pupil(f"学生{number:02d}", "一<2>", filled=number % 2 == 0), summary=summary)
        for number in range(40)
    )
    labels = ("一<2>", "一<3>", "一<4>", "一<5>", "一（16）班", "一（17）班")
    mentors = ("阿依古丽·买买提明江", "司马相如诸葛孔明欧阳锋君")
    school = Letterhead(name=SCHOOL.name, colour="#8c2f39", logo=logo())
    made = book(pupils, mentors=mentors, class_labels=labels, school=school)
    return dataclasses.replace(made, title="人人都有“好朋友”老师，个个都有用武之地", design=Design.LOWER)


FAMILY_URL = "https://qingzhu.example.cn/f/K7M4QWER"


def letter(
    name: str = "沈䶮",
    *,
    body: str = BODY,
    advice: str = "",
    school: Letterhead = SCHOOL,
    design: Design = Design.UPPER,
    closing: str = "",
    signed_by_hand: bool = False,
    family_url: str = "",
    on: date | None = date(2027, 1, 18),
) -> Letter:
    return Letter(
        school=school,
        pupil_name=name,
        class_label="五<6>",
        body=body,
        advice=advice,
        mentors=("丁一鼎", "裴小盼"),
        on=on,
        term="2026学年第一学期",
        design=design,
        closing=closing,
        signed_by_hand=signed_by_hand,
        family_url=family_url,
    )


def lined_letter(name: str = "沈䶮", *, design: Design = Design.UPPER) -> Letter:
    """A letter to be written and signed by hand."""
    return letter(name, body="", design=design, on=None, signed_by_hand=True)


def full_letter(name: str = "沈䶮", *, design: Design = Design.UPPER) -> Letter:
    """A letter with everything that one can have."""
    return letter(
        name,
        advice=ADVICE,
        school=dataclasses.replace(SCHOOL, logo=logo()),
        design=design,
        closing="祝你天天进步！",
        family_url=FAMILY_URL,
    )


def as_growth_card(paper: Letter) -> Letter:
    """The 成长激励卡 of a letter, as `growth_card_contexts` makes it."""
    return dataclasses.replace(paper, title="成长激励卡", motto="每一点进步，老师都看在眼里", advice="")


def account_slip(number: int) -> AccountPaper:
    return AccountPaper(
        school=SCHOOL,
        name=NAMES[number % len(NAMES)],
        number=f"T{number:03}",
        username=f"qingzhu-t{number:03}",
        code=f"k7m4abc{number}",
        url=f"http://192.168.1.20:8000/account/first/HPgpnwUfc0dGvxz5Ljz-K{number}/",
        short_url="http://192.168.1.20:8000/account/first/",
        valid_until=date(2026, 12, 2),
    )


def slip(number: int, class_label: str = "五<6>") -> Slip:
    return Slip(
        school=SCHOOL,
        pupil_name=NAMES[number % len(NAMES)],
        class_label=class_label,
        url=f"http://192.168.1.20:8000/x/K7M4-{number:04d}",
        short_url="http://192.168.1.20:8000/x/",
        code=f"K7M4-{number:04d}",
        valid_until=date(2027, 3, 1),
    )
