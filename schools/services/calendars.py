"""The only writer of a year's calendar 校历: its terms, exams, days off and school on a weekend."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.db import transaction

from core.clock import cn_day, cn_full_day
from core.errors import DomainError
from core.text import clean_text
from schools.contexts import DateSpan, TermDates, YearDates
from schools.days import opening_days
from schools.enums import KeyDateKind, PeriodKind
from schools.models import KeyDate, Period, School, SchoolYear, Term
from schools.official import known_until

#: As many named days as a year can have, and how long one's name is.
MOST_DATES: Final = 80
NAME_LENGTH: Final = 30


def clean_dates(start_year: int, dates: YearDates) -> YearDates:
    """`dates` in order and with clean names, the kind's own for those that have none.

    Raises DomainError `date_out_of_range`, `terms_disordered`, `too_many_dates`, `span_disordered`, `exam_outside`,
    `spans_overlap`, `name_too_long`.
    """
    bounds = opening_days(start_year)
    for first, last in dates.terms.pairs:
        bounds.check(first)
        bounds.check(last)
    if not dates.terms.in_order:
        raise DomainError("terms_disordered", "两个学期的日期要依次往后，请检查开学和结束的日期。")
    if len(dates.spans) > MOST_DATES:
        raise DomainError("too_many_dates", f"一学年最多登记 {MOST_DATES} 条日期，现在有 {len(dates.spans)} 条。")
    spans = sorted(_clean(span) for span in dates.spans)
    for span in spans:
        bounds.check(span.starts_on)
        bounds.check(span.ends_on)
        if span.ends_on < span.starts_on:
            days = f"{cn_full_day(span.starts_on)}到{cn_full_day(span.ends_on)}"
            raise DomainError("span_disordered", f"“{span.name}”的结束日期在开始日期之前（{days}），请检查。")
        if span.kind == KeyDateKind.EXAM and not _in_one_term(span, dates.terms):
            raise DomainError("exam_outside", f"“{span.name}”（{_days(span)}）不在学期里，请检查考试或学期的日期。")
    exams = [span for span in spans if span.kind == KeyDateKind.EXAM]
    _check_apart(exams)
    # A day is either off or not; exams may well be held on a Saturday with school.
    _check_apart(span for span in spans if span.kind != KeyDateKind.EXAM)
    return YearDates(dates.terms, tuple(spans))


def _clean(span: DateSpan) -> DateSpan:
    name = clean_text(span.name) or span.kind.label
    if len(name) > NAME_LENGTH:
        raise DomainError("name_too_long", f"名称最多 {NAME_LENGTH} 字，“{name[:10]}…”有 {len(name)} 字。")
    return DateSpan(span.starts_on, span.ends_on, span.kind, name)


def _in_one_term(span: DateSpan, terms: TermDates) -> bool:
    return any(first <= span.starts_on and span.ends_on <= last for first, last in terms.pairs)


def _check_apart(spans: Iterable[DateSpan]) -> None:
    for one, other in pairwise(spans):
        if other.starts_on <= one.ends_on:
            both = f"“{one.name}”（{_days(one)}）和“{other.name}”（{_days(other)}）"
            raise DomainError("spans_overlap", f"{both}的日期重叠了，请改其中一条。")


def _days(span: DateSpan) -> str:
    first, last = cn_day(span.starts_on), cn_day(span.ends_on)
    return first if first == last else f"{first}到{last}"


@transaction.atomic
def set_dates(*, year: SchoolYear, dates: YearDates) -> bool:
    """Write the whole calendar of `year`; whether anything changed. The caller holds the year's lock.

    What is official by now counts as gone through: what `dates` leave out stays out. Raises DomainError as
    `clean_dates`, and `years_overlap` where another year's terms are touched.
    """
    dates = clean_dates(year.start_year, dates)
    first, last = dates.terms.first_start, dates.terms.second_end
    for other in SchoolYear.objects.filter(school_id=year.school_id).exclude(pk=year.pk):
        if other.start_year < year.start_year and other.ends_on >= first:
            raise DomainError("years_overlap", f"{other}到{cn_full_day(other.ends_on)}才结束，第一学期要在这以后开学。")
        if other.start_year > year.start_year and other.starts_on <= last:
            raise DomainError("years_overlap", f"{other}从{cn_full_day(other.starts_on)}开始，第二学期要在这以前结束。")
    changed = False
    terms = Term.objects.filter(year=year).order_by("number")
    for term, (starts_on, ends_on) in zip(terms, dates.terms.pairs, strict=True):
        if (term.starts_on, term.ends_on) != (starts_on, ends_on):
            Term.objects.filter(pk=term.pk).update(starts_on=starts_on, ends_on=ends_on)
            changed = True
    stored: dict[DateSpan, int] = {}
    doubled = []
    for row in KeyDate.objects.filter(year=year):
        span = DateSpan(row.starts_on, row.ends_on, KeyDateKind(row.kind), row.name)
        if span in stored:
            doubled.append(row.pk)
        stored[span] = row.pk
    gone = [pk for span, pk in stored.items() if span not in dates.spans] + doubled
    new = [span for span in dates.spans if span not in stored]
    KeyDate.objects.filter(pk__in=gone).delete()
    KeyDate.objects.bulk_create(_row(year, span) for span in new)
    own = {"starts_on": first, "ends_on": last, "official_until": known_until(year.start_year)}
    changed = changed or bool(gone or new) or any(getattr(year, name) != value for name, value in own.items())
    SchoolYear.objects.filter(pk=year.pk).update(**own)
    for name, value in own.items():
        setattr(year, name, value)
    return changed


def dates_of_year(year: SchoolYear) -> YearDates:
    """What is stored of a year's calendar. Two queries."""
    first, second = Term.objects.filter(year=year).order_by("number")
    rows = KeyDate.objects.filter(year=year)
    spans = sorted(DateSpan(row.starts_on, row.ends_on, KeyDateKind(row.kind), row.name) for row in rows)
    return YearDates(TermDates(first.starts_on, first.ends_on, second.starts_on, second.ends_on), tuple(spans))


def make_year(
    *,
    school: School,
    start_year: int,
    dates: YearDates,
    is_current: bool,
    official_until: datetime.date | None = None,
) -> SchoolYear:
    """The year `start_year` with its terms, periods and named days, as they are given."""
    year = NewYear(school, start_year, dates, is_current, official_until)
    return make_years([year])[0]


@dataclass(frozen=True, slots=True)
class NewYear:
    """A year of a school as it is to be made; see `make_year`."""

    school: School
    start_year: int
    dates: YearDates
    is_current: bool
    official_until: datetime.date | None = None


@transaction.atomic
def make_years(years: Sequence[NewYear]) -> list[SchoolYear]:
    """`make_year` for many schools. Four queries whatever their number."""
    made = SchoolYear.objects.bulk_create(
        SchoolYear(
            school=one.school,
            start_year=one.start_year,
            starts_on=one.dates.terms.first_start,
            ends_on=one.dates.terms.second_end,
            is_current=one.is_current,
            official_until=one.official_until,
        )
        for one in years
    )
    pairs = list(zip(made, years, strict=True))
    terms = Term.objects.bulk_create(
        Term(school=one.school, year=year, number=number, starts_on=starts_on, ends_on=ends_on)
        for year, one in pairs
        for number, (starts_on, ends_on) in enumerate(one.dates.terms.pairs, start=1)
    )
    of_year = [Period(school=one.school, year=year, term=None, kind=PeriodKind.YEAR) for year, one in pairs]
    of_term = [Period(school_id=t.school_id, year_id=t.year_id, term=t, kind=PeriodKind.TERM) for t in terms]
    Period.objects.bulk_create([*of_year, *of_term])
    KeyDate.objects.bulk_create(_row(year, span) for year, one in pairs for span in one.dates.spans)
    return made


def _row(year: SchoolYear, span: DateSpan) -> KeyDate:
    return KeyDate(
        school_id=year.school_id,
        year=year,
        kind=span.kind,
        name=span.name,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
    )
