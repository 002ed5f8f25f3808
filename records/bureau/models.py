"""What the bureau reads: figures of its schools, kept so that a city's page adds nothing up."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from records.bureau.enums import Measure, Shown, TakenPart
from records.bureau.querysets import (
    CityCountQuerySet,
    CityPlanQuerySet,
    CommendationQuerySet,
    CountedTermQuerySet,
    KeptCountQuerySet,
    VisitDayQuerySet,
)
from records.enums import VisitForm
from schools.models import Bureau, Grade, Period, Term
from schools.owned import SchoolOwned


class CountedTerm(SchoolOwned):
    """That a term of a school was counted, when, and what of it is no part of a whole.

    Written only by `records.bureau.services.counting`, as are all figures here.
    """

    term = models.OneToOneField(Term, models.CASCADE, related_name="counted")
    counted_at = models.DateTimeField()
    # The version of the plan that holds, and of its document; 0 for none.
    plan_version = models.PositiveSmallIntegerField(default=0)
    document_version = models.PositiveIntegerField(default=0)
    mentors = models.PositiveIntegerField(default=0)
    trainings = models.PositiveIntegerField(default=0)

    objects = CountedTermQuerySet.as_manager()

    def __str__(self) -> str:
        return f"figures of term {self.term_id}"


class KeptCount(SchoolOwned):
    """A part of a whole in one term, of a grade or, without one, of the school: of `whole` pupils owed, `part` done.

    `period` is what the figure belongs to: of what is owed once a year it is the year, and both terms have the same.
    """

    term = models.ForeignKey(Term, models.CASCADE, related_name="counts")
    period = models.ForeignKey(Period, models.CASCADE, related_name="+")
    grade = models.ForeignKey(Grade, models.CASCADE, null=True, related_name="+")
    measure = models.CharField(max_length=8, choices=Measure)
    part = models.PositiveIntegerField()
    whole = models.PositiveIntegerField()
    shown = models.CharField(max_length=8, choices=Shown, default=Shown.NOTHING, blank=True)

    objects = KeptCountQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["term", "grade", "measure"], condition=~Q(grade=None), name="count_of_grade_once"
            ),
            models.UniqueConstraint(fields=["term", "measure"], condition=Q(grade=None), name="count_of_school_once"),
            models.CheckConstraint(condition=Q(part__lte=F("whole")), name="count_part_within_whole"),
            one_of("measure", Measure, name="count_measure_known"),
            one_of("shown", Shown, name="count_shown_known"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of term {self.term_id}: {self.part} of {self.whole}"


class CityCount(models.Model):
    """The same of all schools of a bureau together."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="+")
    start_year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=8, choices=Measure)
    part = models.PositiveIntegerField()
    whole = models.PositiveIntegerField()
    shown = models.CharField(max_length=8, choices=Shown, default=Shown.NOTHING, blank=True)

    objects = CityCountQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bureau", "start_year", "number", "measure"], name="citycount_once"),
            models.CheckConstraint(condition=Q(part__lte=F("whole")), name="citycount_part_within_whole"),
            one_of("measure", Measure, name="citycount_measure_known"),
            one_of("shown", Shown, name="citycount_shown_known"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of bureau {self.bureau_id}: {self.part} of {self.whole}"


class VisitDay(SchoolOwned):
    """How many visits of one form took place in a school on one day, for the statistics of 家访月."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="+")
    date = models.DateField()
    form = models.CharField(max_length=10, choices=VisitForm)
    visits = models.PositiveIntegerField()

    objects = VisitDayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "date", "form"], name="visitday_once"),
            one_of("form", VisitForm, name="visitday_form_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["date"], name="visitday_date")]

    def __str__(self) -> str:
        return f"{self.visits} visits on {self.date}"


class CityPlan(models.Model):
    """One version of the plan that a bureau publishes for its schools to copy and adapt (W26, W30). Never changed.

    `rules` are those of a plan, by the numbers of grades: each school takes what its own grades are asked.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField("版本")
    title = models.CharField("方案名称", max_length=80)
    intro = models.TextField("给学校的说明", max_length=2000, blank=True)
    rules = models.JSONField(default=dict)
    # `DocumentPart` → text.
    parts = models.JSONField(default=dict)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField("发布时间")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CityPlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bureau", "version"], name="cityplan_version_once"),
            models.CheckConstraint(condition=~Q(title=""), name="cityplan_title_given"),
        ]

    def __str__(self) -> str:
        return f"plan of bureau {self.bureau_id}, version {self.version}"


class CityPlanTaken(SchoolOwned):
    """That a school has taken over the rules or the texts of a city's plan, the last time."""

    city_plan = models.ForeignKey(CityPlan, models.CASCADE, related_name="taken")
    what = models.CharField(max_length=5, choices=TakenPart)
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["city_plan", "school", "what"], name="cityplan_taken_once"),
            one_of("what", TakenPart, name="cityplan_taken_known"),
        ]

    def __str__(self) -> str:
        return f"{self.what} of plan {self.city_plan_id} in school {self.school_id}"


class Commendation(SchoolOwned):
    """A commendation 表彰 by the bureau, of a school or one of its teachers: facts and the reason, no score (W31)."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    # Empty: the school itself.
    teacher_name = models.CharField("教师姓名", max_length=60, blank=True)
    title = models.CharField("名称", max_length=40)
    facts = models.CharField("事迹", max_length=400)
    given_on = models.DateField("日期")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CommendationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-given_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(facts=""), name="commendation_says_what_for"),
        ]

    def __str__(self) -> str:
        return f"commendation {self.pk}"
