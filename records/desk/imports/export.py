"""The list 本学期已完成 going out: the school's own classes and pupils, empty to fill in or with what is stored."""

import datetime
from collections import defaultdict

from django.utils import timezone

from core.workbooks import EXAMPLE_MARK, FormColumn, FormSheet
from core.workbooks.writer import Value
from jobs.exporters import ExportRequest, class_example
from mentors.models.slots import Assignment, Mentor
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.queries.ticks import FULFILLED_LETTERS
from schools.models import SchoolClass
from students.models import Enrolment

_TICK = ("√",)


def export_done(request: ExportRequest) -> FormSheet:
    """Every present pupil in list order with the mentor; `filled` with the days of the year's present records."""
    labels = tuple(school_class.label for school_class in SchoolClass.objects.of_year(request.year))
    people = pupils_with_mentors(request)
    days = _days(request) if request.filled else {}
    rows: list[tuple[Value, ...]] = [
        (*cells, *("、".join(days.get((pk, at), ())) for at in range(3))) for pk, cells in people
    ]
    letter = request.actor.calendar.now.letter_label
    when = "一个格子里写日期，如 9月12日；做过几次的用顿号分开；不记得日期的选“√”；没有做就空着。"
    columns = (
        *pupil_columns(labels, [cells[3] for _pk, cells in people]),
        FormColumn("家访", 16, choices=_TICK, strict=False, note=when),
        FormColumn("谈心", 16, choices=_TICK, strict=False, note="同上；开学前的算在本学期。"),
        FormColumn("书面反馈", 16, choices=_TICK, strict=False, note=f"纸质的{letter}发出的日期，一学期一份。"),
    )
    example = (*example_pupil(request, labels), "9月5日", "√", "")
    notes = (
        "“示例”一行不会导入，可以留着，也可以删去。",
        "导入后都标明“纸质补录”；系统里已有的同一天的记录不会重复。",
    )
    return FormSheet("本学期已完成", columns, rows, example=() if request.filled else example, notes=notes)


def pupil_columns(labels: tuple[str, ...], mentors: list[str]) -> tuple[FormColumn, ...]:
    """The columns that say whose row it is."""
    return (
        FormColumn("班级", 12, choices=labels, strict=False),
        FormColumn("姓名", 14, needed=True),
        FormColumn("学籍号", 24, note="同班有同名学生时一定要填。"),
        FormColumn(
            "导师",
            14,
            choices=tuple(dict.fromkeys(filter(None, mentors))),
            strict=False,
            note="记在谁的名下；空着就是学生现在的导师。",
        ),
    )


def example_pupil(request: ExportRequest, labels: tuple[str, ...]) -> tuple[str, ...]:
    """The first cells of the example row."""
    return class_example(request, labels), f"{EXAMPLE_MARK}张小竹", "G000000000000000000", "李竹"


def pupils_with_mentors(request: ExportRequest) -> list[tuple[int, tuple[str, str, str, str]]]:
    """The present pupils by key in list order: class, name, number, mentor. Three queries."""
    names: dict[int | None, str] = {m.pk: m.names for m in Mentor.objects.of_year(request.year).with_names()}
    held = dict(Assignment.objects.lasting(request.year).main().values_list("pupil_id", "mentor_id"))
    enrolments = Enrolment.objects.lasting(request.year).select_related("pupil", "school_class__grade").in_list_order()
    found = []
    for one in enrolments:
        pupil, mentor = one.pupil, names.get(held.get(one.pupil_id), "")
        found.append((pupil.pk, (one.school_class.label, pupil.name, pupil.student_number, mentor)))
    return found


def _days(request: ExportRequest) -> dict[tuple[int, int], list[str]]:
    """The days by pupil and column. Three queries."""
    of_year = {"term__year": request.year}
    talks = HeartTalk.pupils.through._default_manager.filter(
        hearttalk__deleted_at=None, hearttalk__term__year=request.year
    )
    letters = GrowthLetter.objects.present().filter(state__in=FULFILLED_LETTERS, handed_in_at__isnull=False, **of_year)
    found: dict[tuple[int, int], set[datetime.date]] = defaultdict(set)
    for pupil_id, day in HomeVisit.objects.present().filter(**of_year).order_by().values_list("pupil_id", "date"):
        found[pupil_id, 0].add(day)
    for pupil_id, day in talks.order_by().values_list("pupil_id", "hearttalk__date"):
        found[pupil_id, 1].add(day)
    for pupil_id, moment in letters.order_by().values_list("pupil_id", "handed_in_at"):
        if moment is not None:
            found[pupil_id, 2].add(timezone.localdate(moment))
    return {key: [f"{day:%Y-%m-%d}" for day in sorted(days)] for key, days in found.items()}
