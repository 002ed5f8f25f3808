"""The page of trends: a term over its weeks, in charts that are tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from accounts.actors import Actor
from core.lists import ListColumn, ListOut
from core.workbooks.writer import Value
from records.figures.contexts import Chart, Section
from records.figures.queries import done, records, staff
from records.figures.queries.weeks import weeks_of
from schools.calendar import YearCalendar
from schools.enums import Module


@dataclass(frozen=True, slots=True)
class Trends:
    """All charts of a term."""

    calendar: YearCalendar
    sections: Sequence[Section] = field(default_factory=tuple)

    @property
    def charts(self) -> list[Chart]:
        """Every chart, in the order of the page."""
        return [chart for section in self.sections for chart in section.charts]


def find_trends(actor: Actor, calendar: YearCalendar) -> Trends:
    """The term in charts: twelve queries whatever the size of the school, thirteen with cards."""
    weeks = weeks_of(calendar)
    sections = [
        done.progress(actor, calendar, weeks),
        records.talks(calendar, weeks),
        records.visits(calendar, weeks),
        records.letters(calendar, weeks),
    ]
    if Module.TREE_HOLE in calendar.year.school.in_use:
        sections.append(records.cards(calendar, weeks))
    return Trends(calendar, [*sections, staff.training(actor, calendar), staff.carrying(actor, calendar)])


def trends_out(trends: Trends) -> ListOut:
    """All tables of the page in one file, the figures of each section in words first."""
    calendar = trends.calendar
    facts = [(section.title, fact) for section in trends.sections for fact in section.facts]
    tables = [chart_out(chart) for chart in trends.charts]
    return ListOut(
        name="trends",
        title="全员导师制数据",
        columns=[
            ListColumn("部分", 12),
            ListColumn("项目", 30),
            ListColumn("数", 8, number=True),
            ListColumn("单位", 6),
            ListColumn("说明", 28),
        ],
        rows=[[title, fact.label, fact.value, fact.unit, fact.hint] for title, fact in facts],
        names_children=False,
        about=str(calendar.term),
        where={"term": f"{calendar.year.start_year}-{calendar.term.number}"},
        note="学校整体的数据，不对班级和老师排名。",
        who=1,
        further=tables,
    )


def chart_out(chart: Chart) -> ListOut:
    """The table of one chart."""
    return ListOut(
        name=chart.key,
        title=chart.title,
        columns=[ListColumn(chart.of, 20), *(ListColumn(one.name, 12, number=True) for one in chart.series)],
        rows=_rows(chart),
        names_children=False,
        note=chart.note,
    )


def _rows(chart: Chart) -> Iterator[list[Value]]:
    for label, values in chart.rows:
        yield [label, *values]
