"""Every figure of the trends, counted again by hand from the raw rows of a school made by chance."""

import datetime
import io
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.workbooks import cell_text, read_workbook
from mentors.models.slots import Assignment, CapException, Mentor, MentorMember
from mentors.staff.models import TrainingSession
from records.enums import Occasion, Strategy, TalkForm, VisitForm
from records.figures.contexts import Chart, Section
from records.figures.queries.records import waited_word
from records.figures.queries.trends import Trends, find_trends
from records.figures.queries.weeks import bands_of, in_weeks, weeks_of
from records.models.care import TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.office.queries.dashboard import find_dashboard
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import Grade, PlanAction
from students.models import Enrolment
from tests.cast import TODAY, SchoolCast
from tests.figures.generated import ACTIONS, Generated, generate

SignIn = Callable[[User], Client]
Day = datetime.date


def trends_of(cast: SchoolCast) -> tuple[YearCalendar, Trends]:
    actor = cast.actor(cast.office)
    calendar = actor.calendar.now
    return calendar, find_trends(actor, calendar)


def section(trends: Trends, key: str) -> Section:
    return next(one for one in trends.sections if one.key == key)


def chart(trends: Trends, key: str) -> Chart:
    return next(one for one in trends.charts if one.key == key)


def facts(one: Section) -> list[tuple[str, int, str]]:
    return [(fact.label, fact.value, fact.hint) for fact in one.facts]


def columns(one: Chart) -> dict[str, list[int | None]]:
    return {series.name: list(series.values) for series in one.series}


# --- Counting by hand -------------------------------------------------------------------------------------------------
def grade_of_pupils(made: Generated) -> dict[int, int]:
    """The covered pupils of today and their grades."""
    rows = Enrolment.objects.filter(ends_on=None, year=made.cast.year).select_related("school_class")
    covered = {one.grade_id for one in made.classes}
    return {row.pupil_id: row.school_class.grade_id for row in rows if row.school_class.grade_id in covered}


def done_days(made: Generated, action: ActionKind) -> list[Day]:
    """The days on which the present pupils were done with it, from their records alone."""
    days = []
    for pupil, grade in grade_of_pupils(made).items():
        rule = PlanAction.objects.get(plan__year=made.cast.year, action=action, grade_rows__grade=grade)
        own = [day for day, whose, term in fulfilling(made, action, rule) if whose == pupil and term]
        if len(own) >= rule.count:
            days.append(sorted(own)[rule.count - 1])
    return days


def fulfilling(made: Generated, action: ActionKind, rule: PlanAction) -> Iterable[tuple[Day, int, bool]]:
    """Day, pupil and whether it counts now: in the term, or for what is owed once a year in either."""

    def counts(term_id: int) -> bool:
        return rule.period == "year" or term_id == made.term.pk

    if action == ActionKind.VISIT:
        for visit in HomeVisit.objects.filter(deleted_at=None):
            if visit.outcome in rule.accepted_outcomes:
                yield visit.date, visit.pupil_id, counts(visit.term_id)
    elif action == ActionKind.TALK:
        for talk in HeartTalk.objects.filter(deleted_at=None):
            for pupil in talk.pupils.all():
                yield talk.date, pupil.pk, counts(talk.term_id)
    else:
        for letter in GrowthLetter.objects.filter(deleted_at=None, state__in=("handed_in", "released")):
            yield timezone.localdate(letter.handed_in_at), letter.pupil_id, counts(letter.term_id)


def by_week(calendar: YearCalendar, days: Iterable[Day]) -> tuple[list[int | None], list[int | None]]:
    """In each week of the page, and by its end."""
    days = list(days)
    each: list[int | None] = []
    sums: list[int | None] = []
    for week in weeks_of(calendar):
        is_to_come = week.starts_on > TODAY
        each.append(None if is_to_come else sum(0 <= (day - week.starts_on).days < 7 for day in days))
        sums.append(None if is_to_come else sum(day <= week.starts_on + datetime.timedelta(days=6) for day in days))
    return each, sums


SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])


@pytest.mark.django_db
@SEEDS
def test_every_figure_is_what_the_raw_rows_say(qingzhu: SchoolCast, other: SchoolCast, seed: int) -> None:
    made = generate(qingzhu, seed)
    generate(other, seed + 10)
    calendar, trends = trends_of(qingzhu)
    school = {"school": qingzhu.school}
    now = {**school, "term": made.term, "deleted_at": None}

    # Done, week by week, and the dashboard's own figures at the end.
    pupils = grade_of_pupils(made)
    days = {calendar.label(action): done_days(made, action) for action in ACTIONS}
    assert columns(chart(trends, "week")) == {name: by_week(calendar, found)[0] for name, found in days.items()}
    assert columns(chart(trends, "share")) == {
        name: [None if n is None else n * 100 // len(pupils) for n in by_week(calendar, found)[1]]
        for name, found in days.items()
    }
    tally = find_dashboard(qingzhu.actor(qingzhu.office), calendar).tally
    assert facts(section(trends, "done")) == [(p.label, p.done, f"应完成 {p.total} 人") for p in tally.actions]
    assert [p.done for p in tally.actions] == [len(found) for found in days.values()]

    # Talks and visits: all of the school's, whoever left since.
    talks = list(HeartTalk.objects.filter(**now))
    assert columns(chart(trends, "talk_forms")) == {
        form.label: by_week(calendar, [t.date for t in talks if t.form == form])[0] for form in TalkForm
    }
    assert chart(trends, "occasions").rows == [(o.label, [sum(t.occasion == o for t in talks)]) for o in Occasion]
    assert chart(trends, "strategies").rows == [(s.label, [sum(s in t.strategies for t in talks)]) for s in Strategy]
    face = sum(t.form == "face" for t in talks)
    assert facts(section(trends, "talks")) == [
        ("面对面谈心", face * 100 // len(talks) if talks else 0, f"{face} / {len(talks)} 次")
    ]
    visits = list(HomeVisit.objects.filter(**now))
    assert columns(chart(trends, "visit_forms")) == {
        form.label: by_week(calendar, [v.date for v in visits if v.form == form])[0] for form in VisitForm
    }

    # Letters, by the day of the schools.
    letters = list(GrowthLetter.objects.filter(**now, state__in=("handed_in", "released")))
    out = [one for one in letters if one.state == "released"]
    moments: dict[str, list[Any]] = {
        "已交": [one.handed_in_at for one in letters],
        "校对通过": [one.accepted_at for one in letters if one.accepted_at],
        "已发布": [one.released_at for one in out],
        "家长已读": [one.read_at for one in out if one.read_at],
    }
    assert columns(chart(trends, "letters")) == {
        name: by_week(calendar, map(timezone.localdate, found))[1] for name, found in moments.items()
    }
    assert [(label, n) for label, n, _ in facts(section(trends, "letters"))] == [
        (name, len(found)) for name, found in moments.items()
    ]

    # Cards and how long they waited.
    cards = list(TreeHoleCard.objects.filter(**school))
    assert columns(chart(trends, "cards")) == {
        "收到": by_week(calendar, [timezone.localdate(c.handed_in_at) for c in cards])[0]
    }
    waited = Counter(waited_word(days_waited(c)) for c in cards if c.answered_at or c.met_on)
    assert chart(trends, "waited").rows == [(w, [waited[w]]) for w in ("当天", "1—2 天", "3—7 天", "7 天以上")]
    assert [n for _, n, _ in facts(section(trends, "cards"))] == [
        sum(c.answered_at is None and c.met_on is None for c in cards)
    ]

    # Training, loads, exceptions, and how many more are needed.
    held = list(TrainingSession.objects.filter(**school, date__lte=TODAY).order_by("date", "pk"))
    assert [values for _, values in chart(trends, "training").rows] == [[one.teachers.count()] for one in held]
    came = {teacher.pk for one in held for teacher in one.teachers.all()}
    members = [m.teacher_id for m in MentorMember.objects.filter(year=qingzhu.year)]
    assert facts(section(trends, "training")) == [
        ("参加过培训的导师", len(came & set(members)), f"本学年导师 {len(members)} 位")
    ]
    words = Counter[str]()
    for key in members:
        hours = sum(one.hours or 0 for one in held if key in {teacher.pk for teacher in one.teachers.all()})
        steps = ((0, "没有学时"), (2, "2 学时以内"), (4, "2—4 学时"), (8, "4—8 学时"))
        words[next((word for top, word in steps if hours <= top), "8 学时以上")] += 1
    assert dict(chart(trends, "hours").rows) == {
        word: [words[word]] for word in ("没有学时", "2 学时以内", "2—4 学时", "4—8 学时", "8 学时以上")
    }
    assert_loads(made, trends, pupils)


def days_waited(card: TreeHoleCard) -> int:
    first = min(day for day in (card.answered_at and timezone.localdate(card.answered_at), card.met_on) if day)
    return (first - timezone.localdate(card.handed_in_at)).days


def assert_loads(made: Generated, trends: Trends, pupils: dict[int, int]) -> None:
    """Loads, exceptions and the need, from the assignments."""
    open_ones = list(Assignment.objects.filter(year=made.cast.year, ends_on=None))
    load = Counter(one.mentor_id for one in open_ones if one.counts_in_load)
    words = Counter[str]()
    free = 0
    for slot in Mentor.objects.filter(year=made.cast.year):
        carried, cap = load[slot.pk], 15 * slot.members.count()
        free += max(0, slot.capacity - carried)
        steps = ((0, "没有学生"), (5, "1—5 人"), (10, "6—10 人"), (15, "11—15 人"))
        words["超过 15 人" if carried > cap else next((w for top, w in steps if carried <= top), "11—15 人")] += 1
    assert chart(trends, "loads").rows == [
        (word, [words[word]]) for word in ("没有学生", "1—5 人", "6—10 人", "11—15 人", "超过 15 人")
    ]
    mentored = {one.pupil_id for one in open_ones if one.kind == "main"}
    lacking = len(pupils.keys() - mentored)
    needed = max(0, lacking - free)
    exceptions = CapException.objects.filter(school=made.cast.school, revoked_at=None).count()
    assert [(label, n) for label, n, _ in facts(section(trends, "loads"))] == [
        ("导师", Mentor.objects.filter(year=made.cast.year).count()),
        ("还没有导师的学生", lacking),
        ("还需要导师", needed // 15 + bool(needed % 15)),
        ("超额", exceptions),
    ]
    of = dict(Enrolment.objects.filter(pupil__in=pupils, ends_on=None).values_list("pupil", "school_class__grade"))
    grades = Grade.objects.filter(pk__in=of.values()).order_by("number")
    assert chart(trends, "needed").rows == [
        (grade.name, needs(grade, load, [key for key in pupils.keys() - mentored if of[key] == grade.pk]))
        for grade in grades
    ]


def needs(grade: Grade, load: Counter[int], lacking: list[int]) -> list[int]:
    """Pupils of a grade without a mentor, free places of whoever is in one of its teams, mentors that lack."""
    slots = Mentor.objects.filter(teams__school_class__grade=grade).distinct()
    free = sum(max(0, slot.capacity - load[slot.pk]) for slot in slots)
    missing = max(0, len(lacking) - free)
    return [len(lacking), free, missing // 15 + bool(missing % 15)]


# --- Weeks and windows ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_weeks_reach_from_the_first_window_to_the_last_and_begin_on_mondays(qingzhu: SchoolCast) -> None:
    calendar = qingzhu.actor(qingzhu.office).calendar.now
    weeks = weeks_of(calendar)
    assert {week.starts_on.weekday() for week in weeks} == {0}
    assert [b.starts_on - a.starts_on for a, b in pairwise(weeks)] == [datetime.timedelta(days=7)] * (len(weeks) - 1)
    first = next(week for week in weeks if week.number == 1)
    assert first.starts_on <= calendar.term.starts_on <= first.ends_on
    assert weeks[-1].ends_on >= calendar.term.ends_on
    assert (weeks[0].label, first.label) == ("开学前3周", "第1周")
    bands = bands_of(calendar, weeks)
    assert [
        (band.name, weeks[band.first].starts_on <= band.opens_on <= weeks[band.first].ends_on) for band in bands
    ] == [(band.name, True) for band in bands]


@pytest.mark.django_db
def test_what_lies_before_the_weeks_is_in_the_sums_and_weeks_to_come_are_blank(qingzhu: SchoolCast) -> None:
    weeks = weeks_of(qingzhu.actor(qingzhu.office).calendar.now)[:3]
    early, inside = weeks[0].starts_on - datetime.timedelta(days=1), weeks[1].ends_on
    each, sums = in_weeks(weeks, {early: 2, inside: 1}, weeks[1].starts_on)
    assert (each, sums) == ([0, 1, None], [2, 3, None])


# --- The page and its file --------------------------------------------------------------------------------------------
def page(client: Client, **asked: str) -> Any:
    return client.get(reverse("figures:trends"), asked)


@pytest.mark.django_db
def test_the_page_asks_the_same_questions_whatever_the_size_of_the_school(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def count() -> None:
        actor = qingzhu.actor(qingzhu.office)
        calendar = actor.calendar.now
        assert calendar.near_terms
        with django_assert_num_queries(17):
            find_trends(actor, calendar)

    count()
    generate(qingzhu, 1)
    count()


@pytest.mark.django_db
def test_each_chart_stands_as_a_table_without_scripts(qingzhu: SchoolCast, client_of: SignIn) -> None:
    generate(qingzhu, 1)
    response = page(client_of(qingzhu.leader))
    text = response.content.decode()
    drawn = [one for one in response.context["trends"].charts if not one.is_empty]
    assert text.count('<details class="chart-table" open>') == len(drawn) > 5
    assert text.count('type="application/json"') == len(response.context["trends"].charts)


@pytest.mark.django_db
def test_any_term_of_any_year_is_one_switch_away(qingzhu: SchoolCast, client_of: SignIn) -> None:
    response = page(client_of(qingzhu.office), term="2")
    assert response.context["calendar"].term.number == 2
    assert [one.is_empty for one in response.context["trends"].charts if one.key == "week"] == [True]


@pytest.mark.django_db
def test_a_school_without_cards_has_no_section_of_them(qingzhu: SchoolCast) -> None:
    qingzhu.school.modules = [one for one in qingzhu.school.modules if one != "tree_hole"]
    qingzhu.school.save()
    _calendar, trends = trends_of(qingzhu)
    assert "cards" not in [one.key for one in trends.sections]


@pytest.mark.django_db
def test_the_workbook_holds_every_table_and_no_reason_is_asked(qingzhu: SchoolCast, client_of: SignIn) -> None:
    generate(qingzhu, 2)
    _calendar, trends = trends_of(qingzhu)
    response: Any = client_of(qingzhu.leader).post(reverse("figures:export_trends"), {"as": "xlsx"})
    book = read_workbook(b"".join(response.streaming_content), file_name="x.xlsx")
    assert [sheet.name for sheet in book.sheets] == ["全员导师制数据", *(one.title for one in trends.charts)]
    for sheet, one in zip(book.sheets[1:], trends.charts, strict=True):
        held = [[cell_text(cell) for cell in row.cells] for row in sheet.rows]
        assert held[0] == [one.of, *(series.name for series in one.series)]
        assert [row[0] for row in held[1:]] == list(one.labels)
        wanted = [["" if value is None else str(value) for value in values] for _, values in one.rows]
        assert [(row[1:] + [""] * len(one.series))[: len(one.series)] for row in held[1:]] == wanted
    assert AuditEntry.objects.get(verb="take_out_list").detail["where"] == {"term": "2026-1"}


@pytest.mark.django_db
def test_the_paper_holds_every_table(qingzhu: SchoolCast, client_of: SignIn) -> None:
    response: Any = client_of(qingzhu.office).post(reverse("figures:export_trends"), {"as": "pdf"})
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(b"".join(response.streaming_content))).pages)
    _calendar, trends = trends_of(qingzhu)
    plain = "".join(text.split())
    assert [one.title for one in trends.charts if "".join(one.title.split()) not in plain] == []
