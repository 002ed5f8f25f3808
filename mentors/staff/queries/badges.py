"""Who gets a badge 导师证: every teacher who holds or shares a slot, class by class."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from accounts.actors import Actor
from mentors.models.slots import Mentor, MentorMember, Teacher, TeamMember
from mentors.staff.models import MentorCard
from schools.models import SchoolClass, SchoolYear


@dataclass(frozen=True, slots=True)
class BadgeHolder:
    """A teacher with the classes of their slot in teaching order, and the mentor card, if they made one."""

    teacher: Teacher
    mentor: Mentor
    classes: list[SchoolClass]
    mentor_card: MentorCard | None


def badge_holders(
    actor: Actor,
    year: SchoolYear,
    *,
    class_id: int | None = None,
    teacher_id: int | None = None,
    teacher_ids: list[int] | None = None,
) -> list[BadgeHolder]:
    """Everybody with a slot of `year` by class; or of one class, or one teacher, or those named. Two queries."""
    members = (
        MentorMember.objects.filter(
            year=year, school_id=actor.school_id or 0, mentor__capacity__gt=0, teacher__left_on=None
        )
        .select_related("teacher__mentor_card", "mentor")
        .order_by("position", "teacher__number")
        .prefetch_related(
            Prefetch(
                "mentor__teams",
                TeamMember.objects.select_related("school_class__grade").order_by(
                    "school_class__grade__number", "school_class__number"
                ),
            )
        )
    )
    if class_id is not None:
        members = members.filter(mentor__teams__school_class=class_id)
    if teacher_id is not None:
        members = members.filter(teacher=teacher_id)
    if teacher_ids is not None:
        members = members.filter(teacher__in=teacher_ids)
    holders = [
        BadgeHolder(
            member.teacher,
            member.mentor,
            [seat.school_class for seat in member.mentor.teams.all()],
            getattr(member.teacher, "mentor_card", None),
        )
        for member in members
    ]

    def place(holder: BadgeHolder) -> tuple[int, int, int, int]:
        if not holder.classes:
            return (99, 0, 0, holder.mentor.pk)
        first = holder.classes[0]
        leads = any(seat.is_leader and seat.school_class_id == first.pk for seat in holder.mentor.teams.all())
        return (first.grade.number, first.number, 0 if leads else 1, holder.mentor.pk)

    return sorted(holders, key=place)


def classes_with_teams(actor: Actor, year: SchoolYear) -> QuerySet[SchoolClass]:
    """The classes of `year` that have a team, in teaching order."""
    teams = TeamMember.objects.filter(school_class__year=year).values("school_class_id")
    return SchoolClass.objects.visible_to(actor).of_year(year).filter(pk__in=teams)
