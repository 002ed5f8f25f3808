"""Whom a line of a paper list means: the pupil, and the teachers to whom the record is put down."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from core.tablereader import TableReader
from core.text import clean_key, clean_name
from core.workbooks import ColumnSpec, Record
from jobs.importers import ClassFinder, ImportRequest
from mentors.models.slots import Assignment, MentorMember, Teacher
from schools.labels import CLASS_KEY, ClassKey
from students.models import Enrolment

COLUMNS = (
    ColumnSpec("class", "班级", ("行政班", "所在班级", "班级名称", "班别", "班", "学生班级")),
    ColumnSpec("grade", "年级", ("所在年级", "年级名称")),
    ColumnSpec("name", "姓名", ("学生姓名", "学生", "学生名字", "名字"), required=True),
    ColumnSpec("number", "学籍号", ("全国学籍号", "学籍号码", "学生学籍号", "学号")),
    ColumnSpec("mentor", "导师", ("导师姓名", "成长导师", "全员导师", "指导教师", "指导老师", "家访教师", "家访老师")),
    ColumnSpec("ordinal", "序号", ("编号", "座号")),
)
_BETWEEN_NAMES = re.compile(r"[/、,;&+\n]")
_TITLE = re.compile(r"(?<=..)(?:老师|教师)$")


@dataclass(frozen=True, slots=True)
class PaperPupil:
    """A pupil present in the year."""

    pk: int
    name: str
    school_class: ClassKey
    grade_id: int
    slot_id: int | None

    @property
    def subject(self) -> str:
        """As previews name the pupil."""
        return f"{self.school_class.label} {self.name}"


@dataclass(frozen=True, slots=True)
class Credited:
    """Who did it: the teachers by key, the account that writes it down, and the slot that owes a letter, if any."""

    teachers: tuple[int, ...]
    author_id: int
    slot_id: int | None


class PaperPeople:
    """Pupils, teachers and mentor slots of the year, as lists name them. Four queries."""

    def __init__(self, request: ImportRequest, classes: ClassFinder) -> None:
        year = request.year
        self._classes = classes
        main = Assignment.objects.lasting(year).main()
        slot_of = dict(main.order_by("starts_on", "pk").values_list("pupil_id", "mentor_id"))
        self._by_number: dict[str, PaperPupil] = {}
        self._by_name: dict[str, list[PaperPupil]] = defaultdict(list)
        columns = ("pupil_id", "pupil__name", "pupil__student_number", "school_class__grade_id", *CLASS_KEY)
        for pk, name, number, grade_id, *key in Enrolment.objects.lasting(year).values_list(*columns):
            pupil = PaperPupil(pk, name, ClassKey(*key), grade_id, slot_of.get(pk))
            if number:
                self._by_number[number] = pupil
            self._by_name[name].append(pupil)
        self._slot: dict[int, int] = {}
        self._held: dict[int, list[Teacher]] = defaultdict(list)
        for member in MentorMember.objects.filter(year=year).select_related("teacher").order_by("position"):
            self._slot[member.teacher_id] = member.mentor_id
            self._held[member.mentor_id].append(member.teacher)
        self._teachers: dict[str, list[Teacher]] = defaultdict(list)
        for teacher in Teacher.objects.visible_to(request.actor).present():
            for word in {teacher.name, teacher.number}:
                self._teachers[word].append(teacher)

    @property
    def known(self) -> set[str]:
        """Names and numbers as they are stored (see `TableReader`)."""
        return {*self._by_name, *self._by_number}

    def names(self, slot_id: int | None) -> str:
        """How a list names the slot: 甲/乙, by 工号 where teachers share a name."""
        people = self._held.get(slot_id or 0, [])
        return "/".join(t.name if len(self._teachers[t.name]) < 2 else t.number for t in people)

    def pupil(self, reader: TableReader, record: Record, sheet_class: ClassKey | None) -> PaperPupil | None:
        """The pupil that a row means; logs an error where there is none, or more than one."""
        name = reader.name(record, "name", required=True)
        number = reader.identifier(record, "number")
        if name is None or number is None:
            return None
        found = self._by_number.get(number) if number else None
        if found is not None:
            if found.name == name:
                return found
            message = f"学籍号是{found.name}的，姓名写的却不同。请改正后再上传。"
            reader.error("name_contradicts", message, record, "name")
            return None
        label, grade = clean_key(record.text("class")), clean_key(record.text("grade"))
        key = sheet_class
        if label or grade:
            place = {"sheet": reader.sheet, "column": reader.table.heading("class")}
            key = self._classes.find(label, grade=grade, row=record.row, **place)
            if key is None:
                return None
        everywhere = self._by_name.get(name, [])
        there = [one for one in everywhere if key is None or one.school_class == key]
        if len(there) == 1:
            return there[0]
        if there:
            reader.error("name_ambiguous", "有不止一名同名学生，分不清是谁。请填写学籍号。", record, "name")
        elif everywhere:
            where = "、".join(dict.fromkeys(one.school_class.label for one in everywhere))
            message = f"这个班没有这名学生，名册里的{name}在{where}。转过班的，请改写现在的班级。"
            reader.error("pupil_elsewhere", message, record, "name")
        else:
            message = "学生名册里没有这名学生。请检查姓名和学籍号；已经转出的，请删去这一行。"
            reader.error("pupil_unknown", message, record, "name")
        return None

    def credited(self, reader: TableReader, record: Record, pupil: PaperPupil) -> Credited | None:
        """Who did it: whom the column 导师 names, else the pupil's mentor; logs an error where that is nobody."""
        written = [_TITLE.sub("", clean_name(part)) for part in _BETWEEN_NAMES.split(clean_key(record.text("mentor")))]
        named = list(filter(None, written))
        if not named:
            if pupil.slot_id is None:
                message = "这名学生还没有导师，不知道记在谁的名下。请在“导师”一列写明，或先安排导师。"
                reader.error("mentor_missing", message, record, "name")
                return None
            return self._put_down(reader, record, self._held[pupil.slot_id], pupil.slot_id, "name")
        teachers: list[Teacher] = []
        for name in named:
            found = self._teachers.get(name) or self._teachers.get(name.upper(), [])
            if not found:
                message = "教师名册里没有这位老师。请检查姓名，或先导入教师名册；留空就记在学生的导师名下。"
                reader.error("teacher_unknown", message, record, "mentor")
                return None
            if len(found) > 1:
                reader.error("teacher_ambiguous", "有几位老师同名，分不清是谁。请改写工号。", record, "mentor")
                return None
            teachers.append(found[0])
        slots = {self._slot.get(teacher.pk) for teacher in teachers}
        slot = slots.pop() if len(slots) == 1 else pupil.slot_id
        return self._put_down(reader, record, teachers, slot, "mentor")

    def _put_down(
        self, reader: TableReader, record: Record, teachers: Iterable[Teacher], slot_id: int | None, column: str
    ) -> Credited | None:
        people = list(teachers)
        author = next((teacher.user_id for teacher in people if teacher.user_id is not None), None)
        if author is None:
            names = "、".join(teacher.name for teacher in people)
            message = f"{names}老师还没有账号，记录不知道归谁。请先在“教师”页面建立账号。"
            reader.error("teacher_without_account", message, record, column)
            return None
        return Credited(tuple(teacher.pk for teacher in people), author, slot_id)
