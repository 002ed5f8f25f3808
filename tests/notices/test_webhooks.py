"""Only robots of the three services are reached, and what they answer is understood."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from apprise.plugins.wecombot import NotifyWeComBot

from core.errors import DomainError
from notices import door
from notices.door import say
from notices.enums import Channel
from notices.webhooks import HOSTS, Answer, RobotAddress, kept_address, pasted_address
from tests.notices.servers import RobotService, robot_service

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = (
    "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33e42541b09b08551f09fbe864eb8008112e994b43887"
)
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/aa1bb2cc-3dd4-5ee6-7ff8-9a0b1c2d3e4f"
ADDRESSES = {Channel.WECOM: WECOM, Channel.DINGTALK: DINGTALK, Channel.FEISHU: FEISHU}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RobotService]:
    """The three services, here."""
    with robot_service(monkeypatch) as running:
        yield running


@pytest.mark.parametrize("kind", ADDRESSES)
@pytest.mark.parametrize("around", ["{}", "  {}\n", "机器人地址：{} ", "{}&debug=1"])
def test_what_people_paste_is_understood(kind: Channel, around: str) -> None:
    address = ADDRESSES[kind]
    if kind == Channel.FEISHU and "debug" in around:
        around = "{}?debug=1"
    found = pasted_address(around.format(address))
    assert (found.kind, address.endswith(found.key), kept_address(found.kept)) == (kind, True, found)


def test_a_secret_is_kept_with_the_robot_that_wants_it() -> None:
    found = pasted_address(DINGTALK, "SEC1234567890abcdef")
    assert (found.secret, kept_address(found.kept)) == ("SEC1234567890abcdef", found)
    with pytest.raises(DomainError, match="加签密钥只有钉钉有"):
        pasted_address(WECOM, "SEC1234567890abcdef")


FOREIGN = [
    "",
    "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa/",
    "mailto://user:pass@example.invalid",
    WECOM.replace("https://", "http://"),
    WECOM.replace("qyapi.weixin.qq.com", "127.0.0.1"),
    WECOM.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com.evil.invalid"),
    WECOM.replace("qyapi.weixin.qq.com", "evil.invalid/qyapi.weixin.qq.com"),
    WECOM.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com@evil.invalid"),
    WECOM.replace("qyapi.weixin.qq.com", "evil.invalid@qyapi.weixin.qq.com"),
    WECOM.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com:8443"),
    WECOM.replace("qyapi.weixin.qq.com", "qyapi.weixin.qq.com:99999999"),
    "https://[::1/cgi-bin/webhook/send?key=abcdefgh",
    "https://evil.invalid/?next=" + WECOM,
]


@pytest.mark.parametrize("pasted", FOREIGN)
def test_no_other_host_is_taken(pasted: str) -> None:
    """An address that somebody pastes must be no way into the network."""
    with pytest.raises(DomainError) as refused:
        pasted_address(pasted)
    assert refused.value.code == "address_unknown"


CUT = [
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc/../../def",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh&key=abcdefgi",
    "https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=abcdefgh",
    "https://oapi.dingtalk.com/robot/send?access_token=a-b",
    "https://open.feishu.cn/open-apis/bot/v2/hook/",
    "https://open.feishu.cn/open-apis/bot/v2/hook/abcdefgh/../../x",
]


@pytest.mark.parametrize("pasted", CUT)
def test_an_address_that_is_cut_says_so(pasted: str) -> None:
    with pytest.raises(DomainError) as refused:
        pasted_address(pasted)
    assert refused.value.code == "address_cut"


@pytest.mark.parametrize("kept", ["", "mailto://abcdefgh/", "wecombot://a/", "wecombot://abcdefgh/?x=1", FEISHU])
def test_what_is_kept_is_looked_at_again(kept: str) -> None:
    with pytest.raises(ValueError, match="not a robot"):
        kept_address(kept)


@pytest.mark.parametrize("kind", ADDRESSES)
def test_each_service_hears_the_text_at_its_own_place(service: RobotService, kind: Channel) -> None:
    service.body = {"code": 0, "msg": "success"} if kind == Channel.FEISHU else {"errcode": 0, "errmsg": "ok"}
    asked: list[str] = []
    here = door._post

    def noted(url: str, **given: Any) -> requests.Response:
        asked.append(url.rstrip("/"))
        assert (given["allow_redirects"], given["verify"], given["timeout"]) == (False, True, (5, 20))
        return here(url, **given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(door, "_post", noted)
        assert say(pasted_address(ADDRESSES[kind]), "有 3 位老师还有待办") == Answer.SAID
    assert (asked, service.texts) == ([ADDRESSES[kind]], ["有 3 位老师还有待办"])


def test_the_door_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever `apprise` would make of a key: the host is looked at where the request goes out."""
    monkeypatch.setattr(NotifyWeComBot, "notify_url", "https://evil.invalid/{key}")
    monkeypatch.setattr(door, "_post", lambda *_, **__: pytest.fail("went out"))
    assert say(RobotAddress(Channel.WECOM, "abcdefgh"), "x") == Answer.AGAIN
    assert set(HOSTS.values()) == {"qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn"}


ANSWERS = [
    (Channel.WECOM, 200, {"errcode": 93000}, Answer.GONE),
    (Channel.WECOM, 200, {"errcode": 45009}, Answer.AGAIN),
    (Channel.WECOM, 200, {"errcode": -1}, Answer.AGAIN),
    (Channel.WECOM, 404, b"not found", Answer.GONE),
    (Channel.WECOM, 429, b"", Answer.AGAIN),
    (Channel.WECOM, 502, b"<html>", Answer.AGAIN),
    (Channel.WECOM, 200, b"<html>please sign in to the network</html>", Answer.AGAIN),
    (Channel.WECOM, 200, [], Answer.AGAIN),
    (Channel.WECOM, 302, b"", Answer.AGAIN),
    (Channel.DINGTALK, 200, {"errcode": 310000}, Answer.SECURED),
    (Channel.DINGTALK, 200, {"errcode": 300001}, Answer.GONE),
    (Channel.DINGTALK, 200, {"errcode": 130101}, Answer.AGAIN),
    (Channel.FEISHU, 400, {"code": 19001}, Answer.GONE),
    (Channel.FEISHU, 200, {"code": 19024}, Answer.SECURED),
    (Channel.FEISHU, 200, {"code": 11232}, Answer.AGAIN),
    (Channel.FEISHU, 200, {"StatusCode": 0, "StatusMessage": "success"}, Answer.SAID),
]


@pytest.mark.parametrize("kind, status, body, answer", ANSWERS)
def test_answers_are_told_apart(service: RobotService, kind: Channel, status: int, body: Any, answer: Answer) -> None:
    """`apprise` takes every 200 of 企业微信 and 钉钉 for sent, also those that say that the robot is gone."""
    service.status, service.body = status, body
    service.headers = {"Location": f"{service.address}/elsewhere"}
    assert say(pasted_address(ADDRESSES[kind]), "x") == answer
    # And nowhere was it sent on to.
    assert len(service.said) == 1


def test_who_does_not_answer_may_have_said_it(service: RobotService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ANSWER_SECONDS", 0.3)
    service.waits = 5
    assert say(pasted_address(WECOM), "x") == Answer.UNSURE


def test_who_is_slow_has_said_it_once(service: RobotService) -> None:
    service.waits = 0.5
    assert (say(pasted_address(WECOM), "x"), service.texts) == (Answer.SAID, ["x"])


@pytest.mark.parametrize(
    "error", [requests.ConnectTimeout(), requests.ConnectionError(), requests.exceptions.SSLError()]
)
def test_who_is_not_reached_has_said_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def post(*_: Any, **__: Any) -> requests.Response:
        raise error

    monkeypatch.setattr(door, "_post", post)
    assert say(pasted_address(WECOM), "x") == Answer.AGAIN


def test_a_closed_port_is_tried_again(service: RobotService) -> None:
    service.address = "http://127.0.0.1:9"
    assert say(pasted_address(WECOM), "x") == Answer.AGAIN


def test_no_log_tells_a_robots_address(service: RobotService, caplog: pytest.LogCaptureFixture) -> None:
    """`apprise` and `urllib3` write the address, which is a key, at their lower levels."""
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        say(pasted_address(DINGTALK), "x")
        service.status = 500
        say(pasted_address(DINGTALK), "x")
    finally:
        logging.getLogger().setLevel(logging.WARNING)
    assert (len(service.said), "566cc69da782" in caplog.text, "566cc69da782" in service.said[0][0]) == (2, False, True)
