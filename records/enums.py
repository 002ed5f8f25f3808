"""The fixed words of visits, talks, letters, cards and ticks."""

from typing import Final

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


#: States in which a letter is printed for the school.
PRINTED_LETTERS: Final = (LetterState.HANDED_IN, LetterState.RELEASED)


class TickState(models.TextChoices):
    """What a tick shows; a missing row is an open tick."""

    OPEN = "open", "未完成"
    PLANNED = "planned", "进行中"
    DONE = "done", "已完成"


class RecordKind(models.TextChoices):
    """What a draft, a version, a reading or an attachment belongs to."""

    VISIT = "visit", "家访"
    TALK = "talk", "谈心"
    LETTER = "letter", "成长寄语"
    CARD = "card", "心灵树洞卡"
    REFERRAL = "referral", "转介"


class VersionAct(models.TextChoices):
    """What made a new version of a record."""

    CREATED = "created", "登记"
    UPDATED = "updated", "修改"
    DELETED = "deleted", "删除"
    RESTORED = "restored", "恢复"
    PROOFED = "proofed", "德育室修改"
    BROUGHT_IN = "paper", "纸质补录"


class VisitPlanState(models.TextChoices):
    """What became of a planned visit."""

    PLANNED = "planned", "已约定"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


class BookStep(models.TextChoices):
    """What 德育室 does with a record book in a term, in this order (Guyi plan 四(四)2)."""

    ISSUED = "issued", "发下"
    COLLECTED = "collected", "收回"
    CHECKED = "checked", "检查"

    @property
    def field(self) -> str:
        """The date of `BookHandling` that the step sets."""
        return f"{self.value}_on"

    @property
    def before(self) -> "BookStep | None":
        """The step that must have been done; None for the first."""
        steps = list(BookStep)
        at = steps.index(self)
        return steps[at - 1] if at else None

    @property
    def after(self) -> "BookStep | None":
        """The step that comes next; None for the last."""
        steps = list(BookStep)
        at = steps.index(self)
        return steps[at + 1] if at + 1 < len(steps) else None


class ReferralState(models.TextChoices):
    """The way of a referral 转介 to the counsellor."""

    OPEN = "open", "等待接收"
    ACKNOWLEDGED = "acknowledged", "已接收"
    CLOSED = "closed", "已结束"


class TreeHoleSubject(models.TextChoices):
    """The five subjects of 心灵树洞卡 (Guyi plan 四(三)2)."""

    THOUGHT = "thought", "思想"
    STUDY = "study", "学习"
    MIND = "mind", "心理"
    LIFE = "life", "生活"
    MOOD = "mood", "情绪"


class TreeHoleWish(models.TextChoices):
    """How the pupil would like to be answered."""

    TALK = "talk", "想和老师当面聊聊"
    WRITE = "write", "想收到老师的回信"
    LISTEN = "listen", "只想说一说"


class HomeContact(models.TextChoices):
    """Whether home was told of a card: the pupil's wish is respected unless safety says otherwise."""

    OPEN = "open", "还没决定"
    CONTACTED = "contacted", "已与家长沟通"
    NOT_CONTACTED = "none", "没有联系家长"


class Bundle(models.TextChoices):
    """How the papers of a job come out."""

    MERGED = "merged", "一个 PDF（按发放顺序，直接打印）"
    ZIP = "zip", "压缩包（每份一个文件）"


class LetterPaper(models.TextChoices):
    """What a letter is printed as."""

    LETTER = "letter", "寄语"
    CARD = "card", "激励卡"
