"""Papers with invented content, set by the papers' own functions: what the settings page shows while one types.

A new paper needs one entry in `SAMPLES`, in the order of the page's tabs; for mentors see `mentors.staff.samples`. A
wing above adds its own (`add_sample`).
"""

import datetime
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.cutting import PER_SHEET
from core.raster import page_png
from mentors.staff.samples import APPOINTMENT, BADGES
from records.contexts import Column, Letter, PaperPeriod, RecordBook, Slip
from records.papers.documents.growth_card import render_growth_cards
from records.papers.documents.growth_letter import render_letters
from records.papers.documents.record_book import render_record_book
from records.papers.documents.slips import render_slips
from records.papers.documents.tree_hole import TreeHoleCards, render_tree_hole_cards
from schools.contexts import PaperSample, SampleLook, filled
from schools.enums import ActionKind, Design

#: A class of the age that a design is drawn for.
CLASSES: Final = {Design.LOWER: "一（2）班", Design.UPPER: "五（2）班", Design.SENIOR: "高一（2）班"}
PUPILS: Final = ("安晴", "白舟", "常乐", "丁夏", "方圆", "古月", "何苗", "江帆", "柯南星", "蓝天")
MENTOR: Final = "陆青禾"
#: An address that leads nowhere: who scans a sample finds nobody's page.
ADDRESS: Final = "https://school.example/f/7k2m9qxw"
BODIES: Final = {
    Design.LOWER: "开学那天，你把自己的彩笔借给了新同桌。老师看见了，心里暖暖的。\n"
    "这学期你学会了先听别人说完，再举手。每一次进步，老师都为你高兴。",
    Design.UPPER: "还记得十月那场接力赛吗？你跑最后一棒，鞋带松了也没有停下。\n"
    "这学期，你常常最后一个离开图书角，把书一本本放回原来的地方。你的认真和细心，大家都看在眼里。\n"
    "愿你一直这样，安安静静努力，大大方方快乐。",
    Design.SENIOR: "这一学期，你在实验课上一次次重做那个没有成功的步骤，直到看清问题出在哪里。"
    "这种不急于要答案的耐心，比答案更可贵。\n"
    "你也开始在讨论课上先开口，把不成熟的想法说出来，和同学一起把它变成熟。\n"
    "往后的路会更陡一些，愿你带着这份耐心和坦率走下去。老师一直在你身后。",
}


def _letter(look: SampleLook) -> bytes:
    return render_letters([_letter_of(look)])


def _growth_card(look: SampleLook) -> bytes:
    return render_growth_cards([replace(_letter_of(look), title=look.style.words.card_title)])


def _tree_hole(look: SampleLook) -> bytes:
    words = look.style.words
    cards = TreeHoleCards(
        school=look.style.head, title=words.tree_hole_title, intro=words.tree_hole_intro, design=look.design
    )
    return render_tree_hole_cards(cards)


def _letter_of(look: SampleLook) -> Letter:
    words = look.style.words
    pupil = PUPILS[0]
    return Letter(
        school=look.style.head,
        pupil_name=pupil,
        class_label=CLASSES[look.design],
        body=BODIES[look.design],
        mentors=(MENTOR,),
        on=datetime.date(2027, 1, 18),
        title=look.letter_label,
        term="2026学年第一学期",
        salutation=filled(words.salutation, {"姓名": pupil}),
        closing=words.closing,
        design=look.design,
        signed_by_hand=words.signed_by_hand,
        family_url=ADDRESS if words.family_code else "",
        motto=words.card_motto,
    )


def _book(look: SampleLook) -> bytes:
    label = CLASSES[look.design]
    terms = (PaperPeriod(label="第一学期", short="上"), PaperPeriod(label="第二学期", short="下"))
    book = RecordBook(
        school=look.style.head,
        mentors=(MENTOR,),
        class_labels=(label,),
        period="2026年9月-2027年6月",
        columns=(
            Column(action=ActionKind.VISIT, title="家访", periods=terms),
            Column(action=ActionKind.TALK, title="谈心谈话", periods=terms),
            Column(action=ActionKind.LETTER, title="书面反馈", periods=terms),
        ),
        title=look.style.words.book_title,
        subtitle=look.style.words.book_subtitle,
        pupil_count=len(PUPILS),
        design=look.design,
    )
    return render_record_book(book)


def _slips(look: SampleLook) -> bytes:
    label = CLASSES[look.design]
    slips = [
        Slip(
            school=look.style.head,
            pupil_name=name,
            class_label=label,
            url=ADDRESS,
            short_url=ADDRESS,
            code="7K2M-9QXW",
            note=look.style.words.slip_note,
        )
        for name in PUPILS[:PER_SHEET]
    ]
    return render_slips(slips)


SAMPLES: Final[dict[str, PaperSample]] = {
    sample.key: sample
    for sample in (
        PaperSample(key="letter", label="寄语", make=_letter, has_designs=True, dots_per_inch=130),
        PaperSample(key="card", label="激励卡", make=_growth_card, has_designs=True, dots_per_inch=110),
        PaperSample(key="book", label="记录本封面", make=_book, has_designs=True),
        PaperSample(key="tree_hole", label="树洞卡", make=_tree_hole, has_designs=True),
        BADGES,
        PaperSample(key="slips", label="凭条", make=_slips),
        APPOINTMENT,
    )
}
FIRST: Final = "letter"


def add_sample(sample: PaperSample) -> None:
    """Show the paper of a wing above among the samples, as the last; called in `RecordsConfig.ready`."""
    SAMPLES[sample.key] = sample


@lru_cache(maxsize=32)
def sample_picture(key: str, look: SampleLook) -> bytes:
    """The first page of a sample as PNG; the same input is not set again. Raises KeyError for an unknown `key`."""
    sample = SAMPLES[key]
    return page_png(sample.make(look), dots_per_inch=sample.dots_per_inch)
