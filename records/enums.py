"""The fixed words of visits, talks, letters and ticks."""

from django.db import models


class VisitForm(models.TextChoices):
    """How a home visit 家访 took place."""

    HOME = "home", "上门"
    SCHOOL = "school", "到校"
    PLACE = "place", "约定地点"
    PHONE = "phone", "电话"
    VIDEO = "video", "视频"


class TalkForm(models.TextChoices):
    """Form of contact of a talk: 减少“键对键”，增加“面对面” (Wuhu plan 五(三))."""

    FACE = "face", "面对面"
    PHONE = "phone", "电话"
    ONLINE = "online", "网络"


class Occasion(models.TextChoices):
    """Why a talk took place at that time (Guyi plan 四(三)1, Wuhu plan 五(三))."""

    TERM_START = "term_start", "开学前后"
    BEFORE_EXAM = "before_exam", "考试前"
    AFTER_EXAM = "after_exam", "考试后"
    UPHEAVAL = "upheaval", "重大变故"
    EVERYDAY = "everyday", "日常"
    CARD = "card", "树洞卡"


class Strategy(models.TextChoices):
    """The five strategies 五项策略 (Wuhu plan 五(三))."""

    THOUGHT = "thought", "思想引导"
    STUDY = "study", "学业辅导"
    MIND = "mind", "心理疏导"
    LIFE = "life", "生活指导"
    CAREER = "career", "生涯向导"


class LetterState(models.TextChoices):
    """The way of a letter from the desk to the family."""

    DRAFT = "draft", "草稿"
    HANDED_IN = "handed_in", "已交"
    RETURNED = "returned", "退回修改"
    RELEASED = "released", "已发布"


class TickState(models.TextChoices):
    """What a tick shows; a missing row is an open tick."""

    OPEN = "open", "未完成"
    PLANNED = "planned", "进行中"
    DONE = "done", "已完成"
