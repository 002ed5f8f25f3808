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
    """By which rule a round is matched: how places are given out.

    学校应充分尊重学生的自主权和选择权，可采用意向征询、双向选择或利用社团等载体进行导师匹配 (Wuhu plan, 五(二));
    五年级由学生自主选择导师 (Guyi plan, 四(二)).

    SATISFACTION and LOTTERY serve 意向征询, STABLE serves 双向选择, GIVEN serves 社团 and carrying on: memberships that
    stand already, so that nothing is weighed. GIVEN takes each pupil in turn as LOTTERY does; a pupil of two clubs
    lists both.
    """

    SATISFACTION = "satisfaction", "总体满意度最高"
    LOTTERY = "lottery", "抽签顺序依次选"
    STABLE = "stable", "双向稳定匹配"
    GIVEN = "given", "按名单"


class MatchTieBreak(models.TextChoices):
    """Who comes first among pupils who are otherwise equal: the seeded lottery, or the roster."""

    LOTTERY = "lottery", "抽签"
    ROSTER = "roster", "按班级和座号"


class SheetSource(models.TextChoices):
    """Who handed a pupil's choices in."""

    SLIP = "slip", "凭条填写"
    PAPER = "paper", "纸质录入"


class MentorMarkKind(models.TextChoices):
    """What a mentor says of a pupil in a two-sided round (双向选择, Wuhu plan, 五(二))."""

    PREFERRED = "preferred", "优先"
    ACCEPTABLE = "acceptable", "均可"
    UNSUITABLE = "unsuitable", "不合适"


class PlacementHow(models.TextChoices):
    """How a pupil of a draft came to the mentor."""

    CHOICE = "choice", "按意向"
    KEPT = "kept", "沿用原导师"
    PINNED = "pinned", "手动安排"
    FILL = "fill", "均匀安排"
    NONE = "none", "还没有导师"


class PlacementReason(models.TextChoices):
    """Why a pupil got none of their choices, or no mentor."""

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


class TrainingKind(models.TextChoices):
    """In which form the mentors were trained."""

    LECTURE = "lecture", "讲座"
    WORKSHOP = "workshop", "工作坊"
    CASES = "cases", "案例研讨"
    OUTING = "outing", "外出学习"
    ONLINE = "online", "线上学习"
    OTHER = "other", "其他"


class MeetingCircle(models.TextChoices):
    """Who meets: the team of a class 小教研, a grade, the school, or the group that leads the system."""

    CLASS = "class", "班级"
    GRADE = "grade", "年级"
    SCHOOL = "school", "全校"
    GROUP = "group", "工作小组"
