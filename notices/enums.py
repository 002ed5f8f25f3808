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


#: What 管理员 does about it.
WHAT_TO_DO: Final = {
    Trouble.REFUSED: (
        "对方邮箱退回了邮件，地址可能写错或已停用。请向本人核对邮箱，改好后可以在“发送情况”里再发一次；"
        "站内信里看得到同样的提醒。"
    ),
    Trouble.TOO_LONG: (
        "三天里试了多次都没有发出去。请检查邮件服务器或网络的设置，好了以后可以在“发送情况”里再发一次；"
        "站内信里看得到同样的提醒。"
    ),
    Trouble.UNSURE: (
        "消息正在发出时中断了，不能确定对方是否收到。为免重复没有再发；需要的话可以在“发送情况”里再发一次。"
        "站内信里看得到同样的提醒。"
    ),
    Trouble.GONE: "群里已经没有这个机器人，或者它被停用了。请在群里重新添加机器人，再到“群机器人”换上新的地址。",
    Trouble.SECURED: (
        "机器人的安全设置没有放行。请在群的机器人设置里用“自定义关键词”，填上“全员导师制”，再到“群机器人”发一条测试消息。"
    ),
    Trouble.SEALED: "机器人的地址打不开，因为服务器上的密钥文件换了。请到“群机器人”删除它，再重新添加。",
}


class Saying(models.TextChoices):
    """All that a robot ever says to a group: how many people have something open, never who or what."""

    OPEN_WORK = "open", "有 {count} 位老师还有待办，请登录查看。"
    ANNOUNCEMENT = "announcement", "学校发布了新公告，请登录查看。"
    TEST = "test", "这是一条测试消息。"
