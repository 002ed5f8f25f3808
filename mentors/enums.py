"""The fixed words of mentors, assignments and matching rounds."""

from django.db import models


class AssignmentKind(models.TextChoices):
    """Main mentor, or a supporting one for a pupil with special needs 多对一 (Wuhu plan 五(二))."""

    MAIN = "main", "导师"
    SUPPORTING = "supporting", "辅助导师"


class AssignmentOrigin(models.TextChoices):
    """How an assignment came about."""

    HOMEROOM = "homeroom", "班主任协商"
    CHOICE = "choice", "学生选择"
    TWO_SIDED = "two_sided", "双向选择"
    CLUB = "club", "依托社团"
    CARRY_ON = "carry_on", "沿用上一学年"
    IMPORT = "import", "名册导入"
    OFFICE = "office", "德育室安排"


class RoundState(models.TextChoices):
    """A matching round from its setting-up to its publication; whether choosing is open follows from its dates."""

    SETUP = "setup", "准备中"
    OPEN = "open", "征询中"
    PUBLISHED = "published", "已公布"
    CANCELLED = "cancelled", "已取消"


class MatchRule(models.TextChoices):
    """By which rule a round is matched (values as in `mentors.matching.Rule`)."""

    SATISFACTION = "satisfaction", "总体满意度最高"
    LOTTERY = "lottery", "抽签顺序依次选"
    STABLE = "stable", "双向稳定匹配"
    GIVEN = "given", "按名单"


class MatchTieBreak(models.TextChoices):
    """What decides between pupils who are otherwise equal (values as in `mentors.matching.TieBreak`)."""

    LOTTERY = "lottery", "抽签"
    ROSTER = "roster", "按班级和座号"


class SheetSource(models.TextChoices):
    """Who handed a pupil's choices in."""

    SLIP = "slip", "凭条填写"
    PAPER = "paper", "纸质录入"


class MentorMarkKind(models.TextChoices):
    """What a mentor says of a pupil in a two-sided round (values as in `mentors.matching.Mark`)."""

    PREFERRED = "preferred", "优先"
    ACCEPTABLE = "acceptable", "均可"
    UNSUITABLE = "unsuitable", "不合适"


class PlacementHow(models.TextChoices):
    """How a pupil of a draft came to the mentor (values as in `mentors.matching.How`)."""

    CHOICE = "choice", "按意向"
    KEPT = "kept", "沿用原导师"
    PINNED = "pinned", "手动安排"
    FILL = "fill", "均匀安排"
    NONE = "none", "还没有导师"


class PlacementReason(models.TextChoices):
    """Why a pupil got none of their choices, or no mentor (values as in `mentors.matching.Reason`)."""

    CHOICES_FULL = "choices_full", "所选导师都已满额"
    NO_CHOICE = "no_choice", "没有提交意向"
    NOT_ACCEPTED = "not_accepted", "所选导师都标了不合适"
    NOT_OPEN = "not_open", "所选导师不面向本班"
    NO_PLACE = "no_place", "可选的导师都没有名额了"


class ReadinessState(models.TextChoices):
    """The way of a teacher who is not yet fit to mentor 暂不适合 (Wuhu plan 五(二)); 德育室 alone knows."""

    PAUSED = "paused", "暂不适合"
    TRAINING = "training", "培训中"
    READY = "ready", "可以担任"


class WishState(models.TextChoices):
    """What became of a pupil's quiet wish for another mentor."""

    OPEN = "open", "待处理"
    HANDLED = "handled", "已处理"
