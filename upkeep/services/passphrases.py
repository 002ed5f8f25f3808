"""The passphrase of archives: from a file, the environment or the keyboard, never from a command line."""

import getpass
from pathlib import Path
from typing import Final

from django.conf import settings

from core.errors import DomainError

#: Whoever has the file tries at home, as long as they like.
SHORTEST: Final = 12


def configured_passphrase() -> str:
    """The one of `BACKUP_PASSPHRASE_FILE` or `BACKUP_PASSPHRASE`; empty where neither is set. Raises DomainError."""
    name = settings.BACKUP_PASSPHRASE_FILE
    if not name:
        return str(settings.BACKUP_PASSPHRASE)
    try:
        text = Path(name).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError("no_passphrase", f"读不了口令文件 {name}（BACKUP_PASSPHRASE_FILE）。") from error
    if not text:
        raise DomainError("no_passphrase", f"口令文件 {name}（BACKUP_PASSPHRASE_FILE）是空的。")
    return text


def passphrase_to_seal(*, ask: bool) -> str:
    """The configured one, or with `ask` one that is typed twice. Raises DomainError where it is too short."""
    found = configured_passphrase()
    if not found and ask:
        found = getpass.getpass("备份的口令（至少 12 个字，抄在别处；丢了就再也打不开）：")
        if getpass.getpass("再输入一次：") != found:
            raise DomainError("no_passphrase", "两次输入的口令不一样，没有备份。")
    if (found or ask) and len(found) < SHORTEST:
        raise DomainError("no_passphrase", f"口令太短：至少要 {SHORTEST} 个字，几个不相干的词连起来就很好。")
    return found


def passphrase_to_open() -> str:
    """The configured one, or one that is typed."""
    return configured_passphrase() or getpass.getpass("这份备份的口令：")
