"""Figures as plain values: a chart is its table, drawn. Nothing here orders people, classes or schools."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

#: A figure; None where there is none yet, as in weeks to come.
Figure = int | None
#: How a chart is drawn: lines, columns beside or on top of each other, or bars across for a distribution.
Drawing = Literal["lines", "columns", "stacked", "bars"]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a term, from Monday to Sunday: number 1 is the one in which the term begins, 0 the one before."""

    number: int
    starts_on: datetime.date

    @property
    def ends_on(self) -> datetime.date:
        """Its Sunday."""
        return self.starts_on + datetime.timedelta(days=6)

    @property
    def label(self) -> str:
        """第3周, or 开学前1周."""
        return f"第{self.number}周" if self.number > 0 else f"开学前{1 - self.number}周"

    @property
    def name(self) -> str:
        """With its days: 第3周 9.14—9.20."""
        ends = self.ends_on
        return f"{self.label} {self.starts_on.month}.{self.starts_on.day}—{ends.month}.{ends.day}"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one kind of column."""

    name: str
    values: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Band:
    """A window of the plan under a chart of weeks: from which of its labels to which, counted from 0."""

    name: str
    first: int
    last: int
    opens_on: datetime.date
    due_on: datetime.date

    @property
    def days(self) -> str:
        """8.11—9.14."""
        return f"{self.opens_on.month}.{self.opens_on.day}—{self.due_on.month}.{self.due_on.day}"


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing with its table: `labels` are the lines of the table, `series` its columns."""

    key: str
    title: str
    drawing: Drawing
    # What a line of the table is: 周, 时机.
    of: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = "人"
    bands: Sequence[Band] = ()
    note: str = ""
    # Labels as the axis has room for; `labels` where empty.
    short: Sequence[str] = ()
    # The highest value of the axis, where it is known: 100 for per cent.
    most: int | None = None

    @property
    def rows(self) -> list[tuple[str, list[Figure]]]:
        """The table, line by line."""
        return [(label, [one.values[at] for one in self.series]) for at, label in enumerate(self.labels)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    @property
    def drawn(self) -> Mapping[str, Any]:
        """As static/js/charts.js reads it."""
        return {
            "title": self.title,
            "drawing": self.drawing,
            "labels": list(self.labels),
            "short": list(self.short or self.labels),
            "series": [{"name": one.name, "values": list(one.values)} for one in self.series],
            "bands": [{"name": band.name, "first": band.first, "last": band.last} for band in self.bands],
            "unit": self.unit,
            "most": self.most,
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure in words, with the list behind it where there is one."""

    label: str
    value: int
    unit: str
    hint: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together on the page of trends."""

    key: str
    title: str
    charts: Sequence[Chart]
    facts: Sequence[Fact] = ()
