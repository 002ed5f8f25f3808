"""告家长书 with invented content, for the page of the papers' settings."""

from typing import Final

from core.pdf import set_pdf
from records.guides.contexts import ActionWords, Facts, PlanWords, PupilNamed
from records.guides.documents.papers import LETTER, letter_manuscript
from records.papers.samples import ADDRESS, CLASSES, MENTOR, PUPILS
from schools.contexts import PaperSample, SampleLook
from schools.enums import ActionKind

_EMERGENCY: Final = "本系统不是危机干预系统。情况紧急时请立即联系心理老师和德育室，必要时拨打 110、120。"


def _letter(look: SampleLook) -> bytes:
    asked = (
        (ActionKind.VISIT, "家访", "开学前 3 周到开学后 2 周"),
        (ActionKind.TALK, "谈心", "重要考试前 2 周到重要考试后 2 周"),
        (ActionKind.LETTER, look.letter_label, "期末前 3 周到期末"),
    )
    plan = PlanWords(
        year="2026学年",
        term="2026学年第一学期",
        cap=15,
        covered=(),
        actions=tuple(
            ActionWords(
                action=kind, label=label, often="每学期 1 次", when=when, dates="", grades=(), grade_ids=frozenset()
            )
            for kind, label, when in asked
        ),
        with_advice=False,
        visibility="导师团",
    )
    facts = Facts(head=look.style.head, plan=plan, letter=look.letter_label, emergency=(_EMERGENCY,), address=ADDRESS)
    pupil = PupilNamed(name=PUPILS[0], class_label=CLASSES[look.design], mentors=MENTOR)
    return set_pdf(letter_manuscript(facts, (pupil,)))


SAMPLE: Final = PaperSample(key="to_parents", label=LETTER.title, make=_letter)
