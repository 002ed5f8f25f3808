"""Which days are school days: weekdays, the official arrangement, and above it what the school says itself."""

import datetime

from schools.calendar import YearCalendar
from schools.contexts import DateSpan, TermDates
from schools.enums import KeyDateKind, PeriodKind
from schools.models import KeyDate, Period, SchoolYear, Term
from schools.official import KNOWN_UNTIL, official_spans, usual_dates
from tests.cast import SchoolCast

DAY = datetime.date
TERMS_2025 = TermDates(DAY(2025, 9, 1), DAY(2026, 1, 22), DAY(2026, 2, 24), DAY(2026, 6, 30))


def calendar(start_year: int, *spans: DateSpan, official_until: datetime.date | None = None) -> YearCalendar:
    """A year as it would be read, without a database."""
    dates = usual_dates(start_year)
    year = SchoolYear(start_year=start_year, official_until=official_until)
    terms = [Term(number=n + 1, starts_on=first, ends_on=last) for n, (first, last) in enumerate(dates.pairs)]
    periods = tuple(Period(term=term, kind=PeriodKind.TERM) for term in terms)
    found = YearCalendar(year, dates.first_start)
    found.__dict__["_read"] = periods, spans
    return found


def test_the_official_calendar_rules_while_the_school_says_nothing() -> None:
    year = calendar(2026)
    assert year.is_school_day(DAY(2026, 9, 1))
    assert not year.is_school_day(DAY(2026, 10, 1)), "National Day is a Thursday"
    assert not year.is_school_day(DAY(2026, 9, 6)), "an ordinary Sunday"
    assert year.is_school_day(DAY(2026, 10, 10)), "a Saturday of work"


def test_a_year_that_nobody_has_published_has_weekdays() -> None:
    year = calendar(2098)
    assert (year.dates.spans, year.is_school_day(DAY(2099, 1, 1)), year.is_school_day(DAY(2099, 1, 3))) == (
        (),
        True,
        False,
    )


def test_the_school_says_more_than_the_official_calendar() -> None:
    own = DateSpan(DAY(2026, 11, 12), DAY(2026, 11, 13), KeyDateKind.HOLIDAY, "秋假")
    makes_up = DateSpan(DAY(2026, 11, 14), DAY(2026, 11, 14), KeyDateKind.WORKDAY, "补课")
    year = calendar(2026, own, makes_up)
    days = [DAY(2026, 11, n) for n in range(11, 18)]
    assert [day.day for day in days if year.is_school_day(day)] == [11, 14, 16, 17]


def test_what_the_school_has_gone_through_rules_alone() -> None:
    """A holiday that a school struck off would have come back from the official calendar."""
    year = calendar(2026, official_until=DAY(2026, 12, 31))
    assert (year.is_school_day(DAY(2026, 10, 1)), year.is_school_day(DAY(2026, 10, 10))) == (True, False)


def test_official_days_that_become_known_later_rule_again() -> None:
    gone_through = calendar(2025, official_until=DAY(2025, 12, 31))
    assert gone_through.is_school_day(DAY(2025, 10, 1))
    assert not gone_through.is_school_day(DAY(2026, 5, 1))


def test_the_official_days_are_spans_with_the_names_of_their_feasts() -> None:
    days = [DAY(2025, 9, 1) + datetime.timedelta(days=n) for n in range(365)]
    kinds = {KeyDateKind.HOLIDAY: "放假", KeyDateKind.WORKDAY: "上课"}
    spans = official_spans(days, TERMS_2025)
    assert [f"{s.name} {s.starts_on:%m%d}-{s.ends_on:%m%d} {kinds[s.kind]}" for s in spans] == [
        "国庆节调休 0928-0928 上课",
        "国庆节、中秋节 1001-1008 放假",
        "国庆节调休 1011-1011 上课",
        "元旦 0101-0103 放假",
        "元旦调休 0104-0104 上课",
        "春节 0215-0223 放假",
        "春节调休 0228-0228 上课",
        "清明节 0404-0406 放假",
        "劳动节 0501-0505 放假",
        "劳动节调休 0509-0509 上课",
        "端午节 0619-0621 放假",
    ]
    assert DAY(2026, 12, 31) <= KNOWN_UNTIL


def test_named_days_are_read_once_with_the_terms(qingzhu: SchoolCast, django_assert_num_queries: object) -> None:
    """Once a year, not once a term: days between the terms belong to neither."""
    KeyDate.objects.create(
        school=qingzhu.school, year=qingzhu.year, kind=KeyDateKind.HOLIDAY, name="寒假",
        starts_on=DAY(2027, 1, 23), ends_on=DAY(2027, 2, 21),
    )  # fmt: skip
    found = YearCalendar(qingzhu.year, DAY(2026, 9, 1))
    with django_assert_num_queries(1):  # type: ignore[operator]  # the fixture is a context manager
        assert [span.name for span in found.key_dates] == ["期中考试", "期末考试", "寒假", "期中考试", "期末考试"]
        assert not found.is_school_day(DAY(2027, 1, 25))
    assert [term.number for term in found.terms] == [1, 2]
