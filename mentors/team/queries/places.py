"""Who meets: the team of a class 小教研, a grade, the school, the working group 工作小组 (W22)."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from accounts.actors import Actor
from core.kept import kept
from core.text import small_number
from mentors.enums import MeetingCircle
from mentors.models.slots import TeamMember
from mentors.team.models import CaseMeeting
from schools.models import Grade, SchoolClass, SchoolYear
from schools.queries import grades_of

#: What the meetings are called, and who reads them, as their pages say.
_WORDS = {
    MeetingCircle.CLASS: ("小教研", "本班导师团、班主任、德育室"),
    MeetingCircle.GRADE: ("研讨", "本年级的导师和班主任、德育室、领导小组"),
    MeetingCircle.SCHOOL: ("研讨", "全校老师"),
    MeetingCircle.GROUP: ("会议", "德育室、领导小组"),
}


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Whose meetings, in which school year; `school_class` and `grade` as the circle says."""

    circle: MeetingCircle
    year: SchoolYear
    school_class: SchoolClass | None = None
    grade: Grade | None = None

    @property
    def key(self) -> str:
        """What its address says: `grade-3`, by the grade's number."""
        return f"grade-{self.grade.number}" if self.grade is not None else self.circle.value

    @property
    def label(self) -> str:
        """As people say it: 一（1）班, 三年级, 全校."""
        if self.school_class is not None:
            return self.school_class.label
        return self.grade.name if self.grade is not None else str(self.circle.label)

    @property
    def word(self) -> str:
        """What its meetings are called."""
        return _WORDS[self.circle][0]

    @property
    def title(self) -> str:
        """一（1）班 小教研, 三年级研讨."""
        return f"{self.label} {self.word}" if self.school_class is not None else f"{self.label}{self.word}"

    @property
    def readers(self) -> str:
        """Who reads the meetings."""
        return _WORDS[self.circle][1]

    @property
    def is_about_pupils(self) -> bool:
        """Whether pupils are named: where more than a class's team reads, nobody is."""
        return self.circle == MeetingCircle.CLASS

    def url(self, name: str, meeting: CaseMeeting | None = None) -> str:
        """The address of its page `name`, about one of its meetings or all."""
        own = [] if meeting is None else [meeting.pk]
        if self.school_class is not None:
            return reverse(f"meetings:{name}", args=[self.school_class.pk, *own])
        return reverse(f"circles:{name}", args=[self.key, *own])


def class_place(school_class: SchoolClass) -> MeetingPlace:
    """The meetings of a class's team; its year at hand."""
    return MeetingPlace(MeetingCircle.CLASS, school_class.year, school_class=school_class)


def place_of(meeting: CaseMeeting) -> MeetingPlace:
    """Where a meeting belongs; class, grade and year at hand."""
    if meeting.school_class is not None:
        return class_place(meeting.school_class)
    if meeting.year is None:
        raise ValueError("a meeting without a class is one of a year")
    return MeetingPlace(MeetingCircle(meeting.circle), meeting.year, grade=meeting.grade)


def find_place(actor: Actor, key: str) -> MeetingPlace | None:
    """The place that an address names, in the present year; None for one that there is not. One query for a grade."""
    year = actor.calendar.year
    if year is None:
        return None
    if key in (MeetingCircle.SCHOOL, MeetingCircle.GROUP):
        return MeetingPlace(MeetingCircle(key), year)
    name, _, number = key.partition("-")
    found = small_number(number)
    if name != MeetingCircle.GRADE or found is None:
        return None
    grade = next((grade for grade in grades_of(year.school) if grade.number == found), None)
    return MeetingPlace(MeetingCircle.GRADE, year, grade=grade) if grade is not None else None


def wider_places(actor: Actor) -> list[MeetingPlace]:
    """Grades, school and working group in the present year, whoever may read them. One query."""
    year = actor.calendar.year
    if year is None:
        return []
    grades = [MeetingPlace(MeetingCircle.GRADE, year, grade=grade) for grade in grades_of(year.school)]
    return [MeetingPlace(MeetingCircle.SCHOOL, year), *grades, MeetingPlace(MeetingCircle.GROUP, year)]


def own_grades(actor: Actor, year: SchoolYear) -> set[int]:
    """Keys of the grades in which the actor leads a class or is in the team of one. Two queries."""
    return {*_led_grades(actor, year), *_team_grades(actor, year)}


@kept
def _led_grades(actor: Actor, year: SchoolYear) -> QuerySet[SchoolClass, int]:
    led = SchoolClass.objects.filter(pk__in=actor.homeroom_class_ids, year=year)
    return led.order_by().values_list("grade_id", flat=True)


@kept
def _team_grades(actor: Actor, year: SchoolYear) -> QuerySet[TeamMember, int]:
    team = TeamMember.objects.filter(school_class__year=year, mentor__members__teacher__user_id=actor.user_id or 0)
    return team.order_by().values_list("school_class__grade_id", flat=True)
