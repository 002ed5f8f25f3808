"""Bureau, school, calendar, classes and the plan (一校一策). Nothing here points at a user."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.constraints import between, one_of, ordered
from schools.contexts import AUDIT_MONTHS
from schools.enums import (
    ActionKind,
    Anchor,
    FirstWeeks,
    GradeNaming,
    KeyDateKind,
    LetterTone,
    MatchingMode,
    NoteVisibility,
    PeriodKind,
    Preset,
    SchoolSystem,
    all_modules,
    modules_seen,
)
from schools.labels import ClassKey
from schools.owned import SchoolOwned
from schools.paper_settings import PaperSettings  # noqa: F401 - a table of a module of its own, which Django finds here
from schools.querysets import PlanQuerySet, SchoolClassQuerySet, SchoolQuerySet, SchoolYearQuerySet


class Bureau(models.Model):
    """Education bureau 教育局."""

    name = models.CharField("名称", max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """A school; every other table carries its key.

    What kind of school it is follows from its grades (`schools.queries.kinds_of`).
    """

    code = models.SlugField("代码", max_length=30, unique=True)
    name = models.CharField("校名", max_length=60)
    system = models.CharField("学制", max_length=2, choices=SchoolSystem, default=SchoolSystem.SIX_THREE)
    # How grades are called that are added later; the present ones carry their own names.
    naming = models.CharField("年级叫法", max_length=12, choices=GradeNaming, default=GradeNaming.USUAL)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="schools")
    book_title = models.CharField("记录本标题", max_length=40, default="人人都有“好朋友”老师")
    emergency_card = models.TextField(
        "紧急联系卡",
        max_length=500,
        default=(
            "本系统不是危机干预系统。情况紧急时请立即联系心理老师和德育室，必要时拨打 110、120 或心理援助热线 12356。"
        ),
    )
    # What the school uses (`Module`); all others are gone from sight.
    modules = models.JSONField("使用的模块", default=all_modules, blank=True)
    # What was due before this day is not asked for here; empty: the school has always written here.
    began_on = models.DateField("开始使用本系统的日期", null=True, blank=True)
    audit_months = models.PositiveSmallIntegerField("使用记录保留几个月", default=24)
    first_weeks = models.CharField("第一周", max_length=4, choices=FirstWeeks, default=FirstWeeks.OPEN)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("first_weeks", FirstWeeks, name="school_first_weeks_known"),
            between("audit_months", AUDIT_MONTHS, name="school_audit_months_possible"),
            one_of("system", SchoolSystem, name="school_system_known"),
            one_of("naming", GradeNaming, name="school_naming_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_use(self) -> frozenset[str]:
        """The modules that are to be seen: a part is not there without its whole."""
        return modules_seen(self.modules)


class SchoolYear(SchoolOwned):
    """School year 学年: `start_year` 2026 is 2026学年, September 2026 to July 2027."""

    start_year = models.PositiveSmallIntegerField("学年")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    is_current = models.BooleanField("当前学年", default=False)
    official_until = models.DateField("法定放假核对到", null=True, blank=True)  # empty: its 校历 is still a guess

    objects = SchoolYearQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "start_year"], name="schoolyear_once"),
            models.UniqueConstraint(fields=["school"], condition=Q(is_current=True), name="schoolyear_one_current"),
            ordered("starts_on", "ends_on", name="schoolyear_dates_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.start_year}学年"


class Term(SchoolOwned):
    """Term 学期, 1 or 2 of a year."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="terms")
    number = models.PositiveSmallIntegerField("学期")
    starts_on = models.DateField("开学日期")
    ends_on = models.DateField("结束日期")

    class Meta:
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "number"], name="term_once"),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="term_number_known"),
            ordered("starts_on", "ends_on", name="term_dates_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.year}{self.short_name}"

    @property
    def short_name(self) -> str:
        """第一学期 or 第二学期."""
        return "第一学期" if self.number == 1 else "第二学期"

    @property
    def key(self) -> str:
        """The term in an address: `2`, in another year than the present one `2025-2`. Wants the year at hand."""
        return str(self.number) if self.year.is_current else f"{self.year.start_year}-{self.number}"


class Period(SchoolOwned):
    """A period of the plan in which actions are owed: one of the terms, or the whole year (`term` empty)."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="periods")
    term = models.OneToOneField(Term, models.CASCADE, null=True, blank=True, related_name="period")
    kind = models.CharField(max_length=4, choices=PeriodKind)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year"], condition=Q(term=None), name="period_one_per_year"),
            models.CheckConstraint(
                condition=Q(kind=PeriodKind.TERM, term__isnull=False) | Q(kind=PeriodKind.YEAR, term__isnull=True),
                name="period_kind_fits_term",
            ),
        ]

    def __str__(self) -> str:
        return str(self.term) if self.term else str(self.year)

    @property
    def short_name(self) -> str:
        """第一学期, 第二学期 or 全学年."""
        return self.term.short_name if self.term else "全学年"


class KeyDate(SchoolOwned):
    """Named days of a year's calendar 校历, outside of its terms as well: exams, days off, school on a weekend."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="key_dates")
    kind = models.CharField("类别", max_length=10, choices=KeyDateKind)
    name = models.CharField("名称", max_length=30)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")

    class Meta:
        ordering: ClassVar = ["starts_on"]
        constraints: ClassVar = [
            one_of("kind", KeyDateKind, name="keydate_kind_known"),
            ordered("starts_on", "ends_on", name="keydate_dates_ordered"),
        ]

    def __str__(self) -> str:
        return self.name


class Grade(SchoolOwned):
    """Grade 年级 of a school, 1 to 12 counted from primary one."""

    number = models.PositiveSmallIntegerField("年级")
    name = models.CharField("名称", max_length=10)
    short_name = models.CharField("简称", max_length=6)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "number"], name="grade_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=12), name="grade_number_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolClass(SchoolOwned):
    """A class 班级 in one school year; next year's class is a new row."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="classes")
    grade = models.ForeignKey(Grade, models.PROTECT, related_name="classes")
    number = models.PositiveSmallIntegerField("班号")
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="next_classes")

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["grade__number", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "grade", "number"], name="class_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="class_number_positive"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> ClassKey:
        """The class as a roster names it, whatever the year."""
        return ClassKey(self.grade.number, self.number, self.grade.short_name)

    @property
    def label(self) -> str:
        """The class as teachers write it: 一（1）班."""
        return f"{self.grade.short_name}（{self.number}）班"

    @property
    def code(self) -> str:
        """The class without brackets, for file names: 一1班."""
        return f"{self.grade.short_name}{self.number}班"


class Plan(SchoolOwned):
    """One version of a school's plan 一校一策 for a year; it holds from `effective_from` until the next version."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="plans")
    version = models.PositiveSmallIntegerField("版本", default=1)
    effective_from = models.DateField("生效日期")
    # Taken back before it took effect: it stays as history and never holds.
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    title = models.CharField("方案名称", max_length=80)
    preset = models.CharField("来源", max_length=20, choices=Preset)
    cap = models.PositiveSmallIntegerField("每位导师的学生数上限", default=15)
    letter_label = models.CharField("书面反馈的名称", max_length=20, default="成长寄语")
    letter_tone = models.CharField("书面反馈的导向", max_length=12, choices=LetterTone)
    note_visibility = models.CharField(
        "记录默认可见范围", max_length=10, choices=NoteVisibility, default=NoteVisibility.TEAM
    )
    # Codes of `Check` that must be settled before a letter is handed in; by default none.
    letter_blocking = models.JSONField("交稿前必须处理的检查", default=list, blank=True)
    supporting_counts = models.BooleanField("辅助导师计入上限", default=False)
    supporting_owes = models.BooleanField("辅助导师也承担规定动作", default=False)
    # Are two teachers who share a slot reckoned as two people, or as one (Guyi plan, grade 5)?
    shared_counts_once = models.BooleanField("两位教师共用的名额合计按一位计上限", default=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["effective_from", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "version"], name="plan_version_once"),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=60), name="plan_cap_sensible"),
            one_of("letter_tone", LetterTone, name="plan_letter_tone_known"),
            one_of("note_visibility", NoteVisibility, name="plan_visibility_known"),
            one_of("preset", Preset, name="plan_preset_known"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"

    def places(self, people: int) -> int:
        """How many pupils a mentor slot of so many people may have without an exception (原则上不超过 1:15)."""
        return self.cap * (min(people, 1) if self.shared_counts_once else people)


class PlanGrade(SchoolOwned):
    """A grade that the plan covers, and how its mentors and pupils are matched."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="plan_grades")
    grade = models.ForeignKey(Grade, models.PROTECT, related_name="+")
    matching = models.CharField("匹配方式", max_length=10, choices=MatchingMode)

    class Meta:
        ordering: ClassVar = ["grade__number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "grade"], name="plangrade_once"),
            one_of("matching", MatchingMode, name="plangrade_matching_known"),
        ]

    def __str__(self) -> str:
        return f"{self.grade}：{self.get_matching_display()}"


class PlanAction(SchoolOwned):
    """A rule of the plan: what, how often; of one action several, for other grades each (Guyi 四(三), Wuhu 五(三))."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="actions")
    action = models.CharField("动作", max_length=6, choices=ActionKind)
    period = models.CharField("周期", max_length=4, choices=PeriodKind)
    count = models.PositiveSmallIntegerField("次数", default=1)
    required = models.BooleanField("规定动作", default=True)
    accepted_outcomes = models.JSONField("视为完成的家访结果", default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=20), name="planaction_count_sensible"),
            one_of("action", ActionKind, name="planaction_action_known"),
            one_of("period", PeriodKind, name="planaction_period_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.get_period_display()}{self.count}次"


class PlanActionGrade(SchoolOwned):
    """A grade that a rule holds for. Plan and action of the rule stand here once more, so that no grade has two."""

    rule = models.ForeignKey(PlanAction, models.CASCADE, related_name="grade_rows")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    action = models.CharField("动作", max_length=6, choices=ActionKind)
    grade = models.ForeignKey(Grade, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "action", "grade"], name="planaction_once_a_grade"),
            one_of("action", ActionKind, name="planactiongrade_action_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}：{self.grade_id}"


class PlanWindow(SchoolOwned):
    """One window 窗口 of a rule: when it is to be done, in days from an anchor. One talk may have several."""

    rule = models.ForeignKey(PlanAction, models.CASCADE, related_name="windows")
    anchor = models.CharField("时间节点", max_length=10, choices=Anchor)
    # In days from the anchor: visits open 21 days before term starts, so opens_days is -21.
    opens_days = models.SmallIntegerField("提前或推后几天开始", default=0)
    due_days = models.SmallIntegerField("节点后几天截止", default=0)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "anchor", "opens_days", "due_days"], name="planwindow_once"),
            models.CheckConstraint(condition=Q(opens_days__lte=F("due_days")), name="planwindow_ordered"),
            models.CheckConstraint(
                condition=~Q(anchor=Anchor.YEAR) | Q(opens_days=0, due_days=0), name="planwindow_whole_has_no_days"
            ),
            one_of("anchor", Anchor, name="planwindow_anchor_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_anchor_display()} {self.opens_days} {self.due_days}"
