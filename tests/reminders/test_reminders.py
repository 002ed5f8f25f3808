"""The term's digests: who is told what on which day, once, and that they stop by themselves."""

import datetime
import json
import uuid
from io import StringIO

import pytest
from django.core.management import call_command

from mentors.board.services.supporting import add_supporting, move_pupil
from mentors.services.assignments import withdraw_pupil
from notices.models import Notice, OutboxMessage
from records import tasks
from records.desk.services.notes import TalkData, log_talk
from records.reminding.contexts import Digest
from records.reminding.models import Reminder
from records.reminding.queries.digests import plan_digests
from records.reminding.services.sending import send_digests
from schools.enums import NoteVisibility
from schools.models import Term
from students.enums import EndReason
from students.models import Enrolment, Pupil
from tests.cast import EnrolmentFactory, SchoolCast
from tests.plans import ask
from tests.records.builders import partner_of, visit, visit_everybody

BEFORE_TERM = datetime.date(2026, 8, 20)
MIDTERM = datetime.date(2026, 11, 10)
VISITS_DUE = datetime.date(2026, 9, 15)


@pytest.fixture
def visited(qingzhu: SchoolCast) -> None:
    """Nothing is left behind: what is overdue stands in tests of its own."""
    visit_everybody(qingzhu)


def told(digests: list[Digest]) -> dict[str, list[str]]:
    return {d.user.username: [item.sentence for item in d.items] for d in digests}


def talk(cast: SchoolCast, pupils: list[Pupil], submission: int = 1) -> None:
    log_talk(
        actor=cast.actor(cast.mentor),
        pupils=pupils,
        term=Term.objects.get(year=cast.year, number=1),
        data=TalkData(date=MIDTERM, visibility=NoteVisibility.TEAM),
        submission=uuid.UUID(int=submission),
    )


def test_before_term_every_mentor_with_pupils_is_told_of_the_visits(qingzhu: SchoolCast) -> None:
    assert told(plan_digests(qingzhu.school, on=BEFORE_TERM)) == {
        "qingzhu-mentor": ["还有 2 位同学没有家访（9月15日前）"],
        "qingzhu-colleague": ["还有 1 位同学没有家访（9月15日前）"],
        "qingzhu-sharer": ["还有 1 位同学没有家访（9月15日前）"],
    }


@pytest.mark.parametrize(
    "day,sentences",
    [
        (datetime.date(2026, 8, 10), None),
        (datetime.date(2026, 8, 11), ["还有 2 位同学没有家访（9月15日前）"]),
        (datetime.date(2026, 9, 16), None),
        (MIDTERM, ["还有 2 位同学没有谈心（11月25日前）"]),
        (datetime.date(2026, 11, 26), None),
        (
            datetime.date(2027, 1, 5),
            ["还有 2 位同学没有谈心（2027年1月22日前）", "还有 2 位同学的成长寄语没有交（2027年1月22日前）"],
        ),
        (datetime.date(2027, 1, 23), None),
        (datetime.date(2027, 2, 1), ["还有 2 位同学没有家访（2027年3月8日前）"]),
    ],
)
def test_each_action_is_told_in_its_window_and_not_outside(
    qingzhu: SchoolCast, day: datetime.date, sentences: list[str] | None
) -> None:
    if day > VISITS_DUE:
        visit_everybody(qingzhu)
    assert told(plan_digests(qingzhu.school, on=day)).get("qingzhu-mentor") == sentences


@pytest.mark.usefixtures("visited")
def test_whoever_has_finished_is_left_alone(qingzhu: SchoolCast) -> None:
    talk(qingzhu, [qingzhu.pupils[0]])
    assert told(plan_digests(qingzhu.school, on=MIDTERM))["qingzhu-mentor"] == ["还有 1 位同学没有谈心（11月25日前）"]
    talk(qingzhu, [qingzhu.pupils[1]], submission=2)
    assert sorted(told(plan_digests(qingzhu.school, on=MIDTERM))) == ["qingzhu-colleague", "qingzhu-sharer"]


@pytest.mark.usefixtures("visited")
def test_a_digest_counts_own_pupils_only(qingzhu: SchoolCast) -> None:
    """Seen: with supporting mentors counted no test failed. Who has left or is not owed is not counted either."""
    first, second = qingzhu.pupils
    office = qingzhu.actor(qingzhu.office)
    # The colleague supports a pupil, the homeroom teacher none of whose own pupils there are supports two.
    add_supporting(actor=office, pupil=first, mentor=qingzhu.slot_colleague)
    for pupil in qingzhu.pupils:
        add_supporting(actor=office, pupil=pupil, mentor=qingzhu.slot_homeroom)
    assert counts(qingzhu) == {"林小满": 2, "苏禾": 1, "陶然": 1}
    withdraw_pupil(actor=qingzhu.system, pupil=second, year=qingzhu.year, reason=EndReason.TRANSFER_OUT)
    assert counts(qingzhu) == {"林小满": 1, "苏禾": 1, "陶然": 1}
    move_pupil(actor=office, pupil=first, mentor=qingzhu.slot_colleague)
    assert counts(qingzhu) == {"苏禾": 2, "陶然": 1}
    # An assignment that was left open beside an ended enrolment owes nothing.
    Enrolment.objects.filter(pupil=first).update(ends_on=MIDTERM, end_reason=EndReason.TRANSFER_OUT)
    assert counts(qingzhu) == {"苏禾": 1, "陶然": 1}
    ask(qingzhu.year, "talk", grades=[qingzhu.class_one.grade])
    assert counts(qingzhu) == {"苏禾": 1}


def counts(cast: SchoolCast) -> dict[str, int]:
    return {d.user.name: sum(item.open_count for item in d.items) for d in plan_digests(cast.school, on=MIDTERM)}


@pytest.mark.usefixtures("visited")
def test_both_teachers_of_a_shared_slot_are_told_and_whoever_has_no_account_is_not(qingzhu: SchoolCast) -> None:
    assert counts(qingzhu)["陶然"] == 1
    partner = partner_of(qingzhu)
    assert counts(qingzhu) == {"林小满": 2, "苏禾": 1, "陶然": 1, "石磊": 1}
    partner.is_active = False
    partner.save()
    assert counts(qingzhu) == {"林小满": 2, "苏禾": 1, "陶然": 1}


@pytest.mark.usefixtures("visited")
def test_a_digest_is_one_notice_and_one_mail_that_name_nobody(qingzhu: SchoolCast) -> None:
    sent = list(send_digests(on=MIDTERM, schools=[qingzhu.school]))
    assert [d.user.username for d in sent] == ["qingzhu-mentor", "qingzhu-colleague", "qingzhu-sharer"]
    notice = Notice.objects.get(recipient=qingzhu.mentor)
    assert (notice.title, notice.body, notice.link) == (
        "11月10日（周二）：您有 2 条待办",
        "· 还有 2 位同学没有谈心（11月25日前）",
        "/my/",
    )
    mail = OutboxMessage.objects.get(notice=notice)
    assert (mail.to_address, mail.subject) == ("mentor@qingzhu.invalid", "【全员导师制】您有 2 条待办")
    names = {p.name for p in qingzhu.pupils}
    assert names == {"安可儿", "白一诺"}
    assert not any(name in mail.body + notice.body + notice.title for name in names)


@pytest.mark.usefixtures("visited")
def test_the_same_point_of_a_window_is_told_once_and_the_next_one_again(qingzhu: SchoolCast) -> None:
    assert len(list(send_digests(on=MIDTERM, schools=[qingzhu.school]))) == 3
    assert list(send_digests(on=MIDTERM, schools=[qingzhu.school])) == []
    assert list(send_digests(on=MIDTERM + datetime.timedelta(days=7), schools=[qingzhu.school])) == []
    # Seven days before the end, and two days before it.
    assert len(list(send_digests(on=datetime.date(2026, 11, 18), schools=[qingzhu.school]))) == 3
    assert len(list(send_digests(on=datetime.date(2026, 11, 24), schools=[qingzhu.school]))) == 3
    assert list(send_digests(on=datetime.date(2026, 11, 25), schools=[qingzhu.school])) == []
    assert Reminder.objects.filter(user=qingzhu.mentor).count() == 3


def test_a_day_on_which_nothing_ran_is_made_up_for(qingzhu: SchoolCast) -> None:
    list(send_digests(on=MIDTERM, schools=[qingzhu.school]))
    assert len(list(send_digests(on=datetime.date(2026, 11, 20), schools=[qingzhu.school]))) == 3


@pytest.mark.parametrize(
    "day,expected",
    [
        # A Tuesday, and the days after it: first told on the next Monday.
        (VISITS_DUE, ["还有 1 位同学没有家访（9月15日前）"]),
        (datetime.date(2026, 9, 18), None),
        (datetime.date(2026, 9, 21), ["已过期仍未完成：家访 1 位"]),
        (datetime.date(2026, 9, 23), ["已过期仍未完成：家访 1 位"]),
        (MIDTERM, ["还有 2 位同学没有谈心（11月25日前）", "已过期仍未完成：家访 1 位"]),
        # The term's last Friday, and after it: nobody is pressed about a term that is over.
        (datetime.date(2027, 1, 22), [
            "还有 2 位同学没有谈心（2027年1月22日前）",
            "还有 2 位同学的成长寄语没有交（2027年1月22日前）",
            "已过期仍未完成：家访 1 位",
        ]),
        (datetime.date(2027, 1, 25), None),
    ],
)  # fmt: skip
def test_what_was_left_behind_is_told_until_the_term_ends(
    qingzhu: SchoolCast, day: datetime.date, expected: list[str] | None
) -> None:
    """567 visits were open since September, and no reminder said so."""
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert told(plan_digests(qingzhu.school, on=day)).get("qingzhu-mentor") == expected


def test_what_was_left_behind_is_told_once_a_week_and_to_nobody_who_has_finished(qingzhu: SchoolCast) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    visit(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    monday = datetime.date(2026, 10, 12)
    days = [monday + datetime.timedelta(days=n) for n in (0, 0, 1, 4, 7, 9)]
    sent = [sorted(told(list(send_digests(on=day, schools=[qingzhu.school])))) for day in days]
    both = ["qingzhu-colleague", "qingzhu-mentor"]
    assert sent == [both, [], [], [], both, []]
    notice = Notice.objects.filter(recipient=qingzhu.mentor).earliest("pk")
    assert (notice.title, notice.body) == ("10月12日（周一）：您有 1 条待办", "· 已过期仍未完成：家访 1 位")


def test_nobody_gets_two_digests_in_a_week_but_for_what_closes_in_two_days(qingzhu: SchoolCast) -> None:
    """On the 18th, seven days before the end, the talks were told again two days after Monday's digest."""
    visits, talks = "已过期仍未完成：家访 2 位", "还有 2 位同学没有谈心（11月25日前）"
    said = []
    # Mondays; a Wednesday that is a point; a Monday that is the last point; a day without news.
    for day in (9, 16, 18, 23, 24):
        digests = list(send_digests(on=datetime.date(2026, 11, day), schools=[qingzhu.school]))
        said.append(told(digests).get("qingzhu-mentor"))
    assert said == [[talks, visits], [talks, visits], None, [talks, visits], None]


def test_what_closes_in_two_days_is_told_a_second_time_in_a_week_without_what_was_left_behind(
    qingzhu: SchoolCast,
) -> None:
    visits, talks = "已过期仍未完成：家访 2 位", "还有 2 位同学没有谈心（2027年1月22日前）"
    letters = "还有 2 位同学的成长寄语没有交（2027年1月22日前）"
    said = []
    for day in (18, 19, 20, 21):
        digests = list(send_digests(on=datetime.date(2027, 1, day), schools=[qingzhu.school]))
        said.append(told(digests).get("qingzhu-mentor"))
    assert said == [[talks, letters, visits], None, [talks, letters], None]


def test_digests_of_one_school_leave_another_alone(qingzhu: SchoolCast, other: SchoolCast) -> None:
    list(send_digests(on=MIDTERM, schools=[qingzhu.school]))
    assert Notice.objects.filter(school=other.school).count() == 0
    assert len(plan_digests(other.school, on=MIDTERM)) == 3


@pytest.mark.usefixtures("visited")
def test_planning_costs_the_same_for_one_pupil_and_for_many(
    qingzhu: SchoolCast, django_assert_num_queries: object
) -> None:
    from mentors.enums import AssignmentOrigin  # noqa: PLC0415  # only here
    from mentors.services.assignments import assign_pupil  # noqa: PLC0415  # only here

    with django_assert_num_queries(13):  # type: ignore[operator]  # the fixture is a context manager
        plan_digests(qingzhu.school, on=MIDTERM)
    for _ in range(5):
        pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
        assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.HOMEROOM)
    with django_assert_num_queries(13):  # type: ignore[operator]  # the fixture is a context manager
        assert told(plan_digests(qingzhu.school, on=MIDTERM))["qingzhu-mentor"] == [
            "还有 7 位同学没有谈心（11月25日前）",
            "已过期仍未完成：家访 5 位",
        ]


def test_the_morning_task_is_silent_on_days_off(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "today", lambda: datetime.date(2026, 11, 15))
    tasks.remind()
    assert Notice.objects.count() == 0
    monkeypatch.setattr(tasks, "today", lambda: datetime.date(2026, 11, 16))
    tasks.remind()
    assert Notice.objects.count() == 3


@pytest.mark.usefixtures("visited")
def test_the_command_lists_without_sending(qingzhu: SchoolCast) -> None:
    out = StringIO()
    call_command("remind", on=MIDTERM, dry_run=True, stdout=out)
    assert out.getvalue().splitlines() == [
        "qingzhu qingzhu-mentor：还有 2 位同学没有谈心（11月25日前）",
        "qingzhu qingzhu-colleague：还有 1 位同学没有谈心（11月25日前）",
        "qingzhu qingzhu-sharer：还有 1 位同学没有谈心（11月25日前）",
        "3 份提醒（未发送）",
    ]
    assert Notice.objects.count() == 0


@pytest.mark.usefixtures("visited")
def test_the_command_as_json_says_the_same_and_sends(qingzhu: SchoolCast) -> None:
    dry, real = StringIO(), StringIO()
    call_command("remind", on=MIDTERM, dry_run=True, as_json=True, stdout=dry)
    call_command("remind", on=MIDTERM, as_json=True, stdout=real)
    listed, sent = json.loads(dry.getvalue()), json.loads(real.getvalue())
    assert listed == {**sent, "sent": False}
    assert sent["digests"][0] == {
        "school": "qingzhu",
        "account": "qingzhu-mentor",
        "count": 2,
        "items": [
            {
                "action": "talk",
                "open": 2,
                "due_on": "2026-11-25",
                "sentence": "还有 2 位同学没有谈心（11月25日前）",
            }
        ],
    }
    assert Notice.objects.count() == 3
