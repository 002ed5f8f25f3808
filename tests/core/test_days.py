"""The bounds of a day, in forms and in services."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms

from core.days import Days
from core.errors import DomainError
from core.fields import DayField, MomentField

FIRST, LAST = datetime.date(2026, 9, 1), datetime.date(2027, 1, 31)
DAYS = Days(FIRST, LAST)
DAY = datetime.timedelta(days=1)
REFUSED = "这里不能填2099年1月1日，请填2026年9月1日到2027年1月31日之间的日期。"


class Entry(forms.Form):
    day = DayField(required=False, within=lambda form: DAYS)
    moment = MomentField(required=False, within=lambda form: DAYS)


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_both_ends_are_possible(day: datetime.date) -> None:
    DAYS.check(day)
    form = Entry({"day": day.isoformat(), "moment": f"{day}T00:00"})
    assert form.is_valid()
    assert form.cleaned_data == {
        "day": day, "moment": datetime.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Shanghai"))
    }  # fmt: skip


@pytest.mark.parametrize("day", [FIRST - DAY, LAST + DAY, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)])
def test_a_day_beyond_is_refused_by_form_and_service(day: datetime.date) -> None:
    with pytest.raises(DomainError) as refusal:
        DAYS.check(day)
    assert refusal.value.code == "date_out_of_range"
    form = Entry({"day": day.isoformat()})
    assert [error.code for error in form.errors.as_data()["day"]] == ["date_out_of_range"]


def test_the_sentence_says_the_year_that_was_typed_and_what_is_possible() -> None:
    form = Entry({"day": "2099-01-01", "moment": "2099-01-01T08:00"})
    assert form.errors == {"day": [REFUSED], "moment": [REFUSED]}
    assert Days(LAST, FIRST).problem(LAST) == "这里不能填2027年1月31日，现在没有可以填的日期。"


def test_nothing_typed_is_nothing_wrong() -> None:
    DAYS.check(None)
    assert Entry({"day": "", "moment": ""}).is_valid()


def test_the_browsers_calendar_ends_at_the_bounds() -> None:
    form = Entry()
    assert 'min="2026-09-01" max="2027-01-31"' in str(form["day"])
    assert 'min="2026-09-01T00:00" max="2027-01-31T23:59"' in str(form["moment"])
