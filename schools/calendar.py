"""A school's time 校历: its years, terms and key dates, and the plan of a day. Each is read when first asked, and once.

The one reader of the present year and of the plan in force; people have it as `actor.calendar`.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, Final, cast

from django.db.models import F, FilteredRelation, Q, QuerySet

from core.errors import DomainError
from core.kept import kept
from core.text import small_number
from schools.contexts import DateSpan, YearDates
from schools.enums import ActionKind, KeyDateKind, LetterTone, PeriodKind
from schools.models import Period, Plan, School, SchoolYear, Term
from schools.official import dates_of
from schools.plan_rules import plans_of_year, read_plans
from schools.queries import Due, OwedAction, PlanRules, Window, action_windows, begun_term, due_together

#: The present year and those before it that pages offer.
NEAR_YEARS: Final = 3
_DATE_COLUMNS: Final = ("pk", "year_id", "kind", "name", "starts_on", "ends_on")


class YearCalendar:
    """One year of a school, seen from the day `today` in one of its terms: number `term_number`, else today's."""

    def __init__(self, year: SchoolYear, today: datetime.date, *, term_number: int | None = None) -> None:
        self.year = year
        self.today = today
        self._term_number = term_number

    @cached_property
    def _read(self) -> tuple[tuple[Period, ...], tuple[DateSpan, ...]]:
        periods, dates = _periods_with_dates(_periods_of_year(self.year.pk))
        for period in periods:
            period.year = self.year
            if period.term is not None:
                period.term.year = self.year
        return periods, dates.get(self.year.pk, ())

    @property
    def periods(self) -> tuple[Period, ...]:
        """First term, second term, whole year."""
        return self._read[0]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms in order."""
        return tuple(period.term for period in self.periods if period.term is not None)

    @cached_property
    def versions(self) -> tuple[PlanRules, ...]:
        """All versions of the year's plan, the oldest first. One query; grades' modes of matching one more."""
        return plans_of_year(self.year.pk)

    @property
    def is_set_up(self) -> bool:
        """Whether the year has terms and a plan."""
        return bool(self.terms and self.versions)

    @cached_property
    def term(self) -> Term:
        """The term that is looked at. Raises ValueError while the year has none."""
        chosen = (term for term in self.terms if term.number == self._term_number)
        return next(chosen, None) or term_on(self.terms, self.today)

    @property
    def key_dates(self) -> tuple[DateSpan, ...]:
        """Exams, holidays and other named days that the school has stored, in order."""
        return self._read[1]

    @cached_property
    def dates(self) -> YearDates:
        """The year's calendar 校历 as it rules. Raises ValueError while the year has no terms. No further query."""
        return dates_of(self.year, self.terms, self.key_dates)

    def is_school_day(self, day: datetime.date) -> bool:
        """Whether teachers work on `day`, by the school's own calendar."""
        return self.dates.is_school_day(day)

    @cached_property
    def rules(self) -> PlanRules:
        """What the plan asks today, or asked at the end of a term that is over. Raises ValueError without a plan."""
        return self.rules_until(self.term.ends_on)

    def rules_until(self, last_day: datetime.date) -> PlanRules:
        """What the plan asks today, or asked on the last day of a term or year that is over. Raises as `rules`."""
        found = self.plan_on(min(self.today, last_day))
        if found is None:
            raise ValueError("a school year has no plan")
        return found

    def plan_on(self, day: datetime.date) -> PlanRules | None:
        """The plan that holds on `day`; before its first version takes effect, that one; None without any."""
        held = (v for v in reversed(self.versions) if v.plan.effective_from <= day)
        return next(held, None) or next(iter(self.versions), None)

    def in_term(self, number: int | None) -> "YearCalendar":
        """The same year, looked at in another term."""
        other = YearCalendar(self.year, self.today, term_number=number)
        other.__dict__.update({name: self.__dict__[name] for name in ("_read", "versions") if name in self.__dict__})
        return other

    def seen_on(self, day: datetime.date, *, also: PlanRules | None = None) -> "YearCalendar":
        """The year as it will stand on `day`; with `also` as if that version of the plan were among the others."""
        other = YearCalendar(self.year, day)
        versions = [*self.versions, also] if also is not None else self.versions
        ordered = tuple(sorted(versions, key=lambda rules: (rules.plan.effective_from, rules.plan.version)))
        other.__dict__.update({"_read": self._read, "versions": ordered})
        return other

    @property
    def key(self) -> str:
        """The term that is looked at, in an address."""
        return self.term.key

    @property
    def at(self) -> str:
        """What keeps an address in the term that is looked at; nothing while that is today's."""
        is_today = self.year.is_current and self.term.pk == term_on(self.terms, self.today).pk
        return "" if is_today else f"?term={self.key}"

    @cached_property
    def near_terms(self) -> tuple[Term, ...]:
        """The terms of the present year and of the two before it, the newest year first, year at hand. One query."""
        found = _near_terms(self.year.school_id)
        newest = next((term.year.start_year for term in found if term.year.is_current), self.year.start_year)
        return tuple(term for term in found if 0 <= newest - term.year.start_year < NEAR_YEARS)

    @property
    def term_choices(self) -> list[tuple[str, str]]:
        """The near terms by key, as a list to choose from names them."""
        return [(term.key, _year_word(term.year, self.near_terms) + term.short_name) for term in self.near_terms]

    def other_years(self, among: Collection[int] | None = None) -> list[tuple[str, str]]:
        """The near years but this one: the key of the last term, of the present year of today's, and the name.

        With `among`, only the present year and those with these keys.
        """
        near = (t for t in self.near_terms if among is None or t.year.is_current or t.year_id in among)
        last = {term.year_id: term for term in near if term.year_id != self.year.pk}
        return [
            (
                "" if term.year.is_current else term.key,
                _year_word(term.year, self.near_terms) or "本学年",
            )
            for term in last.values()
        ]

    def term_for(self, day: datetime.date) -> Term:
        """The term that a record of `day` counts for: a visit before term starts counts for that term."""
        return term_on(self.terms, day)

    def period_of(self, action: OwedAction, term: Term | None = None) -> Period:
        """The period in which a record of `term` (default: the one that is looked at) counts for `action`."""
        wanted = (term or self.term).pk if action.period == PeriodKind.TERM else None
        return next(period for period in self.periods if period.term_id == wanted)

    def windows(self, action: OwedAction, term: Term | None = None) -> list[Window]:
        """The windows of `action` in `term` (default: the one that is looked at), in order of their ends."""
        if action.any_day and action.period == PeriodKind.YEAR:
            return [Window(self.year.starts_on, self.year.ends_on)]
        return self.term_windows(action, term or self.term)

    def term_windows(self, action: OwedAction, term: Term) -> list[Window]:
        """As `windows`; an action that may be done at any time of the year has the term's days."""
        exams = (date for date in self.key_dates if date.kind == KeyDateKind.EXAM)
        return action_windows(action, term, [exam for exam in exams if begun_term(self.terms, exam.starts_on) == term])

    def over_windows(self) -> list[Due]:
        """The required actions of the year whose last window is over, by its end.

        An action that is owed once a year is looked at in the term that is looked at. No query.
        """
        found = [
            (owed, term, windows[-1])
            for term in self.terms
            for owed in self.rules_until(term.ends_on).actions
            if owed.required and (owed.period == PeriodKind.TERM or term == self.term)
            if (windows := self.windows(owed, term)) and windows[-1].due_on < self.today
        ]
        return sorted(due_together(found), key=lambda due: due.window.due_on)

    def closed_before(self, window: Window) -> bool:
        """Whether the window was over 使用本系统以前: what was done in it stands on paper, if at all.

        A query where the year's school is not at hand.
        """
        began = self.year.school.began_on
        return began is not None and window.due_on < began

    def open_windows(self, rules: PlanRules, day: datetime.date) -> list[Due]:
        """The windows, in all terms, of what `rules` require that are open on `day`. No query."""
        return due_together(
            (owed, term, window)
            for term in self.terms
            for owed in rules.actions
            if owed.required
            for window in self.term_windows(owed, term)
            if window.contains(day)
        )

    def label(self, action: ActionKind) -> str:
        """The action as this school calls it: its letter may be named 成长激励卡."""
        return self.letter_label if action == ActionKind.LETTER else action.label

    @property
    def letter_label(self) -> str:
        """What the school calls its letter."""
        return self.rules.plan.letter_label

    @property
    def with_advice(self) -> bool:
        """Whether the letter also gives advice 成长建议 (Wuhu plan 五(三))."""
        return self.rules.plan.letter_tone == LetterTone.WITH_ADVICE


class SchoolCalendar:
    """The years of a school as they stand on the day `today`; empty for whoever acts in no school."""

    def __init__(self, school_id: int | None, today: datetime.date, school: School | None = None) -> None:
        self.school_id = school_id
        self.today = today
        # At hand, it is not read again with each of its periods.
        self._school = school

    @cached_property
    def _present(self) -> YearCalendar | None:
        """The present year with its terms and key dates. One query; a second one for a year without any term."""
        if self.school_id is None:
            return None
        periods, dates = _periods_with_dates(_present_periods(self.school_id, with_school=self._school is None))
        if not periods:
            year = SchoolYear.objects.current().filter(school_id=self.school_id).select_related("school").first()
            return YearCalendar(year, self.today) if year is not None else None
        calendar = YearCalendar(periods[0].year, self.today)
        if self._school is not None:
            calendar.year.school = self._school
        for period in periods:
            period.year = calendar.year
            if period.term is not None:
                period.term.year = calendar.year
        calendar.__dict__["_read"] = periods, dates.get(calendar.year.pk, ())
        return calendar

    @property
    def year(self) -> SchoolYear | None:
        """The present year, if there is one."""
        return self._present.year if self._present is not None else None

    @cached_property
    def present(self) -> YearCalendar | None:
        """The present year in today's term; None while the school has no year, no terms or no plan."""
        return self._present if self._present is not None and self._present.is_set_up else None

    @cached_property
    def now(self) -> YearCalendar:
        """As `present`. Raises DomainError `not_set_up` while there is none."""
        if self.present is None:
            raise _not_set_up()
        return self.present

    def in_term(self, number: int | None) -> YearCalendar | None:
        """As `present`, looked at in term `number`, or in today's."""
        return self.present.in_term(number) if self.present is not None else None

    def at(self, key: str) -> YearCalendar | None:
        """The year and term that `key` names (`YearCalendar.key`); without such a year as `in_term`."""
        start, _, number = key.rpartition("-")
        term = int(number) if number in ("1", "2") else None
        former = self._former(small_number(start)) if start else None
        return former.in_term(term) if former is not None else self.in_term(term)

    def _former(self, start_year: int | None) -> YearCalendar | None:
        if self.year is None or start_year is None or not 0 < self.year.start_year - start_year < NEAR_YEARS:
            return None
        rows = SchoolYear.objects.filter(school_id=self.year.school_id, start_year=start_year)
        year = rows.select_related("school").first()
        calendar = self.of(year) if year is not None else None
        return calendar if calendar is not None and calendar.is_set_up else None

    def this_year(self) -> SchoolYear:
        """The present year. Raises DomainError `no_year` while there is none."""
        if self.year is None:
            raise DomainError("no_year", "学校还没有当前学年，请联系学校管理员先建立学年。")
        return self.year

    def of(self, year: SchoolYear) -> YearCalendar:
        """Any year of the school, in the term of today or the one nearest to it."""
        known = self.__dict__.get("_present")
        if known is not None and known.year.pk == year.pk:
            return cast(YearCalendar, known)
        others: dict[int, YearCalendar] = self.__dict__.setdefault("_others", {})
        return others.setdefault(year.pk, YearCalendar(year, self.today))

    def of_term(self, term: Term) -> YearCalendar:
        """The year of `term`, looked at in that term."""
        known = self.__dict__.get("_present")
        year = known.year if known is not None and known.year.pk == term.year_id else term.year
        return self.of(year).in_term(term.number)

    def forget(self) -> None:
        """Read anew: for the services that change years, terms, dates or plans."""
        self._school = None
        for name in ("_present", "present", "now", "_others"):
            self.__dict__.pop(name, None)


def calendars_of(schools: Iterable[School], today: datetime.date) -> dict[int, YearCalendar]:
    """The present years by the keys of their schools, for comparing schools. Three queries whatever their number."""
    years = {year.school_id: year for year in SchoolYear.objects.current().filter(school__in=schools)}
    periods, dates = _periods_with_dates(list(_with_dates(Period.objects.filter(year__in=years.values()))))
    versions = read_plans(Plan.objects.filter(withdrawn_at=None, year__in=years.values()))
    calendars = {school_id: YearCalendar(year, today) for school_id, year in years.items()}
    for calendar in calendars.values():
        own = tuple(period for period in periods if period.year_id == calendar.year.pk)
        calendar.__dict__["_read"] = own, dates.get(calendar.year.pk, ())
        calendar.__dict__["versions"] = versions.get(calendar.year.pk, ())
    return calendars


def _year_word(year: SchoolYear, near: Iterable[Term]) -> str:
    """How the year is called beside the present one, which needs no word."""
    if year.is_current:
        return ""
    return "上学年" if any(t.year.is_current and t.year.start_year == year.start_year + 1 for t in near) else str(year)


def _not_set_up() -> DomainError:
    return DomainError("not_set_up", "本学年的学期或方案还没有设置，请联系学校管理员。")


@kept
def _present_periods(school_id: int, *, with_school: bool) -> QuerySet[Period]:
    rows = Period.objects.filter(year__is_current=True, year__school_id=school_id)
    return _with_dates(rows.select_related("year__school" if with_school else "year"))


@kept
def _periods_of_year(year_id: int) -> QuerySet[Period]:
    return _with_dates(Period.objects.filter(year_id=year_id))


def _with_dates(rows: QuerySet[Period]) -> QuerySet[Period]:
    """The periods of `rows`, terms in order and the year last, this once for each named day."""
    return (
        rows.select_related("term")
        # Once a year, beside the period that is the whole year, and not again for each term.
        .annotate(date=FilteredRelation("year__key_dates", condition=Q(term=None)))
        .annotate(**{f"date_{name}": F(f"date__{name}") for name in _DATE_COLUMNS})
        .order_by(F("term__starts_on").asc(nulls_last=True), F("date__starts_on").asc(nulls_last=True), "date__pk")
    )


def _periods_with_dates(found: Iterable[Any]) -> tuple[tuple[Period, ...], dict[int, tuple[DateSpan, ...]]]:
    """The periods, and the named days by the year's key, of rows as `_with_dates` gives them."""
    periods: dict[int, Period] = {}
    dates: dict[int, list[DateSpan]] = defaultdict(list)
    for row in found:
        periods.setdefault(row.pk, row)
        if row.date_pk is not None:
            span = DateSpan(row.date_starts_on, row.date_ends_on, KeyDateKind(row.date_kind), row.date_name)
            dates[row.date_year_id].append(span)
    return tuple(periods.values()), {year_id: tuple(spans) for year_id, spans in dates.items()}


def term_on(terms: Iterable[Term], day: datetime.date, *, lead_days: int = 35) -> Term:
    """The term that `day` belongs to. The weeks before a term (`lead_days`) belong to it: visits open early.

    Before the first: the first; after the last: the last. Raises ValueError without terms.
    """
    ordered = sorted(terms, key=lambda t: t.starts_on)
    if not ordered:
        raise ValueError("a school year has no terms")
    found = ordered[0]
    for term in ordered:
        if day >= term.starts_on - datetime.timedelta(days=lead_days) and day > found.ends_on:
            found = term
    return found


@kept
def _near_terms(school_id: int) -> QuerySet[Term]:
    rows = Term._default_manager.filter(school_id=school_id).select_related("year")
    return rows.order_by("-year__start_year", "number")[: 2 * (NEAR_YEARS + 1)]
