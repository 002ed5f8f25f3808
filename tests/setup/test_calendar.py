"""A year's calendar 校历: one writer for all of its dates, and everything that follows from them."""

import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.year.services.draft import draw_rollover
from mentors.year.services.rollover import RollOverChoices, roll_over, undo_rollover
from records import tasks
from records.models.records import HomeVisit, Tick
from records.setup.queries.calendar import calendar_of, calendar_state
from records.setup.services.calendar import CalendarChange, change_calendar, rehearse_calendar
from schools.calendar import SchoolCalendar
from schools.contexts import DateSpan, TermDates, YearDates
from schools.enums import ActionKind, KeyDateKind
from schools.models import KeyDate, SchoolYear, Term
from schools.services import clean_dates
from tests.cast import TODAY, SchoolCast
from tests.records.builders import visit, visit_everybody

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DAY = datetime.date
EXAM, HOLIDAY, WORKDAY = KeyDateKind.EXAM, KeyDateKind.HOLIDAY, KeyDateKind.WORKDAY
MIDTERM = "期中考试"


def shown(cast: SchoolCast, *, following: bool = False) -> YearDates:
    return calendar_of(cast.actor(cast.office), following=following).dates


def save(
    cast: SchoolCast,
    dates: YearDates,
    *,
    user: User | None = None,
    seen: str | None = None,
    following: bool = False,
    service: Callable[..., CalendarChange] = change_calendar,
) -> CalendarChange:
    actor = cast.actor(user or cast.office)
    mark = seen or calendar_of(actor, following=following).mark
    return service(actor=actor, following=following, seen=mark, dates=dates)


def with_exam(dates: YearDates, first: datetime.date, last: datetime.date) -> YearDates:
    """The first exam of the year on other days."""
    former = next(span for span in dates.spans if span.kind == EXAM)
    spans = [span for span in dates.spans if span != former]
    return YearDates(dates.terms, tuple(sorted([*spans, DateSpan(first, last, EXAM, MIDTERM)])))


def also(dates: YearDates, *spans: DateSpan) -> YearDates:
    return replace(dates, spans=tuple(sorted([*dates.spans, *spans])))


def stored(year: SchoolYear) -> list[tuple[str, str]]:
    rows = KeyDate.objects.filter(year=year).values_list("name", "starts_on", "ends_on")
    return [(name, f"{first:%m%d}-{last:%m%d}") for name, first, last in rows]


def reminded(on: datetime.date) -> dict[str, list[str]]:
    """What `remind --on` would tell whom."""
    out = StringIO()
    call_command("remind", "--on", on.isoformat(), "--dry-run", "--json", stdout=out)
    return {d["account"]: [i["sentence"] for i in d["items"]] for d in json.loads(out.getvalue())["digests"]}


# --- Saving ----------------------------------------------------------------------------------------------------------
def test_a_calendar_begins_with_guessed_exams_and_the_official_days(qingzhu: SchoolCast) -> None:
    state = calendar_state(qingzhu.year)
    assert (state.is_confirmed, state.unknown_from is not None) == (False, True)
    assert [(s.name, f"{s.starts_on:%m%d}-{s.ends_on:%m%d}") for s in state.dates.spans[:6]] == [
        ("国庆节调休", "0920-0920"),
        ("中秋节", "0925-0927"),
        ("国庆节", "1001-1007"),
        ("国庆节调休", "1010-1010"),
        ("期中考试", "1109-1111"),
        ("期末考试", "0111-0113"),
    ]


def test_saving_what_is_shown_keeps_it_and_says_that_the_school_went_through_it(qingzhu: SchoolCast) -> None:
    before = shown(qingzhu)
    done = save(qingzhu, before)
    year = SchoolYear.objects.get(pk=qingzhu.year.pk)
    assert (done.changed, done.new, done.gone, done.pupils) == (True, (), (), 0)
    assert (calendar_state(year).is_confirmed, shown(qingzhu)) == (True, before)
    again = save(qingzhu, before, seen="a mark of long ago")
    assert (again.changed, AuditEntry.objects.filter(verb="change_calendar").count()) == (False, 1)


def test_all_dates_of_a_year_are_written_at_once(qingzhu: SchoolCast) -> None:
    terms = TermDates(DAY(2026, 8, 31), DAY(2027, 1, 29), DAY(2027, 2, 28), DAY(2027, 7, 2))
    spans = (
        DateSpan(DAY(2026, 11, 16), DAY(2026, 11, 18), EXAM, "期中考试"),
        DateSpan(DAY(2027, 1, 30), DAY(2027, 2, 27), HOLIDAY, "寒假"),
        DateSpan(DAY(2027, 3, 6), DAY(2027, 3, 6), WORKDAY, ""),
    )
    save(qingzhu, YearDates(terms, spans[::-1]), user=qingzhu.admin)
    year = SchoolYear.objects.get(pk=qingzhu.year.pk)
    assert (year.starts_on, year.ends_on) == (terms.first_start, terms.second_end)
    assert list(Term.objects.filter(year=year).values_list("starts_on", "ends_on")) == list(terms.pairs)
    assert stored(year) == [("期中考试", "1116-1118"), ("寒假", "0130-0227"), ("调休上课", "0306-0306")]
    entry = AuditEntry.objects.get(verb="change_calendar")
    assert (entry.target_id, entry.detail) == (year.pk, {"dates": 3, "ticks": 0, "records": 0})


T = TermDates(DAY(2026, 9, 1), DAY(2027, 1, 22), DAY(2027, 2, 22), DAY(2027, 6, 30))


def span(first: str, last: str, kind: KeyDateKind = HOLIDAY, name: str = "假") -> DateSpan:
    return DateSpan(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last), kind, name)


@pytest.mark.parametrize(
    "dates, code",
    [
        (YearDates(replace(T, first_start=DAY(2026, 6, 30)), ()), "date_out_of_range"),
        (YearDates(replace(T, second_end=DAY(2027, 9, 1)), ()), "date_out_of_range"),
        (YearDates(replace(T, first_end=DAY(2027, 2, 22)), ()), "terms_disordered"),
        (YearDates(T, (span("2026-10-02", "2026-10-01"),)), "span_disordered"),
        (YearDates(T, (span("2027-08-31", "2027-09-01"),)), "date_out_of_range"),
        (YearDates(T, (span("2026-10-01", "2026-10-03"), span("2026-10-03", "2026-10-04", WORKDAY))), "spans_overlap"),
        (YearDates(T, tuple(span(day, "2026-11-04", EXAM) for day in ("2026-11-02", "2026-11-04"))), "spans_overlap"),
        (YearDates(T, (span("2027-01-21", "2027-01-23", EXAM),)), "exam_outside"),
        (YearDates(T, (span("2026-10-01", "2026-10-01", name="长" * 31),)), "name_too_long"),
        (YearDates(T, tuple(span("2026-10-01", "2026-10-01") for _ in range(81))), "too_many_dates"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_are_refused_and_nothing_is_written(
    dates: YearDates, code: str, qingzhu: SchoolCast
) -> None:
    before = stored(qingzhu.year)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, dates)
    assert (refused.value.code, stored(qingzhu.year)) == (code, before)


def test_an_exam_may_be_on_a_saturday_with_school() -> None:
    dates = YearDates(T, (span("2026-10-10", "2026-10-10", WORKDAY), span("2026-10-09", "2026-10-10", EXAM)))
    assert clean_dates(2026, dates).spans == tuple(sorted(dates.spans))


def test_what_somebody_else_saved_meanwhile_is_not_written_over(qingzhu: SchoolCast) -> None:
    dates = shown(qingzhu)
    mark = calendar_of(qingzhu.actor(qingzhu.office), following=False).mark
    save(qingzhu, with_exam(dates, DAY(2026, 11, 16), DAY(2026, 11, 18)), user=qingzhu.admin)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, with_exam(dates, DAY(2026, 11, 2), DAY(2026, 11, 4)), seen=mark)
    assert refused.value.code == "stale"


@pytest.mark.parametrize("part", ["mentor", "homeroom", "counsellor", "leader"])
def test_only_the_office_and_the_administrator_change_it(part: str, qingzhu: SchoolCast) -> None:
    dates = shown(qingzhu)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, dates, user=qingzhu.people[part])
    assert refused.value.code == "not_allowed"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_shown_and_sent_back_unchanged_changes_nothing(data: st.DataObject, qingzhu: SchoolCast) -> None:
    """Whatever calendar a school has, reading and writing it are each other's inverse."""
    bounds = st.dates(DAY(2026, 7, 1), DAY(2027, 8, 31))
    first, second, third, fourth = sorted(data.draw(st.lists(bounds, min_size=4, max_size=4, unique=True)))
    terms = TermDates(first, second, third, fourth)
    days = sorted(data.draw(st.lists(bounds, max_size=12, unique=True)))
    kinds, names = st.sampled_from([HOLIDAY, WORKDAY]), st.text("校运会 假", max_size=8)
    spans = [
        DateSpan(one, other, data.draw(kinds), data.draw(names))
        for one, other in zip(days[::2], days[1::2], strict=False)
    ]
    save(qingzhu, YearDates(terms, tuple(spans)))
    dates, rows = shown(qingzhu), set(KeyDate.objects.values_list("pk", flat=True))
    assert save(qingzhu, dates).changed is False
    assert (shown(qingzhu), set(KeyDate.objects.values_list("pk", flat=True))) == (dates, rows)


# --- What follows ----------------------------------------------------------------------------------------------------
def test_moving_the_exam_week_moves_talk_windows_and_the_reminders_of_the_next_days(qingzhu: SchoolCast) -> None:
    """Exams were guessed in code, nobody could change them, and every reminder of a talk hung on them."""
    visit_everybody(qingzhu)
    monday, later = DAY(2026, 11, 23), DAY(2026, 11, 30)
    talks = {"qingzhu-mentor": 2, "qingzhu-colleague": 1, "qingzhu-sharer": 1}

    def until(day: str) -> dict[str, list[str]]:
        return {who: [f"还有 {n} 位同学没有谈心（{day}前）"] for who, n in talks.items()}

    # The exams are on 9–11 November, so talks are due by the 25th.
    assert (reminded(monday), reminded(later), reminded(DAY(2026, 12, 7))) == (until("11月25日"), {}, {})

    change = save(qingzhu, with_exam(shown(qingzhu), DAY(2026, 11, 23), DAY(2026, 11, 25)), service=rehearse_calendar)
    assert reminded(monday) == until("11月25日"), "a rehearsal keeps nothing"
    (move,) = change.moves
    assert (move.label, move.term.number) == ("谈心", 1)
    assert [(w.opens_on, w.due_on) for w in move.before] == [
        (DAY(2026, 10, 26), DAY(2026, 11, 25)),
        (DAY(2026, 12, 28), DAY(2027, 1, 22)),
    ]
    assert [(w.opens_on, w.due_on) for w in move.after] == [
        (DAY(2026, 11, 9), DAY(2026, 12, 9)),
        (DAY(2026, 12, 28), DAY(2027, 1, 22)),
    ]
    first = change.reminders[0]
    assert (first.day, first.before, first.after) == (
        DAY(2026, 11, 19), ("谈心（11月25日前）：3 人",), ("谈心（12月9日前）：3 人",)
    )  # fmt: skip

    save(qingzhu, with_exam(shown(qingzhu), DAY(2026, 11, 23), DAY(2026, 11, 25)))
    assert (reminded(monday), reminded(later)) == (until("12月9日"), until("12月9日"))
    assert reminded(DAY(2026, 12, 7)) == until("12月9日")


def test_a_day_off_stops_the_daily_task_and_a_day_of_school_lets_it_run(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = also(
        shown(qingzhu),
        span("2026-11-19", "2026-11-20", HOLIDAY, "校运会"),
        span("2026-11-21", "2026-11-21", WORKDAY, "补课"),
    )
    save(qingzhu, dates)
    ran: list[int] = []

    def sent(*, on: datetime.date, schools: object) -> list[object]:
        ran.append(on.day)
        return []

    monkeypatch.setattr(tasks, "send_digests", sent)
    for day in range(18, 25):
        monkeypatch.setattr(tasks, "today", lambda day=day: DAY(2026, 11, day))
        tasks.remind()
    assert ran == [18, 21, 23, 24]


def test_records_count_for_the_term_of_their_day_and_ticks_follow(qingzhu: SchoolCast) -> None:
    """A visit in the weeks before the second term counts for it; when that term begins later, it does not yet."""
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil)
    second = Term.objects.get(year=qingzhu.year, number=2)
    HomeVisit.objects.update(date=DAY(2027, 1, 25), term=second)
    Tick.objects.update(period=second.period)
    late = replace(T, first_end=DAY(2027, 2, 5), second_start=DAY(2027, 3, 8))

    told = save(qingzhu, YearDates(late, ()), service=rehearse_calendar)
    assert (told.pupils, told.moved_records, HomeVisit.objects.get().term_id) == (1, 1, second.pk)
    done = save(qingzhu, YearDates(late, ()))
    assert (done.pupils, done.moved_records) == (1, 1)
    assert HomeVisit.objects.get().term.number == 1
    (tick,) = Tick.objects.filter(pupil=pupil, action=ActionKind.VISIT)
    assert tick.period.term == Term.objects.get(year=qingzhu.year, number=1)


# --- The next year ---------------------------------------------------------------------------------------------------
def test_the_next_years_calendar_is_set_before_the_school_goes_up(qingzhu: SchoolCast) -> None:
    dates = shown(qingzhu, following=True)
    terms = replace(dates.terms, first_start=DAY(2027, 8, 30))
    save(qingzhu, replace(dates, terms=terms), following=True)
    prepared = SchoolYear.objects.get(school=qingzhu.school, start_year=2027)
    assert (prepared.is_current, prepared.starts_on) == (False, DAY(2027, 8, 30))
    assert list(SchoolYear.objects.prepared()) == [prepared]
    calendar = SchoolCalendar(qingzhu.school.pk, TODAY)
    assert calendar.year == qingzhu.year
    assert {term.year_id for term in calendar.now.near_terms} == {qingzhu.year.pk}


def test_going_up_takes_the_prepared_calendar_and_taking_it_back_leaves_it(qingzhu: SchoolCast) -> None:
    """Whoever set the next year's exams in June would have set them again after the roll-over."""
    dates = shown(qingzhu, following=True)
    exams = tuple(s for s in dates.spans if s.kind == EXAM)
    save(qingzhu, replace(dates, terms=replace(dates.terms, first_start=DAY(2027, 8, 30)), spans=exams), following=True)
    prepared = SchoolYear.objects.get(school=qingzhu.school, start_year=2027)
    actor, later = qingzhu.actor(qingzhu.admin), replace(dates.terms, first_start=DAY(2027, 9, 2))
    basis = draw_rollover(actor=actor, year=qingzhu.year).basis
    done = roll_over(actor=actor, year=qingzhu.year, choices=RollOverChoices(later, {}), basis=basis)
    assert (done.to_year, done.to_year.is_current, calendar_state(done.to_year).is_confirmed) == (prepared, True, True)
    assert calendar_state(SchoolYear.objects.get(pk=prepared.pk)).dates == YearDates(later, exams)

    undo_rollover(actor=qingzhu.actor(qingzhu.admin), rollover=done)
    assert (shown(qingzhu, following=True), SchoolYear.objects.current().filter(school=qingzhu.school).get()) == (
        YearDates(later, exams),
        qingzhu.year,
    )


def test_terms_of_two_years_stay_apart(qingzhu: SchoolCast) -> None:
    dates = shown(qingzhu)
    following = shown(qingzhu, following=True)
    save(qingzhu, replace(dates, terms=replace(dates.terms, second_end=DAY(2027, 7, 9))))
    early = replace(following.terms, first_start=DAY(2027, 7, 9))
    with pytest.raises(DomainError) as refused:
        save(qingzhu, replace(following, terms=early), following=True)
    assert refused.value.code == "years_overlap"


def test_a_year_of_another_school_is_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    actor: Actor = qingzhu.actor(qingzhu.admin)
    assert calendar_of(actor, following=False).year == qingzhu.year
    save(qingzhu, shown(qingzhu))
    assert SchoolYear.objects.get(pk=other.year.pk).official_until is None
