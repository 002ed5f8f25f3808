"""The form of a year's calendar 校历: first and last days of the terms, and a row for each named span of days."""

import datetime
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django import forms
from django.utils.datastructures import MultiValueDict

from core.fields import DayField
from records.setup.queries.calendar import CalendarState
from schools.contexts import DateSpan, TermDates, YearDates
from schools.days import opening_days
from schools.enums import KeyDateKind
from schools.services import MOST_DATES, NAME_LENGTH

TERM_FIELDS: Final = (
    ("first_start", "第一学期开学"),
    ("first_end", "第一学期结束"),
    ("second_start", "第二学期开学"),
    ("second_end", "第二学期结束"),
)
#: Rows without anything in them, for whoever types without a script.
_EMPTY_ROWS: Final = 4


class SpanForm(forms.Form):
    """One row: what kind of days, what they are called, from when to when. Without a last day it is one day."""

    kind = forms.ChoiceField(label="类别", choices=KeyDateKind.choices, initial=KeyDateKind.HOLIDAY)
    name = forms.CharField(label="名称", max_length=NAME_LENGTH, required=False)
    starts_on = DayField(label="从", within=lambda form: form.days)
    ends_on = DayField(label="到", within=lambda form: form.days, required=False)

    def __init__(self, *args: Any, start_year: int, **kwargs: Any) -> None:
        self.days = opening_days(start_year)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first is not None and last is not None and last < first:
            self.add_error("ends_on", "结束日期在开始日期之前，请检查。")
        return data

    @property
    def span(self) -> DateSpan | None:
        """What a valid row says; None of an empty one."""
        data = self.cleaned_data
        if data.get("starts_on") is None:
            return None
        return DateSpan(
            data["starts_on"], data["ends_on"] or data["starts_on"], KeyDateKind(data["kind"]), data["name"]
        )


_Rows = forms.formset_factory(
    SpanForm, extra=_EMPTY_ROWS, can_delete=True, absolute_max=MOST_DATES * 2, max_num=MOST_DATES * 2
)


class CalendarForm(forms.Form):
    """All dates of a year. `seen` is the mark of the calendar that the page was made from."""

    field_of: ClassVar = {"terms_disordered": "first_end", "years_overlap": "first_start"}

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, state: CalendarState, data: MultiValueDict[str, Any] | None = None) -> None:
        dates = state.dates
        initial: dict[str, Any] = {name: getattr(dates.terms, name) for name, _ in TERM_FIELDS}
        super().__init__(data, initial=initial | {"seen": state.mark})
        self.days = opening_days(state.start_year)
        for name, label in TERM_FIELDS:
            self.fields[name] = DayField(label=label, within=lambda form: form.days)
        self.rows = _Rows(
            data,
            prefix="day",
            # What is sent stands for itself: a row is not left out for saying what was there before.
            initial=[_as_row(span) for span in dates.spans] if data is None else None,
            form_kwargs={"start_year": state.start_year},
        )
        for row in self.rows:
            row.fields["DELETE"].label = "删去"

    @property
    def term_fields(self) -> list[forms.BoundField]:
        """The first and last days of the terms."""
        return [self[name] for name, _ in TERM_FIELDS]

    def clean(self) -> dict[str, Any]:
        """Rows that can be read: what is wrong stands at the row."""
        data = super().clean() or {}
        if not self.rows.is_valid():
            errors = list(self.rows.non_form_errors()) or ["“放假、调休和考试”里有地方要改，已经标在下面。"]
            self.add_error(None, errors)
        return data

    def dates(self) -> YearDates:
        """What a valid form says."""
        terms = TermDates(**{name: self.cleaned_data[name] for name, _ in TERM_FIELDS})
        spans = (row.span for row in self.rows if row not in self.rows.deleted_forms)
        return YearDates(terms, tuple(span for span in spans if span is not None))


def _as_row(span: DateSpan) -> dict[str, Any]:
    return {"kind": span.kind, "name": span.name, "starts_on": span.starts_on, "ends_on": span.ends_on}


def posted(start_year: int, dates: YearDates, seen: str) -> MultiValueDict[str, Any]:
    """`dates` as the form would send them: what a file said stands in the form to be looked at and changed."""
    data: dict[str, Any] = {"seen": seen}
    data |= {name: _iso(getattr(dates.terms, name)) for name, _ in TERM_FIELDS}
    rows = list(_rows_as_posted(dates.spans))
    data |= {"day-TOTAL_FORMS": str(len(rows)), "day-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"day-{number}-{name}": value for name, value in row.items()}
    return MultiValueDict({name: [value] for name, value in data.items()})


def _rows_as_posted(spans: Iterable[DateSpan]) -> Iterable[dict[str, str]]:
    for span in spans:
        yield {
            "kind": span.kind.value,
            "name": span.name,
            "starts_on": _iso(span.starts_on),
            "ends_on": _iso(span.ends_on),
        }


def _iso(day: datetime.date) -> str:
    return day.isoformat()
