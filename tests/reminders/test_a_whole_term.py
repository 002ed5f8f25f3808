"""A term, day by day through the daily tasks: each person's messages are exactly those of a list made by plain rules.

One school writes here from the summer on, with rules of its own; the other began in October. Work is done meanwhile, a
week is free, somebody is on leave, the machine was off for a day, a pupil leaves, one changes the mentor, and the mail
server refuses everything for two days.
"""

import datetime
import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.models import User
from accounts.queries import actor_for
from core.clock import today
from core.days import Days
from mentors.board.services.supporting import move_pupil
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Mentor
from mentors.services.assignments import assign_pupil, withdraw_pupil
from notices.models import Notice
from notices.tasks import send_outbox
from records import tasks
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from records.letters.services.writing import hand_in_letter
from records.reminding.models import ReminderPause, ReminderRule
from schools.enums import KeyDateKind, NoteVisibility
from schools.models import KeyDate, School, Term
from students.enums import EndReason
from students.models import Pupil
from tests.cast import SCHOOL_DAY, EnrolmentFactory, SchoolCast
from tests.records.builders import LETTER, partner_of
from tests.reminders.plain_rules import DAY, PlainSchool, PlainWindow, date, messages

pytestmark = pytest.mark.django_db
FIRST, LAST = date("0810"), date("0129")
TERM = (date("0901"), date("0122"))
#: The machine was off on the day on which a window's point lay.
BROKEN = date("1118")
BEGAN = date("1012")
#: Free by the law, and the days of 调休 on which there is school.
OFF = {date(text) for text in ("0925", "1001", "1002", "1005", "1006", "1007")}
EXTRA = {date("0920"), date("1010")}
#: On these two days the mail server refuses everything: the first is one on which many are told.
REFUSING = {date("1026"), date("1027")}

#: When pupils are visited, talked with and written to, those with whom it is done at all.
IN_THESE_DAYS = (("visit", "0901", "1120"), ("talk", "1020", "0121"), ("letter", "0104", "0121"))


def windows(**talk: object) -> list[PlainWindow]:
    """The primary plan in this year's first term, exams on 9–11 November and 11–13 January."""
    return [
        PlainWindow("visit", date("0811"), date("0915"), True),
        PlainWindow("talk", date("1026"), date("1125"), False, **talk),  # type: ignore[arg-type]  # its own fields
        PlainWindow("talk", date("1228"), date("0122"), True, **talk),  # type: ignore[arg-type]  # likewise
        PlainWindow("letter", date("0101"), date("0122"), True),
    ]


class Simulated:
    """A school as the plain rules see it, and what is done in it on which day by the product's own services."""

    def __init__(self, cast: SchoolCast, plain: PlainSchool, seed: int) -> None:
        self.cast, self.plain, self.dice = cast, plain, random.Random(seed)
        self.pupils: dict[str, Pupil] = {}
        self.acts: dict[datetime.date, list[Callable[[datetime.date], object]]] = {}
        self.term = Term.objects.select_related("year").get(year=cast.year, number=1)
        self.slots = {"何知秋": cast.slot_homeroom, "林小满": cast.slot, "苏禾": cast.slot_colleague}
        partner_of(cast)
        people = {name: [name] for name in self.slots} | {"陶然": ["陶然", "石磊"]}
        self.slots["陶然"] = cast.slot_shared
        plain.people, plain.office = people, cast.office.name
        plain.homeroom = {"一（1）班": "何知秋"}
        for pupil, name in (
            *((pupil, "林小满") for pupil in cast.pupils),
            (cast.pupil_of_colleague, "苏禾"),
            (cast.pupil_unassigned, ""),
            (cast.pupil_shared, "陶然"),
        ):
            self._know(pupil, "五（1）班" if name == "陶然" else "一（1）班", name)
        for name, slot in self.slots.items():
            school_class = cast.class_five if name == "陶然" else cast.class_one
            for _ in range(2):
                pupil = EnrolmentFactory.create(school_class=school_class).pupil
                assign_pupil(actor=cast.system, pupil=pupil, mentor=slot, origin=AssignmentOrigin.HOMEROOM)
                self._know(pupil, school_class.label, name)
        for name in list(self.pupils):
            for action, first, last in (
                ("visit", "0901", "1120"),
                ("talk", "1020", "0121"),
                ("letter", "0104", "0121"),
            ):
                self._do(name, action, date(first), date(last))

    def _know(self, pupil: Pupil, label: str, slot: str) -> None:
        name = pupil.name
        self.pupils[name], self.plain.classes[name] = pupil, label
        if slot:
            self.plain.spans[name] = [(slot, datetime.date.min, datetime.date.max)]

    def _do(self, name: str, action: str, first: datetime.date, last: datetime.date) -> None:
        """Let the action be done on some afternoon, or, for one in four, never; not before the school writes here."""
        first = max(first, self.plain.began or first)
        day = first + self.dice.randrange((last - first).days) * DAY
        if self.dice.random() < 0.75 and name in self.plain.spans:
            self.plain.done[name, action] = day
            self.at(day, lambda on: self._write(name, action, on))

    def at(self, day: datetime.date, act: Callable[[datetime.date], object]) -> None:
        """Let `act` happen on the afternoon of `day`."""
        self.acts.setdefault(day, []).append(act)

    def _write(self, name: str, action: str, on: datetime.date) -> None:
        if on >= self.plain.gone.get(name, datetime.date.max):
            return
        holder = next(slot for slot, since, until in self.plain.spans[name] if since <= on <= until)
        user = User.objects.get(school=self.cast.school, name=self.plain.people[holder][0])
        actor, pupil, key = actor_for(user, scope_key=None, on=on), self.pupils[name], uuid.uuid4()
        if action == "visit":
            data = VisitData(date=on, visibility=NoteVisibility.TEAM)
            log_visit(actor=actor, pupil=pupil, term=self.term, data=data, teachers=[], submission=key)
        elif action == "talk":
            talked = TalkData(date=on, visibility=NoteVisibility.TEAM)
            log_talk(actor=actor, pupils=[pupil], term=self.term, data=talked, submission=key)
        else:
            hand_in_letter(actor=actor, pupil=pupil, term=self.term, body=LETTER, advice="", version=0, submission=key)

    def leaves(self, name: str, day: datetime.date) -> None:
        """The pupil leaves the school on the afternoon of `day`."""
        self.plain.gone[name] = day
        self.plain.done = {key: on for key, on in self.plain.done.items() if key[0] != name or on < day}
        pupil, year = self.pupils[name], self.cast.year
        self.at(
            day,
            lambda on: withdraw_pupil(actor=self.system(on), pupil=pupil, year=year, reason=EndReason.TRANSFER_OUT),
        )

    def moves(self, name: str, to: str, day: datetime.date) -> None:
        """The pupil has another mentor from the morning after `day` on."""
        ((former, since, _),) = self.plain.spans[name]
        self.plain.spans[name] = [(former, since, day), (to, day, datetime.date.max)]
        mentor, pupil = self.slots[to].pk, self.pupils[name]
        self.at(
            day,
            lambda on: move_pupil(actor=self.system(on), pupil=pupil, mentor=Mentor.objects.get(pk=mentor)),
        )

    def system(self, on: datetime.date) -> Actor:
        """The software itself on a day."""
        return system_actor(school_id=self.cast.school.pk, today=on)

    def holiday(self, name: str, first: str, last: str) -> None:
        """Days off that the school has set itself."""
        span = {"starts_on": date(first), "ends_on": date(last)}
        KeyDate.objects.create(
            school=self.cast.school, year=self.cast.year, kind=KeyDateKind.HOLIDAY, name=name, **span
        )
        self.plain.off |= set(Days(date(first), date(last)).all)

    def pause(self, first: str, last: str, user: User | None = None) -> None:
        """Nobody, or one person, is reminded."""
        span = {"starts_on": date(first), "ends_on": date(last)}
        ReminderPause.objects.create(school=self.cast.school, user=user, **span)
        days = set(Days(date(first), date(last)).all)
        if user is None:
            self.plain.paused |= days
        else:
            self.plain.muted[user.name] |= days

    def got(self) -> list[tuple[str, str, list[str]]]:
        """Day, name and lines of every digest that is in an inbox."""
        rows = Notice.objects.filter(school=self.cast.school, kind="digest").select_related("recipient")
        return [
            (
                f"{timezone.localtime(notice.created_at):%m%d}",
                notice.recipient.name,
                [line.removeprefix("· ") for line in notice.body.splitlines()],
            )
            for notice in rows
        ]


def from_the_summer(cast: SchoolCast) -> Simulated:
    """It tells of talks ten days and one day before their end, the class and 德育室 too; of letters not on day one."""
    points = {"early_days": 10, "late_days": 1}
    ReminderRule.objects.create(school=cast.school, action="talk", to_homeroom=True, to_office=True, **points)
    ReminderRule.objects.create(school=cast.school, action="letter", first_day=False, early_days=7, late_days=2)
    plain = PlainSchool(windows(before=(10, 1), homeroom=True, office=True), set(OFF), set(EXTRA), TERM)
    plain.windows[3] = replace(plain.windows[3], first_day=False)
    school = Simulated(cast, plain, seed=15)
    school.holiday("体育周", "1123", "1127")
    school.pause("0104", "0106")
    school.pause("1109", "1120", cast.colleague)
    school.leaves(cast.pupils[0].name, date("1105"))
    school.moves(cast.pupils[1].name, "苏禾", date("1202"))
    return school


def from_october(cast: SchoolCast) -> Simulated:
    """It began on 12 October, with the rules that hold by themselves; until then it reminds nobody."""
    plain = PlainSchool(windows(), set(OFF), set(EXTRA), TERM, began=BEGAN)
    School.objects.filter(pk=cast.school.pk).update(began_on=BEGAN)
    school = Simulated(cast, plain, seed=16)
    school.pause(f"{FIRST:%m%d}", f"{BEGAN - DAY:%m%d}")
    return school


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.date, int, int], None]:
    """The clock stands where the test sets it."""
    moment = [SCHOOL_DAY]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])

    def set_to(day: datetime.date, hour: int, minute: int = 0) -> None:
        moment[0] = datetime.datetime.combine(day, datetime.time(hour, minute), SCHOOL_DAY.tzinfo)

    return set_to


@pytest.fixture
def refusing_server(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime.date]:
    """A mail server that refuses everything on two days; by the message's id, the day on which each mail arrived."""
    arrived: dict[str, datetime.date] = {}
    really_send = EmailMessage.send

    def send(message: EmailMessage, fail_silently: bool = False) -> int:
        if today() in REFUSING:
            raise SMTPServerDisconnected
        key = message.extra_headers["Message-ID"]
        assert key not in arrived, "a mail came twice"
        arrived[key] = today()
        return really_send(message, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", send)
    return arrived


def test_everybody_is_told_exactly_what_the_plain_rules_say(
    qingzhu: SchoolCast,
    other: SchoolCast,
    clock: Callable[..., None],
    refusing_server: dict[str, datetime.date],
) -> None:
    schools = [from_the_summer(qingzhu), from_october(other)]
    for school in schools:
        school.holiday("元旦", "0101", "0103")
        school.plain.broken.add(BROKEN)
    for day in Days(FIRST, LAST).all:
        # Now and then twice in a morning: whatever went out is not sent again.
        for minute in () if day == BROKEN else (30, 40) if day.day % 5 == 0 else (30,):
            clock(day, 8, minute)
            tasks.remind()
        for hour in (9, 15):
            clock(day, hour)
            send_outbox()
        clock(day, 16)
        for school in schools:
            for act in school.acts.get(day, ()):
                act(day)
    for school in schools:
        wanted = sorted(messages(school.plain, FIRST, LAST))
        got = sorted(school.got())
        assert ([one for one in got if one not in wanted], [one for one in wanted if one not in got]) == ([], [])
        assert got == wanted
        assert len(wanted) > 30
    _mails_came_once(refusing_server)


def _mails_came_once(arrived: dict[str, datetime.date]) -> None:
    """To whoever has an address, on the day itself, or after the two days on which nothing was taken."""
    late = 0
    sent = Notice.objects.filter(kind="digest").exclude(recipient__email="").select_related("recipient")
    for notice in sent:
        (came,) = (day for key, day in arrived.items() if key.startswith(f"<notice-{notice.pk}-"))
        day = timezone.localtime(notice.created_at).date()
        assert came == day or (day in REFUSING and came - max(REFUSING) <= 2 * DAY)
        late += came != day
    assert late == sum(timezone.localtime(notice.created_at).date() in REFUSING for notice in sent) > 0
    words = "".join(str(message.body) for message in mail.outbox)
    assert [pupil.name for pupil in Pupil.objects.all() if pupil.name in words] == []
    assert Notice.objects.filter(kind="undelivered").count() == 0
