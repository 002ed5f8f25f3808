"""The addresses of robots 群机器人, and what may become of a message that is said through one (`notices.door`).

What people paste is the https address that 企业微信, 钉钉 and 飞书 show for a robot; what is kept is `apprise`'s form
of it. Nothing is reached but the three hosts below: the address is taken apart by the parser here, put together again
by `apprise` from the robot's key alone, and its host is looked at once more where the request goes out.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import parse_qs, urlsplit

from core.errors import DomainError
from core.text import clean_key
from notices.enums import Channel

#: The only hosts that a robot's message is ever sent to.
HOSTS: Final = {
    Channel.WECOM: "qyapi.weixin.qq.com",
    Channel.DINGTALK: "oapi.dingtalk.com",
    Channel.FEISHU: "open.feishu.cn",
}
_PATHS: Final = {
    Channel.WECOM: re.compile(r"/cgi-bin/webhook/send/?"),
    Channel.DINGTALK: re.compile(r"/robot/send/?"),
    Channel.FEISHU: re.compile(r"/open-apis/bot/v2/hook/(?P<key>[A-Za-z0-9-]{8,80})/?"),
}
_KEY_IN_QUERY: Final = {Channel.WECOM: "key", Channel.DINGTALK: "access_token"}
# `apprise`'s own, with bounds.
_KEYS: Final = {
    Channel.WECOM: re.compile(r"[A-Za-z0-9_-]{8,80}"),
    Channel.DINGTALK: re.compile(r"[A-Za-z0-9]{8,128}"),
    Channel.FEISHU: re.compile(r"[A-Za-z0-9-]{8,80}"),
}
_SECRET: Final = re.compile(r"[A-Za-z0-9]{8,128}")
_SCHEMES: Final = {Channel.WECOM: "wecombot", Channel.DINGTALK: "dingtalk", Channel.FEISHU: "feishu"}
_KEPT: Final = re.compile(r"(?P<scheme>[a-z]+)://(?:(?P<secret>[A-Za-z0-9]+)@)?(?P<key>[A-Za-z0-9_-]+)/")


class Answer(Enum):
    """What became of one message."""

    SAID = "said"
    AGAIN = "again"  # refused or not reached for now
    UNSURE = "unsure"  # handed over, and no answer came
    GONE = "gone"  # there is no such robot any more
    SECURED = "secured"  # the robot's own settings let it not through


@dataclass(frozen=True, slots=True)
class RobotAddress:
    """The kind of a robot, its key, and its secret where the robot wants its messages signed (钉钉 加签)."""

    kind: Channel
    key: str
    secret: str = ""

    @property
    def kept(self) -> str:
        """As it is kept, sealed, and as `apprise` writes it."""
        return f"{_SCHEMES[self.kind]}://{self.secret and self.secret + '@'}{self.key}/"


def pasted_address(pasted: str, secret: str = "") -> RobotAddress:
    """The robot whose https address somebody has pasted, blanks and words around it aside.

    Raises DomainError `address_unknown` (not that of a robot), `address_cut` (of one, but not whole), `secret_unfit`.
    """
    found = re.search(r"https?://\S+", clean_key(pasted))
    try:
        url = urlsplit(found.group() if found else clean_key(pasted))
        host, is_plain = url.hostname or "", url.port in (None, 443) and url.username is None and url.password is None
    except ValueError:
        url, host, is_plain = urlsplit(""), "", False
    kind = next((kind for kind, known in HOSTS.items() if host == known), None)
    if kind is None or url.scheme != "https" or not is_plain:
        seen = f"（看到的是 {host[:60]}）" if host else ""
        raise DomainError(
            "address_unknown",
            f"这不是企业微信、钉钉或飞书群机器人的地址{seen}。"
            "请在群的机器人设置里复制以 https:// 开头的整个地址，再粘贴到这里。",
        )
    path = _PATHS[kind].fullmatch(url.path)
    name = _KEY_IN_QUERY.get(kind)
    keys = parse_qs(url.query).get(name, []) if name else ([path.group("key")] if path else [])
    if path is None or len(keys) != 1 or not _KEYS[kind].fullmatch(keys[0]):
        raise DomainError(
            "address_cut", f"这个{kind.label}的地址不完整。请在机器人设置里点“复制”，把整个地址粘贴到这里。"
        )
    secret = clean_key(secret)
    if secret and (kind != Channel.DINGTALK or not _SECRET.fullmatch(secret)):
        raise DomainError("secret_unfit", "加签密钥只有钉钉有，以 SEC 开头。其他机器人请把这一格空着。")
    return RobotAddress(kind, keys[0], secret)


def kept_address(kept: str) -> RobotAddress:
    """The robot of an address as it is kept. Raises ValueError for any other text."""
    found = _KEPT.fullmatch(kept)
    kind = next((kind for kind, scheme in _SCHEMES.items() if found and found["scheme"] == scheme), None)
    if found is None or kind is None or not _KEYS[kind].fullmatch(found["key"]):
        raise ValueError("not a robot's address")
    return RobotAddress(kind, found["key"], found["secret"] or "")
