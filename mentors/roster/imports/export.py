"""The teachers' roster, the mentor matrix and the list of pairs going out in the shape in which they come in."""

from collections import Counter, defaultdict

from django.db.models import Q

from accounts.enums import Role
from accounts.models import RoleGrant
from core.workbooks import EXAMPLE_MARK, FormColumn, FormSheet
from core.workbooks.writer import Value
from jobs.exporters import ExportRequest, class_example
from mentors.models.slots import Assignment, Mentor, Teacher, TeamMember
from schools.models import SchoolClass
from students.models import Enrolment

DUTIES = ("校长", "书记", "副校长", "德育主任", "年级组长", "班主任", "心理老师", "信息管理员")
_LEADER, _MENTOR = "导师团长", "导师"
NOT_YET = "未定"


def export_teachers(request: ExportRequest) -> FormSheet:
    """The blank table, or all present teachers by number. Three queries whatever their number."""
    labels = tuple(school_class.label for school_class in SchoolClass.objects.of_year(request.year))
    rows: list[tuple[Value, ...]] = []
    if request.filled:
        homerooms: dict[int, list[str]] = defaultdict(list)
        for grant in (
            RoleGrant.objects.filter(role=Role.HOMEROOM, school_class__year=request.year, ends_on=None)
            .select_related("school_class__grade")
            .order_by("school_class__grade__number", "school_class__number")
        ):
            if grant.school_class is not None:
                homerooms[grant.user_id].append(grant.school_class.label)
        for teacher in (
            Teacher.objects.visible_to(request.actor).present().select_related("user").order_by("number", "pk")
        ):
            labels_of = "、".join(homerooms[teacher.user_id]) if teacher.user_id is not None else ""
            email = teacher.user.email if teacher.user is not None else ""
            rows.append((teacher.name, teacher.number, teacher.phone, email, teacher.subject, teacher.duty, labels_of))
    example = (
        f"{EXAMPLE_MARK}李竹",
        "T001",
        "19900000000",
        "lizhu@example.com",
        "语文",
        "班主任",
        class_example(request, labels),
    )
    return FormSheet(
        name="教师名册",
        columns=(
            FormColumn("姓名", 14, needed=True),
            FormColumn("工号", 14, needed=True, note="每位教师一个，登录账号由它生成。"),
            FormColumn("手机号", 18),
            FormColumn("邮箱", 24, note="提醒发到这里，信里没有姓名；可以不填，也可以由本人登录后填。"),
            FormColumn("任教学科", 14),
            FormColumn("职务", 16, choices=DUTIES, strict=False, note="系统据此建议角色，确认导入时由您勾选。"),
            FormColumn("班主任班级", 16, choices=labels, strict=False, note="班主任才填；带两个班的用顿号分开。"),
        ),
        rows=rows,
        example=() if request.filled else example,
        notes=("“示例”一行不会导入，可以留着，也可以删去。", "名册里没有的教师只会列出来，不会删除。"),
    )


def export_teams(request: ExportRequest) -> FormSheet:
    """The matrix of the Guyi plan (四(二)): classes across, 导师团长 and 导师 below, one block for each grade.

    Blank: the classes without names. A name that several present teachers share is written as the 工号.
    """
    classes = list(SchoolClass.objects.of_year(request.year))
    names = _Names(request)
    teams: dict[int, list[tuple[bool, str]]] = defaultdict(list)
    if request.filled:
        for seat in (
            TeamMember.objects.filter(school_class__year=request.year)
            .select_related("mentor")
            .prefetch_related("mentor__members__teacher")
            .order_by("school_class_id", "-is_leader", "position", "pk")
        ):
            teams[seat.school_class_id].append((seat.is_leader, names.of(seat.mentor)))
    by_grade: dict[int, list[SchoolClass]] = defaultdict(list)
    for school_class in classes:
        if not request.filled or school_class.pk in teams:
            by_grade[school_class.grade_id].append(school_class)
    width = max((len(block) for block in by_grade.values()), default=1)
    blocks = [_block(block, teams, width, blank=not request.filled) for block in by_grade.values()]
    first = blocks[0][0] if blocks else ("班级", class_example(request, ()))
    columns = [
        FormColumn("班级" if not position else str(first[position] or ""), 12, needed=not position)
        for position in range(len(first))
    ]
    rows = [row for number, block in enumerate(blocks) for row in block[0 if number else 1 :]]
    return FormSheet(
        name="导师匹配表",
        columns=columns,
        rows=rows,
        notes=(
            "班级横排一行，下面第一行写导师团长，以下各行写导师；不够时照样再加“导师”行。",
            "只有“甲/乙”表示两人共用一个名额；两位导师请各写一格。有同名教师时，在格子里写工号。",
        ),
    )


def export_pairs(request: ExportRequest) -> FormSheet:
    """The list of pupils with their mentor. Blank: this year's mentors in the drop-down.

    Filled: the pupils of all classes that have a team. Where there is no mentor yet, the cell says so: an empty one
    beneath a mentor may be meant as a repetition.
    """
    labels = tuple(school_class.label for school_class in SchoolClass.objects.of_year(request.year))
    names = _Names(request)
    mentors = {
        mentor.pk: names.of(mentor)
        for mentor in Mentor.objects.of_year(request.year).filter(capacity__gt=0).with_names().order_by("pk")
    }
    rows: list[tuple[Value, ...]] = []
    if request.filled:
        held = dict(Assignment.objects.active().main().filter(year=request.year).values_list("pupil_id", "mentor_id"))
        with_team = TeamMember.objects.filter(school_class__year=request.year).values("school_class_id")
        for enrolment in (
            Enrolment.objects.active()
            .of_year(request.year)
            .filter(Q(school_class_id__in=with_team) | Q(pupil_id__in=list(held)))
            .select_related("pupil", "school_class__grade")
            .in_list_order()
        ):
            pupil = enrolment.pupil
            mentor = mentors.get(held.get(pupil.pk, 0), NOT_YET)
            rows.append((enrolment.school_class.label, pupil.name, pupil.student_number, mentor))
    first = next(iter(mentors.values()), "李竹")
    example = (class_example(request, labels), f"{EXAMPLE_MARK}张小竹", "G000000000000000000", first)
    return FormSheet(
        name="师生结对名单",
        columns=(
            FormColumn("班级", 12, choices=labels, strict=False),
            FormColumn("姓名", 14, needed=True),
            FormColumn("学籍号", 24, note="同班有同名学生时一定要填。"),
            FormColumn(
                "导师",
                16,
                needed=True,
                choices=tuple(dict.fromkeys(mentors.values())),
                strict=False,
                note=f"本学年的导师；共用名额写成“甲/乙”，每一行都要写。还没有导师的写“{NOT_YET}”，不会改动。",
            ),
        ),
        rows=rows,
        example=() if request.filled else example,
        notes=("“示例”一行不会导入，可以留着，也可以删去。", "先导入导师匹配表，再导入这份名单。"),
    )


class _Names:
    """How mentors are written: by name, by 工号 where several present teachers share it. One query."""

    def __init__(self, request: ExportRequest) -> None:
        present = Teacher.objects.visible_to(request.actor).present()
        self._count = Counter(present.values_list("name", flat=True))

    def of(self, mentor: Mentor) -> str:
        """The people of a slot: 甲/乙 (wants `with_names()`)."""
        people = [member.teacher for member in mentor.members.all()]
        return "/".join(t.name if self._count[t.name] == 1 else t.number for t in people)


def _block(
    classes: list[SchoolClass], teams: dict[int, list[tuple[bool, str]]], width: int, *, blank: bool
) -> list[tuple[Value, ...]]:
    leaders = [next((text for leads, text in teams[c.pk] if leads), "") for c in classes]
    others = [[text for leads, text in teams[c.pk] if not leads] for c in classes]
    depth = 2 if blank else max((len(column) for column in others), default=0)
    lines: list[tuple[str, list[str]]] = [("班级", [c.label for c in classes]), (_LEADER, leaders)]
    lines += [(_MENTOR, [column[at] if at < len(column) else "" for column in others]) for at in range(depth)]
    return [(title, *cells, *[""] * (width - len(cells))) for title, cells in lines]
