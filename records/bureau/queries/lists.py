"""The bureau's tables as they are taken out: as a workbook, or on paper."""

from collections.abc import Iterable, Sequence

from core.lists import ListColumn, ListOut
from core.workbooks.writer import Value
from records.bureau.queries.schools import COLUMNS, Comparison, FigureRow, SchoolRow

NOTE = (
    "少于 5 人的数，以及能由它推算出来的数，不显示。各校方案不同，完成几次以该校方案为准。本表只供了解情况，不作评比。"
)
_FIGURES = (
    ListColumn("学生", 7, number=True),
    ListColumn("导师", 7, number=True),
    ListColumn("每位导师", 8, number=True),
    *(ListColumn(label, 15) for _, label in COLUMNS),
)


def _figures(row: FigureRow, *, with_mentors: bool = True) -> list[Value]:
    mentors: list[Value] = [row.mentors, row.per_mentor] if with_mentors else ["", ""]
    return [row.pupils, *mentors, *(share.plain for share in row.columns)]


def schools_out(found: Comparison) -> ListOut:
    """The schools side by side."""
    return ListOut(
        name="bureau_schools",
        title="各校情况",
        columns=[ListColumn("学校", 14), *_FIGURES, ListColumn("研训次数", 8, number=True), ListColumn("方案", 10)],
        rows=_school_rows([*found.rows]) if not found.term else [*_school_rows(found.rows), _city_row(found.city)],
        names_children=False,
        about=found.term.label if found.term else "",
        where={"term": found.term.key if found.term else ""},
        note=NOTE,
    )


def _school_rows(rows: Iterable[SchoolRow]) -> list[list[Value]]:
    return [[row.label, *_figures(row), row.trainings, plan_words(row)] for row in rows]


def _city_row(city: FigureRow) -> list[Value]:
    return [city.label, *_figures(city), city.trainings, ""]


def plan_words(row: SchoolRow) -> str:
    """Which version holds, and whether its text was written."""
    if not row.plan_version:
        return "还没有方案"
    return f"第 {row.plan_version} 版{'，有全文' if row.document_version else ''}"


def grades_out(found: Comparison, rows: Sequence[FigureRow]) -> ListOut:
    """One school's grades."""
    return ListOut(
        name="bureau_grades",
        title=f"{found.city.label}各年级",
        columns=[ListColumn("年级", 14), *_FIGURES],
        rows=[
            *([row.label, *_figures(row, with_mentors=False)] for row in rows),
            ["全校", *_figures(found.city)],
        ],
        names_children=False,
        about=found.term.label if found.term else "",
        where={"term": found.term.key if found.term else ""},
        note=NOTE,
    )
