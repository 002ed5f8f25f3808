"""Teachers, mentor slots and class teams as stored, which a matrix is compared with."""

from collections import defaultdict

from django.db.models import Count

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.importlog import ImportLog
from core.importplan import ChangeKind, PlannedChange
from mentors.models.slots import CapException, Mentor, MentorMember, Teacher, TeamMember
from mentors.roster.imports.matrix import Slot
from schools.labels import CLASS_KEY, ClassKey
from schools.models import Grade, SchoolYear
from students.models import Enrolment

# The people who hold a slot, by teacher key, in the order in which their names are printed.
People = tuple[int, ...]


class StoredTeams:
    """Teachers, slots, teams and head counts as stored."""

    def __init__(self, actor: Actor, year: SchoolYear) -> None:
        self.by_name: dict[str, list[Teacher]] = defaultdict(list)
        self.by_number: dict[str, Teacher] = {}
        self.teachers: dict[int, Teacher] = {}
        for teacher in Teacher.objects.visible_to(actor).present():
            self.by_name[teacher.name].append(teacher)
            self.by_number[teacher.number] = teacher
            self.teachers[teacher.pk] = teacher
        self.mentors = {m.pk: m for m in Mentor.objects.of_year(year)}
        self.members: dict[int, list[MentorMember]] = defaultdict(list)
        self.slot_of: dict[int, int] = {}
        for member in MentorMember.objects.filter(year=year).select_related("teacher").order_by("position"):
            self.members[member.mentor_id].append(member)
            self.slot_of[member.teacher_id] = member.mentor_id
        self.exceptions = dict(CapException.objects.valid().filter(mentor__year=year).values_list("mentor_id", "limit"))
        self.team: dict[ClassKey, dict[int, TeamMember]] = defaultdict(dict)
        for row in TeamMember.objects.filter(school_class__year=year).select_related("school_class__grade"):
            self.team[row.school_class.key][row.mentor_id] = row
        enrolled = Enrolment.objects.of_year(year).active().values_list(*CLASS_KEY).annotate(count=Count("pk"))
        self.headcounts = {ClassKey(*place): count for *place, count in enrolled}
        self.grades = {grade.number: grade for grade in Grade.objects.filter(school_id=year.school_id)}
        self.homeroom = {
            ClassKey(*place): (user_id, name)
            for user_id, name, *place in RoleGrant.objects.active(actor.today)
            .filter(role=Role.HOMEROOM, school_class__year=year, ends_on=None)
            .values_list("user_id", "user__name", *CLASS_KEY)
        }

    def named(self, name: str) -> list[Teacher]:
        """The present teachers of a name, or the one with this number."""
        found = self.by_number.get(name.upper())
        return self.by_name.get(name) or ([found] if found is not None else [])

    def holder(self, people: People) -> int | None:
        """The stored slot that these people, or some of them, hold."""
        return next((self.slot_of[pk] for pk in people if pk in self.slot_of), None)

    def check_leader(self, slot: Slot, people: People, log: ImportLog) -> None:
        """Warn if the 团长 is not the class's homeroom teacher (班主任为各班级的导师团团长, Guyi plan 四(二))."""
        user_id, name = self.homeroom.get(slot.school_class, (None, ""))
        if user_id is None or user_id in {self.teachers[pk].user_id for pk in people}:
            return
        message = f"{slot.school_class.label}的班主任是{name}。团长一般由班主任担任，请核对。"
        value = "/".join(slot.names)
        log.warning("leader_not_homeroom", message, sheet=slot.sheet, row=slot.row, column=slot.column, value=value)

    def gone(self, wanted: dict[ClassKey, set[People]]) -> list[PlannedChange]:
        """Members of the teams in the workbook whom it does not name: told, never removed."""
        changes: list[PlannedChange] = []
        for key, slots in wanted.items():
            named = {self.holder(people) for people in slots}
            for mentor_id in self.team[key]:
                if mentor_id not in named:
                    names = "/".join(m.teacher.name for m in self.members[mentor_id])
                    changes.append(PlannedChange(ChangeKind.GONE, f"{key.label} {names}"))
        return changes
