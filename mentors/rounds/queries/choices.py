"""What a pupil's pages, the paper grid and the reminders read: who may be chosen by whom, and who has chosen."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from core.kept import kept
from mentors.enums import AssignmentKind, RoundState
from mentors.models.slots import Assignment, MentorMember
from mentors.rounds.models import ChoiceSheet, MatchingRound, RoundMentor
from mentors.rounds.queries.running import Phase, phase, taking_part
from mentors.staff.models import MentorCard
from schools.calendar import YearCalendar
from schools.enums import MatchingMode
from schools.models import SchoolClass
from students.models import Enrolment, Pupil

# How many days before the end of a round its homeroom teachers are reminded.
DAYS_BEFORE_END = 2
ASKING = (MatchingMode.CHOICE, MatchingMode.TWO_SIDED)


@dataclass(frozen=True, slots=True)
class Face:
    """How one teacher shows themselves; `mentor_card` is None until they made one."""

    name: str
    subject: str
    mentor_card: MentorCard | None

    @property
    def initial(self) -> str:
        """What stands in for a photo."""
        return self.name[:1]


def faces_of(members: Sequence[MentorMember]) -> tuple[Face, ...]:
    """The teachers who hold or share a slot, without those who left (teacher and card at hand)."""
    teachers = [member.teacher for member in members if member.teacher.left_on is None]
    return tuple(Face(t.name, t.subject, getattr(t, "mentor_card", None)) for t in teachers)


@dataclass(frozen=True, slots=True)
class OpenMentor:
    """A mentor whom the pupils of a class may choose; nothing about loads or how often others chose them."""

    mentor_id: int
    number: int
    faces: tuple[Face, ...]
    # Every reading of the names' initials between blanks, for the paper grid: " lxm ".
    initials: str

    @property
    def names(self) -> str:
        """甲/乙."""
        return "/".join(face.name for face in self.faces)


def open_mentors(found: MatchingRound, school_class: SchoolClass) -> list[OpenMentor]:
    """The mentors of a round who are open to the pupils of `school_class`, by number. Two queries."""
    shown = []
    candidates = _open_to(found.pk, school_class.pk)
    by_mentor: dict[int, list[MentorMember]] = defaultdict(list)
    for member in _members([candidate.mentor_id for candidate in candidates]):
        by_mentor[member.mentor_id].append(member)
    for candidate in candidates:
        members = by_mentor[candidate.mentor_id]
        faces = faces_of(members)
        # A slot whose holders have all left can be nobody's mentor.
        if faces:
            initials = " ".join(m.teacher.initials.strip() for m in members if m.teacher.left_on is None)
            shown.append(OpenMentor(candidate.mentor_id, candidate.number, faces, f" {initials} "))
    return shown


@kept
def _open_to(round_id: int, class_id: int) -> QuerySet[RoundMentor]:
    rows = RoundMentor.objects.filter(Q(whole_grade=True) | Q(classes=class_id), round_id=round_id)
    return rows.order_by("number").distinct()


@dataclass(frozen=True, slots=True)
class MyMentor:
    """A present mentor of a pupil."""

    assignment: Assignment
    faces: tuple[Face, ...]

    @property
    def is_main(self) -> bool:
        """Whether this is the mentor, not a supporting one."""
        return self.assignment.kind == AssignmentKind.MAIN


@dataclass(frozen=True, slots=True)
class Mentoring:
    """Where one pupil stands: the class, the mentors they have, the round they are asked in and what they chose."""

    enrolment: Enrolment | None
    mentors: tuple[MyMentor, ...]
    round: MatchingRound | None
    phase: Phase | None
    sheet: ChoiceSheet | None

    @property
    def main(self) -> MyMentor | None:
        """The mentor, supporting ones aside."""
        return next((mentor for mentor in self.mentors if mentor.is_main), None)

    @property
    def takes_part(self) -> bool:
        """Whether the round asks this pupil: those who have a mentor only if it matches everybody anew."""
        return self.round is not None and (self.round.rematch or self.main is None)

    @property
    def waits(self) -> bool:
        """Whether there is something to choose, or to wait for, in a round that is not published."""
        return self.takes_part and self.phase in (Phase.WAITING, Phase.CHOOSING, Phase.OVER)

    @property
    def published(self) -> bool:
        """Whether a round has brought the mentors."""
        return self.phase == Phase.PUBLISHED


def mentoring_of(pupil: Pupil) -> Mentoring:
    """Where `pupil` stands today; seven queries at most."""
    enrolment = next(iter(_present_place(pupil.pk)), None)
    if enrolment is None:
        return Mentoring(None, (), None, None, None)
    assignments = _assignments(pupil.pk, enrolment.year_id)
    members = _members([a.mentor_id for a in assignments])
    mentors = tuple(MyMentor(a, faces_of([m for m in members if m.mentor_id == a.mentor_id])) for a in assignments)
    found = next(iter(_round_for(enrolment.year_id, enrolment.school_class.grade_id)), None)
    sheet = sheet_of(found, pupil) if found is not None else None
    return Mentoring(enrolment, mentors, found, phase(found) if found is not None else None, sheet)


@kept
def _present_place(pupil_id: int) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.active().filter(pupil_id=pupil_id, year__is_current=True)
    return rows.select_related("school_class__grade", "year").order_by("pk")[:1]


@kept
def _assignments(pupil_id: int, year_id: int) -> QuerySet[Assignment]:
    rows = Assignment.objects.active().filter(pupil_id=pupil_id, year_id=year_id)
    return rows.select_related("mentor").order_by("kind", "pk")  # "main" comes before "supporting"


@kept
def _members(mentor_ids: list[int]) -> QuerySet[MentorMember]:
    """Teacher and card at hand."""
    rows = MentorMember.objects.filter(mentor_id__in=mentor_ids)
    return rows.select_related("teacher__mentor_card").order_by("mentor_id", "position")


@kept
def _round_for(year_id: int, grade_id: int) -> QuerySet[MatchingRound]:
    states = (RoundState.OPEN, RoundState.PUBLISHED)
    rows = MatchingRound.objects.filter(year_id=year_id, grade_id=grade_id, mode__in=ASKING, state__in=states)
    return rows.order_by("state", "-published_at", "-pk")[:1]  # "open" comes before "published"


def sheet_of(found: MatchingRound, pupil: Pupil) -> ChoiceSheet | None:
    """What the pupil handed in, choices in order at hand."""
    return next(iter(_sheet(found.pk, pupil.pk)), None)


@kept
def _sheet(round_id: int, pupil_id: int) -> QuerySet[ChoiceSheet]:
    rows = ChoiceSheet.objects.filter(round_id=round_id, pupil_id=pupil_id).prefetch_related("choices")
    return rows.order_by("pk")[:1]


def photo_for_family(pupil: Pupil, key: int) -> MentorCard | None:
    """The card behind a photo that the pupil may see: of a present mentor, or of one whom they may choose now."""
    mentoring = mentoring_of(pupil)
    faces = [face for mentor in mentoring.mentors for face in mentor.faces]
    asked = mentoring.takes_part and mentoring.phase in (Phase.CHOOSING, Phase.OVER)
    if mentoring.enrolment is not None and mentoring.round is not None and asked:
        shown = open_mentors(mentoring.round, mentoring.enrolment.school_class)
        faces += [face for mentor in shown for face in mentor.faces]
    return next(
        (f.mentor_card for f in faces if f.mentor_card is not None and f.mentor_card.pk == key and f.mentor_card.photo),
        None,
    )


# --- The paper grid and the reminders ---------------------------------------------------------------------------------
def asked_in_class(found: MatchingRound, school_class: SchoolClass, pupil_id: int | None = None) -> list[Enrolment]:
    """The pupils of a class whom a round asks, by seat; `pupil_id` alone where one is named. One query."""
    rows = taking_part(found).filter(school_class=school_class)
    if pupil_id is not None:
        # By the key itself: of a number that no column holds, it is known that nobody has it.
        rows = rows.filter(pupil__pk=pupil_id)
    return list(rows.select_related("pupil", "school_class__grade").in_list_order())


def sheets_in_class(actor: Actor, found: MatchingRound, pupils: Collection[int]) -> dict[int, ChoiceSheet]:
    """What those pupils handed in, as far as the actor may see it, choices at hand, by pupil key. Two queries."""
    rows = ChoiceSheet.objects.visible_to(actor).filter(round=found, pupil_id__in=pupils)
    return {sheet.pupil_id: sheet for sheet in rows.prefetch_related("choices")}


def is_to_be_reminded(found: MatchingRound, on: datetime.date) -> bool:
    """Whether the two-day reminder of a round, its year at hand, is due on `on` and was not sent.

    It goes out once, on a school day: where the day two days before the end is a day off, on the school day before.
    """
    due = _reminder_day(found)
    return due <= on and not _was_reminded_since(found, due)


def _reminder_day(found: MatchingRound) -> datetime.date:
    if found.closes_at is None:
        return datetime.date.max
    day = timezone.localdate(found.closes_at) - datetime.timedelta(days=DAYS_BEFORE_END)
    calendar = YearCalendar(found.year, day)
    # A round in the middle of long holidays is reminded of all the same.
    for _ in range(14):
        if calendar.is_school_day(day):
            break
        day -= datetime.timedelta(days=1)
    return day


def _was_reminded_since(found: MatchingRound, day: datetime.date) -> bool:
    return found.reminded_at is not None and timezone.localdate(found.reminded_at) >= day
