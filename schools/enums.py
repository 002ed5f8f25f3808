"""The fixed words of a school and its plan (一校一策)."""

from collections.abc import Iterable

from django.db import models


class Stage(models.TextChoices):
    """School stage 学段; which grades it has depends on the system (`schools.grades`). No school stores it."""

    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"


class SchoolSystem(models.TextChoices):
    """How the nine compulsory years are divided 学制."""

    SIX_THREE = "63", "六三学制"
    FIVE_FOUR = "54", "五四学制"


class GradeNaming(models.TextChoices):
    """How a school calls its grades above primary school; `VOCATIONAL` also says what kind of school it is."""

    USUAL = "usual", "初一、初二、初三，高一"
    NUMBERED = "numbered", "七年级、八年级、九年级，高一"
    FULL = "full", "初中一年级，高中一年级"
    FOUR_JUNIOR = "four_junior", "初一至初四（五四学制）"
    VOCATIONAL = "vocational", "职一、职二、职三（中职）"


class SchoolKind(models.TextChoices):
    """What a school is by its grades, for lists; derived by `schools.grades.kind_of`, never stored."""

    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    NINE_YEAR = "nine_year", "九年一贯"
    COMPLETE = "complete", "完全中学"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中职"
    TWELVE_YEAR = "twelve_year", "十二年一贯"
    OTHER = "other", "学校"


class Design(models.TextChoices):
    """How letters, cards and the like are drawn for an age; also which type size they begin with."""

    LOWER = "lower", "小学低年级（大字）"
    UPPER = "upper", "小学高年级"
    SENIOR = "senior", "中学"

    @classmethod
    def for_grade(cls, number: int) -> "Design":
        """The design for a grade counted from primary one: 1 to 3 lower, 4 to 6 upper, 7 and above senior.

        By the children's age, so alike in both systems.
        """
        return cls.LOWER if number <= 3 else cls.UPPER if number <= 6 else cls.SENIOR


class ActionKind(models.TextChoices):
    """Actions a plan can ask for: the three required 规定动作 and the optional card 自选动作."""

    VISIT = "visit", "家访"
    TALK = "talk", "谈心"
    LETTER = "letter", "书面反馈"
    CARD = "card", "心灵树洞卡"


class PeriodKind(models.TextChoices):
    """How often an action is owed."""

    TERM = "term", "每学期"
    YEAR = "year", "每学年"


class Anchor(models.TextChoices):
    """What the window of an action is reckoned from."""

    TERM_START = "term_start", "开学"
    EXAMS = "exams", "重要考试"
    TERM_END = "term_end", "期末"
    YEAR = "year", "全学年"


class VisitOutcome(models.TextChoices):
    """How a home visit ended; the plan says which outcomes fulfil it."""

    COMPLETED = "completed", "已完成"
    DECLINED = "declined", "家长婉拒"
    POSTPONED = "postponed", "改约"


class MatchingMode(models.TextChoices):
    """How mentors and pupils of a grade find each other."""

    HOMEROOM = "homeroom", "班主任与学生协商"
    CHOICE = "choice", "学生自主选择（意向征询）"
    TWO_SIDED = "two_sided", "双向选择"
    CLUB = "club", "依托社团"
    CARRY_ON = "carry_on", "沿用上一学年的导师"


class LetterTone(models.TextChoices):
    """Whether a letter is positive only (Guyi 四(三)1) or also gives advice 成长建议 (Wuhu 五(三))."""

    POSITIVE = "positive", "积极肯定"
    WITH_ADVICE = "with_advice", "积极肯定并提供成长建议"


class Check(models.TextChoices):
    """What is looked for in a letter, in the order in which findings are listed; a plan names what blocks one."""

    OTHER_NAME = "other_name", "写到了其他学生的名字"
    PRONOUN = "pronoun", "称呼不像是写给这位学生的"
    LIKENESS = "likeness", "和另一封寄语几乎相同"
    HURTFUL = "hurtful", "可能伤到孩子的话"
    THREAT = "threat", "吓人或让孩子羞愧的话"
    RANKING = "ranking", "分数、等级或名次"
    COMPARISON = "comparison", "与别人比较"
    FAMILY = "family", "家庭情况"
    DIAGNOSIS = "diagnosis", "疾病与诊断"
    ORIGIN = "origin", "出身、地域、民族、信仰"
    PLACEHOLDER = "placeholder", "没有填完的空位"
    NO_OPENING = "no_opening", "没有称呼“你”"
    ADVICE_MISSING = "advice_missing", "没有写成长建议"
    ADVICE_NOT_WANTED = "advice_not_wanted", "多写了成长建议"
    GLYPH = "glyph", "印不出来的字"
    TOO_LONG = "too_long", "一页纸写不下"


class NoteVisibility(models.TextChoices):
    """Who can read the text of a note. Everything but TEAM is restricted: it never prints and never reaches a list."""

    TEAM = "team", "导师团"
    OFFICE = "office", "德育室"
    COUNSELLOR = "counsellor", "心理老师"
    AUTHOR = "author", "仅本人"


class KeyDateKind(models.TextChoices):
    """Named days of a school's calendar: windows are reckoned from exams, the others say when there is school."""

    EXAM = "exam", "重要考试"
    HOLIDAY = "holiday", "放假"
    WORKDAY = "workday", "调休上课"


class Preset(models.TextChoices):
    """The plans that ship; a school edits its copy."""

    PRIMARY_TERMLY = "primary_termly", "小学版（按学期，一、五年级试点）"
    JUNIOR_TERMLY = "junior_termly", "初中版（按学期，全体年级，学生选导师）"
    NINE_YEAR_TERMLY = "nine_year_termly", "九年一贯版（按学期，小学一、五年级试点，初中全体年级）"
    COMPLETE = "complete", "完全中学版（初中按学期，高中按学年，全体年级）"
    TWELVE_YEAR = "twelve_year", "十二年一贯版（小学、初中按学期，高中按学年，小学一、五年级试点）"
    SENIOR_YEARLY = "senior_yearly", "普通高中版（按学年，全体年级）"
    VOCATIONAL_YEARLY = "vocational_yearly", "中职版（按学年，全体年级）"
    BLANK = "blank", "空白方案（年级和动作由学校自己填）"


class FirstWeeks(models.TextChoices):
    """How a school stands to its page 第一周: shown, put away by hand, or gone since all its steps were done."""

    OPEN = "open", "显示"
    AWAY = "away", "收起"
    DONE = "done", "做完"


class Module(models.TextChoices):
    """What a school may leave unused: then no entry, page or printed line speaks of it, and nothing is lost."""

    ROUNDS = "rounds", "征询匹配（学生选导师）"
    TWO_SIDED = "two_sided", "双向选择（导师也选学生）"
    CLUBS = "clubs", "依托社团匹配"
    WISHES = "wishes", "想换导师的心愿"
    READINESS = "readiness", "先参加培训（暂不适合）"
    MEETINGS = "meetings", "小教研"
    TREE_HOLE = "tree_hole", "心灵树洞"
    BOOK_HANDLING = "book_handling", "记录本收发登记"

    @property
    def whole(self) -> "Module | None":
        """The module without which this one is not there."""
        return Module.ROUNDS if self in (Module.TWO_SIDED, Module.CLUBS) else None


def all_modules() -> list[str]:
    """What a school uses that has not said otherwise."""
    return list(Module.values)


def modules_seen(chosen: Iterable[str]) -> frozenset[str]:
    """Those of the `chosen` modules that are to be seen: a part is not there without its whole."""
    known = frozenset(chosen)
    return frozenset(one.value for one in Module if known.issuperset({one.value, (one.whole or one).value}))
