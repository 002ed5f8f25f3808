"""Tasks go through the schools one by one: what fails in one, or is off in one, changes nothing in another."""

import datetime
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from core.clock import now
from core.nightly import SomeFailed, for_each
from jobs.enums import JobState
from jobs.models import Job, ResultFile
from jobs.services import remove_expired
from mentors import tasks as round_tasks
from mentors.board.services.supporting import add_supporting
from mentors.rounds.models import MatchingRound
from mentors.rounds.queries import choices
from notices.models import Notice, OutboxMessage
from notices.services import outbox, send_notice
from records import tasks
from records.desk.services import deletion
from records.desk.services.deletion import delete_note
from records.enums import RecordKind
from records.letters.services import looking, office
from records.letters.services.office import schedule_release
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.reminding.contexts import Digest
from records.reminding.models import Reminder
from records.reminding.queries.digests import plan_digests
from records.reminding.services import sending
from records.reminding.services.sending import send_digests
from schools.enums import KeyDateKind
from schools.models import KeyDate, Plan, School, SchoolYear
from students.models import Pupil
from tests.cast import SchoolCast
from tests.mentors.choices.builders import asking_round
from tests.records.builders import letter, talk, visit, visit_everybody

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
def test_a_person_who_cannot_be_told_leaves_the_colleagues_their_digests(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Within a school the first one who failed silenced everybody after them."""
    real_send = send_notice

    def breaking(*, recipient: User, **given: Any) -> Notice | None:
        if recipient == qingzhu.mentor:
            raise ValueError(recipient.name)
        return real_send(recipient=recipient, **given)

    monkeypatch.setattr(sending, "send_notice", breaking)
    with pytest.raises(SomeFailed, match=r"records\.remind: 1 of 2 failed"):
        tasks.remind()
    assert told() == {"qingzhu": 2, other.school.code: 3}
    assert (f"records.remind {qingzhu.mentor.pk} failed: ValueError" in caplog.text, "林小满" in caplog.text) == (
        True,
        False,
    )
    monkeypatch.undo()
    # Nobody believes that the one was told: the next run does it.
    assert [d.user for d in send_digests(on=MIDTERM, schools=[qingzhu.school])] == [qingzhu.mentor]


def test_the_command_tells_the_others_and_says_that_somebody_was_not(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stopped at the first school that failed, with a traceback."""

    def breaking(school: School, *, on: datetime.date) -> list[Digest]:
        if school == other.school:
            raise ValueError
        return plan_digests(school, on=on)

    monkeypatch.setattr(sending, "plan_digests", breaking)
    said = StringIO()
    with pytest.raises(CommandError, match="有人没有提醒到，原因见日志"):
        call_command("remind", "--on", MIDTERM.isoformat(), stdout=said)
    assert told() == {"qingzhu": 3, other.school.code: 0}
    assert said.getvalue().splitlines()[-1] == "3 份提醒"


def test_the_command_takes_days_of_the_present_years_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """With a mistyped year it told counsellors of everything, and noted it as told in 2062."""
    SchoolYear.objects.filter(pk=other.year.pk).update(start_year=2025)
    for day in ("2062-11-10", "2025-05-31", "2027-09-01"):
        with pytest.raises(CommandError) as refused:
            call_command("remind", "--on", day)
        year, month, number = (int(part) for part in day.split("-"))
        assert str(refused.value) == (
            f"这里不能填{year}年{month}月{number}日，请填2025年6月1日到2027年8月31日之间的日期。"
        )
    assert Reminder.objects.count() == 0


@pytest.mark.usefixtures("midterm")
def test_a_schools_own_holidays_stop_its_digests_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    """The official calendar alone was asked: on a day off of the school everybody was reminded."""
    KeyDate.objects.create(
        school=qingzhu.school, year=qingzhu.year, kind=KeyDateKind.HOLIDAY,
        name="秋假", starts_on=MIDTERM, ends_on=MIDTERM + DAY,
    )  # fmt: skip
    tasks.remind()
    assert told() == {"qingzhu": 0, other.school.code: 3}


def test_a_scheduled_letter_that_fails_leaves_the_others_their_day(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One letter whose writer could not be told kept back all letters of the term, every five minutes anew."""
    letters = [letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    letters.append(letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague))
    term, moment = letters[0].term, now()
    keys = [found.pk for found in letters]
    in_an_hour = moment + datetime.timedelta(hours=1)
    schedule_release(actor=qingzhu.actor(qingzhu.office), term=term, letter_ids=keys, at=in_an_hour)
    monkeypatch.setattr(timezone, "now", lambda: moment + datetime.timedelta(hours=2))
    real_tell = office.tell_mentors

    def breaking(some: list[GrowthLetter], **given: Any) -> None:
        if keys[0] in [found.pk for found in some]:
            raise ValueError("安可儿")
        real_tell(some, **given)

    monkeypatch.setattr(office, "tell_mentors", breaking)
    with pytest.raises(SomeFailed):
        tasks.release_due_letters()
    states = dict(GrowthLetter.objects.values_list("pk", "state"))
    assert states == {keys[0]: "handed_in", keys[1]: "released", keys[2]: "released"}
    assert "安可儿" not in caplog.text


def test_a_letter_that_cannot_be_looked_at_leaves_the_others_their_findings(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils]
    GrowthLetter.objects.update(findings=None)

    def breaking(actor: Actor, pupil: Pupil, *given: Any) -> list[Any]:
        if pupil == qingzhu.pupils[0]:
            raise ValueError
        return []

    monkeypatch.setattr(looking, "check_for", breaking)
    with pytest.raises(SomeFailed, match="1 of 2"):
        tasks.check_letters()
    found = dict(GrowthLetter.objects.values_list("pk", "findings"))
    assert found == {letters[0].pk: None, letters[1].pk: []}


def test_a_message_that_cannot_be_handled_leaves_the_others_their_way(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in (qingzhu.mentor, qingzhu.colleague):
        send_notice(recipient=user, school=qingzhu.school, kind="digest", title="待办", dedup_key="x")
    real_send = outbox._send

    def breaking(message: OutboxMessage, *given: Any) -> Any:
        if message.notice is not None and message.notice.recipient == qingzhu.mentor:
            raise ValueError
        return real_send(message, *given)

    monkeypatch.setattr(outbox, "_send", breaking)
    with pytest.raises(SomeFailed, match="1 of 2"):
        outbox.send_outbox()
    assert [mail.to for mail in django_mail.outbox] == [[qingzhu.colleague.email]]


def test_a_round_that_cannot_be_looked_at_leaves_the_others_their_reminder(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a round is due was asked of all rounds of all schools before the first was guarded."""
    broken, found = asking_round(other), asking_round(qingzhu)
    real_day = choices._reminder_day

    def breaking(asked: MatchingRound) -> datetime.date:
        if asked == broken:
            raise ValueError
        return real_day(asked)

    monkeypatch.setattr(choices, "_reminder_day", breaking)
    with pytest.raises(SomeFailed, match="1 of 2"):
        round_tasks.remind_rounds()
    assert [notice.school for notice in Notice.objects.all()] == [found.school]


def test_a_file_that_cannot_be_removed_leaves_the_others_their_end(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch, own_folder: Path
) -> None:
    """A folder without rights: every night ended at the same file, and the disk filled up."""
    job = Job.objects.create(school=qingzhu.school, kind="x", title="x", state=JobState.DONE, expires_at=now())
    for name in ("a.pdf", "b.pdf"):
        ResultFile.objects.create(
            job=job, name=name, file=ContentFile(b"x", name=name), expires_at=now() - datetime.timedelta(hours=1)
        )
    real_delete = FieldFile.delete

    def breaking(self: FieldFile, save: bool = True) -> None:
        if getattr(self.instance, "name", "") == "a.pdf":
            raise PermissionError
        real_delete(self, save=save)

    monkeypatch.setattr(FieldFile, "delete", breaking)
    with pytest.raises(SomeFailed):
        remove_expired()
    assert {row.name: bool(row.file) for row in ResultFile.objects.all()} == {"a.pdf": True, "b.pdf": False}


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
    monkeypatch.setattr(sending, "plan_digests", lambda school, on: planned[on])

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
    [
        ("purge", ["purge_drafts", "purge_deleted", "purge_document_files", "purge_training_files"]),
        ("follow_plans", ["follow_plan"]),
    ],
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
    # One for each step of the night, or for each school.
    count = max(len(pieces), 2)
    with pytest.raises(SomeFailed, match=f"{count} of {count}"):
        getattr(tasks, task)()
    assert len(done) == count


def test_a_kind_whose_deleted_ones_cannot_go_leaves_the_others_their_end(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    for record in gone:
        delete_note(actor=qingzhu.actor(qingzhu.mentor), record=record)

    def breaking(kind: RecordKind, record_ids: Collection[int]) -> None:
        if kind == RecordKind.VISIT:
            raise OSError

    monkeypatch.setattr(deletion, "drop_versions", breaking)
    later = now() + datetime.timedelta(days=31)
    monkeypatch.setattr(deletion, "now", lambda: later)
    with pytest.raises(SomeFailed):
        tasks.purge()
    assert (HomeVisit._base_manager.count(), HeartTalk._base_manager.count()) == (1, 0)
