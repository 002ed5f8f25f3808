"""What an installation may lack, as messages of `manage.py check` and of the page 状态.

Those that look into the machine or ask another server come with `--deploy` alone, so that each command need not.
"""

import datetime
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.http.request import validate_host

from core.clock import now
from core.glyphs import FONTS, font_file
from core.watching import HOUSE
from upkeep.health import ask_broker

#: Whoever opens such an address reaches the own machine.
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - it is compared
_EIGHT_HOURS: Final = datetime.timedelta(hours=8)
#: Before this the product did not exist: such a clock is wrong.
_NOT_BEFORE: Final = 2026


def check_folder(**_: Any) -> list[CheckMessage]:
    """`upkeep.E001` where files cannot be written under `VAR_DIR`."""
    folder = Path(settings.VAR_DIR)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".check-") as file:
            file.write(b"\n")
    except OSError as error:
        cause = os.strerror(error.errno) if error.errno else type(error).__name__
        words = f"数据目录 {folder} 写不进去（{cause}）：附件、打印的文件都保存不了。"
        return [Error(words, hint="请检查磁盘空间、目录的属主和权限，磁盘是否变成了只读。", id="upkeep.E001")]
    return []


def check_clock(**_: Any) -> list[CheckMessage]:
    """`upkeep.E002` where the machine does not know the schools' time zone, `upkeep.W002` where its clock is wrong."""
    try:
        offset = now().astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset != _EIGHT_HOURS:
        words = f"服务器不认识时区 {settings.TIME_ZONE}：日期和发送时间会错。"
        return [Error(words, hint="请重新安装依赖里的 tzdata（script/setup）。", id="upkeep.E002")]
    if now().year < _NOT_BEFORE:
        words = "服务器的时钟不对。"
        return [Warning(words, hint="请打开自动校时（timedatectl set-ntp true）。", id="upkeep.W002")]
    return []


def check_fonts(**_: Any) -> list[CheckMessage]:
    """`upkeep.W003` where printing fonts are missing."""
    missing = [family for family, name, _index in FONTS if font_file(name) is None]
    if not missing:
        return []
    words = f"缺少打印用的字体：{'、'.join(missing)}。用到这些字体的字会印成 〓。"
    hint = "请安装 fonts-lxgw-wenkai、fonts-noto-cjk、fonts-symbola（apt-get update && apt-get install …）。"
    return [Warning(words, hint=hint, id="upkeep.W003")]


def check_broker(**_: Any) -> list[CheckMessage]:
    """`upkeep.W004` where the broker does not answer."""
    try:
        ask_broker()
    except Exception as error:  # whatever it is: no answer
        words = f"消息队列没有应答（{type(error).__name__}）：打印等后台任务会晚一些开始。"
        hint = (
            "请看 Redis 是否在运行，REDIS_URL 是否正确。"
            if settings.REDIS_URL
            else "请看数据目录下的 broker 能否写入。"
        )
        return [Warning(words, hint=hint, id="upkeep.W004")]
    return []


def check_address(**_: Any) -> list[CheckMessage]:
    """`upkeep.W005` where printed slips and mails lead nowhere, `upkeep.W006` where passwords go in plain."""
    site = urlsplit(settings.SITE_URL)
    host = site.hostname or ""
    found: list[CheckMessage] = []
    if site.scheme not in ("http", "https") or host in _LOCAL or not host:
        words = f"网址 SITE_URL 是 {settings.SITE_URL}：凭条和邮件里的链接，别的电脑和手机打不开。"
        found.append(Warning(words, hint="请把 SITE_URL 设为老师和家长打开的网址。", id="upkeep.W005"))
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        words = f"网址 SITE_URL 的 {host} 不在 ALLOWED_HOSTS 里：照凭条上的网址打不开。"
        found.append(Warning(words, hint="请把它加进 ALLOWED_HOSTS。", id="upkeep.W005"))
    if host not in _LOCAL and not settings.HTTPS:
        words = "没有启用 HTTPS：密码和学生的记录在网络上不加密。"
        hint = "请在前面的 nginx 上装好证书，再设 HTTPS=true（docs/operations.md）。"
        found.append(Warning(words, hint=hint, id="upkeep.W006"))
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        words = "启用了 HTTPS，却没有设 TRUSTED_PROXIES：所有人看起来来自同一个地址，一个人输错密码会挡住别人。"
        found.append(Warning(words, hint="请把前面代理的地址设为 TRUSTED_PROXIES。", id="upkeep.W007"))
    return found


Check = Callable[..., list[CheckMessage]]
ALWAYS: Final[tuple[Check, ...]] = (check_folder, check_clock)
DEPLOYED: Final[tuple[Check, ...]] = (check_fonts, check_broker, check_address)


def register_all() -> None:
    """Make them known to Django."""
    for check in ALWAYS:
        register(check, HOUSE)
    for check in DEPLOYED:
        register(check, HOUSE, deploy=True)
