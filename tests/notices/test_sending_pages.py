"""发送情况, 群机器人, 发送时间 and the own switch of mails."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.clock import today
from core.keyring import SEALING
from notices.enums import Channel, OutboxState, Trouble
from notices.keywatch import check_sealing_keys
from notices.models import OutboxMessage, PushHours, Robot
from notices.services import NoticeFor, add_robot, send_notices
from tests.cast import SchoolCast

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
OVERVIEW, MESSAGES, AGAIN = (reverse(f"sending:{name}") for name in ("overview", "messages", "again"))
ROBOTS = reverse("channels:list")
#: Session, user, roles, school and unread notices are five of each; the list counts and shows, and counts by state.
OVERVIEW_QUERIES = 10
MESSAGES_QUERIES = 7
ROBOTS_QUERIES = 7


@pytest.fixture
def admin(qingzhu: SchoolCast, client_of: Callable[[User], Client]) -> Client:
    """The browser of 管理员."""
    return client_of(qingzhu.admin)


def mails(cast: SchoolCast, count: int, state: OutboxState = OutboxState.FAILED) -> list[OutboxMessage]:
    """So many mails to the mentor, in `state`."""
    User.objects.filter(pk=cast.mentor.pk).update(email="mentor@school.invalid")
    cast.mentor.refresh_from_db()
    begun = OutboxMessage.objects.count()
    wanted = [NoticeFor(cast.mentor, "张三的家访", f"{state}-{begun + n}", "张三") for n in range(count)]
    sent = send_notices(school=cast.school, kind="digest", wanted=wanted)
    rows = OutboxMessage.objects.filter(notice__in=sent)
    rows.update(state=state, trouble=Trouble.REFUSED if state == OutboxState.FAILED else "")
    return list(rows)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())


def test_every_figure_leads_to_its_list(qingzhu: SchoolCast, admin: Client) -> None:
    mails(qingzhu, 3)
    mails(qingzhu, 2, OutboxState.WAITING)
    page = admin.get(OVERVIEW)
    assert (page.context["counts"], page.context["without"]) == (
        {"waiting": 2, "sent": 0, "failed": 3, "dropped": 0},
        User.objects.filter(school=qingzhu.school, email="", is_active=True).count(),
    )
    [day] = page.context["days"]
    assert [(c, [(s, n) for s, n in states]) for c, states in day.cells] == [
        (Channel.EMAIL, [(OutboxState.WAITING, 2), (OutboxState.FAILED, 3)])
    ]
    link = f"{MESSAGES}?day={today().isoformat()}&amp;channel=email&amp;state=failed"
    assert link in page.content.decode()
    assert len(admin.get(link.replace("&amp;", "&")).context["page"].object_list) == 3


def test_the_pages_tell_neither_texts_nor_pupils(qingzhu: SchoolCast, admin: Client) -> None:
    mails(qingzhu, 1)
    seen = text_of(admin, OVERVIEW) + text_of(admin, MESSAGES)
    assert ("林小满" in seen, "张三" in seen, "待办，请登录" in seen) == (True, False, False)


def test_the_pages_take_the_same_queries_for_1_and_3(
    qingzhu: SchoolCast, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def look() -> None:
        for url, queries in ((OVERVIEW, OVERVIEW_QUERIES), (MESSAGES, MESSAGES_QUERIES), (ROBOTS, ROBOTS_QUERIES)):
            with django_assert_num_queries(queries):
                admin.get(url)

    actor = qingzhu.actor(qingzhu.admin)
    mails(qingzhu, 1)
    add_robot(actor=actor, school=qingzhu.school, name="群", address=f"{WECOM}abcdefgh")
    look()
    mails(qingzhu, 2)
    for name in ("甲", "乙"):
        add_robot(actor=actor, school=qingzhu.school, name=name, address=f"{WECOM}abcdefgh{ord(name)}")
    look()


@pytest.mark.parametrize("chosen", ["one", "all"])
def test_what_was_given_up_is_sent_again_one_or_many(qingzhu: SchoolCast, admin: Client, chosen: str) -> None:
    rows = mails(qingzhu, 3)
    posted = {"message": [rows[0].pk]} if chosen == "one" else {"all": "1", "state": "failed", "channel": "email"}
    answer = admin.post(AGAIN, posted)
    assert answer.status_code == 302
    waiting = OutboxMessage.objects.filter(state=OutboxState.WAITING, trouble="").count()
    assert waiting == (1 if chosen == "one" else 3)
    assert AuditEntry.objects.get(verb="send_again").detail == {"count": waiting}


def test_nothing_chosen_and_what_cannot_go_is_said(qingzhu: SchoolCast, admin: Client) -> None:
    [row] = mails(qingzhu, 1)
    assert "请先勾选" in admin.post(AGAIN, {}, follow=True).content.decode()
    User.objects.filter(pk=qingzhu.mentor.pk).update(email="")
    assert "现在都不能再发" in admin.post(AGAIN, {"message": [row.pk]}, follow=True).content.decode()


def test_another_schools_messages_are_not_there(
    qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client]
) -> None:
    [row] = mails(qingzhu, 1)
    stranger = client_of(other.admin)
    assert stranger.get(MESSAGES).context["page"].paginator.count == 0
    assert "现在都不能再发" in stranger.post(AGAIN, {"message": [row.pk]}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == OutboxState.FAILED


@pytest.mark.parametrize("query", ["state=x&channel=y&day=2026-13-40", "day=never&page=z", "state=&channel=&day="])
def test_an_address_that_makes_no_sense_is_the_whole_list(qingzhu: SchoolCast, admin: Client, query: str) -> None:
    mails(qingzhu, 1)
    assert admin.get(f"{MESSAGES}?{query}").context["page"].paginator.count == 1


def test_a_robot_is_added_tried_switched_off_and_removed(qingzhu: SchoolCast, admin: Client) -> None:
    admin.post(ROBOTS, {"name": "全体导师群", "address": f" {WECOM}abcdefgh "})
    robot = Robot.objects.get()
    assert (robot.name, robot.kind, robot.address) == ("全体导师群", Channel.WECOM, "wecombot://abcdefgh/")
    assert "abcdefgh" not in admin.get(ROBOTS).content.decode()
    admin.post(reverse("channels:try", args=[robot.pk]))
    message = OutboxMessage.objects.get()
    assert (message.robot, message.body.split("\n")[0]) == (robot, "【全员导师制】这是一条测试消息。")
    assert "测试消息：待发送" in admin.get(ROBOTS).content.decode()
    admin.post(reverse("channels:switch", args=[robot.pk]), {"on": "0"})
    robot.refresh_from_db()
    assert robot.is_on is False
    admin.post(reverse("channels:remove", args=[robot.pk]))
    robot.refresh_from_db()
    message.refresh_from_db()
    assert (robot.address, message.state, admin.get(ROBOTS).context["lines"]) == ("", OutboxState.DROPPED, [])
    assert set(
        AuditEntry.objects.filter(target_id=robot.pk, verb__endswith="_robot").values_list("verb", flat=True)
    ) == {
        "add_robot",
        "try_robot",
        "switch_robot",
        "remove_robot",
    }


REFUSED = [
    ({"name": "群二", "address": "https://evil.invalid/"}, "address", "address_unknown"),
    ({"name": "群二", "address": f"{WECOM}x"}, "address", "address_cut"),
    ({"name": "群二", "address": f"{WECOM}abcdefgh"}, "address", "robot_known"),
    ({"name": "群一", "address": f"{WECOM}hgfedcba"}, "name", "name_taken"),
    ({"name": "群二", "address": f"{WECOM}hgfedcba", "secret": "SEC12345678"}, "secret", "secret_unfit"),
]


@pytest.mark.parametrize("posted, field, code", REFUSED)
def test_a_robot_that_is_refused_says_why_at_its_field(
    qingzhu: SchoolCast, admin: Client, posted: dict[str, str], field: str, code: str
) -> None:
    add_robot(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, name="群一", address=f"{WECOM}abcdefgh")
    answer = admin.post(ROBOTS, posted)
    assert (answer.status_code, answer.context["form"].has_error(field, code)) == (422, True)
    assert Robot.objects.count() == 1


def test_robots_whose_key_is_lost_are_still_listed_and_removed(qingzhu: SchoolCast, admin: Client) -> None:
    """A lost key must not shut the page on which one mends it."""
    actor = qingzhu.actor(qingzhu.admin)
    robot = add_robot(actor=actor, school=qingzhu.school, name="群一", address=f"{WECOM}abcdefgh")
    keys = SEALING.all()
    assert check_sealing_keys() == []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.conf.settings.SEALING_KEYS", ["another"])
        assert [(one.id, one.msg[:5]) for one in check_sealing_keys()] == [("notices.W001", "1 个群机")]
        assert [line.robot for line in admin.get(ROBOTS).context["lines"]] == [robot]
        refused = admin.post(ROBOTS, {"name": "群二", "address": f"{WECOM}hgfedcba"})
        assert "sealing_keys" in refused.content.decode()
        admin.post(reverse("channels:remove", args=[robot.pk]))
    assert (Robot.objects.present().count(), SEALING.all()) == (0, keys)


def test_hours_are_set_by_the_office_too_and_shown(
    qingzhu: SchoolCast, admin: Client, client_of: Callable[[User], Client]
) -> None:
    posted = {"opens_at": "08:00", "closes_at": "17:30"}
    assert client_of(qingzhu.office).post(reverse("channels:hours"), posted).status_code == 302
    hours = PushHours.objects.get()
    assert (hours.opens_at.hour, hours.closes_at.minute, hours.school_days_only) == (8, 30, False)
    assert "每天 08:00—17:30" in text_of(admin, OVERVIEW)
    turned = admin.post(reverse("channels:hours"), {"opens_at": "18:00", "closes_at": "08:00"})
    assert (turned.status_code, turned.context["form"].has_error("closes_at", "hours_turned")) == (422, True)


def test_each_person_says_whether_reminders_come_by_mail(
    qingzhu: SchoolCast, client_of: Callable[[User], Client]
) -> None:
    client, me = client_of(qingzhu.mentor), reverse("accounts:me")
    assert 'name="mails_on" class="form-check-input' in client.get(me).content.decode().replace("checkboxinput ", "")
    client.post(me, {"email": "mentor@school.invalid"})
    qingzhu.mentor.refresh_from_db()
    assert (qingzhu.mentor.email, qingzhu.mentor.mails_on) == ("mentor@school.invalid", False)
    client.post(me, {"email": "mentor@school.invalid", "mails_on": "on"})
    qingzhu.mentor.refresh_from_db()
    assert qingzhu.mentor.mails_on is True
