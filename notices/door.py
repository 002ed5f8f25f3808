"""The one way in which something is said through a robot 群机器人: `apprise`'s plugins, which reach three hosts alone.

Answers: https://developer.work.weixin.qq.com/document/path/90313 (93000: the robot is gone; 45009: too often),
https://open.dingtalk.com/document/robots/custom-robot-access (310000: keyword, signature or address),
https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot (19001 to 19024; 11232: too often).
"""

import threading
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.base import NotifyBase
from urllib3.exceptions import ProtocolError

from notices.enums import Channel
from notices.webhooks import HOSTS, Answer, RobotAddress

#: Seconds to connect, and then to wait for the answer; who gives up waiting does not know whether it was said.
CONNECT_SECONDS, ANSWER_SECONDS = 5, 20

#: Codes in the answers that no further try will change; every other one but 0 means: later.
_FINAL: Final = {
    Channel.WECOM: {93000: Answer.GONE},
    Channel.DINGTALK: {
        300001: Answer.GONE,
        300005: Answer.GONE,
        400013: Answer.GONE,
        400102: Answer.GONE,
        400106: Answer.GONE,
        310000: Answer.SECURED,
    },
    Channel.FEISHU: {
        19001: Answer.GONE,
        19007: Answer.GONE,
        19021: Answer.SECURED,
        19022: Answer.SECURED,
        19024: Answer.SECURED,
    },
}


def say(address: RobotAddress, text: str) -> Answer:
    """Say `text` once through the robot, and what became of it. Never raises for what the network does."""
    _call.answer = Answer.AGAIN
    _call.kind = address.kind
    plugin = _plugin(address)
    # Whether it went through `apprise` reckons by the status alone; a robot says more, and the door has heard it.
    plugin.send(body=text)
    answer: Answer = _call.answer
    return answer


def _plugin(address: RobotAddress) -> NotifyBase:
    bounds: dict[str, Any] = {"redirect": "no", "cto": CONNECT_SECONDS, "rto": ANSWER_SECONDS}
    if address.kind == Channel.WECOM:
        return wecombot.NotifyWeComBot(key=address.key, **bounds)
    if address.kind == Channel.DINGTALK:
        return dingtalk.NotifyDingTalk(token=address.key, secret=address.secret or None, **bounds)
    return feishu.NotifyFeishu(token=address.key, **bounds)


#: The answer to the message that this thread is just sending.
_call = threading.local()


class _Door:
    """What `apprise`'s three plugins have in the place of `requests`: nothing else of theirs touches the network."""

    codes = requests.codes
    RequestException = requests.RequestException

    @staticmethod
    def post(url: str, **given: Any) -> requests.Response:
        """As `requests.post`, to the three hosts alone, without following anywhere, and hearing what is answered."""
        target = urlsplit(url)
        if target.scheme != "https" or target.netloc != HOSTS[_call.kind]:
            raise requests.exceptions.InvalidURL("not a robot's host")
        try:
            response = _post(url, **given | {"allow_redirects": False, "verify": True})
        except requests.RequestException as error:
            _call.answer = Answer.UNSURE if _may_be_said(error) else Answer.AGAIN
            raise
        _call.answer = _heard(_call.kind, response)
        return response


_post = requests.post
for _module in (wecombot, dingtalk, feishu):
    _module.requests = _Door  # type: ignore[attr-defined]  # the door takes the place of a module


def _may_be_said(error: requests.RequestException) -> bool:
    """Whether the request was out when it failed: nobody answered, or the answer broke off."""
    if isinstance(error, requests.ConnectTimeout):
        return False
    if isinstance(error, requests.ConnectionError):
        return any(isinstance(cause, ProtocolError) for cause in error.args)
    return isinstance(error, requests.ReadTimeout | requests.exceptions.ChunkedEncodingError)


def _heard(kind: Channel, response: requests.Response) -> Answer:
    try:
        said = response.json()
    except ValueError:
        said = None
    code = (
        next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
        if isinstance(said, dict)
        else None
    )
    if isinstance(code, int) and code in _FINAL[kind]:
        return _FINAL[kind][code]
    if response.status_code == requests.codes.ok and code == 0:
        return Answer.SAID
    if response.status_code in (401, 403, 404, 410):
        return Answer.GONE
    return Answer.AGAIN
