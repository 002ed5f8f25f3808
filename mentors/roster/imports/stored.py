"""Pupils, teachers, mentor slots and assignments as stored, and whom the words of a list mean among them."""

from collections import defaultdict
from dataclasses import dataclass

from accounts.actors import Actor
from core.importlog import ImportLog, ValuePlace
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher
from mentors.roster.imports.people import SEVERAL, People, read_people
from mentors.roster.imports.shapes import PairRow
from schools.labels import CLASS_KEY, ClassKey
from schools.models import SchoolYear
from students.models import Enrolment


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A pupil present in the year."""

    pk: int
    name: str
    school_class: ClassKey


class Stored:
    """What a list of pupils and mentors is compared with. Five queries."""

    def __init__(self, actor: Actor, year: SchoolYear) -> None:
        self._by_number: dict[str, Enrolled] = {}
        self._by_place: dict[tuple[str, ClassKey], list[Enrolled]] = defaultdict(list)
        self._by_name: dict[str, list[Enrolled]] = defaultdict(list)
        enrolled = Enrolment.objects.of_year(year).active()
        columns = ("pupil_id", "pupil__name", "pupil__student_number", *CLASS_KEY)
        for pk, name, number, *place in enrolled.values_list(*columns):
            pupil = Enrolled(pk, name, ClassKey(*place))
            if number:
                self._by_number[number] = pupil
            self._by_place[(name, pupil.school_class)].append(pupil)
            self._by_name[name].append(pupil)
        self.mentors = {mentor.pk: mentor for mentor in Mentor.objects.of_year(year)}
        self._slot_of: dict[int, int] = {}
        self._names: dict[int, list[str]] = defaultdict(list)
        for member in MentorMember.objects.filter(year=year).select_related("teacher").order_by("position"):
            self._slot_of[member.teacher_id] = member.mentor_id
            self._names[member.mentor_id].append(member.teacher.name)
        self._teachers: dict[str, list[Teacher]] = defaultdict(list)
        for teacher in Teacher.objects.visible_to(actor).present():
            self._teachers[teacher.name].append(teacher)
            self._teachers[teacher.number].append(teacher)
        self.assigned = dict(Assignment.objects.active().main().filter(year=year).values_list("pupil_id", "mentor_id"))

    def names(self, mentor: int) -> str:
        """The names of a slot, as papers print them."""
        return "/".join(self._names[mentor])

    def knows_pupil(self, name: str) -> bool:
        """Whether a pupil present in the year has this name."""
        return name in self._by_name

    def knows_teacher(self, name: str) -> bool:
        """Whether a present teacher has this name, or number."""
        return name in self._teachers or name.upper() in self._teachers

    def teachers(self, text: str) -> People:
        """The teachers that a cell names."""
        return read_people(text, self.knows_teacher)

    def names_teachers(self, text: str) -> bool:
        """Whether a text names teachers and nobody else."""
        names = self.teachers(text).names
        return bool(names) and all(map(self.knows_teacher, names))

    def pupils(self, text: str) -> People:
        """The pupils that a cell names."""
        return read_people(text, self.knows_pupil)

    def names_pupils(self, text: str) -> bool:
        """Whether a text names pupils and nobody else."""
        names = self.pupils(text).names
        return bool(names) and all(map(self.knows_pupil, names))

    def pupil(self, row: PairRow, log: ImportLog) -> Enrolled | None:
        """The pupil that a row means; logs an error if there is none, or more than one."""
        place: ValuePlace = {"sheet": row.sheet, "row": row.row, "column": row.pupil_column, "value": row.name}
        if row.number and row.number in self._by_number:
            found = self._by_number[row.number]
            if row.name and row.name != found.name:
                message = f"学籍号是{found.name}的，姓名写的却不同。请改正后再上传。"
                log.error("name_contradicts", message, **place)
                return None
            return found
        everywhere = self._by_name.get(row.name, [])
        there = self._by_place.get((row.name, row.school_class), []) if row.school_class is not None else []
        candidates = there if row.school_class is not None and row.class_written else everywhere
        if len(candidates) == 1:
            if candidates == there or row.class_written or row.school_class is None:
                return candidates[0]
            message = (
                f"这一行没有写班级，上面写的是{row.school_class.label}，名册里的{row.name}却在"
                f"{candidates[0].school_class.label}。请写明班级。"
            )
            log.error("class_doubtful", message, **place)
        elif len(there) == 1:
            row.class_asked = True
            return there[0]
        elif candidates:
            log.error("name_ambiguous", "有不止一名同名学生，分不清是谁。请填写学籍号。", **place)
        else:
            message = "学生名册里没有这名学生。请检查姓名和班级，或先导入学生名册。"
            if len(row.name) > 4:
                message += "一格里写了几名学生的，请用顿号隔开，或每名学生一行。"
            log.error("pupil_unknown", message, **place)
        return None

    def mentor(self, row: PairRow, people: People, log: ImportLog) -> int | None:
        """The slot that a cell means, `甲/乙` for a shared one; logs an error if there is none."""
        slots: set[int] = set()
        code, message = "", ""
        for name in people.names:
            teachers = self._teachers.get(name) or self._teachers.get(name.upper(), [])
            if len(teachers) > 1:
                # Words beside the name may say which of them: 张三（语文）.
                fitting = [t for t in teachers if t.subject in people.aside and t.subject]
                teachers = fitting or teachers
            if not teachers:
                code, message = "teacher_unknown", "教师名册里没有这位老师。请先导入教师名册，或检查姓名。"
            elif len({teacher.pk for teacher in teachers}) > 1:
                code, message = "teacher_ambiguous", "有几位老师同名，分不清是谁。请在这一格改写工号。"
            elif teachers[0].pk not in self._slot_of:
                code, message = "slot_missing", "这位老师本学年还没有担任导师。请先导入导师团，或在班级页面加入。"
            else:
                slots.add(self._slot_of[teachers[0].pk])
        if not code and len(slots) == 1:
            return slots.pop()
        if not code:
            code, message = "slot_conflict", "这几位老师不在同一个导师名额里。每名学生只有一位导师，请只写一位。"
            if people.sign == SEVERAL:
                message += "两人共用一个名额的，写成“甲/乙”。"
        log.error(code, message, sheet=row.sheet, row=row.mentor_row, column=row.mentor_column, value=row.mentor)
        return None
