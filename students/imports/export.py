"""The pupils' roster going out in the shape in which it comes in."""

from collections.abc import Iterator

from core.workbooks import EXAMPLE_MARK, FormColumn, FormSheet
from core.workbooks.writer import Value
from jobs.exporters import ExportRequest, class_example
from schools.models import SchoolClass, SchoolYear
from students.enums import Gender
from students.imports.columns import GUARDIANS
from students.models import Enrolment, Guardian

RELATIONS = ("父亲", "母亲", "爷爷", "奶奶", "外公", "外婆", "其他")
_GENDERS = {Gender.MALE: "男", Gender.FEMALE: "女"}


def export_students(request: ExportRequest) -> FormSheet:
    """The blank table, or all pupils present in the year by class and seat. Three queries whatever their number."""
    labels = tuple(school_class.label for school_class in SchoolClass.objects.of_year(request.year))
    example = class_example(request, labels)
    return FormSheet(
        name="学生名册",
        columns=_columns(labels, example),
        rows=_rows(request.year) if request.filled else (),
        example=()
        if request.filled
        else (
            f"{EXAMPLE_MARK}张小竹",
            "G000000000000000000",
            "女",
            example,
            "1",
            "",
            *("张先生", "父亲", "19900000000"),
            *("", "", "") * (len(GUARDIANS) - 1),
        ),
        notes=(
            "“示例”一行不会导入，可以留着，也可以删去。",
            "空着的格子不会抹掉系统里已有的内容。",
            "一个班有两名同名学生时，请填写学籍号，以免认错。",
        ),
    )


def _columns(labels: tuple[str, ...], example: str) -> list[FormColumn]:
    columns = [
        FormColumn("姓名", 14, needed=True, note="与户口簿一致，不必加空格。"),
        FormColumn("学籍号", 24, note="有就填。这一列是文本格式，数字不会丢位。"),
        FormColumn("性别", 8, choices=("男", "女")),
        FormColumn("班级", 12, needed=True, choices=labels, strict=False, note=f"从列表里选，或写成“{example}”这样。"),
        FormColumn("座号", 8, note="班内序号，可以不填。"),
        FormColumn("备注", 24, note="学生情况简述，导师能看到。请不要写身份证号、住址。"),
    ]
    for position in GUARDIANS:
        columns += [
            FormColumn(f"监护人{position}姓名", 14, note="最多三位，先联系的写在前面。" if position == 1 else ""),
            FormColumn(f"监护人{position}关系", 12, choices=RELATIONS, strict=False),
            FormColumn(f"监护人{position}联系电话", 18, note="手机或座机；家长凭手机号后四位阅读寄语。"),
        ]
    return columns


def _rows(year: SchoolYear) -> Iterator[tuple[Value, ...]]:
    enrolments = (
        Enrolment.objects.active()
        .of_year(year)
        .select_related("pupil", "school_class__grade")
        .in_list_order()
        .with_guardians(Guardian.objects.all())
    )
    for enrolment in enrolments:
        pupil = enrolment.pupil
        guardians = {guardian.position: guardian for guardian in pupil.guardians.all()}
        cells: list[Value] = [
            pupil.name,
            pupil.student_number,
            _GENDERS.get(Gender(pupil.gender), ""),
            enrolment.school_class.label,
            str(enrolment.seat_number or ""),
            pupil.remark,
        ]
        for position in GUARDIANS:
            guardian = guardians.get(position)
            cells += [guardian.name, guardian.relation, guardian.phone] if guardian else ["", "", ""]
        yield tuple(cells)
