"""What the bureau reads of a school, and what of it is shown."""

from typing import Final

from django.db import models

from schools.enums import ActionKind


class Measure(models.TextChoices):
    """A part of a whole, kept by school, period and grade: the actions as the plan asks them, and what else is told."""

    MENTORED = "mentored", "已有导师"
    VISIT = ActionKind.VISIT.value, ActionKind.VISIT.label
    TALK = ActionKind.TALK.value, ActionKind.TALK.label
    LETTER = ActionKind.LETTER.value, ActionKind.LETTER.label
    CARD = ActionKind.CARD.value, ActionKind.CARD.label
    # Of the visits that took place those at the pupil's home; of the talks those face to face.
    AT_HOME = "at_home", "上门家访"
    FACE = "face", "面对面谈心"
    # Of the teachers who are mentors those who came to a training of the term.
    TRAINED = "trained", "参加研训"


#: The wholes of these are pupils of a grade: the same pupils, whatever is counted of them.
OF_PUPILS: Final = frozenset({Measure.MENTORED, Measure.VISIT, Measure.TALK, Measure.LETTER, Measure.CARD})


class Shown(models.TextChoices):
    """What of a figure the bureau reads: groups under `FEWEST` are suppressed, also by subtraction."""

    WHOLLY = "", "全部"
    # Its part is a small group, or what is left of its whole.
    FEW = "few", "不足 5"
    NEARLY = "nearly", "差不足 5"
    # Its part could be reckoned from others, or others from it.
    WHOLE = "whole", "只有总数"
    NOTHING = "nothing", "不显示"


class TakenPart(models.TextChoices):
    """What a school takes over of the city's plan."""

    RULES = "rules", "规则"
    TEXTS = "texts", "正文"


#: A group of fewer is never told.
FEWEST: Final = 5
