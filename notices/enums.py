"""Channels and states of outgoing messages."""

from typing import Final

from django.db import models


class Channel(models.TextChoices):
    """How a message leaves the house: to a person's e-mail address, or by a robot 群机器人 of a group."""

    EMAIL = "email", "邮件"
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"
    FEISHU = "feishu", "飞书"


#: The channels whose messages a robot says to a group.
ROBOTS: Final = tuple(channel for channel in Channel if channel != Channel.EMAIL)


class OutboxState(models.TextChoices):
    """Where an outgoing message stands."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "没有送达"
    # Nobody wants it any more: its person has left, its robot was taken away.
    DROPPED = "dropped", "不再发送"


class Trouble(models.TextChoices):
    """Why a message was given up."""

    REFUSED = "refused", "对方邮箱退回"
    TOO_LONG = "too_long", "三天都没有发出去"
    UNSURE = "unsure", "不能确定是否送达"
    GONE = "gone", "机器人已不在群里或已停用"
    SECURED = "secured", "机器人的安全设置没有放行"
    SEALED = "sealed", "机器人的地址打不开"
