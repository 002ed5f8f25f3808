"""What goes out goes out once, whatever a mail server or a robot does; what does not is told and can be sent again."""

import asyncio
import datetime
import os
import queue
import signal
import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connections

from accounts.enums import Role
from accounts.models import User
from core.clock import now
from core.errors import DomainError
from notices import door
from notices.enums import WHAT_TO_DO, OutboxState, Saying, Trouble
from notices.models import Notice, OutboxMessage, Robot
from notices.services import add_robot, forget_messages, send_again, send_outbox, switch_robot, tell_robots, try_robot
from tests.notices.conftest import People, actor_of, person, remind
from tests.notices.servers import MailServer, RobotService, mail_server, robot_service

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7bc4-4bc4-97a0-0ec2"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/aa1bb2cc-3dd4-5ee6-7ff8"


@pytest.fixture
def post_office(settings: LazySettings) -> Iterator[MailServer]:
    """A mail server."""
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RobotService]:
    """The three services of robots, here."""
    with robot_service(monkeypatch) as running:
        yield running


@pytest.fixture
def admin(people: People) -> User:
    """The school's 管理员, without an address."""
    return person("admin", people.school, role=Role.SCHOOL_ADMIN)


def robot_of(people: People, admin: User, address: str = WECOM) -> Robot:
    return add_robot(actor=actor_of(admin), school=people.school, name=f"群{Robot.objects.count()}", address=address)


def make_due() -> None:
    OutboxMessage.objects.filter(state=OutboxState.WAITING).update(next_try_at=now())


def outcome() -> tuple[str, str]:
    message = OutboxMessage.objects.get()
    return message.state, message.trouble


def told(admin: User) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(recipient=admin).order_by("pk").values_list("title", "body"))


# --- Mails ------------------------------------------------------------------------------------------------------------
def test_a_mail_server_gets_each_mail_once_over_one_connection(people: People, post_office: MailServer) -> None:
    for day in range(3):
        remind(people, key=f"day-{day}")
    assert (send_outbox(), send_outbox()) == (3, 0)
    assert [envelope.rcpt_tos for envelope in post_office.taken] == [["mentor@school.invalid"]] * 3
    # Signing in for each mail is what large mail services refuse first.
    assert len(post_office.peers) == 1


@pytest.mark.parametrize("words, at", [("451 greylisted", "to_recipient"), ("452 full", "to_text")])
def test_what_the_mail_server_refuses_for_now_goes_out_later(
    people: People, post_office: MailServer, words: str, at: str
) -> None:
    setattr(post_office, at, words)
    remind(people)
    send_outbox()
    message = OutboxMessage.objects.get()
    assert (message.state, message.handed_over_at, post_office.taken) == (OutboxState.WAITING, None, [])
    setattr(post_office, at, "250 OK")
    make_due()
    assert (send_outbox(), len(post_office.taken)) == (1, 1)


@pytest.mark.parametrize("words, at", [("550 no such user", "to_recipient"), ("554 no", "to_text")])
def test_what_the_mail_server_refuses_for_good_is_told_once_for_an_address(
    people: People, admin: User, post_office: MailServer, words: str, at: str
) -> None:
    """Each day's digest to the same wrong address told the admins anew."""
    setattr(post_office, at, words)
    for key in ("one", "two"):
        remind(people, key=key)
    send_outbox()
    assert set(OutboxMessage.objects.values_list("state", "trouble")) == {(OutboxState.FAILED, Trouble.REFUSED)}
    assert told(admin) == [("给mentor老师的提醒邮件没有送达", WHAT_TO_DO[Trouble.REFUSED])]
    # A new address is another matter.
    User.objects.filter(pk=people.mentor.pk).update(email="other@school.invalid")
    people.mentor.refresh_from_db()
    remind(people, key="three")
    send_outbox()
    assert len(told(admin)) == 2


def test_a_mail_server_that_hangs_before_it_has_the_mail_is_asked_again(people: People, settings: LazySettings) -> None:
    with mail_server(settings, timeout=0.5) as server:
        remind(people)

        async def hang(*_: object) -> str:
            await asyncio.sleep(5)
            return "250 OK"

        server.handle_RCPT = hang  # type: ignore[assignment]
        send_outbox()
    assert outcome() == (OutboxState.WAITING, "")


def test_a_mail_server_that_hangs_when_it_has_the_mail_gets_no_second_one(
    people: People, admin: User, settings: LazySettings
) -> None:
    """The mail arrived twice: the server had taken it and answered later than we waited."""
    with mail_server(settings, timeout=2) as server:
        server.waits = 10
        remind(people)
        send_outbox()
        make_due()
        send_outbox()
        assert len(server.taken) == 1
    assert outcome() == (OutboxState.FAILED, Trouble.UNSURE)
    assert told(admin) == [("有提醒邮件没有送达", WHAT_TO_DO[Trouble.UNSURE])]


def test_a_slow_mail_server_is_waited_for(people: People, post_office: MailServer) -> None:
    post_office.waits = 0.5
    remind(people)
    assert (send_outbox(), len(post_office.taken), outcome()) == (1, 1, (OutboxState.SENT, ""))


def test_who_wants_no_mails_gets_the_notice_alone(people: People, post_office: MailServer) -> None:
    remind(people, key="waits already")
    User.objects.filter(pk=people.mentor.pk).update(mails_on=False)
    people.mentor.refresh_from_db()
    assert remind(people, key="new") is not None
    assert (send_outbox(), post_office.taken) == (0, [])
    assert list(OutboxMessage.objects.values_list("state", flat=True)) == [OutboxState.DROPPED]


# --- Robots -----------------------------------------------------------------------------------------------------------
def test_a_robot_says_how_many_once_a_day_and_never_who(people: People, admin: User, service: RobotService) -> None:
    robot_of(people, admin)
    assert tell_robots(school=people.school, saying=Saying.OPEN_WORK, key="2026-11-30", count=lambda: 12) == 1
    assert tell_robots(school=people.school, saying=Saying.OPEN_WORK, key="2026-11-30", count=lambda: 3) == 0
    assert (send_outbox(), send_outbox()) == (1, 0)
    assert service.texts == ["【全员导师制】有 12 位老师还有待办，请登录查看。\nhttps://daoshi.invalid/"]
    assert tell_robots(school=people.school, saying=Saying.OPEN_WORK, key="2026-12-01", count=lambda: 0) == 0
    assert tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7") == 1
    assert send_outbox() == 1
    assert service.texts[1] == "【全员导师制】学校发布了新公告，请登录查看。\nhttps://daoshi.invalid/"


def test_another_schools_robots_say_nothing(people: People, admin: User, service: RobotService) -> None:
    robot_of(people, admin)
    other = people.stranger.school
    assert other is not None
    assert tell_robots(school=other, saying=Saying.ANNOUNCEMENT, key="7") == 0


@pytest.mark.parametrize("status, body", [(429, {}), (503, {}), (200, {"errcode": 45009})])
def test_a_robot_that_is_refused_for_now_speaks_later(
    people: People, admin: User, service: RobotService, status: int, body: object
) -> None:
    robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    service.status, service.body = status, body
    send_outbox()
    assert outcome() == (OutboxState.WAITING, "")
    service.status, service.body = 200, {"errcode": 0}
    make_due()
    assert (send_outbox(), outcome()) == (1, (OutboxState.SENT, ""))


def test_a_robot_that_is_gone_is_told_once_and_rests_until_it_is_looked_after(
    people: People, admin: User, service: RobotService
) -> None:
    robot = robot_of(people, admin)
    service.body = {"errcode": 93000}
    for day in ("2026-11-30", "2026-12-01"):
        tell_robots(school=people.school, saying=Saying.OPEN_WORK, key=day, count=lambda: 2)
        send_outbox()
    assert (outcome(), len(service.said)) == ((OutboxState.FAILED, Trouble.GONE), 1)
    assert told(admin) == [("群机器人“群0”的消息没有送达", WHAT_TO_DO[Trouble.GONE])]
    # A test that goes through wakes it.
    service.body = {"errcode": 0}
    try_robot(actor=actor_of(admin), robot=robot)
    send_outbox()
    robot.refresh_from_db()
    assert (service.texts[1].split("\n")[0], robot.trouble) == ("【全员导师制】这是一条测试消息。", "")
    assert tell_robots(school=people.school, saying=Saying.OPEN_WORK, key="2026-12-02", count=lambda: 2) == 1


def test_a_robot_that_does_not_answer_is_not_asked_to_say_it_again(
    people: People, admin: User, service: RobotService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ANSWER_SECONDS", 1)
    service.waits = 10
    robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    send_outbox()
    make_due()
    send_outbox()
    assert (outcome(), len(service.said)) == ((OutboxState.FAILED, Trouble.UNSURE), 1)


def test_a_robot_whose_key_is_lost_is_told_and_holds_up_nobody(
    people: People, admin: User, service: RobotService, post_office: MailServer, settings: LazySettings
) -> None:
    robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    remind(people)
    settings.SEALING_KEYS = ["another"]
    assert (send_outbox(), len(post_office.taken), service.said) == (1, 1, [])
    assert told(admin) == [("群机器人“群0”的消息没有送达", WHAT_TO_DO[Trouble.SEALED])]


def test_a_mail_server_that_is_down_holds_up_no_robot(
    people: People, admin: User, service: RobotService, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = "notices.mail.Backend", "127.0.0.1", 9
    for day in range(6):
        remind(people, key=f"day-{day}")
    robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    assert (send_outbox(), len(service.said)) == (1, 1)
    # And nothing was handed over: it is sure that none is out.
    waiting = OutboxMessage.objects.filter(state=OutboxState.WAITING)
    assert (waiting.count(), waiting.exclude(handed_over_at=None).count()) == (6, 0)


def test_a_robot_that_was_switched_off_meanwhile_says_nothing(
    people: People, admin: User, service: RobotService
) -> None:
    robot = robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    switch_robot(actor=actor_of(admin), robot=robot, is_on=False)
    assert (send_outbox(), service.said, outcome()) == (0, [], (OutboxState.DROPPED, ""))


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_is_answered_leaves_no_second_message(
    people: People, admin: User, service: RobotService
) -> None:
    """kill -9 between the hand-over and the answer: nobody can know whether it was said, so it is not said again."""
    robot_of(people, admin)
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    children: queue.Queue[int] = queue.Queue()
    service.heard = lambda _: os.kill(children.get(timeout=10), signal.SIGKILL)
    connections.close_all()
    child = os.fork()
    if child == 0:
        # Nothing of pytest's may run in the child, whatever happens.
        try:
            send_outbox()
        finally:
            os._exit(0)
    children.put(child)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    service.heard = None
    message = OutboxMessage.objects.get()
    assert (message.state, message.handed_over_at is not None) == (OutboxState.WAITING, True)
    make_due()
    assert send_outbox() == 0
    assert (outcome(), len(service.said)) == ((OutboxState.FAILED, Trouble.UNSURE), 1)
    assert len(told(admin)) == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_let_each_robot_speak_once(people: People, admin: User, service: RobotService) -> None:
    for address in (WECOM, FEISHU):
        robot_of(people, admin, address)
    service.body = {"errcode": 0, "code": 0}
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    tell_robots(school=people.school, saying=Saying.OPEN_WORK, key="2026-11-30", count=lambda: 5)
    start = threading.Barrier(2)
    counts: list[int] = []

    def worker() -> None:
        start.wait()
        counts.append(send_outbox())
        connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (sum(counts), len(service.said), len(set(service.said))) == (4, 4, 4)


# --- Again, and afterwards ------------------------------------------------------------------------------------------
def test_what_was_given_up_goes_to_the_present_address_when_it_is_sent_again(
    people: People, admin: User, post_office: MailServer
) -> None:
    post_office.to_recipient = "550 no"
    remind(people)
    send_outbox()
    post_office.to_recipient = "250 OK"
    User.objects.filter(pk=people.mentor.pk).update(email="right@school.invalid")
    [key] = OutboxMessage.objects.values_list("pk", flat=True)
    assert send_again(actor=actor_of(admin), keys=[key]) == 1
    assert send_outbox() == 1
    assert [envelope.rcpt_tos for envelope in post_office.taken] == [["right@school.invalid"]]
    with pytest.raises(DomainError, match="现在都不能再发"):
        send_again(actor=actor_of(admin), keys=[key])


def test_a_robots_message_is_sent_again(people: People, admin: User, service: RobotService) -> None:
    robot_of(people, admin)
    service.body = {"errcode": 93000}
    tell_robots(school=people.school, saying=Saying.ANNOUNCEMENT, key="7")
    send_outbox()
    service.body = {"errcode": 0}
    assert send_again(actor=actor_of(admin), keys=[OutboxMessage.objects.get().pk]) == 1
    assert (send_outbox(), outcome()) == (1, (OutboxState.SENT, ""))


def test_sending_again_is_for_the_schools_admins_and_their_own_messages(
    people: People, admin: User, post_office: MailServer
) -> None:
    post_office.to_recipient = "550 no"
    remind(people)
    send_outbox()
    keys = [OutboxMessage.objects.get().pk]
    with pytest.raises(DomainError, match="只有管理员"):
        send_again(actor=actor_of(people.mentor), keys=keys)
    assert people.stranger.school is not None
    stranger = person("other admin", people.stranger.school, role=Role.SCHOOL_ADMIN)
    with pytest.raises(DomainError, match="现在都不能再发"):
        send_again(actor=actor_of(stranger), keys=keys)
    assert outcome() == (OutboxState.FAILED, Trouble.REFUSED)


def test_half_a_year_later_it_is_forgotten_but_for_what_waits(people: People) -> None:
    for key in ("sent", "dropped", "failed", "waiting", "new"):
        remind(people, key=key)
    long_ago = now() - datetime.timedelta(days=181)
    for key in ("sent", "dropped", "failed", "waiting"):
        own = OutboxMessage.objects.filter(notice__dedup_key=key)
        own.update(created_at=long_ago, state=key, sent_at=long_ago if key == "sent" else None)
    assert forget_messages() == 3
    assert set(OutboxMessage.objects.values_list("notice__dedup_key", flat=True)) == {"waiting", "new"}
    # The inbox keeps them all.
    assert Notice.objects.count() == 5
