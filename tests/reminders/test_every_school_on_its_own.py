"""Tasks go through the schools one by one: what fails in one, or is off in one, changes nothing in another."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from core.nightly import SomeFailed, for_each
from mentors.board.services.supporting import add_supporting
from notices.models import Notice
from records import tasks
from records.models.records import Reminder
from records.office import reminders
from records.office.reminders import plan_digests, send_digests
from schools.enums import KeyDateKind
from schools.models import KeyDate, Plan, School, Term
from tests.cast import SchoolCast
from tests.records.builders import visit_everybody

MIDTERM = datetime.date(2026, 11, 10)
DAY = datetime.timedelta(days=1)


def told() -> dict[str, int]:
    """How many notices each school's people have."""
    return {school.code: Notice.objects.filter(school=school).count() for school in School.objects.all()}


@pytest.fixture
def midterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "today", lambda: MIDTERM)


@pytest.mark.usefixtures("midterm")
def test_a_school_that_fails_leaves_the_others_their_digests(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One school's exception silenced all schools after it, and nobody saw that the task had failed."""

    def breaking(*, on: datetime.date, schools: list[School]) -> object:
        if schools == [qingzhu.school]:
            raise ValueError("安可儿")
        return send_digests(on=on, schools=schools)

    monkeypatch.setattr(tasks, "send_digests", breaking)
    with pytest.raises(SomeFailed, match=r"records\.remind: 1 of 2 failed"):
        tasks.remind()
    assert told() == {"qingzhu": 0, other.school.code: 3}
    assert ("ValueError" in caplog.text, "安可儿" in caplog.text) == (True, False)


@pytest.mark.usefixtures("midterm")
def test_a_schools_own_holidays_stop_its_digests_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """The official calendar alone was asked: on a day off of the school everybody was reminded."""
    KeyDate.objects.create(
        school=qingzhu.school, term=Term.objects.get(year=qingzhu.year, number=1), kind=KeyDateKind.HOLIDAY,
        name="秋假", starts_on=MIDTERM, ends_on=MIDTERM + DAY,
    )  # fmt: skip
    tasks.remind()
    assert told() == {"qingzhu": 0, other.school.code: 3}


def test_every_thing_is_tried_and_the_sum_is_said() -> None:
    tried: list[int] = []

    def act(number: int) -> int:
        tried.append(number)
        if number == 2:
            raise KeyError("安可儿")
        return number

    with pytest.raises(SomeFailed, match="task: 1 of 3 failed"):
        for_each("task", [1, 2, 3], act)
    assert tried == [1, 2, 3]
    assert for_each("task", [3, 4], act) == 7


def test_a_second_run_of_a_day_leaves_what_is_new_for_the_next_day(qingzhu: SchoolCast) -> None:
    """It wrote that the new thing was told, without a notice: nobody was ever told of it."""
    assert len(list(send_digests(on=MIDTERM, schools=[qingzhu.school]))) == 3
    kept = set(Reminder.objects.values_list("user", "key"))
    # The first point is forgotten, as if it had been reached only now.
    Reminder.objects.filter(user=qingzhu.mentor).delete()
    assert list(send_digests(on=MIDTERM, schools=[qingzhu.school])) == []
    assert set(Reminder.objects.values_list("user", "key")) == {row for row in kept if row[0] != qingzhu.mentor.pk}
    assert [d.user for d in send_digests(on=MIDTERM + DAY, schools=[qingzhu.school])] == [qingzhu.mentor]
    assert set(Reminder.objects.values_list("user", "key")) == kept


def test_supporting_mentors_are_told_where_the_plan_asks_them_too(qingzhu: SchoolCast) -> None:
    """The plan's form promised it (辅助导师也承担规定动作), and reminders never counted them."""
    visit_everybody(qingzhu)
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)

    def counts() -> dict[str, int]:
        planned = plan_digests(qingzhu.school, on=MIDTERM)
        return {d.user.name: sum(item.open_count for item in d.items) for d in planned}

    assert counts() == {"林小满": 2, "苏禾": 1, "陶然": 1}
    Plan.objects.filter(year=qingzhu.year).update(supporting_owes=True)
    assert counts() == {"林小满": 2, "苏禾": 2, "陶然": 1}


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_runs_of_two_days_at_once_tell_everybody_once(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both had planned before either had sent, and 55 people were told twice."""
    planned = {day: plan_digests(qingzhu.school, on=day) for day in (MIDTERM, MIDTERM + DAY)}
    monkeypatch.setattr(reminders, "plan_digests", lambda school, on: planned[on])

    def run(day: datetime.date) -> int:
        try:
            return len(list(send_digests(on=day, schools=[qingzhu.school])))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        sent = sum(pool.map(run, [MIDTERM, MIDTERM + DAY, MIDTERM, MIDTERM + DAY]))
    # Talks that are due, visits that are overdue.
    assert (sent, Notice.objects.count(), Reminder.objects.count()) == (3, 3, 6)


@pytest.mark.parametrize(
    "task,pieces",
    [("purge", ["purge_drafts", "purge_deleted"]), ("follow_plans", ["follow_plan"])],
)
def test_each_piece_of_a_night_is_done_whatever_became_of_the_others(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch, task: str, pieces: list[str]
) -> None:
    done: list[str] = []

    def breaking(name: str) -> Callable[..., int]:
        def act(**given: object) -> int:
            done.append(name)
            raise OSError

        return act

    for name in pieces:
        monkeypatch.setattr(tasks, name, breaking(name))
    with pytest.raises(SomeFailed, match="2 of 2"):
        getattr(tasks, task)()
    assert len(done) == 2
