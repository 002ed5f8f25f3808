"""The bureau's tables as they are taken out: as a workbook, or on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from accounts.actors import Actor
from core.lists import ListColumn, ListOut
from core.workbooks.writer import Value
from records.bureau.queries.schools import (
    COLUMNS,
    Comparison,
    FigureRow,
    SchoolRow,
    schools_side_by_side,
    terms_seen,
)
from records.bureau.queries.visits import VisitMonth, VisitYear, visits_of_year

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


def month_out(found: VisitMonth) -> ListOut:
    """The visits of a month: by school, and behind it by form, week and day."""
    month = found.month
    about = month.label if month else ""

    def table(name: str, title: str, rows: list[list[Value]]) -> ListOut:
        columns = [ListColumn(title.rpartition("按")[2], 24), ListColumn("家访次数", 10, number=True)]
        return ListOut(name=name, title=title, columns=columns, rows=rows, names_children=False, about=about)

    days = [day for week in found.weeks for day in week.days]
    return ListOut(
        name="bureau_visits",
        title="家访月统计",
        columns=[ListColumn("学校", 24), ListColumn("家访次数", 10, number=True), ListColumn("其中上门", 20)],
        rows=[[one.label, one.size, one.plain] for one in (*found.schools, found.city)],
        names_children=False,
        about=about,
        where={"month": month.key if month else ""},
        note=NOTE,
        further=[
            table("bureau_visits_forms", "家访按方式", [[one.label, one.words] for one in found.forms]),
            table("bureau_visits_weeks", "家访按周", [[one.week.label, one.week.words] for one in found.weeks]),
            table("bureau_visits_days", "家访按日", [[one.label, one.words] for one in days]),
        ],
    )


def years_seen(actor: Actor) -> list[int]:
    """The school years of which there are figures, the newest first. One query."""
    return sorted({term.start_year for term in terms_seen(actor)}, reverse=True)


@dataclass(frozen=True, slots=True)
class YearReport:
    """A school year of the city: each begun term, the visits by month."""

    start_year: int
    terms: Sequence[Comparison]
    visits: VisitYear

    @property
    def label(self) -> str:
        """2026学年."""
        return f"{self.start_year}学年"


def year_report(actor: Actor, start_year: int) -> YearReport:
    """The report of a year: thirteen queries whatever the number of schools."""
    keys = [term.key for term in terms_seen(actor) if term.start_year == start_year]
    terms = [schools_side_by_side(actor, key) for key in sorted(keys)]
    return YearReport(start_year, terms, visits_of_year(actor, start_year))


def report_out(report: YearReport) -> ListOut:
    """The report as one file: schools by term, what the plans and trainings are, visits by month."""
    tables = [
        replace(schools_out(found), title=found.term.label, name="bureau_year_schools", further=())
        for found in report.terms
        if found.term is not None
    ]
    months = ListOut(
        name="bureau_year_visits",
        title="全年家访",
        columns=[ListColumn("月份", 24), ListColumn("家访次数", 10, number=True)],
        rows=[[line.label, line.words] for line in report.visits.months],
        names_children=False,
        note="" if report.terms else NOTE,
    )
    first, *others = [*tables, months]
    return replace(
        first,
        name="bureau_year",
        about=f"{report.label}全员导师制年度报告",
        where={"year": report.start_year},
        further=others,
    )
